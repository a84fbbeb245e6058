"""From plain data to a spec, or to messages with line numbers: pydantic's errors in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from handful.spec.base import spaced
from handful.spec.messages import Problem, SpecError, clean, one_of, shown
from handful.spec.positions import Positions
from handful.spec.shape import kinds_of, models_at, written_name, written_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from handful.spec.positions import Path

Model = TypeVar("Model", bound=BaseModel)

_ABSENT = object()
_NAMED_FIELDS = "named fields (name: value)"


def validate(
    model: type[Model], data: object, positions: Positions | None = None, file: str | None = None
) -> Model:
    """Make a spec from plain data, or say everything that is wrong with it.

    Args:
        model: The class to make, usually a `handful.spec.Spec`.
        data: Plain data as read from a file: dicts, lists, text, numbers, booleans, None.
        positions: Where everything stands in the file; without it messages carry no line.
        file: Name of the file for the messages.

    Returns:
        The spec.

    Raises:
        SpecError: When the data is not valid, with one problem for each thing that is wrong, in the order of
            the file.

    Example:
        >>> from handful.spec import Field, Spec
        >>> class Arm(Spec):
        ...     size: int = Field(description="how many take part")
        >>> validate(Arm, {"size": "forty"}, file="study.yaml")
        Traceback (most recent call last):
        handful.spec.messages.SpecError: study.yaml, size: found "forty", wanted a whole number
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = translate(error, model, data, positions, file)
    raise SpecError(problems)


def translate(
    error: ValidationError,
    model: type[BaseModel],
    data: object,
    positions: Positions | None = None,
    file: str | None = None,
) -> list[Problem]:
    """Put pydantic's errors into plain words with their places in the file.

    Args:
        error: What pydantic raised.
        model: The class that was to be made.
        data: The data it was to be made from.
        positions: Where everything stands in the file.
        file: Name of the file for the messages.

    Returns:
        At least one problem, in the order of the file.
    """
    where = positions or Positions()
    located = [_locate(details, model, data) for details in error.errors(include_url=False)]
    located = [item for item in located if not _follows(item, located)]
    problems = [_problem(item, model, data, where, file) for item in _settle_unions(located)]
    merged: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        merged.setdefault((problem.field, problem.found), []).append(problem)
    joined = [_joined(group) for group in merged.values()]
    return sorted(joined, key=lambda problem: (problem.line or 0, problem.column or 0))


@dataclass(frozen=True, slots=True)
class _Located:
    """One error of pydantic with the way to it in the data, and the branches of unions it comes from, outermost first."""

    details: ErrorDetails
    path: Path
    branches: tuple[tuple[Path, str], ...]


def _locate(details: ErrorDetails, model: type[BaseModel], data: object) -> _Located:
    """Follow an error's location through the data, leaving out the names of branches of unions."""
    location = details["loc"]
    last = len(location) - (details["type"] == "missing")
    path, skipped = _walk(location[:last], model, data)
    branches = tuple((path[:depth], str(part)) for depth, part in skipped)
    return _Located(details, path + location[last:], branches)


def _walk(location: Path, model: type[BaseModel], data: object) -> tuple[Path, list[tuple[int, str | int]]]:
    """Split a location into a path that exists in the data and the parts that do not (depth, part).

    The kind of a spec in a union stands in the location though it is no field; it is told apart from a field
    of the same name (kind `count` with a field `count`) by coming first wherever several kinds may stand.
    """
    path: Path = ()
    skipped: list[tuple[int, str | int]] = []
    value = data
    told_apart: Path | None = None
    for part in location:
        kind = value.get("kind") if isinstance(value, dict) else None
        if part == kind and path != told_apart and len(models_at(model, _without(data, path), path)) > 1:
            told_apart = path
            skipped.append((len(path), part))
            continue
        inside = _step(value, part)
        if inside is _ABSENT:
            skipped.append((len(path), part))
        else:
            path, value = (*path, part), inside
    return path, skipped


def _step(data: object, part: str | int) -> object:
    """Step into data, or say that there is nothing there."""
    if isinstance(data, dict):
        return data.get(part, _ABSENT)
    if isinstance(data, list | tuple) and isinstance(part, int) and 0 <= part < len(data):
        return data[part]
    return _ABSENT


def _follows(item: _Located, others: Sequence[_Located]) -> bool:
    """Whether a list is only found too short because something in it is wrong, which is said beside it."""
    at, length = item.path, len(item.path)
    return item.details["type"] == "too_short" and any(
        other is not item and other.details["type"] != "missing" and other.path[:length] == at
        for other in others
    )


