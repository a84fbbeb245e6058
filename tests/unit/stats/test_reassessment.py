"""Combination and reassessment: refusals and edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from handful.stats.blinded_reassessment import (
    blinded_overdispersion,
    blinded_variance,
    reassessed_size,
    size_for_counts,
    size_for_mean,
    size_for_rate,
)
from handful.stats.combination import inverse_normal, stage_statistics, weighted_statistics
from handful.stats.conditional_error import conditional_rejection_probability, final_critical_value
from handful.stats.conditional_power import (
    conditional_power,
    information_for_conditional_power,
    predictive_power,
)
from handful.stats.fisher_combination import FisherTest, bauer_koehne, fisher_critical_value, fisher_test
from handful.stats.promising_zone import PromisingZone, largest_type_one_error
from handful.stats.sample_size_counts import count_rate_ratio
from handful.stats.sample_size_rates import rate_difference

REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: weighted_statistics([0.5, 0.9], [1.0, 2.0]), "end at 1"),
    (lambda: weighted_statistics([0.5, 1.0], [1.0, 2.0, 3.0]), "stages"),
    (lambda: inverse_normal([0.5, 1.0], [0.5, 1.2]), "p-values"),
    (lambda: stage_statistics([2.0, 1.0], [1.0, 1.0]), "grow"),
    (lambda: fisher_critical_value(0.0), "alpha"),
    (lambda: fisher_critical_value(0.05, 0), "stage"),
    (lambda: FisherTest((0.01,), (1.0,), (1.0,)), "critical value"),
    (lambda: FisherTest((0.01, 1.0), (1.0,), (1.0, 1.0)), "critical values"),
    (lambda: FisherTest((0.01, 0.01), (0.0,), (1.0, 1.0)), "futility"),
    (lambda: fisher_test([0.5, 1.0], futility=[0.5, 0.5]), "futility"),
    (lambda: fisher_test([0.5, 1.0], spent=[0.02, 0.01]), "grow"),
    (lambda: bauer_koehne(0.05, 0.04), "futility"),
    (lambda: bauer_koehne(0.05).conditional_error(1, 0.1, 0.1), "stage"),
    (lambda: conditional_rejection_probability([0.5, 1.0], None, [2.0, 2.0], 1, 1.0), "look"),
    (lambda: conditional_rejection_probability([0.5, 1.0], None, [2.0], 0, 1.0), "boundary"),
    (lambda: final_critical_value(0.1, 1.0, 1.0, 1.0), "exceed"),
    (lambda: final_critical_value(1.1, 1.0, 1.0, 2.0), "conditional error"),
    (lambda: conditional_power(1.0, 1.0, 0.5, 1.96, 0.0), "exceed"),
    (lambda: predictive_power(0.5, 1.0, 1.0, 1.96, prior_information=-1.0), "prior"),
    (lambda: information_for_conditional_power(1.0, 0.1, 1.0, 1.0), "power"),
    (lambda: PromisingZone(0.5, 1.0, 0.8), "cap"),
    (lambda: PromisingZone(0.5, 2.0, 0.4), "power"),
    (lambda: PromisingZone(0.5, 2.0, 0.8, from_power=1.0), "from_power"),
    (lambda: largest_type_one_error(0.5), "alpha"),
    (lambda: reassessed_size(10.0, 5.0, planned=20.0, most=15.0), "planned"),
    (lambda: blinded_variance(1.0, 1.0), "two outcomes"),
    (lambda: size_for_mean(1.0, 0.0), "effect of zero"),
    (lambda: size_for_rate(0.5, 0.0), "effect of zero"),
    (lambda: size_for_counts(1.0, 0.0, 1.0), "rate ratio"),
    (lambda: size_for_mean(1.0, 1.0, allocation_ratio=0.0), "allocation ratio"),
]


@pytest.mark.parametrize(("question", "message"), REFUSED)
def test_questions_that_make_no_sense_are_refused(question: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        question()


def test_certain_p_values_make_infinite_statistics() -> None:
    assert inverse_normal([0.5, 1.0], [0.0, 0.3]).tolist() == [np.inf, np.inf]
    assert weighted_statistics([0.5, 1.0], [[1.0], [2.0]]).tolist() == [[1.0], [2.0]]


def test_rejected_and_accepted_products_have_nothing_left_to_spend() -> None:
    test = bauer_koehne(0.05, 0.5)
    assert test.conditional_error(0, [0.0, 0.5001, 1.0]).tolist() == [1.0, 0.0, 0.0]
    assert test.products([0.2, 0.0]).tolist() == [0.2, 0.0]


def test_conditional_rejection_of_statistics_that_are_infinite_or_missing() -> None:
    found = conditional_rejection_probability([0.5, 1.0], None, [2.8, 1.98], 0, [-np.inf, np.inf, np.nan])
    assert found[:2].tolist() == [0.0, 1.0]
    assert np.isnan(found[2])


def test_nothing_and_everything_to_spend_make_infinite_critical_values() -> None:
    assert final_critical_value([0.0, 1.0], 1.0, 1.5, 2.0).tolist() == [np.inf, -np.inf]


def test_a_zone_of_its_own_starts_where_it_is_told_to() -> None:
    zone = PromisingZone(0.5, 2.0, 0.9, from_power=0.5)
    assert zone.conditional_power(zone.limits) == pytest.approx([0.5, 0.9], abs=1e-12)
    assert zone.size([zone.limits[0] - 1e-6, zone.limits[1] + 1e-6]).tolist() == [1.0, 1.0]
    assert zone.rejection_probability(3.24) > zone.rejection_probability(0.0)


def test_sizes_asked_for_again_with_what_was_planned_are_the_planned_sizes() -> None:
    # Means are tested against blindrecalc; rates and counts must not contradict their own sample sizes.
    planned = rate_difference(0.7, 0.2, allocation_ratio=2.0).size(power=0.8)
    found = size_for_rate((2 * 0.7 + 0.2) / 3, 0.5, power=0.8, allocation_ratio=2.0)
    assert found == pytest.approx(planned, rel=1e-9)
    counts = count_rate_ratio(0.3, 0.9, exposure=12, overdispersion=1.5, allocation_ratio=2.0).size(power=0.8)
    mean = (2 * 0.3 * 12 + 0.9 * 12) / 3
    assert size_for_counts(mean, 1.5, 1 / 3, power=0.8, allocation_ratio=2.0) == pytest.approx(
        counts, rel=1e-9
    )


def test_nuisance_parameters_that_say_nothing_ask_for_the_plan_or_the_limit() -> None:
    assert np.isnan(size_for_rate(0.05, 0.4))
    assert size_for_counts(0.0, 0.0, 0.5) == np.inf
    assert reassessed_size([np.nan, np.inf], 10, planned=30, most=60).tolist() == [30.0, 60.0]
    assert blinded_overdispersion(0.0, 0.0) == 0.0
    assert blinded_variance(0.1, 10, effect=5.0) == 0.0


def test_a_trial_cannot_shrink_below_those_already_in_it() -> None:
    assert reassessed_size([5.0, 12.0], 10).tolist() == [10.0, 12.0]
