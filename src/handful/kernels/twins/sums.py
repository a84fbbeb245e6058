"""Twin of `handful.kernels.sums`: whole arrays, added up in order by `cumsum`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["counts_of", "endings", "errors", "powers", "powers_at"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.generic]


def powers(values: Numbers) -> Floats:
    """Return the sum and the sum of squares.

    Args:
        values: numbers of shape (trials,).

    Returns:
        The same bits as `handful.kernels.sums.powers`.

    Example:
        >>> powers(np.array([1.0, 2.0, 3.0])).tolist()
        [6.0, 14.0]
    """
    numbers = values.astype(np.float64)
    return np.array([_total(numbers), _total(numbers * numbers)])


def powers_at(values: Floats, place: NDArray[np.int8], places: int) -> Floats:
    """Return the number, the sum and the sum of squares of the values at each place.

    Args:
        values: numbers of shape (trials,).
        place: where each belongs.
        places: how many places there are.

    Returns:
        The same bits as `handful.kernels.sums.powers_at`.

    Example:
        >>> powers_at(np.array([1.0, 2.0]), np.array([1, 1], dtype=np.int8), 2).tolist()
        [[0.0, 0.0, 0.0], [2.0, 3.0, 5.0]]
    """
    numbers = np.asarray(values, dtype=np.float64)
    return np.stack([np.bincount(place, numbers**power, places) for power in (0, 1, 2)], axis=1)


def counts_of(values: Numbers, bins: int) -> Counts:
    """Count how many values lie in [0, 1), [1, 2), ...

    Args:
        values: numbers of shape (trials,), 0 or more.
        bins: how many bins; the last one takes everything beyond.

    Returns:
        The same as `handful.kernels.sums.counts_of`.

    Example:
        >>> counts_of(np.array([0.5, 2.0, 2.9, 7.0]), 4).tolist()
        [1, 0, 2, 1]
    """
    return np.bincount(np.minimum(values.astype(np.float64), bins - 1).astype(np.int64), minlength=bins)


def endings(look: NDArray[np.int8], success: Flags, finished: Flags, looks: int) -> Counts:
    """Count at each look the trials that ended with success, ended without, or could not be finished.

    Args:
        look: look at which the trial ended, shape (trials,).
        success: whether benefit was claimed.
        finished: whether the look could be held.
        looks: looks planned.

    Returns:
        The same as `handful.kernels.sums.endings`.

    Example:
        >>> endings(np.array([1]), np.array([False]), np.array([True]), 2).tolist()
        [[0, 0], [0, 1], [0, 0]]
    """
    ways = (success, ~success & finished, ~success & ~finished)
    return np.array([np.bincount(look[way], minlength=looks) for way in ways])


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
        The same bits as `handful.kernels.sums.errors`.

    Example:
        >>> errors(
        ...     np.array([1.5, np.nan]), np.zeros(2), np.full(2, 2.0), np.ones(1), np.zeros(2, np.int8)
        ... )[0].tolist()
        [1.0, 0.5, 0.25, 0.125, 0.0625]
    """
    finite, truth = np.isfinite(value), truths[about]
    off = (value - truth)[finite]
    square = off * off
    sums = [_total(power) for power in (np.ones(off.size), off, square, square * off, square * square)]
    return np.array(sums), int(((lower <= truth) & (truth <= upper))[finite].sum())


def _total(numbers: Floats) -> float:
    """Return the sum in order; `sum` would add in pairs."""
    return float(np.cumsum(numbers)[-1]) if numbers.size else 0.0
