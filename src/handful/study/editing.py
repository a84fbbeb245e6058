"""Scenarios, designs and other entries of a study file added, copied, renamed and taken out in its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from handful.spec import editing
from handful.spec.layout import layout
from handful.spec.messages import clean
from handful.spec.positions import Path

LONGEST_NAME = 200


class NameRefused(ValueError):
    """A name that nothing can have, or that something has already."""


def add_entry(text: str, path: Path, name: str, value: Any = None) -> str:
    """Add an entry by a name of the writer's own.

    Args:
        text: The study file.
        path: The way to the part, such as `("designs",)`.
        name: Name of the entry.
        value: What it holds. A scenario of which nothing is said builds on the first there is.

    Returns:
        The new text.

    Raises:
        NameRefused: When there is no name, or an entry has it.
        handful.spec.SpecError: When the text cannot be read.
        handful.spec.editing.CannotEdit: When the part has to be changed in the text itself.

    Example:
        >>> print(add_entry("designs:\\n  fixed: {kind: randomised}\\n", ("designs",), "small", {"kind": "simon"}))
        designs:
          fixed: {kind: randomised}
          small:
            kind: simon
    """
    there = _entries(text, path)
    name = _free(name, there)
    if value is None:
        value = {"base": next(iter(there))} if path == ("scenarios",) and there else {}
    return editing.put(text, (*path, name), value, spread=True)


def add_item(text: str, path: Path) -> str:
    """Add an empty item at the end of a list of groups.

    Args:
        text: The study file.
        path: The way to the list, such as `("other endpoints",)`.

    Returns:
        The new text.

    Raises:
        As `add_entry`, but for the name.

    Example:
        >>> add_item("title: A\\n", ("other endpoints",))
        'title: A\\nother endpoints: [{}]\\n'
    """
    cell = layout(text).at(path)
    there = cell.data if cell is not None and isinstance(cell.data, list) else []
    return editing.put(text, path, [*there, {}])


def copy_entry(text: str, path: Path, name: str = "") -> str:
    """Write an entry a second time, right after it, with the comments inside it.

    Args:
        text: The study file.
        path: The way to the entry, such as `("designs", "fixed")`.
        name: Name of the copy; "copy of" the first when empty.

    Returns:
        The new text.

    Raises:
        NameRefused: When an entry has the name.
        KeyError: When there is no such entry.
        handful.spec.SpecError: When the text cannot be read.
        handful.spec.editing.CannotEdit: When it has to be written in the text itself.

    Example:
        >>> print(copy_entry("designs:\\n  fixed: {kind: randomised}\\n", ("designs", "fixed")), end="")
        designs:
          fixed: {kind: randomised}
          copy of fixed: {kind: randomised}
    """
    there = _entries(text, path[:-1])
    if not name.strip():
        tried = (
            f"copy {number} of {path[-1]}" if number > 1 else f"copy of {path[-1]}"
            for number in range(1, 1000)
        )
        name = next(free for free in tried if free not in there)
    return editing.duplicate(text, path, _free(name, there))


def rename_entry(text: str, path: Path, name: str) -> str:
    """Give an entry another name, everywhere in the file: also where scenarios build on it, and in the choice and the search.

    Args:
        text: The study file.
        path: The way to the entry.
        name: Its new name.

    Returns:
        The new text.

    Raises:
        As `copy_entry`.

    Example:
        >>> text = "scenarios: {none: {effect: 0}, some: {base: none, effect: 1}}\\n"
        >>> rename_entry(text, ("scenarios", "none"), "no effect")
        'scenarios: {no effect: {effect: 0}, some: {base: no effect, effect: 1}}\\n'
    """
    old = path[-1]
    if name.strip() == old:
        return text
    name = _free(name, _entries(text, path[:-1]))
    text = editing.rename(text, path, name)
    if path[:-1] == ("scenarios",):
        based = {
            other: {**said, "base": name} if isinstance(said, Mapping) and said.get("base") == old else said
            for other, said in _entries(text, ("scenarios",)).items()
        }
        text = editing.put(text, ("scenarios",), based)
        return _renamed_there(text, ("choose", "subject to", "power", old), name)
    return _renamed_there(text, ("optimise", old), name) if path[:-1] == ("designs",) else text


def remove_entry(text: str, path: Path) -> str:
    """Take an entry or an item of a list out; a demand or a search of it by its name goes too.

    Args:
        text: The study file.
        path: The way to it.

    Returns:
        The new text.

    Raises:
        handful.spec.SpecError: When the text cannot be read.
        handful.spec.editing.CannotEdit: When it has to be taken out in the text itself.

    Example:
        >>> remove_entry("designs:\\n  one: {}\\n  two: {}\\noptimise: {one: {}}\\n", ("designs", "one"))
        'designs:\\n  two: {}\\noptimise: {}\\n'
    """
    text = editing.remove(text, path)
    if path[:-1] == ("scenarios",):
        return editing.remove(text, ("choose", "subject to", "power", path[-1]))
    return editing.remove(text, ("optimise", path[-1])) if path[:-1] == ("designs",) else text


def _renamed_there(text: str, path: Path, name: str) -> str:
    """Rename where an entry is spoken of, if it is."""
    return editing.rename(text, path, name) if layout(text).at(path) is not None else text


def _entries(text: str, path: Path) -> dict[str, Any]:
    """The entries of a part."""
    cell = layout(text).at(path)
    return cell.data if cell is not None and isinstance(cell.data, dict) else {}


def _free(name: str, there: Iterable[str]) -> str:
    """A name that can be given."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise NameRefused(f"a name has at least one letter and at most {LONGEST_NAME}")
    if name in there:
        raise NameRefused(f"there is “{clean(name)}” already; choose another name")
    return name
