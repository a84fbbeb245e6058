"""Quantities that only designs know: a benchmark in the units of whatever endpoint it belongs to, and months of looks."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from handful.spec.base import wanted
from handful.spec.quantities import Duration, Number, PositiveDuration, Probability, RatePerYear

_READERS = tuple(TypeAdapter(kind) for kind in (Number, Probability, RatePerYear, Duration))


def _amount(value: Any) -> float:
    """Read a number, a percentage, a rate or a duration, whichever it is written as."""
    for reader in _READERS:
        try:
            return float(reader.validate_python(value))
        except ValidationError:
            continue
    raise wanted("a number, or a text such as 20%, 1.5 per year or 12 months")


Amount = Annotated[float, BeforeValidator(_amount)]
"""A value of the endpoint: a number or a percentage, a rate (stored per year) or a duration (stored in months)."""


def _listed(value: Any) -> Any:
    """Let months be written as one value or as text with commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(","))
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _growing(values: tuple[float, ...]) -> tuple[float, ...]:
    """Check that each month is after the one before."""
    for index, (before, after) in enumerate(pairwise(values)):
        if after <= before:
            raise wanted(f"a time after the {before:.6g} months before it", at=index + 1)
    return values


Months = Annotated[
    tuple[PositiveDuration, ...],
    Field(min_length=1, max_length=100),
    BeforeValidator(_listed),
    AfterValidator(_growing),
]
"""One or more times, each after the one before: `[12 months, 2 years]`."""
