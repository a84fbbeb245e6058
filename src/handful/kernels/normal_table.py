"""The normal distribution function from a table of Taylor polynomials: four times faster where 1e-15 is enough.

Quadrature asks for millions of values of it and for no more than an absolute accuracy. Each row of the table
holds the Taylor polynomial of degree 7 about one point; the points are 1 / 32 apart, so that the remainder is
below 1e-17. In the lower tail the relative error is at most 2e-12 down to -8 and 3e-9 at -20, beyond which the
value at -20, 3e-89, stands for zero.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from handful.kernels.coefficients import HIGHEST, LOWEST, PER_UNIT
from handful.kernels.elementary import exp, normal_cdf
from handful.kernels.jit import kernel

__all__ = ["normal_cdf_from", "normal_table"]

Floats = NDArray[np.float64]


@cache
def normal_table() -> Floats:
    """Return the coefficients of the polynomials.

    Returns:
        Shape (points, 8); row r belongs to the point -20 + r / 32, constant term first.

    Example:
        >>> normal_table().shape, float(normal_table()[640, 0])
        ((929, 8), 0.5)
    """
    points = LOWEST + np.arange(int((HIGHEST - LOWEST) * PER_UNIT) + 1) / PER_UNIT
    table = np.empty((points.size, 8))
    table[:, 0] = normal_cdf(points)
    density = exp(-0.5 * points * points) * 0.39894228040143267794
    # The k-th derivative of the density is the density times (-1)**k times the k-th Hermite polynomial.
    before, hermite, factorial = np.zeros(points.size), np.ones(points.size), 1.0
    for k in range(1, 8):
        factorial *= k
        table[:, k] = (-1.0) ** (k - 1) * hermite * density / factorial
        before, hermite = hermite, points * hermite - (k - 1) * before
    return table


@kernel
def normal_cdf_from(x: float, table: Floats) -> float:
    """Return the standard normal distribution function (inside kernels).

    Args:
        x: any number but nan.
        table: `normal_table()`.

    Returns:
        The probability, within 1e-15; 3e-89 below -20.

    Example:
        >>> abs(normal_cdf_from(0.01, normal_table()) - 0.503989356314632) < 1e-15
        True
    """
    position = min(max((x - LOWEST) * PER_UNIT, 0.0), table.shape[0] - 1.0)
    row = int(position + 0.5)
    step = (position - row) / PER_UNIT
    result = float(table[row, 7])
    for k in range(6, -1, -1):
        result = result * step + float(table[row, k])
    return result
