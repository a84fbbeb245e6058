"""Dual criterion: both criteria as one number."""

import numpy as np
import pytest

from handful.stats.beta_binomial import credible_interval, probability_above
from handful.stats.dual_criterion import dual_statistic, required_dual_estimate, required_responses
from handful.stats.normal_posterior import Normal, required_estimate, updated


def test_thresholds_of_a_half_or_more_ask_for_both():
    significance, relevance = np.meshgrid(np.linspace(0, 1, 41), np.linspace(0, 1, 41))
    statistic = dual_statistic(significance, relevance)
    for threshold in (0.5, 0.8, 0.975, 1.0):
        np.testing.assert_array_equal(
            statistic >= threshold, (significance >= threshold) & (relevance >= 0.5)
        )


def test_it_grows_with_both():
    grid = np.linspace(0, 1, 101)
    significance, relevance = np.meshgrid(grid, grid)
    statistic = dual_statistic(significance, relevance)
    assert (np.diff(statistic, axis=0) >= 0).all()
    assert (np.diff(statistic, axis=1) >= 0).all()


@pytest.mark.parametrize("n", [7, 20, 41])
@pytest.mark.parametrize("decision_value", [0.1, 0.3, 0.55])
def test_responses_meet_both_criteria_from_the_required_number_on(n, decision_value):
    needed = required_responses(n, 0.2, decision_value, 0.95, (0.5, 0.5))
    counts = np.arange(n + 1)
    medians = credible_interval(counts, n, (0.5, 0.5), 1e-12)[0]
    both = (probability_above(0.2, counts, n, (0.5, 0.5)) >= 0.95) & (medians >= decision_value - 1e-9)
    np.testing.assert_array_equal(both, counts >= needed)


def test_no_number_of_responses_may_be_enough():
    assert required_responses(3, 0.6, 0.7, 0.99) == 4


def test_the_stricter_criterion_decides_and_which_one_depends_on_the_size():
    small, large = required_dual_estimate(np.array([2.0, 50.0]), 0.975, decision_value=0.8)
    assert small == required_estimate(2.0, 0.975)
    assert large == 0.8


def test_a_required_estimate_meets_both_and_a_smaller_one_does_not():
    prior, information = Normal(0.3, 4.0), 10.0
    needed = required_dual_estimate(information, 0.9, decision_value=0.55, null=0.1, prior=prior)
    for estimate, met in ((needed + 1e-9, True), (needed - 1e-9, False)):
        belief = updated(estimate, information, prior)
        assert bool(dual_statistic(belief.above(0.1), belief.above(0.55)) >= 0.9) is met


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="relevance"):
        dual_statistic(0.5, 1.5)
