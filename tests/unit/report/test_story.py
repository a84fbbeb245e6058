"""The words of one trial: everybody once, in order, with the numbers of the story."""

from __future__ import annotations

import pytest

import handful as hf
from handful.designs.base import Question
from handful.report.story import compared_with, tell

TIMED = {"rate": 2.0}


def told(design: object, scenario: object, endpoint: object, trial: int = 3) -> list[str]:
    return tell(hf.replay(design, scenario, endpoint, trial), endpoint, "z", "on the untreated side")


@pytest.fixture(name="looks")
def two_looks() -> list[str]:
    design = hf.GroupSequential(participants=24, looks=(0.5, 1.0), analysis="z pooled")
    scenario = hf.BinaryScenario(untreated=0.2, treated=0.5, recruitment=TIMED)
    return told(design, scenario, hf.Endpoint(name="response", kind="binary", known_after=6.0))


def test_everybody_enrolled_is_told_once_and_in_order(looks):
    numbers = [
        int(s.split()[1].rstrip(",")) for s in looks if s.startswith("Participant ") and s[12].isdigit()
    ]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 12


def test_looks_come_after_those_whom_they_could_see(looks):
    first = next(number for number, sentence in enumerate(looks) if sentence.startswith("Look 1 "))
    assert sum(sentence.startswith("Participant ") for sentence in looks[:first]) >= 12
    assert "12 participants are counted, z is" in looks[first]


def test_binary_outcomes_are_yes_and_no():
    scenario = hf.BinaryScenario(untreated=0.2, treated=0.5)
    sentences = told(
        hf.SingleArm(participants=6, benchmark=0.2), scenario, hf.Endpoint(name="response", kind="binary")
    )
    assert all(s.endswith((": yes.", ": no.")) for s in sentences if s.startswith("Participant "))


def test_ordinal_outcomes_carry_their_category():
    endpoint = hf.Endpoint(name="impression", kind="ordinal", categories=("worse", "same", "better"))
    scenario = hf.OrdinalScenario(untreated=(0.4, 0.4, 0.2), odds_ratio=3)
    sentences = told(hf.Randomised(participants=8), scenario, endpoint)
    assert any(": better." in s or ": worse." in s for s in sentences)
    assert any("is on control" in s for s in sentences)


def test_pairs_name_both_sides():
    endpoint = hf.Endpoint(name="acuity", kind="continuous", unit="letters")
    scenario = hf.ContinuousScenario(untreated={"sd": 6, "correlation": 0.5}, effect=8)
    sentences = told(hf.WithinParticipant(participants=5), scenario, endpoint)
    assert all("letters on the untreated side" in s for s in sentences if s.startswith("Participant "))
    assert sentences[-1] == "The truth in this scenario is a benefit of 8 letters."


def test_the_truth_of_being_assigned_stands_beside_that_of_being_treated():
    endpoint = hf.Endpoint(name="acuity", kind="continuous", unit="letters")
    scenario = hf.ContinuousScenario(
        untreated={"sd": 6, "correlation": 0.5}, effect=8, product={"manufacturing_failure": 0.25}
    )
    assert told(hf.WithinParticipant(participants=5), scenario, endpoint)[-1] == (
        "The truth in this scenario is a benefit of 6 letters for those assigned to treatment, for some of whom no product can "
        "be made, and a benefit of 8 letters for those who get it."
    )


def test_times_to_events_say_how_they_ended():
    endpoint = hf.Endpoint(name="death", kind="time to event", known_after=12.0)
    scenario = hf.TimeToEventScenario(untreated={"median": "12 months"}, hazard_ratio=0.5, recruitment=TIMED)
    sentences = told(hf.Randomised(participants=12), scenario, endpoint)
    assert any("the event comes after" in s for s in sentences)
    assert any("without the event, followed up for 12.0 months" in s for s in sentences)
    assert sentences[-1] == "The truth in this scenario is a hazard ratio of 0.5."


def test_those_who_cannot_be_treated_and_those_who_are_lost_are_named():
    endpoint = hf.Endpoint(name="acuity", kind="continuous", known_after=24.0)
    scenario = hf.ContinuousScenario(
        untreated={"sd": 6}, effect=8, product={"manufacturing_failure": 0.5}, recruitment={"dropout": 0.05}
    )
    sentences = told(hf.SingleArm(participants=20, benchmark=0), scenario, endpoint)
    assert any("no product could be made" in s for s in sentences)
    assert any("the outcome is not seen" in s for s in sentences)


def test_a_trial_that_runs_out_of_participants_says_so():
    scenario = hf.BinaryScenario(untreated=0.2, treated=0.5, recruitment={"rate": 2.0, "pool": 7})
    endpoint = hf.Endpoint(name="response", kind="binary")
    sentences = told(hf.SingleArm(participants=20, benchmark=0.2), scenario, endpoint)
    assert sum(s.startswith("Participant ") for s in sentences) == 7
    assert any(s.startswith("Participants run out") for s in sentences)


def test_p_values_are_told_as_p_values():
    endpoint = hf.Endpoint(name="response", kind="binary")
    story = hf.replay(
        hf.SingleArm(participants=9, benchmark=0.2),
        hf.BinaryScenario(untreated=0.2, treated=0.9),
        endpoint,
        0,
    )
    (look,) = [
        s for s in tell(story, endpoint, "minus the one-sided p-value") if s.startswith("The analysis")
    ]
    assert (
        f"the one-sided p-value is {-story.looks[0].statistics[0]:.4g} (a claim needs at most 0.025)" in look
    )


def test_the_two_outcomes_of_a_person_are_named_by_the_arrangement():
    question = Question(hf.Endpoint(name="response", kind="binary"))
    assert compared_with(hf.WithinParticipant(participants=5).plan(question)) == "on the untreated side"
    assert compared_with(hf.OwnControl(participants=5).plan(question)) == "before treatment"
