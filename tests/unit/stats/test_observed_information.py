"""Boundaries at observed information: the plan where it is kept, the whole error rate where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.classical import pocock
from handful.stats.normal_process import crossing_probabilities
from handful.stats.observed_information import boundaries_at
from handful.stats.spending import HwangShihDeCani, OBrienFlemingType, PocockType

PLANNED = (20.0, 40.0, 60.0)


@pytest.mark.parametrize("sided", [1, 2])
def test_the_planned_information_gives_the_planned_boundaries(sided: Any) -> None:
    design = group_sequential_boundaries(np.array(PLANNED) / 60, efficacy=PocockType(), sided=sided)
    observed = boundaries_at(PLANNED, 60, efficacy=PocockType(), sided=sided)
    assert observed.upper == pytest.approx(design.upper, abs=1e-12)
    assert observed.lower == pytest.approx(design.lower, abs=1e-12)
    assert observed.final
    assert observed.spent[-1] == pytest.approx(0.025)


@pytest.mark.parametrize("binding", [False, True])
def test_the_planned_information_gives_the_planned_futility(binding: bool) -> None:
    futility = HwangShihDeCani(-2)
    design = group_sequential_boundaries(np.array(PLANNED) / 60, futility=futility, binding=binding)
    observed = boundaries_at(PLANNED, 60, futility=futility, binding=binding, drift=design.drift)
    assert observed.upper == pytest.approx(design.upper, abs=1e-11)
    assert observed.lower == pytest.approx(design.lower, abs=1e-11)


@pytest.mark.parametrize(("last", "final"), [(52.0, True), (60.0, False), (75.0, False)])
@pytest.mark.parametrize("sided", [1, 2])
def test_under_and_over_running_trials_spend_the_whole_error_rate(
    last: float, final: bool, sided: Any
) -> None:
    observed = boundaries_at([23, 35, last], 60, sided=sided, alpha=0.04, final=final)
    assert observed.final
    lower = observed.lower if sided == 2 else None
    null = crossing_probabilities(observed.information, lower, observed.upper)
    assert np.cumsum(sided * null.upper) == pytest.approx(observed.spent, abs=1e-13)
    assert observed.spent[-1] == pytest.approx(0.04, abs=1e-15)
    planned = sided * OBrienFlemingType().spent(np.array([23, 35]) / 60, 0.04 / sided)
    assert observed.spent[:2] == pytest.approx(planned, abs=1e-15)


def test_later_looks_leave_the_boundaries_of_earlier_ones_alone() -> None:
    futility = PocockType()
    first = boundaries_at([23], 60, futility=futility, drift=3.4)
    second = boundaries_at([23, 35], 60, futility=futility, drift=3.4)
    third = boundaries_at([23, 35, 66], 60, futility=futility, drift=3.4)
    assert not second.final
    for earlier in (first, second):
        looks = len(earlier.upper)
        assert third.upper[:looks] == pytest.approx(earlier.upper, abs=1e-13)
        assert third.lower[:looks] == pytest.approx(earlier.lower, abs=1e-13)
    assert third.lower[-1] == third.upper[-1]


def test_futility_spends_the_type_two_error_under_the_planned_effect() -> None:
    observed = boundaries_at([23, 35], 60, futility=PocockType(), drift=3.4)
    spent = observed.crossing(3.4 / np.sqrt(60)).lower
    assert np.cumsum(spent) == pytest.approx(PocockType().spent(np.array([23, 35]) / 60, 0.1), abs=1e-13)


def test_a_trial_that_overran_needs_less_than_one_that_ended_early() -> None:
    # The less two looks have in common, the more is spent at the later one for the same boundary.
    under, plan, over = (boundaries_at([30, last], 60, final=True).upper[-1] for last in (50, 60, 80))
    assert under < plan < over


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([20, 40], 0.0), "maximum information"),
        (([20, 40], np.inf), "maximum information"),
        (([60, 70], 60.0), "no look follows"),
        (([40, 20], 60.0), "must grow"),
    ],
)
def test_impossible_information_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        boundaries_at(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"futility": PocockType()}, "the drift that was planned"),
        ({"futility": PocockType(), "drift": 3.0, "sided": 2}, "one-sided"),
        ({"efficacy": pocock()}, "planned looks only"),
        ({"alpha": 0.7}, "alpha must"),
    ],
)
def test_contradictory_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        boundaries_at([20, 40], 60.0, **options)
