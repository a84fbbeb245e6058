"""The probability that each of several beta variables is the largest, from rows of densities and distributions at nodes.

The density and the distribution function of every beta variable are tabulated at the nodes of a quadrature, one row a variable.
A probability is then a sum of products along rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel

__all__ = ["beta_rows", "chances_of_exceeding", "chances_of_largest", "places"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@kernel
def places(successes: Counts, totals: Counts) -> tuple[Counts, Counts]:
    """Number the pairs of successes and totals: those of fewer participants first, then those with fewer successes.

    Args:
        successes: counts, shape (trials, arms).
        totals: counts, same shape.

    Returns:
        Number of each pair, same shape, and the participants of each trial, shape (trials,).

    Example:
        >>> places(np.array([[0, 1]]), np.array([[0, 2]]))
        (array([[0, 4]]), array([2]))
    """
    place = np.empty_like(totals)
    whole = np.zeros(totals.shape[0], dtype=np.int64)
    for t in range(totals.shape[0]):
        for k in range(totals.shape[1]):
            place[t, k] = totals[t, k] * (totals[t, k] + 1) // 2 + successes[t, k]
            whole[t] += totals[t, k]
    return place, whole


@kernel
def beta_rows(
    successes: Counts,
    failures: Counts,
    prior: tuple[float, float],
    node: Floats,
    rest: Floats,
    weight: Floats,
    prior_density: Floats,
    prior_cdf: Floats,
) -> tuple[Floats, Floats]:
    """Update a beta variable by counts, at nodes.

    With f and F the density and the distribution of beta(a, b) at x, one more success multiplies f by x (a + b) / a and takes
    x (1 - x) f / a from F; one more failure multiplies f by (1 - x) (a + b) / b and adds x (1 - x) f / b to F. Successes are
    counted first, so a row depends on its own counts alone.

    Args:
        successes: counts, shape (rows,).
        failures: counts, shape (rows,).
        prior: weights (a, b) before the counts.
        node: points x, shape (nodes,).
        rest: 1 - x, known to its last digit where x is close to 1.
        weight: weights of the quadrature.
        prior_density: density before the counts at the nodes.
        prior_cdf: distribution function before the counts.

    Returns:
        Density times weight, and distribution function, each of shape (rows, nodes).

    Example:
        >>> x = np.array([0.25, 0.5])
        >>> density, cdf = beta_rows(
        ...     np.array([1]), np.array([1]), (1.0, 1.0), x, 1 - x, np.ones(2), np.ones(2), x
        ... )
        >>> density.tolist(), cdf.tolist()  # 6 x (1 - x) and 3 x**2 - 2 x**3
        ([[1.125, 1.5]], [[0.15625, 0.5]])
    """
    nodes = node.size
    density = np.empty((successes.size, nodes))
    cdf = np.empty((successes.size, nodes))
    for row in range(successes.size):
        f = density[row]
        below = cdf[row]
        a = prior[0]
        b = prior[1]
        f[:] = prior_density
        below[:] = prior_cdf
        for _ in range(successes[row]):
            growth = (a + b) / a
            for i in range(nodes):
                below[i] -= node[i] * rest[i] * f[i] / a
                f[i] *= node[i] * growth
            a += 1.0
        for _ in range(failures[row]):
            growth = (a + b) / b
            for i in range(nodes):
                below[i] += node[i] * rest[i] * f[i] / b
                f[i] *= rest[i] * growth
            b += 1.0
        for i in range(nodes):
            f[i] *= weight[i]
    return density, cdf


@kernel
def chances_of_largest(row: Counts, is_open: Flags, density: Floats, cdf: Floats) -> Floats:
    """Return the probability that each variable of a trial is its largest.

    Args:
        row: row of each arm of each trial, shape (trials, arms).
        is_open: which arms take part, same shape.
        density: density times weight, shape (rows, nodes).
        cdf: distribution functions, same shape.

    Returns:
        Probabilities, same shape as `row`; 0 for arms that take no part, 1 for one that is alone.

    Example:
        >>> uniform = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])
        >>> chances_of_largest(np.array([[0, 0]]), np.array([[True, True]]), *uniform).tolist()
        [[0.5, 0.5]]
    """
    trials, arms = row.shape
    chance = np.zeros((trials, arms))
    product = np.empty(density.shape[1])
    for t in range(trials):
        taking_part = 0
        for k in range(arms):
            taking_part += is_open[t, k]
        for k in range(arms):
            if not is_open[t, k]:
                continue
            if taking_part == 1:
                chance[t, k] = 1.0
                continue
            product[:] = density[row[t, k]]
            for j in range(arms):
                if j != k and is_open[t, j]:
                    other = cdf[row[t, j]]
                    for i in range(product.size):
                        product[i] *= other[i]
            chance[t, k] = _within_unit(_sum(product))
    return chance


@kernel
def chances_of_exceeding(row: Counts, control: int, density: Floats, cdf: Floats) -> Floats:
    """Return the probability that each variable of a trial exceeds one of them.

    Args:
        row: row of each arm of each trial, shape (trials, arms).
        control: the arm that the others are compared with.
        density: density times weight, shape (rows, nodes).
        cdf: distribution functions, same shape.

    Returns:
        Probabilities, same shape as `row`; nan for the control.

    Example:
        >>> uniform = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])
        >>> chances_of_exceeding(np.array([[0, 0]]), 0, *uniform).tolist()
        [[nan, 0.5]]
    """
    trials, arms = row.shape
    chance = np.full((trials, arms), np.nan)
    product = np.empty(density.shape[1])
    for t in range(trials):
        other = cdf[row[t, control]]
        for k in range(arms):
            if k != control:
                own = density[row[t, k]]
                for i in range(product.size):
                    product[i] = own[i] * other[i]
                chance[t, k] = _within_unit(_sum(product))
    return chance


@kernel
def _sum(terms: Floats) -> float:
    """Add a row up in four sums side by side, which wait for each other less than one does."""
    first = second = third = fourth = 0.0
    whole = terms.size & ~3
    for i in range(0, whole, 4):
        first += terms[i]
        second += terms[i + 1]
        third += terms[i + 2]
        fourth += terms[i + 3]
    for i in range(whole, terms.size):
        first += terms[i]
    return (first + second) + (third + fourth)


@kernel
def _within_unit(chance: float) -> float:
    """Take off what rounding put outside [0, 1]."""
    return min(max(chance, 0.0), 1.0)