def _settle_unions(located: Sequence[_Located]) -> list[_Located]:
    """Of the branches of a union keep those that the writer most probably meant.

    A branch that failed inside the value was of the right type at least, so it goes before branches that
    failed at the value itself; of several such, the one with the fewest errors is kept.
    """
    unions: dict[tuple[Any, ...], dict[str, list[_Located]]] = {}
    for item in located:
        for depth, (union, branch) in enumerate(item.branches):
            within = (*item.branches[:depth], union)
            unions.setdefault(within, {}).setdefault(branch, []).append(item)
    dropped: set[int] = set()
    for within, by_label in unions.items():
        groups = list(by_label.values())
        inner = [group for group in groups if any(len(item.path) > len(within[-1]) for item in group)]
        chosen = min(inner, key=len) if inner else None
        dropped |= {
            id(item) for group in groups if chosen is not None and group is not chosen for item in group
        }
    return [item for item in located if id(item) not in dropped]


def _joined(group: list[Problem]) -> Problem:
    """Join problems about the same value into one that names all that would be right."""
    first = group[0]
    words = ", or ".join(dict.fromkeys(problem.wanted for problem in group))
    return Problem(first.file, first.line, first.column, first.field, first.found, words)


def _problem(
    item: _Located, model: type[BaseModel], data: object, positions: Positions, file: str | None
) -> Problem:
    """Put one error into words."""
    details, path = item.details, item.path
    context = details.get("ctx", {})
    error = details["type"]
    written = _inside_at(data, path)
    # What a validator was given may have been read already: 0.3 where 30% is written.
    found = shown(written if isinstance(written, str | int | float) else details["input"])
    place = positions.value(path)
    if error == "extra_forbidden":
        names = [name for holder in models_at(model, data, path[:-1]) for name in written_names(holder)]
        taken = _inside_of(data, path[:-1])
        free = [name for name in names if name not in taken]
        found = f'the unknown field "{clean(str(path[-1]))}"'
        return Problem.at(
            file, positions.key(path), path, found, one_of(free, path[-1]) if free else "no more fields"
        )
    if error == "missing" and isinstance(path[-1], int):
        number, path = path[-1] + 1, path[:-1]
        return Problem.at(
            file,
            positions.value(path),
            path,
            shown(_inside_at(data, path)),
            f"a list of at least {number} items",
        )
    if error == "missing":
        return Problem.at(file, positions.key(path), path, "nothing", _missing_words(model, data, path))
    if error in ("union_tag_invalid", "union_tag_not_found"):
        discriminator = str(context["discriminator"]).strip("'")
        kinds = _kinds_at(model, data, path)
        allowed = kinds or re.findall(r"'([^']*)'", str(context.get("expected_tags", "")))
        if isinstance(written, str):  # one word that stands for a kind without settings
            return Problem.at(file, place, path, found, one_of(allowed, written))
        kind = _inside_of(data, path).get(discriminator)
        path = (*path, discriminator)
        place = positions.key(path) if kind is None else positions.value(path)
        return Problem.at(file, place, path, shown(kind), one_of(allowed, kind))
    if error in ("model_type", "model_attributes_type"):
        return Problem.at(file, place, path, found, _fields_words(model, data, path))
    if error == "wanted" and context.get("at"):
        path += _as_written(tuple(context["at"]), _inside_at(data, path))
        value = _inside_at(data, path)
        return Problem.at(file, positions.value(path), path, shown(value), str(context["wanted"]))
    if details["loc"] and details["loc"][-1] == "[key]":
        return Problem.at(file, positions.key(path), path, f"the name {found}", _wanted(details))
    return Problem.at(file, place, path, found, _wanted(details))


def _kinds_at(model: type[BaseModel], data: object, path: Path) -> list[str]:
    """The kinds that may stand at a path; none where there is no choice between several."""
    holders = models_at(model, _without(data, path), path)
    return [kind for holder in holders for kind in kinds_of(holder)] if len(holders) > 1 else []


def _fields_words(model: type[BaseModel], data: object, path: Path) -> str:
    """Say what named fields may stand at a path."""
    if kinds := _kinds_at(model, data, path):
        return f"{_NAMED_FIELDS}, of which `kind` is {one_of(kinds, _inside_at(data, path))}"
    names = [
        name for holder in models_at(model, _without(data, path), path) for name in written_names(holder)
    ]
    return f"{_NAMED_FIELDS} among {one_of(names).removeprefix('one of ')}" if names else _NAMED_FIELDS


