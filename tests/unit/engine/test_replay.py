"""What is told of one trial that its block does not keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from handful.designs.base import Question
from handful.designs.registry import families
from handful.engine.replay import replay
from handful.engine.simulate import Job
from handful.participants.endpoint import Endpoint
from handful.report.story import tell
from handful.scenarios.registry import scenario_kinds
from handful.stats.sequential_inference import stage_wise_inference
from handful.stats.simon import TwoStage
from handful.stats.simon_inference import two_stage_inference

SCORE = Endpoint(name="score", kind="continuous", known_after=12)
RESPONSE = Endpoint(name="response", kind="binary")
NORMAL = scenario_kinds.get("continuous").model_validate({"untreated": {"sd": 1}, "effect": 0.7})
TIMED = {"recruitment": {"rate": "2 per month"}}
Z_TEST = {"kind": "group sequential", "participants": 40, "analysis": {"kind": "z test", "sd": 1}}


def job(design: dict[str, Any], scenario: Any, endpoint: Endpoint) -> Job:
    spec = families.get(design["kind"]).model_validate(design)
    return Job(spec.plan(Question(endpoint)), scenario, 11, 100)


@pytest.mark.parametrize(
    "more",
    [{}, {"sided": 2}, {"futility": {"binding": True}}, {"looks at": "24 months", "spending": "pocock"}],
)
def test_the_p_value_of_a_stop_is_at_most_the_level_where_its_interval_excludes_no_effect(
    more: dict[str, Any],
):
    what = job(Z_TEST | {"estimate": "stage-wise"} | more, NORMAL.replace(**TIMED), SCORE)
    stories = [replay(what, trial) for trial in range(40)]
    assert {len(story.looks) for story in stories} == {1, 2}
    for story in stories:
        assert story.p_value is not None
        assert (story.p_value <= 0.025) == (story.estimate[1] >= 0)
    assert len({story.success for story in stories}) == 2


def test_the_p_value_is_the_stage_wise_one():
    what = job(Z_TEST | {"estimate": "stage-wise"}, NORMAL, SCORE)
    seen = set()
    for trial in range(20):
        story = replay(what, trial)
        last = len(story.looks) - 1
        z = story.looks[-1].statistics[0]
        known = stage_wise_inference([20, 40], None, what.plan.rule.upper, last, z)
        assert story.p_value == pytest.approx(float(known.p_value), abs=1e-9)
        assert f"allows for the looks, is {story.p_value:.3g}." in " ".join(tell(story, SCORE, "z"))
        seen.add(last)
    assert seen == {0, 1}


def test_a_simon_trial_has_the_p_value_of_its_table():
    truth = scenario_kinds.get("binary").model_validate({"untreated": 0.2, "treated": 0.4})
    what = job({"kind": "simon", "benchmark": 0.2, "target": 0.4, "alpha": 0.05}, truth, RESPONSE)
    table = two_stage_inference(TwoStage(13, 3, 43, 12), 0.2, 0.9)
    lengths = set()
    for trial in range(20):
        story = replay(what, trial)
        responses = int(sum(person.outcome for person in story.participants))
        assert story.p_value == table.p_value[responses]
        assert story.success == bool(table.claim[responses])
        lengths.add(len(story.looks))
    assert lengths == {1, 2}


@pytest.mark.parametrize("estimate", ["plain", "repeated"])
def test_other_estimates_bring_no_p_value(estimate: str):
    story = replay(job(Z_TEST | {"estimate": estimate}, NORMAL, SCORE), 0)
    assert story.p_value is None
    assert not any("p-value" in sentence for sentence in tell(story, SCORE, "z"))


def test_a_trial_without_an_estimate_has_no_p_value():
    nobody = NORMAL.replace(recruitment={"rate": "2 per month", "dropout": "99.99% per year"})
    story = replay(job(Z_TEST | {"estimate": "stage-wise"}, nobody, SCORE), 0)
    assert np.isnan(story.estimate[0])
    assert story.p_value is None
