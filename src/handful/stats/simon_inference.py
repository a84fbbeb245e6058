"""Inference after a two-stage trial: p-value, estimates and interval that take the look into account.

The usual proportion of responders is biased after a trial that could have stopped early, and the usual
p-value and interval belong to another sample space. The right one is small and, by luck, already in order: a
trial that stops early has at most r1 responses and a trial that goes on has more, so the total number of
responses names the outcome, and the stage-wise ordering of Jung and Kim (2004), in which going on is always
more extreme than stopping, is the ordering by that number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb, log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import probabilities, proportion
from handful.stats.bisection import bisect_increasing
from handful.stats.simon import TwoStage

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TwoStageInference:
    """The conclusion from every possible outcome of a two-stage trial.

    All arrays are read-only, have shape (n + 1,) and are indexed by the total number of responses, so that
    the conclusions of many trials are `table.p_value[responses]`.

    Attributes:
        participants: number observed: n1 where the trial stopped early, n elsewhere.
        claim: whether the trial claims that the treatment works.
        naive: responses / participants, the biased estimate that ignores the look.
        unbiased: the uniformly minimum variance unbiased estimate (Jung and Kim 2004).
        median_unbiased: the response probability at which this outcome or a higher one has probability 1/2; 0
            for no response.
        p_value: probability under the null of this outcome or a higher one (Koyama and Chen 2008). It is at
            most the type I error rate of the design exactly where the trial claims.
        lower: lower confidence limit.
        upper: upper confidence limit.
    """

    participants: NDArray[np.int64]
    claim: NDArray[np.bool_]
    naive: Array
    unbiased: Array
    median_unbiased: Array
    p_value: Array
    lower: Array
    upper: Array


def outcome_probabilities(design: TwoStage, p: ArrayLike) -> Array:
    """Probability of each outcome of a two-stage trial, indexed by the total number of responses.

    Args:
        design: the two-stage design.
        p: response probabilities in [0, 1], any shape.

    Returns:
        Probabilities, shape of `p` + (n + 1,). Up to r1 responses the trial stopped early; above, it went on.

    Raises:
        ValueError: if a probability lies outside [0, 1].

    Example:
        >>> outcome_probabilities(TwoStage(2, 0, 3, 1), 0.5)
        array([0.25 , 0.25 , 0.375, 0.125])
    """
    rate = probabilities(p, "p")[..., None]
    responses = np.arange(design.total_size + 1)
    others = _participants(design) - responses
    with np.errstate(divide="ignore", invalid="ignore"):
        # 0 * log(0) is a factor of one: nothing was asked of the impossible.
        log_responses = np.where(responses == 0, 0.0, responses * np.log(rate))
        log_others = np.where(others == 0, 0.0, others * np.log1p(-rate))
    mass: Array = np.exp(_log_ways(design) + log_responses + log_others)
    return mass


@lru_cache(maxsize=128)
def _log_ways(design: TwoStage) -> Array:
    """Logarithm of the number of arrangements of responses that end in each outcome."""
    n1, r1, n = design.first_stage_size, design.first_stage_futility, design.total_size
    stopped = [log(comb(n1, total)) for total in range(r1 + 1)]
    went_on = [log(_paths(n1, n - n1, r1, total)) for total in range(r1 + 1, n + 1)]
    return np.array(stopped + went_on)


def _paths(n1: int, n2: int, r1: int, total: int) -> int:
    """Number of arrangements of `total` responses over both stages with more than r1 of them in the first."""
    fewest, most = max(r1 + 1, total - n2), min(n1, total)
    return sum(comb(n1, first) * comb(n2, total - first) for first in range(fewest, most + 1))


def unbiased_estimates(design: TwoStage) -> Array:
    """The uniformly minimum variance unbiased estimate of the response probability after every outcome.

    It is the expected proportion of responders in the first stage given the total number of responses (Jung
    and Kim, Statistics in Medicine 2004;23:881-896): responses / n1 where the trial stopped early, and more
    than responses / n where it went on, the more so the closer it came to stopping.

    Args:
        design: the two-stage design.

    Returns:
        Shape (n + 1,), indexed by the total number of responses; each entry the nearest float to a ratio of
        whole numbers.

    Example:
        >>> unbiased_estimates(TwoStage(10, 1, 29, 5))[[1, 2, 6, 29]].round(4)
        array([0.1   , 0.2   , 0.2613, 1.    ])
    """
    n1, r1, n = design.first_stage_size, design.first_stage_futility, design.total_size
    n2 = n - n1
    stopped = [total / n1 for total in range(r1 + 1)]
    # One response of the first stage set apart: the rest are arranged over n1 - 1 and n2.
    went_on = [
        _paths(n1 - 1, n2, r1 - 1, total - 1) / _paths(n1, n2, r1, total) for total in range(r1 + 1, n + 1)
    ]
    return np.array(stopped + went_on)


def naive_bias(design: TwoStage, p: ArrayLike) -> Array:
    """Bias of the naive estimate, responses / participants, after a two-stage trial.

    Args:
        design: the two-stage design.
        p: response probabilities in [0, 1], any shape.

    Returns:
        Expected estimate minus `p`, the shape of `p`. Trials that stop early weigh their low proportion as
        fully as others weigh more participants, so the bias is negative.

    Raises:
        ValueError: if a probability lies outside [0, 1].

    Example:
        >>> naive_bias(TwoStage(10, 1, 29, 5), 0.1).round(4)
        np.float64(-0.0228)
    """
    rate = probabilities(p, "p")
    estimate = np.arange(design.total_size + 1) / _participants(design)
    bias: Array = outcome_probabilities(design, rate) @ estimate - rate
    return bias


@lru_cache(maxsize=128)
def two_stage_inference(design: TwoStage, p0: float, confidence: float = 0.95) -> TwoStageInference:
    """p-value, estimates and confidence interval for every possible outcome of a two-stage trial.

    The p-value is that of Koyama and Chen (Statistics in Medicine 2008;27:3145-3154). The interval inverts
    it: each limit is the response probability at which this outcome, or one further from the limit, has
    probability (1 - confidence) / 2. Because the ordering increases stochastically in the response
    probability, the p-value is valid and the interval covers with at least the stated confidence at every
    response probability, exactly.

    Args:
        design: the two-stage design.
        p0: the response probability under the null, in (0, 1).
        confidence: two-sided confidence, in (0, 1). For an interval that agrees with a one-sided test at
            level alpha take 1 - 2 * alpha.

    Returns:
        The conclusions, arrays indexed by the total number of responses.

    Raises:
        ValueError: if `p0` or `confidence` is not strictly between 0 and 1.

    Example:
        >>> table = two_stage_inference(TwoStage(10, 1, 29, 5), p0=0.1, confidence=0.9)
        >>> print(f"p = {table.p_value[6]:.4f}, estimate {table.unbiased[6]:.3f}")
        p = 0.0471, estimate 0.261
        >>> print(f"90% interval {table.lower[6]:.3f} to {table.upper[6]:.3f}")
        90% interval 0.102 to 0.413
    """
    null, miss = proportion(p0, "p0"), 0.5 * (1.0 - proportion(confidence, "confidence"))
    responses = np.arange(design.total_size + 1)
    participants = _participants(design)
    p_value = outcome_probabilities(design, null)[::-1].cumsum()[::-1]
    p_value[0] = 1.0  # whatever the sum rounds to
    table = TwoStageInference(
        participants=participants,
        claim=responses > design.final_threshold,
        naive=responses / participants,
        unbiased=unbiased_estimates(design),
        median_unbiased=_where_upper_tail_is(design, 0.5),
        p_value=np.minimum(p_value, 1.0),
        lower=_where_upper_tail_is(design, miss),
        upper=_where_lower_tail_is(design, miss),
    )
    for array in vars(table).values():
        array.setflags(write=False)
    return table


def _participants(design: TwoStage) -> NDArray[np.int64]:
    """Number of participants observed, by the total number of responses."""
    sizes = np.full(design.total_size + 1, design.total_size, dtype=np.int64)
    sizes[: design.first_stage_futility + 1] = design.first_stage_size
    return sizes


def _where_upper_tail_is(design: TwoStage, probability: float) -> Array:
    """For each outcome, the response probability that gives it and all higher ones this probability."""
    outcomes = np.arange(design.total_size + 1)

    def excess(p: Array) -> Array:
        tails = outcome_probabilities(design, p)[:, ::-1].cumsum(axis=-1)[:, ::-1]
        return tails[outcomes, outcomes] - probability

    limits = bisect_increasing(excess, np.zeros(len(outcomes)), np.ones(len(outcomes)))
    limits[0] = 0.0  # the lowest outcome or a higher one is certain
    return limits


def _where_lower_tail_is(design: TwoStage, probability: float) -> Array:
    """For each outcome, the response probability that gives it and all lower ones this probability."""
    outcomes = np.arange(design.total_size + 1)

    def excess(p: Array) -> Array:
        tails = outcome_probabilities(design, p).cumsum(axis=-1)
        return probability - tails[outcomes, outcomes]

    limits = bisect_increasing(excess, np.zeros(len(outcomes)), np.ones(len(outcomes)))
    limits[-1] = 1.0  # the highest outcome or a lower one is certain
    return limits
