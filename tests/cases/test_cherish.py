"""CHERISH: 54 of 126 children known at a look on 31 August 2016; 5.9 points (3.7 to 8.1) there, 4.9 (p = 1e-7) with all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from handful.designs.base import Question
from handful.designs.group_sequential import GroupSequential
from handful.stats.overrun import deletion_inference
from handful.study.loading import load
from tests.cases.published import EXAMPLES, compared

TRIALS = 1000
STUDY = load(EXAMPLES / "cherish" / "study.yaml")
QUESTION = Question(STUDY.endpoint)
AT_THE_LOOK = 5.9 / ((8.1 - 3.7) / 2 / 1.959964)
AT_THE_END = float(-ndtri(0.5e-7))


def design() -> GroupSequential:
    found = STUDY.designs["look at 21 months"]
    assert isinstance(found, GroupSequential)
    return found


def test_the_boundary_for_the_children_known_was_crossed_by_far():
    limits = design().plan(QUESTION).rule.limits(0, np.array([[54]]))
    # Lan-DeMets O'Brien-Fleming: 2 - 2 Phi(2.2414 / sqrt(54 / 126)) of 2.5 %, of one side.
    assert float(np.asarray(limits.success)[0, 0]) == pytest.approx(3.2307, abs=1e-4)
    assert AT_THE_LOOK > 5
    said = design().conclude(QUESTION, look=0, z=AT_THE_LOOK, information=[54])
    assert said.p_value == pytest.approx(7.4e-8, rel=0.01)


def test_with_the_pipeline_the_effect_is_4_9_points_and_the_claim_stands():
    rule = design().plan(QUESTION).rule
    boundary = float(np.asarray(rule.limits(0, np.array([[54]])).success)[0, 0])
    said = deletion_inference([54, 126], None, [boundary, rule.upper[-1]], 0, 126, AT_THE_END)
    points = 4.9 / AT_THE_END * np.sqrt(126)
    told = [round(float(points * part), 1) for part in (said.estimate, said.lower, said.upper)]
    assert told == [4.9, 3.1, 6.7]


def test_a_look_in_month_21_leaves_as_many_in_the_pipeline_as_it_did():
    results = compared("cherish", TRIALS).cell("look at 21 months", "as it was")
    # All are enrolled by then, in the trial and here; 72 of them were not known.
    assert results.overrun_at[0].value == pytest.approx(72, abs=2)
    assert results.success_at[0].value == pytest.approx(0.364, abs=4 * (0.364 * 0.636 / TRIALS) ** 0.5)


def test_what_a_look_adds_to_the_estimate_stage_wise_inference_takes_away():
    plain, adjusted = (
        compared("cherish", TRIALS).cell(name, "as it was").bias
        for name in ("look at 21 months", "unbiased after the look")
    )
    assert plain.value is not None
    assert plain.error is not None
    assert adjusted.value is not None
    assert plain.value > 3 * plain.error
    assert abs(adjusted.value) < plain.value / 2


def test_a_harmful_drug_is_stopped_by_the_design_that_looks_for_it():
    results = compared("cherish", TRIALS)
    assert results.cell("also for harm", "harmful").failure_at[0].value > 0.6
    assert results.cell("look at 21 months", "harmful").failure_at[0].value == 0
