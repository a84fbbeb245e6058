"""Quantities as people write them: 20%, 12 months, 25 per year, 2:1; each becomes a plain number.

Every type here is an annotation for a field of a `handful.spec.Spec`. It accepts a number or a short text,
refuses everything else in words ("wanted a probability such as 0.2 or 20%"), and is stored and written as
plain numbers: probabilities as fractions, durations in months, rates per month or per year.

A month is a twelfth of a year of 365.25 days (30.4375 days); a week is 7 days. So "52 weeks" is 11.96
months, not 12.

Example:
    >>> from pydantic import Field
    >>> from handful.spec import Spec
    >>> class Follow(Spec):
    ...     length: Duration = Field(description="how long each participant is followed")
    ...     lost: Probability = Field(description="probability of being lost")
    >>> Follow(length="2 years", lost="5%").canonical()
    {'length': 24.0, 'lost': 0.05}
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import core_schema

from handful.spec.base import wanted
from handful.spec.reading import (
    LARGEST_NUMBER,
    LARGEST_PART,
    NUMBER_PATTERN,
    PER_PATTERN,
    UNIT_PATTERN,
    Refused,
    read_fraction,
    read_months,
    read_multiple,
    read_number,
    read_rate,
    read_ratio,
    read_whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

LARGEST_COUNT = 10**9
"""Largest count of anything: people, trials, events."""
LONGEST_LIST = 1000
"""Longest list of shares."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """How one quantity is read, refused and described; stands in an `Annotated` type.

    Attributes:
        wanted: What would be right, in words that read well after "wanted".
        read: Turns what was written into the stored value, or raises `handful.spec.reading.Refused`.
        stored: JSON Schema of the stored value, which may always be written too.
        patterns: Regular expressions of the texts that may be written beside.
        example: Such a text.

    Example:
        >>> from pydantic import TypeAdapter
        >>> TypeAdapter(Probability).validate_python("20%")
        0.2
    """

    wanted: str
    read: Callable[[Any], Any]
    stored: Mapping[str, Any]
    patterns: tuple[str, ...] = ()
    example: str = ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read first; the annotated type and any further limits of the field then check what is stored."""
        return core_schema.no_info_before_validator_function(self._validate, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Give the schema of what may be written, or of what is stored."""
        if handler.mode == "serialization" or not self.patterns:
            return dict(self.stored)
        pattern = f"^ *(?:{'|'.join(self.patterns)}) *$"
        return {
            "anyOf": [dict(self.stored), {"type": "string", "pattern": pattern, "examples": [self.example]}]
        }

    def _validate(self, value: Any) -> Any:
        """Call the reader and put a refusal into words."""
        try:
            return self.read(value)
        except Refused as refused:
            hint = f" ({refused})" if str(refused) else ""
            raise wanted(self.wanted + hint) from None


def _fraction(words: str, *, zero: bool = True, one: bool = True) -> Quantity:
    """Describe a number from 0 to 1 that may be written as a percentage."""
    low = "minimum" if zero else "exclusiveMinimum"
    high = "maximum" if one else "exclusiveMaximum"
    stored = {"type": "number", low: 0, high: 1}
    read = partial(read_fraction, zero=zero, one=one)
    return Quantity(words, read, stored, (rf"{NUMBER_PATTERN} *%?",), "20%")


def _up_to_the_largest(*, zero: bool = True) -> dict[str, Any]:
    """Give the schema of a number from 0 up to the largest accepted."""
    return {"type": "number", "minimum" if zero else "exclusiveMinimum": 0, "maximum": LARGEST_NUMBER}


def _duration(words: str, *, zero: bool = True) -> Quantity:
    """Describe a length of time."""
    pattern = rf"{NUMBER_PATTERN}(?: *{UNIT_PATTERN}s?)?"
    return Quantity(
        words, partial(read_months, zero=zero), _up_to_the_largest(zero=zero), (pattern,), "12 months"
    )


def _rate(words: str, example: str, *, per: str, percent_as_hazard: bool = False) -> Quantity:
    """Describe a rate over time."""
    percent = " *%?" if percent_as_hazard else ""
    pattern = rf"{NUMBER_PATTERN}{percent} *{PER_PATTERN} *{UNIT_PATTERN}"
    read = partial(read_rate, per=per, percent_as_hazard=percent_as_hazard)
    return Quantity(words, read, _up_to_the_largest(), (pattern, NUMBER_PATTERN), example)


def _whole(words: str, lowest: int, highest: int) -> Quantity:
    """Describe a whole number in a range."""
    schema = {"type": "integer", "minimum": lowest, "maximum": highest}
    return Quantity(words, partial(read_whole, lowest=lowest, highest=highest), schema)


def _number(words: str, lowest: float, schema: dict[str, Any], *, above: bool = False) -> Quantity:
    """Describe a finite number, which must be written as a number."""

    def read(value: Any) -> float:
        if isinstance(value, str):
            raise Refused
        return read_number(value, lowest, above=above)

    return Quantity(words, read, schema)


def _split(value: Any) -> Any:
    """Let a list be written as a single value or as text with commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",", LONGEST_LIST))
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _ascending(values: tuple[float, ...]) -> tuple[float, ...]:
    """Check that each share is above the one before."""
    for index in range(1, len(values)):
        if values[index] <= values[index - 1]:
            raise wanted(f"a share above the {values[index - 1]:.6g} before it", at=index)
    return values


