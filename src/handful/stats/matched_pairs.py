"""Binary outcomes in matched pairs: McNemar's test three ways, its power and size, and an interval.

A pair is two sites of one participant, or two matched participants. Only discordant pairs carry
information: ``b`` pairs where the treated side succeeded and the control side failed, ``c`` pairs the other
way round. Pairs must be independent; for several pairs of one participant see
:mod:`handful.stats.clustered_pairs`.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import (
    Alternative,
    alternative_name,
    counts,
    probabilities,
    proportion,
    size,
    successes_of,
)
from handful.stats.binomial import exact_p_value, log_factorials, mid_p_value, pmf
from handful.stats.bisection import bisect_increasing
from handful.stats.table_orderings import ranks_of_fractions
from handful.stats.worst_case import worst_case_probability

Array = NDArray[np.float64]
Method = Literal["exact", "mid-p", "unconditional"]
METHODS: tuple[Method, ...] = ("exact", "mid-p", "unconditional")

# A p-value equal to alpha rejects; rounding in its last digits must not decide otherwise.
_ROUNDING = 1.0 + 1e-12


def _method_name(value: str) -> Method:
    """One of the three tests."""
    for known in METHODS:
        if value == known:
            return known
    raise ValueError(f"method must be one of {', '.join(METHODS)}, got {value!r}")


def mcnemar_p_value_table(pairs: int, method: str = "exact", alternative: str = "greater") -> Array:
    """P-values of McNemar's test for every possible result of a trial of matched pairs.

    ``"exact"`` conditions on the number of discordant pairs, of which b is Binomial(b + c, 1/2) under the
    null (McNemar, Psychometrika 1947, 12:153-157). ``"mid-p"`` leaves out half of the observed result's
    probability: less conservative, but its level is not guaranteed (Fagerland, Lydersen and Laake, BMC
    Medical Research Methodology 2013, 13:91); :func:`mcnemar_worst_case_size` says what it is.
    ``"unconditional"`` orders the results by ``(b - c) / sqrt(b + c)``, ties exact, and takes the worst case
    over the unknown probability of discordance: exact, and usually more powerful than conditioning (Suissa
    and Shuster, Biometrics 1991, 47:361-372).

    Args:
        pairs: number of pairs, 0 or more.
        method: "exact", "mid-p" or "unconditional".
        alternative: "greater" (treated side better), "less" or "two-sided" (the conditional tests double the
            smaller tail, at most 1; the unconditional one orders by the absolute statistic).

    Returns:
        Shape (pairs + 1, pairs + 1), read-only, addressed [b, c]; NaN where b + c exceeds the pairs.

    Raises:
        ValueError: pairs is not a whole number of 0 or more, or a name is unknown.

    Example:
        >>> [round(float(mcnemar_p_value_table(21, m, "two-sided")[7, 1]), 4) for m in METHODS]
        [0.0703, 0.0391, 0.0353]
    """
    return _cached_table(size(pairs, "pairs"), _method_name(method), alternative_name(alternative))


@lru_cache(maxsize=512)
def _cached_table(pairs: int, method: Method, alternative: Alternative) -> Array:
    """The table behind :func:`mcnemar_p_value_table`."""
    b, c = np.indices((pairs + 1, pairs + 1)).reshape(2, -1)
    possible = b + c <= pairs
    b, c = b[possible], c[possible]
    table = np.full((pairs + 1, pairs + 1), np.nan)
    if method == "exact":
        table[b, c] = exact_p_value(b, b + c, 0.5, alternative)
    elif method == "mid-p":
        table[b, c] = mid_p_value(b, b + c, 0.5, alternative)
    else:
        table[b, c] = _unconditional(b, c, pairs, alternative)
    table.setflags(write=False)
    return table


def _unconditional(b: NDArray[np.int64], c: NDArray[np.int64], pairs: int, alternative: Alternative) -> Array:
    """Worst case over the probability of discordance, for nested sets of results."""
    lead = c - b if alternative == "less" else b - c
    squares = [
        -(d * d) if alternative == "two-sided" or d > 0 else d * d for d in (int(value) for value in lead)
    ]
    # Without discordant pairs there is no evidence: 0 / 1.
    ranks = ranks_of_fractions(squares, [max(1, int(discordant)) for discordant in b + c])
    shares = np.zeros((int(ranks.max()) + 1, pairs + 1))
    np.add.at(shares, (ranks, b + c), _share_of_discordant(pairs)[b, c])
    nested = np.minimum(np.cumsum(shares, axis=0), 1.0)
    by_rank: Array = np.maximum.accumulate(worst_case_probability(nested))[ranks]
    return by_rank


@lru_cache(maxsize=64)
def _share_of_discordant(pairs: int) -> Array:
    """Null probability of [b, c] given b + c discordant pairs; zero where there are not so many pairs."""
    shares = np.zeros((pairs + 1, pairs + 1))
    for discordant in range(pairs + 1):
        b = np.arange(discordant + 1)
        shares[b, discordant - b] = pmf(discordant, 0.5)
    return shares


def mcnemar_p_value(
    b: ArrayLike, c: ArrayLike, pairs: ArrayLike, method: str = "exact", alternative: str = "greater"
) -> Array:
    """P-values of McNemar's test for observed results, looked up in :func:`mcnemar_p_value_table`.

    Args:
        b: pairs where only the treated side succeeded.
        c: pairs where only the control side succeeded.
        pairs: number of pairs, concordant ones included. All three broadcast against each other.
        method: "exact", "mid-p" or "unconditional" (only this one depends on the concordant pairs).
        alternative: "greater", "less" or "two-sided".

    Returns:
        P-values of the broadcast shape.

    Raises:
        ValueError: b + c exceeds the pairs or a name is unknown.

    Example:
        >>> mcnemar_p_value([7, 5], [1, 0], 21).round(4)
        array([0.0352, 0.0312])
    """
    known_method, direction = _method_name(method), alternative_name(alternative)
    better, worse, sizes = _results(b, c, pairs)
    values = np.empty(better.shape)
    for number in np.unique(sizes):
        here = sizes == number
        values[here] = _cached_table(int(number), known_method, direction)[better[here], worse[here]]
    return values


def _results(
    b: ArrayLike, c: ArrayLike, pairs: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Discordant counts and numbers of pairs, broadcast and possible."""
    better, worse = np.broadcast_arrays(counts(b, "b"), counts(c, "c"))
    _, sizes = successes_of(better + worse, pairs, ("b + c", "pairs"))
    better, worse, sizes = np.broadcast_arrays(better, worse, sizes)
    return better, worse, sizes


