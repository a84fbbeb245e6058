"""Quantities that only designs know: a benchmark in the units of whatever endpoint it belongs to."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from handful.spec.base import wanted
from handful.spec.quantities import Duration, Number, Probability, RatePerYear

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
