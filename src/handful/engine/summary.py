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
from handful.engine.truth import Truth
from handful.kernels.sums import counts_of, endings, errors, powers, powers_at

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
        harm_at: Those of them in which harm was found.
        unfinished: Trials that ran out of participants.
        enrolled: How many trials enrolled 0, 1, 2 ... participants, shape (participants + 1,).
        analysed: Sum and sum of squares of participants analysed.
        overrun: Number of trials that ended at each look, and sum and sum of squares of the participants who were then
            enrolled and not analysed, shape (looks, 3).
        arms: Sum and sum of squares of participants on each arm, control first, shape (arms, 2).
        inferior: Sum and sum of squares of participants on an arm that is not the best in the scenario.
        claims: Trials in which each hypothesis was rejected, shape (hypotheses,).
        false_claims: Trials in which a true null hypothesis was rejected, be it beside others that were not true.
        months: How many trials lasted less than 1, 2, ... months, shape (MONTH_BINS,).
        month: Sum and sum of squares of the duration.
        error: Sums of powers 0 to 4 of the estimate minus the truth, over trials with a finite estimate.
        covered: Trials with a finite estimate whose interval covers the truth.
    """

    trials: int
    success_at: Counts
    failure_at: Counts
    harm_at: Counts
    unfinished: int
    enrolled: Counts
    analysed: Floats
    overrun: Floats
    arms: Floats
    inferior: Floats
    claims: Counts
    false_claims: int
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
        counts = {"success_at", "failure_at", "harm_at", "enrolled", "months", "claims"}
        floats = {"analysed", "overrun", "arms", "inferior", "month", "error"}
        arrays = {name: np.asarray(data[name], dtype=np.int64) for name in counts}
        arrays |= {name: np.asarray(data[name], dtype=np.float64) for name in floats}
        return cls(**{f.name: arrays.get(f.name, data[f.name]) for f in fields(cls)})


def summarise(trials: Trials, looks: int, participants: int, truth: Truth) -> Summary:
    """Reduce the trials of a block to sums.

    Args:
        trials: What became of each trial.
        looks: Looks planned.
        participants: Most participants that can be enrolled.
        truth: What is true in the scenario.

    Returns:
        The sums of the block.
    """
    false = trials.claims[:, np.asarray(truth.nulls)].any(axis=1)
    success_at, failure_at, unfinished_at = endings(trials.look, trials.success, trials.finished, looks)
    error, covered = errors(
        trials.estimate, trials.lower, trials.upper, np.asarray(truth.benefits), trials.hypothesis
    )
    return Summary(
        trials=len(trials),
        success_at=success_at,
        failure_at=failure_at,
        harm_at=np.bincount(trials.look[trials.harm], minlength=looks),
        unfinished=int(unfinished_at.sum()),
        enrolled=counts_of(trials.enrolled, participants + 1),
        analysed=powers(trials.analysed),
        overrun=powers_at(trials.enrolled - trials.analysed, trials.look, looks),
        arms=np.stack([powers(on_arm) for on_arm in trials.allocated.T]),
        inferior=powers(_inferior(trials, truth)),
        claims=trials.claims.sum(axis=0, dtype=np.int64),
        false_claims=int(np.count_nonzero(false)),
        months=counts_of(trials.month, MONTH_BINS),
        month=powers(trials.month),
        error=error,
        covered=covered,
    )


def _inferior(trials: Trials, truth: Truth) -> NDArray[np.int32]:
    """Participants on an arm that is not the best."""
    others = np.flatnonzero(~np.asarray(truth.best))
    if len(others) == 1:
        return np.asarray(trials.allocated[:, others[0]])
    return np.asarray(trials.allocated[:, others].sum(axis=1, dtype=np.int32))


def add(summaries: Iterable[Summary]) -> Summary:
    """Add summaries in the order given.

    Args:
        summaries: At least one.

    Returns:
        Their sum.
    """
    return reduce(lambda a, b: a + b, summaries)
