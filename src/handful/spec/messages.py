"""What is said when a study file is wrong: where, what was found, what would be right."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handful.spec.positions import Path, Place

LONGEST_SHOWN = 60
"""Characters of a found value that are shown."""
LONGEST_PATH = 4096
"""Characters of a file's name that are shown: a path must stay one that can be opened."""
MOST_SHOWN = 10
"""Problems that are shown at once."""
MOST_LISTED = 12
"""Allowed names that are listed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what was written.

    Attributes:
        file: Name of the file, or None when there is no file.
        line: Line from 1, or None when not known.
        column: Column from 1, or None when not known.
        field: The way to the field, such as "designs > fellow eye > participants"; empty for the whole.
        found: What was found, in words that read well after "found".
        wanted: What would be right, in words that read well after "wanted".

    Example:
        >>> print(Problem("study.yaml", 14, 20, "arms > size", '"forty"', "a whole number of at least 1"))
        study.yaml, line 14, arms > size: found "forty", wanted a whole number of at least 1
    """

    file: str | None
    line: int | None
    column: int | None
    field: str
    found: str
    wanted: str

    @classmethod
    def at(cls, file: str | None, place: Place | None, path: Path, found: str, wanted: str) -> Problem:
        """Make a problem at a place and path.

        Args:
            file: Name of the file, if there is one.
            place: Line and column from 1, if known.
            path: The way to the field.
            found: What was found.
            wanted: What would be right.

        Returns:
            The problem.

        Example:
            >>> print(Problem.at(None, (3, 1), ("looks", 0), '"half"', "a share"))
            line 3, looks > item 1: found "half", wanted a share
        """
        line, column = place or (None, None)
        return cls(
            clean(file, LONGEST_PATH) if file else None, line, column, path_in_words(path), found, wanted
        )

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line is not None else None
        where = ", ".join(part for part in (self.file, line, self.field) if part)
        return f"{where}{': ' if where else ''}found {self.found}, wanted {self.wanted}"


class SpecError(Exception):
    """What was written is not a valid spec; carries every problem found.

    Args:
        problems: At least one problem. The text of the error shows the first ten, one a line.

    Example:
        >>> print(SpecError([Problem("study.yaml", 2, 1, "seed", "true", "a whole number")]))
        study.yaml, line 2, seed: found true, wanted a whole number
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("a SpecError needs at least one problem")
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"and {len(self.problems) - MOST_SHOWN} more")
        return "\n".join(lines)


def clean(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Make a text from outside safe and short enough for a one-line message.

    Args:
        text: Any text.
        longest: Characters that are kept.

    Returns:
        The text on one line, without control characters, cut with "..." when longer.

    Example:
        >>> clean("a\\x1b[31m\\nb")
        'a [31m b'
    """
    start = text[: 4 * longest]
    printable = " ".join("".join(letter if letter.isprintable() else " " for letter in start).split())
    if len(printable) > longest or len(start) < len(text):
        return printable[: longest - 3] + "..."
    return printable


def shown(value: Any) -> str:
    """Describe a value that was found, in at most about 60 characters.

    Args:
        value: Anything that was read from a file or given in Python.

    Returns:
        Words that read well after "found".

    Example:
        >>> shown("forty"), shown(True), shown(None), shown([1, 2]), shown({"mean": 3})
        ('"forty"', 'true', 'nothing', '[1, 2]', 'the fields mean')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{clean(value)}"'
    if isinstance(value, int):
        return str(value) if value.bit_length() < 64 else "a whole number of 2^64 or more in size"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list | tuple):
        return _listed(value)
    if isinstance(value, dict):
        names = ", ".join(clean(str(name)) for name in list(value)[:MOST_LISTED])
        return f"the fields {clean(names)}" if value else "no fields"
    if isinstance(value, BaseModel):
        return clean(f"a {type(value).__name__}")
    return clean(f"a value of type {type(value).__name__}")


def _listed(values: Sequence[Any]) -> str:
    """Write a short list as it stands in a file; of others say how long they are."""
    if not values:
        return "an empty list"
    plain = all(value is not None and isinstance(value, str | int | float) for value in values[:MOST_LISTED])
    words = ", ".join(
        clean(value) if isinstance(value, str) else shown(value) for value in values[:MOST_LISTED]
    )
    if not plain or len(values) > MOST_LISTED or len(words) > LONGEST_SHOWN:
        return f"a list of {len(values)}"
    return f"[{words}]"


def path_in_words(path: Path) -> str:
    """Write a path as people read it; list items are counted from 1.

    Args:
        path: Names and indices.

    Returns:
        The parts with " > " between them.

    Example:
        >>> path_in_words(("designs", "fellow eye", "looks", 0))
        'designs > fellow eye > looks > item 1'
    """
    return " > ".join(f"item {part + 1}" if isinstance(part, int) else clean(part) or '""' for part in path)


def one_of(allowed: Iterable[str], found: object = None) -> str:
    """Say what is allowed, and what was probably meant.

    Args:
        allowed: The names that would be right.
        found: What was written instead.

    Returns:
        A list of at most twelve names, the closest first when there is one, with "did you mean"; a single
        name in quotes; "nothing" when nothing is allowed.

    Example:
        >>> one_of(["looks", "alpha"], "alfa")
        'one of alpha, looks (did you mean "alpha"?)'
    """
    names = list(dict.fromkeys(allowed))
    meant = closest(found, names)
    listed = sorted(names, key=lambda name: name != meant)
    more = f" and {len(listed) - MOST_LISTED} more" if len(listed) > MOST_LISTED else ""
    if len(names) == 1:
        return f'"{clean(names[0])}"'
    words = ", ".join(clean(name) for name in listed[:MOST_LISTED]) + more
    hint = f' (did you mean "{clean(meant)}"?)' if meant else ""
    return f"one of {words}{hint}" if names else "nothing"


def closest(found: object, names: Iterable[str]) -> str | None:
    """Find the name that was probably meant.

    Args:
        found: What was written.
        names: The names that would be right.

    Returns:
        The closest name, or None when none is close.

    Example:
        >>> closest("Known_After", ["known after", "unit"])
        'known after'
    """
    if not isinstance(found, str):
        return None
    by_folded = {_folded(name): name for name in names}
    matches = difflib.get_close_matches(_folded(found[:LONGEST_SHOWN]), by_folded, n=1)
    return by_folded[matches[0]] if matches else None


def _folded(name: str) -> str:
    """Fold away the differences that people do not see: case, underscores, hyphens, doubled spaces."""
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
