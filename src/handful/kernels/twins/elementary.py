"""Twin of `handful.kernels.elementary`: the same operations in the same order, on whole arrays.

Where a kernel takes one of several branches, the twin computes all of them and picks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.coefficients import (
    CDF_CENTRAL,
    CDF_CENTRAL_LIMIT,
    CDF_FAR_TAIL,
    CDF_TAIL,
    CDF_TAIL_LIMIT,
    EXP,
    LN2_HIGH,
    LN2_LOW,
    LOG_EVEN,
    LOG_ODD,
    ONE_OVER_LN2,
    ONE_OVER_ROOT_TWO_PI,
    QUANTILE_CENTRAL,
    QUANTILE_FAR_TAIL,
    QUANTILE_TAIL,
    ROUNDER,
    ROUNDER_BITS,
)

__all__ = ["exp", "log", "normal_cdf", "normal_quantile"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD


def log(x: ArrayLike) -> Floats:
    """Return the natural logarithm of each element.

    Args:
        x: numbers of any shape.

    Returns:
        The same bits as `handful.kernels.elementary.log`.

    Example:
        >>> log([1.0, 0.0]).tolist()
        [0.0, -inf]
    """
    numbers = np.atleast_1d(np.asarray(x, dtype=np.float64))
    with np.errstate(all="ignore"):
        is_subnormal = numbers < 2.0**-1022
        bits = _bits(np.where(is_subnormal, numbers * 2.0**54, numbers)) - _ROOT_HALF_BITS
        exponent = (bits >> 52) - np.where(is_subnormal, 54, 0)
        f = _float((bits & ((1 << 52) - 1)) + _ROOT_HALF_BITS) - 1.0
        k = _float(exponent + ROUNDER_BITS) - ROUNDER
        half_square = 0.5 * f * f
        s = f / (2.0 + f)
        z = s * s
        w = z * z
        tail = w * _polynomial(w, LOG_EVEN) + z * _polynomial(w, LOG_ODD)
        result = s * (half_square + tail) + k * LN2_LOW - half_square + f + k * LN2_HIGH
    result = np.where(numbers > 0.0, result, np.nan)
    result = np.where(numbers != 0.0, result, -np.inf)
    return np.where(numbers != np.inf, result, numbers).reshape(np.shape(x))


def exp(x: ArrayLike) -> Floats:
    """Return e to the power of each element.

    Args:
        x: numbers of any shape.

    Returns:
        The same bits as `handful.kernels.elementary.exp`.

    Example:
        >>> exp([0.0, 1.0]).tolist()
        [1.0, 2.7182818284590455]
    """
    numbers = np.atleast_1d(np.asarray(x, dtype=np.float64))
    with np.errstate(all="ignore"):
        bounded = np.minimum(np.maximum(numbers, -746.0), 710.0)
        shifted = bounded * ONE_OVER_LN2 + ROUNDER
        power = _bits(shifted) - ROUNDER_BITS
        k = shifted - ROUNDER
        high = bounded - k * LN2_HIGH
        low = k * LN2_LOW
        r = high - low
        square = r * r
        t = r - square * _polynomial(square, EXP)
        mantissa = 1.0 + (r * t / (2.0 - t) - low + high)
        half = power >> 1
        result = mantissa * _float((half + 1023) << 52) * _float((power - half + 1023) << 52)
    return np.where(np.isnan(numbers), numbers, result).reshape(np.shape(x))


def normal_quantile(p: ArrayLike) -> Floats:
    """Return the standard normal quantile of each element.

    Args:
        p: probabilities of any shape.

    Returns:
        The same bits as `handful.kernels.elementary.normal_quantile`.

    Example:
        >>> normal_quantile([0.5, 1.0]).tolist()
        [0.0, inf]
    """
    chances = np.asarray(p, dtype=np.float64)
    with np.errstate(all="ignore"):
        q = chances - 0.5
        r = 0.180625 - q * q
        central = q * _polynomial(r, QUANTILE_CENTRAL[0]) / _polynomial(r, QUANTILE_CENTRAL[1])
        r = np.sqrt(-log(np.where(chances < 0.5, chances, 1.0 - chances)))
        near = _polynomial(r - 1.6, QUANTILE_TAIL[0]) / _polynomial(r - 1.6, QUANTILE_TAIL[1])
        far = _polynomial(r - 5.0, QUANTILE_FAR_TAIL[0]) / _polynomial(r - 5.0, QUANTILE_FAR_TAIL[1])
        size = np.where(r <= 5.0, near, np.where(r < np.inf, far, r))
    return np.where(abs(q) <= 0.425, central, np.where(chances < 0.5, -size, size))


def normal_cdf(x: ArrayLike) -> Floats:
    """Return the standard normal distribution function of each element.

    Args:
        x: numbers of any shape.

    Returns:
        The same bits as `handful.kernels.elementary.normal_cdf`.

    Example:
        >>> normal_cdf([0.0, np.inf]).tolist()
        [0.5, 1.0]
    """
    numbers = np.asarray(x, dtype=np.float64)
    with np.errstate(all="ignore"):
        size = abs(numbers)
        square = numbers * numbers
        central = 0.5 + numbers * _polynomial(square, CDF_CENTRAL[0]) / _polynomial(square, CDF_CENTRAL[1])
        near = _polynomial(size, CDF_TAIL[0]) / _polynomial(size, CDF_TAIL[1])
        inverse = 1.0 / square
        far = inverse * _polynomial(inverse, CDF_FAR_TAIL[0]) / _polynomial(inverse, CDF_FAR_TAIL[1])
        ratio = np.where(size <= CDF_TAIL_LIMIT, near, (ONE_OVER_ROOT_TWO_PI - far) / size)
        bounded = np.minimum(size, 40.0)
        coarse = np.floor(bounded * 16.0) / 16.0
        fine = (bounded - coarse) * (bounded + coarse)
        upper = exp(-0.5 * coarse * coarse) * exp(-0.5 * fine) * ratio
    return np.where(size <= CDF_CENTRAL_LIMIT, central, np.where(numbers < 0.0, upper, 1.0 - upper))


def _bits(numbers: Floats) -> Integers:
    """Read float64 as int64."""
    return numbers.view(np.int64)


def _float(bits: Integers) -> Floats:
    """Read int64 as float64."""
    return bits.view(np.float64)


def _polynomial(x: Floats, coefficients: tuple[float, ...]) -> Floats:
    """Evaluate a polynomial by Horner's rule, constant term first."""
    result = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        result = result * x + coefficient
    return result
