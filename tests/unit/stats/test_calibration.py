"""Thresholds calibrated to a type I error, beside trying every threshold."""

import numpy as np
import pytest

from handful.stats.beta_binomial import probability_above, superiority_table
from handful.stats.binomial import pmf
from handful.stats.calibration import (
    constant_threshold,
    continuous_threshold,
    smallest_threshold,
    worst_chance_of_claim,
)
from handful.stats.lattice import Move, Stage, advance, start
from handful.stats.normal_process import crossing_probabilities
from handful.stats.worst_case import maximum

ONE_ARM = (Move((1,), ("treated",)), Move((0,), ("not treated",)))
CONTROL = (Move((1, 0), ("control",)), Move((0, 0), ("not control",)))
TREATED = (Move((0, 1), ("treated",)), Move((0, 0), ("not treated",)))


def no_effect(nuisance):
    return {"control": nuisance, "treated": nuisance}


@pytest.mark.parametrize("alpha", [0.001, 0.07, 0.1, 0.3, 0.999])
def test_it_is_the_first_that_keeps_the_level_when_all_are_tried(alpha):
    values = np.random.default_rng(3).permutation(np.repeat(np.linspace(0.2, 7.0, 23), 2))
    calls = []

    def error(threshold):
        calls.append(threshold)
        return 0.2 / threshold**2

    found = smallest_threshold([*values, np.inf, -np.inf], error, alpha)
    kept = [v for v in np.unique(values) if 0.2 / v**2 <= alpha]
    assert found.threshold == (kept[0] if kept else np.inf)
    assert len(calls) <= 5


def test_nothing_keeps_the_level():
    assert smallest_threshold([1.0, 2.0], lambda t: 0.5, 0.05) == (np.inf, 0.0)


def test_one_look_of_one_arm_is_the_exact_binomial_test():
    # The posterior probability orders trials as the count does, so calibration finds the count of the exact test.
    looks = [probability_above(0.3, np.arange(31), 30, (0.5, 2.0))]
    found = constant_threshold(
        [Stage(((30, ONE_ARM),))], looks, lambda v: {"treated": np.full(len(v), 0.3)}, 0.025, is_point=True
    )
    tail = pmf(30, 0.3)[::-1].cumsum()[::-1]
    count = int(np.argmax(tail <= 0.025))
    assert found.threshold == looks[0][count]
    assert found.error == pytest.approx(tail[count], abs=1e-14)


def test_two_arms_keep_the_level_at_the_worst_point_and_nowhere_waste_it():
    table = superiority_table(12, 9).T
    found = constant_threshold([Stage(((9, CONTROL), (12, TREATED)))], [table], no_effect, 0.05)

    def error(threshold):
        claim = table >= threshold
        return maximum(lambda p: np.einsum("pi,ij,pj->p", pmf(9, p), claim, pmf(12, p)))[0]

    assert found.error == pytest.approx(error(found.threshold), abs=1e-12)
    assert found.error <= 0.05
    below = np.unique(table)[np.searchsorted(np.unique(table), found.threshold) - 1]
    assert error(below) > 0.05


def test_looks_that_stop_for_futility_leave_more_error_to_spend():
    looks = [probability_above(0.2, np.arange(n + 1), n) for n in (10, 20, 30)]
    stages = [Stage(((10, ONE_ARM),))] * 3

    def null(nuisance):
        return {"treated": np.full(len(nuisance), 0.2)}

    free = constant_threshold(stages, looks, null, 0.025, is_point=True)
    stops = [table < 0.6 for table in looks]
    binding = constant_threshold(stages, looks, null, 0.025, futility=stops, is_point=True)
    assert binding.threshold <= free.threshold
    at_same = constant_threshold(
        stages,
        [np.where(t >= free.threshold, t, -np.inf) for t in looks],
        null,
        0.999,
        futility=stops,
        is_point=True,
    )
    assert at_same.error < free.error


def test_exact_error_beside_simulated_trials():
    table = [superiority_table(n, n).T for n in (8, 16)]
    stages = [Stage(((8, CONTROL), (8, TREATED)))] * 2
    found = constant_threshold(stages, table, no_effect, 0.05)
    rng = np.random.default_rng(5)
    trials, p = 200_000, 0.5
    x, y = (rng.binomial(8, p, (2, trials)).cumsum(axis=0) for _ in range(2))
    claims = (table[0][x[0], y[0]] >= found.threshold) | (table[1][x[1], y[1]] >= found.threshold)
    # Simulated at one point of the null: at most the worst one, within 4 standard errors.
    assert claims.mean() <= found.error + 4 * np.sqrt(found.error / trials)
    assert claims.mean() > 0.5 * found.error


def test_continuous_error_is_met_by_root_search():
    # A posterior probability with a flat prior that is asked for at five looks alike: Pocock's boundary, 2.413 for a
    # two-sided 5 % (Jennison and Turnbull 2000, table 2.1).
    information = tuple(np.arange(1.0, 6.0))
    never = (-np.inf,) * 5
    found = continuous_threshold(
        lambda z: float(sum(crossing_probabilities(information, never, (z,) * 5, 0.0).upper)), 0.025
    )
    assert found.threshold == pytest.approx(2.413, abs=1e-3)
    assert found.error == pytest.approx(0.025, abs=1e-10)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="alpha"):
        smallest_threshold([1.0], lambda t: 0.1, 0.0)
    with pytest.raises(ValueError, match="one table a look"):
        constant_threshold([], [], no_effect, 0.05)


@pytest.mark.parametrize("sizes", [(9, 12), (40, 41)])
def test_the_worst_chance_is_that_of_every_point_walked(sizes):
    rng = np.random.default_rng(7)
    control, treated = sizes
    stages = [Stage(((control, CONTROL), (treated, TREATED)))] * 2
    shapes = [(k * control + 1, k * treated + 1) for k in (1, 2)]
    claims = [rng.random(shape) < 0.1 for shape in shapes]
    stops = [rng.random(shape) < 0.3 for shape in shapes]
    points = np.linspace(0, 1, 2001)
    walked = start(2, points.size)
    chance = np.zeros(points.size)
    for stage, claim, stop in zip(stages, claims, stops, strict=True):
        walked = advance(walked, stage, no_effect(points))
        chance += (walked * claim).sum(axis=(1, 2))
        walked = walked * ~(claim | stop)
    value, where = worst_chance_of_claim(stages, claims, stops, no_effect)
    assert value >= chance.max() - 1e-14
    assert value == pytest.approx(chance.max(), abs=1e-4)
    assert chance[np.abs(points - where).argmin()] == pytest.approx(value, abs=1e-3)
    # With a margin the chances differ, and the polynomial is walked at as many points as it needs.
    shifted = worst_chance_of_claim(
        stages, claims, stops, lambda v: {"control": 0.999999 * v, "treated": 0.999999 * v + 1e-6}
    )
    assert shifted[0] == pytest.approx(value, abs=1e-3)
