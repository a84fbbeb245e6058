"""The demonstration: rows 19 (ProgStar) [V:prog9, V:prog-va] and 20 (Mandai 2017) [V:mandai]."""

from __future__ import annotations

import numpy as np
import pytest

from handful.participants.block import Block
from handful.participants.potential import Exposure
from handful.study.loading import load
from tests.cases.published import EXAMPLES, compared, kept

TRIALS = 1000


@pytest.fixture(scope="module")
def study():
    return load(EXAMPLES / "stargardt_rpe" / "study.yaml")


def test_untreated_eyes_lose_what_progstar_saw(study):
    """0.55 letters a year, less what selection at entry makes the mean of two baseline readings too low."""
    scenario = study.scenario("no effect")
    people = scenario.participants(Block(1, 0, 400), 100, study.endpoint)
    change = people.outcome(Exposure.UNTREATED)
    flattered = scenario.regression_to_the_mean(study.endpoint)
    error = change.mean(axis=1).std() / 400**0.5
    assert abs(change.mean() - (-0.55 + flattered)) < 4 * error


def test_two_eyes_of_a_person_resemble_each_other(study):
    people = study.scenario("no effect").participants(Block(1, 0, 400), 100, study.endpoint)
    one, other = (people.outcome(Exposure.UNTREATED, unit).ravel() for unit in (0, 1))
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(0.5, abs=4 / 200)  # 40,000 people


def test_the_fellow_eye_is_chosen_because_learning_cancels():
    results = compared("stargardt_rpe", TRIALS)
    assert results.chosen == "fellow eye"
    learning = "reading the chart again"
    assert results.cell("fellow eye", learning).success.at_most(0.025)
    for design in ("own slope", "before and after", "against natural history"):
        assert design not in kept(results)
        assert results.cell(design, learning).success.value > 0.1


def test_concurrent_controls_are_kept_and_slower():
    results = compared("stargardt_rpe", TRIALS)
    assert {"untreated control 2:1", "untreated control 1:1 with a look"} & kept(results)
    eye, control = (results.cell(d, "hoped for") for d in ("fellow eye", "untreated control 2:1"))
    assert eye.months.mean.value < control.months.mean.value - 12


def test_products_that_fail_dilute_the_effect_and_no_design_claims_it_safely():
    results = compared("stargardt_rpe", TRIALS)
    failing = "as many products fail as in 2017"
    for design in results.designs:
        assert (
            results.cell(design.name, failing).success.value
            < results.cell(design.name, "hoped for").success.value
        )
    told = results.cell("fellow eye", failing)
    # The estimand asks for the effect of being assigned: half of six letters, and the estimate finds it.
    assert abs(told.bias.value) < 4 * told.bias.error


def test_what_reaches_the_other_eye_is_what_can_sink_it():
    results = compared("stargardt_rpe", TRIALS)
    assert any("contamination of the untreated side" in sentence for sentence in results.answer)


def test_it_offers_six_designs_of_different_families_and_five_truths(study):
    assert len(study.designs) >= 6
    assert len({study.design(name).kind for name in study.designs}) >= 5
    assert len(study.scenarios) >= 5
