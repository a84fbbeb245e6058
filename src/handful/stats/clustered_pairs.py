"""Several matched pairs of each participant: wounds, eyes or joints that share a person are not independent.

Treating them as independent overstates the evidence. What 43 pairs in 11 participants are worth depends on
how alike the pairs of one participant are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import Alternative, alternative_name, counts, successes_of

Array = NDArray[np.float64]


class ClusteredTest(NamedTuple):
    """Result of a test of clustered pairs.

    Attributes:
        z: the statistic, positive where the treated side is better; 0 where there is no discordant pair.
        p_value: its p-value from the standard normal distribution.
    """

    z: Array
    p_value: Array


def design_effect(pairs: ArrayLike, participants: ArrayLike, icc: ArrayLike) -> Array:
    """How much clustering inflates a variance: ``1 + (m - 1) * icc`` with m pairs per participant.

    Args:
        pairs: number of pairs in all, at least the participants.
        participants: number of participants, at least 1.
        icc: intra-class correlation of the pairs of one participant, in [-1, 1].

    Returns:
        Design effects of the broadcast shape (Kish, Survey Sampling 1965, 8.2).

    Raises:
        ValueError: fewer pairs than participants, no participants, or a correlation outside [-1, 1].

    Example:
        >>> design_effect(20, 10, [0.0, 0.5])
        array([1. , 1.5])
    """
    number, people = np.asarray(pairs, dtype=np.float64), np.asarray(participants, dtype=np.float64)
    correlation = np.asarray(icc, dtype=np.float64)
    if np.any(people < 1.0) or np.any(number < people):
        raise ValueError(
            f"every participant needs a pair, got {pairs!r} pairs of {participants!r} participants"
        )
    if np.any(np.abs(correlation) > 1.0):
        raise ValueError(f"icc must lie in [-1, 1], got {icc!r}")
    effect: Array = 1.0 + (number / people - 1.0) * correlation
    return effect


def effective_pairs(pairs: ArrayLike, participants: ArrayLike, icc: ArrayLike) -> Array:
    """How many independent pairs the clustered ones are worth.

    Args:
        pairs: number of pairs in all, at least the participants.
        participants: number of participants, at least 1.
        icc: intra-class correlation of the pairs of one participant, in [-1, 1].

    Returns:
        Pairs over their design effect, of the broadcast shape.

    Raises:
        ValueError: as for :func:`design_effect`.

    Example:
        >>> effective_pairs(43, 11, [0.1, 0.3, 0.5]).round(1)
        array([33.3, 23. , 17.5])
    """
    worth: Array = np.asarray(pairs, dtype=np.float64) / design_effect(pairs, participants, icc)
    return worth


def inflated_mcnemar(
    b: ArrayLike, c: ArrayLike, effect: ArrayLike, alternative: str = "greater"
) -> ClusteredTest:
    """McNemar's asymptotic test with its variance inflated by a design effect.

    ``z = (b - c) / sqrt((b + c) * effect)``, the form of Eliasziw and Donner (Statistics in Medicine 1991,
    10:1981-1991). They estimate the correlation from the data; here the effect is given, which is what
    planning and a sensitivity analysis need when the clusters were not published.

    Args:
        b: pairs where only the treated side succeeded.
        c: pairs where only the control side succeeded.
        effect: design effect, above 0, see :func:`design_effect`. All three broadcast.
        alternative: "greater" (treated side better), "less" or "two-sided".

    Returns:
        Statistics and p-values of the broadcast shape.

    Raises:
        ValueError: a count is negative, an effect is not positive or the alternative is unknown.

    Example:
        >>> inflated_mcnemar(12, 3, [1.0, 2.0]).p_value.round(4)
        array([0.0101, 0.0502])
    """
    direction = alternative_name(alternative)
    factor = np.asarray(effect, dtype=np.float64)
    if np.any(factor <= 0.0):
        raise ValueError(f"effect must be above 0, got {effect!r}")
    better, worse, factor = np.broadcast_arrays(counts(b, "b"), counts(c, "c"), factor)
    return _normal_test((better - worse).astype(np.float64), (better + worse) * factor, direction)


def durkalski_test(
    b: ArrayLike, c: ArrayLike, pairs: ArrayLike, alternative: str = "greater"
) -> ClusteredTest:
    """Cluster-robust McNemar test of Durkalski and others (Statistics in Medicine 2003, 22:2417-2428).

    Each participant counts by the mean of his or her own pairs, ``d = (b - c) / pairs``, and
    ``z = sum(d) / sqrt(sum(d**2))``. No correlation needs to be known. With one pair each it is McNemar's
    test without continuity correction. It is asymptotic in the number of participants, not of pairs.

    Args:
        b: pairs where only the treated side succeeded, shape (..., participants).
        c: pairs where only the control side succeeded, broadcast against b.
        pairs: number of pairs of each participant; participants without pairs do not count.
        alternative: "greater" (treated side better), "less" or "two-sided".

    Returns:
        Statistics and p-values, one for each trial (the shape without its last axis).

    Raises:
        ValueError: b + c exceeds the pairs or the alternative is unknown.

    Example:
        >>> test = durkalski_test([2, 3, 0, 1, 2], [0, 0, 1, 0, 0], [3, 4, 2, 1, 4])
        >>> round(float(test.z), 4), round(float(test.p_value), 4)
        (1.5263, 0.0635)
    """
    direction = alternative_name(alternative)
    better, worse = np.broadcast_arrays(counts(b, "b"), counts(c, "c"))
    _, sizes = successes_of(better + worse, pairs, ("b + c", "pairs"))
    mean = (better - worse) / np.maximum(sizes, 1)
    return _normal_test(mean.sum(axis=-1), (mean**2).sum(axis=-1), direction)


def _normal_test(numerator: Array, variance: Array, alternative: Alternative) -> ClusteredTest:
    """Statistic and p-value; without any discordance the statistic is zero."""
    from scipy.special import ndtr

    z = numerator / np.sqrt(np.where(variance > 0.0, variance, 1.0))
    if alternative == "two-sided":
        return ClusteredTest(z, np.asarray(2.0 * ndtr(-np.abs(z))))
    return ClusteredTest(z, np.asarray(ndtr(-z if alternative == "greater" else z)))
