"""Plain data written as YAML 1.2, in the fewest signs that read back as the same."""

from __future__ import annotations

import json
import re
from typing import Any

from handful.spec.scalars import NotFinite, TooLong, read_plain

ROOM = 96
"""Characters of a line up to which named fields and lists stay on one line."""

_OPENS = tuple("-?:,[]{}#&*!|>'\"%@`=~<")
_IN_FLOW = re.compile(r"[\[\]{},]|:$|:[\s\[\]{},]")
_ANYWHERE = re.compile(r"[^\S ]|:\s|\s#|:$|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def flow(value: Any, *, inside: bool = True) -> str:
    """Write a value on one line.

    Args:
        value: Plain data.
        inside: Whether it will stand between brackets or braces, where commas part values.

    Returns:
        YAML; text in quotes only where it needs them.

    Example:
        >>> flow({"kind": "pocock", "looks": ["50%", 1], "note": "so: it is"})
        '{kind: pocock, looks: [50%, 1], note: "so: it is"}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name_text(name)}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return _scalar(value, inside=inside)


def block(value: Any, indent: int, *, beside: int = 0, spread: bool = False) -> str:
    """Write a value so that it can follow `name:` or a dash: on the same line where it fits, else on lines of its own.

    Args:
        value: Plain data.
        indent: Column of the name or dash.
        beside: Characters that stand on its first line before it.
        spread: Whether named fields get a line each however short they are.

    Returns:
        YAML that begins with a blank or a line break.

    Example:
        >>> print("designs:" + block({"fixed": {"kind": "randomised"}}, 0, spread=True))
        designs:
          fixed: {kind: randomised}
    """
    if isinstance(value, str) and "\n" in value:
        return _lines(value, indent)
    short = " " + flow(value, inside=False)
    fits = beside + len(short) <= ROOM and not (spread and isinstance(value, dict))
    if not value or not isinstance(value, dict | list | tuple) or fits:
        return short
    pad = "\n" + " " * (indent + 2)
    if isinstance(value, dict):
        named = ((f"{name_text(name)}:", item) for name, item in value.items())
        return "".join(
            f"{pad}{name}{block(item, indent + 2, beside=indent + 2 + len(name))}" for name, item in named
        )
    return "".join(f"{pad}-{block(item, indent + 2, beside=indent + 3)}" for item in value)


def name_text(name: str) -> str:
    """Write the name of a field.

    Example:
        >>> name_text("type I error"), name_text("a: b")
        ('type I error', '"a: b"')
    """
    return _text(name, inside=True)


def _scalar(value: Any, *, inside: bool) -> str:
    """Write a single value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}" if value == float(f"{value:g}") else repr(value)
    if isinstance(value, int):
        return str(value)
    return _text(str(value), inside=inside)


def _text(text: str, *, inside: bool) -> str:
    """Write text, in quotes where it would read as something else."""
    return text if _reads_as_itself(text) and not (inside and _IN_FLOW.search(text)) else _quoted(text)


def _reads_as_itself(text: str) -> bool:
    """Whether text without quotes reads back as the same text."""
    if text != text.strip() or text.startswith(_OPENS) or _ANYWHERE.search(text):
        return False
    try:
        return read_plain(text) == text
    except (NotFinite, TooLong):
        return False


def _quoted(text: str) -> str:
    """Write text in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _lines(text: str, indent: int) -> str:
    """Write text of several lines as such; in quotes when its blanks would not survive."""
    lines = text.split("\n")
    if any(line != line.rstrip() for line in lines) or lines[0][:1] in ("", " ") or not lines[-1]:
        return " " + _quoted(text)
    pad = " " * (indent + 2)
    return " |-\n" + "\n".join(pad + line if line else "" for line in lines)
