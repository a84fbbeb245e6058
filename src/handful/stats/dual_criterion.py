"""Dual criterion: a claim needs significance (an effect above the null) and relevance (a large enough estimate).

Significance asks that the effect is above the null with high probability, relevance that its median is at least the decision
value, which is to say that it is above the decision value with a probability of a half (Fisch et al. 2015, Therapeutic
Innovation and Regulatory Science 49:155-162; Roychoudhury, Scheuer and Neuenschwander 2018, Clinical Trials 15:452-461).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import probabilities, proportion, size
from handful.stats.beta_binomial import UNIFORM, probability_above
from handful.stats.normal_posterior import FLAT, Normal, required_estimate

Array = NDArray[np.float64]

# A posterior median at the decision value is relevant; rounding in the last digits must not decide otherwise.
_HALF = 0.5 / (1.0 + 1e-12)


def dual_statistic(significance: ArrayLike, relevance: ArrayLike) -> Array:
    """Both criteria as one number: at or above a threshold of a half or more exactly where both are met.

    It is the probability of significance where the median is relevant, and otherwise the smaller of the two probabilities,
    which is then below a half. It grows with both. A threshold below a half, to stop for futility, asks that both
    probabilities reach it.

    Args:
        significance: probability that the effect is above the null.
        relevance: probability that it is above the decision value.

    Returns:
        Of the broadcast shape.

    Raises:
        ValueError: if a probability is not between 0 and 1.

    Example:
        >>> dual_statistic([0.99, 0.99, 0.90], [0.6, 0.4, 0.7])
        array([0.99, 0.4 , 0.9 ])
    """
    first, second = probabilities(significance, "significance"), probabilities(relevance, "relevance")
    return np.where(second >= _HALF, first, np.minimum(first, second))


def required_responses(
    n: int,
    benchmark: float,
    decision_value: float,
    certainty: float,
    prior: tuple[float, float] = UNIFORM,
) -> int:
    """The smallest number of responses of a single arm that meets both criteria.

    Args:
        n: participants.
        benchmark: response probability that has to be exceeded, in [0, 1].
        decision_value: response probability that the posterior median has to reach, in [0, 1].
        certainty: posterior probability of exceeding the benchmark that is wanted, in (0, 1).
        prior: weights (a, b) of the beta prior.

    Returns:
        A number of responses, n + 1 if none suffices.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> required_responses(25, benchmark=0.075, decision_value=0.175, certainty=0.95, prior=(0.0811, 1.0))
        5
    """
    total, wanted = size(n, "n"), proportion(certainty, "certainty")
    counts = np.arange(total + 1)
    significance = probability_above(benchmark, counts, total, prior)
    relevance = probability_above(decision_value, counts, total, prior)
    return int(np.count_nonzero((significance < wanted) | (relevance < _HALF)))


def required_dual_estimate(
    information: ArrayLike,
    certainty: float,
    decision_value: float,
    null: float = 0.0,
    prior: Normal = FLAT,
) -> Array:
    """The smallest normal estimate that meets both criteria.

    Args:
        information: information of the estimate, above 0.
        certainty: posterior probability of an effect above the null that is wanted, in (0, 1).
        decision_value: effect that the posterior median has to reach.
        null: effect that has to be exceeded.
        prior: what was believed before.

    Returns:
        Estimates, of the shape of `information`.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> per_arm = np.array([10, 20, 40])
        >>> required_dual_estimate(per_arm / (2 * 88**2), 0.975, decision_value=50).round(1)
        array([77.1, 54.5, 50. ])
    """
    return np.maximum(
        required_estimate(information, certainty, null, prior),
        required_estimate(information, 0.5, decision_value, prior),
    )
