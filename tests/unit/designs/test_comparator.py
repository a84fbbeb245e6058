"""A family takes only analyses that compare what it compares, by what it observes: others would be wrong without a word."""

from __future__ import annotations

import pytest

from handful.designs.base import Design, Question
from handful.designs.registry import families
from handful.participants.endpoint import Endpoint
from handful.spec.validation import validate
from tests.unit.analyses.trials_of_each_kind import each_analysis

ENDPOINTS = {
    "binary": Endpoint(name="response", kind="binary", known_after=12),
    "continuous": Endpoint(name="score", kind="continuous", known_after=12),
    "count": Endpoint(name="bleeds", kind="count", better="lower", known_after=12),
    "time to event": Endpoint(name="death", kind="time to event", known_after=12),
    "ordinal": Endpoint(name="impression", kind="ordinal", categories=("worse", "same", "better")),
}
TWO_ARMS = {"arms": 2, "participants": 60}
RESIZED = {"participants": 20, "at most": 40, "effect": 0.4}
FAMILIES = {
    "own control": ("own control", {"participants": 20, "lead in": "6 months"}),
    "within participant": ("own control", {"participants": 20}),
    "single arm": ("benchmark", {"participants": 20, "benchmark": 0.2}),
    "randomised": ("control arm", {"participants": 20}),
    "group sequential": ("control arm", {"participants": 20}),
    "bayesian": ("control arm", {"participants": 20}),
    "blinded reassessment": ("control arm", RESIZED),
    "unblinded reassessment": ("control arm", RESIZED),
    "enrichment": ("control arm", {"participants": 60, "subgroup": "young"}),
    "arm selection": ("control arm", TWO_ARMS),
    "drop the losers": ("control arm", TWO_ARMS),
    "multi arm": ("control arm", TWO_ARMS),
}
REFUSED = "compares with (a benchmark|a control arm|the participant's own control)|does not serve|finds sizes|time to event"
"""The comparator is wrong, unless the endpoint is not one for the family in the first place."""


def design(family: str, **more: object) -> Design:
    return validate(families.get(family), {"kind": family, **FAMILIES[family][1], **more})


def test_every_family_that_lets_choose_is_here():
    assert set(FAMILIES) == {
        kind for kind in families.kinds() if "analysis" in families.get(kind).model_fields
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_analyses_that_compare_with_something_else_are_refused(family: str):
    comparator = FAMILIES[family][0]
    others = [one for one in each_analysis() if one.comparator != comparator]
    assert len(others) > 10
    for other in others:
        for endpoint in sorted(other.endpoints):
            with pytest.raises(ValueError, match=REFUSED):
                design(family, analysis=other).plan(Question(ENDPOINTS[endpoint]))


def test_the_message_says_what_would_be_right():
    with pytest.raises(
        ValueError, match=r"^analysis 'binomial' compares with a benchmark, and this design has a"
    ):
        design("randomised", analysis="binomial").plan(Question(ENDPOINTS["binary"]))
    with pytest.raises(
        ValueError, match=r"what compares with a benchmark is binomial, beta binomial, .*z one prop"
    ):
        design("single arm", analysis="fisher").plan(Question(ENDPOINTS["binary"]))


def test_a_course_is_not_seen_on_both_sides_of_a_person():
    with pytest.raises(ValueError, match=r"by data that this design does not collect: .* is paired t"):
        design("within participant", analysis="slope break").plan(Question(ENDPOINTS["continuous"]))
