"""Where in a text every value of a YAML mapping begins and ends, to the character: what changing it in place rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from handful.spec.scalars import read_plain
from handful.spec.yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handful.spec.positions import Path, Positions


@dataclass(slots=True)
class Cell:
    """One value in a text.

    Attributes:
        data: The value as plain data.
        start: Where its text begins; with `end` the same for a value that is not written (`key:`).
        end: Where its text ends, without what follows it: blanks, comments, line breaks.
        after: Where the colon or the dash before it ends; 0 for the whole document.
        key: Where its name begins and ends; for an item of a list in block style, its dash. None for other items.
        flow: Whether it stands in brackets or braces, or is a single value.
        shared: Whether it has an anchor or stands for one, so that a change here would change another place too.
        cells: The values inside, by name or index.
    """

    data: Any
    start: int
    end: int
    after: int = 0
    key: tuple[int, int] | None = None
    flow: bool = True
    shared: bool = False
    cells: dict[str | int, Cell] = field(default_factory=dict)

    @property
    def bare(self) -> bool:
        """Whether nothing is written."""
        return self.start == self.end

    def at(self, path: Path) -> Cell | None:
        """The cell at a path below this one; None when there is none."""
        cell: Cell | None = self
        for part in path:
            cell = cell.cells.get(part) if cell is not None else None
        return cell


@lru_cache(maxsize=16)
def read_kept(text: str) -> tuple[dict[str, Any], Positions]:
    """Read a text as `handful.spec.yaml.read_yaml` does, and remember the latest: a text that is edited is asked for often.

    Args:
        text: YAML.

    Returns:
        As `read_yaml`; it is kept, so nobody may change it.

    Raises:
        handful.spec.SpecError: As `read_yaml`.

    Example:
        >>> read_kept("a: 1")[0]
        {'a': 1}
    """
    return read_yaml(text)


@lru_cache(maxsize=16)
def layout(text: str) -> Cell:
    """Find the places of all values in a text.

    Args:
        text: YAML that `handful.spec.yaml.read_yaml` reads, with line breaks of one character.

    Returns:
        The whole document; it is kept, so nobody may change it.

    Raises:
        handful.spec.SpecError: When the text cannot be read.

    Example:
        >>> text = "arms: {size: 20} # both\\n"
        >>> cell = layout(text).at(("arms", "size"))
        >>> text[cell.start : cell.end], cell.data
        ('20', 20)
    """
    from ruamel.yaml import YAML

    read_kept(text)
    events = (
        event
        for event in YAML(typ="safe", pure=True).parse(text)
        if type(event).__name__ not in ("StreamStartEvent", "DocumentStartEvent")
    )
    return _Finder(text).cell(next(events), events, 0)


class _Finder:
    """Builds cells from the parser's events; the text is known to be readable."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.anchors: dict[str, Any] = {}

    def cell(self, event: Any, events: Iterator[Any], after: int) -> Cell:
        """Place one value that begins with an event."""
        kind = type(event).__name__
        if kind == "AliasEvent":
            start, end = event.start_mark.index, event.end_mark.index
            return Cell(self.anchors[event.anchor], start, end, after, shared=True)
        if kind == "ScalarEvent":
            found = self._scalar(event, after)
        elif kind == "MappingStartEvent":
            found = self._mapping(event, events, after)
        else:
            found = self._list(event, events, after)
        if event.anchor:
            self.anchors[event.anchor] = found.data
            found.shared = True
        return found

    def _scalar(self, event: Any, after: int) -> Cell:
        """Place a single value."""
        start, end = event.start_mark.index, event.end_mark.index
        if start == end:
            return Cell(None, after, after, after)
        if event.style in ("|", ">"):
            header = self.text[start : self.text.find("\n", start)]
            body = self.text[start:end]
            end = start + len(body.removesuffix("\n") if "+" in header.split("#")[0] else body.rstrip())
        plain = event.style is None and event.tag in (None, "")
        return Cell(read_plain(event.value) if plain else event.value, start, end, after)

    def _mapping(self, event: Any, events: Iterator[Any], after: int) -> Cell:
        """Place named fields."""
        found = Cell({}, event.start_mark.index, event.end_mark.index, after, flow=bool(event.flow_style))
        for name in events:
            if type(name).__name__ == "MappingEndEvent":
                found.end = name.end_mark.index
                break
            key = name.start_mark.index, name.end_mark.index
            child = self.cell(next(events), events, self._past(":", key[1]))
            child.key = key
            found.cells[name.value] = child
            found.data[name.value] = child.data
        return self._trimmed(found)

    def _list(self, event: Any, events: Iterator[Any], after: int) -> Cell:
        """Place the items of a list."""
        found = Cell([], event.start_mark.index, event.end_mark.index, after, flow=bool(event.flow_style))
        before = found.start
        for item in events:
            if type(item).__name__ == "SequenceEndEvent":
                found.end = item.end_mark.index
                break
            dash = item.start_mark.index if found.flow else self._past("-", before)
            child = self.cell(item, events, dash)
            child.key = None if found.flow else (dash - 1, dash)
            before = child.end
            found.cells[len(found.data)] = child
            found.data.append(child.data)
        return self._trimmed(found)

    def _trimmed(self, found: Cell) -> Cell:
        """Let what stands in block style end with the last value in it."""
        if not found.flow and found.cells:
            found.end = max(child.end for child in found.cells.values())
        return found

    def _past(self, sign: str, position: int) -> int:
        """Go beyond a sign, over blanks and comments."""
        while position < len(self.text) and self.text[position] != sign:
            if self.text[position] == "#":
                position = line_end(self.text, position)
            position += 1
        return position + 1


def line_start(text: str, position: int) -> int:
    """Where the line of a position begins.

    Example:
        >>> line_start("ab\\ncd", 4)
        3
    """
    return text.rfind("\n", 0, position) + 1


def line_end(text: str, position: int) -> int:
    """Where the line of a position ends, before its line break.

    Example:
        >>> line_end("ab\\ncd", 1), line_end("ab\\ncd", 4)
        (2, 5)
    """
    found = text.find("\n", position)
    return len(text) if found < 0 else found
