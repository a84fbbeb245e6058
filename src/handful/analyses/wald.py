"""Estimates with a standard error: their evidence on the z scale, and their interval.

A t-statistic is reported as the z-value with the same one-sided p-value. Group-sequential boundaries are made for z-values;
held against a raw t-statistic they spend too much (with 20 participants and two looks 3.6 % of a nominal 2.5 %), held
against this one they spend what they say to within a few parts in a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from handful.analyses.base import Aim, Estimate, Evidence

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Beyond this z-value a p-value is below the smallest double.
_LARGEST_Z = 38.0


@dataclass(frozen=True)
class Wald:
    """Estimated benefits, one a trial, with what is known about their error; shapes (trials,).

    Attributes:
        value: Estimated benefit, not a number where there is none.
        error: Standard error; 0 or not a number where the data give none.
        degrees: Degrees of freedom of the standard error; infinite for a normal reference.
    """

    value: Floats
    error: Floats
    degrees: Floats

    @property
    def judged(self) -> Flags:
        """Whether the estimate can be judged: it exists, and so does the spread to judge it by."""
        with np.errstate(invalid="ignore"):
            return np.isfinite(self.value) & (self.error > 0) & np.isfinite(self.error) & (self.degrees > 0)

    def evidence(self, aim: Aim) -> Evidence:
        """The z-value with the p-value of the t-statistic; 0, no evidence, where the estimate cannot be judged."""
        judged = self.judged
        t = np.zeros(len(judged))
        np.divide(self.value - aim.null, self.error, out=t, where=judged)
        return Evidence(as_z(t, np.where(judged, self.degrees, np.inf))[:, None])

    def estimate(self, alpha: float) -> Estimate:
        """The estimate with its two-sided interval at 1 - 2 alpha; unbounded where there is no standard error."""
        judged = self.judged
        half = np.full(len(judged), np.inf)
        np.multiply(
            _upper_quantile(np.where(judged, self.degrees, np.inf), alpha), self.error, out=half, where=judged
        )
        half = np.where(np.isfinite(self.value), half, np.nan)
        return Estimate(self.value, self.value - half, self.value + half)


def _upper_quantile(degrees: Floats, alpha: float) -> Floats:
    """Upper quantiles of t-distributions, of which there are few different ones as a rule."""
    if np.isinf(degrees).all():
        return np.full(len(degrees), -ndtri(alpha))
    different, place = np.unique(degrees, return_inverse=True)
    quantiles = np.where(np.isinf(different), -ndtri(alpha), stdtrit(np.minimum(different, 1e9), 1 - alpha))
    found: Floats = quantiles[place]
    return found


def as_z(t: Floats, degrees: Floats) -> Floats:
    """The z-values that have the one-sided p-values of t-statistics.

    Args:
        t: t-statistics.
        degrees: Their degrees of freedom, above 0; infinite ones leave t as it is.

    Returns:
        z-values of the same shape, at most 38 in size.

    Example:
        >>> as_z(np.array([2.0930, -2.0930]), np.array([19.0, 19.0])).round(3)
        array([ 1.96, -1.96])
    """
    if np.isinf(degrees).all():
        return np.clip(t, -_LARGEST_Z, _LARGEST_Z)
    z = np.abs(t)
    finite = np.isfinite(degrees) & (z > 0)
    with np.errstate(divide="ignore"):
        z[finite] = -ndtri(stdtr(degrees[finite], -z[finite]))
    clipped: Floats = np.copysign(np.minimum(z, _LARGEST_Z), t)
    return clipped


def of_mean(size: Floats, mean: Floats, squares: Floats, scale: Floats) -> Wald:
    """A mean with its standard error from the sum of squared deviations.

    Args:
        size: Values in each trial.
        mean: Their mean, as a benefit.
        squares: Sum of their squared deviations from the mean.
        scale: Size of the numbers that were measured, to tell spread from rounding.

    Returns:
        The mean, not a number without values; its error is 0 without spread and with a single value.
    """
    variance = np.divide(squares, size * (size - 1), out=np.zeros(len(size)), where=size > 1)
    error = beyond_rounding(np.sqrt(variance), scale)
    return Wald(np.where(size > 0, mean, np.nan), error, size - 1.0)


def beyond_rounding(error: Floats, scale: Floats) -> Floats:
    """Standard errors, with those set to 0 that are nothing but rounding on numbers of this size."""
    return np.where(error > 10 * np.finfo(np.float64).eps * np.abs(scale), error, 0.0)
