"""One design in one scenario from loose fields, as they are typed on a command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from handful.designs.base import Design
from handful.designs.registry import families
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from handful.spec.base import Spec
from handful.spec.messages import Problem, SpecError, clean, one_of, shown
from handful.spec.shape import written_names
from handful.spec.validation import validate
from handful.spec.yaml import read_yaml

_PARTS = ("design", "scenario", "endpoint")


@dataclass(frozen=True)
class Single:
    """One design for one endpoint in one scenario."""

    design: Design
    scenario: Scenario
    endpoint: Endpoint


def from_fields(
    family: str, endpoint: str, fields: Iterable[str], *, usual: Mapping[str, Any] | None = None
) -> Single:
    """Make a design, a scenario and an endpoint from fields written as `name=value`.

    A name belongs to the family if it has such a field, else to the scenario, else to the endpoint; `scenario.note` or
    `endpoint.name` says it outright, and `recruitment.rate` reaches inside. Values are YAML 1.2. What a family against a
    benchmark already says need not be said again: `untreated` is then its benchmark, and `treated` its target.

    Args:
        family: Kind of the design.
        endpoint: Kind of the endpoint.
        fields: Such as `participants=30`.
        usual: Values of the design for fields that it must have and that are not written, such as a size to start a
            search from.

    Returns:
        The three specs.

    Raises:
        SpecError: Naming everything that is wrong.
        handful.spec.registry.UnknownKind: When there is no such family or kind of endpoint.

    Example:
        >>> single = from_fields("simon", "binary", ["benchmark=20%", "target=40%"])
        >>> single.design.target, single.scenario.treated
        (0.4, 0.4)
    """
    design_class, scenario_class = families.get(family), scenario_kinds.get(endpoint)
    classes: dict[str, type[Spec]] = {
        "design": design_class,
        "scenario": scenario_class,
        "endpoint": Endpoint,
    }
    parts: dict[str, dict[str, Any]] = {
        "design": {"kind": family},
        "scenario": {"kind": endpoint},
        "endpoint": {"name": "outcome", "kind": endpoint},
    }
    for field in fields:
        path, value = parsed(field)
        part, path = _owner(path, classes)
        _put(parts[part], path, value, field)
    for name, value in (usual or {}).items():
        if name in design_class.model_fields and design_class.model_fields[name].is_required():
            parts["design"].setdefault(name, value)
    design = validate(design_class, parts["design"])
    _complete(parts["scenario"], design, endpoint)
    return Single(
        design=design,
        scenario=validate(scenario_class, parts["scenario"]),
        endpoint=validate(Endpoint, parts["endpoint"]),
    )


def parsed(field: str) -> tuple[tuple[str, ...], Any]:
    """Take `name=value` apart; the name may be a path, and underscores and hyphens stand for spaces.

    Args:
        field: Such as `participants=30` or `recruitment.rate=2`.

    Returns:
        (the way to the field, its value as plain data).

    Raises:
        SpecError: When it is no field with one value in YAML.

    Example:
        >>> parsed("first_look=10"), parsed("spending.gamma=[-4, 1]")
        ((('first look',), 10), (('spending', 'gamma'), [-4, 1]))
    """
    name, equals, text = field.partition("=")
    path = tuple(" ".join(part.replace("_", " ").replace("-", " ").split()) for part in name.split("."))
    if not equals or not all(path):
        raise SpecError([Problem(None, None, None, "", shown(field), "a field such as participants=30")])
    try:
        data, _ = read_yaml(f"value: {text}")
    except SpecError as error:
        first = error.problems[0]
        raise SpecError([Problem(None, None, None, " > ".join(path), first.found, first.wanted)]) from None
    if set(data) != {"value"}:
        raise SpecError([Problem(None, None, None, " > ".join(path), shown(text), "one value")])
    return path, data["value"]


def _owner(path: tuple[str, ...], classes: Mapping[str, type[Spec]]) -> tuple[str, tuple[str, ...]]:
    """Which part a field belongs to, and its path inside it."""
    if path[0] in _PARTS and len(path) > 1:
        return path[0], path[1:]
    names = {part: written_names(cls) for part, cls in classes.items()}
    for part in _PARTS:
        if path[0] in names[part] and path[0] != "kind":
            return part, path
    known = list(dict.fromkeys(name for part in _PARTS for name in names[part] if name != "kind"))
    raise SpecError(
        [
            Problem(
                None,
                None,
                None,
                "",
                f"the field {clean(path[0])}",
                f"a field that there is: {one_of(known, path[0])}",
            )
        ]
    )


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any, field: str) -> None:
    """Put a value where its path leads, making the groups on the way."""
    for name in path[:-1]:
        inner = data.setdefault(name, {})
        if not isinstance(inner, dict):
            raise SpecError(
                [Problem(None, None, None, " > ".join(path), shown(field), f"{name} as a group of fields")]
            )
        data = inner
    data[path[-1]] = value


def _complete(scenario: dict[str, Any], design: Design, endpoint: str) -> None:
    """Let the benchmark and target of a design stand for what the scenario does not say."""
    if endpoint != "binary":
        return
    benchmark, target = getattr(design, "benchmark", None), getattr(design, "target", None)
    if benchmark is not None:
        scenario.setdefault("untreated", benchmark)
    if target is not None and "effect" not in scenario:
        scenario.setdefault("treated", target)
