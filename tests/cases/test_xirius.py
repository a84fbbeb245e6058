"""XIRIUS part 2: 3 of 8 on the low dose and 2 of 8 on the high dose against 2 of 9 untreated, P = 0.3181 and 0.5177."""

from __future__ import annotations

import numpy as np
import pytest

import handful as hf
from handful.analyses.base import Aim
from handful.analyses.several import Several
from handful.analyses.two_proportions import Boschloo
from handful.designs.base import Question
from handful.participants.observations import Cut, Outcomes
from tests.cases.published import answered, compared, kept, responses, two_arms

UNTREATED, LOW, HIGH = (2, 9), (3, 8), (2, 8)
BERGER_BOOS = 0.001


@pytest.mark.parametrize(("dose", "published"), [(LOW, 0.3181), (HIGH, 0.5177)])
def test_boschloos_test_of_each_dose(dose: tuple[int, int], published: float) -> None:
    # Berger and Boos search the worst point of the null within a confidence interval of 99.9% and add the rest to the p-value;
    # here the worst point of all lies within it.
    said = answered(Boschloo(), two_arms(responses(*dose), responses(*UNTREATED)), Aim())
    assert -said.statistic + BERGER_BOOS == pytest.approx(published, abs=5e-5)


def test_both_doses_at_once_are_the_two_tests():
    arms = [responses(*counts) for counts in (UNTREATED, LOW, HIGH)]
    arm = np.concatenate([np.full(len(outcomes), k) for k, outcomes in enumerate(arms)]).astype(np.int8)
    seen = Outcomes(arm[None], None, np.array([[*arms[0], *arms[1], *arms[2]]]))
    design = hf.MultiArm(arms=("low dose", "high dose"), participants=27, looks=(1.0,), lower=None)
    plan = design.plan(Question(hf.Endpoint(name="responder", kind="binary")))
    assert isinstance(plan.analysis, Several)
    found = plan.analysis.evidence(seen, Cut(np.array([25]), np.zeros(1)), plan.aim).statistic[0]
    assert -found == pytest.approx([0.3171, 0.5167], abs=5e-5)
    assert not plan.rule.decide(
        0, plan.analysis.evidence(seen, Cut(np.array([25]), np.zeros(1)), plan.aim)
    ).any()


def test_nothing_is_saved_by_choosing_when_the_outcome_takes_a_year():
    results = compared("xirius", 1000)
    for design in ("drop what is behind", "the near-best doses"):
        enrolled = results.cell(design, "hoped for").participants.mean.value
        assert 65 < enrolled < 72


def test_exact_tests_of_each_stage_are_careful_twice_over():
    results = compared("xirius", 1000)
    exact, approximate = (
        results.cell(design, "hoped for").success.value
        for design in ("the near-best doses by exact tests", "the near-best doses")
    )
    assert exact < approximate - 0.01
    assert {"drop what is behind", "both doses to the end", "the near-best doses"} <= kept(results)


def test_were_it_the_truth_what_was_published_would_seldom_be_found():
    results = compared("xirius", 1000)
    for design in results.designs:
        assert results.cell(design.name, "as published").success.value < 0.2
