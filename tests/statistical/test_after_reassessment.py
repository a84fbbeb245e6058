"""Stage-wise estimates after the size was chosen with open eyes: right whatever was chosen, where the statistic is normal.

With a known standard deviation nothing is approximate: the estimate lies above the truth in half of all trials, each limit
misses it in 2.5 %, and the interval excludes no benefit exactly when benefit is claimed. The plain estimate does not.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from handful.designs.base import Question
from handful.designs.unblinded_reassessment import UnblindedReassessment
from handful.engine.replay import replay
from handful.engine.simulate import Job, conduct_block
from handful.engine.trials import Trials
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.scenarios.registry import scenario_kinds
from handful.testing.agreement import share

SEED, TRIALS = 20261122, 10_000
SCORE = Endpoint(name="score", kind="continuous", known_after=12)
RULES: dict[str, dict[str, Any]] = {
    "early success": {"promising_from": 0.3},
    "no early success": {"promising_from": 0.3, "test": {"kind": "inverse normal", "early_success": False}},
    "futility": {"futility_below": 0.1},
}


@cache
def trials(rule: str, estimate: str, effect: float) -> Trials:
    spec = {"participants": 60, "at_most": 240, "look": 0.4, "analysis": {"kind": "z test", "sd": 1}}
    design = UnblindedReassessment.model_validate(spec | {"estimate": estimate} | RULES[rule])
    truth = scenario_kinds.get("continuous").model_validate({"untreated": {"sd": 1}, "effect": effect})
    job = Job(design.plan(Question(SCORE)), truth, SEED, TRIALS)
    return conduct_block(job, Block(SEED, 0, TRIALS))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("effect", [0.0, 0.3, 0.6])
def test_the_estimate_is_median_unbiased_and_the_interval_keeps_its_confidence(rule: str, effect: float):
    told = trials(rule, "stage-wise", effect)
    assert share("above", int((told.estimate > effect).sum()), TRIALS, 0.5).agrees
    assert share("above the upper limit", int((told.upper < effect).sum()), TRIALS, 0.025).agrees
    missed = int((told.lower > effect).sum())
    if rule == "futility":  # which need not be obeyed, so that the lower limit is the cautious one
        assert missed / TRIALS < 0.025 + 4 * np.sqrt(0.025 * 0.975 / TRIALS)
    else:
        assert share("below the lower limit", missed, TRIALS, 0.025).agrees


@pytest.mark.parametrize("rule", RULES)
def test_the_interval_excludes_no_benefit_exactly_when_benefit_is_claimed(rule: str):
    told = trials(rule, "stage-wise", 0.3)
    assert np.array_equal(told.lower > 0, told.success)


def test_the_plain_estimate_is_not_median_unbiased():
    told = trials("futility", "plain", 0.3)
    assert not share("above", int((told.estimate > 0.3).sum()), TRIALS, 0.5).agrees


@pytest.mark.parametrize("rule", RULES)
def test_the_p_value_is_uniform_without_benefit_and_small_exactly_when_benefit_is_claimed(rule: str):
    spec = {"participants": 60, "at_most": 240, "look": 0.4, "analysis": {"kind": "z test", "sd": 1}}
    design = UnblindedReassessment.model_validate(spec | {"estimate": "stage-wise"} | RULES[rule])
    plan = design.plan(Question(SCORE))
    truth = scenario_kinds.get("continuous").model_validate({"untreated": {"sd": 1}, "effect": 0})
    told = [replay(Job(plan, truth, SEED, 400), trial) for trial in range(400)]
    p_values = np.array([story.p_value for story in told], dtype=float)
    assert np.array_equal(p_values <= 0.025, [story.success for story in told])
    if rule != "futility":  # where the p-value counts on no stop for futility and is the larger for it
        for level in (0.1, 0.5):
            assert share("at most", int((p_values <= level).sum()), 400, level).agrees
