"""Changes to a YAML text in place: what is not touched keeps every character, comments and layout included.

Each change is planned from where the values stand (`handful.spec.layout`) and replaces their characters alone. What comes
out is read again and compared with what was meant, so a change either does exactly that or is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handful.spec.layout import Cell, layout, line_end, line_start
from handful.spec.positions import Path
from handful.spec.writing import block, flow, name_text


class CannotEdit(ValueError):
    """A place is written in a way that cannot be changed alone, such as under an anchor; it has to be changed in the text."""

    def __init__(self) -> None:
        super().__init__("written in a way that can only be changed in the text itself")


def put(text: str, path: Path, value: Any, *, order: Sequence[str] = (), spread: bool = False) -> str:
    """Let a place hold a value, with as few changes as that takes.

    Named fields that are there keep their places and comments; of a list that keeps its length the items that differ
    change. Groups that are missing on the way are made.

    Args:
        text: YAML.
        path: The way to the place.
        value: Plain data: dicts, lists, text, numbers, booleans, None.
        order: Names of the fields of a group in their usual order: a new field goes after the nearest that comes before it.
        spread: Whether new named fields get a line each however short they are.

    Returns:
        The new text.

    Raises:
        handful.spec.SpecError: When the text, or the text that would come out, cannot be read.
        CannotEdit: When the place cannot be changed alone.
        KeyError: When the way leads through something that is no group.

    Example:
        >>> print(put("arms: # both\\n  size: 20 # SOURCE\\n  note: x\\n", ("arms", "size"), "10%"))
        arms: # both
          size: 10% # SOURCE
          note: x
    """
    meant = _with(layout(text).data, path, value)
    left = _distance(layout(text).data, meant)
    while left:
        planner = _Planner(text, order, spread)
        text = _spliced(text, list(planner.differences(layout(text), meant, inside=False)))
        left, before = _distance(layout(text).data, meant), left
        if left >= before:
            raise CannotEdit
    return text


def remove(text: str, path: Path) -> str:
    """Take a field or an item of a list out, with what its lines say beside it; comments above it stay.

    Args:
        text: YAML.
        path: The way to it.

    Returns:
        The new text; the same when it is not there.

    Raises:
        handful.spec.SpecError: When the text, or the text that would come out, cannot be read.
        CannotEdit: When it cannot be taken out alone.

    Example:
        >>> remove("a: 1\\n# why\\nb: {c: 2, d: 3}\\n", ("b", "c"))
        'a: 1\\n# why\\nb: {d: 3}\\n'
    """
    sheet = layout(text)
    parent = sheet.at(path[:-1])
    if not path or parent is None or path[-1] not in parent.cells:
        return text
    return _checked(_spliced(text, [_Planner(text).removal(parent, path[-1])]), _without(sheet.data, path))


def rename(text: str, path: Path, name: str) -> str:
    """Give a field another name; its value and place stay.

    Args:
        text: YAML.
        path: The way to the field.
        name: Its new name, which no other field of the group has.

    Returns:
        The new text.

    Raises:
        handful.spec.SpecError: When the text cannot be read, or two fields would have one name.
        CannotEdit: When the name cannot be changed alone.
        KeyError: When there is no such field.

    Example:
        >>> rename("arms: {size: 20}\\n", ("arms", "size"), "participants")
        'arms: {participants: 20}\\n'
    """
    _, _, key = _named(text, path)
    meant = _at(
        layout(text).data,
        path[:-1],
        lambda group: {name if old == path[-1] else old: value for old, value in group.items()},
    )
    return _checked(_spliced(text, [Splice(*key, name_text(name))]), meant)


def duplicate(text: str, path: Path, name: str) -> str:
    """Write a field a second time under another name, right after it, comments inside it included.

    Args:
        text: YAML.
        path: The way to the field.
        name: Name of the copy, which no other field of the group has.

    Returns:
        The new text.

    Raises:
        handful.spec.SpecError: When the text cannot be read, or two fields would have one name.
        CannotEdit: When it cannot be written twice as it stands.
        KeyError: When there is no such field.

    Example:
        >>> print(duplicate("arms:\\n  one: # first\\n    size: 20\\n", ("arms", "one"), "two"))
        arms:
          one: # first
            size: 20
          two: # first
            size: 20
    """
    parent, cell, key = _named(text, path)
    if parent.flow:
        copy = Splice(cell.end, cell.end, f", {name_text(name)}{text[key[1] : cell.end]}")
    else:
        end = line_end(text, cell.end)
        copy = Splice(end, end, f"\n{_blanks(text, key[0])}{name_text(name)}{text[key[1] : end]}")
    return _checked(_spliced(text, [copy]), _with(layout(text).data, (*path[:-1], name), cell.data))


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters from `start` to `end` give way to `new`."""

    start: int
    end: int
    new: str


