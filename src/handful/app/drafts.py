"""A study while it is written: its text, the form of it, what is wrong, and which parts of the page have to be drawn anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2s
from typing import Any

from handful.designs.registry import families
from handful.select.check import Checked, check
from handful.spec.layout import read_kept
from handful.spec.messages import Problem, SpecError, path_in_words
from handful.spec.outline import Slot
from handful.spec.positions import Path, Positions
from handful.study.form import form_of
from handful.study.loading import understood
from handful.study.model import Study

_GENERAL = ("title", "disease", "note", "sources")
_ENTRIES = ("scenarios", "designs")
_OPEN = ("general", "population", "endpoint")


@dataclass(frozen=True)
class Draft:
    """The text of a study, understood as far as it goes.

    Attributes:
        text: The text.
        data: What is written, as plain data; None when it cannot be read.
        positions: Where everything stands.
        study: The study, when everything is written as it is to be; its designs have not been tried.
        problems: What is wrong with what is written.
    """

    text: str
    data: Mapping[str, Any] | None
    positions: Positions
    study: Study | None
    problems: tuple[Problem, ...]


@lru_cache(maxsize=32)
def drafted(text: str) -> Draft:
    """Understand a text in milliseconds, without trying its designs.

    Args:
        text: The study file.

    Returns:
        The draft.
    """
    try:
        data, positions = read_kept(text)
    except SpecError as error:
        return Draft(text, None, Positions(), None, error.problems)
    try:
        return Draft(text, data, positions, understood(data, positions), ())
    except SpecError as error:
        return Draft(text, data, positions, None, error.problems)


class _Checks:
    """Whole checks, which may take seconds: one at a time, and the latest are remembered."""

    def __init__(self, most: int = 64) -> None:
        self._known: OrderedDict[str, Checked] = OrderedDict()
        self._most = most
        self._one = threading.Lock()

    def known(self, text: str) -> Checked | None:
        """What was found before."""
        return self._known.get(text)

    def made(self, text: str) -> Checked:
        """What is found."""
        with self._one:
            found = self._known.get(text)
            if found is None:
                found = self._known[text] = check(text)
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
            return found


CHECKS = _Checks()


@dataclass(frozen=True)
class Panel:
    """A part of the form that is drawn as one.

    Attributes:
        key: Its name in the page.
        title: Its heading.
        path: The way to what it shows; empty for the fields of the study itself.
        slots: The fields in it.
        entry: Whether it is one of several that have names of the writer's own.
        open: Whether it is unfolded at first.
        digest: Changes when anything in it does.
    """

    key: str
    title: str
    path: Path
    slots: tuple[Slot, ...]
    entry: bool
    open: bool
    digest: str


@dataclass(frozen=True)
class Group:
    """Panels under one heading.

    Attributes:
        key: Its name in the page.
        title: Its heading.
        meaning: What it holds.
        entries: The slot whose entries the panels are; None for a group of one panel.
        panels: The panels.
    """

    key: str
    title: str
    meaning: str
    entries: Slot | None
    panels: tuple[Panel, ...]


class Sheet:
    """The form of a draft with what is to be said of every field.

    Args:
        draft: The draft; it can be read.
        problems: What is wrong with it.

    Attributes:
        said: What is wrong at each place.
        groups: The parts of the form.
        lines: The line of each field that is written, by its short name.
    """

    def __init__(self, draft: Draft, problems: Sequence[Problem]) -> None:
        slots = form_of(draft.text)
        self.said = _said(slots, problems)
        self.lines = {
            spot(inner.path): place[0]
            for slot in slots
            for inner in slot.walk()
            if inner.given and (place := draft.positions.key(inner.path)) is not None
        }
        self.groups = tuple(self._groups(slots))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds that a design may have."""
        return families.kinds()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels in their order."""
        return tuple(panel for group in self.groups for panel in group.panels)

    def changed(self, have: Mapping[str, str]) -> tuple[Panel, ...] | None:
        """The panels that differ from what a page shows.

        Args:
            have: Digests of the panels in the page, in their order.

        Returns:
            Those to be drawn anew; None when there are others now, so that everything is to be drawn.
        """
        if [panel.key for panel in self.panels] != list(have):
            return None
        return tuple(panel for panel in self.panels if have[panel.key] != panel.digest)

    def _groups(self, slots: tuple[Slot, ...]) -> Iterator[Group]:
        """Put slots under headings."""
        general = tuple(slot for slot in slots if slot.name in _GENERAL or slot.shape == "unknown")
        yield Group("general", "Study", "", None, (self._panel("general", "Study", (), general),))
        for slot in slots:
            if slot in general:
                continue
            title = slot.name[:1].upper() + slot.name[1:]
            if slot.name in _ENTRIES and slot.shape == "entries":
                panels = tuple(
                    self._panel(spot(e.path), e.name, e.path, (e,), entry=True) for e in slot.slots
                )
                yield Group(slot.name, title, slot.meaning, slot, panels)
            else:
                yield Group(
                    slot.name,
                    title,
                    slot.meaning,
                    None,
                    (self._panel(spot(slot.path), title, slot.path, (slot,)),),
                )

    def _panel(
        self, key: str, title: str, path: Path, slots: tuple[Slot, ...], *, entry: bool = False
    ) -> Panel:
        """One panel with its digest."""
        said = [self.said.get(inner.path) for slot in slots for inner in slot.walk()]
        digest = blake2s(repr((slots, said)).encode(), digest_size=6).hexdigest()
        return Panel(
            key, title, path, slots, entry, not entry and (title == "Study" or title.lower() in _OPEN), digest
        )


def spot(path: Path) -> str:
    """A short name for a place in the form, which stays the same while the place is there.

    Example:
        >>> spot(("designs", "fixed")) == spot(("designs", "fixed")) != spot(("designs", "small"))
        True
    """
    return "s" + blake2s(repr(path).encode(), digest_size=6).hexdigest()


def _said(slots: Sequence[Slot], problems: Sequence[Problem]) -> dict[Path, tuple[Problem, ...]]:
    """What is to be said at each place: at the field itself, or at the nearest that the form has around it."""
    places = {path_in_words(inner.path): inner.path for slot in slots for inner in slot.walk()}
    said: dict[Path, tuple[Problem, ...]] = {}
    for problem in problems:
        words = problem.field
        while words and words not in places:
            words = words.rpartition(" > ")[0]
        if words:
            said[places[words]] = (*said.get(places[words], ()), problem)
    return said
