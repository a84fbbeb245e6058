"""The odds ratio of a two-by-two table, conditional on its margins: estimate and exact interval.

Given the total number of successes, the successes of group 1 follow Fisher's noncentral hypergeometric
distribution, whose only parameter is the odds ratio.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import proportion, size, successes_of
from handful.stats.binomial import log_factorials
from handful.stats.bisection import bisect_increasing

Array = NDArray[np.float64]


class OddsRatio(NamedTuple):
    """Conditional odds ratios, group 1 over group 2.

    Attributes:
        estimate: the conditional maximum likelihood estimate (not the cross ratio of the table).
        lower: the exact lower confidence limit, 0 at the lower end of the sample space.
        upper: the exact upper confidence limit, infinite at its upper end.
    """

    estimate: Array
    lower: Array
    upper: Array


class _Conditional:
    """Distribution of group 1's successes given the margins of some tables, at any odds ratio."""

    def __init__(self, x1: NDArray[np.int64], n1: int, x2: NDArray[np.int64], n2: int) -> None:
        total = x1 + x2
        values = np.arange(n1 + 1)
        other = total[:, None] - values
        possible = (other >= 0) & (other <= n2)
        log1, log2 = log_factorials(n1), log_factorials(n2)
        within = np.where(possible, other, 0)
        log_ways = -log1[values] - log1[n1 - values] - log2[within] - log2[n2 - within]
        self.values = values
        self.observed = x1
        self.log_weights = np.where(possible, log_ways, -np.inf)
        self.at_first = x1 == np.maximum(0, total - n2)
        self.at_last = x1 == np.minimum(n1, total)

    def probabilities(self, log_odds: Array) -> Array:
        """Shape (tables, n1 + 1) at one log odds ratio for each table."""
        log_mass = self.log_weights + log_odds[:, None] * self.values
        mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
        normalised: Array = mass / mass.sum(axis=1, keepdims=True)
        return normalised

    def mean_excess(self, log_odds: Array) -> Array:
        """Expected minus observed successes; zero at the maximum likelihood estimate."""
        excess: Array = self.probabilities(log_odds) @ self.values - self.observed
        return excess

    def upper_tail(self, log_odds: Array) -> Array:
        """Probability of at least the observed successes."""
        mass: Array = (self.probabilities(log_odds) * (self.values >= self.observed[:, None])).sum(axis=1)
        return mass

    def lower_tail(self, log_odds: Array) -> Array:
        """Probability of at most the observed successes."""
        mass: Array = (self.probabilities(log_odds) * (self.values <= self.observed[:, None])).sum(axis=1)
        return mass


def _odds_ratios(
    x1: NDArray[np.int64], n1: int, x2: NDArray[np.int64], n2: int, confidence: float
) -> OddsRatio:
    """Estimates and limits of some tables, each a flat array."""
    level = 0.5 * (1.0 - proportion(confidence, "confidence"))
    given = _Conditional(x1, n1, x2, n2)
    finite = given.log_weights[np.isfinite(given.log_weights)]
    # Beyond this one end of every table's sample space is certain to more digits than a float has.
    reach = np.full(x1.shape, np.ptp(finite) - np.log(level) + 50.0)
    estimate = bisect_increasing(given.mean_excess, -reach, reach)
    lower = bisect_increasing(lambda log_odds: given.upper_tail(log_odds) - level, -reach, reach)
    upper = bisect_increasing(lambda log_odds: level - given.lower_tail(log_odds), -reach, reach)
    at_first, at_last = given.at_first, given.at_last
    estimates = np.where(at_first, 0.0, np.where(at_last, np.inf, np.exp(estimate)))
    return OddsRatio(
        np.where(at_first & at_last, np.nan, estimates),
        np.where(at_first, 0.0, np.exp(lower)),
        np.where(at_last, np.inf, np.exp(upper)),
    )


@lru_cache(maxsize=256)
def odds_ratio_table(n1: int, n2: int, confidence: float = 0.95) -> OddsRatio:
    """Conditional odds ratio and its exact interval for every possible table of two groups.

    The estimate maximises the conditional likelihood; the limits are those odds ratios at which the observed
    table has a one-sided conditional p-value of ``(1 - confidence) / 2`` (Cornfield, Proc. 3rd Berkeley Symp.
    1956, 4:135-148; as R's ``fisher.test``).

    Args:
        n1: size of group 1 (treated).
        n2: size of group 2 (control).
        confidence: confidence level, strictly between 0 and 1.

    Returns:
        Three read-only arrays of shape (n1 + 1, n2 + 1), addressed [x1, x2]. Tables without any success or
        without any failure say nothing about the odds ratio: estimate NaN, limits 0 and infinity.

    Raises:
        ValueError: a size is not a whole number of 0 or more, or the confidence is not between 0 and 1.

    Example:
        >>> ratios = odds_ratio_table(12, 12)
        >>> [round(float(array[7, 2]), 4) for array in ratios]
        [6.3945, 0.8098, 85.8869]
    """
    treated, control = size(n1, "n1"), size(n2, "n2")
    x1, x2 = np.divmod(np.arange((treated + 1) * (control + 1)), control + 1)
    flat = _odds_ratios(x1, treated, x2, control, confidence)
    shaped = OddsRatio(*(table.reshape(treated + 1, control + 1) for table in flat))
    for table in shaped:
        table.setflags(write=False)
    return shaped


def odds_ratio(x1: ArrayLike, n1: int, x2: ArrayLike, n2: int, confidence: float = 0.95) -> OddsRatio:
    """Conditional odds ratio and exact interval of observed tables, as in :func:`odds_ratio_table`.

    Args:
        x1: successes in group 1, whole numbers in 0..n1.
        n1: size of group 1.
        x2: successes in group 2, broadcast against x1.
        n2: size of group 2.
        confidence: confidence level, strictly between 0 and 1.

    Returns:
        Estimates and limits of the broadcast shape.

    Raises:
        ValueError: successes exceed a group's size, or the confidence is not between 0 and 1.

    Example:
        >>> odds_ratio([8, 3], 10, 3, 12).estimate.round(4)
        array([10.403,  1.271])
    """
    first, _ = successes_of(x1, n1, ("x1", "n1"))
    second, _ = successes_of(x2, n2, ("x2", "n2"))
    first, second = np.broadcast_arrays(first, second)
    # A block of trials repeats its tables: each is solved once.
    distinct, inverse = np.unique(np.stack([first.ravel(), second.ravel()]), axis=1, return_inverse=True)
    solved = _odds_ratios(distinct[0], size(n1, "n1"), distinct[1], size(n2, "n2"), confidence)
    return OddsRatio(*(values[inverse].reshape(first.shape) for values in solved))
