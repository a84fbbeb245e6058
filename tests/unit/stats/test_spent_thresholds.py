"""Thresholds that spend error exactly, against a plain search over all tables."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from handful.stats.lattice import Move, Stage
from handful.stats.spent_thresholds import spent_on_both_sides, spent_thresholds

EACH = 6
MOVES = tuple(
    (Move(tuple(int(k == arm) for k in range(2)), ("p",)), Move((0, 0), ("not p",))) for arm in range(2)
)
STAGE = Stage(((EACH, MOVES[0]), (EACH, MOVES[1])))
GRID = np.linspace(0.005, 0.995, 397)


def differences(looks: int) -> list[np.ndarray]:
    found = []
    for look in range(1, looks + 1):
        control, treated = np.indices((EACH * look + 1, EACH * look + 1))
        found.append((treated - control).astype(float))
    return found


def null(nuisance: np.ndarray) -> dict[str, np.ndarray]:
    return {"p": nuisance}


def spent_by(thresholds: tuple[float, float], p: np.ndarray, futility: float = -np.inf) -> np.ndarray:
    """Two looks by plain sums over all four counts; a third axis for the look."""
    first = binom.pmf(np.arange(EACH + 1)[:, None], EACH, p)
    spent = np.zeros((2, p.size))
    for c, t in product(range(EACH + 1), repeat=2):
        if t - c >= thresholds[0]:
            spent[:] += first[c] * first[t]
        elif t - c > futility:
            for c2, t2 in product(range(EACH + 1), repeat=2):
                if t + t2 - c - c2 >= thresholds[1]:
                    spent[1] += first[c] * first[t] * first[c2] * first[t2]
    return spent


@pytest.mark.parametrize("futility", [None, 2.0])
def test_each_threshold_is_the_smallest_that_spends_no_more(futility: float | None):
    allowed = (0.01, 0.05)
    tables = differences(2)
    stops = None if futility is None else [tables[0] <= futility, np.zeros(tables[1].shape, dtype=bool)]
    found = spent_thresholds([STAGE] * 2, tables, null, allowed, futility=stops)
    limit = -np.inf if futility is None else futility
    spent = spent_by((found[0], found[1]), GRID, limit).max(axis=1)
    assert (spent <= allowed).all()
    assert spent_by((found[0] - 1, found[1]), GRID, limit)[0].max() > allowed[0]
    assert spent_by((found[0], found[1] - 1), GRID, limit)[1].max() > allowed[1]


def test_the_sides_of_a_symmetric_trial_are_mirror_images_and_share_the_stops():
    tables = differences(2)
    upper, lower = spent_on_both_sides([STAGE] * 2, tables, null, (0.01, 0.05))
    assert lower == tuple(-limit for limit in upper)
    alone = spent_thresholds([STAGE] * 2, tables, null, (0.01, 0.05))
    assert upper[0] == alone[0]
    assert upper[1] <= alone[1]  # whoever stopped for harm makes no claim later


def test_where_nothing_may_be_spent_nothing_is_claimed():
    found = spent_thresholds([STAGE] * 2, differences(2), null, (0.0, 0.05))
    assert found[0] == np.inf
    assert found[1] == spent_thresholds([STAGE] * 2, differences(2), null, (1e-12, 0.05))[1]
