"""The sum of two independent Student variables: what is known of a difference in means whose variances are not.

Given the precisions of both arms the difference is normal, and their shares of the total precision have a beta
distribution that is independent of the total. Averaged over the total the difference is Student's t; what is left is a
mean over the shares (Ruben 1960, "On the distribution of the weighted difference of two independent Student variables",
Journal of the Royal Statistical Society B 22:188-194). In the angle theta, share = sin(theta)**2, everything is smooth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln, stdtr, stdtrit

from handful.stats._arguments import proportion

Array = NDArray[np.float64]

# Gauss-Legendre nodes, drawn towards both ends by a cubic: a scale that is small beside the other bends the integrand there.
# The distribution function is within 1e-8 of adaptive quadrature for more than 1 degree of freedom, with 1 within 1e-6 for
# scales within a factor of 30 of each other and within 1e-5 for any.
_SHARES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_PLACES = (0.5 * (_SHARES + 1.0)) ** 2 * (2.0 - _SHARES)
_MASSES = 0.75 * (1.0 - _SHARES**2) * _WEIGHTS

# The density of the angle falls at least as fast as a normal one of this many standard deviations: exp(-40) is nothing.
_REACH = 9.0

# Newton steps from Cochran's approximation to the quantile, and to one further out; the last of them are below rounding.
_STEPS, _FAR, _STEPS_FAR = 4, 0.98, 12


def student_sum_cdf(
    x: ArrayLike, scale1: ArrayLike, degrees1: ArrayLike, scale2: ArrayLike, degrees2: ArrayLike
) -> Array:
    """Distribution function of scale1 * t1 + scale2 * t2 for independent Student variables t1 and t2.

    Args:
        x: where; all five broadcast.
        scale1: 0 or more, and not both of them 0.
        degrees1: degrees of freedom of t1, at least 1.
        scale2: 0 or more.
        degrees2: degrees of freedom of t2, at least 1.

    Returns:
        Probabilities, of the broadcast shape.

    Raises:
        ValueError: if a scale is negative, both are 0, or there are less than 1 degrees of freedom.

    Example:
        >>> print(f"{student_sum_cdf(2.5, 1.0, 7, 0.6, 5):.6f}")
        0.962362
    """
    place, *arms = np.broadcast_arrays(*_as_floats(x, scale1, degrees1, scale2, degrees2))
    below, _ = _cdf_and_density(place, *_checked(*arms))
    return below


def student_sum_quantile(
    probability: float, scale1: ArrayLike, degrees1: ArrayLike, scale2: ArrayLike, degrees2: ArrayLike
) -> Array:
    """Quantile of scale1 * t1 + scale2 * t2 for independent Student variables t1 and t2.

    Args:
        probability: in (0, 1).
        scale1: 0 or more, and not both of them 0; all four broadcast.
        degrees1: degrees of freedom of t1, at least 1.
        scale2: 0 or more.
        degrees2: degrees of freedom of t2, at least 1.

    Returns:
        Quantiles, of the broadcast shape.

    Raises:
        ValueError: if the probability, a scale or the degrees of freedom are out of range.

    Example:
        >>> print(f"{student_sum_quantile(0.975, 1.0, 7, 0.6, 5):.6f}")
        2.813611
    """
    arms = _checked(*np.broadcast_arrays(*_as_floats(scale1, degrees1, scale2, degrees2)))
    upper = max(proportion(probability, "probability"), 1.0 - probability)
    first, second = arms[0] ** 2, arms[2] ** 2
    total = first + second
    place = (first * stdtrit(arms[1], upper) + second * stdtrit(arms[3], upper)) / np.sqrt(total)
    if upper == 0.5:
        return np.zeros(place.shape)
    for _ in range(_STEPS if upper <= _FAR else _STEPS_FAR):
        # Tails fall like powers: on two logarithmic scales they are nearly straight.
        above, density = _cdf_and_density(-place, *arms)
        place = place * np.exp(np.log(above / (1.0 - upper)) * above / (place * density))
    return np.asarray(np.copysign(place, probability - 0.5))


def _as_floats(*values: ArrayLike) -> list[Array]:
    """The values as arrays of floats."""
    return [np.asarray(value, dtype=np.float64) for value in values]


def _checked(
    scale1: Array, degrees1: Array, scale2: Array, degrees2: Array
) -> tuple[Array, Array, Array, Array]:
    """Scales and degrees of freedom of both variables, of the same shape."""
    if not (np.all(scale1 >= 0.0) and np.all(scale2 >= 0.0) and np.all(scale1 + scale2 > 0.0)):
        raise ValueError("scales must be 0 or more, and one of them above 0")
    if not (np.all(degrees1 >= 1.0) and np.all(degrees2 >= 1.0)):
        raise ValueError("a Student variable needs at least 1 degree of freedom here")
    return scale1, degrees1, scale2, degrees2


def _cdf_and_density(
    x: Array, scale1: Array, degrees1: Array, scale2: Array, degrees2: Array
) -> tuple[Array, Array]:
    """Distribution function and density, one node after the other so that no element depends on the others."""
    power1, power2 = degrees1 - 1.0, degrees2 - 1.0
    root1, root2 = np.sqrt(power1), np.sqrt(power2)
    mode = np.where(root1 + root2 > 0.0, np.arctan2(root1, root2), 0.25 * np.pi)
    width = np.divide(_REACH, root1 + root2, out=np.full(mode.shape, np.pi), where=root1 + root2 > 0.0)
    left, right = np.maximum(mode - width, 0.0), np.minimum(mode + width, 0.5 * np.pi)
    degrees = degrees1 + degrees2
    spread1, spread2 = scale1**2 * degrees1 / degrees, scale2**2 * degrees2 / degrees
    norm = np.log(2.0 * (right - left)) - betaln(0.5 * degrees1, 0.5 * degrees2)
    student = gammaln(0.5 * degrees + 0.5) - gammaln(0.5 * degrees) - 0.5 * np.log(degrees * np.pi)
    below, density = np.zeros(mode.shape), np.zeros(mode.shape)
    for place, weight in zip(_PLACES, _MASSES, strict=True):
        angle = left + (right - left) * place
        sine, cosine = np.sin(angle), np.cos(angle)
        mass = weight * np.exp(norm + power1 * np.log(sine) + power2 * np.log(cosine))
        precision = sine * cosine / np.sqrt(spread1 * cosine**2 + spread2 * sine**2)
        t = x * precision
        below += mass * stdtr(degrees, t)
        density += mass * precision * np.exp(student - 0.5 * (degrees + 1.0) * np.log1p(t * t / degrees))
    return below, density
