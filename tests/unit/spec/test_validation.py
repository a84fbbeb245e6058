"""Pydantic's errors in plain words, with the line they belong to."""

from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticKnownError
from pydantic_core import core_schema as pydantic_core_schema

from handful.spec import (
    AscendingPercentList,
    Count,
    Duration,
    Field,
    Positions,
    PositiveCount,
    Probability,
    RatePerMonth,
    Ratio,
    Spec,
    SpecError,
    read_yaml,
    validate,
    wanted,
)
from handful.spec.messages import Problem, closest, one_of, shown
from handful.spec.validation import _wanted


class FellowEye(Spec):
    kind: Literal["fellow eye"] = "fellow eye"
    participants: PositiveCount = Field(description="how many take part")
    known_after: Duration = Field(12, description="when the outcome is known")
    looks: AscendingPercentList = Field((1.0,), description="when the data are looked at")


class Counting(Spec):
    kind: Literal["count"] = "count"
    count: Count = Field(description="how many are counted")
    either: Probability | Literal["unknown"] = Field("unknown", description="a probability, if known")

    @model_validator(mode="after")
    def _even(self) -> "Counting":
        if self.count % 2:
            raise wanted("an even number", at="count")
        return self


def _no_shouting(text: str) -> str:
    if text.isupper():
        raise ValueError("wanted a text in small letters")
    return text


class Study(Spec):
    title: Annotated[str, AfterValidator(_no_shouting)] = Field(description="what the study is called")
    schema_: Literal[1, 2] = Field(1, description="version of the file format")
    rate: RatePerMonth = Field(1, description="recruitment")
    allocation: Ratio = Field((1, 1), description="treated to control")
    type_I_error: Annotated[float, Field(gt=0, lt=1)] = Field(0.025, description="significance level")
    blinded: bool = Field(False, description="whether assessors are blinded")
    trials: int = Field(1000, ge=1, description="simulated trials")
    sites: tuple[int, ...] = Field((), max_length=2, description="sites")
    designs: dict[str, Annotated[FellowEye | Counting, Field(discriminator="kind")]] = Field(
        {}, description="what we may do"
    )
    mixed: Counting | tuple[Count, ...] | None = Field(None, description="a union without a discriminator")


def complaints(text: str) -> str:
    """Validate a study that is wrong, and give the messages."""
    data, positions = read_yaml(text)
    with pytest.raises(SpecError) as caught:
        validate(Study, data, positions, "study.yaml")
    return str(caught.value)


DESIGN = "title: x\ndesigns:\n  one:\n    kind: fellow eye\n    "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            DESIGN + "participants: forty\n",
            'study.yaml, line 5, designs > one > participants: found "forty", '
            "wanted a whole number of at least 1",
        ),
        (
            DESIGN + "participants: 3\n    participant: 4\n",
            'study.yaml, line 6, designs > one > participant: found the unknown field "participant", '
            "wanted one of known after, looks",
        ),
        (
            DESIGN + "partcipants: 3\n",
            "study.yaml, line 3, designs > one > participants: found nothing, "
            "wanted this field: how many take part\n"
            'study.yaml, line 5, designs > one > partcipants: found the unknown field "partcipants", '
            'wanted one of participants, known after, looks (did you mean "participants"?)',
        ),
        (
            DESIGN + "participants: 3\n    looks: [50%, 30%]\n",
            'study.yaml, line 6, designs > one > looks > item 2: found "30%", '
            "wanted a share above the 0.5 before it",
        ),
        (
            DESIGN + "participants: 3\n    looks: [50%, 120%]\n",
            'study.yaml, line 6, designs > one > looks > item 2: found "120%", '
            "wanted a share of the whole above 0, such as 0.2 or 20%",
        ),
        (
            DESIGN + "participants: 3\n    known_after: 20%\n",
            'study.yaml, line 6, designs > one > known_after: found "20%", '
            "wanted a duration such as 12 months, 2 years, 6 weeks or 30 days",
        ),
        (
            "title: x\ndesigns:\n  one: {kind: felow eye, participants: 3}\n",
            'study.yaml, line 3, designs > one > kind: found "felow eye", '
            'wanted one of fellow eye, count (did you mean "fellow eye"?)',
        ),
        (
            "title: x\ndesigns:\n  one: {participants: 3}\n",
            "study.yaml, line 3, designs > one > kind: found nothing, wanted one of fellow eye, count",
        ),
        (
            "title: x\ndesigns:\n  one: 7\n",
            "study.yaml, line 3, designs > one: found 7, wanted named fields (name: value), of which `kind` is one of "
            "fellow eye, count",
        ),
        (
            "title: x\ndesigns: [1]\n",
            "study.yaml, line 2, designs: found [1], wanted named fields (name: value)",
        ),
        (
            "title: x\ndesigns:\n  one: {kind: count, count: -3}\n",
            "study.yaml, line 3, designs > one > count: found -3, wanted a whole number of at least 0",
        ),
        (
            "title: x\ndesigns:\n  one: {kind: count, count: 3}\n",
            "study.yaml, line 3, designs > one > count: found 3, wanted an even number",
        ),
        (
            "title: x\ndesigns:\n  one: {kind: count, count: 2, either: 20 years}\n",
            'study.yaml, line 3, designs > one > either: found "20 years", '
            'wanted a probability such as 0.2 or 20%, or "unknown"',
        ),
        (
            "rate: 1\n",
            "study.yaml, line 1, title: found nothing, wanted this field: what the study is called",
        ),
        ("title: SHOUT\n", 'study.yaml, line 1, title: found "SHOUT", wanted a text in small letters'),
        (
            "title: 7\n",
            "study.yaml, line 1, title: found 7, wanted a text (put it in quotes if it looks like a number)",
        ),
        ("title: x\nschema: 3\n", "study.yaml, line 2, schema: found 3, wanted 1 or 2"),
        (
            "title: x\nrate: 5% per year\n",
            'study.yaml, line 2, rate: found "5% per year", '
            "wanted a rate such as 1.5 per month or 25 per year (a bare number is per month)",
        ),
        (
            "title: x\nallocation: 1.5\n",
            "study.yaml, line 2, allocation: found 1.5, "
            "wanted a ratio of two whole numbers from 1 to 1000, such as 2:1 (write 3:2 for 1.5)",
        ),
        ("title: x\ntype I error: 0\n", "study.yaml, line 2, type I error: found 0, wanted more than 0"),
        ("title: x\ntype I error: 1.5\n", "study.yaml, line 2, type I error: found 1.5, wanted less than 1"),
        ("title: x\ntype I error: true\n", "study.yaml, line 2, type I error: found true, wanted a number"),
        ("title: x\ntype I error: '0.1'\n", 'study.yaml, line 2, type I error: found "0.1", wanted a number'),
        ("title: x\nblinded: 1\n", "study.yaml, line 2, blinded: found 1, wanted true or false"),
        ("title: x\ntrials: 1.5\n", "study.yaml, line 2, trials: found 1.5, wanted a whole number"),
        ("title: x\ntrials: 0\n", "study.yaml, line 2, trials: found 0, wanted at least 1"),
        (
            "title: x\nsites: [1, 2, 3]\n",
            "study.yaml, line 2, sites: found [1, 2, 3], wanted a list of at most 2 items",
        ),
        ("title: x\nsites: 3\n", "study.yaml, line 2, sites: found 3, wanted a list"),
        (
            "title: x\nmixed: [1, x]\n",
            'study.yaml, line 2, mixed > item 2: found "x", wanted a whole number of at least 0',
        ),
        (
            "title: x\nmixed: yes\n",
            'study.yaml, line 2, mixed: found "yes", wanted named fields (name: value) among kind, count, either, or a list',
        ),
        (
            "title: x\nmixed: {kind: count, count: 2, extra: 1}\n",
            'study.yaml, line 2, mixed > extra: found the unknown field "extra", wanted "either"',
        ),
    ],
)
def test_every_error_in_words(text: str, message: str) -> None:
    assert complaints(text) == message


