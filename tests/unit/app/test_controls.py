"""Controls from the fields of every family and every scenario, and values as people write them."""

from __future__ import annotations

import math
import re

import pytest

from handful.app.controls import Control
from handful.app.exploring import PARTS, served, start_of_family, state_of
from handful.app.spelling import Bounds, bounds_of, spelled, style_of, written
from handful.designs.group_sequential import GroupSequential
from handful.designs.registry import families
from handful.designs.single_arm import SingleArm
from handful.scenarios.binary import BinaryScenario
from handful.scenarios.operations import Recruitment
from handful.spec.validation import validate

OF_THE_FIELD = re.compile(r"an? (whole number|number|[a-z ]*such as)")
FAMILIES = [(family, kind) for family in families.kinds() for kind in served(family)]


def controls(family: str, kind: str, **changes: str) -> dict[str, Control]:
    state = state_of(start_of_family(family, kind), [(f"design.{n}", text) for n, text in changes.items()])
    return {control.name: control for part in PARTS for control in state.controls(part, block=4)}


def test_every_family_can_be_explored_for_some_endpoint() -> None:
    assert all(served(family) for family in families.kinds())


@pytest.mark.parametrize(("family", "kind"), FAMILIES)
def test_what_the_controls_say_is_the_design_they_were_made_from(family: str, kind: str) -> None:
    start = start_of_family(family, kind)
    whole = state_of(start, ()).whole
    said = [(name, text) for name, text in start.texts.items() if text]
    # As if every single field had been typed: nothing differs from the start.
    again = state_of(start, said)
    assert (again.problems, dict(again.changes)) == ({}, {})
    typed = [(name, f" {text} ") for name, text in said]
    assert state_of(start, typed).whole == whole


@pytest.mark.parametrize(("family", "kind"), FAMILIES)
def test_sliders_reach_from_where_they_begin_to_both_sides_and_write_what_the_field_takes(
    family: str, kind: str
) -> None:
    start = start_of_family(family, kind)
    state = state_of(start, ())
    for part in PARTS:
        for control in state.controls(part):
            slider = control.slider
            if slider is None or slider.even:
                continue
            assert slider.low <= slider.at <= slider.high, control
            assert slider.step > 0
            for end in (slider.low, slider.high):
                text = f"{spelled('number', end)}{slider.after}"
                problem = state_of(start, [(control.name, text)]).problems.get(control.name, "")
                # An end may not go with the other fields, but it is something that the field takes.
                assert not OF_THE_FIELD.match(problem), (control.name, text, problem)


def test_main_controls_come_first_in_their_order_with_what_belongs_to_them() -> None:
    found = list(controls("group sequential", "binary", spending="hwang shih decani"))
    assert found[:2] == ["design.participants", "design.allocation"]
    spending = found.index("design.spending")
    assert found[spending + 1] == "design.spending.gamma"
    assert "design.events" not in found  # of times to events alone
    assert found.index("scenario.untreated") < found.index("scenario.effect") < found.index("scenario.drift")
    assert "scenario.treated" not in found  # `effect` says it


def test_choices_are_those_that_suit_the_family_and_the_endpoint() -> None:
    two_arms = dict(controls("randomised", "binary")["design.analysis"].choices)
    one_arm = dict(controls("single arm", "binary")["design.analysis"].choices)
    assert two_arms[""] == "usual"
    assert {"boschloo", "fisher", "z pooled"} <= set(two_arms)
    assert {"binomial"} <= set(one_arm)
    assert not {"binomial", "mcnemar", "t test", "responses"} & set(two_arms)
    assert not {"fisher", "mcnemar"} & set(one_arm)
    assert "paired t" in dict(controls("within participant", "continuous")["design.analysis"].choices)


def test_a_choice_that_needs_more_shows_the_field_that_is_missing() -> None:
    start = start_of_family("group sequential", "binary")
    state = state_of(start, [("design.spending", "given")])
    assert "design.spending.fractions" in state.problems
    shown = {control.name: control for control in state.controls("design")}
    assert "this field" in shown["design.spending.fractions"].problem


def test_groups_that_may_be_left_out_can_be_and_what_was_in_them_goes_too() -> None:
    start = start_of_family("group sequential", "binary")
    on = state_of(start, [("design.futility", "{}"), ("design.futility.binding", "true")])
    assert on.data["design"]["futility"]["binding"] is True
    off = state_of(start, [("design.futility", ""), ("design.futility.binding", "true")])
    assert off.data["design"]["futility"] is None
    assert off.query == start_query()


def start_query() -> str:
    return "family=group+sequential&endpoint=binary"


def test_parameters_of_another_kind_are_passed_over() -> None:
    start = start_of_family("group sequential", "binary")
    state = state_of(start, [("design.spending", "pocock"), ("design.spending.gamma", "-2")])
    assert state.data["design"]["spending"] == {"kind": "pocock"}
    assert "gamma" not in state.query


def test_sliders_keep_their_range_while_they_are_moved() -> None:
    ranges = set()
    for participants in ("20", "40", "96"):
        slider = controls("group sequential", "binary", participants=participants)[
            "design.participants"
        ].slider
        assert slider is not None
        ranges.add((slider.low, slider.high, slider.step))
    assert ranges == {(4, 100, 4)}


@pytest.mark.parametrize(
    ("style", "value", "text"),
    [
        ("percent", 0.025, "2.5%"),
        ("percent", 1 / 3, "33.33333333%"),
        ("months", 1.5, "1.5 months"),
        ("per year", 25.0, "25 per year"),
        ("hazard", -math.log(0.9) / 12, "10% per year"),
        ("shares", (0.33, 0.67, 1.0), "33%, 67%, 100%"),
        ("whole", 40, "40"),
        ("number", -0.55, "-0.55"),
        ("number", 1e-7, "0.0000001"),
        ("percent", None, ""),
        ("", True, "true"),
        ("", ("low", "high"), "[low, high]"),
    ],
)
def test_values_are_written_as_people_write_them(style: str, value: object, text: str) -> None:
    assert spelled(style, value) == text  # type: ignore[arg-type]


def test_the_bounds_of_a_field_are_those_of_its_type_and_its_own() -> None:
    assert bounds_of(GroupSequential.model_fields["participants"])[:2] == (2, 100_000)
    assert bounds_of(Recruitment.model_fields["rate"]) == Bounds(0, 1e12, above=True)
    assert bounds_of(BinaryScenario.model_fields["effect"])[:2] == (-1, 1)
    assert style_of(SingleArm.model_fields["benchmark"], "time to event") == "months"


@pytest.mark.parametrize(("family", "kind"), FAMILIES)
def test_what_is_written_reads_back_as_the_same(family: str, kind: str) -> None:
    design, scenario, endpoint = state_of(start_of_family(family, kind), ()).whole
    for made in (design, scenario, endpoint):
        said = written(made, kind)
        again = validate(type(made), said | ({"note": made.note} if hasattr(made, "note") else {}))
        assert again == made
