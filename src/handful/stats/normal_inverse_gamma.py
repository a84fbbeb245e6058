"""Conjugate Bayesian analysis of a mean whose variance is not known: the normal-inverse-gamma distribution.

Given the variance v the mean is normal with variance v / participants, and the variance is degrees * sd**2 over a chi-square
with that many degrees of freedom. Then the mean alone is Student's t (Gelman et al. 2013, "Bayesian Data Analysis", third
edition, sections 3.2 and 3.3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class NormalInverseGamma(NamedTuple):
    """What is believed of a mean and a variance before the data.

    Attributes:
        mean: expected mean.
        participants: outcomes that this expectation is worth, 0 or more; 0 leaves the mean to the data.
        sd: expected standard deviation, 0 or more.
        degrees: degrees of freedom that it is worth: 0, which leaves the variance to the data, or at least 1.

    Example:
        >>> found = NormalInverseGamma(mean=0.0, participants=4, sd=5.0, degrees=4).updated(12, 3.2, 300.0)
        >>> print(f"mean {found.mean:.2f}, scale {found.scale:.3f}, {found.degrees:.0f} degrees of freedom")
        mean 2.40, scale 1.297, 16 degrees of freedom
    """

    mean: float
    participants: float
    sd: float
    degrees: float

    def updated(self, n: ArrayLike, mean: ArrayLike, squares: ArrayLike) -> MeanPosterior:
        """The posterior of the mean.

        Args:
            n: outcomes seen.
            mean: their mean; not read where there are none.
            squares: sum of their squared deviations from the mean.

        Returns:
            The posterior, of the broadcast shape of the arguments.

        Raises:
            ValueError: if the prior is not a distribution or its usual limit.
        """
        if self.participants < 0.0 or self.sd < 0.0 or not (self.degrees == 0.0 or self.degrees >= 1.0):
            raise ValueError(
                f"not a normal-inverse-gamma prior with 0 or at least 1 degrees of freedom: {self}"
            )
        seen, raw, spread = (np.asarray(v, dtype=np.float64) for v in (n, mean, squares))
        average = np.where(seen > 0.0, raw, self.mean)
        worth = self.participants + seen
        # Without a say on the mean, one degree of freedom goes into estimating it.
        own = seen if self.participants > 0.0 else np.maximum(seen - 1.0, 0.0)
        weight = np.divide(seen, worth, out=np.zeros(np.broadcast(seen, worth).shape), where=worth > 0.0)
        off = average - self.mean
        total = self.degrees * self.sd**2 + np.where(seen > 0.0, spread, 0.0)
        return MeanPosterior(
            mean=np.where(worth > 0.0, self.mean + weight * off, np.nan),
            participants=worth,
            squares=np.asarray(total + self.participants * weight * off**2),
            degrees=np.asarray(self.degrees + own),
        )


REFERENCE = NormalInverseGamma(0.0, 0.0, 0.0, 0.0)
"""The reference prior, 1 / variance: the posterior has the numbers of Student's t-test."""


class MeanPosterior(NamedTuple):
    """What is believed of a mean after the data: Student's t around `mean`.

    Attributes:
        mean: centre; not a number where neither prior nor data say anything.
        participants: outcomes that it is worth, prior and data.
        squares: degrees of freedom times the estimated variance of one outcome.
        degrees: degrees of freedom; 0 where nothing is known of the variance.
    """

    mean: Array
    participants: Array
    squares: Array
    degrees: Array

    @property
    def scale(self) -> Array:
        """Scale of Student's t; 0 where nothing is known of it."""
        known = (self.degrees > 0.0) & (self.participants > 0.0)
        variance = np.divide(
            self.squares, self.degrees * self.participants, out=np.zeros(known.shape), where=known
        )
        return np.sqrt(variance)
