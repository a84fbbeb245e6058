"""The base of every spec: a frozen, strict pydantic model that people write as YAML."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

_NAMED_BY_THE_REGISTRY = "kind"


def spaced(name: str) -> str:
    """Turn a Python field name into the name people write in a study file.

    Underscores become spaces; a trailing underscore, which keeps a name clear of a Python keyword, is
    dropped.

    Args:
        name: A Python identifier.

    Returns:
        The same name with spaces.

    Example:
        >>> spaced("known_after"), spaced("type_I_error"), spaced("lambda_")
        ('known after', 'type I error', 'lambda')
    """
    return name.strip("_").replace("_", " ")


def spaced_class_name(cls: type) -> str:
    """Turn the name of a class into lower-case words.

    Args:
        cls: Any class.

    Returns:
        The words of its name.

    Example:
        >>> class GroupSequential: ...
        >>> spaced_class_name(GroupSequential)
        'group sequential'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", cls.__name__).lower()


def wanted(what: str, *, at: str | int | tuple[str | int, ...] = ()) -> PydanticCustomError:
    """Make the error a validator raises when a value is not what it should be.

    The reader of the message is told what was found and, in these words, what would be right, so `what`
    must read well after the word "wanted".

    Args:
        what: What would be right, such as "a whole number of at least 1".
        at: For a check across fields: the field, or path below the checked spec, that the message should
            point at.

    Returns:
        An error to be raised inside a pydantic validator.

    Example:
        >>> str(wanted("a date after the first visit"))
        'wanted a date after the first visit'
    """
    path = at if isinstance(at, tuple) else (at,)
    return PydanticCustomError("wanted", "wanted {wanted}", {"wanted": what, "at": path})


class Spec(BaseModel):
    """The base class of everything that is written in a study file.

    A spec cannot be changed once made, refuses fields it does not know, and does not guess: `true` is not a
    number, `"3"` is not a number, and infinities are refused. Lists become tuples. Field names are written
    with spaces in files (`known after`) and with underscores in Python (`known_after`); both are
    understood. Every field must carry a description, which the schema, the command line and the
    documentation show; the field `kind` alone needs none.

    Two specs with equal contents are equal, have the same hash and the same `digest`.

    Raises:
        TypeError: When a subclass declares a field without a description.

    Example:
        >>> from pydantic import Field
        >>> class Visit(Spec):
        ...     known_after: float = Field(3.0, description="months until the outcome is known")
        >>> Visit.model_validate({"known after": 12}).known_after
        12.0
        >>> Visit(known_after=12).canonical()
        {'known after': 12.0}
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        alias_generator=spaced,
        validate_by_alias=True,
        validate_by_name=True,
        validate_default=True,
        field_title_generator=lambda name, info: spaced(name),
        model_title_generator=lambda cls: spaced_class_name(cls),
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a field that does not say what it means."""
        super().__pydantic_init_subclass__(**kwargs)
        for name, field in cls.model_fields.items():
            if name != _NAMED_BY_THE_REGISTRY and not (field.description or "").strip():
                raise TypeError(
                    f"{cls.__name__}.{name} needs a description: write Field(..., description='...')"
                )

    @model_validator(mode="before")
    @classmethod
    def _lists_become_tuples(cls, data: Any) -> Any:
        """Let a YAML list fill a tuple, which strict validation would refuse."""
        return _with_tuples(data) if isinstance(data, dict) else data

    def canonical(self) -> dict[str, Any]:
        """Give the spec as plain data, with every default written out.

        Returns:
            Names as in a study file, values of plain numbers, text, booleans, None, lists and dicts.
            Durations are in months and rates per month or year, as the field says. Negative zero is written
            as zero.

        Example:
            >>> from pydantic import Field
            >>> class Looks(Spec):
            ...     at: tuple[float, ...] = Field((0.5, 1.0), description="when to look")
            >>> Looks().canonical()
            {'at': [0.5, 1.0]}
        """
        plain = self.model_dump(mode="json", by_alias=True)
        return {name: _without_negative_zero(value) for name, value in plain.items()}

    def digest(self) -> str:
        """Give the SHA-256 of the canonical form, as 64 hexadecimal digits.

        The digest does not depend on the order in which fields were written, on whether defaults were
        written out or on how a quantity was spelled ("20%" or 0.2), so equal digests mean the same spec.

        Returns:
            The digest of the canonical JSON: sorted keys, no white space, UTF-8.

        Example:
            >>> from pydantic import Field
            >>> class Arm(Spec):
            ...     size: int = Field(10, description="participants in the arm")
            >>> Arm().digest() == Arm(size=10).digest()
            True
        """
        return hashlib.sha256(_canonical_json(self).encode()).hexdigest()

    def replace(self, **changes: Any) -> Self:
        """Make a copy with some fields changed, checked as if it had been written anew.

        Args:
            **changes: New values by Python field name.

        Returns:
            A new spec of the same class.

        Raises:
            pydantic.ValidationError: When a changed value is refused or a name is not a field.

        Example:
            >>> from pydantic import Field
            >>> class Arm(Spec):
            ...     size: int = Field(10, description="participants in the arm")
            >>> Arm().replace(size=12)
            Arm(size=12)
        """
        return type(self).model_validate(
            {name: getattr(self, name) for name in type(self).model_fields} | changes
        )

    def __hash__(self) -> int:
        return hash((type(self), _canonical_json(self)))


def _canonical_json(spec: Spec) -> str:
    """Write the canonical form as JSON that has one spelling only."""
    plain = spec.canonical()
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _with_tuples(data: Any) -> Any:
    """Turn every list inside plain data into a tuple; anything else is passed through."""
    if isinstance(data, dict):
        return {key: _with_tuples(value) for key, value in data.items()}
    if isinstance(data, list | tuple) and type(data) in (list, tuple):
        return tuple(_with_tuples(value) for value in data)
    return data


def _without_negative_zero(value: Any) -> Any:
    """Write -0.0 as 0.0, so that equal specs have equal digests."""
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, dict):
        return {key: _without_negative_zero(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_negative_zero(item) for item in value]
    return value
