"""Sums over the trials of a block, in one pass and in the order of the trials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel

__all__ = ["counts_of", "endings", "errors", "powers", "powers_at"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.generic]


@kernel
def powers(values: Numbers) -> Floats:
    """Return the sum and the sum of squares.

    Args:
        values: numbers of shape (trials,).

    Returns:
        Shape (2,).

    Example:
        >>> powers(np.array([1.0, 2.0, 3.0])).tolist()
        [6.0, 14.0]
    """
    total = 0.0
    squares = 0.0
    for value in values:
        number = float(value)
        total += number
        squares += number * number
    return np.array([total, squares])


@kernel
def powers_at(values: Numbers, place: NDArray[np.int8], places: int) -> Floats:
    """Return the number, the sum and the sum of squares of the values at each place.

    Args:
        values: numbers of shape (trials,).
        place: where each belongs, 0 .. places - 1, shape (trials,).
        places: how many places there are.

    Returns:
        Shape (places, 3).

    Example:
        >>> powers_at(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 1], dtype=np.int8), 2).tolist()
        [[1.0, 1.0, 1.0], [2.0, 5.0, 13.0]]
    """
    sums = np.zeros((places, 3))
    for t in range(values.size):
        number = float(values[t])
        sums[place[t], 0] += 1.0
        sums[place[t], 1] += number
        sums[place[t], 2] += number * number
    return sums


@kernel
def counts_of(values: Numbers, bins: int) -> Counts:
    """Count how many values lie in [0, 1), [1, 2), ...

    Args:
        values: numbers of shape (trials,), 0 or more; infinite ones count in the last bin.
        bins: how many bins; the last one takes everything beyond.

    Returns:
        Shape (bins,).

    Example:
        >>> counts_of(np.array([0.5, 2.0, 2.9, 7.0]), 4).tolist()
        [1, 0, 2, 1]
    """
    counts = np.zeros(bins, dtype=np.int64)
    for value in values:
        counts[int(min(float(value), bins - 1.0))] += 1
    return counts


@kernel
def endings(look: NDArray[np.int8], success: Flags, finished: Flags, looks: int) -> Counts:
    """Count at each look the trials that ended with success, ended without, or could not be finished.

    Args:
        look: look at which the trial ended, shape (trials,).
        success: whether benefit was claimed.
        finished: whether the look could be held.
        looks: looks planned.

    Returns:
        Shape (3, looks).

    Example:
        >>> yes, no = np.array([True]), np.array([False])
        >>> endings(np.array([1], dtype=np.int8), no, yes, 2).tolist()
        [[0, 0], [0, 1], [0, 0]]
    """
    counts = np.zeros((3, looks), dtype=np.int64)
    for t in range(look.size):
        counts[0 if success[t] else 1 if finished[t] else 2, look[t]] += 1
    return counts


@kernel
def errors(
    value: Floats, lower: Floats, upper: Floats, truths: Floats, about: NDArray[np.int8]
) -> tuple[Floats, int]:
    """Sum the powers 0 to 4 of the errors of the finite estimates, and count the intervals that cover the truth.

    Args:
        value: estimates, shape (trials,).
        lower: lower limits of their intervals.
        upper: upper limits.
        truths: what may be estimated, shape (quantities,).
        about: which of them each trial estimates, shape (trials,).

    Returns:
        The sums, shape (5,), and the count.

    Example:
        >>> values, about = np.array([1.5, np.nan]), np.zeros(2, dtype=np.int8)
        >>> sums, covered = errors(values, np.zeros(2), np.full(2, 2.0), np.ones(1), about)
        >>> sums.tolist(), covered
        ([1.0, 0.5, 0.25, 0.125, 0.0625], 1)
    """
    sums = np.zeros(5)
    covered = 0
    for t in range(value.size):
        if np.isfinite(value[t]):
            truth = truths[about[t]]
            off = value[t] - truth
            square = off * off
            sums[0] += 1.0
            sums[1] += off
            sums[2] += square
            sums[3] += square * off
            sums[4] += square * square
            covered += lower[t] <= truth <= upper[t]
    return sums, covered
