"""Reading a study file: migration, inheritance between scenarios, validation, and a try of every design."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from handful.spec.messages import Problem, SpecError, one_of, shown
from handful.spec.positions import Path as FieldPath
from handful.spec.positions import Positions
from handful.spec.validation import validate
from handful.spec.yaml import read_yaml, read_yaml_file
from handful.study.migration import migrated
from handful.study.model import Study

MAXIMUM_WORK = 10**12
"""Participants that one study may simulate (designs x scenarios x trials x participants)."""


def load(path: Path | str) -> Study:
    """Read and check a study file.

    Args:
        path: The YAML file.

    Returns:
        The study.

    Raises:
        SpecError: Naming every problem with file, line, field, what was found and what would be right.
    """
    return _study(*read_yaml_file(path), str(path))


def loads(text: str, file: str | None = None) -> Study:
    """Read and check a study from text.

    Args:
        text: YAML.
        file: Name for the messages.

    Returns:
        The study.

    Raises:
        SpecError: As for `load`.

    Example:
        >>> study = loads('''
        ... title: A first study
        ... population: {prevalence: 900, incidence: 25 per year}
        ... endpoint: {name: response at 12 months, kind: binary, known after: 12 months}
        ... scenarios:
        ...   nothing: {untreated: 20%, effect: 0}
        ...   hoped for: {base: nothing, effect: 0.4}
        ... designs:
        ...   fixed: {kind: randomised, participants: 30}
        ... ''')
        >>> study.hoped_for
        'hoped for'
    """
    return _study(*read_yaml(text, file), file)


def understood(data: dict[str, Any], positions: Positions, file: str | None = None) -> Study:
    """Make a study from plain data without trying its designs: in milliseconds, where trying may take seconds.

    Args:
        data: Plain data as read.
        positions: Where everything stands.
        file: Name for the messages.

    Returns:
        The study; a design in it may still be one that cannot be planned.

    Raises:
        SpecError: Naming everything that is not as it is to be written.

    Example:
        >>> data = {"title": "A first study", "population": {"prevalence": 900}, "designs": {}, "scenarios": {}}
        >>> understood({**data, "endpoint": {"name": "response", "kind": "binary"}}, Positions())
        Traceback (most recent call last):
        handful.spec.messages.SpecError: scenarios: found no fields, wanted a list of at least 1 item
        designs: found no fields, wanted a list of at least 1 item
    """
    return validate(Study, completed(migrated(data, positions, file), positions, file), positions, file)


def _study(data: dict[str, Any], positions: Positions, file: str | None) -> Study:
    """From plain data to a study whose designs have been tried."""
    study = understood(data, positions, file)
    _try_designs(study, positions, file)
    _bound_work(study, positions, file)
    return study


def completed(
    data: Mapping[str, Any], positions: Positions | None = None, file: str | None = None
) -> dict[str, Any]:
    """Write out what scenarios inherit: from their base, and kind, recruitment and product from the study.

    Args:
        data: Plain data of a study, of the present version.
        positions: Where everything stands, for the messages.
        file: Name for the messages.

    Returns:
        The same with every scenario whole.

    Raises:
        SpecError: When a base does not exist, or scenarios build on themselves.

    Example:
        >>> scenarios = {"nothing": {"untreated": 0.2, "effect": 0}, "hoped for": {"base": "nothing", "effect": 0.4}}
        >>> completed({"scenarios": scenarios})["scenarios"]["hoped for"]
        {'untreated': 0.2, 'effect': 0.4}
    """
    positions = positions or Positions()
    scenarios, endpoint = data.get("scenarios"), data.get("endpoint")
    if not isinstance(scenarios, Mapping):
        return dict(data)
    shared = {name: data[name] for name in ("recruitment", "product") if isinstance(data.get(name), Mapping)}
    kind = endpoint.get("kind") if isinstance(endpoint, Mapping) else None
    complete = {}
    for name, scenario in scenarios.items():
        if not isinstance(scenario, Mapping):
            complete[name] = scenario
            continue
        whole = _inherited(name, scenarios, positions, file)
        for part, default in shared.items():
            own = whole.get(part, {})
            whole[part] = {**default, **own} if isinstance(own, Mapping) else own
        if isinstance(kind, str):
            whole.setdefault("kind", kind)
        complete[name] = whole
    return {**data, "scenarios": complete}


def _inherited(
    name: str, scenarios: Mapping[str, Any], positions: Positions, file: str | None
) -> dict[str, Any]:
    """Follow `base` from scenario to scenario; what is nearer wins."""
    chain = [name]
    while (base := scenarios[chain[-1]].get("base")) is not None:
        path: FieldPath = ("scenarios", chain[-1], "base")
        if not isinstance(base, str) or not isinstance(scenarios.get(base), Mapping):
            others = [other for other in scenarios if other != chain[-1]]
            raise _problem(
                file, positions, path, shown(base), f"the name of another scenario: {one_of(others, base)}"
            )
        if base in chain:
            circle = " > ".join([*chain[chain.index(base) :], base])
            raise _problem(
                file, positions, path, f"a circle ({circle})", "scenarios that do not build on themselves"
            )
        chain.append(base)
    whole: dict[str, Any] = {}
    for link in reversed(chain):
        whole = _merged(whole, scenarios[link])
        if link != name:
            whole.pop("note", None)  # what a base stands for is not what builds on it stands for
    whole.pop("base", None)
    return whole


_ALTERNATIVES = ({"treated", "effect", "rate ratio", "odds ratio", "hazard ratio"},)
"""Fields of which a scenario gives one: the nearer one replaces whichever was inherited."""


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another; mappings inside are laid over each other too."""
    whole = dict(below)
    for group in _ALTERNATIVES:
        if group & above.keys():
            whole = {key: value for key, value in whole.items() if key not in group}
    for key, value in above.items():
        old = whole.get(key)
        both = isinstance(value, Mapping) and isinstance(old, Mapping)
        whole[key] = {**old, **value} if both and old is not None else value
    return whole


def _try_designs(study: Study, positions: Positions, file: str | None) -> None:
    """Plan every design once, so that a design that cannot answer is named now and not after an hour."""
    problems = []
    for name in study.designs:
        path: FieldPath = ("designs", name)
        try:
            study.plan(name)
        except ValueError as refused:
            found = f"a {study.design(name).kind} design that cannot be planned"
            problems.append(Problem.at(file, positions.key(path), path, found, f"one that can: {refused}"))
    if problems:
        raise SpecError(problems)


def _bound_work(study: Study, positions: Positions, file: str | None) -> None:
    """Refuse a study that no machine would finish."""
    participants = sum(study.plan(name).participants for name in study.designs)
    work = participants * len(study.scenarios) * study.compute.trials
    if work > MAXIMUM_WORK:
        raise _problem(
            file,
            positions,
            ("compute", "trials"),
            f"{work:.1e} simulated participants in all",
            f"at most {MAXIMUM_WORK:.0e}: fewer trials, smaller designs or fewer scenarios",
        )


def _problem(file: str | None, positions: Positions, path: FieldPath, found: str, wanted: str) -> SpecError:
    """One problem as an error."""
    return SpecError([Problem.at(file, positions.value(path), path, found, wanted)])
