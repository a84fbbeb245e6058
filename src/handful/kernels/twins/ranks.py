"""Twin of `handful.kernels.ranks`: every participant of one arm compared with every one of the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["rank_sum"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]


def rank_sum(values: Floats, arm: Arms, included: Counts, observed: Flags) -> tuple[Floats, Floats, Counts]:
    """Compare the outcomes of two arms by their ranks in each trial.

    Args:
        values: outcome of each participant, shape (trials, participants).
        arm: 0 or 1.
        included: how many of the first participants of each trial to look at.
        observed: whether the outcome is known.

    Returns:
        The same bits as `handful.kernels.ranks.rank_sum`.

    Example:
        >>> u, _, _ = rank_sum(np.array([[1.0, 2.0]]), np.array([[0, 1]]), np.array([2]), np.ones((1, 2)) > 0)
        >>> u.tolist()
        [1.0]
    """
    u, variance, n = [], [], []
    for t in range(values.shape[0]):
        known = observed[t] & (np.arange(values.shape[1]) < included[t])
        treated, control = values[t, known & (arm[t] == 1)], values[t, known & (arm[t] == 0)]
        above = int((treated[:, None] > control).sum())
        level = int((treated[:, None] == control).sum())
        total = treated.size + control.size
        sizes = np.unique(np.concatenate([treated, control]), return_counts=True)[1]
        ties = float(sum(int(size) ** 3 - int(size) for size in sizes))
        spread = total + 1 - ties / (total * (total - 1.0)) if total > 1 else 0.0
        u.append(above + 0.5 * level)
        variance.append(control.size * treated.size / 12.0 * spread)
        n.append([control.size, treated.size])
    return np.array(u), np.array(variance), np.array(n, dtype=np.int64).reshape(-1, 2)
