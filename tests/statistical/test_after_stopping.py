"""Estimates after stopping are what they promise: where the normal process is exact, so are they.

With a known standard deviation the statistic is the normal process and nothing else. The median-unbiased estimate then lies
above the truth in half of all trials, and the stage-wise interval covers it in 95 %, whatever the truth; the plain estimate
and interval do not, and the repeated interval covers more.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from handful.designs.base import Question
from handful.designs.group_sequential import GroupSequential
from handful.engine.simulate import Job, conduct_block
from handful.engine.trials import Trials
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.scenarios.registry import scenario_kinds
from handful.testing.agreement import share

SEED, TRIALS = 20261122, 40_000
SCORE = Endpoint(name="score", kind="continuous", known_after=12)
RULES: dict[str, dict[str, Any]] = {
    "efficacy alone": {"looks": ["30%", "60%", 1], "spending": "pocock"},
    "binding futility": {
        "looks": ["40%", "70%", 1],
        "futility": {"spending": "pocock", "binding": True},
    },
    "futility that may be overruled": {"looks": ["40%", "70%", 1], "futility": {"spending": "pocock"}},
    "harm": {"looks": ["50%", 1], "spending": "pocock", "sided": 2},
}


@cache
def trials(rule: str, estimate: str, effect: float) -> Trials:
    spec = {
        "kind": "group sequential",
        "participants": 60,
        "blocks_of": 2,
        "estimate": estimate,
        "analysis": {"kind": "z test", "sd": 1},
    }
    plan = GroupSequential.model_validate(spec | RULES[rule]).plan(Question(SCORE))
    truth = scenario_kinds.get("continuous").model_validate({"untreated": {"sd": 1}, "effect": effect})
    return conduct_block(Job(plan, truth, SEED, TRIALS), Block(SEED, 0, TRIALS))


def covered(told: Trials, effect: float) -> int:
    return int(((told.lower <= effect) & (effect <= told.upper)).sum())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("effect", [0.0, 0.5, 1.0])
def test_stage_wise_estimates_are_median_unbiased_and_their_intervals_cover(rule: str, effect: float):
    told = trials(rule, "stage-wise", effect)
    assert share("above", int((told.estimate > effect).sum()), TRIALS, 0.5).agrees
    hits = covered(told, effect)
    if rule == "futility that may be overruled":  # its lower limit is the cautious one
        assert hits / TRIALS > 0.95 - 4 * np.sqrt(0.95 * 0.05 / TRIALS)
    else:
        assert share("coverage", hits, TRIALS, 0.95).agrees


@pytest.mark.parametrize("rule", RULES)
def test_plain_estimates_are_not_and_repeated_intervals_cover_more(rule: str):
    effect = 0.5
    plain = trials(rule, "plain", effect)
    assert not share("above", int((plain.estimate > effect).sum()), TRIALS, 0.5).agrees
    assert covered(trials(rule, "repeated", effect), effect) / TRIALS > 0.95
