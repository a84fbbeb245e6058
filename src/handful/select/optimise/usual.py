"""The values that a search tries of a family when nobody says which: read from the types of the family's fields.

No family is named here. Sizes are the fields `participants` and `events`; looks are lists of ascending shares; ratios are
allocations; a group that may be of several kinds, or be left out, is a way of spending or of stopping; a share with a default
of its own is a threshold. What must be given, or is empty by default, belongs to the question and is left alone: a search
that moved a benchmark would find an easier question and not a better design.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from math import prod
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from handful.analyses.base import Analysis
from handful.designs.base import Design, Plan
from handful.spec.base import Spec
from handful.spec.quantities import AscendingPercentList, Quantity, Ratio
from handful.spec.shape import kinds_of, written_name
from handful.study.model import Study
from handful.study.searched import members

MOST_COMBINATIONS = 1000
"""Combinations of usual values that a family is searched over; further fields are left as they are."""
_SIZES = ("participants", "events")
_STEPS = 10
"""Steps from half of a size to half as much again."""
_SMALL = 48
_LOOKS = ((1.0,), (0.5, 1.0), (0.33, 0.67, 1.0))
_RATIOS = ((1, 1), (2, 1))
_ODDS = (1.0, 0.5, 2.0)
"""Thresholds are tried at these multiples of their odds."""
_PERCENT_LIST, _RATIO = get_args(AscendingPercentList)[0], get_args(Ratio)[0]


def usual_values(study: Study, name: str) -> dict[str, tuple[Any, ...]]:
    """The fields of a design that a search changes by itself, with the values it tries; the design's own come first.

    Args:
        study: The study; its constraint on the number of participants bounds the sizes.
        name: Name of the design.

    Returns:
        Values by the name of the field, sizes first, and no more than `MOST_COMBINATIONS` combinations.

    Example:
        >>> from handful.study.loading import loads
        >>> study = loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios: {hoped for: {untreated: 20%, treated: 60%}}
        ... designs: {fixed: {kind: randomised, participants: 40}}
        ... ''')
        >>> for field, values in usual_values(study, "fixed").items():
        ...     print(field, *values)
        participants 40 18 20 24 28 30 32 36 42 44 48 52 54 56 60
        allocation (1, 1) (2, 1)
    """
    design = study.design(name)
    found = {field: values for field, values in _all(design, study.plan(name), study) if len(values) > 1}
    kept: dict[str, tuple[Any, ...]] = {}
    for field in sorted(found, key=lambda field: field not in _SIZES):
        if prod(len(values) for values in (*kept.values(), found[field])) <= MOST_COMBINATIONS:
            kept[field] = found[field]
    return kept


def _all(design: Design, plan: Plan, study: Study) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every field with the values that its type suggests."""
    fields = type(design).model_fields
    for name, field in fields.items():
        value = getattr(design, name)
        if name in _SIZES:
            yield written_name(name, field), _sizes(name, value, design, plan, study)
        else:
            yield written_name(name, field), _around(field, value)


def _sizes(name: str, value: int | None, design: Design, plan: Plan, study: Study) -> tuple[int, ...]:
    """Sizes around a size, in whole blocks of every ratio that is tried; none where the design finds its own."""
    if value is None or (name == "participants" and value != plan.participants):
        return ()
    most = min(3 * value // 2, study.choose.subject_to.participants or 2 * value)
    found = set()
    for unit in _units(design, plan, study) if name == "participants" else {1}:
        step = max(unit, round(value / _STEPS / unit) * unit)
        found |= set(range(max(unit, value // 2 // unit * unit), most + 1, step))
    return (value, *sorted(found - {value}))


def _units(design: Design, plan: Plan, study: Study) -> set[int]:
    """Sizes of the randomisation blocks, with each of the ratios that are tried."""
    fields = type(design).model_fields
    ratios = [name for name, field in fields.items() if _is_ratio(field)]
    # Blocks do not depend on the size, and exact boundaries of a small trial are found at once.
    small: dict[str, Any] = {"participants": min(_SMALL, plan.participants)}
    units = set()
    for changes in (small, *({**small, name: ratio} for name in ratios for ratio in _RATIOS)):
        with suppress(ValueError):  # a ratio that the family refuses has no blocks
            units.add(design.replace(**changes).plan(study.question).allocation.block)
    return units or {1}


def _is_ratio(field: FieldInfo) -> bool:
    """Whether a field is a ratio of allocation."""
    return field.annotation == _RATIO and any(isinstance(item, Quantity) for item in field.metadata)


def _around(field: FieldInfo, value: Any) -> tuple[Any, ...]:
    """The values that the type of a field suggests."""
    types = list(members(field.annotation))
    if _PERCENT_LIST in types and value is not None:
        return tuple(dict.fromkeys((value, *_LOOKS)))
    if _is_ratio(field):
        return tuple(dict.fromkeys((value, *_RATIOS)))
    groups = [t for t in types if isinstance(t, type) and issubclass(t, Spec)]
    if groups and not any(issubclass(group, Analysis) for group in groups):
        return tuple(_groups(field, groups, value))
    if _is_threshold(field) and isinstance(value, float) and 0 < value < 1:
        return tuple(dict.fromkeys((value, *(_at_odds(value, times) for times in _ODDS))))
    return ()


def _groups(field: FieldInfo, groups: list[type[Spec]], value: Any) -> Iterator[Any]:
    """What a group of fields may be: as it is, absent where it may be, or any kind that needs no parameter."""
    yield value.canonical() if isinstance(value, Spec) else value
    if value is not None and type(None) in members(field.annotation):
        yield None
    for group in groups:
        has_parameters = bool(kinds_of(group)) and len(group.model_fields) > 1
        if has_parameters or isinstance(value, group):
            continue
        try:
            made = group.model_validate({})
        except ValidationError:
            continue
        yield made.canonical()


def _is_threshold(field: FieldInfo) -> bool:
    """Whether a field is a share that has a default of its own."""
    quantities = [item for item in field.metadata if isinstance(item, Quantity)]
    shares = any(1 in (q.stored.get("maximum"), q.stored.get("exclusiveMaximum")) for q in quantities)
    return shares and isinstance(field.default, float)


def _at_odds(share: float, times: float) -> float:
    """A share at a multiple of its odds, to three decimals."""
    odds = times * share / (1 - share)
    return round(odds / (1 + odds), 3)
