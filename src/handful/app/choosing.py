"""The choice among designs as a form: what is typed, what is asked otherwise than the study does, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from handful.spec.messages import SpecError
from handful.spec.validation import validate
from handful.spec.writing import block
from handful.study.model import Choice

UTILITIES: tuple[str, ...] = get_args(Choice.model_fields["best"].annotation)
"""What can be made as good as possible."""


@dataclass(frozen=True)
class Field:
    """One number of the form.

    Attributes:
        name: Its name in the address.
        label: What it is.
        term: Its term in the glossary.
        unit: What is counted, shown behind the number.
        where: The way to it in a choice.
        spelled: How a number is written as in a study file.
        needed: Whether it may not be left empty.
    """

    name: str
    label: str
    term: str
    unit: str
    where: tuple[str, ...]
    spelled: str = "{}"
    needed: bool = False


FIELDS = (
    Field("error", "Type I error, at most", "type I error", "%", ("subject to", "type I error"), "{}%", True),
    Field("power", "Power, at least", "power", "%", ("subject to", "power"), "{}%"),
    Field("duration", "Expected duration, at most", "constraint", "months", ("subject to", "duration"), "{} months"),
    Field("participants", "Participants, at most", "constraint", "", ("subject to", "participants")),
    Field("control", "On control, at most", "constraint", "%", ("subject to", "on control"), "{}%"),
    Field("burden", "Burden of treatment", "burden", "people helped", ("burden",), "{}", True),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a form asks for.

    Attributes:
        choice: The choice; the study's own where what was typed is none.
        typed: What stands in each field.
        problems: What is wrong with a field, by its name.
    """

    choice: Choice
    typed: Mapping[str, str]
    problems: Mapping[str, str]


def asked_of(query: Mapping[str, str], own: Choice, hoped_for: str) -> Asked:
    """Read a form from the query of an address.

    Args:
        query: What the address says; what it does not name is as in the study, and what it leaves empty is without limit.
        own: The study's own choice.
        hoped_for: The scenario in which power is read.

    Returns:
        What is asked for.

    Example:
        >>> asked = asked_of({"best": "power", "participants": "40"}, Choice(), "hoped for")
        >>> asked.choice.best, asked.choice.subject_to.participants, asked.typed["error"]
        ('power', 40, '2.5')
        >>> asked_of({"power": "120"}, Choice(), "hoped for").problems["power"]
        'found "120%", wanted a probability above 0, such as 0.2 or 20%'
    """
    usual = typed_of(own, hoped_for)
    typed = {name: query.get(name, text).strip()[:200] for name, text in usual.items()}
    limits: dict[str, Any] = {}
    data: dict[str, Any] = {"best": typed["best"], "subject to": limits}
    for field in FIELDS:
        group = data if len(field.where) == 1 else limits
        group[field.where[-1]] = _value(field, typed[field.name])
    others = {name: least for name, least in own.subject_to.power.items() if name != hoped_for}
    wanted = limits["power"]
    limits["power"] = ({hoped_for: wanted} if wanted is not None else {}) | others
    limits["withstand"] = own.subject_to.withstand
    try:
        return Asked(validate(Choice, data), typed, {})
    except SpecError as wrong:
        return Asked(
            own, typed, {_field_of(p.field): f"found {p.found}, wanted {p.wanted}" for p in wrong.problems}
        )


def _field_of(way: str) -> str:
    """The field of the form that a complaint is about."""
    return next((field.name for field in FIELDS if way.startswith(" > ".join(field.where))), "best")


def typed_of(choice: Choice, hoped_for: str) -> dict[str, str]:
    """What stands in the fields of a choice.

    Args:
        choice: The choice.
        hoped_for: The scenario in which power is read.
    """
    limits = choice.subject_to
    return {
        "best": choice.best,
        "error": _percent(limits.type_I_error),
        "power": _percent(limits.power.get(hoped_for)),
        "duration": _plain(limits.duration),
        "participants": _plain(limits.participants),
        "control": _percent(limits.on_control),
        "burden": _plain(choice.burden),
    }


def query_of(choice: Choice, own: Choice, hoped_for: str) -> str:
    """The query that asks for a choice: what differs from the study's own, with its question mark.

    Example:
        >>> query_of(Choice(best="power"), Choice(), "hoped for"), query_of(Choice(), Choice(), "hoped for")
        ('?best=power', '')
    """
    new, old = typed_of(choice, hoped_for), typed_of(own, hoped_for)
    differs = {name: text for name, text in new.items() if text != old[name]}
    return f"?{urlencode(differs)}" if differs else ""


def as_written(choice: Choice) -> str:
    """The choice as it stands in a study file.

    Example:
        >>> print(as_written(Choice(best="power")))
        choose:
          best: power
          subject to: {type I error: 2.5%}
          burden: 0.1
    """
    limits = choice.subject_to
    subject = {
        "type I error": f"{_percent(limits.type_I_error)}%",
        "power": {name: f"{_percent(least)}%" for name, least in limits.power.items()},
        "duration": f"{_plain(limits.duration)} months" if limits.duration is not None else None,
        "participants": limits.participants,
        "withstand": dict(limits.withstand),
        "on control": f"{_percent(limits.on_control)}%" if limits.on_control is not None else None,
    }
    kept = {name: value for name, value in subject.items() if value not in (None, {})}
    return "choose:" + block(
        {"best": choice.best, "subject to": kept, "burden": choice.burden}, 0, spread=True
    )


def _value(field: Field, text: str) -> Any:
    """What was typed, as it would stand in a study file; whole and other numbers as numbers."""
    if not text:
        return None
    if field.spelled != "{}":
        return field.spelled.format(text.removesuffix("%").strip())
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        return text


def _percent(share: float | None) -> str:
    """A share as the number of a percentage."""
    return "" if share is None else f"{100 * share:.10g}"


def _plain(number: float | None) -> str:
    """A number as it is typed."""
    return "" if number is None else f"{number:.10g}"
