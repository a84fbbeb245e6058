"""Who goes on, who is waited for, and what is refused in designs of several arms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

import handful as hf
from handful.designs.arm_selection import ArmSelection
from handful.designs.base import Design, Plan, Question
from handful.designs.drop_the_losers import DropTheLosers
from handful.designs.keeping import KeepAbove, KeepBest, KeepWithin
from handful.designs.multi_arm import MultiArm
from handful.engine.conduct import Step, conduct, steps
from handful.participants.block import Block
from handful.select.explain import explain

SCORE = hf.Endpoint(name="score", kind="continuous", known_after="6 months")
QUESTION = Question(SCORE)
KNOWN_SD = {"kind": "z test", "sd": 1}
NEVER_EARLY = {"kind": "inverse normal", "early success": False}
TRUTH = hf.ContinuousScenario(untreated={"sd": 1}, effect=0.8, arm_effects=(0, 0.5, 1))
TRIALS = 200


def selection(**fields: Any) -> ArmSelection:
    """Three arms and control, 80 participants, the standard deviation known."""
    return ArmSelection(**({"arms": 3, "participants": 80, "analysis": KNOWN_SD} | fields))


def held(design: Design, truth: hf.ContinuousScenario = TRUTH) -> list[Step]:
    """The looks of a block of trials."""
    plan = design.plan(QUESTION)
    return list(steps(plan, plan.people(truth, Block(3, 0, TRIALS))))


def on_arms(step: Step, plan: Plan) -> np.ndarray:
    """Participants looked at on each arm, in each trial."""
    arm = step.record.observations.arm
    seen = np.arange(arm.shape[1]) < step.cut.included[:, None]
    return np.stack([((arm == a) & seen).sum(axis=1) for a in range(plan.arms + 1)], axis=1)


def estimates(step: Step, design: ArmSelection) -> np.ndarray:
    """What the arms are judged by at a look."""
    plan, base = design.plan(QUESTION), design.chosen_analysis(SCORE)
    views = [hypothesis.view(step.record.observations) for hypothesis in plan.hypotheses]
    return np.column_stack([base.estimate(view, step.cut, plan.aim).value for view in views])


VALUES = np.array([[1.0, 3.0, 2.0, np.nan], [0.5, -1.0, 0.5, 0.4]])
ALL = np.ones((2, 4), dtype=np.bool_)


@pytest.mark.parametrize(
    ("rule", "look", "expected"),
    [
        (KeepBest(), 0, ["0100", "1000"]),
        (KeepBest(arms=2), 0, ["0110", "1010"]),
        (KeepBest(arms=(3, 1)), 0, ["1110", "1011"]),
        (KeepBest(arms=(3, 1)), 1, ["0100", "1000"]),
        (KeepBest(arms=(3, 1)), 5, ["0100", "1000"]),
        (KeepBest(arms=3, at_least=0.45), 0, ["1110", "1010"]),
        (KeepWithin(margin=1), 0, ["0110", "1011"]),
        (KeepWithin(margin=0), 0, ["0100", "1010"]),
        (KeepAbove(at_least=0.45), 0, ["1110", "1010"]),
        (KeepAbove(at_least=9), 0, ["0000", "0000"]),
    ],
)
def test_which_arms_a_rule_keeps(rule: Any, look: int, expected: list[str]) -> None:
    kept = rule.kept(look, VALUES, ALL)
    assert ["".join("01"[int(k)] for k in row) for row in kept] == expected
    gone = ALL.copy()
    gone[:, 1] = False
    assert not rule.kept(look, VALUES, gone)[:, 1].any()
    assert not rule.kept(look, np.full((2, 4), np.nan), np.zeros((2, 4), dtype=np.bool_)).any()


def test_the_best_arm_goes_on_with_control_and_the_trial_becomes_smaller() -> None:
    design = selection(combination=NEVER_EARLY)
    plan, (first, second) = design.plan(QUESTION), held(design)
    np.testing.assert_array_equal(on_arms(first, plan), 10)
    best = estimates(first, design).argmax(axis=1)
    seen = on_arms(second, plan)
    trials = np.arange(TRIALS)
    np.testing.assert_array_equal(seen[:, 0], 20)
    np.testing.assert_array_equal(seen[trials, 1 + best], 20)
    np.testing.assert_array_equal(seen.sum(axis=1), 60)
    assert (second.settled[trials[:, None], (best[:, None] + [1, 2]) % 3] == -1).all()


def test_with_the_same_total_the_arms_that_are_left_become_larger() -> None:
    design = selection(combination=NEVER_EARLY, later="same total")
    plan, (_, second) = design.plan(QUESTION), held(design)
    seen = on_arms(second, plan)
    np.testing.assert_array_equal(seen.sum(axis=1), 80)
    np.testing.assert_array_equal(seen[:, 0], 30)
    np.testing.assert_array_equal(seen.max(axis=1), 30)
    # What is planned for an arm that goes on: 10, and then 20 more.
    assert design.information() == pytest.approx((1 / 3, 1))
    assert selection().information() == (0.5, 1)
    assert selection(later="same total", keep={"kind": "within", "margin": 1}).information() == (0.5, 1)


def test_who_is_on_the_way_on_a_dropped_arm_is_waited_for_in_addition() -> None:
    design = selection(combination=NEVER_EARLY)
    timed = TRUTH.replace(recruitment={"rate": "4 per month"})
    plan, (first, second) = design.plan(QUESTION), held(design, timed)
    assert first.record.arrival is not None
    assert second.steering is not None
    there = first.record.arrival <= first.cut.month[:, None]
    arm = first.record.observations.arm
    dropped = second.steering.weights == 0
    on_dropped = sum(((arm == a) & there).sum(axis=1) * dropped[:, a] for a in range(1, 4))
    looked_at = on_arms(first, plan)
    on_the_way = on_dropped - (looked_at * dropped).sum(axis=1)
    assert on_the_way.min() > 2
    np.testing.assert_array_equal(second.steering.sizes[:, 1], np.minimum(60 + on_the_way, 80))
    kept = on_arms(second, plan) * ~dropped
    # Blocks in which some were on the way are broken off: an arm may miss what was left of one.
    assert (kept[kept > 0] >= 20 - 2).all()


def test_a_claimed_arm_makes_no_room_and_the_trial_goes_on_with_the_others() -> None:
    design = selection(keep={"kind": "best", "arms": 2}, ends="all decided")
    sure = TRUTH.replace(effect=1.8, arm_effects=(0, 0.8, 1))
    first, second = held(design, sure)
    both = (first.decision[:, 1:] == 1).all(axis=1)
    assert both.any()
    third = (first.decision == [0, 0, 1]).all(axis=1) & (estimates(first, design).argmin(axis=1) == 0)
    assert third.any()
    assert second.steering is not None
    np.testing.assert_array_equal(
        second.steering.tested[third], np.tile([False, True, False], (third.sum(), 1))
    )
    np.testing.assert_array_equal(second.running[both], False)
    trials = conduct(design.plan(QUESTION), design.plan(QUESTION).people(sure, Block(3, 0, TRIALS)))
    np.testing.assert_array_equal(trials.look[both], 0)
    assert trials.claims[:, 1:].all(axis=1).mean() > 0.8


def test_a_trial_ends_when_no_arm_is_good_enough() -> None:
    design = selection(keep={"kind": "above", "at least": 50})
    trials = conduct(design.plan(QUESTION), design.plan(QUESTION).people(TRUTH, Block(3, 0, TRIALS)))
    assert (trials.look == 0).all()
    np.testing.assert_array_equal(trials.enrolled, 40)


def test_arms_at_the_lower_boundary_leave_and_the_others_keep_their_sizes() -> None:
    design = MultiArm(arms=3, participants=80, analysis=KNOWN_SD)
    plan, (first, second) = design.plan(QUESTION), held(design)
    assert second.steering is not None
    left = (first.decision == 0) & (first.decision != 1)
    running = second.running
    np.testing.assert_array_equal(second.steering.tested[running], left[running])
    seen = on_arms(second, plan)[running]
    np.testing.assert_array_equal(seen[:, 1:], np.where(left[running], 20, 10))
    np.testing.assert_array_equal(seen[:, 0], 20)


def test_several_looks_lose_arms_one_after_the_other() -> None:
    design = DropTheLosers(arms=4, participants=75, keep=(2, 1), looks=(1 / 3, 2 / 3, 1), analysis=KNOWN_SD)
    truth = TRUTH.replace(arm_effects=(0, 0.3, 0.6, 1))
    plan, looks = design.plan(QUESTION), held(design, truth)
    counts = [np.unique(on_arms(look, plan).sum(axis=1)).tolist() for look in looks]
    assert counts == [[25], [25 + 15], [25 + 15 + 10]]
    tested = looks[-1].cut.tested
    assert tested is not None
    np.testing.assert_array_equal(tested.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("family", "fields", "said"),
    [
        (ArmSelection, {"arms": ("a", "a")}, "names that differ"),
        (ArmSelection, {"arms": ("a", "control")}, "names that differ"),
        (ArmSelection, {"arms": 0}, "arms"),
        (ArmSelection, {"blocks_of": 6}, "a multiple of 4"),
        (ArmSelection, {"looks": (0.5, 0.9)}, "looks that end with 100%"),
        (ArmSelection, {"looks": (1.0,)}, "at least two looks"),
        (ArmSelection, {"keep": {"kind": "within", "margin": -1}}, "margin"),
        (ArmSelection, {"keep": {"kind": "best", "arms": 0}}, "whole number of at least 1"),
        (ArmSelection, {"intersection": {"weights": [1], "transitions": [[0]]}}, "a graph of 3 hypotheses"),
        (MultiArm, {"lower": (0.0, 0.5)}, "1 number, one for each interim look"),
        (MultiArm, {"looks": (0.1, 0.2, 0.3, 0.4, 0.5, 1.0)}, "at most 5 looks"),
        (DropTheLosers, {"keep": (3,)}, "numbers that fall"),
        (DropTheLosers, {"keep": (2,)}, "numbers that fall"),
        (DropTheLosers, {"keep": (2, 1)}, "3 looks"),
    ],
)
def test_fields_that_make_no_design(family: type[Design], fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        family(**({"arms": 3, "participants": 80} | fields))


@pytest.mark.parametrize("family", [ArmSelection, MultiArm, DropTheLosers])
def test_designs_that_cannot_answer(family: type[Design]) -> None:
    deaths = hf.Endpoint(name="death", kind="time to event")
    said = "planned by `events`" if family is ArmSelection else "looks at participants whose outcome is known"
    with pytest.raises(ValueError, match=said):
        family(arms=3, participants=80).plan(Question(deaths))
    with pytest.raises(ValueError, match="do not fit into 4 participants in steps of 4"):
        family(arms=3, participants=4).plan(QUESTION)
    with pytest.raises(ValueError, match="is for a binary endpoint"):
        family(arms=3, participants=80, analysis={"kind": "fisher"}).plan(QUESTION)


@pytest.mark.parametrize("family", [ArmSelection, MultiArm, DropTheLosers])
@pytest.mark.parametrize(
    ("analysis", "said"),
    [
        ("paired t", "compares with the participant's own control"),
        ({"kind": "dual criterion mean difference", "decision value": 4}, "has no z scale"),
    ],
)
def test_analyses_that_cannot_compare_arms(family: type[Design], analysis: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        family(arms=3, participants=80, analysis=analysis).plan(QUESTION)


def test_giving_up_by_a_p_value_is_for_two_looks() -> None:
    design = selection(looks=(0.3, 0.6, 1.0), combination={"kind": "fisher", "futility above": 0.5})
    with pytest.raises(ValueError, match="is for two looks"):
        design.plan(QUESTION)


def test_a_number_of_arms_stands_for_names_and_a_scenario_must_know_as_many() -> None:
    assert selection().arms == ("arm 1", "arm 2", "arm 3")
    assert ArmSelection.model_validate(
        {"kind": "arm selection", "arms": ["low", "high"], "participants": 40}
    ).arms == ("low", "high")
    two = TRUTH.replace(arm_effects=(0.5, 1))
    with pytest.raises(ValueError, match="says the effect of 2 arms, and the design has 3"):
        hf.simulate(selection(), two, SCORE, trials=10)


def test_a_study_is_explained_with_what_each_arm_has_of_the_effect() -> None:
    study = hf.loads("""
title: Two doses
population: {prevalence: 900}
endpoint: {name: score, kind: continuous}
scenarios: {hoped for: {untreated: {sd: 1}, effect: 1, arm effects: [-50%, 1.2]}}
designs: {both: {kind: multi arm, arms: [low dose, high dose], participants: 60}}
""")
    told = [sentence for section in explain(study) for sentence in section.sentences]
    assert (
        "Treatment brings a benefit of 1. In designs of 2 arms they have -50% and 120% of the effect." in told
    )
