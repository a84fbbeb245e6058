"""One proportion, exactly: the binomial distribution, its tests, their power, and intervals.

Everything takes arrays and returns arrays. The distribution is a vector over all outcomes 0..n, summed
from the thin end, so that a p-value of 1e-9 keeps its digits.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

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
from handful.stats.bisection import bisect_increasing

Array = NDArray[np.float64]

# Two outcomes count as equally likely when their probabilities agree to this factor, as in R's binom.test.
_EQUALLY_LIKELY = 1.0 + 1e-7

# Up to this sample size the limits of all outcomes are tabulated at once and kept.
_TABULATED = 100


def log_factorials(n: int) -> Array:
    """Natural logarithms of 0!, 1!, ..., n!.

    Args:
        n: the largest argument, 0 or more.

    Returns:
        Shape (n + 1,), read-only; each entry is right to the last digit or two.

    Example:
        >>> np.exp(log_factorials(4)).round(10)
        array([ 1.,  1.,  2.,  6., 24.])
    """
    # Doubling the table keeps the number of rebuilt tables logarithmic however callers ask.
    return _log_factorial_table(1 << max(6, size(n, "n").bit_length()))[: n + 1]


@lru_cache(maxsize=16)
def _log_factorial_table(length: int) -> Array:
    """The first entries of the log-factorial table."""
    table = np.array([math.lgamma(i + 1.0) for i in range(length + 1)])
    table.setflags(write=False)
    return table


def pmf(n: int, p: ArrayLike) -> Array:
    """Probabilities of 0, 1, ..., n successes in n independent trials.

    Args:
        n: number of trials, 0 or more.
        p: success probability or an array of them, in [0, 1]; 0 and 1 give exact zeros and ones.

    Returns:
        Shape ``p.shape + (n + 1,)``.

    Raises:
        ValueError: n is not a whole number of 0 or more, or p is outside [0, 1].

    Example:
        >>> pmf(2, [0.0, 0.5])
        array([[1.  , 0.  , 0.  ],
               [0.25, 0.5 , 0.25]])
    """
    trials = size(n, "n")
    chance = probabilities(p, "p")[..., None]
    successes = np.arange(trials + 1)
    failures = successes[::-1]
    table = log_factorials(trials)
    log_ways = table[trials] - table - table[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        # 0 * log(0) is a factor of one: it happens that nothing was asked of an impossible event.
        log_hits = np.where(successes == 0, 0.0, successes * np.log(chance))
        log_misses = np.where(failures == 0, 0.0, failures * np.log1p(-chance))
    mass: Array = np.exp(log_ways + log_hits + log_misses)
    return mass


def cdf(n: int, p: ArrayLike) -> Array:
    """Probabilities of at most 0, 1, ..., n successes, summed from zero upwards.

    Args:
        n: number of trials, 0 or more.
        p: success probability or an array of them, in [0, 1].

    Returns:
        Shape ``p.shape + (n + 1,)``; element k is P(X <= k).

    Raises:
        ValueError: as for :func:`pmf`.

    Example:
        >>> cdf(2, 0.5)
        array([0.25, 0.75, 1.  ])
    """
    return np.minimum(np.cumsum(pmf(n, p), axis=-1), 1.0)


def tail(n: int, p: ArrayLike) -> Array:
    """Probabilities of at least 0, 1, ..., n successes, summed from n downwards.

    Args:
        n: number of trials, 0 or more.
        p: success probability or an array of them, in [0, 1].

    Returns:
        Shape ``p.shape + (n + 1,)``; element k is P(X >= k), with full relative accuracy where it is small.

    Raises:
        ValueError: as for :func:`pmf`.

    Example:
        >>> f"{tail(30, 0.5)[29]:.3g}"
        '2.89e-08'
    """
    return np.minimum(np.cumsum(pmf(n, p)[..., ::-1], axis=-1)[..., ::-1], 1.0)


@lru_cache(maxsize=1024)
def _p_values(n: int, benchmark: float, alternative: Alternative, mid: bool) -> Array:
    """The p-value of every outcome 0..n."""
    mass = pmf(n, benchmark)
    half = 0.5 * mass if mid else np.zeros_like(mass)
    upper, lower = tail(n, benchmark) - half, cdf(n, benchmark) - half
    if alternative == "greater":
        values = upper
    elif alternative == "less":
        values = lower
    elif mid:
        values = 2.0 * np.minimum(upper, lower)
    else:
        ascending = np.sort(mass)
        as_unlikely = np.searchsorted(ascending, mass * _EQUALLY_LIKELY, side="right")
        values = np.cumsum(ascending)[as_unlikely - 1]
    values = np.minimum(values, 1.0)
    values.setflags(write=False)
    return values


def _look_up(successes: ArrayLike, n: ArrayLike, benchmark: float, alternative: str, mid: bool) -> Array:
    """P-values by one table for each sample size that occurs."""
    observed, sizes = successes_of(successes, n)
    null = float(probabilities(benchmark, "benchmark"))
    direction = alternative_name(alternative)
    values = np.empty(observed.shape)
    for trials in np.unique(sizes):
        here = sizes == trials
        values[here] = _p_values(int(trials), null, direction, mid)[observed[here]]
    return values


def exact_p_value(
    successes: ArrayLike, n: ArrayLike, benchmark: float, alternative: str = "greater"
) -> Array:
    """Exact binomial test of a proportion against a benchmark.

    The two-sided p-value adds up every outcome that is at most as likely as the one observed (the method
    of small p-values, as R's ``binom.test``): twice the one-sided p-value only where the benchmark is 1/2.

    Args:
        successes: observed successes, whole numbers in 0..n.
        n: number of trials, broadcast against the successes (trials of a block may differ in size).
        benchmark: the proportion under the null hypothesis, in [0, 1].
        alternative: "greater", "less" or "two-sided".

    Returns:
        P-values of the broadcast shape.

    Raises:
        ValueError: successes exceed n, the benchmark is outside [0, 1] or the alternative is unknown.

    Example:
        >>> exact_p_value([29, 30], 30, 0.5)
        array([2.88709998e-08, 9.31322575e-10])
    """
    return _look_up(successes, n, benchmark, alternative, mid=False)


def mid_p_value(successes: ArrayLike, n: ArrayLike, benchmark: float, alternative: str = "greater") -> Array:
    """Mid-p version of the exact binomial test: half of the observed outcome's probability is left out.

    It does not guarantee the level, but comes close to it on average (Lancaster, JASA 1961, 56:223-234). The
    two-sided mid-p is twice the smaller one-sided one, at most 1.

    Args:
        successes: observed successes, whole numbers in 0..n.
        n: number of trials, broadcast against the successes.
        benchmark: the proportion under the null hypothesis, in [0, 1].
        alternative: "greater", "less" or "two-sided".

    Returns:
        Mid-p-values of the broadcast shape.

    Raises:
        ValueError: as for :func:`exact_p_value`.

    Example:
        >>> mid_p_value([13, 14], 16, 0.5, "two-sided").round(5)
        array([0.01273, 0.00235])
    """
    return _look_up(successes, n, benchmark, alternative, mid=True)


def _lower_limits(successes: NDArray[np.int64], n: int, level: float, omitted: float) -> Array:
    """Where P(X >= k) less the omitted share of P(X = k) equals the level, for each k."""
    row = np.arange(successes.size)

    def excess(p: Array) -> Array:
        beyond: Array = tail(n, p)[row, successes] - level
        return beyond - omitted * pmf(n, p)[row, successes] if omitted else beyond

    limits = bisect_increasing(excess, np.zeros(successes.size), np.ones(successes.size))
    return np.where(successes > 0, limits, 0.0)


@lru_cache(maxsize=256)
def _lower_limit_table(n: int, level: float, omitted: float) -> Array:
    """The lower limits of all outcomes 0..n."""
    return _lower_limits(np.arange(n + 1), n, level, omitted)


def _tail_interval(successes: ArrayLike, n: ArrayLike, confidence: float, omitted: float) -> Array:
    """Equal-tailed limits; the upper limit of k successes is one minus the lower limit of k failures."""
    observed, sizes = successes_of(successes, n)
    level = 0.5 * (1.0 - proportion(confidence, "confidence"))
    limits = np.empty((*observed.shape, 2))
    for trials in np.unique(sizes):
        here, m = sizes == trials, int(trials)
        for side, count in enumerate((observed[here], m - observed[here])):
            if m <= _TABULATED:
                values = _lower_limit_table(m, level, omitted)[count]
            else:
                distinct, inverse = np.unique(count, return_inverse=True)
                values = _lower_limits(distinct, m, level, omitted)[inverse]
            limits[here, side] = values if side == 0 else 1.0 - values
    return limits


def exact_interval(successes: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Array:
    """Clopper-Pearson interval for a proportion (Biometrika 1934, 26:404-413).

    Each limit is the one-sided exact limit at level ``(1 - confidence) / 2``, so coverage is never below
    the confidence and is usually above it.

    Args:
        successes: observed successes, whole numbers in 0..n.
        n: number of trials, broadcast against the successes; no trials give the interval (0, 1).
        confidence: confidence level, strictly between 0 and 1.

    Returns:
        Lower and upper limits, shape ``broadcast + (2,)``.

    Raises:
        ValueError: successes exceed n or the confidence is not between 0 and 1.

    Example:
        >>> exact_interval(29, 30).round(3)
        array([0.828, 0.999])
    """
    return _tail_interval(successes, n, confidence, omitted=0.0)


def mid_p_interval(successes: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Array:
    """Interval of the proportions that the mid-p test at level ``1 - confidence`` does not reject.

    Shorter than Clopper-Pearson, with coverage near the confidence on average but not always above it
    (Berry and Armitage, The Statistician 1995, 44:417-423).

    Args:
        successes: observed successes, whole numbers in 0..n.
        n: number of trials, broadcast against the successes; no trials give the interval (0, 1).
        confidence: confidence level, strictly between 0 and 1.

    Returns:
        Lower and upper limits, shape ``broadcast + (2,)``.

    Raises:
        ValueError: as for :func:`exact_interval`.

    Example:
        >>> mid_p_interval(13, 16).round(4)
        array([0.5699, 0.95  ])
    """
    return _tail_interval(successes, n, confidence, omitted=0.5)


def wilson_interval(successes: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Array:
    """Wilson's score interval for a proportion (JASA 1927, 22:209-212), without continuity correction.

    Args:
        successes: observed successes, whole numbers in 0..n.
        n: number of trials, broadcast against the successes; no trials give the interval (0, 1).
        confidence: confidence level, strictly between 0 and 1.

    Returns:
        Lower and upper limits, shape ``broadcast + (2,)``.

    Raises:
        ValueError: as for :func:`exact_interval`.

    Example:
        >>> wilson_interval(13, 16).round(4)
        array([0.5699, 0.9341])
    """
    observed, sizes = successes_of(successes, n)
    z = NormalDist().inv_cdf(0.5 + 0.5 * proportion(confidence, "confidence"))
    k, m = observed.astype(np.float64), sizes.astype(np.float64)
    centre = k + 0.5 * z * z
    half_width = z * np.sqrt(k * (m - k) / np.maximum(m, 1.0) + 0.25 * z * z)
    limits = np.stack([centre - half_width, centre + half_width], axis=-1) / (m + z * z)[..., None]
    # At 0 and n the two terms cancel: rounding must not leave the limit a hair outside.
    limits[..., 0] = np.where(k == 0, 0.0, limits[..., 0])
    limits[..., 1] = np.where(k == m, 1.0, limits[..., 1])
    return limits


def smallest_significant(n: ArrayLike, benchmark: float, alpha: float) -> NDArray[np.int64]:
    """The critical value: the fewest successes whose one-sided exact p-value is at most alpha.

    Args:
        n: number of trials, one or an array.
        benchmark: the proportion under the null hypothesis, in [0, 1].
        alpha: one-sided significance level, strictly between 0 and 1.

    Returns:
        Critical values of the shape of n; n + 1 where not even n successes of n are significant.

    Raises:
        ValueError: an argument is outside its range.

    Example:
        >>> smallest_significant([3, 16, 30], 0.5, 0.025)
        array([ 4, 13, 21])
    """
    level = proportion(alpha, "alpha")
    null = float(probabilities(benchmark, "benchmark"))
    sizes = counts(n, "n")
    critical = np.empty(sizes.shape, dtype=np.int64)
    for trials in np.unique(sizes):
        critical[sizes == trials] = np.count_nonzero(tail(int(trials), null) > level)
    return critical


def power(n: int, p: ArrayLike, benchmark: float, alpha: float) -> Array:
    """Exact probability that the one-sided exact binomial test rejects the benchmark.

    Args:
        n: number of trials.
        p: the true proportion or an array of them, in [0, 1]; at the benchmark the result is the
            attained type I error.
        benchmark: the proportion under the null hypothesis, in [0, 1].
        alpha: one-sided significance level, strictly between 0 and 1.

    Returns:
        Rejection probabilities of the shape of p.

    Raises:
        ValueError: an argument is outside its range.

    Example:
        >>> power(16, [0.05, 0.25], 0.05, 0.05).round(4)
        array([0.0429, 0.8029])
    """
    critical = int(smallest_significant(n, benchmark, alpha))
    at_least = tail(n, p)
    return at_least[..., critical] if critical <= n else np.zeros(at_least.shape[:-1])
