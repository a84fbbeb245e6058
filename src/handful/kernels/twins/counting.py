"""Twin of `handful.kernels.counting`: all trials at a time, participant after participant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "allocated_prefix",
    "arrived_by",
    "count_prefix",
    "different_pairs",
    "moments_prefix",
    "read_cells",
]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]


def count_prefix(
    values: Flags, arm: Arms, included: Counts, observed: Flags, arms: int = 2
) -> tuple[Counts, Counts]:
    """Count successes and observed participants by arm.

    Args:
        values: success of each participant, shape (trials, participants).
        arm: arm of each participant, same shape.
        included: how many of the first participants of each trial to look at.
        observed: whether the outcome is known.
        arms: number of arms.

    Returns:
        The same as `handful.kernels.counting.count_prefix`.

    Example:
        >>> one = np.ones((1, 2))
        >>> successes, n = count_prefix(one > 0, np.array([[0, 1]]), np.array([1]), one > 0)
        >>> successes.tolist(), n.tolist()
        ([[1, 0]], [[1, 0]])
    """
    taken = _taken(arm, included, observed, arms)
    n = taken.sum(axis=2)
    successes = (taken & (np.asarray(values) != 0)).sum(axis=2)
    return successes.T, n.T


def different_pairs(pairs: Counts) -> tuple[Counts, Counts]:
    """Find the different rows of two counts.

    Args:
        pairs: two counts for each trial, shape (trials, 2).

    Returns:
        The same as `handful.kernels.counting.different_pairs`.

    Example:
        >>> different_pairs(np.array([[7, 7], [0, 0], [7, 7]]))[1].tolist()
        [0, 1, 0]
    """
    rows, first, place = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return rows[order], np.argsort(order)[place.reshape(-1)]


def read_cells(
    cells: Floats, start: Counts, width: Counts, place: Counts, row: Counts, column: Counts
) -> Floats:
    """Read one cell of one of several tables for each trial.

    Args:
        cells: the cells of all tables, shape (cells, values).
        start: place of the first cell of each table.
        width: columns of each table.
        place: which table each trial reads.
        row: which row.
        column: which column.

    Returns:
        The same as `handful.kernels.counting.read_cells`.

    Example:
        >>> cells, zero, three = np.arange(6.0)[:, None], np.array([0]), np.array([3])
        >>> read_cells(cells, zero, three, zero, np.array([1]), np.array([2])).tolist()
        [[5.0]]
    """
    return np.asarray(cells[start[place] + row * width[place] + column])


def allocated_prefix(arm: Arms, included: Counts, arms: int = 2) -> Counts:
    """Count the participants in each arm among the first of each trial.

    Args:
        arm: arm of each participant, shape (trials, participants).
        included: how many of the first participants of each trial to look at.
        arms: number of arms.

    Returns:
        The same as `handful.kernels.counting.allocated_prefix`.

    Example:
        >>> allocated_prefix(np.array([[0, 1, 1, 0]]), np.array([3])).tolist()
        [[1, 2]]
    """
    return np.asarray(_taken(arm, included, np.ones(arm.shape, dtype=np.bool_), arms).sum(axis=2).T)


def arrived_by(arrival: Floats, month: Floats) -> Counts:
    """Count the participants who have arrived by a calendar time, in each trial.

    Args:
        arrival: time of arrival, shape (trials, participants).
        month: the calendar time, shape (trials,).

    Returns:
        The same as `handful.kernels.counting.arrived_by`.

    Example:
        >>> arrived_by(np.array([[1.0, 2.0, np.inf]]), np.array([2.0])).tolist()
        [2]
    """
    return np.asarray((arrival <= np.asarray(month)[:, None]).sum(axis=1))


def moments_prefix(
    values: Floats, arm: Arms, included: Counts, observed: Flags, arms: int = 2
) -> tuple[Counts, Floats, Floats]:
    """Compute number, mean and sum of squared deviations of the outcomes of each arm.

    Args:
        values: outcome of each participant, shape (trials, participants).
        arm: arm of each participant, same shape.
        included: how many of the first participants of each trial to look at.
        observed: whether the outcome is known.
        arms: number of arms.

    Returns:
        The same as `handful.kernels.counting.moments_prefix`.

    Example:
        >>> n, mean, squares = moments_prefix(
        ...     np.array([[1.0, 3.0]]), np.array([[0, 0]]), np.array([2]), np.ones((1, 2)), arms=1
        ... )
        >>> mean.tolist(), squares.tolist()
        ([[2.0]], [[2.0]])
    """
    taken = _taken(arm, included, observed, arms)
    n = taken.sum(axis=2)
    mean = np.where(n > 0, _sum(np.where(taken, values, 0.0), taken) / np.maximum(n, 1), np.nan)
    deviation = np.where(taken, values - mean[:, :, None], 0.0)
    return n.T, mean.T, _sum(deviation * deviation, taken).T


def _sum(values: Floats, taken: Flags) -> Floats:
    """Add the participants in turn to four running sums of their arm, and these at the end."""
    sums = np.zeros((4, *taken.shape[:2]))
    for i in range(taken.shape[2]):
        sums[i % 4] += np.where(taken[:, :, i], values[:, :, i], 0.0)
    return np.asarray((sums[0] + sums[1]) + (sums[2] + sums[3]))


def _taken(arm: Arms, included: Counts, observed: Flags, arms: int) -> Flags:
    """Return who counts in which arm, shape (arms, trials, participants)."""
    looked_at = np.arange(arm.shape[1]) < np.asarray(included)[:, None]
    known = looked_at & np.asarray(observed, dtype=np.bool_)
    return np.stack([known & (arm == a) for a in range(arms)])
