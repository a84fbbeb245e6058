"""Conjugate Bayesian analysis of an effect whose estimate is normal with known information.

Information is one over a variance: that of the estimate, and that which the prior is worth. For a log hazard ratio m events
in arms of equal size are an information of m / 4, so that a prior can be worth events too (Spiegelhalter, Freedman and
Parmar 1994, "Bayesian approaches to randomized trials", Journal of the Royal Statistical Society A 157:357-416).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.stats._arguments import proportion

Array = NDArray[np.float64]


class Normal(NamedTuple):
    """A normal distribution of an effect.

    Attributes:
        mean: expected effect.
        information: one over the variance, 0 or more; 0 is the flat prior, whose mean says nothing.
    """

    mean: float
    information: float


FLAT = Normal(0.0, 0.0)
"""The flat prior: all effects are equally likely before the data."""


class NormalPosterior(NamedTuple):
    """Normal distributions of an effect after the data; arrays of one shape.

    Attributes:
        mean: expected effect; not a number where neither prior nor data say anything.
        information: one over the variance.
    """

    mean: Array
    information: Array

    def above(self, value: ArrayLike) -> Array:
        """Probability that the effect is above a value; a half where neither prior nor data say anything."""
        known = self.information > 0.0
        distance = np.where(known, self.mean - np.asarray(value, dtype=np.float64), 0.0)
        return np.asarray(ndtr(distance * np.sqrt(self.information)))


def updated(estimate: ArrayLike, information: ArrayLike, prior: Normal = FLAT) -> NormalPosterior:
    """The posterior of an effect.

    Args:
        estimate: estimated effect; not read where the information is 0.
        information: information of the estimate, 0 or more.
        prior: what was believed before.

    Returns:
        The posterior, of the broadcast shape of the arguments.

    Raises:
        ValueError: if an information is negative.

    Example:
        >>> sceptical = Normal(0.0, information=20 / 4)
        >>> found = updated(-np.log(0.7), 60 / 4, sceptical)
        >>> print(f"hazard ratio {np.exp(-found.mean):.3f}, Pr(it is below 1) = {found.above(0.0):.4f}")
        hazard ratio 0.765, Pr(it is below 1) = 0.8842
    """
    effect, worth = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (estimate, information)))
    if prior.information < 0.0 or not np.all(worth >= 0.0):
        raise ValueError(
            f"information is 0 or more, got {information!r} and a prior of {prior.information!r}"
        )
    total = prior.information + worth
    known = np.where(worth > 0.0, effect, 0.0)
    sums = prior.information * prior.mean + worth * known
    mean = np.divide(sums, total, out=np.full(total.shape, np.nan), where=total > 0.0)
    return NormalPosterior(mean, total)


def required_estimate(
    information: ArrayLike, certainty: float, null: float = 0.0, prior: Normal = FLAT
) -> Array:
    """The smallest estimate with which the posterior is certain enough of an effect above the null.

    Args:
        information: information of the estimate, above 0.
        certainty: posterior probability wanted, in (0, 1); with a flat prior one minus a one-sided level.
        null: effect that has to be exceeded.
        prior: what was believed before.

    Returns:
        Estimates, of the shape of `information`.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> print(f"{required_estimate(20 / (2 * 88**2), 0.975):.1f}")
        54.5
    """
    worth = np.asarray(information, dtype=np.float64)
    if prior.information < 0.0 or not np.all(worth > 0.0):
        raise ValueError(f"information is above 0, got {information!r}")
    total = prior.information + worth
    z = float(ndtri(proportion(certainty, "certainty")))
    return np.asarray((total * null + z * np.sqrt(total) - prior.information * prior.mean) / worth)
