"""Trials that cannot be finished end when nothing more will be known, and claim nothing."""

from __future__ import annotations

import numpy as np
import pytest

from handful.designs.base import Question
from handful.designs.registry import families
from handful.engine.simulate import Job, conduct_block
from handful.engine.summary import summarise
from handful.engine.truth import Truth
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.scenarios.registry import scenario_kinds
from handful.store.files import canonical

BLOCK = Block(7, 0, 200)
DEATH = Endpoint(name="death", kind="time to event")
CURED = {"kind": "time to event", "untreated": {"median": 9}, "hazard ratio": 0.5, "cured": 0.5}


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "randomised", "participants": 12},
        {"kind": "randomised", "participants": 12, "events": 11},
        {"kind": "single arm", "participants": 12, "benchmark": 9},
    ],
)
def test_waiting_for_events_that_never_come_ends_with_the_last_that_does(spec: dict[str, object]):
    scenario = scenario_kinds.get("time to event").model_validate(CURED | {"recruitment": {"rate": 3}})
    plan = families.get(str(spec["kind"])).model_validate(spec).plan(Question(DEATH))
    trials = conduct_block(Job(plan, scenario, BLOCK.seed, BLOCK.trials), BLOCK)
    assert not trials.finished.all()
    assert not trials.success[~trials.finished].any()
    people = scenario.participants(BLOCK, 12, DEATH)
    arm = plan.allocation.assign(people)
    record = plan.arrangement.record(people, arm, DEATH)
    assert record.resolved is not None
    last = np.where(np.isfinite(record.resolved), record.resolved, 0.0).max(axis=1)
    np.testing.assert_array_equal(trials.month[~trials.finished], last[~trials.finished])
    truth = Truth.of(plan, scenario)
    canonical(summarise(trials, 1, 12, truth).plain())  # refuses what is not a finite number