class _Planner:
    """Says which characters of a text have to change."""

    def __init__(self, text: str, order: Sequence[str] = (), spread: bool = False) -> None:
        self.text = text
        self.order = order
        self.spread = spread

    def differences(self, cell: Cell, meant: Any, *, inside: bool) -> Iterator[Splice]:
        """What lies between a cell and what is meant; `inside` tells whether it stands between brackets or braces."""
        if not _distance(cell.data, meant):
            return
        if cell.shared:
            raise CannotEdit
        within = inside or (cell.flow and bool(cell.cells))
        if isinstance(meant, Mapping) and isinstance(cell.data, dict) and cell.data.keys() & meant.keys():
            yield from (self.removal(cell, name) for name in cell.data if name not in meant)
            yield from (self._addition(cell, name, meant[name]) for name in meant if name not in cell.data)
            for name in cell.data.keys() & meant.keys():
                yield from self.differences(cell.cells[name], meant[name], inside=within)
        elif isinstance(meant, list) and isinstance(cell.data, list) and len(cell.data) == len(meant):
            for index, item in enumerate(meant):
                yield from self.differences(cell.cells[index], item, inside=within)
        elif isinstance(meant, list) and isinstance(cell.data, list) and cell.data and meant:
            yield self._longer_or_shorter(cell, meant, inside=inside)
        else:
            yield self._replacement(cell, meant, inside=inside)

    def removal(self, parent: Cell, name: str | int) -> Splice:
        """Take a value out of its group or list."""
        cell = parent.cells[name]
        start = cell.key[0] if cell.key is not None else cell.start
        if len(parent.cells) == 1:
            return self._emptied(parent, line_start(self.text, start))
        if parent.flow:
            return self._removal_between_commas(list(parent.cells.values()), cell, start)
        if self.text[line_start(self.text, start) : start].strip():  # it follows a dash
            return Splice(start, cell.end, "")
        end = min(line_end(self.text, cell.end) + 1, len(self.text))
        return Splice(line_start(self.text, start), end, "")

    def _emptied(self, parent: Cell, line: int) -> Splice:
        """Leave a group or list without the only value in it, which begins on a line; what is said above it stays."""
        if not parent.after or parent.shared:
            raise CannotEdit
        said = flow(type(parent.data)())
        if parent.flow:
            return Splice(parent.start, parent.end, said)
        above = self.text[parent.after : line].removesuffix("\n")
        return Splice(parent.after, line_end(self.text, parent.end), f" {said}{above}")

    def _removal_between_commas(self, siblings: list[Cell], cell: Cell, start: int) -> Splice:
        """Take a value out of braces or brackets, with one comma; comments between the values stay."""
        index = next(i for i, sibling in enumerate(siblings) if sibling is cell)
        if index + 1 < len(siblings):
            following = siblings[index + 1]
            end = following.key[0] if following.key is not None else following.start
            between = self.text[cell.end : end]
            if "#" in between:
                end = cell.end + _comma(between) + 1
            return Splice(start, end, "")
        before = siblings[index - 1].end
        between = self.text[before:start]
        comma = _comma(between)
        rest = between[comma + 1 :] if "#" in between else ""
        return Splice(before + comma, cell.end, rest.rstrip(" "))

    def _addition(self, group: Cell, name: str, value: Any) -> Splice:
        """Write a new field into a group that has some."""
        earlier = [other for other in self._before(name) if other in group.cells]
        last = name not in self.order
        sibling = group.cells[
            list(group.cells)[-1] if last else earlier[-1] if earlier else next(iter(group.cells))
        ]
        if sibling.key is None:
            raise CannotEdit
        first = not last and not earlier
        named = f"{name_text(name)}:"
        if group.flow:
            said = f"{named} {flow(value)}"
            place = sibling.key[0] if first else sibling.end
            return Splice(place, place, f"{said}, " if first else f", {said}")
        blanks = _blanks(self.text, sibling.key[0])
        said = named + block(value, len(blanks), beside=len(blanks) + len(named), spread=self.spread)
        place = sibling.key[0] if first else line_end(self.text, sibling.end)
        return Splice(place, place, f"{said}\n{blanks}" if first else f"\n{blanks}{said}")

    def _before(self, name: str) -> Sequence[str]:
        """Fields that usually stand before another."""
        return self.order[: self.order.index(name)] if name in self.order else ()

    def _longer_or_shorter(self, cell: Cell, meant: list[Any], *, inside: bool) -> Splice:
        """One item less, one more at the end, or else the whole list anew."""
        old = cell.data
        for index in range(len(old)):
            if not _distance(old[:index] + old[index + 1 :], meant):
                return self.removal(cell, index)
        if len(meant) <= len(old) or _distance(old, meant[: len(old)]):
            return self._replacement(cell, meant, inside=inside)
        last, value = cell.cells[len(old) - 1], meant[len(old)]
        if last.key is None:
            return Splice(last.end, last.end, f", {flow(value)}")
        blanks, end = _blanks(self.text, last.key[0]), line_end(self.text, last.end)
        said = block(value, len(blanks), beside=len(blanks) + 1, spread=self.spread)
        return Splice(end, end, f"\n{blanks}-{said}")

    def _replacement(self, cell: Cell, value: Any, *, inside: bool) -> Splice:
        """Write a value in place of another."""
        if cell.shared:
            raise CannotEdit
        if inside or cell.key is None:
            said = flow(value)
            return Splice(cell.start, cell.end, f" {said}" if cell.bare else said)
        blanks = len(_blanks(self.text, cell.key[0]))
        beside = cell.after - line_start(self.text, cell.after)
        first, broken, rest = block(value, blanks, beside=beside, spread=self.spread).partition("\n")
        if cell.flow and not broken:
            return Splice(cell.start, cell.end, first if cell.bare else first[1:])
        if cell.flow:  # what is written beside the old value goes on standing on the first line
            end = line_end(self.text, cell.end)
            return Splice(cell.after, end, first + self.text[cell.end : end] + broken + rest)
        name_line = line_end(self.text, cell.after)
        remark = self.text[cell.after : name_line] if cell.start > name_line else ""
        return Splice(cell.after, line_end(self.text, cell.end), first + remark + broken + rest)


