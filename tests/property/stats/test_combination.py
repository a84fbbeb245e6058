"""What combination tests must keep for every design: their level, and what they say of the rest of a trial."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.combination import cui_hung_wang, inverse_normal, stage_statistics, weighted_statistics
from handful.stats.conditional_error import conditional_rejection_probability, final_critical_value
from handful.stats.fisher_combination import (
    FisherTest,
    bauer_koehne,
    fisher_critical_value,
    fisher_test,
)
from handful.stats.normal_process import crossing_probabilities
from handful.stats.panels import integration_rule

FRACTIONS = st.lists(st.floats(0.1, 1.0), min_size=2, max_size=4).map(
    lambda gaps: [*(np.cumsum(gaps)[:-1] / sum(gaps)), 1.0]
)


@given(FRACTIONS, st.lists(st.floats(-4.0, 4.0), min_size=4, max_size=4), st.floats(0.5, 200.0))
def test_the_weighted_statistic_of_an_unchanged_trial_is_the_ordinary_one(
    fractions: list[float], statistics: list[float], maximum: float
) -> None:
    z = np.array(statistics[: len(fractions)])
    assert cui_hung_wang(fractions, maximum * np.array(fractions), z) == pytest.approx(z, abs=1e-12)
    stages = stage_statistics(fractions, z)
    assume(np.all(np.abs(stages) < 5.0))  # beyond that 1 - p has lost the digits of the statistic
    assert inverse_normal(fractions, ndtr(-stages)) == pytest.approx(z, abs=1e-8)


@given(FRACTIONS)
def test_weighted_statistics_have_the_joint_distribution_of_a_group_sequential_trial(
    fractions: list[float],
) -> None:
    # Unit vectors as stage-wise statistics give the matrix that maps independent stages to the looks.
    matrix = weighted_statistics(fractions, np.eye(len(fractions))).T
    low, high = np.minimum.outer(fractions, fractions), np.maximum.outer(fractions, fractions)
    assert matrix @ matrix.T == pytest.approx(np.sqrt(low / high), abs=1e-12)


@given(st.floats(0.1, 0.9), st.floats(-3.0, 3.0), st.floats(0.2, 5.0), st.floats(-4.0, 4.0))
def test_two_stages_with_weights_fixed_are_two_stages_with_the_conditional_error_kept(
    first: float, z: float, growth: float, later: float
) -> None:
    critical, end = 1.96, first + growth
    both = (np.sqrt(first) * z + np.sqrt(growth) * later) / np.sqrt(end)
    weighted = cui_hung_wang([first, 1.0], [first, end], [z, both])[1]
    spendable = conditional_rejection_probability([first, 1.0], None, [np.inf, critical], 0, z)
    assume(1e-12 < spendable < 1 - 1e-12)
    by_weights = weighted - critical
    by_error = both - final_critical_value(spendable, first, z, end)
    # Both differ from zero by the same number of standard errors of the data to come.
    assert by_weights / np.sqrt(1.0 - first) == pytest.approx(by_error * np.sqrt(end / growth), abs=1e-5)


@given(FRACTIONS, st.floats(0.005, 0.1), st.booleans())
@settings(max_examples=30)
def test_the_conditional_error_is_on_average_what_the_rest_of_the_trial_spends(
    fractions: list[float], alpha: float, two_sided: bool
) -> None:
    design = group_sequential_boundaries(fractions, alpha=alpha, sided=2 if two_sided else 1)
    lower = design.lower if two_sided else None
    # The statistic of those who pass the first look is normal between its boundaries.
    z, weight = integration_rule(np.array([max(design.lower[0], -9.0), min(design.upper[0], 9.0)]), 1.0)
    spent = conditional_rejection_probability(fractions, lower, design.upper, 0, z)
    total = (weight * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)) @ spent
    null = design.crossing(0.0).upper
    assert total == pytest.approx(null[1:].sum(), abs=1e-11)


@given(FRACTIONS, st.floats(-2.0, 3.0), st.floats(-2.0, 4.0))
@settings(max_examples=30)
def test_conditional_rejection_of_several_looks_is_that_of_a_trial_that_starts_at_the_score(
    fractions: list[float], z: float, effect: float
) -> None:
    design = group_sequential_boundaries(fractions)
    levels = np.array(fractions)
    found = conditional_rejection_probability(levels, None, design.upper, 0, z, effect=effect)
    rest = levels[1:] - levels[0]
    shifted = (np.array(design.upper)[1:] * np.sqrt(levels[1:]) - z * np.sqrt(levels[0])) / np.sqrt(rest)
    assert found == pytest.approx(crossing_probabilities(rest, None, shifted, effect).upper.sum(), abs=1e-12)


@given(st.floats(0.001, 0.3), st.floats(0.0, 1.0))
def test_bauer_and_koehne_have_their_type_one_error(alpha: float, place: float) -> None:
    futility = alpha + 0.01 + place * (0.99 - alpha)
    test = bauer_koehne(alpha, futility)
    assert test.type_one_error == pytest.approx(alpha, rel=1e-11)
    assert alpha >= test.critical[0] >= test.critical[1] * (1 - 1e-12)


@given(st.floats(0.001, 0.2), st.integers(1, 5))
def test_one_product_for_all_stages_is_fishers_test(alpha: float, stages: int) -> None:
    critical = fisher_critical_value(alpha, stages)
    test = FisherTest((critical,) * stages, (1.0,) * (stages - 1), (1.0,) * stages)
    assert test.type_one_error == pytest.approx(alpha, rel=1e-11)


@given(FRACTIONS, st.floats(0.01, 0.1), st.floats(0.3, 1.0), st.integers(0, 10**6))
@settings(max_examples=8)
def test_fisher_tests_have_their_type_one_error_stage_by_stage(
    fractions: list[float], alpha: float, futility: float, seed: int
) -> None:
    stops = [futility] * (len(fractions) - 1)
    test = fisher_test(fractions, alpha=alpha, futility=stops)
    assert test.type_one_error == pytest.approx(alpha, rel=1e-9)
    trials = 200_000
    p = np.random.default_rng(seed).random((trials, len(fractions)))
    product, going_on = test.products(p), np.ones(trials, dtype=bool)
    rejected = 0
    for k, spent in enumerate(test.spent):
        rejects = going_on & (product[:, k] <= test.critical[k])
        rejected += int(rejects.sum())
        going_on &= ~rejects & (p[:, k] <= [*stops, 1.0][k])
        assert abs(rejected / trials - spent) <= 4.5 * np.sqrt(spent * (1.0 - spent) / trials)


@given(FRACTIONS, st.floats(0.01, 0.1))
@settings(max_examples=10)
def test_the_conditional_error_of_a_product_is_on_average_what_is_still_spent(
    fractions: list[float], alpha: float
) -> None:
    stops = [0.6] * (len(fractions) - 1)
    test = fisher_test(fractions, alpha=alpha, futility=stops)
    # As a function of -log(p) the error bends where the rest can no longer accept: many narrow panels.
    walk, weight = integration_rule(np.array([-np.log(0.6), -np.log(test.critical[0])]), 0.02)
    p = np.exp(-walk)
    later = (weight * p) @ test.conditional_error(0, p)
    assert later == pytest.approx(alpha - test.spent[0], abs=1e-6)
    assert test.conditional_error(0, [0.61, test.critical[0] * 0.999]).tolist() == [0.0, 1.0]
