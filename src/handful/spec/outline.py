"""A spec as a form: every field with its meaning, what may be written, what is written, and what holds where nothing is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from handful.spec.base import Spec
from handful.spec.describe import REQUIRED, describe_fields, in_flow, type_in_words
from handful.spec.positions import Path
from handful.spec.quantities import Quantity
from handful.spec.shape import kinds_of, written_name
from handful.spec.writing import flow

Shape = Literal[
    "text", "value", "choice", "list", "lines", "group", "kinds", "entries", "rows", "items", "unknown"
]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a form.

    Attributes:
        path: The way to the field.
        name: Its name as written, or the number of an item.
        shape: `text` and `value` are typed on one line; a `choice` is one of `options`; a `list` is typed with commas and
            `lines` one a line; a `group` holds `slots`; of `kinds` one is chosen, which holds `slots`; `entries` are groups
            by names of the writer's own, `rows` single values by such names, and `items` groups in a list; what is
            `unknown` is written and not understood.
        meaning: What it means.
        wanted: What may be written, in words.
        holds: What holds where nothing is written, as it would be written; empty for nothing, and where something must be.
        inherited: Whether that is taken from elsewhere in the file and is not the default.
        required: Whether something must be written.
        given: Whether something is written.
        written: What is written, as it would be typed.
        options: What may be chosen; for `rows` names that suit.
        told: What the chosen kind means.
        optional: Whether a group may be there or not.
        slots: What is inside.
    """

    path: Path
    name: str
    shape: Shape
    meaning: str = ""
    wanted: str = ""
    holds: str = ""
    inherited: bool = False
    required: bool = False
    given: bool = False
    written: str = ""
    options: tuple[str, ...] = ()
    told: str = ""
    optional: bool = False
    slots: tuple["Slot", ...] = ()

    def walk(self) -> Iterator["Slot"]:
        """This place and all inside it."""
        yield self
        for slot in self.slots:
            yield from slot.walk()


def outline(
    model: type[Spec], data: Mapping[str, Any], whole: Mapping[str, Any] | None = None
) -> tuple[Slot, ...]:
    """Lay out the form of a spec.

    Args:
        model: The class of the spec.
        data: What is written, as plain data; it need not be valid.
        whole: The same with everything that is taken from elsewhere where nothing is written, if anything is.

    Returns:
        One slot for each field in the order of declaration, then what is written and not known.

    Example:
        >>> from handful.spec import Field, Probability, Spec
        >>> class Arm(Spec):
        ...     event_rate: Probability = Field(0.2, description="Share with the event.")
        >>> [slot] = outline(Arm, {"event rate": "30%"})
        >>> slot.name, slot.shape, slot.written, slot.holds
        ('event rate', 'value', '30%', '0.2')
    """
    return _fields(model, data, whole or {}, (), inside=False)


def _fields(model: type[BaseModel], data: Any, whole: Any, path: Path, *, inside: bool) -> tuple[Slot, ...]:
    """The fields of a model, without its kind."""
    data = data if isinstance(data, Mapping) else {}
    whole = whole if isinstance(whole, Mapping) else {}
    known, words = [], _words(model)
    for field_name, field in model.model_fields.items():
        name = written_name(field_name, field)
        if name == "kind" and kinds_of(model):
            continue
        meaning, wanted, usual, required = words[name]
        slot = Slot(
            (*path, name),
            name,
            "value",
            meaning,
            wanted,
            usual,
            required=required,
            given=name in data,
        )
        known.append(
            _filled(slot, field.annotation, field.metadata, data.get(name), whole.get(name), inside=inside)
        )
    names = {slot.name for slot in known} | ({"kind"} if kinds_of(model) else set())
    return (
        *known,
        *(_unknown((*path, str(name)), value) for name, value in data.items() if name not in names),
    )


def _filled(
    slot: Slot, annotation: Any, metadata: Iterable[Any], data: Any, whole: Any, *, inside: bool
) -> Slot:
    """A slot with its shape and what is written in it."""
    annotation, beside, optional = _plain(annotation, metadata)
    if not slot.given and whole is not None and not isinstance(whole, Mapping):
        slot = replace(slot, holds=_typed(whole), inherited=True, required=False)
    members = _members(annotation)
    if any(isinstance(item, Quantity) for item in beside):
        return replace(slot, written=_typed(data))
    if get_origin(annotation) is Literal or annotation is bool:
        options = ("true", "false") if annotation is bool else tuple(map(str, get_args(annotation)))
        return replace(slot, shape="choice", options=options, written=_typed(data))
    if annotation is str:
        plain = isinstance(data, str)
        return replace(
            slot, shape="text" if plain or data is None else "value", written=data if plain else _typed(data)
        )
    if len(members) > 1 and all(_is_model(member) and kinds_of(member) for member in members):
        return _of_kind(slot, members, data, whole, optional=optional, inside=inside)
    if _is_model(annotation) and (data is None or isinstance(data, Mapping)):
        absent = data is None and not slot.given
        closed = absent and (optional or inside) and not slot.required
        slots = () if closed else _fields(annotation, data, whole, slot.path, inside=inside)
        return replace(
            slot, shape="group", optional=(optional or inside) and not slot.required, slots=slots, holds=""
        )
    if get_origin(annotation) is dict and (data is None or isinstance(data, Mapping)):
        return _named(slot, get_args(annotation)[1], data or {}, whole)
    if get_origin(annotation) is tuple and get_args(annotation)[-1] is Ellipsis:
        return _listed(slot, get_args(annotation)[0], data)
    return replace(slot, written=_typed(data))


