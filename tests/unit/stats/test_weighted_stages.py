"""Two weighted stages: the stage-wise ordering where the sizes are as planned, a closed form where no look could stop."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.special import ndtri

from handful.stats.bisection import bisect_increasing, secant_increasing
from handful.stats.stage_wise import PassedLooks, effects_of_outcomes
from handful.stats.weighted_stages import WeightedStages

TAILS = (0.5, 0.025, 0.975)


def stages(first, second, information, weight=0.5, **bounds):
    """Stages whose estimates have z-values about zero and given information."""
    root = np.sqrt(np.asarray(information, dtype=float))[:, None]
    z = np.array([first, second], dtype=float)
    errors = np.broadcast_to((1 / root)[:, None], (2, 2, z.shape[1]))
    return WeightedStages(weight, z / root, errors, **bounds)


@pytest.mark.parametrize("weight", [0.3, 0.5])
@pytest.mark.parametrize(("lower", "upper"), [(-0.3, 2.2), (-np.inf, 2.5), (0.5, np.inf)])
def test_with_the_planned_sizes_they_are_the_stage_wise_estimates_of_the_normal_process(weight, lower, upper):
    rng = np.random.default_rng(4)
    first = rng.uniform(max(lower, -2), min(upper, 4), 40)
    second = rng.normal(0.5, 1.5, 40)
    found = stages(first, second, (weight * 20, (1 - weight) * 20), weight, lower=lower, upper=upper)
    combined = sqrt(weight) * first + sqrt(1 - weight) * second
    expected = effects_of_outcomes(PassedLooks((weight * 20,), (lower,), (upper,)), 20.0, combined, TAILS)
    np.testing.assert_allclose(found.effects(TAILS), expected, atol=2e-8 / sqrt(20))


def test_without_a_boundary_they_have_the_closed_form_of_lawrence_and_hung():
    first, second, weight, information = np.array([0.4, 1.9]), np.array([1.1, -0.2]), 0.4, (8.0, 50.0)
    roots, shares = np.sqrt(information), np.sqrt([weight, 1 - weight])
    combined, drift = shares[0] * first + shares[1] * second, shares @ roots
    found = stages(first, second, information, weight).effects(TAILS)
    for effect, tail in zip(found, TAILS, strict=True):
        np.testing.assert_allclose(effect, (combined + ndtri(tail)) / drift, rtol=1e-9)


def test_the_tail_is_that_of_simulated_stages_under_the_effect():
    observed = stages([1.0], [0.7], (10.0, 30.0), upper=2.0, lower=0.2)
    effect, trials = 0.15, 400_000
    rng = np.random.default_rng(5)
    # About the effect the statistics of both stages are standard normal; the boundaries move with it.
    z = rng.standard_normal((2, trials))
    moved = effect * sqrt(10.0)
    seen = sqrt(0.5) * (1.0 - moved) + sqrt(0.5) * (0.7 - effect * sqrt(30.0))
    stopped = z[0] >= 2.0 - moved
    higher = stopped | ((z[0] > 0.2 - moved) & (sqrt(0.5) * z.sum(axis=0) >= seen))
    share = higher.mean()
    assert abs(observed.tail(np.array([effect]))[0] - share) < 4 * sqrt(share * (1 - share) / trials)


def test_the_tail_grows_with_the_effect_where_errors_differ_between_the_sides():
    errors = np.array([[[0.5], [0.2]], [[0.1], [0.4]]])
    told = WeightedStages(0.5, np.array([[0.8], [0.3]]), errors, upper=2.4)
    grid = np.linspace(-3, 3, 301)
    values = np.array([told.tail(np.array([effect]))[0] for effect in grid])
    assert np.all(np.diff(values) >= -1e-12)


def test_secants_find_what_bisection_finds():
    target = np.linspace(-7, 7, 57)
    near = (np.zeros(57), np.full(57, 0.1))
    ends = np.full(57, -20.0), np.full(57, 20.0)

    def function(x):
        return x + 0.5 * np.tanh(3 * x) - target

    roots = secant_increasing(function, near, *ends, np.full(57, 1e-8))
    np.testing.assert_allclose(roots, bisect_increasing(function, *ends), atol=1e-12)
