"""The controls of a form from the fields of a spec: a slider with its number, a choice, or a text as in a study file.

No family and no scenario is named here. What a field is called, what it means, what it takes and how it is written all come
from the field itself; here it is only decided how far a slider goes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from handful.app.spelling import Bounds, Style, bounds_of, spelled, style_of
from handful.spec.base import Spec
from handful.spec.shape import kinds_of, written_name
from handful.study.searched import members

FIRST: dict[str, tuple[str, ...]] = {
    "design": (
        "participants", "events", "arms", "benchmark", "target", "effect", "allocation", "looks", "first look", "look every",
        "analysis", "rule", "criterion", "spending", "boundaries", "futility", "certainty", "success above", "futility below",
        "predictive below", "look", "at most", "test", "keep", "combination", "margin", "alpha",
    ),
    "scenario": (
        "untreated", "treated", "effect", "rate ratio", "hazard ratio", "odds ratio", "effect sd", "dispersion", "correlation",
        "drift", "contamination", "recruitment.dropout",
    ),
    "endpoint": ("known after", "better"),
}  # fmt: skip
"""What of each part is shown before anything else, in this order, with all that belongs to it; the rest can be opened."""
_HIDDEN = ("kind", "note", "weight", "name", "worthwhile", "units", "estimand")
_ALTERNATIVES = ("treated", "effect", "rate ratio", "odds ratio")
_MOST_LOOKS = 6
_RATIOS = ("1:1", "2:1", "3:1", "3:2", "1:2")

Offered = Callable[[str, tuple[str, ...]], tuple[str, ...]]
"""From the name of a field and all kinds that it may be of, the kinds that are offered."""


@dataclass(frozen=True)
class Slider:
    """The range of a slider.

    Attributes:
        low: Its start.
        high: Its end.
        step: From one value to the next.
        at: Where it stands.
        after: What follows the number in the text, such as `%` or ` months`.
        even: Whether it counts looks that are spread evenly, and writes their shares.
    """

    low: float
    high: float
    step: float
    at: float
    after: str = ""
    even: bool = False

    def plain(self) -> dict[str, Any]:
        """As plain data, numbers written shortly."""
        numbers = {name: spelled("number", getattr(self, name)) for name in ("low", "high", "step", "at")}
        return {**numbers, "after": self.after, "even": self.even}


@dataclass(frozen=True)
class Control:
    """One control.

    Attributes:
        name: Its name in addresses, such as `design.participants`.
        label: What it is called.
        meaning: What it means.
        text: What is written in it, as in a study file.
        main: Whether it is shown at once.
        slider: Its slider; None where there is none.
        choices: (value, words) of what can be chosen; empty where anything may be written.
        problem: What would be right, where what is written is not.
    """

    name: str
    label: str
    meaning: str
    text: str
    main: bool
    slider: Slider | None = None
    choices: tuple[tuple[str, str], ...] = ()
    problem: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "name": self.name,
            "label": self.label,
            "meaning": self.meaning,
            "text": self.text,
            "main": self.main,
            "slider": None if self.slider is None else self.slider.plain(),
            "choices": [list(choice) for choice in self.choices],
            "problem": self.problem,
        }


@dataclass(frozen=True)
class Form:
    """What the controls of one spec have in common.

    Attributes:
        part: What their names begin with: `design`, `scenario` or `endpoint`.
        endpoint: Kind of the endpoint.
        start: Plain data that the form began with: sliders keep their range while they are dragged.
        texts: What was written and could not be read, by the name of the control.
        offered: Which kinds are offered.
        block: Participants by which sizes go up.
        scale: Size of the effect, for sliders of what is on its scale and begins at 0.
        alpha: Level that holds where none is written.
    """

    part: str
    endpoint: str
    start: Mapping[str, Any]
    texts: Mapping[str, str]
    offered: Offered
    block: int = 1
    scale: float = 1.0
    alpha: float = 0.025


def controls_of(
    cls: type[Spec], data: Mapping[str, Any], form: Form, problems: Mapping[str, str]
) -> list[Control]:
    """The controls of a spec.

    Args:
        cls: Its class.
        data: Its plain data as it is now.
        form: What they have in common.
        problems: What would be right, by the name of the control.

    Returns:
        The main controls in the order of `FIRST`, then the others in the order of the fields.

    Example:
        >>> from handful.designs.simon import Simon
        >>> data = {"kind": "simon", "benchmark": 0.2, "target": 0.4}
        >>> form = Form("design", "binary", data, {}, lambda name, kinds: kinds)
        >>> for control in controls_of(Simon, data, form, {})[:3]:
        ...     print(control.label, control.text, f"{control.slider.high:g}")
        Participants 100 200
        Benchmark 20% 99
        Target 40% 99
    """
    found = [
        Control(**{**vars(control), "problem": _problem(control.name, problems)})
        for control in _controls(cls, data, form, (), form.start)
    ]
    return sorted(found, key=lambda control: _place(control, form))


def _controls(
    cls: type[Spec], data: Mapping[str, Any], form: Form, path: tuple[str, ...], start: Mapping[str, Any]
) -> Iterator[Control]:
    """The controls of a group of fields, and of the groups in it."""
    for field_name, field in cls.model_fields.items():
        name = written_name(field_name, field)
        if name in _HIDDEN:
            continue
        value, began = (_value(one, name, field) for one in (data, start))
        if value is None and _is_beside_the_point(name, form):
            continue
        groups = [one for one in members(field.annotation) if isinstance(one, type) and issubclass(one, Spec)]
        whole = (*path, name)
        if not groups:
            yield _control(field, value, form, whole, began)
            continue
        kind = value.get("kind") if isinstance(value, Mapping) else value
        chosen = next((one for one in groups if kind in kinds_of(one)), None)
        if len(groups) > 1 or type(None) in members(field.annotation):
            yield _group(field, groups, value, form, whole)
        if chosen is None and len(groups) == 1 and value is not None:
            chosen = groups[0]
        if chosen is not None:
            inside = value if isinstance(value, Mapping) else {}
            before = began if isinstance(began, Mapping) and began.get("kind") == kind else inside
            yield from _controls(chosen, inside, form, whole, before)


def _is_beside_the_point(name: str, form: Form) -> bool:
    """Whether a field that is empty belongs to another kind of endpoint, or says otherwise what another field says."""
    if form.part == "scenario":
        return name in _ALTERNATIVES
    return "events" in name.split() and form.endpoint != "time to event"


def _value(data: Mapping[str, Any], name: str, field: FieldInfo) -> Any:
    """What a field holds, its default where nothing is written."""
    if name in data:
        return data[name]
    if field.is_required():
        return None
    usual = field.get_default(call_default_factory=True, validated_data={})
    return usual.canonical() if isinstance(usual, Spec) else usual


def _control(field: FieldInfo, value: Any, form: Form, path: tuple[str, ...], began: Any) -> Control:
    """The control of a field that is no group."""
    style, name = style_of(field, form.endpoint), f"{form.part}.{'.'.join(path)}"
    text = form.texts.get(name, spelled(style, value))
    return Control(
        name=name,
        label=_label(path),
        meaning=field.description or "",
        text=text,
        main=_is_main(form.part, path) and (value is not None or len(path) == 1),
        slider=_slider(path[-1], style, field, value, began, form),
        choices=_choices(field, style, text),
    )


def _group(
    field: FieldInfo, groups: list[type[Spec]], value: Any, form: Form, path: tuple[str, ...]
) -> Control:
    """The choice between the kinds of a group, or whether there is one."""
    name = f"{form.part}.{'.'.join(path)}"
    kinds = tuple(kind for group in groups for kind in kinds_of(group))
    now = value.get("kind", "{}") if isinstance(value, Mapping) else value
    text = "" if now is None else str(now)
    choices = [(kind, kind) for kind in form.offered(path[-1], kinds)] if len(kinds) > 1 else [("{}", "yes")]
    if type(None) in members(field.annotation):
        choices.insert(0, ("", "usual" if path[-1] == "analysis" else "none"))
    if text not in {choice for choice, _ in choices}:
        choices.append((text, text or "choose"))
    return Control(
        name, _label(path), field.description or "", text, _is_main(form.part, path), choices=tuple(choices)
    )


def _choices(field: FieldInfo, style: Style, text: str) -> tuple[tuple[str, str], ...]:
    """What can be chosen of a field that takes one of a few values."""
    found: list[str] = []
    for member in members(field.annotation):
        if get_origin(member) is Literal:
            found += [str(value) for value in get_args(member)]
        elif member is bool:
            found += ["true", "false"]
        elif member is not type(None) and not found and style != "ratio":
            return ()
    if style == "ratio":
        found = list(_RATIOS)
    if found and text not in found:
        found.append(text)
    words = {"true": "yes", "false": "no", "": "usual"}
    return tuple((value, words.get(value, value)) for value in found)


def _slider(name: str, style: Style, field: FieldInfo, value: Any, began: Any, form: Form) -> Slider | None:
    """How far a slider goes: to round numbers around where the form began."""
    if style == "shares":
        looks = len(value) if isinstance(value, list | tuple) else 1
        return Slider(1, max(_MOST_LOOKS, looks), 1, looks, even=True)
    if name == "alpha":
        began, value = began or form.alpha, value or form.alpha
    if not all(_is_number(one) for one in (value, began)) or style in ("", "ratio", "amount"):
        return None
    now, first = (_shown(style, float(one)) for one in (value, began))
    bounds = bounds_of(field)
    low, high = (_shown(style, end) if math.isfinite(end) else end for end in bounds[:2])
    if style == "percent":
        step = 0.1 if name == "alpha" else 1.0
        most = 10.0 if name == "alpha" else min(high, 100.0) - step * bounds.below
        return Slider(max(low, 0.0) + step * bounds.above, most, step, now, "%")
    if style == "whole":
        by = form.block if name == "participants" else 1.0
        most = min(high, _round_up(max(100.0 if name == "participants" else 20.0, 2 * first)))
        return Slider(max(low, by if name == "participants" else 0.0), most, by, now)
    if style == "months":
        return Slider(float(bounds.above), min(high, _round_up(max(36.0, 2 * first))), 1, now, " months")
    if style == "hazard":
        return Slider(0, max(50, 5 * math.ceil(first / 5)), 1, now, "% per year")
    if style in ("per month", "per year"):
        most = min(high, _round_up(max(2.0, 2 * first)))
        fine = _step(most)
        return Slider(fine if bounds.above else 0.0, most, fine, now, f" {style}")
    return _number(now, first, bounds, form.scale)


def _number(now: float, first: float, bounds: Bounds, scale: float) -> Slider:
    """The slider of a bare number: from nothing to twice what it began with, or as far either way as the effect is large."""
    most = _round_up(2 * abs(first) if first != 0 else scale)
    least = -most if first < 0 or (first == 0 and bounds.low < 0) else 0.0
    most, least = min(bounds.high, most), max(bounds.low, least)
    step = _step(most - least)
    open_end = least == bounds.low and bounds.above
    return Slider(least + step * open_end if least <= 0 else step, most, step, now)


def _shown(style: Style, stored: float) -> float:
    """A stored number in the unit in which it is written."""
    if style == "percent":
        return round(100 * stored, 10)
    return round(-100 * math.expm1(-12 * stored), 10) if style == "hazard" else stored


def _is_number(value: Any) -> bool:
    """Whether something is a number, and neither true nor false."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _round_up(value: float) -> float:
    """The next round number.

    Example:
        >>> _round_up(0.8), _round_up(13.0), _round_up(52.0)
        (0.8, 15.0, 60.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    rounds = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return round(next(m * power for m in rounds if m * power >= value * (1 - 1e-9)), 12)


def _step(span: float) -> float:
    """A round step, with about a hundred of them over a span.

    Example:
        >>> _step(1.0), _step(12.0)
        (0.01, 0.1)
    """
    return round(10.0 ** math.floor(math.log10(span / 50)), 12)


def _label(path: tuple[str, ...]) -> str:
    """What a control is called."""
    words = ", ".join(path)
    return words[:1].upper() + words[1:]


def _is_main(part: str, path: tuple[str, ...]) -> bool:
    """Whether a field is shown at once: it is one of the first, or belongs to one."""
    return any(".".join(path[:depth]) in FIRST[part] for depth in range(1, len(path) + 1))


def _place(control: Control, form: Form) -> tuple[int, int]:
    """Main controls first, in their order; what belongs to a group stays behind it."""
    if not control.main:
        return 1, 0
    path = control.name.removeprefix(f"{form.part}.").split(".")
    names = (".".join(path[:depth]) for depth in range(1, len(path) + 1))
    first = FIRST[form.part]
    return 0, next(first.index(name) for name in names if name in first)


def _problem(name: str, problems: Mapping[str, str]) -> str:
    """What would be right in a control, or in what it holds."""
    inside = f"{name}."
    items = (
        words for at, words in problems.items() if at.startswith(inside) and at[len(inside) :][:1].isdigit()
    )
    return problems.get(name) or next(items, "")
