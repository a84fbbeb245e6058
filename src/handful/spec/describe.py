"""The fields of a spec in words: for the command line and the documentation."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from handful.spec.base import Spec, spaced_class_name
from handful.spec.quantities import Quantity
from handful.spec.shape import written_name

_PLAIN = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    dict: "named fields",
    type(None): "nothing",
}
_BOUNDS = {
    annotated_types.Gt: ("gt", "more than {}"),
    annotated_types.Ge: ("ge", "at least {}"),
    annotated_types.Lt: ("lt", "less than {}"),
    annotated_types.Le: ("le", "at most {}"),
    annotated_types.MultipleOf: ("multiple_of", "a multiple of {}"),
}
REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a spec in words.

    Attributes:
        name: The name as written in a study file.
        type: What may be written.
        default: The default as written in a study file, "required" when there is none, "nothing" for null.
        meaning: What the field means.
    """

    name: str
    type: str
    default: str
    meaning: str


def describe_fields(cls: type[Spec]) -> list[FieldRow]:
    """Describe the fields of a spec in words.

    Args:
        cls: A spec class.

    Returns:
        One row per field in the order of declaration, without the field `kind`, which the registry describes.

    Example:
        >>> from handful.spec import Field
        >>> class Arm(Spec):
        ...     size: int = Field(10, ge=1, description="how many take part")
        >>> describe_fields(Arm)
        [FieldRow(name='size', type='a whole number, at least 1', default='10', meaning='how many take part')]
    """
    return [
        FieldRow(
            written_name(name, field),
            type_in_words(field.annotation, field.metadata),
            _default_in_words(field),
            field.description or "",
        )
        for name, field in cls.model_fields.items()
        if name != "kind"
    ]


def type_in_words(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """Say in words what a type accepts.

    Args:
        annotation: A type as used for a field of a spec.
        metadata: What stood beside it in an `Annotated`.

    Returns:
        Words such as "a whole number, at least 1".

    Example:
        >>> type_in_words(tuple[Literal["binary", "count"], ...])
        'a list, each one of binary, count'
    """
    beside = list(metadata)
    if get_origin(annotation) is Annotated:
        inner, *inner_metadata = get_args(annotation)
        return type_in_words(inner, [*inner_metadata, *beside])
    quantity = next((item for item in beside if isinstance(item, Quantity)), None)
    words = quantity.wanted if quantity else _words_of(annotation)
    return ", ".join([words, *_bounds_in_words(beside)])


def _words_of(annotation: Any) -> str:
    """Say what a type without metadata accepts."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        names = ", ".join(str(value) for value in arguments)
        return f"one of {names}" if len(arguments) > 1 else names
    if origin in (Union, UnionType):
        return ", or ".join(dict.fromkeys(type_in_words(member) for member in arguments))
    if origin in (tuple, list) and arguments:
        if origin is list or arguments[-1] is Ellipsis:
            return f"a list, each {type_in_words(arguments[0])}"
        return "a list of " + ", then ".join(type_in_words(member) for member in arguments)
    if origin is dict:
        return f"names, each with {type_in_words(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return spaced_class_name(annotation)
    return _PLAIN.get(annotation, "any value")


def _bounds_in_words(metadata: Iterable[Any]) -> list[str]:
    """Say which bounds a field adds to its type."""
    return [
        words.format(getattr(item, attribute))
        for item in metadata
        for bound, (attribute, words) in _BOUNDS.items()
        if isinstance(item, bound)
    ]


def _default_in_words(field: FieldInfo) -> str:
    """Write a default as it would stand in a study file."""
    if field.is_required():
        return REQUIRED
    return in_flow(field.get_default(call_default_factory=True, validated_data={}))


def in_flow(value: Any) -> str:
    """Write plain data in the flow style of YAML, for people to read.

    Args:
        value: Plain data, or a spec.

    Returns:
        One line.

    Example:
        >>> in_flow({"kind": "pocock"}), in_flow((0.5, 1.0)), in_flow(None)
        ('{kind: pocock}', '[0.5, 1]', 'nothing')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Spec):
        return in_flow(value.canonical())
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {in_flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(in_flow(item) for item in value) + "]"
    return f"{value:g}" if isinstance(value, float) and value == float(f"{value:g}") else str(value)
