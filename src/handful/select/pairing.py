"""Two runs side by side: differences of their figures, with the errors that remain on common trials.

Trial number k of two runs of one seed is drawn from the same random numbers, so figures of the two move together and their
difference is known better than either (common random numbers). The standard error of a mean difference is that of the
differences trial by trial, which is right whether the two have anything in common or not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.engine.simulate import conduct_block
from handful.engine.truth import Truth
from handful.participants.block import blocks
from handful.select.characteristics import Characteristics
from handful.select.figure import Figure
from handful.select.kept import KeptRun
from handful.store.project import Project

CONDUCTED = 4096
"""Trials that are conducted for a pair of runs of which one was not kept row by row."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """A figure in two runs.

    Attributes:
        name: What it is.
        first: In the first run.
        second: In the second.
        difference: Second minus first: exact where both are, else from the common trials with its standard error.
        unit: `share` for a probability, `benefit` for one on the scale of the benefit, else `number`.
    """

    name: str
    first: Figure
    second: Figure
    difference: Figure
    unit: str


@dataclass(frozen=True)
class Pairing:
    """Two runs beside each other.

    Attributes:
        trials: Trials that they have in common, from the first on.
        common: Whether both saw the same participants: one seed and one scenario.
        figures: What there is to compare.
        differences: Fields of their records that differ, as (field, first, second).
    """

    trials: int
    common: bool
    figures: tuple[Paired, ...]
    differences: tuple[tuple[str, str, str], ...]


_Value = Callable[[Mapping[str, Floats]], Floats]
_Of = Callable[[Characteristics], Figure | None]
_FIGURES: tuple[tuple[str, str, _Of, _Value], ...] = (
    ("Claims benefit", "share", lambda c: c.success, lambda t: t["success"]),
    ("Participants enrolled", "number", lambda c: c.participants.mean, lambda t: t["enrolled"]),
    ("Participants analysed", "number", lambda c: c.analysed, lambda t: t["analysed"]),
    ("Months", "number", lambda c: None if c.months is None else c.months.mean, lambda t: t["month"]),
    ("Bias of the estimate", "benefit", lambda c: c.bias, lambda t: t["error"]),
    ("Interval covers the truth", "share", lambda c: c.coverage, lambda t: t["covered"]),
    ("Runs out of participants", "share", lambda c: c.unfinished, lambda t: 1.0 - t["finished"]),
)


def pair(project: Project, first: KeptRun, second: KeptRun, other: Project | None = None) -> Pairing:
    """Put two runs beside each other.

    Args:
        project: Where the first is kept.
        first: One run.
        second: The other.
        other: Where the second is kept; with the first when None.

    Returns:
        Their figures with differences, and what differs in their records.

    Raises:
        StoreError: When stored trials are not what was stored.
    """
    shared = min(first.told.trials, second.told.trials)
    if not (first.run.rows and second.run.rows):
        shared = min(shared, CONDUCTED)
    one, two = _columns(project, first, shared), _columns(other or project, second, shared)
    figures = []
    for name, unit, of, value in _FIGURES:
        a, b = of(first.told), of(second.told)
        if a is not None and b is not None and (a.value or b.value):
            figures.append(Paired(name, a, b, _difference(a, b, value(one), value(two), unit), unit))
    return Pairing(
        trials=shared,
        common=first.job.seed == second.job.seed and first.job.scenario == second.job.scenario,
        figures=tuple(figures),
        differences=record_differences(first.run.record, second.run.record),
    )


def _difference(first: Figure, second: Figure, one: Floats, two: Floats, unit: str) -> Figure:
    """Second minus first: by arithmetic where both are known exactly, else trial by trial where both are defined.

    The error of a share that differs in no trial is that of one trial: none in so many is not certainty.
    """
    if first.value is not None and second.value is not None and first.error is None and second.error is None:
        how = first.how if first.how == second.how else "numeric"
        return Figure(value=second.value - first.value, how=how)
    gap = two - one
    gap = gap[np.isfinite(gap)]
    if len(gap) < 2:
        return Figure(value=None, how="simulated")
    error = float(gap.std(ddof=1)) / math.sqrt(len(gap))
    return Figure.simulated(float(gap.mean()), max(error, 1 / len(gap)) if unit == "share" else error)


def _columns(project: Project, side: KeptRun, trials: int) -> dict[str, Floats]:
    """The first trials of a run: as they were stored, else conducted again."""
    if side.run.rows and side.run.parts:
        frame = project.trials(side.run).head(trials).collect()
        found = {name: frame[name].to_numpy() for name in frame.columns}
    else:
        pieces = [
            conduct_block(side.job, block).columns()
            for block in blocks(side.job.seed, 0, trials, side.job.layout.block)
        ]
        found = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    truths = np.asarray(Truth.of(side.job.plan, side.job.scenario).benefits)
    truth = truths[found["hypothesis"]] if "hypothesis" in found else truths[0]
    told = {name: values.astype(np.float64) for name, values in found.items()}
    told["error"] = told["estimate"] - truth
    covered = (told["lower"] <= truth) & (truth <= told["upper"])
    told["covered"] = np.where(np.isfinite(told["estimate"]), covered, np.nan)
    return told


def record_differences(
    first: Mapping[str, Any], second: Mapping[str, Any]
) -> tuple[tuple[str, str, str], ...]:
    """What differs between two records.

    Args:
        first: One record, as plain data.
        second: The other.

    Returns:
        (field, in the first, in the second), the parts of a field's name joined by dots; nothing where a field is missing.

    Example:
        >>> record_differences({"seed": 1, "design": {"kind": "a"}}, {"seed": 1, "design": {"kind": "b", "n": 3}})
        (('design.kind', 'a', 'b'), ('design.n', '', '3'))
    """
    one, two = dict(leaves(first)), dict(leaves(second))
    names = [*one, *(name for name in two if name not in one)]
    told = ((name, one.get(name, ""), two.get(name, "")) for name in names)
    return tuple((name, a, b) for name, a, b in told if a != b)


def leaves(data: Any, name: str = "") -> list[tuple[str, str]]:
    """Plain data as (field, value) pairs, the parts of a field's name joined by dots.

    Args:
        data: Anything that JSON can hold.
        name: The name of the whole.

    Returns:
        One pair for each value; lists of plain values are one value.

    Example:
        >>> leaves({"looks": {"fractions": [0.5, 1.0]}, "seed": 7, "note": None})
        [('looks.fractions', '0.5, 1.0'), ('seed', '7'), ('note', 'none')]
    """
    if isinstance(data, Mapping) and data:
        return [
            leaf
            for key, value in data.items()
            for leaf in leaves(value, f"{name}.{key}" if name else str(key))
        ]
    if isinstance(data, list | tuple) and any(isinstance(value, Mapping | list | tuple) for value in data):
        return [
            leaf
            for k, value in enumerate(data, 1)
            for leaf in leaves(value, f"{name}.{k}" if name else str(k))
        ]
    return [(name, _said(data))]


def _said(value: Any) -> str:
    """A plain value in words."""
    if isinstance(value, list | tuple):
        return ", ".join(map(_said, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None or value == {} else str(value)
