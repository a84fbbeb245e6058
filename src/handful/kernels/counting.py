"""Counts and moments by arm over the first participants of each trial.

A trial that is looked at early has seen a prefix of its participants. These functions take the length of the
prefix of each trial, so one block of participants serves all looks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.inputs import as_block, as_included, as_mask, as_per_trial
from handful.kernels.jit import kernel

__all__ = [
    "Moments",
    "allocated_prefix",
    "arrived_by",
    "count_prefix",
    "different_pairs",
    "means_prefix",
    "moments_prefix",
    "read_cells",
]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]
Values = NDArray[np.generic]

EVERYBODY = np.ones((0, 0), dtype=np.bool_)
"""What kernels take for a mask when nobody is missing: there is nothing to read."""

# Running sums of an arm: in one alone each addition would wait for the last.
_LANES = 4


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
        included: how many of the first participants of each trial to look at, shape (trials,); all by default.
        observed: whether the outcome is known, shape (trials, participants); all by default.
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
    # Numbers are compared with 0 in the kernel: a copy as flags would cost more than the counting.
    numbers = as_block("values", values, None)
    shape = numbers.shape
    return _count(
        numbers,
        as_block("arm", arm, np.int8, shape),
        as_included(included, shape),
        EVERYBODY if observed is None else as_mask(observed, shape),
        arms,
    )


def allocated_prefix(arm: Arms, included: Counts, arms: int = 2) -> Counts:
    """Count the participants in each arm among the first of each trial.

    Args:
        arm: arm of each participant, shape (trials, participants); those outside 0 .. arms - 1 are not counted.
        included: how many of the first participants of each trial to look at, shape (trials,).
        arms: number of arms.

    Returns:
        Shape (trials, arms).

    Raises:
        ValueError: if shapes do not agree or included is more than there are participants.

    Example:
        >>> allocated_prefix(np.array([[0, 1, 1, 0]], dtype=np.int8), np.array([3])).tolist()
        [[1, 2]]
    """
    codes = as_block("arm", arm, np.int8)
    return _allocated(codes, as_included(included, codes.shape), arms)


def arrived_by(arrival: Floats, month: Floats) -> Counts:
    """Count the participants who have arrived by a calendar time, in each trial.

    Args:
        arrival: time of arrival, not decreasing along participants, shape (trials, participants).
        month: the calendar time, one for all or shape (trials,).

    Returns:
        Shape (trials,).

    Raises:
        ValueError: if shapes do not agree.

    Example:
        >>> arrived_by(np.array([[1.0, 2.0, np.inf]]), np.array([2.0])).tolist()
        [2]
    """
    times = as_block("arrival", arrival, np.float64)
    return _arrived(times, as_per_trial("month", month, np.float64, times.shape))


def different_pairs(pairs: Counts) -> tuple[Counts, Counts]:
    """Find the different rows of two counts, such as the sizes of the arms in each trial.

    Args:
        pairs: two counts for each trial, 0 or more, shape (trials, 2). The room taken grows with the product of the largest.

    Returns:
        The different pairs in the order in which they first occur, shape (different, 2); and for each trial which of them
        it has, shape (trials,).

    Raises:
        ValueError: if the shape is another or a count is negative.

    Example:
        >>> different, place = different_pairs(np.array([[7, 7], [0, 0], [7, 7]]))
        >>> different.tolist(), place.tolist()
        ([[7, 7], [0, 0]], [0, 1, 0])
    """
    counts = np.ascontiguousarray(pairs, dtype=np.int64)
    if counts.ndim != 2 or counts.shape[1] != 2:
        raise ValueError(f"pairs must have the shape (trials, 2), not {counts.shape}")
    first, place = _different(counts)
    return counts[first], place


def means_prefix(
    values: ArrayLike,
    arm: ArrayLike,
    included: ArrayLike | None = None,
    observed: ArrayLike | None = None,
    arms: int = 2,
) -> tuple[Counts, Floats]:
    """Compute number and mean of the outcomes of each arm: `moments_prefix` without its second pass.

    Args:
        values: outcome of each participant, shape (trials, participants); may be nan where not observed.
        arm: arm of each participant, same shape; those outside 0 .. arms - 1 are left out.
        included: how many of the first participants of each trial to look at, shape (trials,); all by default.
        observed: whether the outcome is known, shape (trials, participants); all by default.
        arms: number of arms.

    Returns:
        Numbers and means (nan without observations), both of shape (trials, arms).

    Raises:
        ValueError: if shapes do not agree or included is more than there are participants.

    Example:
        >>> means_prefix([[1.0, 5.0, 3.0, 9.0]], [[0, 1, 0, 1]])[1].tolist()
        [[2.0, 7.0]]
    """
    numbers = as_block("values", values, np.float64)
    shape = numbers.shape
    n, mean, _ = _moments(
        numbers,
        as_block("arm", arm, np.int8, shape),
        as_included(included, shape),
        EVERYBODY if observed is None else as_mask(observed, shape),
        arms,
        False,
    )
    return n, mean


@kernel
def read_cells(
    cells: Floats, start: Counts, width: Counts, place: Counts, row: Counts, column: Counts
) -> Floats:
    """Read one cell of one of several tables for each trial.

    Args:
        cells: the cells of all tables, one table after the other and row after row, shape (cells, values).
        start: place of the first cell of each table.
        width: columns of each table.
        place: which table each trial reads, shape (trials,).
        row: which row.
        column: which column.

    Returns:
        Shape (trials, values).

    Example:
        >>> cells = np.arange(6.0)[:, None]
        >>> table = np.array([0]), np.array([3])
        >>> read_cells(cells, *table, np.array([0]), np.array([1]), np.array([2])).tolist()
        [[5.0]]
    """
    trials, values = place.size, cells.shape[1]
    found = np.empty((trials, values))
    for t in range(trials):
        k = place[t]
        cell = start[k] + row[t] * width[k] + column[t]
        for v in range(values):
            found[t, v] = cells[cell, v]
    return found


def moments_prefix(
    values: ArrayLike,
    arm: ArrayLike,
    included: ArrayLike | None = None,
    observed: ArrayLike | None = None,
    arms: int = 2,
) -> Moments:
    """Compute number, mean and sum of squared deviations of the outcomes of each arm.

    Two passes: the mean first, then deviations from it, so that a large mean costs no digits. Each sum is that of four
    running sums, to which the participants are added in turn.

    Args:
        values: outcome of each participant, shape (trials, participants); may be nan where not observed.
        arm: arm of each participant, same shape; those outside 0 .. arms - 1 are left out.
        included: how many of the first participants of each trial to look at, shape (trials,); all by default.
        observed: whether the outcome is known, shape (trials, participants); all by default.
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
        EVERYBODY if observed is None else as_mask(observed, shape),
        arms,
        True,
    )
    return Moments(*result)


