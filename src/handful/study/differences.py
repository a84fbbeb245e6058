"""What is different between two versions of a study, field by field, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from handful.designs.words import list_words
from handful.spec.describe import in_flow
from handful.spec.messages import clean
from handful.spec.positions import Path
from handful.spec.quantities import HazardPerMonth, Quantity, RatePerMonth, RatePerYear
from handful.spec.shape import models_at, written_name
from handful.study.model import Study

LONGEST_VALUE = 120
"""Characters of a value that are shown."""

_ENTRIES = {"scenarios": "Scenario", "designs": "Design", "optimise": "Search of"}
_PARTS = {"choose": "Choice", "compute": "Computation", "schema": "File"}
_OF_THE_STUDY = ("title", "disease", "note", "sources")
_PER = {
    id(next(item for item in get_args(annotation) if isinstance(item, Quantity))): unit
    for annotation, unit in (
        (RatePerMonth, "per month"),
        (RatePerYear, "per year"),
        (HazardPerMonth, "per month"),
    )
}


@dataclass(frozen=True)
class Difference:
    """One thing that is different.

    Attributes:
        where: The part of the study that it concerns, such as "Design “fellow eye”" or "Scenarios “one” and “two”".
        field: The field; empty when the whole part came or went.
        before: What it was, in words; empty when it was not given.
        after: What it is now, in words; empty when it is not given.
        verb: What happened to a whole part: "is new", "is gone", "is now called ...". Empty for a field.
    """

    where: str
    field: str = ""
    before: str = ""
    after: str = ""
    verb: str = ""

    @property
    def sentence(self) -> str:
        """The difference as a sentence.

        Example:
            >>> Difference("Design “fixed”", "participants", "30", "24").sentence
            'Design “fixed”: participants was 30, is now 24.'
        """
        if self.verb:
            return f"{self.where} {self.verb}."
        was = f"was {self.before}" if self.before else "was not given"
        now = f"is now {self.after}" if self.after else "is no longer given"
        return f"{self.where}: {self.field} {was}, {now}."


def differences(old: Study, new: Study) -> tuple[Difference, ...]:
    """Compare two versions of a study.

    Two spellings of one value (20% and 0.2), the order of fields and defaults that are written out make no difference.

    Args:
        old: The earlier version.
        new: The later version.

    Returns:
        Everything that is different, in the order of the file; empty when the two mean the same.

    Example:
        >>> from handful.study.loading import loads
        >>> text = '''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios: {hoped for: {untreated: 20%, treated: 60%}}
        ... designs: {fixed: {kind: randomised, participants: 30}}
        ... '''
        >>> changed = text.replace("60%", "0.55").replace("fixed:", "small:")
        >>> for difference in differences(loads(text), loads(changed)):
        ...     print(difference.sentence)
        Scenario “hoped for”: treated was 60%, is now 55%.
        Design “fixed” is now called “small”.
    """
    before, after = old.canonical(), new.canonical()
    found: list[Difference] = []
    for part in after:
        if part in _ENTRIES:
            found += _of_entries(part, before, after)
        elif part in _OF_THE_STUDY:
            found += _of_fields("Study", (), part, before, after)
        else:
            found += _of_fields(_PARTS.get(part, part.capitalize()), (part,), "", before, after)
    return tuple(_gathered(found, after))


def _of_entries(part: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    """What is different in the entries of a part."""
    noun, old, new = _ENTRIES[part], before[part], after[part]
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    called = {name: now for name in gone for now in come if new[now] == old[name]}
    for name, now in called.items():
        yield Difference(f"{noun} “{name}”", verb=f"is now called “{now}”")
    yield from (Difference(f"{noun} “{name}”", verb="is gone") for name in gone if name not in called)
    yield from (Difference(f"{noun} “{name}”", verb="is new") for name in come if name not in called.values())
    for name in new:
        if name in old:
            yield from _of_fields(f"{noun} “{name}”", (part, name), "", before, after)


def _of_fields(
    where: str, path: Path, field: str, before: dict[str, Any], after: dict[str, Any]
) -> Iterator[Difference]:
    """What is different below a path, field by field."""
    if field:
        path = (*path, field)
    old, new = _at(before, path), _at(after, path)
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and (old and new):
        shared = old.get("kind") == new.get("kind")
        for name in dict.fromkeys((*old, *new)):
            if shared or (name in old and name in new):
                yield from _of_fields(where, path, str(name), before, after)
        return
    inside = path[1:] if path[0] not in _ENTRIES else path[2:]
    named = " > ".join(map(str, inside or path)).removesuffix(" > kind")
    yield Difference(where, named, _in_words(old, before, path), _in_words(new, after, path))


def _in_words(value: Any, study: dict[str, Any], path: Path) -> str:
    """A value as people would write it."""
    if value is None or value in ("", [], {}):
        return ""
    quantity = _quantity(study, path)
    if isinstance(value, list) and quantity is not None and quantity.example == "2:1":
        return ":".join(map(str, value))
    if isinstance(value, list) and quantity is not None:
        return ", ".join(_spelled(item, quantity) for item in value)
    return clean(_spelled(value, quantity), LONGEST_VALUE)


def _spelled(value: Any, quantity: Quantity | None) -> str:
    """A number with its unit; anything else as it would be written."""
    if quantity is None or isinstance(value, bool) or not isinstance(value, int | float):
        return in_flow(value)
    if quantity.example == "20%":
        return f"{100 * value:.6g}%"
    if quantity.example == "12 months" and value >= 24 and value % 12 == 0:
        return f"{value / 12:g} years"
    if quantity.example == "12 months":
        return f"{value:.6g} month{'' if value == 1 else 's'}"
    return f"{value:.6g} {_PER[id(quantity)]}" if id(quantity) in _PER else in_flow(value)


def _quantity(study: dict[str, Any], path: Path) -> Quantity | None:
    """The quantity that a field holds, or the values in it hold."""
    for depth in (1, 2):
        if len(path) < depth:
            break
        for holder in models_at(Study, study, path[:-depth]):
            for name, field in holder.model_fields.items():
                if written_name(name, field) == path[-depth]:
                    return _held([field.annotation, *field.metadata])
    return None


def _held(parts: list[Any]) -> Quantity | None:
    """The first quantity in the parts of a type."""
    for part in parts:
        found = part if isinstance(part, Quantity) else _held(list(get_args(part)))
        if found is not None:
            return found
    return None


def _at(data: Any, path: Path) -> Any:
    """The value at a path; None where there is none."""
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _gathered(found: list[Difference], study: dict[str, Any]) -> Iterator[Difference]:
    """Say once what is the same in several scenarios or designs, and not again what a scenario takes from the study."""
    said = {(one.where.lower(), one.field, one.before, one.after) for one in found}
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in found:
        part, _, rest = one.field.partition(" > ")
        if rest and (part, rest, one.before, one.after) in said:
            continue
        noun, _, name = one.where.partition(" “")
        key = (one.where if one.verb or not name else noun, one.field, one.before, one.after, one.verb)
        alike.setdefault(key, []).append(f"“{name}" if name else "")
    for (noun, field, before, after, verb), names in alike.items():
        if len(names) == 1:
            where = f"{noun} {names[0]}" if names[0] and not verb else noun
        elif len(names) == len(study[f"{noun.lower()}s"]):
            where = f"Every {noun.lower()}"
        else:
            where = f"{noun}s {list_words(names)}"
        yield Difference(where, field, before, after, verb)
