"""Estimates after two stages whose second may have had any size: what the combination test says of every effect.

The combination test of an effect d weighs the two stages as fixed beforehand, whatever size the second was given:
Z(d) = sqrt(w) z_1(d) + sqrt(1 - w) z_2(d), with z_k(d) how many standard errors the estimate of stage k lies above d. Under
the effect d the z_k(d) are independent and standard normal. In the stage-wise ordering the outcome seen, or a higher one, so
has the probability

    p(d) = P(Z_1 >= u(d)) + P(l(d) < Z_1 < u(d), Z >= Z(d)),

where u(d) and l(d) are the boundaries of the first look, moved by d as its statistic is. Where p(d) is one half lies the
median-unbiased estimate, where it is alpha and 1 - alpha lie the limits (Lawrence and Hung 2003, Biometrical Journal
45:143-152, and Cheng and Shen 2004, Biometrics 60:910-918, without a boundary at the first look; Brannath, Koenig and
Bauer 2006, Statistics in Medicine 25:3366-3381, with one).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from handful.stats.bisection import secant_increasing
from handful.stats.panels import integration_rule

Array = NDArray[np.float64]

_FAR = 8.5  # beyond it a normal tail is 1e-17
_NEAR = 0.1  # how far apart the first two guesses of a root are, in standard errors
_STEP = 1e-7  # last step of a root in standard errors, which is still applied


@dataclass(frozen=True)
class WeightedStages:
    """Trials of two stages.

    Attributes:
        weight: Of the first stage, in (0, 1), fixed beforehand; the second has the rest.
        estimate: Estimate of each stage from its own data, shape (2, trials).
        error: Its standard error towards smaller effects and towards larger ones, positive, shape (2, 2, trials).
        null: Effect for which the boundaries are given.
        upper: Boundary for success of the first look on the z scale.
        lower: Boundary at which the first look stops for futility.
    """

    weight: float
    estimate: Array
    error: Array
    null: float = 0.0
    upper: float = np.inf
    lower: float = -np.inf

    def effects(self, tails: tuple[float, ...]) -> tuple[Array, ...]:
        """The effects under which the outcomes, or higher ones, have given probabilities.

        Args:
            tails: Probabilities in (0, 1): one half for the estimate, alpha for the lower limit, 1 - alpha for the upper.

        Returns:
            For each probability the effect of every trial, shape (trials,).

        Example:
            >>> errors = np.ones((2, 2, 1))
            >>> without_a_look = WeightedStages(0.5, np.array([[1.0], [2.0]]), errors)
            >>> [float(found.round(3)[0]) for found in without_a_look.effects((0.5, 0.025))]
            [1.5, 0.114]
        """
        reach = _FAR * self.error.max(axis=(0, 1)) / min(sqrt(self.weight), sqrt(1 - self.weight))
        least, most = self.estimate.min(axis=0) - reach, self.estimate.max(axis=0) + reach
        unit = self.error.min(axis=(0, 1))
        # Where the combined statistic is zero if the errors are the same on both sides.
        shares = np.sqrt([[self.weight], [1 - self.weight]]) / self.error.mean(axis=1)
        middle, spread = (shares * self.estimate).sum(axis=0) / shares.sum(axis=0), 1 / shares.sum(axis=0)

        def above(effect: Array, score: float) -> Array:
            return np.asarray(np.clip(ndtri(self.tail(effect)), -_FAR, _FAR) - score)

        found = []
        for score in ndtri(tails).tolist():
            near = np.clip(middle + score * spread, least, most)
            start = (near, np.clip(near + _NEAR * spread, least, most))
            found.append(secant_increasing(partial(above, score=score), start, least, most, _STEP * unit))
        return tuple(found)

    def tail(self, effect: Array) -> Array:
        """Probability of the outcome of each trial, or a higher one, under an effect of each.

        Args:
            effect: Shape (trials,).
        """
        first, second = self._z(0, effect), self._z(1, effect)
        combined = sqrt(self.weight) * first + sqrt(1 - self.weight) * second
        if self.upper == np.inf and self.lower == -np.inf:
            return np.asarray(ndtr(-combined))
        moved = self._z(0, np.full_like(effect, self.null)) - first
        upper = np.clip(self.upper - moved, -_FAR, _FAR)
        lower = np.clip(self.lower - moved, -_FAR, upper)
        return np.asarray(ndtr(-upper) * (self.upper < np.inf) + self._between(lower, upper, combined))

    def _z(self, stage: int, effect: Array) -> Array:
        """How many standard errors the estimate of a stage lies above an effect."""
        off = self.estimate[stage] - effect
        return np.asarray(off / np.where(off > 0, self.error[stage, 0], self.error[stage, 1]))

    def _between(self, lower: Array, upper: Array, combined: Array) -> Array:
        """P(lower < Z_1 < upper, Z >= combined) of each trial."""
        nodes, weights = integration_rule(np.array([0.0, 1.0]), 1.0 / 8)
        width = upper - lower
        z = lower[:, None] + width[:, None] * nodes
        density = np.exp(-0.5 * z**2) / sqrt(2 * np.pi)
        above = ndtr((sqrt(self.weight) * z - combined[:, None]) / sqrt(1 - self.weight))
        # A sum by rows, since a product of matrices may depend in its last bit on the trials beside.
        return np.asarray(width * (density * above * weights).sum(axis=1))


def single_stage(estimate: Array, error: Array, tails: tuple[float, ...]) -> tuple[Array, ...]:
    """The same for trials that stopped at the first look, after which nothing lower can follow.

    Args:
        estimate: Shape (trials,).
        error: Standard error towards smaller and towards larger effects, shape (2, trials).
        tails: As for `WeightedStages.effects`.

    Returns:
        For each probability the effect of every trial.

    Example:
        >>> [float(e[0]) for e in single_stage(np.array([2.0]), np.array([[1.0], [1.0]]), (0.5,))]
        [2.0]
    """
    steps = [float(ndtri(tail)) for tail in tails]
    return tuple(estimate + step * error[0 if step < 0 else 1] for step in steps)