@kernel
def _count(values: Values, arm: Arms, included: Counts, observed: Flags, arms: int) -> tuple[Counts, Counts]:
    """Count successes and observed participants by arm."""
    trials = values.shape[0]
    successes = np.zeros((trials, arms), dtype=np.int64)
    n = np.zeros((trials, arms), dtype=np.int64)
    everybody = observed.size == 0
    for t in range(trials):
        # One pass an arm, without branches, is several times as fast as one pass for all arms: it is vectorised.
        for a in range(arms):
            good = 0
            known = 0
            for i in range(included[t]):
                here = (arm[t, i] == a) & (everybody or observed[t, i])
                known += here
                good += here & (values[t, i] != 0)
            successes[t, a] = good
            n[t, a] = known
    return successes, n


@kernel
def _allocated(arm: Arms, included: Counts, arms: int) -> Counts:
    """Count participants by arm."""
    trials = arm.shape[0]
    # Arm after arm, so that whoever asks for one arm reads one row.
    counts = np.zeros((arms, trials), dtype=np.int64)
    for t in range(trials):
        for a in range(arms):
            known = 0
            for i in range(included[t]):
                known += arm[t, i] == a
            counts[a, t] = known
    return counts.T


@kernel
def _different(pairs: Counts) -> tuple[Counts, Counts]:
    """Return the trial in which each different pair first occurs, and which pair each trial has."""
    trials = pairs.shape[0]
    most = (0, 0)
    for t in range(trials):
        if pairs[t, 0] < 0 or pairs[t, 1] < 0:
            raise ValueError("pairs of counts must not be negative")
        most = (max(most[0], pairs[t, 0]), max(most[1], pairs[t, 1]))
    known = np.full((most[0] + 1, most[1] + 1), -1)
    first = np.empty(trials, dtype=np.int64)
    place = np.empty(trials, dtype=np.int64)
    different = 0
    for t in range(trials):
        a, b = pairs[t, 0], pairs[t, 1]
        if known[a, b] < 0:
            known[a, b] = different
            first[different] = t
            different += 1
        place[t] = known[a, b]
    return first[:different], place


@kernel
def _arrived(arrival: Floats, month: Floats) -> Counts:
    """Count arrivals by a calendar time."""
    trials, participants = arrival.shape
    arrived = np.empty(trials, dtype=np.int64)
    for t in range(trials):
        n = 0
        for i in range(participants):
            n += arrival[t, i] <= month[t]
        arrived[t] = n
    return arrived


@kernel
def _moments(
    values: Floats, arm: Arms, included: Counts, observed: Flags, arms: int, with_squares: bool
) -> tuple[Counts, Floats, Floats]:
    """Compute number, mean and, if asked for, squared deviations by arm."""
    trials = values.shape[0]
    # Arm after arm, so that whoever compares two arms reads two rows.
    n = np.zeros((arms, trials), dtype=np.int64)
    mean = np.zeros((arms, trials))
    squares = np.zeros((arms, trials))
    # One place more than there are arms, for those who do not count: no branch to mispredict.
    number = np.empty(arms + 1, dtype=np.int64)
    middle = np.zeros(arms + 1)
    sums = np.empty((arms + 1, _LANES))
    for t in range(trials):
        number[:] = 0
        sums[:] = 0.0
        for i in range(included[t]):
            a = _place(arm[t, i], observed, t, i, arms)
            number[a] += 1
            sums[a, i % _LANES] += values[t, i]
        for a in range(arms):
            middle[a] = _total(sums[a]) / number[a] if number[a] > 0 else np.nan
            n[a, t] = number[a]
            mean[a, t] = middle[a]
        if with_squares:
            sums[:] = 0.0
            for i in range(included[t]):
                a = _place(arm[t, i], observed, t, i, arms)
                deviation = values[t, i] - middle[a]
                sums[a, i % _LANES] += deviation * deviation
            for a in range(arms):
                squares[a, t] = _total(sums[a])
    return n.T, mean.T, squares.T


@kernel
def _place(arm: int, observed: Flags, t: int, i: int, arms: int) -> int:
    """Return the arm in which a participant counts; the number of arms for those who count in none."""
    counts = (arm >= 0) & (arm < arms) & (observed.size == 0 or observed[t, i])
    return arms + counts * (arm - arms)


@kernel
def _total(sums: Floats) -> float:
    """Add up the running sums."""
    return float((sums[0] + sums[1]) + (sums[2] + sums[3]))
