"""The difference of two independent proportions: score intervals, for every table of a trial at once."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import proportion, size, successes_of
from handful.stats.bisection import bisect_increasing

Array = NDArray[np.float64]
Score = Literal["miettinen-nurminen", "mee"]


def constrained_proportions(
    x1: Array, n1: Array, x2: Array, n2: Array, difference: Array
) -> tuple[Array, Array]:
    """Maximum likelihood estimates of two proportions under a given difference p1 - p2.

    The likelihood equation is a cubic with one admissible root, in closed form (Miettinen and Nurminen,
    Statistics in Medicine 1985, 4:213-226, appendix; Farrington and Manning, ibid. 1990, 9:1447-1454).

    Args:
        x1: successes in group 1.
        n1: size of group 1, above 0.
        x2: successes in group 2.
        n2: size of group 2, above 0.
        difference: the difference, in [-1, 1]. All arguments broadcast.

    Returns:
        The estimates of p1 and p2, which differ by the difference.

    Example:
        >>> p1, p2 = constrained_proportions(*(np.array([v]) for v in (9.0, 12.0, 3.0, 12.0, 0.0)))
        >>> p1.round(6), p2.round(6)
        (array([0.5]), array([0.5]))
    """
    # In terms of p2: a p2**3 + b p2**2 + c p2 + d = 0.
    total, successes = n1 + n2, x1 + x2
    a = total
    b = (n1 + 2.0 * n2) * difference - total - successes
    c = (n2 * difference - total - 2.0 * x2) * difference + successes
    d = x2 * difference * (1.0 - difference)
    shift = b / (3.0 * a)
    v = shift**3 - b * c / (6.0 * a**2) + d / (2.0 * a)
    u = np.copysign(np.sqrt(np.maximum(shift**2 - c / (3.0 * a), 0.0)), v)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(u == 0.0, 0.0, v / u**3)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3.0
    p2 = np.clip(
        2.0 * u * np.cos(angle) - shift, np.maximum(0.0, -difference), np.minimum(1.0, 1.0 - difference)
    )
    return np.clip(p2 + difference, 0.0, 1.0), p2


def risk_difference_interval(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    confidence: float = 0.95,
    score: Score = "miettinen-nurminen",
) -> Array:
    """Score interval for the difference of two proportions.

    The differences that the score test does not reject: ``|d - difference| <= z * se``, the standard error
    being that under the difference. Miettinen and Nurminen (Statistics in Medicine 1985, 4:213-226) enlarge
    the variance by N / (N - 1), which helps in small trials; Mee (Biometrics 1984, 40:1175-1176) does not,
    nor do Farrington and Manning and gsDesign's ``ciBinomial``.

    Args:
        x1: successes in group 1, whole numbers in 0..n1.
        n1: sizes of group 1.
        x2: successes in group 2, whole numbers in 0..n2.
        n2: sizes of group 2. All four broadcast against each other.
        confidence: confidence level, strictly between 0 and 1.
        score: "miettinen-nurminen" or "mee".

    Returns:
        Lower and upper limits of p1 - p2, shape ``broadcast + (2,)``; (-1, 1) where a group is empty.

    Raises:
        ValueError: successes exceed a group's size, the confidence is not between 0 and 1, or the score is
            unknown.

    Example:
        >>> risk_difference_interval(0, 16, 15, 72).round(4)
        array([-0.3164, -0.0056])
        >>> risk_difference_interval(9, 12, 3, 12, score="mee").round(6)
        array([0.102011, 0.760013])
    """
    if score not in ("miettinen-nurminen", "mee"):
        raise ValueError(f"score must be miettinen-nurminen or mee, got {score!r}")
    z = NormalDist().inv_cdf(0.5 + 0.5 * proportion(confidence, "confidence"))
    first, size1 = successes_of(x1, n1, ("x1", "n1"))
    second, size2 = successes_of(x2, n2, ("x2", "n2"))
    whole = np.broadcast_arrays(first, size1, second, size2)
    empty = (whole[1] == 0) | (whole[3] == 0)
    k1, k2 = (count.astype(np.float64) for count in (whole[0], whole[2]))
    m1, m2 = (np.maximum(count, 1).astype(np.float64) for count in (whole[1], whole[3]))
    observed = k1 / m1 - k2 / m2
    total = m1 + m2
    inflation = total / (total - 1.0) if score == "miettinen-nurminen" else np.ones(total.shape)

    def excess(difference: Array) -> Array:
        """Squared distance beyond what the test allows: no division by a vanishing standard error."""
        p1, p2 = constrained_proportions(k1, m1, k2, m2, difference)
        variance = inflation * (p1 * (1.0 - p1) / m1 + p2 * (1.0 - p2) / m2)
        beyond: Array = (difference - observed) ** 2 - z * z * variance
        return beyond

    one = np.ones(observed.shape)
    lower = bisect_increasing(lambda difference: -excess(difference), -one, observed)
    upper = bisect_increasing(excess, observed, one)
    # An observed difference of -1 or 1 is itself the limit: its standard error is zero.
    lower, upper = np.where(observed == -1.0, -1.0, lower), np.where(observed == 1.0, 1.0, upper)
    limits = np.stack([lower, upper], axis=-1)
    limits[empty] = (-1.0, 1.0)
    return limits


@lru_cache(maxsize=256)
def risk_difference_interval_table(
    n1: int, n2: int, confidence: float = 0.95, score: Score = "miettinen-nurminen"
) -> Array:
    """Score intervals for the risk difference of every possible table of two groups.

    Args:
        n1: size of group 1 (treated), at least 1.
        n2: size of group 2 (control), at least 1.
        confidence: confidence level, strictly between 0 and 1.
        score: "miettinen-nurminen" or "mee", as in :func:`risk_difference_interval`.

    Returns:
        Shape (n1 + 1, n2 + 1, 2), read-only: lower and upper limits at [x1, x2].

    Raises:
        ValueError: as for :func:`risk_difference_interval`.

    Example:
        >>> risk_difference_interval_table(12, 12)[9, 3].round(4)
        array([0.0931, 0.7638])
    """
    treated, control = size(n1, "n1"), size(n2, "n2")
    x1, x2 = np.arange(treated + 1)[:, None], np.arange(control + 1)[None, :]
    table = risk_difference_interval(x1, treated, x2, control, confidence, score)
    table.setflags(write=False)
    return table
