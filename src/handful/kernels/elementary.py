"""Logarithm, exponential and the normal distribution, the same in every bit on every machine.

The C library's own functions differ between platforms in the last digit, and a digit is enough to turn a
simulated trial. These are written with additions, multiplications, divisions, square roots and the bits of
a float64 only, all of which IEEE 754 fixes exactly. They have few branches, so that loops over them can
become vector instructions.

Each function comes on an array (`log`, ...) and as a kernel on one number, for use inside other kernels
(`log_of`, ...).

Sources: log and exp use the reductions and the minimax coefficients of fdlibm (Sun Microsystems, 1993); the
normal quantile is Wichura (1988), "Algorithm AS 241", Applied Statistics 37:477, routine PPND16; the normal
distribution function is Cody (1969), "Rational Chebyshev approximations for the error function",
Mathematics of Computation 23:631, in the form of Cody (1993), ACM TOMS Algorithm 715.
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
from handful.kernels.jit import bits_of, float_of, kernel

__all__ = [
    "exp",
    "exp_of",
    "log",
    "log_of",
    "normal_cdf",
    "normal_cdf_of",
    "normal_quantile",
    "normal_quantile_into",
    "normal_quantile_of",
]

Floats = NDArray[np.float64]

_MANTISSA = (1 << 52) - 1
_BIAS = 1023
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_SMALLEST_NORMAL = 2.0**-1022
_GATHERED = 256


def log(x: ArrayLike) -> Floats:
    """Return the natural logarithm of each element.

    Args:
        x: numbers of any shape.

    Returns:
        Logarithms of the same shape, within 1 unit in the last place; -inf at 0, nan below 0.

    Example:
        >>> log([1.0, 2.718281828459045, 0.0]).tolist()
        [0.0, 1.0, -inf]
    """
    return _each_log(_flat(x)).reshape(np.shape(x))


def exp(x: ArrayLike) -> Floats:
    """Return e to the power of each element.

    Args:
        x: numbers of any shape.

    Returns:
        Powers of the same shape, within 1 unit in the last place; 0 below -745.13, inf above 709.78.

    Example:
        >>> exp([0.0, 1.0, -1000.0]).tolist()
        [1.0, 2.7182818284590455, 0.0]
    """
    return _each_exp(_flat(x)).reshape(np.shape(x))


def normal_quantile(p: ArrayLike) -> Floats:
    """Return the standard normal quantile of each element.

    Args:
        p: probabilities of any shape.

    Returns:
        Quantiles of the same shape, to a relative accuracy of about 1e-15; -inf at 0, inf at 1, nan outside
        [0, 1].

    Example:
        >>> normal_quantile([0.5, 0.975]).round(6).tolist()
        [0.0, 1.959964]
    """
    quantiles = np.empty(np.shape(p))
    normal_quantile_into(_flat(p), quantiles.reshape(-1))
    return quantiles


def normal_cdf(x: ArrayLike) -> Floats:
    """Return the standard normal distribution function of each element.

    Args:
        x: numbers of any shape.

    Returns:
        Probabilities of the same shape; small ones keep a relative accuracy of about 1e-15.

    Example:
        >>> normal_cdf([0.0, 1.959963984540054]).round(6).tolist()
        [0.5, 0.975]
    """
    return _each_cdf(_flat(x)).reshape(np.shape(x))


def _flat(x: ArrayLike) -> Floats:
    """Return the elements as one contiguous row."""
    return np.ascontiguousarray(x, dtype=np.float64).reshape(-1)


@kernel
def _polynomial(x: float, coefficients: tuple[float, ...]) -> float:
    """Evaluate a polynomial by Horner's rule, constant term first."""
    result = coefficients[-1]
    for power in range(len(coefficients) - 2, -1, -1):
        result = result * x + coefficients[power]
    return result


@kernel
def log_of(x: float) -> float:
    """Return the natural logarithm (inside kernels)."""
    is_subnormal = x < _SMALLEST_NORMAL
    scaled = x * 2.0**54 if is_subnormal else x
    # x = 2**k * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
    bits = bits_of(scaled) - _ROOT_HALF_BITS
    exponent = (bits >> 52) - (54 if is_subnormal else 0)
    f = float_of((bits & _MANTISSA) + _ROOT_HALF_BITS) - 1.0
    k = float_of(exponent + ROUNDER_BITS) - ROUNDER
    half_square = 0.5 * f * f
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    tail = w * _polynomial(w, LOG_EVEN) + z * _polynomial(w, LOG_ODD)
    result = s * (half_square + tail) + k * LN2_LOW - half_square + f + k * LN2_HIGH
    result = result if x > 0.0 else np.nan
    result = result if x != 0.0 else -np.inf
    return result if x != np.inf else x


@kernel
def exp_of(x: float) -> float:
    """Return e to the power x (inside kernels)."""
    # Beyond these bounds the result is 0 or inf whatever x is; between them no exponent below leaves its
    # range.
    bounded = min(max(x, -746.0), 710.0)
    shifted = bounded * ONE_OVER_LN2 + ROUNDER
    power = bits_of(shifted) - ROUNDER_BITS
    k = shifted - ROUNDER
    high = bounded - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    square = r * r
    t = r - square * _polynomial(square, EXP)
    mantissa = 1.0 + (r * t / (2.0 - t) - low + high)
    # In two factors, since 2**power may be beyond the range of a float64 when the result is not.
    half = power >> 1
    result = mantissa * float_of((half + _BIAS) << 52) * float_of((power - half + _BIAS) << 52)
    return result if x == x else x


