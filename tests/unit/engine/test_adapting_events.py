"""What the loop makes of adaptations in trials that wait for events: who is followed on, how many events, how many people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import handful as hf
from handful.analyses.conditional_error import ConditionalError
from handful.designs.base import Design, Plan, Question
from handful.engine.conduct import Step, steps
from handful.engine.replay import replay
from handful.engine.simulate import Job
from handful.participants.block import Block
from handful.participants.observations import Events
from handful.report.story import tell

DEATH = hf.Endpoint(name="death", kind="time to event", known_after=36)
TRUTH = hf.TimeToEventScenario(
    untreated={"median": 12},
    hazard_ratio=0.8,
    recruitment={"rate": "4 per month"},
    factors=[{"name": "variant", "share": 0.5, "effect": 0.5}],
)
NO_EARLY = {"kind": "inverse normal", "early success": False}
BLOCK = Block(20261122, 0, 100)


def held(design: Design) -> tuple[Plan, list[Step], list[Events]]:
    """The looks of a block, with what was seen at each."""
    plan = design.plan(Question(DEATH))
    looks = list(steps(plan, plan.people(TRUTH, BLOCK)))
    seen = []
    for look in looks:
        assert isinstance(look.record.observations, Events)
        seen.append(look.record.observations)
    return plan, looks, seen


def happened(look: Step, seen: Events) -> Any:
    """Events by the month of a look among those enrolled."""
    return (seen.happened_by(look.cut.month[:, None]) & (seen.arm >= 0)).sum(axis=1)


def test_who_is_on_an_arm_that_was_dropped_is_followed_no_further() -> None:
    design = hf.ArmSelection(arms=3, participants=120, events=60, combination=NO_EARLY)
    _, (first, second), (before, after) = held(design)
    assert first.after is not None
    left = (after.arm > 0) & ~first.after.tested[np.arange(100)[:, None], np.maximum(after.arm - 1, 0)]
    month = np.broadcast_to(first.cut.month[:, None], left.shape)
    came = np.isfinite(after.entry) & (after.arm >= 0)
    assert (after.entry + after.time <= month + 1e-9)[left & (after.entry <= month)].all()
    assert not (after.event & ~after.happened_by(month))[left].any()
    # What had been seen by then, and whoever goes on, is as it was.
    same = came & (before.arm == after.arm) & ~left
    np.testing.assert_array_equal(after.time[same], before.time[same])
    np.testing.assert_array_equal(after.happened_by(month)[left], before.happened_by(month)[left])
    np.testing.assert_array_equal(happened(second, after), second.cut.included * 0 + 45)


@pytest.mark.parametrize("later", ["same per arm", "same total"])
def test_the_events_and_participants_of_a_trial_that_dropped_arms(later: str) -> None:
    design = hf.ArmSelection(
        arms=3, participants=120, events=60, keep={"kind": "above"}, later=later, combination=NO_EARLY
    )
    _, (first, *second), (before, *after) = held(design)
    assert first.after is not None
    assert first.after.most is not None
    np.testing.assert_array_equal(happened(first, before), 30)
    kept = first.after.tested.sum(axis=1)
    goes_on = kept > 0
    share = (1 + kept) / 4 if later == "same per arm" else np.ones(100)
    there = (
        (before.arm >= 0)
        & (np.arange(before.arm.shape[1]) < (before.entry <= first.cut.month[:, None]).sum(axis=1)[:, None])
    ).sum(axis=1)
    np.testing.assert_array_equal(
        first.after.most[goes_on], (there + np.rint((120 - there) * share))[goes_on]
    )
    np.testing.assert_array_equal(happened(second[0], after[0])[goes_on], (30 + np.rint(30 * share))[goes_on])
    np.testing.assert_array_equal(
        (after[0].arm >= 0).sum(axis=1)[goes_on], first.after.most[goes_on].clip(max=120)
    )


def test_a_trial_that_turned_to_the_subgroup_waits_for_events_of_the_subgroup() -> None:
    design = hf.Enrichment(
        subgroup="variant",
        participants=140,
        enriched_participants=110,
        events=60,
        enriched_events=50,
        go_on_with={"kind": "difference", "margin": 0},
        combination=NO_EARLY,
    )
    _, (first, second), (before, after) = held(design)
    assert first.after is not None
    turned = first.after.only_subgroup
    assert 20 < turned.sum() < 80
    np.testing.assert_array_equal(happened(first, before), 30)
    np.testing.assert_array_equal(happened(second, after), np.where(turned, 50, 60))
    assert after.subgroup is not None
    later = after.happened_by(second.cut.month[:, None]) & ~after.happened_by(first.cut.month[:, None])
    assert after.subgroup[later & turned[:, None] & (after.arm >= 0)].all()
    assert not after.subgroup[later & ~turned[:, None]].all()
    there = (before.arm >= 0)[turned] & (before.entry <= first.cut.month[:, None])[turned]
    enrolled = (after.arm >= 0).sum(axis=1)
    np.testing.assert_array_equal(enrolled[turned], np.maximum(110, there.sum(axis=1)))
    np.testing.assert_array_equal(enrolled[~turned], 140)


def test_the_size_that_is_chosen_again_is_a_number_of_events() -> None:
    design = hf.UnblindedReassessment(participants=120, events=40, at_most=90, test="conditional error")
    plan, (first, second), (before, after) = held(design)
    assert first.after is not None
    wanted = first.after.sizes[:, 1]
    assert {40, 90} <= set(wanted.tolist())
    np.testing.assert_array_equal(happened(first, before), 20)
    np.testing.assert_array_equal(happened(second, after)[second.running], wanted[second.running])
    assert ((after.arm >= 0).sum(axis=1) == 120).all()
    # A trial that keeps its size keeps its test; the others weigh their stages.
    assert isinstance(plan.analysis, ConditionalError)
    ordinary = plan.analysis.base.evidence(after, second.cut, plan.aim).statistic[:, 0]
    as_planned = second.running & (wanted == 40)
    found = second.evidence.statistic[:, 0]
    np.testing.assert_array_equal(found[as_planned], ordinary[as_planned])
    assert (found != ordinary)[second.running & ~as_planned].all()


def test_the_story_of_such_a_trial_says_how_many_events_are_wanted() -> None:
    design = hf.ArmSelection(arms=2, participants=90, events=45, combination=NO_EARLY)
    job = Job(design.plan(Question(DEATH)), TRUTH, 20261122, 10)
    told = "\n".join(tell(replay(job, 3), DEATH))
    assert "For the next look 37 events are wanted in place of 45." in told
    assert "participants are enrolled in place of 90." in told


def test_without_a_calendar_everybody_is_followed_from_the_start() -> None:
    design = hf.ArmSelection(arms=2, participants=90, events=45, combination=NO_EARLY)
    plan = design.plan(Question(DEATH))
    people = plan.people(TRUTH.replace(recruitment={}), BLOCK)
    first, second = steps(plan, people)
    assert (first.cut.month < second.cut.month).all()
    assert (first.cut.included == 90).all()
