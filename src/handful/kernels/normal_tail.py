"""The normal distribution function over a row of numbers, without branches.

`handful.kernels.elementary` has it for single numbers, in three ranges, with more digits far out. Here it is one
formula for all (see `handful.kernels.normal_coefficients`), so that the loop becomes vector instructions: 4 ns a
number where three ranges take 8 to 20.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.elementary import exp_of
from handful.kernels.jit import kernel
from handful.kernels.normal_coefficients import EVEN, MIDDLE, ODD

__all__ = ["cdf_and_exponential"]

Floats = NDArray[np.float64]


@kernel
def _polynomial(x: float, coefficients: tuple[float, ...]) -> float:
    """Evaluate a polynomial by Horner's rule, constant term first."""
    result = coefficients[-1]
    for power in range(len(coefficients) - 2, -1, -1):
        result = result * x + coefficients[power]
    return result


@kernel
def cdf_and_exponential(z: Floats, cdf: Floats, exponential: Floats) -> None:
    """Write the normal distribution function and exp(-z * z / 2) of a row of numbers.

    Args:
        z: numbers, shape (n,).
        cdf: takes P(Z < z), with an absolute error below 4e-16; for z < 0 also a relative one
            below (10 + z * z / 2) * 1.1e-16.
        exponential: takes exp(-z * z / 2).

    Example:
        >>> cdf, exponential = np.empty(2), np.empty(2)
        >>> cdf_and_exponential(np.array([0.0, 1.959963984540054]), cdf, exponential)
        >>> cdf.round(6).tolist(), exponential.round(6).tolist()
        ([0.5, 0.975], [1.0, 0.1465])
    """
    for i in range(z.size):
        exponential[i] = exp_of(-0.5 * z[i] * z[i])
    for i in range(z.size):
        size = min(abs(z[i]), 40.0)
        # t and 1 / (1 + size) with one division.
        lifted = size + MIDDLE
        inverse = 1.0 / (lifted * (1.0 + size))
        t = (size - MIDDLE) * ((1.0 + size) * inverse)
        square = t * t
        beyond = (
            exponential[i] * (lifted * inverse) * (_polynomial(square, EVEN) + t * _polynomial(square, ODD))
        )
        cdf[i] = beyond if z[i] < 0.0 else 1.0 - beyond
