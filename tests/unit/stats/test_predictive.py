"""Predictive probabilities beside a sum over all futures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import beta as beta_function
from scipy.special import betaincc, comb

from handful.stats.predictive import final_success_threshold, predictive_boundaries, predictive_probability


def over_all_futures(
    x: int, n: int, n_final: int, benchmark: float, certainty: float, prior: tuple[float, float]
) -> float:
    """Lee and Liu's definition: the chance of each future times whether its analysis succeeds."""
    a, b = prior[0] + x, prior[1] + n - x
    total = 0.0
    for y in range(n_final - n + 1):
        chance = comb(n_final - n, y) * beta_function(a + y, b + n_final - n - y) / beta_function(a, b)
        total += chance * (betaincc(a + y, b + n_final - n - y, benchmark) > certainty)
    return total


@pytest.mark.parametrize("prior", [(1.0, 1.0), (0.2, 0.8)])
def test_predictive_probability_sums_over_all_futures(prior: tuple[float, float]) -> None:
    threshold = final_success_threshold(20, 0.3, 0.9, prior)
    for n in (1, 8, 20):
        ours = predictive_probability(n, 20, threshold, prior)
        expected = [over_all_futures(x, n, 20, 0.3, 0.9, prior) for x in range(n + 1)]
        np.testing.assert_allclose(ours, expected, atol=1e-13)


def test_what_cannot_fail_or_succeed_any_more_is_certain() -> None:
    ours = predictive_probability(15, 20, threshold=8)
    np.testing.assert_array_equal(ours[8:], 1.0)
    np.testing.assert_array_equal(ours[:3], 0.0)
    assert np.all((ours[3:8] > 0.0) & (ours[3:8] < 1.0))


def test_boundaries_are_where_the_predictive_probability_crosses() -> None:
    design = predictive_boundaries([5, 10, 15, 20], 0.3, 0.9, futility_below=0.1, success_above=0.9)
    threshold = final_success_threshold(20, 0.3, 0.9)
    for n, low, high in list(
        zip(design.looks, design.futility_if_at_most, design.success_if_at_least, strict=True)
    )[:-1]:
        chance = predictive_probability(n, 20, threshold)
        np.testing.assert_array_equal(np.flatnonzero(chance < 0.1), np.arange(low + 1))
        np.testing.assert_array_equal(np.flatnonzero(chance > 0.9), np.arange(high, n + 1))
    assert (design.futility_if_at_most[-1], design.success_if_at_least[-1]) == (threshold - 1, threshold)


def test_thresholds_of_zero_and_one_never_stop_early() -> None:
    design = predictive_boundaries(range(1, 31), 0.3, 0.9, futility_below=0.0, success_above=1.0)
    assert design.futility_if_at_most[:-1] == (-1,) * 29
    assert design.success_if_at_least[:-1] == tuple(n + 1 for n in range(1, 30))


def test_an_unreachable_certainty_makes_every_number_futile() -> None:
    assert final_success_threshold(5, 0.5, 1.0) == 6
    design = predictive_boundaries([3, 5], 0.5, 1.0, futility_below=0.05)
    assert design.futility_if_at_most == (3, 5)
    assert design.success_probability(0.9) == 0.0


def test_out_of_range_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="futility_below must not exceed"):
        predictive_boundaries([5, 10], 0.3, 0.9, futility_below=0.6, success_above=0.5)
    with pytest.raises(ValueError, match="n_final must not be less"):
        predictive_probability(10, 9, 5)
    with pytest.raises(ValueError, match="looks must be"):
        predictive_boundaries([10, 5], 0.3, 0.9, futility_below=0.1)
    with pytest.raises(ValueError, match="benchmark"):
        final_success_threshold(10, 1.0, 0.9)
