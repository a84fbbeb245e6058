"""Sizing a two-arm trial again at an interim look that nobody unblinds.

The effect stays what it was planned to be; only a nuisance parameter is estimated anew, from the outcomes of
both arms together: the variance of a mean, the overall rate of a binary outcome, the overall rate and the
overdispersion of counts. As the arms stay unknown, the type I error of the ordinary test hardly changes (Friede
and Kieser 2006, Biometrical Journal 48:537-555, and 2013, Pharmaceutical Statistics 12:141-146).

All functions take arrays with one entry a trial and return participants in both arms together, not rounded:
`reassessed_size` sets the limits.
"""

from __future__ import annotations

from math import log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from handful.stats.boundaries import check_rates

Array = NDArray[np.float64]
Sided = Literal[1, 2]


def reassessed_size(
    wanted: ArrayLike,
    first: ArrayLike,
    *,
    planned: float | None = None,
    most: float | None = None,
    unit: int = 1,
) -> Array:
    """Whole participants of a trial after sizing it again, between its limits.

    Args:
        wanted: participants in all that the interim look asks for, one entry a trial; NaN asks for `planned`.
        first: participants already in the trial, who cannot be sent home.
        planned: size that is not undercut (the restricted rule of Wittes and Brittain 1990, Statistics in
            Medicine 9:65-72); None also lets a trial shrink (Birkett and Day 1994, Statistics in Medicine
            13:2455-2463).
        most: size that is not exceeded; None for no limit.
        unit: participants that enter together, such as the sum of the allocation ratio's whole numbers: sizes
            are rounded up to a multiple of it, the largest one down.

    Returns:
        Whole numbers as floats, of the broadcast shape of `wanted` and `first`; inf where no size would do and
        there is no limit.

    Raises:
        ValueError: if the limits contradict each other.

    Example:
        >>> reassessed_size([12.3, 41.2, 300.0], first=20, planned=40, most=80, unit=2)
        array([40., 42., 80.])
    """
    if unit < 1 or not (most is None or planned is None or planned <= most):
        raise ValueError(f"need planned <= most and a unit of 1 or more, got {planned!r}, {most!r}, {unit!r}")
    size = np.asarray(wanted, dtype=np.float64)
    size = np.where(np.isnan(size), np.inf if planned is None else planned, size)
    slack = 1e-9  # a size that is whole but for rounding errors stays whole
    units = np.ceil(np.maximum(size, 0.0 if planned is None else planned) / unit - slack)
    if most is not None:
        units = np.minimum(units, np.floor(most / unit + slack))
    return np.asarray(np.maximum(units * unit, first))


def blinded_variance(
    pooled_variance: ArrayLike, first: ArrayLike, *, effect: float = 0.0, allocation_ratio: float = 1.0
) -> Array:
    """Variance within the arms, from the sample variance of both arms together.

    The pooled sample is spread by the effect, too. Its plain variance (`effect=0`) is too large by what the effect
    adds and recommended for being simple and for rarely leaving a trial too small; subtracting what the planned
    effect would add makes it unbiased if that is right (Gould and Shih 1992, Communications in Statistics A
    21:2833-2853; Zucker, Wittes, Schabenberger and Brittain 1999, Statistics in Medicine 18:3493-3509).

    Args:
        pooled_variance: one-sample variance of all outcomes, with divisor `first - 1`.
        first: outcomes in both arms together, above 1.
        effect: difference of the means that was planned for; 0 for no adjustment.
        allocation_ratio: treatment over control.

    Returns:
        The estimates, not below zero; of the broadcast shape of `pooled_variance` and `first`.

    Raises:
        ValueError: if there is no pair of outcomes, or the ratio is not positive.

    Example:
        >>> blinded_variance([30.0, 40.0], 20, effect=5.0).round(3)
        array([23.421, 33.421])
    """
    n = np.asarray(first, dtype=np.float64)
    if not np.all(n > 1.0) or not allocation_ratio > 0.0:
        raise ValueError(
            f"need two outcomes or more and a positive ratio, got {first!r}, {allocation_ratio!r}"
        )
    spread = allocation_ratio / (1.0 + allocation_ratio) ** 2 * effect**2
    return np.asarray(np.maximum(np.asarray(pooled_variance) - spread * n / (n - 1.0), 0.0))


def size_for_mean(
    variance: ArrayLike,
    effect: float,
    *,
    alpha: float = 0.025,
    power: float = 0.9,
    sided: Sided = 1,
    allocation_ratio: float = 1.0,
    student: bool = True,
) -> Array:
    """Participants for a difference of two means, given the variance within the arms.

    Args:
        variance: within the arms, one entry a trial.
        effect: difference of the means planned for, not zero.
        alpha: type I error.
        power: power wanted.
        sided: 1 or 2.
        allocation_ratio: treatment over control.
        student: True adds z(1 - alpha)**2 / 2 participants, by which the t-test needs more than the z-test to
            within a few tenths of a participant (Guenther 1981, American Statistician 35:243-244).

    Returns:
        Participants in both arms together, of the shape of `variance`.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> size_for_mean([25.0, 100.0], 5.0, power=0.8, student=False).round(3)
        array([ 31.396, 125.582])
    """
    critical, target = _scores(alpha, power, sided, allocation_ratio)
    if effect == 0.0:
        raise ValueError("no size gives power against an effect of zero")
    spread = np.asarray(variance, dtype=np.float64) * (1.0 + allocation_ratio) ** 2 / allocation_ratio
    return np.asarray(((critical + target) / effect) ** 2 * spread + (0.5 * critical**2 if student else 0.0))


