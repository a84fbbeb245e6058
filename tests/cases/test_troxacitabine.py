"""Troxacitabine in leukaemia, allocated by the responses: remission in time in 10 of 18, 3 of 11 and 0 of 5 people."""

from __future__ import annotations

import numpy as np
import pytest

from handful.analyses.two_proportions import BetaBinomialTwoArms
from handful.stats.posterior_best import posterior_better
from tests.cases.published import compared, kept

TRIALS = 500
SEEN = np.array([18, 11, 5]) / 34


def test_the_published_posterior_probabilities() -> None:
    """With TA inferior to IA in 70%, and 20 points better in 5%; by the remissions whenever they came, with uniform priors."""
    better = posterior_better([[10, 5]], [[18, 11]])[0, 1]
    assert 1 - better == pytest.approx(0.70, abs=0.005)
    assert BetaBinomialTwoArms().table(18, 11, 0.2)[10, 5] == pytest.approx(0.05, abs=0.005)


def test_people_are_led_away_from_what_does_not_work_as_they_were() -> None:
    told = compared("troxacitabine", TRIALS).cell("those who came", "as published")
    arms = np.array([arm.value for arm in told.arms])
    assert abs(arms / arms.sum() - SEEN).max() < 0.05
    assert told.participants.mean.value < 34 - 3


def test_equal_shares_tell_one_combination_best() -> None:
    results = compared("troxacitabine", TRIALS)
    designs = [f"one combination, {how}" for how in ("follows", "optimal", "equal shares")]
    cells = [results.cell(design, "hoped for") for design in designs]
    power = [cell.success.value for cell in cells]
    assert power[0] + 0.1 < power[1] < power[2] - 0.1
    left = [cell.inferior.value for cell in cells]
    assert max(left[:2]) < 15 < left[2] == 30
    assert kept(results) == {"one combination, equal shares"}


def test_only_a_test_that_knows_the_order_of_people_keeps_its_level_when_they_change() -> None:
    results = compared("troxacitabine", TRIALS)
    steady, changing = (
        {design.name: results.cell(design.name, truth).success.value for design in results.designs}
        for truth in ("neither is better", "care improves")
    )
    assert changing["follows the responses"] > 1.5 * steady["follows the responses"] > 0.1
    assert changing["one combination, optimal"] > 0.07 > 0.04 > steady["one combination, optimal"]
    error = (0.025 * 0.975 / TRIALS) ** 0.5
    for design in ("one combination, follows", "one combination, equal shares"):
        assert max(steady[design], changing[design]) < 0.025 + 4 * error


def test_a_posterior_probability_promises_no_level() -> None:
    results = compared("troxacitabine", TRIALS)
    assert {d.name: d for d in results.designs}["follows the responses"].type_one.nominal is None
    assert any("“follows the responses” promises no type I error" in warning for warning in results.warnings)
