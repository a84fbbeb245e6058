"""Power of Student's t-tests, exactly, by the noncentral t distribution."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import nctdtr, stdtrit

Array = NDArray[np.float64]
Sided = Literal[1, 2]


def _noncentral_power(degrees: Array, noncentrality: Array, alpha: float, sided: Sided) -> Array:
    """Probability that a noncentral t lies beyond the critical value, in either tail if two-sided."""
    if sided not in (1, 2) or not 0.0 < alpha < 1.0:
        raise ValueError(f"need sided 1 or 2 and alpha in (0, 1), got {sided!r} and {alpha!r}")
    if not np.all(degrees > 0.0):
        raise ValueError("a t-test needs more participants than it has means to estimate")
    critical = stdtrit(degrees, 1.0 - alpha / sided)
    # The upper tail of t at noncentrality d is the lower tail at -d: no cancellation.
    upper = nctdtr(degrees, -noncentrality, -critical)
    lower = nctdtr(degrees, noncentrality, -critical) if sided == 2 else 0.0
    return np.asarray(upper + lower)


def one_sample_t_power(
    n: ArrayLike, standardised_effect: ArrayLike, *, alpha: float = 0.025, sided: Sided = 1
) -> Array:
    """Power of the one-sample (or paired) t-test on normal data.

    Args:
        n: participants (or pairs); above 1, need not be whole.
        standardised_effect: true mean minus the mean under the null hypothesis, in standard deviations (of
            the differences, if paired); positive is in the direction of a one-sided test.
        alpha: type I error.
        sided: 1 or 2; a two-sided test counts both tails.

    Returns:
        The power, of the broadcast shape of `n` and `standardised_effect`.

    Raises:
        ValueError: if there are too few participants or alpha is no probability.

    Example:
        >>> float(one_sample_t_power(20, 2 / 3).round(6))
        0.807291
    """
    size, effect = np.asarray(n, dtype=np.float64), np.asarray(standardised_effect, dtype=np.float64)
    return _noncentral_power(size - 1.0, effect * np.sqrt(size), alpha, sided)


def two_sample_t_power(
    n_treatment: ArrayLike,
    n_control: ArrayLike,
    standardised_effect: ArrayLike,
    *,
    alpha: float = 0.025,
    sided: Sided = 1,
) -> Array:
    """Power of the two-sample t-test with a common variance on normal data.

    Args:
        n_treatment: participants on treatment; need not be whole.
        n_control: participants on control.
        standardised_effect: true difference of the means minus the difference under the null hypothesis, in
            standard deviations; positive is in the direction of a one-sided test.
        alpha: type I error.
        sided: 1 or 2; a two-sided test counts both tails.

    Returns:
        The power, of the broadcast shape of the arguments.

    Raises:
        ValueError: if there are too few participants or alpha is no probability.

    Example:
        >>> float(two_sample_t_power(24, 24, 1 / 1.2).round(6))
        0.806766
    """
    first, second = np.asarray(n_treatment, dtype=np.float64), np.asarray(n_control, dtype=np.float64)
    effect = np.asarray(standardised_effect, dtype=np.float64)
    information = first * second / (first + second)
    return _noncentral_power(first + second - 2.0, effect * np.sqrt(information), alpha, sided)
