"""What is being explored: where it began, and what was changed since, as an address says it.

A state is one design, one scenario and one endpoint. The address names what differs from the start, each value as it would
stand in a study file: `design.participants=44&scenario.effect=0.3`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode

from handful.analyses.registry import analyses
from handful.app.controls import Control, Form, controls_of
from handful.app.spelling import written
from handful.designs.base import Design, Question
from handful.designs.registry import families
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from handful.spec.base import Spec
from handful.spec.messages import Problem, SpecError, shown
from handful.spec.shape import kinds_of, models_at, written_names
from handful.spec.validation import validate
from handful.study.fields import parsed
from handful.study.model import Study

PARTS = ("design", "scenario", "endpoint")
LONGEST_TEXT = 400
"""Characters of one value in an address."""
Made = TypeVar("Made", bound=Spec)

_ENDPOINTS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "binary": (
        {"name": "response", "known after": 12},
        {"untreated": 0.2, "effect": 0.4},
        {"benchmark": 0.2, "target": 0.4, "effect": 0.4},
    ),
    "continuous": (
        {"name": "change", "known after": 12},
        {"untreated": {"mean": 0.0, "sd": 6.0}, "effect": 6.0},
        {"benchmark": 0.0, "target": 6.0, "effect": 6.0},
    ),
    "count": (
        {"name": "events", "known after": 12, "better": "lower"},
        {"untreated": 4.0, "rate ratio": 0.5, "dispersion": 0.5},
        {"benchmark": 4.0, "target": 2.0, "effect": 0.5},
    ),
    "time to event": (
        {"name": "event", "known after": 24, "better": "later"},
        {"untreated": {"median": 12.0}, "hazard ratio": 0.5, "recruitment": {"rate": 2.0}},
        {"benchmark": 12.0, "target": 24.0, "effect": 0.5, "events": 30, "participants": 60},
    ),
    "ordinal": (
        {"name": "state", "known after": 12, "categories": ["worse", "same", "better"]},
        {"untreated": [0.4, 0.4, 0.2], "odds ratio": 3.0},
        {"benchmark": 0.0, "target": 0.3, "effect": 0.3},
    ),
}
"""For each kind of endpoint: the endpoint, a truth, and what designs are given that need it."""
_SIZES = {
    "single arm": 24,
    "simon": 60,
    "bayesian single arm": 40,
    "own control": 24,
    "within participant": 20,
}
_USUAL_SIZE = 40
_SUBGROUP = "marker"


@dataclass(frozen=True)
class Start:
    """Where an exploration begins.

    Attributes:
        design: The design as plain data.
        scenario: The scenario as plain data.
        endpoint: The endpoint as plain data.
        alpha: One-sided level, where the design has none of its own.
        power: Power, where the design plans with it and has none of its own.
        base: What is named in the address beside the changes: the family and the endpoint, or the design of the study.
        hoped: Name of the scenario in its study; empty without one.
    """

    design: Mapping[str, Any]
    scenario: Mapping[str, Any]
    endpoint: Mapping[str, Any]
    alpha: float
    power: float
    base: tuple[tuple[str, str], ...]
    hoped: str = ""

    @property
    def data(self) -> dict[str, Mapping[str, Any]]:
        """The three parts by their names."""
        return {"design": self.design, "scenario": self.scenario, "endpoint": self.endpoint}

    @property
    def changeable(self) -> tuple[str, ...]:
        """The parts that can be changed; the endpoint is that of the study where there is one."""
        return PARTS[:2] if self.hoped else PARTS

    @cached_property
    def texts(self) -> dict[str, str]:
        """What every control says at the start, by its name."""
        begun = State(self, self.data, {})
        return {control.name: control.text for part in PARTS for control in begun.controls(part)}


@dataclass(frozen=True)
class State:
    """What is being explored.

    Attributes:
        start: Where it began.
        data: Plain data of the three parts as they are now.
        changes: What was changed, as it is written, by the name of the control.
        problems: What would be right, by the name of the control; empty when all is.
        made: (design, scenario, endpoint); None when there are problems.
    """

    start: Start
    data: Mapping[str, Mapping[str, Any]]
    changes: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    made: tuple[Design, Scenario, Endpoint] | None = None

    @property
    def question(self) -> Question:
        """What is asked of the design.

        Raises:
            ValueError: When there are problems.
        """
        return Question(self.whole[2], self.start.alpha, self.start.power)

    @property
    def whole(self) -> tuple[Design, Scenario, Endpoint]:
        """(design, scenario, endpoint).

        Raises:
            ValueError: When there are problems.
        """
        if self.made is None:
            raise ValueError("; ".join(f"{name}: wanted {words}" for name, words in self.problems.items()))
        return self.made

    @property
    def query(self) -> str:
        """The address behind the question mark: where it began, and what was changed."""
        changes = ((name.replace(" ", "_"), text) for name, text in self.changes.items())
        return urlencode([*self.start.base, *changes])

    def controls(self, part: str, *, block: int = 1) -> list[Control]:
        """The controls of one part.

        Args:
            part: `design`, `scenario` or `endpoint`.
            block: Participants by which sizes go up.
        """
        family, kind = str(self.data["design"]["kind"]), str(self.data["endpoint"]["kind"])
        suitable = _suitable(family, kind) if part == "design" else frozenset()
        form = Form(
            part=part,
            endpoint=kind,
            start=self.start.data[part],
            texts={name: self.changes[name] for name in self.problems if name in self.changes},
            offered=lambda name, kinds: tuple(k for k in kinds if name != "analysis" or k in suitable),
            block=block,
            scale=abs(float(self.start.scenario.get("effect") or 1.0)),
            alpha=self.start.alpha,
        )
        return controls_of(_class_of(part, self.data[part]), self.data[part], form, self.problems)

    def snippet(self, name: str) -> dict[str, Any]:
        """What a study file would say of the design and the scenario.

        Args:
            name: Name of the design.

        Raises:
            ValueError: When there are problems.
        """
        design, scenario, endpoint = self.whole
        said: dict[str, Any] = {"designs": {name: written(design, endpoint.kind)}}
        if not self.start.hoped:
            return {
                "endpoint": written(endpoint, endpoint.kind),
                **said,
                "scenarios": {"explored": self._truth(scenario)},
            }
        changed = self._changed_scenario(scenario)
        return said | ({"scenarios": {f"{self.start.hoped} explored": changed}} if changed else {})

    def _truth(self, scenario: Scenario) -> dict[str, Any]:
        """A scenario as a study file says it, whose kind is that of the endpoint."""
        return {name: value for name, value in written(scenario, scenario.kind).items() if name != "kind"}

    def _changed_scenario(self, scenario: Scenario) -> dict[str, Any]:
        """A scenario as a change of the one that it began with; nothing when it is the same."""
        touched = {n.split(".")[1] for n in self.changes if n.startswith("scenario.")}
        said = self._truth(scenario)
        plain = scenario.canonical()
        return (
            {"base": self.start.hoped, **{n: said.get(n, plain[n]) for n in plain if n in touched}}
            if touched
            else {}
        )


def kinds_of_endpoint() -> tuple[str, ...]:
    """The kinds of endpoint that an exploration can begin with.

    Example:
        >>> kinds_of_endpoint()[:2]
        ('binary', 'continuous')
    """
    return tuple(_ENDPOINTS)


@cache
def served(family: str) -> tuple[str, ...]:
    """The kinds of endpoint that a family can answer for.

    Args:
        family: Kind of the design.

    Raises:
        handful.spec.registry.UnknownKind: When there is no such family.

    Example:
        >>> served("simon")
        ('binary',)
    """
    families.get(family)
    return tuple(kind for kind in _ENDPOINTS if _can_answer(family, kind))


def _can_answer(family: str, kind: str) -> bool:
    """Whether a family has a usual design for a kind of endpoint."""
    try:
        state = state_of(start_of_family(family, kind), ())
        state.whole[0].plan(state.question)
    except (SpecError, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def start_of_family(family: str, kind: str) -> Start:
    """Begin with a usual design of a family and a usual truth.

    Args:
        family: Kind of the design.
        kind: Kind of the endpoint.

    Raises:
        handful.spec.registry.UnknownKind: When there is no such family or kind of endpoint.

    Example:
        >>> start_of_family("simon", "binary").design["target"]
        0.4
    """
    cls, truths = families.get(family), scenario_kinds.get(kind)
    endpoint, truth, usual = _ENDPOINTS[kind]
    needed: dict[str, Any] = {
        "participants": _SIZES.get(family, _USUAL_SIZE),
        "arms": ["low dose", "high dose"],
        "subgroup": _SUBGROUP,
        **usual,
    }
    names = dict(zip(written_names(cls), cls.model_fields.values(), strict=True))
    given = {
        n: v
        for n, v in needed.items()
        if n in names and (names[n].is_required() or n in ("participants", "events"))
    }
    scenario = {"kind": kind, **truth}
    if "subgroup" in given:
        scenario["factors"] = [{"name": _SUBGROUP, "share": 0.5}]
    return Start(
        design=validate(cls, {"kind": family, **given}).canonical(),
        scenario=validate(truths, scenario).canonical(),
        endpoint=validate(Endpoint, {"kind": kind, **endpoint}).canonical(),
        alpha=0.025,
        power=0.8,
        base=(("family", family), ("endpoint", kind)),
    )


def start_of_study(study: Study, design: str) -> Start:
    """Begin with a design of a study, in the scenario that is hoped for.

    Args:
        study: The study.
        design: Name of the design.

    Raises:
        KeyError: When there is no such design.
    """
    question = study.question
    return Start(
        design=study.designs[design].canonical(),
        scenario=study.scenario(study.hoped_for).canonical(),
        endpoint=study.endpoint.canonical(),
        alpha=question.alpha,
        power=question.power,
        base=(("of", design),),
        hoped=study.hoped_for,
    )


def state_of(start: Start, asked: Iterable[tuple[str, str]]) -> State:
    """Read what was changed.

    Args:
        start: Where it began.
        asked: Names and values of an address; what names no control of this family or scenario is passed over.

    Returns:
        The state, with the problems there are.

    Example:
        >>> state = state_of(start_of_family("single arm", "binary"), [("design.participants", "30"), ("page", "2")])
        >>> state.whole[0].participants, state.query
        (30, 'family=single+arm&endpoint=binary&design.participants=30')
        >>> state_of(state.start, [("design.benchmark", "much")]).problems
        {'design.benchmark': 'a number, or a text such as 20%, 1.5 per year or 12 months'}
    """
    data = {part: _copied(plain) for part, plain in start.data.items()}
    changes: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name, text in _written(start, asked):
        part, *path = name.split(".")
        if not _is_field(_class_of(part, data[part]), data[part], path) or start.texts.get(name) == text:
            continue
        changes[name] = text
        try:
            _put(data[part], path, _value(name, text), _class_of(part, data[part]))
        except SpecError as error:
            problems[name] = error.problems[0].wanted
    made: list[Any] = []
    for part in PARTS if not problems else ():
        try:
            made.append(validate(_class_of(part, data[part]), data[part]))
        except SpecError as error:
            problems |= {_control_of(part, problem): problem.wanted for problem in error.problems}
    if problems:
        return State(start, data, changes, problems)
    design, scenario, endpoint = made
    return State(
        start,
        {part: spec.canonical() for part, spec in zip(PARTS, made, strict=True)},
        changes,
        {},
        (design, scenario, endpoint),
    )


def _written(start: Start, asked: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What an address says of controls, groups before what is inside them."""
    said: dict[str, str] = {}
    for name, text in asked:
        spaced = ".".join(" ".join(step.replace("_", " ").split()) for step in name.split("."))
        part, dot, rest = spaced.partition(".")
        if part in start.changeable and dot and rest and rest.split(".")[-1] != "kind":
            said[spaced] = text.strip()
    order = {part: number for number, part in enumerate(PARTS)}
    return sorted(said.items(), key=lambda item: (order[item[0].split(".")[0]], item[0].count("."), item[0]))


