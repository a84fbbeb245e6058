"""The designs that a search looks through: a design of the study with some of its fields changed in every combination."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
from pydantic import ValidationError

from handful.designs.base import Design, Plan
from handful.designs.pieces import PermutedBlocks
from handful.select.optimise.usual import usual_values
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
        changes: The searched fields with their values, by name.
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
        return ", ".join(f"{name} {in_flow(value)}" for name, value in self.changes) or "as written"

    @property
    def name(self) -> str:
        """Its name in results."""
        return f"{self.origin}: {self.words}"


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


def space_of(study: Study, searched: Mapping[str, Over]) -> Space:
    """Every variant of the designs that are to be searched.

    Combinations that a family refuses are left out and counted, and so are those that come to the same trial (a spending
    function says nothing about a trial with one look). Of a size whose range says no step of its own, only those are
    taken that fill whole randomisation blocks.

    Args:
        study: The study.
        searched: For each design the fields with their values; the usual ones of the family where there are none.

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
        (42, 13, 'participants 20, allocation [1, 1]')
    """
    over = {name: _expanded(study, name, given) for name, given in searched.items()}
    combinations = sum(prod(len(values) for values in fields.values()) for fields in over.values())
    if combinations > MOST_VARIANTS:
        wanted = f"at most {MOST_VARIANTS:,}: fewer values, or wider steps"
        raise SpecError([Problem(None, None, None, "optimise", f"{combinations:,} combinations", wanted)])
    left_out: Counter[str] = Counter()
    unfilled, alike = 0, 0
    variants: dict[tuple[object, ...], Variant] = {}
    for name, fields in over.items():
        whole_blocks = goes_by_itself(searched[name].get(_SIZE, ""))
        for values in product(*fields.values()):
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
    return Variant(name, tuple(_as_stored(design, changes).items()), design, plan)


def _as_stored(design: Design, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The searched fields as the design keeps them, so that 50% and 0.5 look the same; groups as they were written."""
    canonical = design.canonical()
    return {
        field: canonical[field] if field in canonical and not isinstance(canonical[field], dict) else value
        for field, value in changes.items()
    }


def _fills_blocks(plan: Plan) -> bool:
    """Whether the last block is whole; always, where there are no blocks."""
    blocks = plan.allocation
    return not isinstance(blocks, PermutedBlocks) or plan.participants % blocks.block == 0


def _same_trial(plan: Plan) -> tuple[object, ...]:
    """What tells plans apart; arrays are written out in full."""
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        return (type(plan), repr(plan))
