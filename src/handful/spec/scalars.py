"""Unquoted YAML values by the core schema of YAML 1.2 (section 10.3.2 of the specification)."""

from __future__ import annotations

import math
import re

LONGEST_NUMBER = 60
"""Characters of the longest number that is read."""

_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class NotFinite(Exception):
    """The value is a number that is infinite, not a number at all (.nan), or beyond the largest float."""


class TooLong(Exception):
    """The value is a number of more than `LONGEST_NUMBER` characters."""


def read_plain(text: str) -> str | int | float | bool | None:
    """Read an unquoted value.

    Args:
        text: The value as written.

    Returns:
        None, a boolean, a whole number, a finite float, or the text itself when it is none of these.

    Raises:
        NotFinite: For `.inf`, `.nan` and numbers beyond the largest float.
        TooLong: For a number written with too many characters.

    Example:
        >>> [read_plain(text) for text in ("1e-3", "0o17", "no", "2:1", "True", "~", "1_000")]
        [0.001, 15, 'no', '2:1', True, None, '1_000']
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    whole, other_base, real = (form.fullmatch(text) for form in (_WHOLE, _OTHER_BASE, _REAL))
    if not (whole or other_base or real or _NOT_FINITE.fullmatch(text)):
        return text
    if len(text) > LONGEST_NUMBER:
        raise TooLong
    if whole:
        return int(text)
    if other_base:
        return int(text, 0)
    number = float(text) if real else math.inf
    if not math.isfinite(number):
        raise NotFinite
    return number
