"""The designs that a search looks through: a design of the study with some of its fields changed in every combination."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
from pydantic import ValidationError

from handful.designs.base import Design, Plan
from handful.select.optimise.usual import usual_values
from handful.select.runs import Progress
from handful.spec.describe import in_flow
from handful.spec.messages import Problem, SpecError
from handful.study.model import Study
from handful.study.ranges import goes_by_itself, values_of
from handful.study.searched import Over, path_of, with_changes

MOST_VARIANTS = 20_000
"""Combinations that one search may look through."""
_SIZE = "participants"


@dataclass(frozen=True)
class Variant:
    """A design of the study with some of its fields changed.

    Attributes:
        origin: Name of the design in the study.
        changes: The fields that are not as they are written there, with their values, by name.
        design: The design.
        plan: Its plan.
    """

    origin: str
    changes: tuple[tuple[str, Any], ...]
    design: Design
    plan: Plan

    @property
    def words(self) -> str:
        """What distinguishes it, such as `participants 36, looks [0.5, 1]`."""
        return ", ".join(f"{name} {value_words(value)}" for name, value in self.changes) or "as written"

    @property
    def name(self) -> str:
        """Its name in results."""
        return f"{self.origin}: {self.words}" if self.changes else self.origin


@dataclass(frozen=True)
class Space:
    """What a search looks through, and what it does not.

    Attributes:
        over: For each design that is searched its fields with their values.
        combinations: Combinations of values in all.
        variants: The designs: those that can be planned, each once.
        refused: Why combinations were refused, with how many.
        unfilled: Combinations left out because their size does not fill whole blocks.
        alike: Combinations left out because they are the same trial as another.
    """

    over: Mapping[str, Mapping[str, tuple[Any, ...]]]
    combinations: int
    variants: tuple[Variant, ...]
    refused: Mapping[str, int]
    unfilled: int
    alike: int


def space_of(study: Study, searched: Mapping[str, Over], told: Progress | None = None) -> Space:
    """Every variant of the designs that are to be searched.

    Combinations that a family refuses are left out and counted, and so are those that come to the same trial (a spending
    function says nothing about a trial with one look). Of a size whose range says no step of its own, only those are
    taken that fill whole randomisation blocks.

    Args:
        study: The study.
        searched: For each design the fields with their values; the usual ones of the family where there are none.
        told: Told how many combinations are planned: exact boundaries of large trials take seconds each.

    Returns:
        The space.

    Raises:
        SpecError: When there are too many combinations, or none that can be planned.

    Example:
        >>> from handful.study.loading import loads
        >>> study = loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios: {hoped for: {untreated: 20%, treated: 60%}}
        ... designs: {fixed: {kind: randomised, participants: 30}}
        ... ''')
        >>> space = space_of(study, {"fixed": {"participants": "20..40", "allocation": ["1:1", "2:1"]}})
        >>> space.combinations, len(space.variants), space.variants[0].words
        (42, 9, 'participants 20')
    """
    over = {name: _expanded(study, name, given) for name, given in searched.items()}
    combinations = sum(prod(len(values) for values in fields.values()) for fields in over.values())
    if combinations > MOST_VARIANTS:
        wanted = f"at most {MOST_VARIANTS:,}: fewer values, or wider steps"
        raise SpecError([Problem(None, None, None, "optimise", f"{combinations:,} combinations", wanted)])
    left_out: Counter[str] = Counter()
    done, unfilled, alike = 0, 0, 0
    variants: dict[tuple[object, ...], Variant] = {}
    for name, fields in over.items():
        whole_blocks = not searched[name] or any(
            path_of(field) == (_SIZE,) and goes_by_itself(values) for field, values in searched[name].items()
        )
        for values in product(*fields.values()):
            if told is not None:
                told(done, combinations, f"planning “{name}”")
            done += 1
            found = _variant(study, name, dict(zip(fields, values, strict=True)))
            if isinstance(found, str):
                left_out[found] += 1
            elif whole_blocks and not _fills_blocks(found.plan):
                unfilled += 1
            elif _same_trial(found.plan) in variants:
                alike += 1
            else:
                variants[_same_trial(found.plan)] = found
    if not variants:
        why = "; ".join(left_out) or "no size fills whole blocks"
        raise SpecError(
            [Problem(None, None, None, "optimise", "no combination that can be planned", f"some: {why}")]
        )
    return Space(over, combinations, tuple(variants.values()), dict(left_out), unfilled, alike)


def _expanded(study: Study, name: str, given: Over) -> dict[str, tuple[Any, ...]]:
    """The values of each field; the usual ones where no field is named."""
    if not given:
        return usual_values(study, name)
    return {
        " ".join(".".join(path_of(field)).split()): values_of(written) for field, written in given.items()
    }


def _variant(study: Study, name: str, changes: Mapping[str, Any]) -> Variant | str:
    """A design with changes, or why it is refused."""
    origin = study.design(name)
    try:
        data = with_changes(origin, {path_of(field): value for field, value in changes.items()})
        design = type(origin).model_validate(data)
        plan = design.plan(study.question)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        wanted = first.get("ctx", {}).get("wanted")
        return f"{wanted} wanted" if wanted else str(first["msg"])
    except ValueError as error:
        return str(error)
    return Variant(name, tuple(_changed(origin, design, changes)), design, plan)


def _changed(origin: Design, design: Design, changes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The searched fields that are not as they are written, with their values: groups as they were asked for."""
    before, after = origin.canonical(), design.canonical()
    for field, value in changes.items():
        old, new = (_inside(data, path_of(field)) for data in (before, after))
        if old != new:
            yield field, value if isinstance(new, Mapping) else new


def at_the_end(variant: Variant, tried: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """The fields in which a variant lies at the end of the numbers that were tried, so that a better one may lie beyond.

    Args:
        variant: The variant.
        tried: Values by field, as they were tried.

    Returns:
        Names of fields.
    """
    found, data = [], variant.design.canonical()
    for name, values in tried.items():
        numbers = [
            value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        if len(numbers) > 1 and _inside(data, path_of(name)) in (min(numbers), max(numbers)):
            found.append(name)
    return found


def _inside(data: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path in plain data; None where nothing does."""
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def value_words(value: Any) -> str:
    """A value of a field in a few words.

    Example:
        >>> value_words({"kind": "pocock"}), value_words([2, 1]), value_words([0.5, 1.0]), value_words(None)
        ('pocock', '2:1', '[0.5, 1]', 'nothing')
    """
    return in_flow(_shortened(value))


def _shortened(value: Any) -> Any:
    """Plain data with a kind alone in place of a group that holds nothing else, and ratios as people write them."""
    if isinstance(value, Mapping):
        alone = set(value) == {"kind"}
        return value["kind"] if alone else {name: _shortened(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple) and len(value) == 2 and all(type(part) is int for part in value):
        return f"{value[0]}:{value[1]}"
    return value


def _fills_blocks(plan: Plan) -> bool:
    """Whether the last block is whole; always, where there are no blocks."""
    return plan.participants % plan.allocation.block == 0


def _same_trial(plan: Plan) -> tuple[object, ...]:
    """What tells plans apart; arrays are written out in full."""
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        return (type(plan), repr(plan))