def _named(text: str, path: Path) -> tuple[Cell, Cell, tuple[int, int]]:
    """A named field: its group, itself, and where its name stands."""
    sheet = layout(text)
    parent, cell = sheet.at(path[:-1]), sheet.at(path)
    if parent is None or cell is None or cell.key is None or not isinstance(path[-1], str):
        raise KeyError(path)
    return parent, cell, cell.key


def _blanks(text: str, position: int) -> str:
    """Blanks as wide as what stands before a position on its line."""
    return " " * (position - line_start(text, position))


def _comma(between: str) -> int:
    """Where the comma between two values stands, which no comment hides."""
    position = 0
    while between[position : position + 1] != ",":
        if position >= len(between):
            raise CannotEdit
        position = line_end(between, position) if between[position] == "#" else position + 1
    return position


def _spliced(text: str, splices: Sequence[Splice]) -> str:
    """Apply splices from the end on; of those that touch each other the first alone."""
    taken: list[Splice] = []
    for splice in splices:
        if all(splice.end < other.start or other.end < splice.start for other in taken):
            taken.append(splice)
    for splice in sorted(taken, key=lambda splice: splice.start, reverse=True):
        text = text[: splice.start] + splice.new + text[splice.end :]
    return text


def _checked(text: str, meant: Any) -> str:
    """A text that reads as what was meant, in the same order."""
    if _distance(layout(text).data, meant):
        raise CannotEdit
    return text


def _distance(one: Any, other: Any) -> int:
    """In how many values two pieces of plain data differ; 1 and 1.0 are the same, and true is no number."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        apart = len(one.keys() ^ other.keys())
        return apart + sum(_distance(one[name], other[name]) for name in one.keys() & other.keys())
    if isinstance(one, list) and isinstance(other, list):
        apart = abs(len(one) - len(other))
        return apart + sum(map(_distance, one, other))
    return int(isinstance(one, bool) != isinstance(other, bool) or one != other)


def _at(data: Any, path: Path, change: Any) -> Any:
    """Plain data with another value at a path, which is there."""
    if not path:
        return change(data)
    if isinstance(data, dict):
        return {
            name: _at(value, path[1:], change) if name == path[0] else value for name, value in data.items()
        }
    return [_at(value, path[1:], change) if index == path[0] else value for index, value in enumerate(data)]


def _with(data: Any, path: Path, value: Any) -> Any:
    """Plain data with a value at a path; groups on the way are made."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    if isinstance(data, list) and isinstance(name, int) and 0 <= name <= len(data):
        inner = data[name] if name < len(data) else None
        return [*data[:name], _with(inner, rest, value), *data[name + 1 :]]
    if isinstance(name, str) and (data is None or isinstance(data, dict)):
        return {**(data or {}), name: _with((data or {}).get(name), rest, value)}
    raise KeyError(path)


def _without(data: Any, path: Path) -> Any:
    """Plain data without the value at a path, which is there."""

    def taken_out(group: Any) -> Any:
        if isinstance(group, dict):
            return {name: value for name, value in group.items() if name != path[-1]}
        return [value for index, value in enumerate(group) if index != path[-1]]

    return _at(data, path[:-1], taken_out)
