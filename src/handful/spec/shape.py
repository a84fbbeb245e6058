"""Which models stand at a place in a nest of specs; used to say which names would have been right there."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from handful.spec.positions import Path


def written_name(name: str, field: FieldInfo) -> str:
    """Give the name of a field as it is written in a file.

    Args:
        name: The name in Python.
        field: The field.

    Returns:
        The alias, or the name when there is none.
    """
    return field.alias or name


def written_names(model: type[BaseModel]) -> list[str]:
    """Give the names of a model's fields as they are written in a file.

    Args:
        model: A model class.

    Returns:
        One name per field, in the order of declaration.

    Example:
        >>> from handful.spec import Field, Spec
        >>> class Visit(Spec):
        ...     known_after: float = Field(3, description="months")
        >>> written_names(Visit)
        ['known after']
    """
    return [written_name(name, field) for name, field in model.model_fields.items()]


def kinds_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Give the values that a model's `kind` may take.

    Args:
        model: A model class.

    Returns:
        The values of its `Literal`, or nothing when it has no such field.
    """
    field = model.model_fields.get("kind")
    if field is None or get_origin(field.annotation) is not Literal:
        return ()
    return tuple(str(value) for value in get_args(field.annotation))


def models_at(model: type[BaseModel], data: Any, path: Path) -> list[type[BaseModel]]:
    """Find the models that may stand at a path below a model.

    Args:
        model: The model of the whole.
        data: The data of the whole; a `kind` written in it narrows the choice.
        path: The way to the place.

    Returns:
        The candidate classes; several where a union leaves the choice open, none where no model stands.

    Example:
        >>> from handful.spec import Field, Spec
        >>> class Visit(Spec):
        ...     month: float = Field(description="when")
        >>> class Plan(Spec):
        ...     visits: dict[str, Visit] = Field(description="all visits")
        >>> models_at(Plan, {"visits": {"last": {}}}, ("visits", "last"))
        [<class 'handful.spec.shape.Visit'>]
    """
    candidates = list(_members(model))
    for item in path:
        candidates = [found for candidate in _of_kind(candidates, data) for found in _below(candidate, item)]
        data = _inside(data, item)
    found = [candidate for candidate in _of_kind(candidates, data) if _is_model(candidate)]
    return list(dict.fromkeys(found))


def _is_model(annotation: Any) -> bool:
    """Say whether an annotation is a model class."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _members(annotation: Any) -> Iterator[Any]:
    """Open up Annotated types and unions."""
    if get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _of_kind(candidates: list[Any], data: Any) -> list[Any]:
    """Keep the candidates of the kind that the data names, or all when none fits."""
    kind = data.get("kind") if isinstance(data, dict) else None
    fitting = [candidate for candidate in candidates if _is_model(candidate) and kind in kinds_of(candidate)]
    return fitting or candidates


def _below(annotation: Any, item: str | int) -> Iterator[Any]:
    """Give the types one step further down."""
    if _is_model(annotation):
        for name, field in annotation.model_fields.items():
            if item in (name, written_name(name, field)):
                yield from _members(field.annotation)
        return
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        yield from _members(arguments[1])
    elif get_origin(annotation) in (tuple, list):
        for member in arguments:
            if member is not Ellipsis:
                yield from _members(member)


def _inside(data: Any, item: str | int) -> Any:
    """Step into data, or give None where there is nothing."""
    if isinstance(data, dict):
        return data.get(item)
    if isinstance(data, list | tuple) and isinstance(item, int) and 0 <= item < len(data):
        return data[item]
    return None
