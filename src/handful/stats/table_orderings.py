"""How extreme each two-by-two table is, ordered exactly: integers and fractions, never rounded numbers.

An unconditional test adds up every table at least as extreme as the one observed. Tables that tie must be
added together; a test statistic computed in floating point splits some ties and the p-value comes out too
small. Here squared test statistics are compared as fractions of integers and Fisher p-values as integer
hypergeometric sums.

Tables are addressed by ``[x1, x2]``: successes among n1 in group 1 and among n2 in group 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ordering = Literal["z-pooled", "z-unpooled", "fisher"]


def ranks_of_fractions(numerators: Sequence[int], denominators: Sequence[int]) -> NDArray[np.int64]:
    """Dense ranks of fractions, smallest first; equal fractions share a rank.

    Two different fractions differ by at least one over the product of their denominators. So when all are
    multiplied by the square of the largest denominator, they differ by at least one, and their whole parts
    order them without error.

    Args:
        numerators: whole numbers of any size and sign.
        denominators: positive whole numbers of any size, as many.

    Returns:
        Ranks 0, 1, ... in the order of the arguments.

    Example:
        >>> ranks_of_fractions([1, -1, 2, 3], [3, 2, 6, 1])
        array([1, 0, 1, 2])
    """
    scale = max(denominators) ** 2
    keys = [top * scale // bottom for top, bottom in zip(numerators, denominators, strict=True)]
    rank_of = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.array([rank_of[key] for key in keys], dtype=np.int64)


def fisher_sums(n1: int, n2: int, two_sided: bool) -> tuple[list[list[int]], list[int]]:
    """Fisher's exact p-values of all tables as whole numbers over the binomial coefficient of their margin.

    One-sided means towards more successes in group 1. Two-sided adds the tables of the same margin that are
    at most as likely as the one observed, likelihoods compared exactly.

    Args:
        n1: size of group 1.
        n2: size of group 2.
        two_sided: whether to add both sides.

    Returns:
        The numerators, addressed ``[x1][x2]``, and the denominators, addressed by ``x1 + x2``.

    Example:
        >>> sums, margins = fisher_sums(3, 3, two_sided=False)
        >>> sums[3][0], margins[3]
        (1, 20)
    """
    sums = [[0] * (n2 + 1) for _ in range(n1 + 1)]
    for total in range(n1 + n2 + 1):
        first = max(0, total - n2)
        ways = [comb(n1, x1) * comb(n2, total - x1) for x1 in range(first, min(n1, total) + 1)]
        if two_sided:
            ascending = sorted(ways)
            # The last entry of a run of equal counts holds the sum over all of them.
            up_to = dict(zip(ascending, accumulate(ascending), strict=True))
            values = [up_to[count] for count in ways]
        else:
            values = list(accumulate(reversed(ways)))[::-1]
        for x1, value in enumerate(values, start=first):
            sums[x1][total - x1] = value
    return sums, [comb(n1 + n2, total) for total in range(n1 + n2 + 1)]


def _fisher_fractions(n1: int, n2: int, two_sided: bool) -> tuple[list[int], list[int]]:
    """Fisher p-values of all tables, row by row."""
    sums, margins = fisher_sums(n1, n2, two_sided)
    tables = [(x1, x2) for x1 in range(n1 + 1) for x2 in range(n2 + 1)]
    return [sums[x1][x2] for x1, x2 in tables], [margins[x1 + x2] for x1, x2 in tables]


def _z_fractions(n1: int, n2: int, two_sided: bool, pooled: bool) -> tuple[list[int], list[int]]:
    """Minus the squared z statistic with the sign of the difference, up to a common positive factor."""
    numerators, denominators = [], []
    for x1 in range(n1 + 1):
        for x2 in range(n2 + 1):
            difference = x1 * n2 - x2 * n1
            if pooled:
                variance = (x1 + x2) * (n1 + n2 - x1 - x2)
            else:
                variance = x1 * (n1 - x1) * n2**3 + x2 * (n2 - x2) * n1**3
            square = difference * difference
            if variance == 0:
                # No spread: no difference is no evidence, any difference is beyond every finite statistic.
                square, variance = (0 if difference == 0 else (n1 * n2) ** 2 + 1), 1
            numerators.append(-square if two_sided or difference > 0 else square)
            denominators.append(variance)
    return numerators, denominators


def table_ranks(n1: int, n2: int, ordering: Ordering, two_sided: bool) -> NDArray[np.int64]:
    """Dense ranks of all tables, the most extreme first; tables that tie share a rank.

    Args:
        n1: size of group 1, at least 1.
        n2: size of group 2, at least 1.
        ordering: "z-pooled" (difference over its standard error under a common proportion; its square is
            Pearson's chi-squared), "z-unpooled" (over the standard error with separate proportions) or
            "fisher" (Fisher's exact p-value, smallest first).
        two_sided: whether a difference in either direction is extreme, or only one in favour of group 1.

    Returns:
        Ranks of shape (n1 + 1, n2 + 1).

    Example:
        >>> table_ranks(2, 2, "z-pooled", two_sided=False)
        array([[2, 3, 4],
               [1, 2, 3],
               [0, 1, 2]])
    """
    if ordering == "fisher":
        numerators, denominators = _fisher_fractions(n1, n2, two_sided)
    else:
        numerators, denominators = _z_fractions(n1, n2, two_sided, pooled=ordering == "z-pooled")
    return ranks_of_fractions(numerators, denominators).reshape(n1 + 1, n2 + 1)
