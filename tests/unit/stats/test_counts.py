"""Event rates: edges, definitions and what the tests and intervals owe each other."""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest

from handful.stats.counts import (
    Gamma,
    rate_interval,
    rate_p_value,
    rate_probability_below,
    rate_ratio_interval,
    rate_ratio_p_value,
)


def poisson(k: int, mean: float) -> float:
    return exp(-mean) * mean**k / factorial(k)


def test_one_sided_p_values_are_sums_of_poisson_probabilities() -> None:
    below = sum(poisson(k, 4.2) for k in range(3))
    assert rate_p_value(2, 6.0, 0.7, "less") == pytest.approx(below, rel=1e-13)
    assert rate_p_value(3, 6.0, 0.7, "greater") == pytest.approx(1.0 - below, rel=1e-13)
    assert rate_p_value(0, 6.0, 0.7, "greater") == 1.0


def test_two_sided_p_value_adds_every_count_that_is_as_unlikely() -> None:
    mass = [poisson(k, 4.2) for k in range(60)]
    for observed in (0, 2, 4, 9):
        expected = sum(m for m in mass if m <= mass[observed] * (1.0 + 1e-7))
        assert rate_p_value(observed, 4.2, 1.0, "two-sided") == pytest.approx(expected, rel=1e-12)


def test_equally_likely_counts_are_told_apart_from_no_one() -> None:
    # With a mean of 3, two and three events are equally likely, so either is as extreme as can be.
    np.testing.assert_allclose(rate_p_value([2, 3], 3.0, 1.0, "two-sided"), 1.0)


def test_limits_of_a_rate_are_where_its_tests_reject() -> None:
    events, exposure = np.array([0, 1, 7]), 3.5
    lower, upper = rate_interval(events, exposure, confidence=0.9).T
    for k in range(3):
        assert rate_p_value(events[k], exposure, upper[k], "less") == pytest.approx(0.05, rel=1e-12)
    for k in (1, 2):
        assert rate_p_value(events[k], exposure, lower[k], "greater") == pytest.approx(0.05, rel=1e-12)
    assert lower[0] == 0.0


def test_limits_of_a_ratio_are_where_its_tests_reject() -> None:
    lower, upper = rate_ratio_interval(4, 20.0, 9, 13.0, confidence=0.9)
    assert rate_ratio_p_value(4, 20.0, 9, 13.0, ratio=lower, alternative="greater") == pytest.approx(
        0.05, rel=1e-11
    )
    assert rate_ratio_p_value(4, 20.0, 9, 13.0, ratio=upper, alternative="less") == pytest.approx(
        0.05, rel=1e-11
    )


def test_arms_without_events_leave_a_ratio_open() -> None:
    limits = rate_ratio_interval([0, 3, 0], 10.0, [3, 0, 0], 10.0)
    assert (limits[0, 0], limits[1, 1]) == (0.0, np.inf)
    assert (limits[2, 0], limits[2, 1]) == (0.0, np.inf)
    assert limits[0, 1] == pytest.approx(1.0 / limits[1, 0], rel=1e-12)
    for alternative in ("less", "greater", "two-sided"):
        assert rate_ratio_p_value(0, 10.0, 0, 10.0, alternative=alternative) == 1.0


def test_the_arms_change_places() -> None:
    forward = rate_ratio_p_value(4, 20.0, 9, 13.0, ratio=1.25, alternative="less")
    assert rate_ratio_p_value(9, 13.0, 4, 20.0, ratio=0.8, alternative="greater") == pytest.approx(
        forward, rel=1e-13
    )


def test_arrays_are_broadcast() -> None:
    events, exposures = np.array([[1], [4]]), np.array([2.0, 5.0, 9.0])
    assert rate_p_value(events, exposures, 0.5, "two-sided").shape == (2, 3)
    assert rate_interval(events, exposures).shape == (2, 3, 2)
    assert rate_ratio_p_value(events, exposures, 3, 4.0).shape == (2, 3)
    assert rate_ratio_p_value(events, exposures, 3, 4.0, alternative="two-sided").shape == (2, 3)
    assert rate_ratio_interval(events, exposures, 3, 4.0).shape == (2, 3, 2)
    assert rate_probability_below(0.5, events, exposures, (1.0, 1.0)).shape == (2, 3)


def test_posterior_with_a_vanishing_prior_is_the_upper_p_value_of_one_event_fewer() -> None:
    # A gamma of whole-number shape is a Poisson tail: Pr(rate < r) = Pr(at least x events at rate r).
    below = rate_probability_below(0.5, 3, 10.0, Gamma(1e-12, 1e-12))
    assert below == pytest.approx(rate_p_value(3, 10.0, 0.5, "greater"), abs=1e-11)


def test_out_of_range_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="exposure must be greater than 0"):
        rate_p_value(1, 0.0, 0.5)
    with pytest.raises(ValueError, match="benchmark"):
        rate_p_value(1, 1.0, -1.0)
    with pytest.raises(ValueError, match="alternative"):
        rate_p_value(1, 1.0, 1.0, "other")
    with pytest.raises(ValueError, match="events1"):
        rate_ratio_p_value(-1, 1.0, 1, 1.0)
    with pytest.raises(ValueError, match="ratio"):
        rate_ratio_p_value(1, 1.0, 1, 1.0, ratio=0.0)
    with pytest.raises(ValueError, match="prior"):
        rate_probability_below(0.5, 1, 1.0, (0.0, 1.0))
