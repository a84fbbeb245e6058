"""The rank-sum test: Wilcoxon, Mann and Whitney, with midranks for ties."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.inputs import as_block, as_included, as_mask
from handful.kernels.jit import kernel

__all__ = ["RankSum", "rank_sum"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]


class RankSum(NamedTuple):
    """What the rank-sum test says of each trial.

    Attributes:
        u: pairs of a participant of arm 1 and one of arm 0 in which the former has the larger value, ties
            counted one half, shape (trials,). Without a difference its mean is n0 * n1 / 2.
        variance: its variance over all allocations, given the ties, shape (trials,).
        n: participants, shape (trials, 2).
    """

    u: Floats
    variance: Floats
    n: Counts


def rank_sum(
    values: ArrayLike, arm: ArrayLike, included: ArrayLike | None = None, observed: ArrayLike | None = None
) -> RankSum:
    """Compare the outcomes of two arms by their ranks in each trial.

    Args:
        values: outcome or category of each participant, shape (trials, participants); may be nan where not
            observed.
        arm: 0 or 1, same shape; others are left out.
        included: how many of the first participants of each trial to look at, shape (trials,); all by default.
        observed: whether the outcome is known, shape (trials, participants); all by default.

    Returns:
        A `RankSum`. The variance is n0 * n1 / 12 * (n + 1 - sum of (t**3 - t) / (n * (n - 1))) over groups of
        t tied values, and 0 for fewer than two participants.

    Raises:
        ValueError: if shapes do not agree or included is more than there are participants.

    Source:
        Mann and Whitney (1947), Annals of Mathematical Statistics 18:50; ties as in Lehmann (1975),
        "Nonparametrics", section 1.4.

    Example:
        >>> result = rank_sum([[1, 2, 2, 3]], [[0, 0, 1, 1]])
        >>> result.u.tolist(), result.variance.round(4).tolist()
        ([3.5], [1.5])
    """
    numbers = as_block("values", values, np.float64)
    shape = numbers.shape
    result = _rank_sum(
        numbers, as_block("arm", arm, np.int8, shape), as_included(included, shape), as_mask(observed, shape)
    )
    return RankSum(*result)


@kernel
def _rank_sum(values: Floats, arm: Arms, included: Counts, observed: Flags) -> tuple[Floats, Floats, Counts]:
    """Compute the rank-sum test of each trial."""
    trials, participants = values.shape
    u = np.zeros(trials)
    variance = np.zeros(trials)
    n = np.zeros((trials, 2), dtype=np.int64)
    known = np.empty(participants)
    treated = np.empty(participants, dtype=np.int64)
    for t in range(trials):
        total = 0
        for i in range(included[t]):
            if observed[t, i] and 0 <= arm[t, i] <= 1:
                known[total] = values[t, i]
                treated[total] = arm[t, i]
                n[t, arm[t, i]] += 1
                total += 1
        order = np.argsort(known[:total])
        controls_below = 0
        ties = 0.0
        start = 0
        while start < total:
            stop = start
            tied_treated = 0
            while stop < total and known[order[stop]] == known[order[start]]:
                tied_treated += treated[order[stop]]
                stop += 1
            tied = stop - start
            u[t] += tied_treated * (controls_below + 0.5 * (tied - tied_treated))
            controls_below += tied - tied_treated
            ties += float(tied) * (tied * tied - 1)
            start = stop
        if total > 1:
            spread = total + 1 - ties / (total * (total - 1.0))
            variance[t] = n[t, 0] * n[t, 1] / 12.0 * spread
    return u, variance, n
