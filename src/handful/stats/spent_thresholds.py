"""Thresholds over every possible trial, so that error is spent as planned at the worst point of the null hypothesis.

The exact analogue of Lan and DeMets (1983); compare Jennison and Turnbull (2000), chapter 12. A normal boundary held against
counts spends now more and now less than was planned; these thresholds are the smallest that never spend more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from handful.stats.calibration import Chances, smallest_threshold, worst_chance_at_last_look
from handful.stats.lattice import Walked

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def spent_thresholds(
    stages: Sequence[Walked],
    statistic: Sequence[Array],
    chances: Chances,
    spent: Sequence[float],
    *,
    futility: Sequence[Flags] | None = None,
    is_point: bool = False,
) -> tuple[float, ...]:
    """Look by look the smallest threshold that keeps the error that may be spent so far.

    Args:
        stages: what happens before each look.
        statistic: per look the statistic of every combination of counts.
        chances: named chances on the boundary of the null hypothesis, each a straight line in the nuisance parameter.
        spent: type I error that may be spent by each look, cumulative, in [0, 1).
        futility: per look, whether a trial that makes no claim has to stop; None for never.
        is_point: whether the null hypothesis is one point, so that there is no nuisance parameter.

    Returns:
        A threshold for each look; infinite where no value keeps the error.

    Example:
        >>> from handful.stats.lattice import Move, Stage
        >>> moves = (Move((1,), ("treated",)), Move((0,), ("not treated",)))
        >>> responses = [np.arange(n + 1.0) for n in (15, 30)]
        >>> null = lambda nuisance: {"treated": np.full(len(nuisance), 0.2)}
        >>> spent_thresholds([Stage(((15, moves),))] * 2, responses, null, [0.01, 0.05], is_point=True)
        (8.0, 11.0)
    """
    (found,) = _by_side(stages, [statistic], chances, spent, futility, is_point)
    return found


def spent_on_both_sides(
    stages: Sequence[Walked],
    statistic: Sequence[Array],
    chances: Chances,
    spent: Sequence[float],
    *,
    is_point: bool = False,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Look by look the thresholds for benefit and for harm, each of which keeps what may be spent on its side.

    Args:
        stages: what happens before each look.
        statistic: per look the statistic of every combination of counts, large for benefit and small for harm.
        chances: as for `spent_thresholds`.
        spent: error that may be spent on each side by each look, cumulative, in [0, 1).
        is_point: as for `spent_thresholds`.

    Returns:
        (smallest threshold for benefit, largest for harm) of each look; infinite where no value keeps the error.

    Example:
        >>> from handful.stats.lattice import Move, Stage
        >>> moves = (Move((1,), ("treated",)), Move((0,), ("not treated",)))
        >>> responses = [np.arange(n + 1.0) for n in (15, 30)]
        >>> null = lambda nuisance: {"treated": np.full(len(nuisance), 0.5)}
        >>> spent_on_both_sides([Stage(((15, moves),))] * 2, responses, null, [0.01, 0.05], is_point=True)
        ((13.0, 21.0), (2.0, 9.0))
    """
    sides = [statistic, [-table for table in statistic]]
    benefit, harm = _by_side(stages, sides, chances, spent, None, is_point)
    return benefit, tuple(-threshold for threshold in harm)


def _by_side(
    stages: Sequence[Walked],
    sides: Sequence[Sequence[Array]],
    chances: Chances,
    spent: Sequence[float],
    futility: Sequence[Flags] | None,
    is_point: bool,
) -> list[tuple[float, ...]]:
    """Thresholds of each side; a trial that has stopped on one side makes no claim on another."""
    thresholds: list[list[float]] = [[] for _ in sides]
    claims: list[list[Flags]] = [[] for _ in sides]
    stops: list[Flags] = []
    for look, allowed in enumerate(spent):
        walked = stages[: look + 1]
        for statistic, found, before in zip(sides, thresholds, claims, strict=True):
            counts = statistic[look].ndim
            worst = worst_chance_at_last_look(walked, before, stops, chances, counts, is_point=is_point)
            error = partial(_false_claims, worst, statistic[look])
            # Where nothing may be spent nothing can be claimed.
            best = smallest_threshold(statistic[look], error, allowed).threshold if allowed > 0 else np.inf
            found.append(best)
        for statistic, found, before in zip(sides, thresholds, claims, strict=True):
            before.append(statistic[look] >= found[-1])
        ended = np.any([before[-1] for before in claims], axis=0)
        stops.append(ended if futility is None else ended | futility[look])
    return [tuple(found) for found in thresholds]


def _false_claims(worst: Callable[[Flags], tuple[float, float]], table: Array, threshold: float) -> float:
    """Error spent by the last of these looks with a threshold there."""
    return worst(table >= threshold)[0]