_RATIO_AS_LIST = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1, "maximum": LARGEST_PART},
    "minItems": 2,
    "maxItems": 2,
}

Probability = Annotated[float, _fraction("a probability such as 0.2 or 20%")]
"""A probability from 0 to 1, both included: `0.2` or `20%`."""

OpenProbability = Annotated[
    float, _fraction("a probability above 0 and below 1, such as 0.2 or 20%", zero=False, one=False)
]
"""A probability strictly between 0 and 1, such as a significance level."""

PositiveProbability = Annotated[float, _fraction("a probability above 0, such as 0.2 or 20%", zero=False)]
"""A probability above 0 and up to 1."""

Share = Annotated[float, _fraction("a share of the whole such as 0.2 or 20%")]
"""A part of a whole, from 0 to 1, both included."""

PositiveShare = Annotated[float, _fraction("a share of the whole above 0, such as 0.2 or 20%", zero=False)]
"""A part of a whole, above 0 and up to 1."""

Duration = Annotated[float, _duration("a duration such as 12 months, 2 years, 6 weeks or 30 days")]
"""A length of time in months, 0 included; a bare number is months."""

PositiveDuration = Annotated[
    float, _duration("a duration above 0, such as 12 months, 2 years, 6 weeks or 30 days", zero=False)
]
"""A length of time in months, above 0; a bare number is months."""

RatePerMonth = Annotated[
    float,
    _rate(
        "a rate such as 1.5 per month or 25 per year (a bare number is per month)", "25 per year", per="month"
    ),
]
"""How many a month, 0 included: `1.5`, `1.5 per month`, `25 per year`, `2 per week`."""

RatePerYear = Annotated[
    float,
    _rate("a rate such as 25 per year or 2 per month (a bare number is per year)", "25 per year", per="year"),
]
"""How many a year, 0 included."""

HazardPerMonth = Annotated[
    float,
    _rate(
        "a hazard such as 5% per year (lost within a year) or 0.05 per year (a bare number is per month)",
        "5% per year",
        per="month",
        percent_as_hazard=True,
    ),
]
"""A constant hazard per month. `5% per year` means 5 % lost within a year: -log(0.95) / 12 per month."""

Ratio = Annotated[
    tuple[int, int],
    Quantity(
        "a ratio of two whole numbers from 1 to 1000, such as 2:1",
        read_ratio,
        {"anyOf": [_RATIO_AS_LIST, {"type": "integer", "minimum": 1, "maximum": LARGEST_PART}]},
        ("[0-9]{1,4} *: *[0-9]{1,4}",),
        "2:1",
    ),
]
"""A ratio in lowest terms: `2:1`, `[2, 1]` and `2` are (2, 1)."""

PercentList = Annotated[
    tuple[Share, ...], Field(min_length=1, max_length=LONGEST_LIST), BeforeValidator(_split)
]
"""One or more shares: `[50%, 100%]`, `50%, 100%` or a single value."""

AscendingPercentList = Annotated[
    tuple[PositiveShare, ...],
    Field(min_length=1, max_length=LONGEST_LIST),
    BeforeValidator(_split),
    AfterValidator(_ascending),
]
"""One or more shares above 0, each above the one before, such as the information fractions of looks."""

Count = Annotated[int, _whole("a whole number of at least 0", 0, LARGEST_COUNT)]
"""A whole number from 0 to one thousand million."""

PositiveCount = Annotated[int, _whole("a whole number of at least 1", 1, LARGEST_COUNT)]
"""A whole number from 1 to one thousand million."""

Seed = Annotated[int, _whole("a whole number from 0 to 2^63 - 1", 0, 2**63 - 1)]
"""The seed of a random stream."""

Number = Annotated[
    float,
    _number(
        "a number between -1e12 and 1e12",
        -LARGEST_NUMBER,
        {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER},
    ),
]
"""A finite number, at most 1e12 in size."""

Multiple = Annotated[
    float,
    Quantity(
        "a share such as 50% or 0.5, which may be below 0 or above 100%",
        read_multiple,
        {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER},
        (rf"{NUMBER_PATTERN} *%?",),
        "50%",
    ),
]
"""How many times something else a value is, such as the effect of a dose as a share of the full effect."""

NonNegativeNumber = Annotated[float, _number("a number of at least 0", 0.0, _up_to_the_largest())]
"""A finite number from 0 to 1e12."""

PositiveNumber = Annotated[
    float, _number("a number above 0", 0.0, _up_to_the_largest(zero=False), above=True)
]
"""A finite number above 0, up to 1e12."""