def _inside_at(data: object, path: Path) -> object:
    """Give the value at a path, or None."""
    for part in path:
        data = _step(data, part)
    return None if data is _ABSENT else data


def _inside_of(data: object, path: Path) -> Mapping[Any, object]:
    """Give the mapping at a path; an empty one when there is none."""
    value = _inside_at(data, path)
    return value if isinstance(value, dict) else {}


def _without(data: object, path: Path) -> object:
    """Give data in which nothing stands at a path, so that a wrong kind there narrows no choice."""
    if not path or not isinstance(data, dict):
        return None
    return {**data, path[0]: _without(data.get(path[0]), path[1:])}


def _as_written(at: Path, data: object) -> Path:
    """Name the fields a validator points at as they are written in the file."""
    if not at:
        return ()
    part = at[0]
    if isinstance(part, str) and _step(data, part) is _ABSENT:
        part = spaced(part)
    inside = _step(data, part)
    return (part, *_as_written(at[1:], inside))


def _missing_words(model: type[BaseModel], data: object, path: Path) -> str:
    """Say which field is missing, and what it means."""
    for holder in models_at(model, data, path[:-1]):
        for name, field in holder.model_fields.items():
            if path[-1] in (name, written_name(name, field)) and field.description:
                return f"this field: {clean(field.description, 200)}"
    return "this field, which has no default"


def _bound(words: str, name: str) -> Callable[[dict[str, Any], object], str]:
    """Say a bound in words, without the ".0" of a whole float."""

    def say(context: dict[str, Any], found: object) -> str:
        bound = context[name]
        return words.format(int(bound) if isinstance(bound, float) and bound.is_integer() else bound)

    return say


def _wanted(details: ErrorDetails) -> str:
    """Say in words what would have been right."""
    context: dict[str, Any] = details.get("ctx", {})
    error = details["type"]
    if error in _WORDS:
        words = _WORDS[error]
        return words if isinstance(words, str) else words(context, details["input"])
    message = details["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    if message == details["msg"]:
        return f"something else ({clean(message[:1].lower() + message[1:], 200)})"
    return clean(message.split(", ", 1)[0], 200)


def _length(context: dict[str, Any], bound: str, words: str) -> str:
    """Say how many items there should be."""
    number = context[bound]
    return f"a list of {words} {number} item{'s' if number != 1 else ''}"


def _choice(context: dict[str, Any], found: object) -> str:
    """Say which of a few values would be right."""
    expected = str(context["expected"])
    names = re.findall(r"'([^']*)'", expected)
    return one_of(names, found) if names else clean(expected, 200)


def _raised(context: dict[str, Any], found: object) -> str:
    """Pass on the words of a validator that raised a plain error; they may begin with "wanted" or not."""
    text = clean(str(context["error"]), 300).removeprefix("wanted ")
    return text or "another value"


_WORDS: dict[str, str | Callable[[dict[str, Any], object], str]] = {
    "wanted": lambda context, found: str(context["wanted"]),
    "value_error": _raised,
    "assertion_error": _raised,
    "literal_error": _choice,
    "enum": _choice,
    "greater_than": _bound("more than {}", "gt"),
    "greater_than_equal": _bound("at least {}", "ge"),
    "less_than": _bound("less than {}", "lt"),
    "less_than_equal": _bound("at most {}", "le"),
    "multiple_of": _bound("a multiple of {}", "multiple_of"),
    "finite_number": "a finite number",
    "too_short": lambda context, found: _length(context, "min_length", "at least"),
    "too_long": lambda context, found: _length(context, "max_length", "at most"),
    "string_too_short": lambda context, found: f"a text of at least {context['min_length']} characters",
    "string_too_long": lambda context, found: f"a text of at most {context['max_length']} characters",
    "string_pattern_mismatch": lambda context, found: f"a text of the form {context['pattern']}",
    "string_type": "a text (put it in quotes if it looks like a number)",
    "string_unicode": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "none_required": "nothing",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": _NAMED_FIELDS,
    "mapping_type": _NAMED_FIELDS,
    "model_type": _NAMED_FIELDS,
    "model_attributes_type": _NAMED_FIELDS,
    "dataclass_type": _NAMED_FIELDS,
    "invalid_key": "a name of letters",
    "date_type": "a date such as 2026-11-22",
    "date_parsing": "a date such as 2026-11-22",
}
