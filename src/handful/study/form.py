"""The study file as a form: what any spec shows of itself, and what only a study knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from handful.designs.registry import known_stresses
from handful.spec import filling
from handful.spec.layout import read_kept
from handful.spec.messages import SpecError
from handful.spec.outline import Slot, outline
from handful.spec.positions import Path
from handful.study.loading import completed
from handful.study.model import Study

_BASE = "Another scenario that this one builds on: what is not written here is taken from there."


def form(data: Mapping[str, Any]) -> tuple[Slot, ...]:
    """Lay out the form of a study.

    Args:
        data: What is written, as plain data; it need not be valid.

    Returns:
        One slot for each part of the file, without its version. A scenario begins with the one that it builds on, and shows
        what it takes from there; where names of the file belong, they are offered.

    Example:
        >>> data = {"scenarios": {"nothing": {"untreated": "20%"}, "hoped for": {"base": "nothing"}}}
        >>> [scenarios] = [slot for slot in form(data) if slot.name == "scenarios"]
        >>> base, *rest = scenarios.slots[1].slots
        >>> base.written, base.options
        ('nothing', ('nothing',))
    """
    try:
        whole = completed(data)
    except SpecError:  # a base that is not there: a check says so
        whole = dict(data)
    names = {part: _names(data, part) for part in ("scenarios", "designs")}
    offered: dict[Path, tuple[str, ...]] = {
        ("choose", "subject to", "power"): names["scenarios"],
        ("choose", "subject to", "withstand"): tuple(known_stresses()),
        ("optimise",): names["designs"],
    }
    slots = (slot for slot in outline(Study, data, whole) if slot.name != "schema")
    return tuple(_suited(slot, offered, names["scenarios"]) for slot in slots)


@lru_cache(maxsize=8)
def form_of(text: str) -> tuple[Slot, ...]:
    """Lay out the form of a study file; the latest are remembered.

    Args:
        text: The study file.

    Returns:
        As `form`.

    Raises:
        SpecError: When the text cannot be read.

    Example:
        >>> [slot.written for slot in form_of("title: A first study\\n") if slot.name == "title"]
        ['A first study']
    """
    return form(read_kept(text)[0])


def fill(text: str, path: Path, typed: str) -> str:
    """Put into a study file what was typed into a field of its form.

    Args:
        text: The study file.
        path: The way to the field.
        typed: What was typed; an empty field takes the field out.

    Returns:
        The new text: comments and every other line are as they were.

    Raises:
        As `handful.spec.filling.fill`.

    Example:
        >>> print(fill("population: {prevalence: 900} # SOURCE\\n", ("population", "incidence"), "25 per year"), end="")
        population: {prevalence: 900, incidence: 25 per year} # SOURCE
    """
    return filling.fill(text, Study, form_of(text), path, typed)


def _suited(slot: Slot, offered: Mapping[Path, tuple[str, ...]], scenarios: tuple[str, ...]) -> Slot:
    """A slot with what only a study knows."""
    slots = tuple(_suited(inner, offered, scenarios) for inner in slot.slots)
    if len(slot.path) == 2 and slot.path[0] == "scenarios":
        slots = _with_base(slot, slots, scenarios)
    return replace(slot, slots=slots, options=offered.get(slot.path, slot.options))


def _with_base(scenario: Slot, slots: tuple[Slot, ...], scenarios: tuple[str, ...]) -> tuple[Slot, ...]:
    """The fields of a scenario after the one that it builds on."""
    written = next((slot for slot in slots if slot.name == "base"), None)
    base = Slot(
        (*scenario.path, "base"),
        "base",
        "choice",
        _BASE,
        "the name of another scenario",
        given=written is not None,
        written=written.written if written is not None else "",
        options=tuple(name for name in scenarios if name != scenario.path[-1]),
    )
    return (base, *(slot for slot in slots if slot.name != "base"))


def _names(data: Mapping[str, Any], part: str) -> tuple[str, ...]:
    """The names in a part of the file."""
    found = data.get(part)
    return tuple(map(str, found)) if isinstance(found, Mapping) else ()
