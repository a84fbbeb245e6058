"""The values that a search tries, as people write them: 20..60, 20..60 by 4, 90%..99% by 1%, or a list."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from handful.spec.quantities import Quantity
from handful.spec.reading import LONGEST_TEXT, Refused

MOST_VALUES = 1000
"""Values of one field that a search may try."""
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_PATTERN = rf"({_NUMBER}) *(%?) *\.\. *({_NUMBER}) *(%?)(?: +by +({_NUMBER}) *(%?))?"
_RANGE = re.compile(_PATTERN)


def values_of(written: Any) -> tuple[Any, ...]:
    """The values that a range or a list stands for.

    Args:
        written: A range such as `20..60`, which goes in steps of 1, or `90%..99% by 1%`; or a list of values, which is taken
            as it is.

    Returns:
        The values in the order written; those of a range are numbers, percentages as fractions.

    Raises:
        handful.spec.reading.Refused: When it is neither, or stands for more than `MOST_VALUES` values.

    Example:
        >>> values_of("20..26 by 2"), values_of("90%..92% by 1%"), values_of(["pocock"])
        ((20, 22, 24, 26), (0.9, 0.91, 0.92), ('pocock',))
    """
    if isinstance(written, list | tuple):
        if not written:
            raise Refused("the list is empty")
        if len(written) > MOST_VALUES:
            raise Refused(f"at most {MOST_VALUES} values")
        return tuple(written)
    found = _RANGE.fullmatch(written.strip()) if _is_short(written) else None
    if found is None:
        raise Refused
    low, low_percent, high, high_percent, step, step_percent = found.groups()
    if (low_percent and not high_percent) or (step_percent and not high_percent):
        raise Refused("a % behind the end of the range too")
    start, end = Decimal(low), Decimal(high)
    if step is None and not (_whole(start) and _whole(end) and not high_percent):
        raise Refused(f"a step, such as {written.strip()} by {'1%' if high_percent else '0.1'}")
    return _counted(start, end, Decimal(step or 1), percent=bool(high_percent))


def goes_by_itself(written: Any) -> bool:
    """Whether a range says no step of its own, so that of sizes only those are meant that fill whole blocks.

    Example:
        >>> goes_by_itself("20..60"), goes_by_itself("20..60 by 1"), goes_by_itself((20, 21))
        (True, False, False)
    """
    return isinstance(written, str) and " by " not in written


def _is_short(written: Any) -> bool:
    """Whether something is a text that may be tried as a range."""
    return isinstance(written, str) and len(written) <= LONGEST_TEXT


def _whole(number: Decimal) -> bool:
    """Whether a number is whole."""
    return number == number.to_integral_value()


def _counted(start: Decimal, end: Decimal, step: Decimal, *, percent: bool) -> tuple[int | float, ...]:
    """Count from the start to the end; decimals are exact, so that 0.1 three times is 0.3."""
    if step <= 0:
        raise Refused("a step above 0")
    if end < start:
        raise Refused("an end that is not below the start")
    number = int((end - start) / step) + 1
    if number > MOST_VALUES:
        raise Refused(f"at most {MOST_VALUES} values")
    scale = Decimal("0.01") if percent else Decimal(1)
    counted = [(start + k * step) * scale for k in range(number)]
    whole = not percent and _whole(start) and _whole(step)
    return tuple(int(value) if whole else float(value) for value in counted)


def _read(written: Any) -> Any:
    """Check what was written and keep it as it is: a range stays a range in the record of a study."""
    values_of(written)
    return tuple(written) if isinstance(written, list) else written


Values = Annotated[
    Any,
    Quantity(
        "a range such as 20..60 or 20..60 by 4, or a list of values",
        _read,
        {"type": "array", "minItems": 1, "maxItems": MOST_VALUES},
        (_PATTERN.replace("(%?)", "%?"),),
        "20..60 by 4",
    ),
]
"""Values to be tried: a range, or a list of values as the field takes them."""
