"""Ranges as people write them, and what is said of those that are none."""

from __future__ import annotations

from typing import Any

import pytest

from handful.spec.messages import SpecError
from handful.spec.reading import Refused
from handful.spec.schema import json_schema
from handful.study.loading import loads
from handful.study.model import Study
from handful.study.ranges import MOST_VALUES, goes_by_itself, values_of

STUDY = """title: A first study
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios: {hoped for: {untreated: 20%, treated: 60%}}
designs:
  two arms: {kind: group sequential, participants: 32}
optimise:
  two arms: OVER
"""


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("20..23", (20, 21, 22, 23)),
        (" 20 .. 26 by 3 ", (20, 23, 26)),
        ("20..25 by 3", (20, 23)),
        ("7..7", (7,)),
        ("0.1..0.4 by 0.1", (0.1, 0.2, 0.3, 0.4)),
        ("90%..92% by 1%", (0.9, 0.91, 0.92)),
        ("5..15% by 5", (0.05, 0.1, 0.15)),
        ("-4..1 by 2.5", (-4.0, -1.5, 1.0)),
        ([None, "pocock"], (None, "pocock")),
    ],
)
def test_what_a_range_stands_for(written: Any, values: tuple[Any, ...]):
    assert values_of(written) == values
    assert [type(value) for value in values_of(written)] == [type(value) for value in values]


@pytest.mark.parametrize(
    "written",
    [
        *(20, None, True, {}, [], "", "20", "20..", "..20", "60..20", "1..2 by 0", "1..2 by -1", "20...60"),
        *(
            "50%..60 by 1",
            "1%..2%",
            "0.5..0.9",
            f"0..{MOST_VALUES}",
            "1e900..2e900",
            "0..1 by 1e-900",
            "1" * 90,
        ),
        [1] * (MOST_VALUES + 1),
    ],
)
def test_what_is_no_range(written: Any):
    with pytest.raises(Refused):
        values_of(written)


def test_a_range_goes_by_itself_when_it_says_no_step():
    assert goes_by_itself("20..60")
    assert not goes_by_itself("20..60 by 1")
    assert not goes_by_itself([20, 21])


@pytest.mark.parametrize(
    "over",
    [
        "{}",
        "{participants: 20..60}",
        "{participants: 20..60 by 4, allocation: [1:1, 2:1]}",
        "{looks: [[100%], [50%, 100%]], spending: [pocock, {kind: kim demets, rho: 2}]}",
        "{futility: [null, {spending: pocock}], spending.gamma: -8..1, futility.binding: [true]}",
    ],
)
def test_a_section_that_can_be_searched_stays_as_it_is_written(over: str):
    study = loads(STUDY.replace("OVER", over))
    assert loads_again(study).digest() == study.digest()


def loads_again(study: Study) -> Study:
    return Study.model_validate(study.canonical())


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ("[]", "line 8, optimise > two arms: found an empty list"),
        ("{participants: 0..60}", 'participants: found "0..60", wanted a whole number of at least 1'),
        ("{participants: 60..20}", "an end that is not below the start"),
        ("{participants: [20, some]}", 'line 8, optimise > two arms > participants > item 2: found "some"'),
        ("{partcipants: 20..60}", 'did you mean "participants"?'),
        ("{kind: [simon]}", "wanted the name of a field of group sequential"),
        ("{looks: [50%, 100%]}", "wanted a list for each value, such as [[50%, 100%], [100%]]"),
        ("{spending: [pococ]}", 'did you mean "pocock"?'),
        ("{spending.gama: -8..1}", 'did you mean "spending.gamma"?'),
        ("{participants.size: [1]}", "wanted the name of a field of group sequential"),
        ("{allocation: [2:0]}", "wanted a ratio of two whole numbers"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(over: str, said: str):
    with pytest.raises(SpecError) as refused:
        loads(STUDY.replace("OVER", over))
    assert said in str(refused.value)
    assert str(refused.value).startswith("line 8, ")


def test_a_design_that_is_not_there_is_named_with_its_line():
    with pytest.raises(
        SpecError, match=r'line 8, optimise > two harms: .* wanted the name of a design: "two arms"'
    ):
        loads(STUDY.replace("two arms: OVER", "two harms: {}"))


def test_editors_know_what_a_range_looks_like():
    schema = json_schema(Study, "handful study")
    values = schema["properties"]["optimise"]["additionalProperties"]["additionalProperties"]
    assert {branch["type"] for branch in values["anyOf"]} == {"array", "string"}
