"""What holds for every text and every number: no crash, no hang, no loss."""

import contextlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter, ValidationError

from handful.spec import (
    AscendingPercentList,
    Count,
    Duration,
    Field,
    HazardPerMonth,
    Number,
    Probability,
    RatePerMonth,
    RatePerYear,
    Ratio,
    Spec,
    SpecError,
    read_yaml,
    validate,
)

Result = TypeVar("Result")


class Everything(Spec):
    share: Probability = Field(0.5, description="a share")
    length: Duration = Field(12, description="a length")
    monthly: RatePerMonth = Field(1, description="a rate")
    yearly: RatePerYear = Field(1, description="a rate")
    hazard: HazardPerMonth = Field(0, description="a hazard")
    ratio: Ratio = Field((1, 1), description="a ratio")
    number: Number = Field(0, description="a number")
    count: Count = Field(0, description="a count")
    looks: AscendingPercentList = Field((1,), description="looks")
    inside: dict[str, "Everything"] = Field({}, description="the same again")


YAML_PIECES = st.lists(
    st.sampled_from(
        [
            "share",
            "length",
            "inside",
            ": ",
            ":",
            "\n",
            "  ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "&a ",
            "*a",
            "!!str ",
            "'",
            '"',
            "|",
            ">",
            "#",
            "%",
            "@",
            "\t",
            "---\n",
            "...\n",
            "<<",
            "20%",
            "2:1",
            ".nan",
            "1e400",
            "12 months",
            "\\x00",
            "? ",
            "~",
            "true",
            "é",
            "\ufeff",
            "\x85",
            "\0",
        ]
    ),
    max_size=60,
).map("".join)


def outcome(call: Callable[[], Result]) -> Result | SpecError:
    """Give what a call returns, or the SpecError it raises; any other error fails the test."""
    try:
        return call()
    except SpecError as error:
        return error


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200), YAML_PIECES))
def test_any_text_gives_data_or_one_message(text: str | bytes) -> None:
    read = outcome(lambda: read_yaml(text, "study.yaml"))
    if isinstance(read, SpecError):
        assert len(read.problems) == 1
        assert str(read).startswith("study.yaml")
        assert str(read).isprintable()
        return
    data, positions = read
    json.dumps(data).encode()
    for name in data:
        assert positions.key((name,)) is not None
    made = outcome(lambda: validate(Everything, data, positions, "study.yaml"))
    if isinstance(made, SpecError):
        assert all(problem.line for problem in made.problems)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["share", "inside", "looks", "ratio", "x"]) | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*Everything.model_fields, "x"]), PLAIN))
def test_any_data_give_a_spec_or_messages(data: dict[str, object]) -> None:
    made = outcome(lambda: validate(Everything, data))
    if isinstance(made, SpecError):
        assert all("Input" not in problem.wanted for problem in made.problems)
    else:
        assert Everything.model_validate(json.loads(json.dumps(made.canonical()))) == made


FRACTIONS = st.floats(0, 1)
NUMBERS = st.floats(0, 1e9)
WRITTEN = st.fixed_dictionaries(
    {},
    optional={
        "share": FRACTIONS | FRACTIONS.map(lambda x: f"{100 * x:.3f}%"),
        "length": NUMBERS
        | st.builds("{} {}".format, NUMBERS, st.sampled_from(["days", "weeks", "months", "years"])),
        "monthly": NUMBERS
        | st.builds("{} per {}".format, NUMBERS, st.sampled_from(["day", "week", "month", "year"])),
        "yearly": NUMBERS | NUMBERS.map("{} per month".format),
        "hazard": NUMBERS | st.floats(0, 99).map("{}% per year".format),
        "ratio": st.tuples(st.integers(1, 1000), st.integers(1, 1000))
        | st.integers(1, 1000).map("{}:7".format),
        "number": st.floats(-1e12, 1e12),
        "count": st.integers(0, 10**9),
        "looks": st.lists(st.floats(1e-6, 1), min_size=1, unique=True).map(sorted),
    },
)


@given(WRITTEN)
def test_what_is_stored_can_be_read_again(written: dict[str, object]) -> None:
    spec = Everything.model_validate(written)
    again = Everything.model_validate(json.loads(json.dumps(spec.canonical())))
    assert again == spec
    assert again.digest() == spec.digest()
    assert hash(again) == hash(spec)


@given(st.decimals(0, 100, places=6))
def test_a_percentage_is_the_float_nearest_to_its_fraction(percent: Decimal) -> None:
    assert TypeAdapter(Probability).validate_python(f"{percent}%") == float(percent / 100)


@given(
    st.text(max_size=80),
    st.sampled_from([Probability, Duration, RatePerMonth, HazardPerMonth, Ratio, Count, Number]),
)
def test_no_text_breaks_a_quantity(text: str, quantity: Any) -> None:
    with contextlib.suppress(ValidationError):
        TypeAdapter(quantity).validate_python(text)


def test_deep_python_data_are_refused_without_a_crash() -> None:
    data: dict[str, object] = {}
    for _ in range(5):
        data = {"inside": {"x": data}}
    data["share"] = 7
    with pytest.raises(SpecError, match="did you mean 7%"):
        validate(Everything, data)
