"""Sums over trials from which every simulated figure and its Monte Carlo error is computed.

A summary is small whatever the number of trials, and summaries of consecutive blocks add up. They are always added in the
order of the trial numbers, so that not even the last bit depends on how the work was spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.engine.trials import Trials

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MONTH_BINS = 1200
"""Durations are counted by month up to a hundred years."""


@dataclass(frozen=True)
class Summary:
    """Sums over trials of one design in one scenario.

    Attributes:
        trials: Trials summed.
        success_at: Successes at each look, shape (looks,).
        failure_at: Trials ended without success at each look.
        unfinished: Trials that ran out of participants.
        enrolled: How many trials enrolled 0, 1, 2 ... participants, shape (participants + 1,).
        analysed: Sum and sum of squares of participants analysed.
        treated: Sum and sum of squares of participants on treatment.
        control: Sum and sum of squares of participants on control.
        months: How many trials lasted less than 1, 2, ... months, shape (MONTH_BINS,).
        month: Sum and sum of squares of the duration.
        error: Sums of powers 0 to 4 of the estimate minus the truth, over trials with a finite estimate.
        covered: Trials with a finite estimate whose interval covers the truth.
    """

    trials: int
    success_at: Counts
    failure_at: Counts
    unfinished: int
    enrolled: Counts
    analysed: Floats
    treated: Floats
    control: Floats
    months: Counts
    month: Floats
    error: Floats
    covered: int

    def __add__(self, other: Summary) -> Summary:
        """Sums over the trials of both."""
        return Summary(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def plain(self) -> dict[str, Any]:
        """The sums as plain data; numbers keep every bit."""
        return {
            f.name: v.tolist() if isinstance(v := getattr(self, f.name), np.ndarray) else v
            for f in fields(self)
        }

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Summary:
        """The sums from plain data."""
        counts = {"success_at", "failure_at", "enrolled", "months"}
        floats = {"analysed", "treated", "control", "month", "error"}
        arrays = {name: np.asarray(data[name], dtype=np.int64) for name in counts}
        arrays |= {name: np.asarray(data[name], dtype=np.float64) for name in floats}
        return cls(**{f.name: arrays.get(f.name, data[f.name]) for f in fields(cls)})


def summarise(trials: Trials, looks: int, participants: int, truth: float) -> Summary:
    """Reduce the trials of a block to sums.

    Args:
        trials: What became of each trial.
        looks: Looks planned.
        participants: Most participants that can be enrolled.
        truth: True benefit in the scenario.

    Returns:
        The sums of the block.
    """
    finite = np.isfinite(trials.estimate)
    off = trials.estimate[finite] - truth
    control = trials.enrolled - trials.treated
    months = np.minimum(trials.month, MONTH_BINS - 1).astype(np.int64)
    return Summary(
        trials=len(trials),
        success_at=np.bincount(trials.look[trials.success], minlength=looks),
        failure_at=np.bincount(trials.look[~trials.success & trials.finished], minlength=looks),
        unfinished=int((~trials.finished).sum()),
        enrolled=np.bincount(trials.enrolled, minlength=participants + 1),
        analysed=_powers(trials.analysed),
        treated=_powers(trials.treated),
        control=_powers(control),
        months=np.bincount(months, minlength=MONTH_BINS),
        month=_powers(trials.month),
        error=_moments(off),
        covered=int(((trials.lower <= truth) & (truth <= trials.upper))[finite].sum()),
    )


def _powers(values: NDArray[np.generic]) -> Floats:
    """Sum and sum of squares."""
    numbers = values.astype(np.float64)
    return np.array([numbers.sum(), (numbers * numbers).sum()])


def _moments(values: Floats) -> Floats:
    """Sums of powers 0 to 4; powers by multiplication, which is exact where a general power is slow and rounds twice."""
    squares = values * values
    cubes = squares * values
    return np.array([len(values), values.sum(), squares.sum(), cubes.sum(), (squares * squares).sum()])


def add(summaries: Iterable[Summary]) -> Summary:
    """Add summaries in the order given.

    Args:
        summaries: At least one.

    Returns:
        Their sum.
    """
    return reduce(lambda a, b: a + b, summaries)
