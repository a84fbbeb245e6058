"""Twin of `handful.kernels.normal_tail`: the same operations on the whole row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.normal_coefficients import EVEN, MIDDLE, ODD
from handful.kernels.twins.elementary import exp

__all__ = ["cdf_and_exponential"]

Floats = NDArray[np.float64]


def cdf_and_exponential(z: Floats, cdf: Floats, exponential: Floats) -> None:
    """Write the normal distribution function and exp(-z * z / 2) of a row of numbers.

    Args:
        z: numbers, shape (n,).
        cdf: takes the same bits as from `handful.kernels.normal_tail.cdf_and_exponential`.
        exponential: likewise.

    Example:
        >>> cdf, exponential = np.empty(1), np.empty(1)
        >>> cdf_and_exponential(np.zeros(1), cdf, exponential)
        >>> cdf.tolist(), exponential.tolist()
        ([0.5], [1.0])
    """
    exponential[:] = exp(-0.5 * z * z)
    size = np.minimum(np.abs(z), 40.0)
    lifted = size + MIDDLE
    inverse = 1.0 / (lifted * (1.0 + size))
    t = (size - MIDDLE) * ((1.0 + size) * inverse)
    square = t * t
    beyond = exponential * (lifted * inverse) * (_polynomial(square, EVEN) + t * _polynomial(square, ODD))
    cdf[:] = np.where(z < 0.0, beyond, 1.0 - beyond)


def _polynomial(x: Floats, coefficients: tuple[float, ...]) -> Floats:
    """Evaluate a polynomial by Horner's rule, constant term first."""
    result = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        result = result * x + coefficient
    return result
