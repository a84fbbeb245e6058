"""Stopping boundaries of a single-arm trial as response counts, and what they do, exactly.

Whatever rule a single-arm trial of responses follows - predictive probability, posterior cut-off, exact test
- before it starts it comes down to two whole numbers at each look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import probabilities
from handful.stats.binomial import pmf

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


class StoppingProbabilities(NamedTuple):
    """Where a trial ends: probabilities over its looks, in the last axis, that sum to 1 over both arrays.

    Attributes:
        success: probability of ending at each look with success.
        futility: probability of ending at each look without.
    """

    success: Array
    futility: Array


@dataclass(frozen=True)
class CountBoundaries:
    """Numbers of responses at which a single-arm trial stops, look by look; at the last look it always stops.

    Attributes:
        looks: participants observed at each look, increasing.
        futility_if_at_most: at most so many responses end the trial without success; -1 where none do.
        success_if_at_least: at least so many end it with success; n + 1 where none do. At the last look it is
            one more than `futility_if_at_most`.

    Raises:
        ValueError: if the looks do not increase, the boundaries of a look leave its counts, cross, or leave a
            gap at the last look.

    Example:
        >>> boundaries = CountBoundaries((10, 20), futility_if_at_most=(1, 5), success_if_at_least=(11, 6))
        >>> at_null, at_alternative = boundaries.success_probability([0.2, 0.5])
        >>> print(f"type I error {at_null:.3f}, power {at_alternative:.3f}")
        type I error 0.186, power 0.973
    """

    looks: tuple[int, ...]
    futility_if_at_most: tuple[int, ...]
    success_if_at_least: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes, low, high = self.looks, self.futility_if_at_most, self.success_if_at_least
        checked_looks(sizes)
        if not len(sizes) == len(low) == len(high):
            raise ValueError(f"{len(sizes)} looks need as many boundaries, got {len(low)} and {len(high)}")
        for n, futile, successful in zip(sizes, low, high, strict=True):
            if not -1 <= futile < successful <= n + 1:
                raise ValueError(
                    f"at {n} participants -1 <= futility < success <= {n + 1} fails: {futile}, {successful}"
                )
        if high[-1] != low[-1] + 1:
            raise ValueError(f"the last look must decide, but between {low[-1]} and {high[-1]} it does not")

    def stopping_probabilities(self, p: ArrayLike) -> StoppingProbabilities:
        """Exact probability of each way to end, by enumeration of all paths.

        Args:
            p: response probabilities in [0, 1], any shape.

        Returns:
            Probabilities of success and of futility, each of the shape of `p` + (looks,).

        Raises:
            ValueError: if a probability lies outside [0, 1].

        Example:
            >>> CountBoundaries((10, 20), (1, 5), (11, 6)).stopping_probabilities(0.2).futility.round(3)
            array([0.376, 0.438])
        """
        rates = probabilities(p, "p")
        low, high = np.array([self.futility_if_at_most]), np.array([self.success_if_at_least])
        walks = [enumerate_paths(self.looks, low, high, float(rate)) for rate in rates.ravel()]
        shape = (*rates.shape, len(self.looks))
        success, futility = (np.array([walk[i] for walk in walks]).reshape(shape) for i in range(2))
        return StoppingProbabilities(success, futility)

    def success_probability(self, p: ArrayLike) -> Array:
        """Probability of success at any look: type I error rate at the null, power at the alternative.

        Args:
            p: response probabilities in [0, 1], any shape.

        Returns:
            Probabilities, the shape of `p`.

        Raises:
            ValueError: if a probability lies outside [0, 1].

        Example:
            >>> CountBoundaries((10,), (4,), (5,)).success_probability(0.5).round(4)
            np.float64(0.623)
        """
        total: Array = self.stopping_probabilities(p).success.sum(axis=-1)
        return total

    def expected_size(self, p: ArrayLike) -> Array:
        """Expected number of participants observed.

        Args:
            p: response probabilities in [0, 1], any shape.

        Returns:
            Expected sizes, the shape of `p`.

        Raises:
            ValueError: if a probability lies outside [0, 1].

        Example:
            >>> CountBoundaries((10, 20), (1, 5), (11, 6)).expected_size(0.2).round(2)
            np.float64(16.24)
        """
        success, futility = self.stopping_probabilities(p)
        expected: Array = (success + futility) @ np.array(self.looks, dtype=np.float64)
        return expected


def checked_looks(looks: Sequence[int]) -> tuple[int, ...]:
    """The looks as a tuple, if there is one at least and they increase from 1 or more.

    Args:
        looks: participants observed at each look.

    Returns:
        The same numbers.

    Raises:
        ValueError: if there is no look, or the numbers are not whole, positive and increasing.

    Example:
        >>> checked_looks([10, 20])
        (10, 20)
    """
    sizes = tuple(int(n) for n in looks)
    if not sizes or sizes != tuple(looks) or any(n <= m for m, n in zip((0, *sizes), sizes, strict=False)):
        raise ValueError(f"looks must be whole numbers that increase from 1 or more, got {tuple(looks)}")
    return sizes


def enumerate_paths(
    looks: Sequence[int], futility_if_at_most: Counts, success_if_at_least: Counts, p: float
) -> StoppingProbabilities:
    """Where trials end that share their looks but not their boundaries, all of them walked at once.

    Args:
        looks: participants observed at each of K looks, increasing.
        futility_if_at_most: shape (trials, K).
        success_if_at_least: shape (trials, K).
        p: the response probability.

    Returns:
        Probabilities of success and futility at each look, each of shape (trials, K).

    Example:
        >>> enumerate_paths([1, 2], np.array([[0, 1]]), np.array([[2, 2]]), 0.5).success
        array([[0.  , 0.25]])
    """
    responses = np.arange(looks[-1] + 1)
    going_on = np.zeros((len(futility_if_at_most), looks[-1] + 1))
    going_on[:, 0] = 1.0
    success, futility = np.empty(futility_if_at_most.shape), np.empty(futility_if_at_most.shape)
    observed = 0
    for k, n in enumerate(looks):
        going_on = going_on @ _transitions(looks[-1], n - observed, p)
        ends_well = responses >= success_if_at_least[:, k, None]
        ends_badly = responses <= futility_if_at_most[:, k, None]
        success[:, k] = (going_on * ends_well).sum(axis=1)
        futility[:, k] = (going_on * ends_badly).sum(axis=1)
        going_on = np.where(ends_well | ends_badly, 0.0, going_on)
        observed = n
    return StoppingProbabilities(success, futility)


def _transitions(n_max: int, added: int, p: float) -> Array:
    """Probability to go from each number of responses to each other when participants are added."""
    chances = np.append(pmf(added, p), 0.0)
    gained = np.arange(n_max + 1) - np.arange(n_max + 1)[:, None]
    return chances[np.where((gained < 0) | (gained > added), added + 1, gained)]
