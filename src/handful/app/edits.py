"""What a page sends about a study that is being written, put into its text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import HTTPException

from handful.app.drafts import drafted
from handful.spec.editing import CannotEdit
from handful.spec.layout import layout
from handful.spec.messages import SpecError, clean, path_in_words
from handful.spec.outline import Slot
from handful.spec.positions import Path
from handful.study.editing import (
    NameRefused,
    add_entry,
    add_item,
    copy_entry,
    remove_entry,
    rename_entry,
)
from handful.study.form import fill, form_of

NAME, NEW, KIND, VALUE = "name:", "new:", "kind:", "value:"
"""What the names of inputs begin with that hold no field: the name of an entry, and those of one that is to be added."""


def named(path: Path) -> str:
    """A path as the name of an input.

    Example:
        >>> named(("designs", "fixed"))
        '["designs","fixed"]'
    """
    return json.dumps(list(path), ensure_ascii=False, separators=(",", ":"))


def read_path(name: str) -> Path:
    """The path that the name of an input stands for.

    Raises:
        HTTPException: 400, when it is none.
    """
    try:
        parts = json.loads(name)
    except ValueError:
        parts = None
    if not isinstance(parts, list) or not parts or not all(type(part) in (str, int) for part in parts):
        raise HTTPException(400, "the page sent the name of a field that cannot be read; load it again")
    return tuple(parts)


def plain_text(sent: Mapping[str, Any], name: str) -> str:
    """A text that was sent, with line breaks of one character."""
    return str(sent.get(name, "")).replace("\r\n", "\n").replace("\r", "\n")


def changed_text(sent: Mapping[str, Any], fields: Sequence[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    """The text with everything that the form says otherwise than the text it was drawn from.

    Args:
        sent: What was sent: `text`; `field` with `typed` for one field; or, without scripts, all fields by their names with
            `drawn`, the text that the form was drawn from; and `act` for a button.
        fields: All names and values that were sent, in their order.

    Returns:
        The text, and sentences on what could not be done. What was typed in the text itself is never undone by the form.

    Raises:
        HTTPException: 400, when a field is none.
    """
    text, notes = plain_text(sent, "text"), list[str]()
    for name, typed in _typed(sent, fields):
        try:
            text, before = _filled(text, name, typed), text
            notes += _left_out(before, text, name)
        except SpecError as refused:
            notes.append(f"{_place(name)} could not be changed: {refused.problems[0]}.")
        except CannotEdit:
            notes.append(f"{_place(name)} is written in a way that can only be changed in the text.")
        except NameRefused as refused:
            notes.append(f"{_place(name)}: {refused}.")
        except KeyError:
            notes.append(f"{_place(name)} is not in the text any more.")
    if sent.get("act"):
        text, note = _acted(text, sent)
        notes += [note] if note else []
    return text, tuple(notes)


def _typed(sent: Mapping[str, Any], fields: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The fields that say otherwise than the text which the form was drawn from; names of entries come last."""
    if "field" in sent:
        yield str(sent["field"]), plain_text(sent, "typed")
        return
    if "drawn" not in sent:
        return
    drawn = drafted(plain_text(sent, "drawn"))
    shown = _shown(form_of(drawn.text)) if drawn.data is not None else {}
    last = {name: typed.replace("\r\n", "\n") for name, typed in fields if name in shown}
    differ = [(name, typed) for name, typed in last.items() if typed != shown[name]]
    yield from sorted(differ, key=lambda field: field[0].startswith(NAME))


def _shown(slots: Sequence[Slot]) -> dict[str, str]:
    """What the inputs of a form show when nobody has touched them."""
    shown = {}
    for slot in (inner for top in slots for inner in top.walk()):
        there = slot.shape == "group" and slot.given
        shown[named(slot.path)] = "yes" if there else slot.written
        if len(slot.path) == 2:
            shown[NAME + named(slot.path)] = slot.name
    return shown


def _filled(text: str, name: str, typed: str) -> str:
    """One field put into the text."""
    if name.startswith(NAME):
        return rename_entry(text, read_path(name.removeprefix(NAME)), typed)
    return fill(text, read_path(name), typed)


def _left_out(before: str, after: str, name: str) -> Iterator[str]:
    """Say which fields went because the kind that was chosen has none of their name."""
    if name.startswith(NAME):
        return
    old, new = (layout(text).at(read_path(name)) for text in (before, after))
    if old is None or new is None or not isinstance(old.data, dict) or not isinstance(new.data, dict):
        return
    gone = [f"“{clean(field)}”" for field in old.data if field not in new.data and field != "kind"]
    if gone:
        yield f"Left out, because this kind has no such field: {', '.join(gone)}."


def _acted(text: str, sent: Mapping[str, Any]) -> tuple[str, str]:
    """What a button stands for, done: (the text, what could not be done)."""
    act, _, name = str(sent["act"]).partition(" ")
    path = read_path(name)
    try:
        if act == "add":
            return add_entry(text, path, str(sent.get(NEW + name, "")), _first(sent, name)), ""
        if act == "item":
            return add_item(text, path), ""
        if act == "copy":
            return copy_entry(text, path), ""
        if act == "remove":
            return remove_entry(text, path), ""
    except SpecError as refused:
        return text, f"This cannot be done: {refused.problems[0]}."
    except NameRefused as refused:
        return text, f"{str(refused)[:1].upper()}{str(refused)[1:]}."
    except (CannotEdit, KeyError):
        return text, "This is written in a way that can only be changed in the text."
    raise HTTPException(400, "the page sent a button that is not known; load it again")


def _first(sent: Mapping[str, Any], name: str) -> Any:
    """What a new entry holds at first."""
    if KIND + name in sent:
        return {"kind": str(sent[KIND + name])}
    if VALUE + name in sent:
        from handful.spec.filling import NOTHING, read_typed

        value = read_typed(Slot((), "", "value"), str(sent[VALUE + name]))
        return "" if value is NOTHING else value
    return None


def _place(name: str) -> str:
    """A field in words."""
    return f"“{clean(path_in_words(read_path(name.removeprefix(NAME))), 120)}”"
