"""Values of a spec as people write them in a study file: 20%, 12 months, 5% per year, 2:1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, cast, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from handful.designs import quantities as designs
from handful.spec import quantities as spec
from handful.spec.base import Spec
from handful.spec.describe import in_flow
from handful.spec.quantities import Quantity
from handful.spec.shape import written_name

Style = Literal[
    "percent", "months", "per month", "per year", "hazard", "ratio", "shares", "amount", "whole", "number", ""
]
"""How a value is written; empty for what is no quantity."""

_WRITTEN: tuple[tuple[Any, Style], ...] = (
    (spec.Probability, "percent"),
    (spec.OpenProbability, "percent"),
    (spec.PositiveProbability, "percent"),
    (spec.Share, "percent"),
    (spec.PositiveShare, "percent"),
    (spec.Multiple, "percent"),
    (spec.Duration, "months"),
    (spec.PositiveDuration, "months"),
    (spec.RatePerMonth, "per month"),
    (spec.RatePerYear, "per year"),
    (spec.HazardPerMonth, "hazard"),
    (spec.Ratio, "ratio"),
    (designs.Amount, "amount"),
)
# What stands beside the plain type tells quantities apart: a `Quantity`, or the reader of an amount.
_STYLES: dict[int, Style] = {id(get_args(annotated)[1]): style for annotated, style in _WRITTEN}
_AMOUNTS: dict[str, Style] = {"binary": "percent", "count": "per year", "time to event": "months"}
_SHARES = get_args(spec.AscendingPercentList)[0]
_TIMES = get_args(designs.Months)[0]


def style_of(field: FieldInfo, endpoint: str) -> Style:
    """How the values of a field are written.

    Args:
        field: The field.
        endpoint: Kind of the endpoint, which decides what an amount of it is counted in.

    Example:
        >>> from handful.designs.group_sequential import GroupSequential
        >>> fields = GroupSequential.model_fields
        >>> [style_of(fields[name], "binary") for name in ("participants", "looks", "allocation", "alpha", "note")]
        ['whole', 'shares', 'ratio', 'percent', '']
    """
    for kind, beside in _members(field.annotation, tuple(field.metadata)):
        if kind == _SHARES:
            return "shares"
        named = next((_STYLES[id(item)] for item in beside if id(item) in _STYLES), None)
        if named == "amount":
            return _AMOUNTS.get(endpoint, "number")
        if named is not None:
            return named
        if kind is int:
            return "whole"
        if kind is float:
            return "number"
    return ""


class Bounds(NamedTuple):
    """What numbers a field takes.

    Attributes:
        low: The smallest; minus infinite where there is no bound.
        high: The largest; infinite where there is none.
        above: Whether the smallest itself is not taken.
        below: Whether the largest itself is not taken.
    """

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    below: bool = False


def bounds_of(field: FieldInfo) -> Bounds:
    """The smallest and the largest value that a field takes.

    Example:
        >>> from handful.designs.simon import Simon
        >>> bounds_of(Simon.model_fields["participants"])
        Bounds(low=1.0, high=300.0, above=False, below=False)
        >>> bounds_of(Simon.model_fields["target"])
        Bounds(low=0.0, high=1.0, above=True, below=True)
    """
    found = Bounds()
    for _, beside in _members(field.annotation, tuple(field.metadata)):
        for low, high, above, below in map(_limits, beside):
            if (low, above) > (found.low, found.above):
                found = found._replace(low=low, above=above)
            if (-high, below) > (-found.high, found.below):
                found = found._replace(high=high, below=below)
    return found


def _limits(item: Any) -> Bounds:
    """What one thing beside a type says of its numbers."""
    if isinstance(item, Quantity):
        stored = item.stored
        return Bounds(
            float(stored.get("minimum", stored.get("exclusiveMinimum", -math.inf))),
            float(stored.get("maximum", stored.get("exclusiveMaximum", math.inf))),
            "exclusiveMinimum" in stored,
            "exclusiveMaximum" in stored,
        )
    match item:
        case annotated_types.Ge(ge=low):
            return Bounds(low=float(cast("float", low)))
        case annotated_types.Gt(gt=low):
            return Bounds(low=float(cast("float", low)), above=True)
        case annotated_types.Le(le=high):
            return Bounds(high=float(cast("float", high)))
        case annotated_types.Lt(lt=high):
            return Bounds(high=float(cast("float", high)), below=True)
    return Bounds()


def spelled(style: Style, value: Any) -> str:
    """A value as it is written in a study file; nothing for None.

    Args:
        style: How it is written.
        value: The value as it is stored.

    Example:
        >>> spelled("percent", 0.2), spelled("months", 12.0), spelled("hazard", -math.log(0.95) / 12), spelled("ratio", (2, 1))
        ('20%', '12 months', '5% per year', '2:1')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if style == "ratio" and not isinstance(value, int):
        return ":".join(str(part) for part in value)
    if style == "shares" and not isinstance(value, int | float):
        return ", ".join(spelled("percent", share) for share in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return in_flow(value)
    match style:
        case "percent" | "shares":
            return f"{_short(100 * value)}%"
        case "months":
            return f"{_short(value)} months"
        case "per month" | "per year":
            return f"{_short(value)} {style}"
        case "hazard":
            return f"{_short(-100 * math.expm1(-12 * value))}% per year"
    return _short(value)


def written(made: Spec, endpoint: str) -> dict[str, Any]:
    """A spec as it would be written by hand, without its note: what is as it would be by default is left out.

    Args:
        made: The spec.
        endpoint: Kind of the endpoint.

    Returns:
        Plain data; quantities as texts with their unit.

    Example:
        >>> from handful.designs.group_sequential import GroupSequential
        >>> written(GroupSequential(participants=40, looks=(0.4, 1.0), spending="pocock"), "binary")
        {'kind': 'group sequential', 'looks': ['40%', '100%'], 'spending': {'kind': 'pocock'}, 'participants': 40}
    """
    own = dict(made)
    said = {"kind": own["kind"]} if "kind" in own else {}
    for name, field in type(made).model_fields.items():
        value = own[name]
        usual = (
            None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
        )
        if name in ("kind", "note") or (not field.is_required() and value == usual):
            continue
        said[written_name(name, field)] = _plain(style_of(field, endpoint), value, endpoint)
    return said


def _plain(style: Style, value: Any, endpoint: str) -> Any:
    """A value inside what is written."""
    if isinstance(value, Spec):
        return written(value, endpoint)
    if isinstance(value, dict):
        return {name: _plain("", item, endpoint) for name, item in value.items()}
    if style == "shares":
        return [spelled("percent", share) for share in value]
    if isinstance(value, list | tuple) and style != "ratio":
        return [_plain("", item, endpoint) for item in value]
    plain = isinstance(value, int | float) and style in ("", "number", "whole")
    return value if plain or isinstance(value, str | bool) or value is None else spelled(style, value)


def _members(annotation: Any, beside: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The types that a field may be of, each with what stands beside it."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        yield from _members(inner, (*more, *beside))
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member, beside)
    elif annotation is not type(None):
        yield annotation, beside


def _short(value: float) -> str:
    """The shortest decimal that says a number, to ten digits."""
    text = f"{value:.10g}"
    return (
        f"{value:.12f}".rstrip("0").rstrip(".") if "e" in text and abs(value) < 1 else text.replace("e+", "e")
    )
