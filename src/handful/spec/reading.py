"""Readers of single quantities: from what a person wrote to a plain number, or a refusal.

A reader takes any plain value and returns a number, or raises `Refused`. It never guesses, and its time and
memory are bounded whatever it is given. The types that use the readers, and their words, are in
`handful.spec.quantities`.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, localcontext
from typing import Any

DAYS_PER_YEAR = 365.25
LARGEST_NUMBER = 1e12
"""Largest size of any number in a study file."""
LONGEST_TEXT = 60
"""Longest text, in characters, that is tried as a quantity."""
LARGEST_PART = 1000
"""Largest part of a ratio."""

NUMBER_PATTERN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
UNIT_PATTERN = "(?:day|week|month|year)"
PER_PATTERN = "(?:per|an?|/)"

_MONTHS_IN = {"day": 12 / DAYS_PER_YEAR, "week": 84 / DAYS_PER_YEAR, "month": 1.0, "year": 12.0}
_NUMBER = re.compile(NUMBER_PATTERN)
_PERCENT = re.compile(rf"({NUMBER_PATTERN}) *%")
_DURATION = re.compile(rf"({NUMBER_PATTERN}) *({UNIT_PATTERN})s?")
_RATE = re.compile(rf"({NUMBER_PATTERN}) *(%?) *{PER_PATTERN} *({UNIT_PATTERN})")
_RATIO = re.compile(r"([0-9]{1,4}) *: *([0-9]{1,4})")


class Refused(Exception):
    """The value is not the quantity wanted; may carry a hint such as "did you mean 20%?"."""


def read_number(
    value: Any, lowest: float = -LARGEST_NUMBER, highest: float = LARGEST_NUMBER, *, above: bool = False
) -> float:
    """Read a finite number in a range, written as a number or as the text of one; never a boolean.

    Args:
        value: What was written.
        lowest: The smallest number accepted.
        highest: The largest number accepted, at most `LARGEST_NUMBER`.
        above: Whether the number must be above `lowest`, not equal to it.

    Returns:
        The number as a float; negative zero becomes zero.

    Raises:
        Refused: When the value is no such number.

    Example:
        >>> read_number("1e-3"), read_number(4)
        (0.001, 4.0)
    """
    if isinstance(value, str):
        text = value.strip()
        if len(text) > LONGEST_TEXT or not _NUMBER.fullmatch(text):
            raise Refused
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused
    # Comparing before converting keeps whole numbers too large for a float, and NaN, out.
    if not lowest <= value <= highest or (above and value == lowest):
        raise Refused
    return float(value) + 0.0


def read_whole(value: Any, lowest: int, highest: int) -> int:
    """Read a whole number in a range: 1e3 and 40.0 are whole; 40.5, true and "40" are refused.

    Args:
        value: What was written.
        lowest: The smallest number accepted.
        highest: The largest number accepted.

    Returns:
        The number.

    Raises:
        Refused: When the value is no such number.

    Example:
        >>> read_whole(1e3, 0, 10_000)
        1000
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused
    if not lowest <= value <= highest or value != int(value):
        raise Refused
    return int(value)


def read_fraction(value: Any, *, zero: bool = True, one: bool = True) -> float:
    """Read a number from 0 to 1, or a percentage as a fraction.

    Args:
        value: What was written.
        zero: Whether 0 is accepted.
        one: Whether 1 is accepted.

    Returns:
        The fraction. A percentage is rounded once, so "0.7%" is the float nearest to 0.007.

    Raises:
        Refused: When the value is no such fraction; with a hint when a bare number looks like a percentage.

    Example:
        >>> read_fraction("0.7%")
        0.007
    """
    percent = _match(_PERCENT, value)
    number = _hundredth(percent[1]) if percent else read_number(value)
    if not percent and 1 < number <= 100:
        raise Refused(f"did you mean {number:g}%?")
    if not 0 <= number <= 1 or (number == 0 and not zero) or (number == 1 and not one):
        raise Refused
    return number


def read_multiple(value: Any) -> float:
    """Read how many times something else a value is, as a number or a percentage; it may be negative or above 1.

    Args:
        value: What was written.

    Returns:
        The multiple. A percentage is rounded once.

    Raises:
        Refused: When the value is neither.

    Example:
        >>> read_multiple("-50%"), read_multiple(1.2)
        (-0.5, 1.2)
    """
    percent = _match(_PERCENT, value)
    return _hundredth(percent[1]) if percent else read_number(value)


def read_months(value: Any, *, zero: bool = True) -> float:
    """Read a length of time in months; a bare number is months.

    Args:
        value: What was written.
        zero: Whether 0 is accepted.

    Returns:
        Months of 30.4375 days.

    Raises:
        Refused: When the value is no length of time.

    Example:
        >>> read_months("2 years")
        24.0
    """
    match = _match(_DURATION, value)
    months = read_number(match[1]) * _MONTHS_IN[match[2]] if match else value
    return read_number(months, 0, above=not zero)


def read_rate(value: Any, *, per: str, percent_as_hazard: bool = False) -> float:
    """Read a rate over time; a bare number is per `per`.

    Args:
        value: What was written.
        per: The unit of the result: "day", "week", "month" or "year".
        percent_as_hazard: Whether "5% per year" is understood, as the constant hazard with which 5 % are
            lost within a year, -log(1 - 0.05) per year. Otherwise a percentage is refused.

    Returns:
        The rate per unit.

    Raises:
        Refused: When the value is no rate, or a percentage of 100 or more.

    Example:
        >>> read_rate("24 per year", per="month")
        2.0
    """
    match = _match(_RATE, value)
    if not match:
        return read_number(value, 0)
    number, percent, unit = match.groups()
    amount = read_number(number)
    if percent:
        lost = _hundredth(number)
        if not percent_as_hazard or not 0 <= lost < 1:
            raise Refused
        amount = -math.log1p(-lost)
    return read_number(amount * _MONTHS_IN[per] / _MONTHS_IN[unit], 0)


def read_ratio(value: Any) -> tuple[int, int]:
    """Read a ratio of two whole numbers: "2:1", [2, 1], or 2 for 2:1.

    Args:
        value: What was written.

    Returns:
        The two parts in lowest terms, each from 1 to `LARGEST_PART`.

    Raises:
        Refused: When the value is no such ratio; with a hint when a part is not whole.

    Example:
        >>> read_ratio("4:2")
        (2, 1)
    """
    match = _match(_RATIO, value)
    parts = tuple(int(part) for part in match.groups()) if match else value
    if not isinstance(parts, list | tuple):
        parts = (parts, 1)
    if len(parts) != 2:
        raise Refused
    if any(isinstance(part, float) and math.isfinite(part) and part % 1 for part in parts):
        raise Refused("write 3:2 for 1.5")
    first, second = (read_whole(part, 1, LARGEST_PART) for part in parts)
    common = math.gcd(first, second)
    return first // common, second // common


def _match(pattern: re.Pattern[str], value: Any) -> re.Match[str] | None:
    """Match a short text against a whole pattern, whatever its case; what is not text does not match."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return None
    return pattern.fullmatch(value.strip().lower())


def _hundredth(text: str) -> float:
    """Divide a decimal text by 100 with a single rounding."""
    with localcontext(prec=LONGEST_TEXT):
        return read_number(float(Decimal(text) / 100))
