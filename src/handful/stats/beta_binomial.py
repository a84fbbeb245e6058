"""Conjugate Bayesian analysis of response counts: one arm against a benchmark, and two arms against each
other.

A beta prior on a response probability stays beta when responses are counted, so every posterior probability
here is a number and not a simulation. For two arms, the probability that one response probability exceeds the
other obeys recurrences in the parameters (Cook 2008, "Numerical computation of stochastic inequality
probabilities", UT MD Anderson working paper 46), which turn a table over all pairs of counts into running
sums of positive terms.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincc, betaincinv, betaln, expit, gammaln

from handful.stats._arguments import probabilities, proportion, size, successes_of

Array = NDArray[np.float64]

# Relative size of a term after which the geometric tail of a sum is below the rounding of the sum.
NEGLIGIBLE = 2.0**-56

# Where the double-exponential rule ends: t = 1e-275 there, so that even t^0.06 has fallen below the rounding.
NODE_RANGE = 6.0


class Beta(NamedTuple):
    """A beta distribution of a response probability, as if `a` responses and `b` non-responses had been seen.

    Attributes:
        a: weight of response, greater than 0.
        b: weight of non-response, greater than 0.

    Example:
        >>> Beta(1, 1).updated(responses=7, n=10)
        Beta(a=8, b=4)
    """

    a: float
    b: float

    def updated(self, responses: int, n: int) -> Beta:
        """The posterior after `responses` among `n` participants."""
        return Beta(self.a + responses, self.b + n - responses)


UNIFORM = Beta(1.0, 1.0)


def _checked(prior: tuple[float, float]) -> Beta:
    """The prior, with both weights positive."""
    a, b = prior
    if not (a > 0.0 and b > 0.0):
        raise ValueError(f"a beta prior needs two positive weights, got ({a}, {b})")
    return Beta(float(a), float(b))


def probability_above(
    benchmark: ArrayLike, responses: ArrayLike, n: ArrayLike, prior: tuple[float, float] = UNIFORM
) -> Array:
    """Posterior probability that the response probability of one arm exceeds a benchmark.

    Args:
        benchmark: in [0, 1].
        responses: number of responses, 0 <= responses <= n.
        n: number of participants observed.
        prior: weights (a, b) of the beta prior.

    Returns:
        Pr(p > benchmark | data), the broadcast shape of the three arguments.

    Raises:
        ValueError: if a count, the benchmark or the prior is out of range.

    Example:
        >>> probability_above(0.2, [3, 6, 9], n=20).round(4)
        array([0.3704, 0.8915, 0.9959])
    """
    a, b = _checked(prior)
    observed, sizes = successes_of(responses, n, ("responses", "n"))
    above: Array = betaincc(a + observed, b + sizes - observed, probabilities(benchmark, "benchmark"))
    return above


def credible_interval(
    responses: ArrayLike, n: ArrayLike, prior: tuple[float, float] = UNIFORM, probability: float = 0.95
) -> tuple[Array, Array]:
    """Equal-tailed posterior interval of a response probability.

    Args:
        responses: number of responses, 0 <= responses <= n.
        n: number of participants observed.
        prior: weights (a, b) of the beta prior.
        probability: posterior probability inside the interval, in (0, 1).

    Returns:
        Lower and upper limits, each of the broadcast shape of `responses` and `n`.

    Raises:
        ValueError: if a count, the prior or the probability is out of range.

    Example:
        >>> lower, upper = credible_interval(6, 20)
        >>> print(f"{lower:.4f} to {upper:.4f}")
        0.1459 to 0.5218
    """
    a, b = _checked(prior)
    observed, sizes = successes_of(responses, n, ("responses", "n"))
    outside = 0.5 * (1.0 - proportion(probability, "probability"))
    lower: Array = betaincinv(a + observed, b + sizes - observed, outside)
    upper: Array = betaincinv(a + observed, b + sizes - observed, 1.0 - outside)
    return lower, upper


def predictive_pmf(n: int, prior: tuple[ArrayLike, ArrayLike] = UNIFORM) -> Array:
    """Beta-binomial probability of each number of responses among participants not yet observed.

    Args:
        n: number of participants to come, 0 or more.
        prior: weights (a, b) of the current distribution of the response probability: the prior before any
            data, the posterior after some.

    Returns:
        Probabilities of 0 to n responses, the shape of the weights + (n + 1,).

    Raises:
        ValueError: if `n` or the prior is out of range.

    Example:
        >>> predictive_pmf(3)
        array([0.25, 0.25, 0.25, 0.25])
    """
    a, b = (np.asarray(weight, dtype=np.float64)[..., None] for weight in prior)
    if not (np.all(a > 0.0) and np.all(b > 0.0)):
        raise ValueError(f"a beta prior needs two positive weights, got {prior!r}")
    total = size(n, "n")
    responses = np.arange(total + 1)
    ways = -betaln(responses + 1.0, total - responses + 1.0) - np.log(total + 1.0)
    mass: Array = np.exp(ways + betaln(a + responses, b + total - responses) - betaln(a, b))
    return mass


def superiority_probability(
    first: tuple[float, float], second: tuple[float, float], margin: float = 0.0
) -> float:
    """Probability that one beta variable exceeds another by more than a margin.

    Args:
        first: weights (a, b) of the first variable, p1.
        second: weights of the second, p2, independent of the first.
        margin: in (-1, 1).

    Returns:
        Pr(p1 - p2 > margin).

    Raises:
        ValueError: if a weight is not positive or the margin is outside (-1, 1).

    Example:
        >>> print(f"{superiority_probability(Beta(8, 4), Beta(4, 8)):.6f}")
        0.956946
        >>> print(f"{superiority_probability(Beta(8, 4), Beta(4, 8), margin=0.1):.6f}")
        0.889686
    """
    return float(superiority_table(0, 0, first, second, margin)[0, 0])


@lru_cache(maxsize=4096)
def superiority_table(
    n1: int,
    n2: int,
    prior1: tuple[float, float] = UNIFORM,
    prior2: tuple[float, float] = UNIFORM,
    margin: float = 0.0,
) -> Array:
    """Posterior probability that arm 1 responds better than arm 2, for every pair of response counts.

    With margin 0 the table is exact for any real priors: one corner is a rapidly converging sum of positive
    terms and all else running sums of positive differences. With another margin it is a double-exponential
    quadrature, which no singularity of the densities at 0 or 1 disturbs; halving its step changes the table
    by less than 1e-13.

    Args:
        n1: participants observed in arm 1.
        n2: participants observed in arm 2.
        prior1: weights (a, b) of the beta prior of arm 1.
        prior2: those of arm 2.
        margin: in (-1, 1).

    Returns:
        Pr(p1 - p2 > margin | x1, x2), shape (n1 + 1, n2 + 1), indexed by the responses x1 and x2. Read-only
        and kept for the next call with the same arguments.

    Raises:
        ValueError: if a size, a prior or the margin is out of range.

    Example:
        >>> superiority_table(2, 1).round(4)
        array([[0.4, 0.1],
               [0.7, 0.3],
               [0.9, 0.6]])
    """
    sizes, priors = (size(n1, "n1"), size(n2, "n2")), (_checked(prior1), _checked(prior2))
    if not -1.0 < margin < 1.0:
        raise ValueError(f"margin must lie strictly between -1 and 1, got {margin!r}")
    if margin == 0.0:
        table = _table_without_margin(*sizes, *priors)
    elif margin > 0.0:
        table = _table_beyond_margin(*sizes, *priors, margin)
    else:
        # Arm 1 is worse by no more than the margin unless arm 2 is better by more.
        table = 1.0 - _table_beyond_margin(*sizes[::-1], *priors[::-1], -margin).T
    table = np.clip(table, 0.0, 1.0)
    table.setflags(write=False)
    return table


@lru_cache(maxsize=64)
def superiority_by_allocation(
    n: int,
    prior1: tuple[float, float] = UNIFORM,
    prior2: tuple[float, float] = UNIFORM,
    margin: float = 0.0,
) -> Array:
    """Posterior probability that arm 1 responds better, for every split of n participants over two arms.

    This is what a trial needs whose arms are allocated by tossing a coin: element [n1, x1, x2] belongs to n1
    participants in arm 1 and n - n1 in arm 2.

    Args:
        n: participants observed in both arms together.
        prior1: weights (a, b) of the beta prior of arm 1.
        prior2: those of arm 2.
        margin: in (-1, 1).

    Returns:
        Pr(p1 - p2 > margin | n1, x1, x2), shape (n + 1, n + 1, n + 1), NaN where x1 > n1 or x2 > n - n1.
        Read-only and kept for the next call with the same arguments.

    Raises:
        ValueError: if the size, a prior or the margin is out of range.

    Example:
        >>> superiority_by_allocation(3)[2, 1, 0].round(4)
        np.float64(0.7)
    """
    total = size(n, "n")
    cube = np.full((total + 1, total + 1, total + 1), np.nan)
    for n1 in range(total + 1):
        cube[n1, : n1 + 1, : total - n1 + 1] = superiority_table(n1, total - n1, prior1, prior2, margin)
    cube.setflags(write=False)
    return cube


def _smallest_entry(first: Beta, second: Beta) -> float:
    """Pr(p1 > p2) as a sum of positive terms; it converges like a geometric series of ratio 1/4.

    With h = B(a + c, b + d) / (B(a, b) B(c, d)), the probability falls by h / c when c grows by one and by h
    / b when b does (Cook 2008). Growing both without end takes it to zero, and what it loses on the way is
    the probability itself.
    """
    a, b = first
    c, d = second
    term = float(np.exp(betaln(a + c, b + d) - betaln(a, b) - betaln(c, d)))
    total = 0.0
    while True:
        lost_to_c = term / c
        term *= (a + c) * (c + d) / ((a + b + c + d) * c)
        c += 1.0
        lost = lost_to_c + term / b
        term *= (b + d) * (a + b) / ((a + b + c + d) * b)
        b += 1.0
        total += lost
        if lost <= NEGLIGIBLE * total and b > a and c > d:
            return total


def _table_without_margin(n1: int, n2: int, prior1: Beta, prior2: Beta) -> Array:
    """Pr(p1 > p2) for all pairs of counts, from the corner where it is smallest: x1 = 0 and x2 = n2."""
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    a, b, c, d = prior1.a + x1, prior1.b + n1 - x1, prior2.a + x2, prior2.b + n2 - x2
    # Turning one non-response into a response, in arm 1 or back in arm 2, adds B(a + c, b + d - 1) times a
    # factor of either arm. The factors are products of gammas, and the joint term depends on x1 + x2 alone.
    responses = np.arange(n1 + n2)
    joint = betaln(prior1.a + prior2.a + responses, prior1.b + prior2.b + n1 + n2 - 1 - responses)
    table = np.empty((n1 + 1, n2 + 1))
    table[0, n2] = _smallest_entry(Beta(a[0, 0], b[0, 0]), Beta(c[n2], d[n2]))
    gains = np.exp(joint[:n2] + _log_step(c[:-1], d[:-1]) - betaln(a[0], b[0]))
    table[0, :n2] = gains
    table[0] = table[0, ::-1].cumsum()[::-1]
    table[1:] = np.exp(joint[x1[:-1] + x2] + _log_step(a[:-1], b[:-1]) - betaln(c, d))
    return table.cumsum(axis=0)


def _log_step(a: NDArray[np.floating], b: NDArray[np.floating]) -> Array:
    """Logarithm of G(a + b) / (G(a + 1) G(b)), the factor of the arm in which a response is added."""
    step: Array = gammaln(a + b) - gammaln(a + 1.0) - gammaln(b)
    return step


def _table_beyond_margin(n1: int, n2: int, prior1: Beta, prior2: Beta, margin: float) -> Array:
    """Pr(p1 > p2 + margin) for all pairs of counts and a positive margin, by quadrature over p2."""
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    share, rest, weights = double_exponential(n1 + n2 + sum(prior1) + sum(prior2))
    width = 1.0 - margin  # p2 runs over (0, 1 - margin), p1 = p2 + margin over (margin, 1)
    p2, p1_miss = width * share, width * rest
    c, d = prior2.a + x2[:, None], prior2.b + n2 - x2[:, None]
    density = np.exp((c - 1.0) * np.log(p2) + (d - 1.0) * np.log(margin + p1_miss) - betaln(c, d))

    # Pr(p1 > p2 + margin) grows with each response by a positive term, so that one incomplete beta starts
    # them all.
    beyond = np.empty((n1 + 1, len(share)))
    p1 = margin + p2
    a, b = prior1.a, prior1.b + n1
    # Whichever of p1 and 1 - p1 is small is the one that is known to its last digit.
    beyond[0] = np.where(p1 < 0.5, betaincc(a, b, p1), betainc(b, a, p1_miss))
    rise = _log_step(a + x1[:-1], b - x1[:-1])
    beyond[1:] = np.exp(rise + (a + x1[:-1]) * np.log(p1) + (b - 1.0 - x1[:-1]) * np.log(p1_miss))
    table: Array = beyond.cumsum(axis=0) @ (density * (width * weights)).T
    return table


def double_exponential(observations: float) -> tuple[Array, Array, Array]:
    """A rule for integrals over (0, 1) of functions that may be unbounded at the ends (Takahasi and Mori 1974).

    The nodes crowd towards both ends so fast that powers of t or 1 - t do no harm.

    Args:
        observations: how many observations the density rests on, whose width the step follows.

    Returns:
        Nodes t, 1 - t (to its last digit), and weights.

    Example:
        >>> node, rest, weight = double_exponential(1.0)
        >>> print(f"{weight @ node**-0.9:.12f}")
        10.000000000000
    """
    step = min(1.0 / 16.0, 1.0 / (4.0 * observations**0.5))
    u = np.arange(-ceil(NODE_RANGE / step), ceil(NODE_RANGE / step) + 1) * step
    exponent = np.pi * np.sinh(u)
    share, rest = expit(exponent), expit(-exponent)
    return share, rest, step * np.pi * np.cosh(u) * share * rest
