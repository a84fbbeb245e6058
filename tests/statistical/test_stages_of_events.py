"""Stages of times to events: increments that are independent, and the level of what is built on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import handful as hf
from handful.analyses import stages as stages_of
from handful.analyses.base import Score
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.stages import stages
from handful.designs.base import Design, Question
from handful.engine.conduct import steps
from handful.engine.simulate import Job, simulate
from handful.engine.summary import add
from handful.participants.block import Block
from handful.participants.observations import Events

Floats = NDArray[np.float64]
DEATH = hf.Endpoint(name="death", kind="time to event", known_after=36)
ERRORS, BLOCKS = 4, 6
NO_EARLY = {"kind": "inverse normal", "early success": False}


def truth(**fields: Any) -> hf.TimeToEventScenario:
    fields = {"hazard_ratio": 1, "recruitment": {"rate": "16 per month"}} | fields
    return hf.TimeToEventScenario(untreated={"median": 12}, **fields)


def z_of_stages(design: hf.ArmSelection | hf.Enrichment, scenario: hf.TimeToEventScenario) -> Floats:
    """z of every stage and hypothesis at the last look: columns by stage, then hypothesis."""
    plan = design.plan(Question(DEATH))
    found = []
    for block in range(BLOCKS):
        *_, last = steps(plan, plan.people(scenario, Block(20261122, 1024 * block, 1024)))
        assert isinstance(last.record.observations, Events)
        base = design.chosen_analysis(DEATH)
        told = stages(base, plan.hypotheses, last.record.observations, last.cut, plan.aim)
        found.append(np.hstack([stage.z for stage in told]))
    return np.vstack(found)


def correlations_between_stages(z: Floats, hypotheses: int) -> Floats:
    """Correlations of what one stage says with what another says, in standard errors."""
    stage = np.arange(z.shape[1]) // hypotheses
    apart = stage[:, None] < stage[None, :]
    return np.corrcoef(z.T)[apart] * np.sqrt(len(z))


ENRICHMENT = hf.Enrichment(
    subgroup="variant",
    participants=400,
    events=240,
    go_on_with={"kind": "difference", "margin": 100},
    combination=NO_EARLY,
)


def test_the_stages_of_several_arms_are_uncorrelated() -> None:
    keep_all = {"kind": "above", "by": "z", "at least": -100}
    design = hf.ArmSelection(
        arms=2, participants=450, events=270, looks=(0.33, 0.67, 1), keep=keep_all, combination=NO_EARLY
    )
    z = z_of_stages(design, truth())
    assert np.abs(correlations_between_stages(z, 2)).max() < ERRORS
    # The variance of a z of large samples; that of so many trials has a standard error of sqrt(2 / trials), and the log-rank
    # test of some 90 events is off by one over their number or so.
    assert np.abs(z.var(axis=0) - 1).max() < ERRORS * np.sqrt(2 / len(z)) + 2 / 90
    # Arms share their control, in each stage as in the whole.
    together = [np.corrcoef(z[:, 2 * k], z[:, 2 * k + 1])[0, 1] for k in range(3)]
    np.testing.assert_allclose(together, 0.5, rtol=0, atol=0.02)


def test_the_stages_of_a_subgroup_that_does_worse_are_uncorrelated_because_everybody_is_stratified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = truth(factors=[{"name": "variant", "share": 0.5, "effect": 1.5}])
    assert np.abs(correlations_between_stages(z_of_stages(ENRICHMENT, scenario), 2)).max() < ERRORS

    # Who belongs to the subgroup foretells events. The increments of an ordinary log-rank test depend on what was known of it.
    def not_stratified(base: Any, asked: Hypothesis, seen: Events, *rest: Any) -> Score:
        told: Callable[..., Score] = base.score
        return told(asked.view(seen), *rest)

    monkeypatch.setattr(stages_of, "_score", not_stratified)
    assert np.abs(correlations_between_stages(z_of_stages(ENRICHMENT, scenario), 2)).max() > 3 * ERRORS


def test_combined_increments_reject_as_often_as_the_ordinary_log_rank_test() -> None:
    design = hf.UnblindedReassessment(participants=120, events=60, at_most=61, at_least=60, look=0.4)
    plan = design.plan(Question(DEATH))
    combined, ordinary = [], []
    for block in range(BLOCKS):
        *_, last = steps(plan, plan.people(truth(), Block(7, 1024 * block, 1024)))
        alone = design.chosen_analysis(DEATH).evidence(last.record.observations, last.cut, plan.aim)
        combined.append(last.evidence.statistic[last.running, 0] >= 1.96)
        ordinary.append(alone.statistic[last.running, 0] >= 1.96)
    apart = np.concatenate(combined).astype(float) - np.concatenate(ordinary)
    assert abs(apart.mean()) < ERRORS * apart.std() / np.sqrt(len(apart))


@pytest.mark.parametrize(
    ("design", "factors"),
    [
        (hf.ArmSelection(arms=3, participants=240, events=144, keep={"kind": "best", "by": "z"}), []),
        (
            hf.Enrichment(
                subgroup="variant",
                participants=240,
                events=150,
                go_on_with={"kind": "difference", "margin": 0},
            ),
            [{"name": "variant", "share": 0.5, "effect": 1.0}],
        ),
        (hf.UnblindedReassessment(participants=240, events=100, promising_from=0), []),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_the_level_is_kept_when_the_rest_rests_on_the_log_rank_test_so_far(
    design: Design, factors: list[Any]
) -> None:
    plan = design.plan(Question(DEATH))
    done = add(part.summary for part in simulate(Job(plan, truth(factors=factors), 20261122, 8192)))
    claims = done.success_at.sum() / done.trials
    # The log-rank test itself spends 0.0255 or so in trials of this size (see the verification).
    assert claims < 0.0255 + ERRORS * np.sqrt(0.025 * 0.975 / done.trials)