def discordant_pmf(pairs: int, p_b: ArrayLike, p_c: ArrayLike) -> Array:
    """Trinomial probabilities of all results of independent pairs.

    Args:
        pairs: number of pairs, 0 or more.
        p_b: probability that only the treated side of a pair succeeds, one or an array.
        p_c: probability that only the control side does, broadcast against p_b; p_b + p_c is at most 1.

    Returns:
        Shape ``broadcast + (pairs + 1, pairs + 1)``, addressed [..., b, c]; zero where b + c exceeds the
        pairs.

    Raises:
        ValueError: a probability is outside [0, 1] or p_b + p_c exceeds 1.

    Example:
        >>> discordant_pmf(1, 0.5, 0.2).round(3)
        array([[0.3, 0.2],
               [0.5, 0. ]])
    """
    number = size(pairs, "pairs")
    first, second = np.broadcast_arrays(probabilities(p_b, "p_b"), probabilities(p_c, "p_c"))
    if np.any(first + second > 1.0 + 1e-12):
        raise ValueError(f"p_b + p_c must not exceed 1, got {p_b!r} and {p_c!r}")
    b, c = np.indices((number + 1, number + 1))
    concordant = number - b - c
    table = log_factorials(number)
    log_ways = table[number] - table[b] - table[c] - table[np.maximum(concordant, 0)]
    first, second = first[..., None, None], second[..., None, None]
    neither = np.maximum(1.0 - first - second, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_mass = log_ways + sum(
            np.where(count == 0, 0.0, count * np.log(chance))
            for count, chance in ((b, first), (c, second), (concordant, neither))
        )
    mass: Array = np.where(concordant >= 0, np.exp(np.where(concordant >= 0, log_mass, -np.inf)), 0.0)
    return mass


def mcnemar_power(
    pairs: int,
    p_b: ArrayLike,
    p_c: ArrayLike,
    alpha: float,
    method: str = "exact",
    alternative: str = "greater",
) -> Array:
    """Exact probability that McNemar's test rejects.

    Args:
        pairs: number of independent pairs.
        p_b: probability that only the treated side of a pair succeeds, one or an array.
        p_c: probability that only the control side does, broadcast against p_b; p_b + p_c is at most 1.
        alpha: significance level, strictly between 0 and 1.
        method: "exact", "mid-p" or "unconditional".
        alternative: "greater", "less" or "two-sided".

    Returns:
        Rejection probabilities of the broadcast shape.

    Raises:
        ValueError: an argument is outside its range.

    Example:
        >>> [round(float(mcnemar_power(14, 0.6, 0.05, 0.025, method)), 4) for method in METHODS]
        [0.7252, 0.8211, 0.7375]
    """
    rejected = mcnemar_p_value_table(pairs, method, alternative) <= proportion(alpha, "alpha") * _ROUNDING
    hit: Array = np.where(rejected, discordant_pmf(pairs, p_b, p_c), 0.0).sum(axis=(-2, -1))
    return hit


def mcnemar_worst_case_size(
    pairs: int, alpha: float, method: str = "exact", alternative: str = "greater"
) -> float:
    """Exact type I error of McNemar's test at its worst probability of discordance.

    Args:
        pairs: number of independent pairs.
        alpha: significance level, strictly between 0 and 1.
        method: "exact", "mid-p" or "unconditional".
        alternative: "greater", "less" or "two-sided".

    Returns:
        The largest rejection probability over p_b = p_c.

    Raises:
        ValueError: an argument is outside its range.

    Example:
        >>> [round(mcnemar_worst_case_size(14, 0.025, method), 4) for method in METHODS]
        [0.0122, 0.0287, 0.0126]
    """
    rejected = mcnemar_p_value_table(pairs, method, alternative) <= proportion(alpha, "alpha") * _ROUNDING
    b, c = np.nonzero(rejected)
    shares = np.zeros((1, pairs + 1))
    np.add.at(shares[0], b + c, _share_of_discordant(pairs)[b, c])
    return float(worst_case_probability(np.minimum(shares, 1.0))[0])


def paired_difference_interval(
    b: ArrayLike, c: ArrayLike, pairs: ArrayLike, confidence: float = 0.95
) -> Array:
    """Tango's score interval for the difference of success proportions, treated minus control side.

    The differences that the score test does not reject, its variance estimated under them (Tango,
    Statistics in Medicine 1998, 17:891-908); it agrees with McNemar's asymptotic test without continuity
    correction.

    Args:
        b: pairs where only the treated side succeeded.
        c: pairs where only the control side succeeded.
        pairs: number of pairs, concordant ones included. All three broadcast against each other.
        confidence: confidence level, strictly between 0 and 1.

    Returns:
        Lower and upper limits, shape ``broadcast + (2,)``; (-1, 1) where there are no pairs.

    Raises:
        ValueError: b + c exceeds the pairs or the confidence is not between 0 and 1.

    Example:
        >>> paired_difference_interval(6, 16, 161).round(4)
        array([-0.124 , -0.0054])
    """
    z = NormalDist().inv_cdf(0.5 + 0.5 * proportion(confidence, "confidence"))
    better, worse, sizes = (count.astype(np.float64) for count in _results(b, c, pairs))
    number = np.maximum(sizes, 1.0)
    observed = (better - worse) / number

    def excess(difference: Array) -> Array:
        """Squared distance beyond what the test allows, in squared pairs."""
        # P(only control succeeds) under the difference is the larger root q of
        # 2 n q**2 + linear q - c difference (1 - difference) = 0.
        linear = (2.0 * number - better + worse) * difference - better - worse
        constant = worse * difference * (1.0 - difference)
        root = np.sqrt(np.maximum(linear**2 + 8.0 * number * constant, 0.0))
        only_control = (root - linear) / (4.0 * number)
        variance = number * (2.0 * only_control + difference * (1.0 - difference))
        beyond: Array = (number * (difference - observed)) ** 2 - z * z * variance
        return beyond

    one = np.ones(observed.shape)
    lower = bisect_increasing(lambda difference: -excess(difference), -one, observed)
    upper = bisect_increasing(excess, observed, one)
    lower, upper = np.where(observed == -1.0, -1.0, lower), np.where(observed == 1.0, 1.0, upper)
    limits = np.stack([lower, upper], axis=-1)
    limits[sizes == 0.0] = (-1.0, 1.0)
    return limits