def _value(name: str, text: str) -> Any:
    """A value as it is written; nothing where nothing is.

    Raises:
        SpecError: When it is too long, or none in YAML.
    """
    if len(text) > LONGEST_TEXT:
        raise SpecError([Problem(None, None, None, name, shown(text), f"at most {LONGEST_TEXT} characters")])
    return parsed(f"{name}={text}")[1] if text else None


def _class_of(part: str, data: Mapping[str, Any]) -> type[Spec]:
    """The class of a part."""
    if part == "endpoint":
        return Endpoint
    return (families if part == "design" else scenario_kinds).get(str(data["kind"]))


def _is_field(cls: type[Spec], data: Mapping[str, Any], path: list[str]) -> bool:
    """Whether a path leads to a field, through groups that are there."""
    inside: Any = data
    for step in path[:-1]:
        inside = inside.get(step) if isinstance(inside, Mapping) else None
        if inside is None:
            return False
    return any(path[-1] in written_names(holder) for holder in models_at(cls, data, tuple(path[:-1])))


def _put(data: dict[str, Any], path: list[str], value: Any, cls: type[Spec]) -> None:
    """Put a value where its path leads; of a group that may be of several kinds the name alone is its kind."""
    for step in path[:-1]:
        data = data[step]
    holders = models_at(cls, data, ()) if len(path) == 1 else []
    groups = [
        kind for holder in holders for one in models_at(holder, {}, (path[-1],)) for kind in kinds_of(one)
    ]
    data[path[-1]] = {"kind": value} if isinstance(value, str) and value in groups else value


def _control_of(part: str, problem: Problem) -> str:
    """The name of the control that a problem is about; the part itself when it is about the whole."""
    steps = [step.removeprefix("item ") for step in problem.field.split(" > ") if step]
    return ".".join([part, *steps])


def _copied(plain: Any) -> Any:
    """A copy of plain data that may be changed."""
    if isinstance(plain, Mapping):
        return {name: _copied(value) for name, value in plain.items()}
    return [_copied(value) for value in plain] if isinstance(plain, list) else plain


@cache
def _suitable(family: str, kind: str) -> frozenset[str]:
    """The analyses that serve a kind of endpoint, read what the family observes and compare what it compares."""
    serving = {kinds_of(analysis)[0]: analysis for analysis in analyses if kind in analysis.endpoints}
    if not _can_answer(family, kind):
        return frozenset(serving)
    start = start_of_family(family, kind)
    state = state_of(start, ())
    found = set()
    for name in serving:
        with suppress(SpecError, ValueError):
            validate(families.get(family), {**start.design, "analysis": name}).plan(state.question)
            found.add(name)
    return frozenset(found)
