"""Counts and moments by arm over the first participants of each trial.

A trial that is looked at early has seen a prefix of its participants. These functions take the length of the
prefix of each trial, so one block of participants serves all looks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.inputs import as_block, as_included, as_mask
from handful.kernels.jit import kernel

__all__ = ["Moments", "count_prefix", "moments_prefix"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]


class Moments(NamedTuple):
    """Moments of the outcomes of each arm, each of shape (trials, arms)."""

    n: Counts
    mean: Floats
    squares: Floats


def count_prefix(
    values: ArrayLike,
    arm: ArrayLike,
    included: ArrayLike | None = None,
    observed: ArrayLike | None = None,
    arms: int = 2,
) -> tuple[Counts, Counts]:
    """Count successes and observed participants by arm.

    Args:
        values: outcome of each participant, success where not 0, shape (trials, participants).
        arm: arm of each participant, same shape; those outside 0 .. arms - 1 are not counted.
        included: how many of the first participants of each trial to look at, shape (trials,); all by
            default. observed: whether the outcome is known, shape (trials, participants); all by default.
            arms: number of arms.

    Returns:
        Successes and numbers observed, both of shape (trials, arms).

    Raises:
        ValueError: if shapes do not agree or included is more than there are participants.

    Example:
        >>> successes, n = count_prefix([[1, 0, 1, 1]], [[0, 1, 1, 0]], included=[3])
        >>> successes.tolist(), n.tolist()
        ([[1, 1]], [[1, 2]])
    """
    flags = as_block("values", values, np.bool_)
    shape = flags.shape
    return _count(
        flags,
        as_block("arm", arm, np.int8, shape),
        as_included(included, shape),
        as_mask(observed, shape),
        arms,
    )


def moments_prefix(
    values: ArrayLike,
    arm: ArrayLike,
    included: ArrayLike | None = None,
    observed: ArrayLike | None = None,
    arms: int = 2,
) -> Moments:
    """Compute number, mean and sum of squared deviations of the outcomes of each arm.

    Two passes in the order of participants: the mean first, then deviations from it, so that a large mean
    costs no digits.

    Args:
        values: outcome of each participant, shape (trials, participants); may be nan where not observed.
        arm: arm of each participant, same shape; those outside 0 .. arms - 1 are left out.
        included: how many of the first participants of each trial to look at, shape (trials,); all by
            default. observed: whether the outcome is known, shape (trials, participants); all by default.
            arms: number of arms.

    Returns:
        Numbers, means (nan without observations) and sums of squared deviations from the mean.

    Raises:
        ValueError: if shapes do not agree or included is more than there are participants.

    Example:
        >>> moments = moments_prefix([[1.0, 5.0, 3.0, 9.0]], [[0, 1, 0, 1]])
        >>> moments.mean.tolist(), moments.squares.tolist()
        ([[2.0, 7.0]], [[2.0, 8.0]])
    """
    numbers = as_block("values", values, np.float64)
    shape = numbers.shape
    result = _moments(
        numbers,
        as_block("arm", arm, np.int8, shape),
        as_included(included, shape),
        as_mask(observed, shape),
        arms,
    )
    return Moments(*result)


@kernel
def _count(values: Flags, arm: Arms, included: Counts, observed: Flags, arms: int) -> tuple[Counts, Counts]:
    """Count successes and observed participants by arm."""
    trials = values.shape[0]
    successes = np.zeros((trials, arms), dtype=np.int64)
    n = np.zeros((trials, arms), dtype=np.int64)
    for t in range(trials):
        for i in range(included[t]):
            a = arm[t, i]
            if observed[t, i] and 0 <= a < arms:
                successes[t, a] += values[t, i]
                n[t, a] += 1
    return successes, n


@kernel
def _moments(
    values: Floats, arm: Arms, included: Counts, observed: Flags, arms: int
) -> tuple[Counts, Floats, Floats]:
    """Compute number, mean and squared deviations by arm."""
    trials = values.shape[0]
    n = np.zeros((trials, arms), dtype=np.int64)
    mean = np.zeros((trials, arms))
    squares = np.zeros((trials, arms))
    for t in range(trials):
        for i in range(included[t]):
            a = arm[t, i]
            if observed[t, i] and 0 <= a < arms:
                n[t, a] += 1
                mean[t, a] += values[t, i]
        for a in range(arms):
            mean[t, a] = mean[t, a] / n[t, a] if n[t, a] > 0 else np.nan
        for i in range(included[t]):
            a = arm[t, i]
            if observed[t, i] and 0 <= a < arms:
                deviation = values[t, i] - mean[t, a]
                squares[t, a] += deviation * deviation
    return n, mean, squares