def size_for_rate(
    pooled_rate: ArrayLike,
    effect: float,
    *,
    alpha: float = 0.025,
    power: float = 0.9,
    sided: Sided = 1,
    allocation_ratio: float = 1.0,
    common_variance: bool = False,
) -> Array:
    """Participants for a difference of two rates, given the overall rate and the difference planned for.

    The overall rate and the difference give the rate of each arm. Friede and Kieser (2004), Pharmaceutical
    Statistics 3:269-279; Kieser (2020), Methods and Applications of Sample Size Calculation and Recalculation in
    Clinical Trials, chapters 5 and 23.

    Args:
        pooled_rate: rate of both arms together, one entry a trial.
        effect: rate on treatment minus rate on control planned for, not zero.
        alpha: type I error.
        power: power wanted.
        sided: 1 or 2.
        allocation_ratio: treatment over control.
        common_variance: True uses the variance of the pooled rate throughout, as Friede and Kieser (2004) do;
            False that of each arm's rate under the alternative, which no overall rate near 0 or 1 allows.

    Returns:
        Participants in both arms together, of the shape of `pooled_rate`; NaN where an arm's rate would lie
        outside [0, 1], so that nothing can be said with the effect planned for.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> size_for_rate([0.2, 0.3], 0.2, alpha=0.05, sided=2, power=0.8).round(2)
        array([123.2 , 162.45])
    """
    critical, target = _scores(alpha, power, sided, allocation_ratio)
    if effect == 0.0:
        raise ValueError("no size gives power against an effect of zero")
    rate = np.asarray(pooled_rate, dtype=np.float64)
    treated = allocation_ratio / (1.0 + allocation_ratio)
    on_treatment, on_control = rate + (1.0 - treated) * effect, rate - treated * effect
    possible = (np.minimum(on_treatment, on_control) >= 0.0) & (np.maximum(on_treatment, on_control) <= 1.0)
    pooled = rate * (1.0 - rate) / (treated * (1.0 - treated))
    if common_variance:
        return np.where(possible, pooled * ((critical + target) / effect) ** 2, np.nan)
    with np.errstate(invalid="ignore"):
        separate = on_treatment * (1.0 - on_treatment) / treated
        separate += on_control * (1.0 - on_control) / (1.0 - treated)
        size = ((critical * np.sqrt(pooled) + target * np.sqrt(separate)) / effect) ** 2
    return np.where(possible, size, np.nan)


def blinded_overdispersion(pooled_mean: ArrayLike, pooled_variance: ArrayLike) -> Array:
    """Overdispersion of counts, from the mean and variance of both arms together, by their moments.

    The variance of a negative binomial count is mean + overdispersion * mean**2. Like the variance of a mean, it is
    too large by what the effect adds (Friede and Schmidli 2010, Statistics in Medicine 29:1145-1156).

    Args:
        pooled_mean: mean count of all participants, observed for the same time.
        pooled_variance: one-sample variance of the counts.

    Returns:
        The estimates, not below zero; zero where there were no events.

    Example:
        >>> blinded_overdispersion([2.0, 2.0], [6.0, 1.5])
        array([1., 0.])
    """
    mean, variance = np.asarray(pooled_mean, dtype=np.float64), np.asarray(pooled_variance, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(mean > 0.0, np.maximum((variance - mean) / mean**2, 0.0), 0.0)


def size_for_counts(
    pooled_mean: ArrayLike,
    overdispersion: ArrayLike,
    rate_ratio: float,
    *,
    alpha: float = 0.025,
    power: float = 0.9,
    sided: Sided = 1,
    allocation_ratio: float = 1.0,
) -> Array:
    """Participants for a ratio of two count rates, given the overall mean and the ratio planned for.

    Friede and Schmidli (2010), Statistics in Medicine 29:1145-1156.

    Args:
        pooled_mean: mean count of both arms together over the time that everyone is to be observed.
        overdispersion: of the counts, not negative.
        rate_ratio: treatment over control planned for, positive and not 1.
        alpha: type I error.
        power: power wanted.
        sided: 1 or 2.
        allocation_ratio: treatment over control.

    Returns:
        Participants in both arms together, of the broadcast shape of `pooled_mean` and `overdispersion`; inf
        where no events were seen.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> size_for_counts([7.2, 3.6], 1.0, 1 / 3, power=0.8).round(2)
        array([30.83, 35.65])
    """
    critical, target = _scores(alpha, power, sided, allocation_ratio)
    if not rate_ratio > 0.0 or rate_ratio == 1.0:
        raise ValueError(f"the rate ratio must be positive and not 1, got {rate_ratio!r}")
    treated = allocation_ratio / (1.0 + allocation_ratio)
    control_mean = np.asarray(pooled_mean, dtype=np.float64) / (treated * rate_ratio + 1.0 - treated)
    extra = np.asarray(overdispersion, dtype=np.float64)
    with np.errstate(divide="ignore"):
        variance = (1.0 / (control_mean * rate_ratio) + extra) / treated
        variance += (1.0 / control_mean + extra) / (1.0 - treated)
    return np.asarray(variance * ((critical + target) / log(rate_ratio)) ** 2)


def _scores(alpha: float, power: float, sided: Sided, allocation_ratio: float) -> tuple[float, float]:
    """Normal scores of the level of a side and of the power, after a check of the rates."""
    check_rates(alpha, power, sided)
    if not allocation_ratio > 0.0:
        raise ValueError(f"the allocation ratio must be positive, got {allocation_ratio!r}")
    return -float(ndtri(alpha / sided)), float(ndtri(power))
