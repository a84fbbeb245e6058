"""The assumptions of a study in words: every field that was set, with what it means."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic.fields import FieldInfo

from handful.participants.endpoint import Endpoint
from handful.report.tables import Table, Text
from handful.report.tags import benefit, percent, plain
from handful.scenarios.base import Scenario
from handful.spec.base import Spec
from handful.spec.quantities import (
    Duration,
    HazardPerMonth,
    PositiveDuration,
    Quantity,
    RatePerMonth,
    RatePerYear,
)
from handful.spec.shape import written_name
from handful.study.model import Study


def _quantity_of(annotated: Any) -> Quantity:
    """The quantity of an annotated type."""
    return next(item for item in get_args(annotated) if isinstance(item, Quantity))


_MONTHS = (_quantity_of(Duration), _quantity_of(PositiveDuration))
_PER_MONTH, _PER_YEAR = _quantity_of(RatePerMonth), _quantity_of(RatePerYear)
_HAZARD = _quantity_of(HazardPerMonth)


def set_fields(
    spec: Spec, without: tuple[str, ...] = (), *, defaults: bool = False
) -> list[tuple[str, str, str]]:
    """The fields of a spec that say something, in words.

    Args:
        spec: Any spec.
        without: Python names of fields to leave out.
        defaults: Whether to tell fields that were left at their default too.

    Returns:
        (name, value, meaning) of each field that is required, differs from its default, or all that have a value.

    Example:
        >>> from handful.scenarios.operations import Recruitment
        >>> [(name, value) for name, value, _ in set_fields(Recruitment(rate=1.5, dropout="5% per year"))]
        [('rate', '1.5 a month'), ('dropout', '5% lost a year')]
    """
    told = []
    for name, field in type(spec).model_fields.items():
        value = getattr(spec, name)
        if name == "kind" or name in without or value in (None, {}, ()):
            continue
        if not defaults and _is_default(field, value):
            continue
        told.append(
            (written_name(name, field), value_words(value, _quantity(field)), field.description or "")
        )
    return told


def value_words(value: Any, quantity: Quantity | None = None) -> str:
    """A value of a spec in words.

    Args:
        value: Plain data or a spec.
        quantity: What the number counts, if it is a quantity.

    Returns:
        Words with units.

    Example:
        >>> value_words((0.5, 1.0)), value_words(True), value_words({"dropout": "composite"})
        ('0.5, 1', 'yes', 'dropout: composite')
    """
    if isinstance(value, Spec):
        inside = "; ".join(f"{name} {said}" for name, said, _ in set_fields(value))
        return ": ".join(part for part in (str(getattr(value, "kind", "")), inside) if part) or "as usual"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {value_words(item, quantity)}" for name, item in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(value_words(item, quantity) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number_words(float(value), quantity)
    return str(value)


def estimand_table(endpoint: Endpoint) -> Table:
    """The five attributes of the estimand of an endpoint (ICH E9(R1)).

    Args:
        endpoint: The endpoint.

    Returns:
        One row an attribute.
    """
    estimand = endpoint.estimand
    events = dict.fromkeys(("not dosed", "dropout"), "")
    events |= estimand.intercurrent
    told = []
    for event, strategy in events.items():
        said = (
            strategy
            or f"{endpoint.strategy('not dosed' if event == 'not dosed' else 'dropout')} (by default)"
        )
        told.append(f"{event}: {said}")
    unit = f", in {endpoint.unit}" if endpoint.unit else ""
    known = f", known after {_number_words(endpoint.known_after, _MONTHS[0])}" if endpoint.known_after else ""
    better = endpoint.better or ("later" if endpoint.kind == "time to event" else "higher")
    rows = (
        ("Treatment", estimand.treatment or "as each design assigns it; not stated further"),
        ("Population", estimand.population or "participants of each design; not stated further"),
        ("Variable", f"{endpoint.name} ({endpoint.kind}{unit}{known}; {better} is better)"),
        ("Intercurrent events", "; ".join(told)),
        ("Population-level summary", estimand.summary or endpoint.measure.name),
    )
    return Table(
        "The estimand of the primary endpoint, by its attributes (ICH E9(R1))", ("Attribute", "Here"), rows
    )


def scenario_table(name: str, scenario: Scenario, endpoint: Endpoint, weight: float) -> Table:
    """What one scenario assumes.

    Args:
        name: Its name in the study.
        scenario: The scenario.
        endpoint: The endpoint.
        weight: Its plausibility as a share of all.

    Returns:
        One row an assumption, with its meaning.
    """
    rows: list[tuple[Text, ...]] = [
        (
            "true benefit",
            benefit(scenario.benefit(endpoint), endpoint),
            "What treatment does in this scenario, positive when it helps.",
        ),
        ("plausibility", percent(round(weight, 4)), "Its weight among all scenarios, for the choice."),
    ]
    shift = scenario.regression_to_the_mean(endpoint)
    if shift:
        rows.append(
            (
                "regression to the mean",
                benefit(shift, endpoint),
                "What entry at a bad moment alone makes look like benefit.",
            )
        )
    rows += [(n, v, m) for n, v, m in set_fields(scenario, ("note", "weight", "recruitment", "product"))]
    for part in ("recruitment", "product"):
        rows += [(f"{part}: {n}", v, m) for n, v, m in set_fields(getattr(scenario, part))]
    return Table(f"What “{name}” assumes", ("Assumption", "Value", "Meaning"), tuple(rows))


def differences(table: Table, other: Table, name: str) -> Table:
    """A table of assumptions with only the rows in which it differs from another.

    Args:
        table: The assumptions of one scenario.
        other: Those of the scenario that was told in full.
        name: Its name.

    Returns:
        The rows that differ; what only the other one sets is said to be as usual.
    """
    before = {row[0]: row for row in other.rows}
    now = {row[0] for row in table.rows}
    rows = [row for row in table.rows if before.get(row[0]) != row]
    rows += [(row[0], "as usual", row[2]) for key, row in before.items() if key not in now]
    return Table(f"{table.caption} as “{name}” does, but for:", table.head, tuple(rows))


def population_table(study: Study) -> Table:
    """The people who have the disease."""
    return Table(
        "The people who have the disease",
        ("Assumption", "Value", "Meaning"),
        tuple(set_fields(study.population, defaults=True)),
    )


def choice_table(study: Study) -> Table:
    """What counts as a good choice."""
    rows: list[tuple[Text, ...]] = [
        (
            "best",
            study.choose.best,
            "What is made as good as possible among designs that keep the constraints.",
        )
    ]
    rows += [
        (
            "burden",
            plain(study.choose.burden),
            "What treatment itself costs a person, in units of one person helped.",
        )
    ]
    rows += set_fields(study.choose.subject_to, defaults=True)
    return Table("What counts as a good choice", ("Setting", "Value", "Meaning"), tuple(rows))


def _is_default(field: FieldInfo, value: Any) -> bool:
    """Whether a field says no more than its default."""
    return not field.is_required() and value == field.get_default(
        call_default_factory=True, validated_data={}
    )


def _quantity(field: FieldInfo) -> Quantity | None:
    """The quantity of a field, wherever in its type it stands."""
    return next(
        (item for item in _inside([field.annotation, *field.metadata]) if isinstance(item, Quantity)), None
    )


def _inside(items: list[Any]) -> Iterator[Any]:
    """Everything inside types."""
    for item in items:
        yield item
        yield from _inside(list(get_args(item)))


def _number_words(value: float, quantity: Quantity | None) -> str:
    """A number with the unit of its quantity."""
    if quantity is None:
        return plain(value)
    if quantity in _MONTHS:
        years = value / 12
        return f"{plain(value)} months" if value < 36 or years != int(years) else f"{plain(years)} years"
    if quantity is _PER_MONTH:
        return f"{plain(float(f'{value:.6g}'))} a month"
    if quantity is _PER_YEAR:
        return f"{plain(float(f'{value:.6g}'))} a year"
    if quantity is _HAZARD:
        return f"{percent(float(f'{-math.expm1(-12 * value):.6g}'))} lost a year"
    share = quantity.wanted.startswith(("a probability", "a share"))
    return percent(value) if share else plain(value)