def _of_kind(
    slot: Slot, members: tuple[Any, ...], data: Any, whole: Any, *, optional: bool, inside: bool
) -> Slot:
    """One of several kinds, written in full or by its bare kind."""
    if not (data is None or isinstance(data, str | Mapping)):
        return replace(slot, written=_typed(data))
    classes = {kinds_of(member)[0]: member for member in members}
    kind = data.get("kind") if isinstance(data, Mapping) else data
    taken = whole.get("kind") if isinstance(whole, Mapping) else None
    holds = str(taken) if kind is None and taken in classes else _kind_alone(slot.holds)
    written = "" if kind is None else str(kind)
    chosen = classes.get(written or (holds if isinstance(data, Mapping) else ""))
    slots = _fields(chosen, data, whole, slot.path, inside=True) if chosen is not None else ()
    if chosen is None and isinstance(data, Mapping):
        slots = tuple(
            _unknown((*slot.path, str(name)), value) for name, value in data.items() if name != "kind"
        )
    return replace(
        slot,
        shape="kinds",
        written=written,
        holds=holds,
        inherited=kind is None and taken in classes,
        options=tuple(classes),
        told=str(getattr(chosen or classes.get(holds), "meaning", "")),
        optional=optional,
        slots=slots,
    )


def _named(slot: Slot, annotation: Any, data: Mapping[str, Any], whole: Any) -> Slot:
    """Values by names of the writer's own."""
    inner, beside, _ = _plain(annotation, ())
    single = get_origin(inner) is not dict and not all(_is_model(member) for member in _members(inner))
    wanted = type_in_words(annotation) if single else ""
    slots = tuple(
        _filled(
            Slot((*slot.path, str(name)), str(name), "value", wanted=wanted, required=True, given=True),
            inner,
            beside,
            value,
            whole.get(name) if isinstance(whole, Mapping) else None,
            inside=True,
        )
        for name, value in data.items()
    )
    return replace(slot, shape="rows" if single else "entries", slots=slots, holds="", wanted=wanted)


def _listed(slot: Slot, annotation: Any, data: Any) -> Slot:
    """A list of anything."""
    inner, beside, _ = _plain(annotation, ())
    if not _is_model(inner):
        lines = inner is str and not beside and (data is None or _is_lines(data))
        said = (
            ("\n" if lines else ", ").join(item if lines else flow(item) for item in data or ())
            if isinstance(data, list | None)
            else _typed(data)
        )
        return replace(
            slot,
            shape="lines" if lines else "list",
            written=said,
            holds=slot.holds.removeprefix("[").removesuffix("]"),
        )
    if not isinstance(data, list | None):
        return replace(slot, written=_typed(data))
    slots = tuple(
        _filled(
            Slot((*slot.path, index), str(index + 1), "group", required=True, given=True),
            inner,
            (),
            item,
            None,
            inside=True,
        )
        for index, item in enumerate(data or ())
    )
    return replace(slot, shape="items", slots=slots, holds="")


def _unknown(path: Path, value: Any) -> Slot:
    """Something that is written and not known."""
    return Slot(path, str(path[-1]), "unknown", given=True, written=_typed(value))


def _is_lines(data: Any) -> bool:
    """Whether a list can be typed one item a line."""
    return isinstance(data, list) and all(isinstance(i, str) and i.strip() and "\n" not in i for i in data)


def _typed(data: Any) -> str:
    """A value as it would be typed."""
    return "" if data is None else data if isinstance(data, str) else flow(data)


def _kind_alone(holds: str) -> str:
    """The kind of what holds, which is written like {kind: pocock}."""
    return (
        holds.removeprefix("{kind: ").split(",")[0].removesuffix("}") if holds.startswith("{kind: ") else ""
    )


@cache
def _words(model: type[Spec]) -> dict[str, tuple[str, str, str, bool]]:
    """For each field: its meaning, what may be written, what holds by default, and whether it must be written."""
    found = {}
    for row in describe_fields(model):
        needed = row.default == REQUIRED
        usual = "" if needed or row.default in ("nothing", in_flow({}), in_flow([])) else row.default
        found[row.name] = (row.meaning, row.type, usual, needed)
    return found


def _plain(annotation: Any, metadata: Iterable[Any]) -> tuple[Any, list[Any], bool]:
    """A type without what stands around it: (the type, what stood beside it, whether nothing may stand there too)."""
    beside, optional = list(metadata), False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *inner = get_args(annotation)
            beside = [*inner, *beside]
        elif get_origin(annotation) in (Union, UnionType) and type(None) in get_args(annotation):
            rest = tuple(member for member in get_args(annotation) if member is not type(None))
            annotation, optional = reduce(or_, rest), True
        else:
            return annotation, beside, optional


def _members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union; the type itself when it is none."""
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _is_model(annotation: Any) -> bool:
    """Whether a type is a spec."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
