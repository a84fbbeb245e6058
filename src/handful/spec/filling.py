"""What was typed into a form, put into the text that the form was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from handful.spec.base import Spec
from handful.spec.editing import put, remove
from handful.spec.layout import layout
from handful.spec.messages import SpecError
from handful.spec.outline import Slot
from handful.spec.positions import Path
from handful.spec.shape import kinds_of, models_at, written_names
from handful.spec.yaml import read_yaml

NOTHING = object()
"""What an empty field stands for: what holds by itself."""


def read_typed(slot: Slot, typed: str) -> Any:
    """Read what was typed into a field.

    Args:
        slot: The field.
        typed: What was typed.

    Returns:
        Plain data, `NOTHING` when the field was left empty. What cannot be read stays text, so that nobody's typing is lost
        and a check can say what is wrong with it.

    Example:
        >>> read_typed(Slot(("a",), "a", "value"), "20"), read_typed(Slot(("a",), "a", "list"), "50%, 1")
        (20, ['50%', 1])
    """
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    if slot.shape == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()] or NOTHING
    if slot.shape == "text":
        return text if text.strip() else NOTHING
    text = text.strip()
    if not text:
        return NOTHING
    if slot.shape == "list" and not text.startswith("["):
        text = f"[{text}]"
    try:
        return read_yaml(f"typed: {text}")[0]["typed"] if "\n" not in text else text
    except (SpecError, KeyError):
        return typed.strip()


def fill(text: str, model: type[Spec], slots: Iterable[Slot], path: Path, typed: str) -> str:
    """Put into a text what was typed into a field of its form; an empty field takes the field out.

    Args:
        text: YAML.
        model: The spec that the text writes.
        slots: Its form, by `handful.spec.outline.outline`.
        path: The way to the field.
        typed: What was typed; for a group that may be there or not `yes` or nothing.

    Returns:
        The new text.

    Raises:
        handful.spec.SpecError: When the text, or what would come out, cannot be read.
        handful.spec.editing.CannotEdit: When the place has to be changed in the text itself.
        KeyError: When the form has no such field.

    Example:
        >>> from handful.spec import Field, Spec
        >>> from handful.spec.outline import outline
        >>> class Arm(Spec):
        ...     size: int = Field(10, description="how many take part")
        >>> text = "size: 20 # SOURCE\\n"
        >>> fill(text, Arm, outline(Arm, {"size": 20}), ("size",), "30")
        'size: 30 # SOURCE\\n'
    """
    known = {slot.path: slot for top in slots for slot in top.walk()}
    slot = known[path]
    if typed.replace("\r\n", "\n") == ("yes" if slot.shape == "group" and slot.given else slot.written):
        return text
    order = (
        ("kind", *(inner.name for inner in known[path[:-1]].slots)) if len(path) > 1 else written_names(model)
    )
    text = _written_in_full(text, path)
    if slot.shape == "kinds":
        return _of_kind(text, model, slot, typed.strip(), order)
    if slot.shape == "group":
        return (
            put(text, path, {}, order=order)
            if typed.strip() and not slot.given
            else _given_up(text, slot, typed)
        )
    value = read_typed(slot, typed)
    return remove(text, path) if value is NOTHING else put(text, path, value, order=order)


def _given_up(text: str, slot: Slot, typed: str) -> str:
    """Take a group out that is not wanted."""
    return text if typed.strip() else remove(text, slot.path)


def _written_in_full(text: str, path: Path) -> str:
    """Write a bare kind on the way to a field as a group, so that it can take fields: {kind: pocock} for pocock."""
    for depth in range(1, len(path)):
        cell = layout(text).at(path[:depth])
        if cell is not None and isinstance(cell.data, str):
            text = put(text, path[:depth], {"kind": cell.data})
    return text


def _of_kind(text: str, model: type[Spec], slot: Slot, kind: str, order: Iterable[str]) -> str:
    """Choose another kind; fields that it does not know go, all others stay."""
    sheet = layout(text)
    cell = sheet.at(slot.path)
    old = cell.data if cell is not None else None
    if not isinstance(old, Mapping):
        if not kind:
            return remove(text, slot.path)
        return put(text, slot.path, kind, order=tuple(order))
    kept = {name: value for name, value in old.items() if name != "kind"}
    chosen = kind or slot.holds
    known = _names_of_kind(model, sheet.data, slot.path, chosen)
    if known:
        kept = {
            name: value
            for name, value in kept.items()
            if name in known
            or name not in _names_of_kind(model, sheet.data, slot.path, slot.written or slot.holds)
        }
    if not kind and not kept:
        return remove(text, slot.path)
    return put(text, slot.path, {"kind": kind, **kept} if kind else kept, order=("kind",))


def _names_of_kind(model: type[Spec], data: Any, path: Path, kind: str) -> set[str]:
    """The fields of a kind that may stand at a path."""
    emptied = _emptied(data, path)
    return {
        name
        for holder in models_at(model, emptied, path)
        if kind in kinds_of(holder)
        for name in written_names(holder)
    }


def _emptied(data: Any, path: Path) -> Any:
    """Plain data with nothing at a path, so that no kind is told."""
    if not path:
        return None
    if isinstance(data, Mapping):
        return {name: _emptied(value, path[1:]) if name == path[0] else value for name, value in data.items()}
    if isinstance(data, list):
        return [_emptied(value, path[1:]) if index == path[0] else value for index, value in enumerate(data)]
    return data
