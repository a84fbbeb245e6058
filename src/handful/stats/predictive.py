"""Predictive-probability monitoring of a single arm (Lee and Liu, Clinical Trials 2008;5:93-106).

At every look the question is not what the data say now but what they will say: given the responses so far,
how likely is the final analysis to succeed? The trial stops for futility when that has become unlikely, and
for efficacy when it has become all but certain.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from handful.stats._arguments import probabilities, proportion, size
from handful.stats.beta_binomial import UNIFORM, predictive_pmf, probability_above
from handful.stats.count_boundaries import CountBoundaries, checked_looks

Array = NDArray[np.float64]


def final_success_threshold(
    n: int, benchmark: float, certainty: float, prior: tuple[float, float] = UNIFORM
) -> int:
    """The smallest number of responses at which the final analysis succeeds: Pr(p > benchmark | data) >
    certainty.

    Args:
        n: participants in the final analysis.
        benchmark: response probability to be exceeded, in (0, 1).
        certainty: posterior probability that must be exceeded, theta_T of Lee and Liu, in [0, 1].
        prior: weights (a, b) of the beta prior.

    Returns:
        A number of responses, n + 1 if none suffices.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> final_success_threshold(36, benchmark=0.2, certainty=0.9, prior=(0.2, 0.8))
        11
    """
    level = float(probabilities(certainty, "certainty"))
    above = probability_above(proportion(benchmark, "benchmark"), np.arange(size(n, "n") + 1), n, prior)
    # The posterior probability grows with the responses, so that failures come first.
    return int(np.count_nonzero(above <= level))


def predictive_probability(
    n: int, n_final: int, threshold: int, prior: tuple[float, float] = UNIFORM
) -> Array:
    """Probability that the final analysis will succeed, for every number of responses so far.

    Args:
        n: participants observed so far.
        n_final: participants in the final analysis, at least `n`.
        threshold: responses in the final analysis from which it succeeds.
        prior: weights (a, b) of the beta prior.

    Returns:
        Shape (n + 1,), indexed by the responses so far, never decreasing.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> threshold = final_success_threshold(40, benchmark=0.6, certainty=0.9, prior=(0.6, 0.4))
        >>> print(f"{predictive_probability(23, 40, threshold, prior=(0.6, 0.4))[16]:.4f}")
        0.5656
    """
    observed, remaining = size(n, "n"), size(n_final, "n_final") - size(n, "n")
    if remaining < 0:
        raise ValueError(f"n_final must not be less than n, got {n_final} and {n}")
    responses = np.arange(observed + 1)
    to_come = predictive_pmf(remaining, (prior[0] + responses, prior[1] + observed - responses))
    at_least = np.zeros((observed + 1, remaining + 2))
    at_least[:, :-1] = to_come[:, ::-1].cumsum(axis=1)[:, ::-1]
    at_least[:, 0] = 1.0
    needed = np.clip(threshold - responses, 0, remaining + 1)
    # A sum that rounds to more than 1 would pass for certainty.
    return np.minimum(at_least[responses, needed], 1.0)


def predictive_boundaries(
    looks: Sequence[int],
    benchmark: float,
    certainty: float,
    futility_below: float,
    success_above: float = 1.0,
    prior: tuple[float, float] = UNIFORM,
) -> CountBoundaries:
    """Stopping boundaries of predictive-probability monitoring.

    The final analysis succeeds when Pr(p > benchmark | data) > certainty. At an earlier look the trial stops
    for futility when the predictive probability of that is below `futility_below`, and for success when it is
    above `success_above`.

    Args:
        looks: participants observed at each look, increasing; the last is the final analysis.
        benchmark: response probability to be exceeded, p0, in (0, 1).
        certainty: theta_T, posterior probability that the final analysis must exceed, in [0, 1].
        futility_below: theta_L, in [0, 1]; 0 never stops for futility.
        success_above: theta_U, in [0, 1]; 1 never stops for success.
        prior: weights (a, b) of the beta prior.

    Returns:
        The boundaries, whole numbers of responses at each look.

    Raises:
        ValueError: if an argument is out of range, or `futility_below` exceeds `success_above`.

    Example:
        >>> predictive_boundaries([10, 20, 30], 0.2, certainty=0.9, futility_below=0.05, success_above=0.95)
        CountBoundaries(looks=(10, 20, 30), futility_if_at_most=(0, 3, 8), success_if_at_least=(5, 8, 9))
    """
    sizes = checked_looks(looks)
    low, high = (float(v) for v in probabilities([futility_below, success_above], "theta_L and theta_U"))
    if low > high:
        raise ValueError(f"futility_below must not exceed success_above, got {low} and {high}")
    threshold = final_success_threshold(sizes[-1], benchmark, certainty, prior)
    futile, successful = [], []
    for n in sizes[:-1]:
        chance = predictive_probability(n, sizes[-1], threshold, prior)
        futile.append(int(np.count_nonzero(chance < low)) - 1)
        successful.append(int(np.count_nonzero(chance <= high)))
    return CountBoundaries(sizes, (*futile, threshold - 1), (*successful, threshold))