def test_several_problems_come_in_the_order_of_the_file() -> None:
    lines = complaints("title: 1\nsites: 2\ntrials: x\nfoo: 1\n").splitlines()
    assert [line.split(",")[1] for line in lines] == [" line 1", " line 2", " line 3", " line 4"]


def test_a_valid_study_is_made() -> None:
    data, positions = read_yaml(DESIGN + "participants: 14\n    looks: 50%, 100%\nallocation: 2:1\n")
    study = validate(Study, data, positions)
    assert study.allocation == (2, 1)
    assert study.designs["one"] == FellowEye(participants=14, looks=(0.5, 1.0))


def test_without_positions_there_is_no_line() -> None:
    with pytest.raises(SpecError) as caught:
        validate(Study, {"title": 3})
    assert str(caught.value).startswith("title: found 3, wanted a text")
    with pytest.raises(SpecError, match=r"^found 3, wanted named fields"):
        validate(Study, 3, Positions())


def _example_of(name: str) -> PydanticKnownError:
    """Make an error of pydantic, giving it whatever context it says it lacks: a number, else a text."""
    context: dict[str, Any] = {}
    while True:
        try:
            return PydanticKnownError(name, context)
        except TypeError as lack:
            key = str(lack).split("'")[1]
            context[key] = "x" if key in context else 1


def test_every_error_of_pydantic_has_words() -> None:
    names = get_args(pydantic_core_schema.ErrorType)
    assert len(names) > 80
    for name in names:
        error = _example_of(name)
        details = {"type": name, "loc": (), "msg": error.message(), "input": 3, "ctx": error.context or {}}
        words = _wanted(details)
        assert words, name
        assert "Input" not in words, name
        assert len(words) < 220, name


def test_at_most_ten_problems_are_shown() -> None:
    problems = [Problem("s.yaml", n, 1, "a", "1", "2") for n in range(1, 14)]
    lines = str(SpecError(problems)).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "and 3 more"
    assert len(SpecError(problems).problems) == 13


def test_an_error_needs_a_problem() -> None:
    with pytest.raises(ValueError, match="at least one problem"):
        SpecError([])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("x" * 100, '"' + "x" * 57 + '..."'),
        ("a\x1b[31m\nb\u202ec", '"a [31m b c"'),
        (-12, "-12"),
        (1e300, "1e+300"),
        ([], "an empty list"),
        ({}, "no fields"),
        ({"mean": 1, "sd": 2}, "the fields mean, sd"),
        (Counting(count=2), "a Counting"),
        (b"x", "a value of type bytes"),
    ],
)
def test_found_values_are_short_and_clean(value: object, words: str) -> None:
    assert shown(value) == words


def test_a_huge_whole_number_is_not_written_out() -> None:
    assert shown(10**5000) == "a whole number of 2^64 or more in size"


def test_long_lists_of_names_are_cut_with_the_closest_first() -> None:
    names = [f"field {number}" for number in range(20)]
    words = one_of(names, "field_19")
    assert words.startswith("one of field 19, field 0, ")
    assert words.endswith('field 10 and 8 more (did you mean "field 19"?)')


def test_nothing_close_gives_no_suggestion() -> None:
    assert closest("zzz", ["looks", "alpha"]) is None
    assert closest(3, ["looks"]) is None
