"""The fields that a search changes: where they are in a family, and whether each value is one that the field takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from handful.designs.base import Design
from handful.spec.base import Spec, wanted
from handful.spec.describe import type_in_words
from handful.spec.messages import one_of
from handful.spec.shape import kinds_of, models_at, written_name, written_names
from handful.study.ranges import values_of

Over = Mapping[str, Any]
"""Values to be tried, by the name of the field: `participants`, `looks`, `spending.gamma`."""

_NOT_SEARCHED = ("kind", "note")


def path_of(name: str) -> tuple[str, ...]:
    """The way to a field by its name; underscores and hyphens stand for spaces.

    Example:
        >>> path_of("first_look"), path_of("spending.gamma")
        (('first look',), ('spending', 'gamma'))
    """
    return tuple(" ".join(part.replace("_", " ").replace("-", " ").split()) for part in name.split("."))


def with_changes(design: Design, changes: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """A design as plain data with some fields changed, to be validated as if it had been written so.

    Args:
        design: The design.
        changes: New values by the way to the field; groups before what is inside them.

    Returns:
        Plain data, names as in a study file.

    Example:
        >>> from handful.designs.randomised import Randomised
        >>> with_changes(Randomised(participants=20), {("participants",): 24})["participants"]
        24
    """
    data = design.canonical()
    for path in sorted(changes, key=len):
        group = data
        for part in path[:-1]:
            inner = group.get(part)
            group[part] = dict(inner) if isinstance(inner, Mapping) else {}
            group = group[part]
        group[path[-1]] = changes[path]
    return data


def check_searched(design: Design, over: Over, at: tuple[str, ...] = ()) -> None:
    """Refuse fields that a family does not have, and values that a field does not take.

    Whether the values fit each other is not asked: combinations that the family refuses are left out of the search.

    Args:
        design: The design whose fields are changed.
        over: What is to be tried.
        at: Where `over` stands, for the message.

    Raises:
        pydantic_core.PydanticCustomError: Made by `wanted`, about the first thing that is wrong.
    """
    for name, written in over.items():
        fields = _fields_at(design, path_of(name))
        if not fields:
            raise wanted(_field_words(design, path_of(name)), at=(*at, name))
        values = values_of(written)
        listed = isinstance(written, list | tuple)
        for number, value in enumerate(values):
            refused = [_refusal(field, value) for field in fields]
            if all(refused):
                place: tuple[str | int, ...] = (*at, name, number) if listed else (*at, name)
                words = " or ".join(dict.fromkeys(word for word in refused if word))
                raise wanted(words if listed else f"{words} all along the range", at=place)


def _fields_at(design: Design, path: tuple[str, ...]) -> list[FieldInfo]:
    """The fields that may stand at a path of a family; several where a group may be of several kinds."""
    if path[-1] in _NOT_SEARCHED:
        return []
    holders = models_at(type(design), {"kind": design.kind}, path[:-1])
    found = []
    for holder in holders:
        found += [f for name, f in holder.model_fields.items() if path[-1] == written_name(name, f)]
    return found


def _field_words(design: Design, path: tuple[str, ...]) -> str:
    """What would be a field of the family."""
    holders = models_at(type(design), {"kind": design.kind}, path[:-1])
    names = [name for holder in holders for name in written_names(holder) if name not in _NOT_SEARCHED]
    before = "".join(f"{part}." for part in path[:-1])
    if not names:
        names, before = [n for n in written_names(type(design)) if n not in _NOT_SEARCHED], ""
    return f"the name of a field of {design.kind}: {one_of([before + n for n in names], before + path[-1])}"


def _refusal(field: FieldInfo, value: Any) -> str | None:
    """What the field takes, in words, when it does not take a value."""
    there = [member for member in members(field.annotation) if member is not type(None)]
    if value is not None and not isinstance(value, list | tuple) and all(map(_is_list, there)):
        return "a list for each value, such as [[50%, 100%], [100%]]"
    annotated: Any = Annotated
    whole: Any = annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    try:
        TypeAdapter(whole).validate_python(value)
    except ValidationError:
        kinds = [kind for member in there if _is_spec(member) for kind in kinds_of(member)]
        return one_of(kinds, value) if kinds else type_in_words(field.annotation, field.metadata)
    return None


def members(annotation: Any) -> Iterator[Any]:
    """The types that a field may be of, with what stands beside them taken off.

    Example:
        >>> [member.__name__ for member in members(int | None)]
        ['int', 'NoneType']
    """
    if get_origin(annotation) is Annotated:
        yield from members(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from members(member)
    else:
        yield annotation


def _is_list(annotation: Any) -> bool:
    """Whether a type is a list of any length."""
    return get_origin(annotation) is tuple and Ellipsis in get_args(annotation)


def _is_spec(annotation: Any) -> bool:
    """Whether a type is a group of fields."""
    return isinstance(annotation, type) and issubclass(annotation, Spec)
