"""Counts of people who differ in their rate: the negative binomial distribution, and its upper part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammainc

Floats = NDArray[np.float64]

_NEGLIGIBLE = 2.0**-54


@dataclass(frozen=True)
class MixedPoisson:
    """A Poisson count whose mean varies between people by a gamma frailty: negative binomial.

    Attributes:
        mean: Mean count, above 0. dispersion: Variance k of the frailty, whose mean is 1; the variance of the
        count is mean + k mean^2. 0 is Poisson.
    """

    mean: float
    dispersion: float

    def survival(self, count: ArrayLike, weighted: int = 0) -> Floats:
        """Probability of more than `count` events.

        Args:
            count: Counts of any shape; below 0 the probability is 1.
            weighted: Power of the frailty by which people are weighted, 0 for none.

        Returns:
            Probabilities of the same shape.

        Example:
            >>> MixedPoisson(2.0, 1.0).survival(1).round(6).item()  # geometric: (2/3)^2
            0.444444
        """
        counts = np.asarray(count, dtype=np.float64)
        over = np.maximum(counts, 0.0)
        if self.dispersion == 0:
            tail = gammainc(over + 1, self.mean)
        else:
            shape = 1 / self.dispersion
            tail = betainc(over + 1, shape + weighted, self.mean / (shape + self.mean))
        return np.where(counts < 0, 1.0, tail)

    def moments_from(self, at_least: int) -> tuple[float, float]:
        """E[N] and E[N (N - 1)] of the count N in people with N >= `at_least`.

        They follow from E[N (N-1) ... (N-r+1); N >= m] = mean^r E[frailty^r] P_r(N >= m - r), where P_r
        weights people by the r-th power of their frailty.

        Example:
            >>> first, second = MixedPoisson(2.0, 0.5).moments_from(0)
            >>> round(first, 6), round(second + first - first**2, 6)  # variance: 2 + 0.5 * 2^2
            (2.0, 4.0)
        """
        reached = float(self.survival(at_least - 1))
        first = self.mean * float(self.survival(at_least - 2, 1)) / reached
        second = self.mean**2 * (1 + self.dispersion) * float(self.survival(at_least - 3, 2)) / reached
        return first, second

    def frailty_from(self, at_least: int) -> tuple[float, float]:
        """Mean and variance of the frailty in people with at least so many events.

        Given n events the frailty is gamma with shape 1/k + n and rate 1/k + mean.

        Example:
            >>> MixedPoisson(2.0, 0.5).frailty_from(0)
            (1.0, 0.5)
        """
        if self.dispersion == 0:
            return 1.0, 0.0
        shape, rate = 1 / self.dispersion, 1 / self.dispersion + self.mean
        first, second = self.moments_from(at_least)
        mean = (shape + first) / rate
        square = (shape * (shape + 1) + 2 * (shape + 1) * first + second) / rate**2
        return mean, square - mean**2

    def counts_from(self, at_least: int, uniform: Floats) -> Floats:
        """Counts of people with at least so many events, by inverse CDF.

        Args:
            at_least: Smallest count.
            uniform: Uniform numbers, any shape.

        Returns:
            Counts of the same shape, increasing in the uniform number.

        Example:
            >>> MixedPoisson(2.0, 0.5).counts_from(3, np.array([0.01, 0.5, 0.99])).tolist()
            [3.0, 4.0, 11.0]
        """
        return np.asarray(at_least + np.searchsorted(_reached(self, at_least), uniform), dtype=np.float64)


@lru_cache(maxsize=256)
def _reached(distribution: MixedPoisson, at_least: int) -> Floats:
    """P(N <= n | N >= at_least) for n from `at_least` on, as far as it is below 1."""
    largest = at_least + 16
    tail = np.ones(1)
    whole = float(distribution.survival(at_least - 1))
    while tail[-1] > _NEGLIGIBLE * whole:
        largest *= 2
        tail = distribution.survival(np.arange(at_least, largest))
    return 1 - tail[tail > _NEGLIGIBLE * whole] / whole