@kernel
def normal_quantile_of(p: float) -> float:
    """Return the standard normal quantile (inside kernels)."""
    return _central_quantile(p) if abs(p - 0.5) <= 0.425 else _tail_quantile(p)


@kernel
def _central_quantile(p: float) -> float:
    """Return the quantile of a probability within 0.425 of one half."""
    q = p - 0.5
    r = 0.180625 - q * q
    return q * _polynomial(r, QUANTILE_CENTRAL[0]) / _polynomial(r, QUANTILE_CENTRAL[1])


@kernel
def _tail_quantile(p: float) -> float:
    """Return the quantile of a probability further than 0.425 from one half."""
    size = r = float(np.sqrt(-log_of(p if p < 0.5 else 1.0 - p)))
    if r <= 5.0:
        size = _polynomial(r - 1.6, QUANTILE_TAIL[0]) / _polynomial(r - 1.6, QUANTILE_TAIL[1])
    elif r < np.inf:
        size = _polynomial(r - 5.0, QUANTILE_FAR_TAIL[0]) / _polynomial(r - 5.0, QUANTILE_FAR_TAIL[1])
    return -size if p < 0.5 else size


@kernel
def normal_quantile_into(p: Floats, quantiles: Floats) -> None:
    """Write the standard normal quantile of a row of probabilities into another row (inside kernels).

    The central formula is right for 85 in 100 and has no branches, so it goes over all of them; the tails
    are gathered and go through theirs together. A branch at each number would cost twice as much. Each step
    is a function of its own: in one loop nest they do not become vector instructions.
    """
    place = np.empty(_GATHERED, dtype=np.int64)
    tail = np.empty(_GATHERED)
    found = np.empty(_GATHERED)
    for start in range(0, p.size, _GATHERED):
        stop = min(start + _GATHERED, p.size)
        _central_quantiles(p[start:stop], quantiles[start:stop])
        count = _gather_tails(p[start:stop], place, tail)
        _near_tail_quantiles(tail[:count], found[:count])
        for j in range(count):
            quantiles[start + place[j]] = found[j] if abs(found[j]) < np.inf else _tail_quantile(tail[j])


@kernel
def _central_quantiles(p: Floats, quantiles: Floats) -> None:
    """Apply the central formula to a row."""
    for i in range(p.size):
        quantiles[i] = _central_quantile(p[i])


@kernel
def _gather_tails(p: Floats, place: NDArray[np.int64], tail: Floats) -> int:
    """Write down the probabilities far from one half and their places; return how many there are."""
    count = 0
    for i in range(p.size):
        place[count] = i
        tail[count] = p[i]
        count += not abs(p[i] - 0.5) <= 0.425
    return count


@kernel
def _near_tail_quantiles(tail: Floats, quantiles: Floats) -> None:
    """Apply the formula of the near tails to a row; infinite where the far one is needed."""
    for j in range(tail.size):
        r = np.sqrt(-log_of(min(tail[j], 1.0 - tail[j])))
        size = _polynomial(r - 1.6, QUANTILE_TAIL[0]) / _polynomial(r - 1.6, QUANTILE_TAIL[1])
        size = size if r <= 5.0 else np.inf
        quantiles[j] = -size if tail[j] < 0.5 else size


@kernel
def normal_cdf_of(x: float) -> float:
    """Return the standard normal distribution function (inside kernels)."""
    size = abs(x)
    if size <= CDF_CENTRAL_LIMIT:
        square = x * x
        return 0.5 + x * _polynomial(square, CDF_CENTRAL[0]) / _polynomial(square, CDF_CENTRAL[1])
    if size <= CDF_TAIL_LIMIT:
        ratio = _polynomial(size, CDF_TAIL[0]) / _polynomial(size, CDF_TAIL[1])
    else:
        inverse = 1.0 / (x * x)
        ratio = inverse * _polynomial(inverse, CDF_FAR_TAIL[0]) / _polynomial(inverse, CDF_FAR_TAIL[1])
        ratio = (ONE_OVER_ROOT_TWO_PI - ratio) / size
    # exp(-x*x/2) in two factors, the first of them exact: rounding x*x would cost digits far out.
    size = min(size, 40.0)
    coarse = np.floor(size * 16.0) / 16.0
    fine = (size - coarse) * (size + coarse)
    upper = exp_of(-0.5 * coarse * coarse) * exp_of(-0.5 * fine) * ratio
    return upper if x < 0.0 else 1.0 - upper


@kernel
def _each_log(x: Floats) -> Floats:
    """Apply `log_of` to a row."""
    result = np.empty_like(x)
    for i in range(x.size):
        result[i] = log_of(x[i])
    return result


@kernel
def _each_exp(x: Floats) -> Floats:
    """Apply `exp_of` to a row."""
    result = np.empty_like(x)
    for i in range(x.size):
        result[i] = exp_of(x[i])
    return result


@kernel
def _each_cdf(x: Floats) -> Floats:
    """Apply `normal_cdf_of` to a row."""
    result = np.empty_like(x)
    for i in range(x.size):
        result[i] = normal_cdf_of(x[i])
    return result
