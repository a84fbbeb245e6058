"""Exact tests of two proportions: Fisher, Barnard (pooled and unpooled) and Boschloo, all tables at once.

A trial with groups of n1 and n2 has only (n1 + 1)(n2 + 1) possible results. :func:`p_value_table` gives the
p-value of each, once and for all trials; power and size are sums over the table.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import (
    Alternative,
    alternative_name,
    probabilities,
    proportion,
    size,
    successes_of,
)
from handful.stats.binomial import log_factorials, pmf
from handful.stats.table_orderings import Ordering, fisher_sums, table_ranks
from handful.stats.worst_case import worst_case_probability

Array = NDArray[np.float64]
Method = Literal["fisher", "z-pooled", "z-unpooled", "boschloo"]
METHODS: tuple[Method, ...] = ("fisher", "z-pooled", "z-unpooled", "boschloo")

# A p-value equal to alpha rejects; rounding in its last digits must not decide otherwise.
_ROUNDING = 1.0 + 1e-12


def _method_name(value: str) -> Method:
    """One of the four tests."""
    for known in METHODS:
        if value == known:
            return known
    raise ValueError(
        f"method must be one of {', '.join(METHODS)} (Barnard's test: z-pooled or z-unpooled), got {value!r}"
    )


def p_value_table(n1: int, n2: int, method: str, alternative: str = "greater") -> Array:
    """The exact p-value of every possible two-by-two table.

    ``"fisher"`` conditions on the total number of successes (Fisher, JRSS 1935, 98:39-54). The other three
    are unconditional: they order the tables, add up all at least as extreme as the one observed, and take
    the largest value of that probability over the common proportion p under the null. ``"z-pooled"`` and
    ``"z-unpooled"`` order by the z statistic with pooled or separate variance (Barnard, Biometrika 1947,
    34:123-138; Suissa and Shuster, JRSS A 1985, 148:317-327). ``"boschloo"`` orders by Fisher's p-value
    (Boschloo, Statistica Neerlandica 1970, 24:1-35) and never exceeds it. Ties are found exactly (see
    :mod:`handful.stats.table_orderings`).

    Two-sided tests are defined by their ordering and are not doubled one-sided ones: "fisher" adds the
    tables with the same total that are at most as likely (as R's ``fisher.test``), the z tests order by the
    absolute z, and "boschloo" orders by that two-sided Fisher p-value (as R's Exact; SciPy doubles the
    one-sided p instead).

    One-sided unconditional p-values are maxima over p1 = p2. They hold for the whole null of no benefit,
    p1 <= p2, where rejection regions are convex in Barnard's sense (one more success in group 1 or one fewer
    in group 2 never undoes a rejection), which "fisher", "z-pooled" and "boschloo" have.

    Args:
        n1: size of group 1 (treated), at least 1.
        n2: size of group 2 (control), at least 1.
        method: "fisher", "z-pooled", "z-unpooled" or "boschloo".
        alternative: "greater" (more successes in group 1), "less" or "two-sided".

    Returns:
        Shape (n1 + 1, n2 + 1), read-only; element [x1, x2] belongs to x1 successes in group 1 and x2 in
        group 2. The same array is returned on every call.

    Raises:
        ValueError: a group is empty or a name is unknown.

    Example:
        >>> round(float(p_value_table(10, 12, "boschloo")[8, 3]), 6)
        0.006442
        >>> round(float(p_value_table(6, 6, "z-pooled", "two-sided")[6, 2]), 6)
        0.021006
    """
    treated, control = size(n1, "n1"), size(n2, "n2")
    if treated == 0 or control == 0:
        raise ValueError(f"both groups need at least one participant, got {n1!r} and {n2!r}")
    return _cached_table(treated, control, _method_name(method), alternative_name(alternative))


@lru_cache(maxsize=512)
def _cached_table(n1: int, n2: int, method: Method, alternative: Alternative) -> Array:
    """The table behind :func:`p_value_table`."""
    if alternative == "less":
        # The groups change places.
        table = _cached_table(n2, n1, method, "greater").T
    elif method == "fisher":
        table = _fisher_table(n1, n2, two_sided=alternative == "two-sided")
    else:
        ordering: Ordering = "fisher" if method == "boschloo" else method
        table = _unconditional_table(n1, n2, table_ranks(n1, n2, ordering, alternative == "two-sided"))
    table.setflags(write=False)
    return table


def _fisher_table(n1: int, n2: int, two_sided: bool) -> Array:
    """Fisher p-values, each the correctly rounded quotient of two whole numbers."""
    sums, margins = fisher_sums(n1, n2, two_sided)
    return np.array(
        [[value / margins[x1 + x2] for x2, value in enumerate(row)] for x1, row in enumerate(sums)]
    )


@lru_cache(maxsize=512)
def _shares_of_total(n1: int, n2: int) -> Array:
    """Probability of each table given its total number of successes, which is hypergeometric."""
    log1, log2, log_both = (log_factorials(n) for n in (n1, n2, n1 + n2))
    ways1, ways2, ways = (table[-1] - table - table[::-1] for table in (log1, log2, log_both))
    totals = np.add.outer(np.arange(n1 + 1), np.arange(n2 + 1))
    shares: Array = np.exp(np.add.outer(ways1, ways2) - ways[totals])
    return shares


def _unconditional_table(n1: int, n2: int, ranks: NDArray[np.int64]) -> Array:
    """Worst-case probability of all tables ranked as high as each: nested sets, so running sums of shares."""
    totals = np.add.outer(np.arange(n1 + 1), np.arange(n2 + 1))
    shares = np.zeros((int(ranks.max()) + 1, n1 + n2 + 1))
    np.add.at(shares, (ranks, totals), _shares_of_total(n1, n2))
    nested = np.minimum(np.cumsum(shares, axis=0), 1.0)
    by_rank = np.maximum.accumulate(worst_case_probability(nested))
    return by_rank[ranks]


def p_value(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, method: str, alternative: str = "greater"
) -> Array:
    """Exact p-values of observed tables, looked up in :func:`p_value_table`.

    Args:
        x1: successes in group 1, whole numbers in 0..n1.
        n1: sizes of group 1.
        x2: successes in group 2, whole numbers in 0..n2.
        n2: sizes of group 2. All four broadcast against each other.
        method: "fisher", "z-pooled", "z-unpooled" or "boschloo".
        alternative: "greater", "less" or "two-sided".

    Returns:
        P-values of the broadcast shape; 1 where a group is empty, for there is nothing to compare.

    Raises:
        ValueError: successes exceed a group's size or a name is unknown.

    Example:
        >>> p_value([20, 13], [22, 20], [6, 0], [23, 9], "fisher")
        array([9.87051482e-06, 1.14228600e-03])
    """
    known_method, direction = _method_name(method), alternative_name(alternative)
    first, size1 = successes_of(x1, n1, ("x1", "n1"))
    second, size2 = successes_of(x2, n2, ("x2", "n2"))
    first, size1, second, size2 = np.broadcast_arrays(first, size1, second, size2)
    values = np.ones(first.shape)
    for a, b in np.unique(np.stack([size1.ravel(), size2.ravel()]), axis=1).T:
        if a > 0 and b > 0:
            here = (size1 == a) & (size2 == b)
            values[here] = _cached_table(int(a), int(b), known_method, direction)[first[here], second[here]]
    return values


def rejection_region(
    n1: int, n2: int, alpha: float, method: str, alternative: str = "greater"
) -> NDArray[np.bool_]:
    """The tables that an exact test rejects at level alpha.

    Args:
        n1: size of group 1, at least 1.
        n2: size of group 2, at least 1.
        alpha: significance level, strictly between 0 and 1.
        method: "fisher", "z-pooled", "z-unpooled" or "boschloo".
        alternative: "greater", "less" or "two-sided".

    Returns:
        Shape (n1 + 1, n2 + 1), true where the p-value is at most alpha.

    Raises:
        ValueError: an argument is outside its range.

    Example:
        >>> int(rejection_region(12, 12, 0.025, "boschloo").sum())
        36
    """
    return p_value_table(n1, n2, method, alternative) <= proportion(alpha, "alpha") * _ROUNDING


def power(
    n1: int,
    n2: int,
    p1: ArrayLike,
    p2: ArrayLike,
    alpha: float,
    method: str,
    alternative: str = "greater",
) -> Array:
    """Exact probability that the test rejects, by adding up its rejection region.

    Args:
        n1: size of group 1, at least 1.
        n2: size of group 2, at least 1.
        p1: true proportion in group 1, one or an array, in [0, 1].
        p2: true proportion in group 2, broadcast against p1.
        alpha: significance level, strictly between 0 and 1.
        method: "fisher", "z-pooled", "z-unpooled" or "boschloo".
        alternative: "greater", "less" or "two-sided".

    Returns:
        Rejection probabilities of the broadcast shape of p1 and p2.

    Raises:
        ValueError: an argument is outside its range.

    Example:
        >>> power(12, 12, 0.7, [0.2, 0.7], 0.025, "boschloo").round(6)
        array([0.68161 , 0.022377])
    """
    region = rejection_region(n1, n2, alpha, method, alternative)
    first, second = np.broadcast_arrays(probabilities(p1, "p1"), probabilities(p2, "p2"))
    hit: Array = np.einsum("...i,ij,...j->...", pmf(n1, first), region.astype(np.float64), pmf(n2, second))
    return hit


def region_size(region: NDArray[np.bool_]) -> float:
    """Exact type I error of any rejection region at its worst common proportion.

    Args:
        region: shape (n1 + 1, n2 + 1), true for the tables that reject.

    Returns:
        The largest rejection probability over p1 = p2.

    Example:
        >>> region_size(np.array([[False, False], [True, False]]))
        0.25
    """
    n1, n2 = region.shape[0] - 1, region.shape[1] - 1
    totals = np.add.outer(np.arange(n1 + 1), np.arange(n2 + 1))
    shares = np.zeros((1, n1 + n2 + 1))
    np.add.at(shares[0], totals[region], _shares_of_total(n1, n2)[region])
    return float(worst_case_probability(np.minimum(shares, 1.0))[0])


def worst_case_size(n1: int, n2: int, alpha: float, method: str, alternative: str = "greater") -> float:
    """Exact type I error of a test at its worst common proportion: what of alpha it really spends.

    Args:
        n1: size of group 1, at least 1.
        n2: size of group 2, at least 1.
        alpha: significance level, strictly between 0 and 1.
        method: "fisher", "z-pooled", "z-unpooled" or "boschloo".
        alternative: "greater", "less" or "two-sided".

    Returns:
        The largest rejection probability over p1 = p2, at most alpha.

    Raises:
        ValueError: an argument is outside its range.

    Example:
        >>> round(worst_case_size(12, 12, 0.025, "fisher"), 4)
        0.0114
    """
    return region_size(rejection_region(n1, n2, alpha, method, alternative))


def sample_size(
    p1: float,
    p2: float,
    alpha: float,
    target: float,
    method: str,
    alternative: str = "greater",
    allocation: tuple[int, int] = (1, 1),
    largest: int = 400,
) -> tuple[int, int]:
    """The smallest groups whose exact power reaches the target.

    Args:
        p1: true proportion in group 1, in [0, 1].
        p2: true proportion in group 2, in [0, 1].
        alpha: significance level, strictly between 0 and 1.
        target: power to reach, strictly between 0 and 1.
        method: "fisher", "z-pooled", "z-unpooled" or "boschloo".
        alternative: "greater", "less" or "two-sided".
        allocation: participants of group 1 and group 2 in one allocation block, such as (2, 1).
        largest: the largest total that is tried.

    Returns:
        Sizes of group 1 and group 2.

    Raises:
        ValueError: an argument is outside its range, or no total up to the largest reaches the target.

    Example:
        >>> sample_size(0.7, 0.2, 0.05, 0.8, "fisher", "two-sided")
        (18, 18)
    """
    goal = proportion(target, "target")
    first, second = size(allocation[0], "allocation"), size(allocation[1], "allocation")
    if first == 0 or second == 0:
        raise ValueError(f"allocation must give participants to both groups, got {allocation!r}")
    for blocks in range(1, largest // (first + second) + 1):
        n1, n2 = blocks * first, blocks * second
        if float(power(n1, n2, p1, p2, alpha, method, alternative)) >= goal:
            return n1, n2
    raise ValueError(f"no total up to {largest} participants reaches power {target:g}")
