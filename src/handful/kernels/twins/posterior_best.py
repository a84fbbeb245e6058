"""Twin of `handful.kernels.posterior_best`: whole rows at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["beta_rows", "chances_of_exceeding", "chances_of_largest", "places"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


def places(successes: Counts, totals: Counts) -> tuple[Counts, Counts]:
    """Number the pairs of successes and totals.

    Args:
        successes: counts, shape (trials, arms).
        totals: counts, same shape.

    Returns:
        The same as `handful.kernels.posterior_best.places`.

    Example:
        >>> places(np.array([[0, 1]]), np.array([[0, 2]]))
        (array([[0, 4]]), array([2]))
    """
    return totals * (totals + 1) // 2 + successes, totals.sum(axis=1)


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

    Args:
        successes: counts, shape (rows,).
        failures: counts, shape (rows,).
        prior: weights (a, b) before the counts.
        node: points x, shape (nodes,).
        rest: 1 - x.
        weight: weights of the quadrature.
        prior_density: density before the counts at the nodes.
        prior_cdf: distribution function before the counts.

    Returns:
        The same bits as `handful.kernels.posterior_best.beta_rows`.

    Example:
        >>> x = np.array([0.25])
        >>> rows = beta_rows(np.array([1]), np.array([1]), (1.0, 1.0), x, 1 - x, np.ones(1), np.ones(1), x)
        >>> [row.tolist() for row in rows]
        [[[1.125]], [[0.15625]]]
    """
    densities, cdfs = [], []
    for s, f in zip(successes, failures, strict=True):
        a, b = prior
        density, cdf = prior_density.copy(), prior_cdf.copy()
        for _ in range(s):
            cdf = cdf - node * rest * density / a
            density = density * (node * ((a + b) / a))
            a += 1.0
        for _ in range(f):
            cdf = cdf + node * rest * density / b
            density = density * (rest * ((a + b) / b))
            b += 1.0
        densities.append(density * weight)
        cdfs.append(cdf)
    return np.array(densities), np.array(cdfs)


def chances_of_largest(row: Counts, is_open: Flags, density: Floats, cdf: Floats) -> Floats:
    """Return the probability that each variable of a trial is its largest.

    Args:
        row: row of each arm of each trial, shape (trials, arms).
        is_open: which arms take part, same shape.
        density: density times weight, shape (rows, nodes).
        cdf: distribution functions, same shape.

    Returns:
        The same bits as `handful.kernels.posterior_best.chances_of_largest`.

    Example:
        >>> uniform = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])
        >>> chances_of_largest(np.array([[0, 0]]), np.array([[True, True]]), *uniform).tolist()
        [[0.5, 0.5]]
    """
    chance = np.zeros(row.shape)
    for k in range(row.shape[1]):
        product = density[row[:, k]]
        for j in range(row.shape[1]):
            if j != k:
                product = np.where(is_open[:, j, None], product * cdf[row[:, j]], product)
        chance[:, k] = np.clip(_sums(product), 0.0, 1.0)
    chance[is_open.sum(axis=1) == 1] = 1.0
    return np.where(is_open, chance, 0.0)


def chances_of_exceeding(row: Counts, control: int, density: Floats, cdf: Floats) -> Floats:
    """Return the probability that each variable of a trial exceeds one of them.

    Args:
        row: row of each arm of each trial, shape (trials, arms).
        control: the arm that the others are compared with.
        density: density times weight, shape (rows, nodes).
        cdf: distribution functions, same shape.

    Returns:
        The same bits as `handful.kernels.posterior_best.chances_of_exceeding`.

    Example:
        >>> uniform = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])
        >>> chances_of_exceeding(np.array([[0, 0]]), 0, *uniform).tolist()
        [[nan, 0.5]]
    """
    product = density[row] * cdf[row[:, control]][:, None]
    chance = np.clip(_sums(product.reshape(-1, density.shape[1])), 0.0, 1.0).reshape(row.shape)
    chance[:, control] = np.nan
    return chance


def _sums(terms: Floats) -> Floats:
    """Add rows up in four interleaved sums."""
    sums = np.zeros((4, len(terms)))
    whole = terms.shape[1] & ~3
    for i in range(terms.shape[1]):
        sums[i % 4 if i < whole else 0] += terms[:, i]
    return np.asarray((sums[0] + sums[1]) + (sums[2] + sums[3]))
