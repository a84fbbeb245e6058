"""Ranks within a trial, ties sharing the mean of theirs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Comparisons held in memory at once.
_COMPARISONS = 4_000_000


def midranks(values: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Rank the values of each trial from 1, tied ones sharing the mean of their ranks.

    Args:
        values: One value a participant, shape (trials, participants).
        seen: Who is ranked; others get 0.

    Returns:
        Midranks, multiples of one half, same shape.

    Example:
        >>> midranks(np.array([[5.0, 2.0, 5.0, 9.0]]), np.array([[True, True, True, False]])).tolist()
        [[2.5, 1.0, 2.5, 0.0]]
    """
    known = np.where(seen, values, 0.0)
    ranks = np.zeros(values.shape)
    step = max(1, _COMPARISONS // max(1, values.shape[1] ** 2))
    for start in range(0, len(values), step):
        part, there = known[start : start + step], seen[start : start + step]
        both = there[:, :, None] & there[:, None, :]
        below = ((part[:, None, :] < part[:, :, None]) & both).sum(axis=2)
        equal = ((part[:, None, :] == part[:, :, None]) & both).sum(axis=2)
        ranks[start : start + step] = np.where(there, below + 0.5 * (equal + 1), 0.0)
    return ranks
