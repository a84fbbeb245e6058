"""Sample sizes for rates (proportions) by the normal approximation, with the variances the tests really use.

Under the null hypothesis the score tests estimate both rates subject to it, so that their standard error
differs from that under the alternative (Farrington and Manning 1990, Statistics in Medicine 9:1447-1454). For
the exact one-sample test see `handful.stats.single_stage`; with few participants it is the one to trust.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from handful.stats.risk_difference import constrained_proportions
from handful.stats.sample_size import NormalTest


def one_rate(rate: float, benchmark: float) -> NormalTest:
    """The one-sample z-test of a rate against a benchmark, with the benchmark's variance.

    Args:
        rate: the true rate, in (0, 1).
        benchmark: the rate under the null hypothesis, in (0, 1); a higher rate is a benefit.

    Raises:
        ValueError: if a rate is not strictly between 0 and 1.

    Example:
        >>> round(one_rate(0.5, 0.2).power(24), 4)
        0.9149
    """
    _check(rate, benchmark, 1.0)
    return NormalTest(rate - benchmark, sqrt(benchmark * (1 - benchmark)), sqrt(rate * (1 - rate)))


def rate_difference(
    rate: float, control_rate: float, *, margin: float = 0.0, allocation_ratio: float = 1.0
) -> NormalTest:
    """The score test of a difference of two rates.

    Args:
        rate: true rate on treatment, in (0, 1).
        control_rate: true rate on control, in (0, 1).
        margin: the difference under the null hypothesis, in (-1, 1); negative for non-inferiority.
        allocation_ratio: treatment over control.

    Returns:
        The test; a higher rate on treatment is the benefit (see `NormalTest.reversed`).

    Raises:
        ValueError: if a rate, the margin or the ratio is out of range.

    Example:
        >>> round(rate_difference(0.7, 0.2).size(power=0.8), 6)
        28.603874
    """
    _check(rate, control_rate, allocation_ratio)
    if not -1.0 < margin < 1.0:
        raise ValueError(f"the margin of a difference must lie in (-1, 1), got {margin!r}")
    treated, controls = (np.array([share]) for share in _shares(allocation_ratio))
    null, null_control = constrained_proportions(
        treated * rate, treated, controls * control_rate, controls, np.array([margin])
    )
    return NormalTest(
        rate - control_rate - margin,
        sqrt(_variance(float(null[0]), float(null_control[0]), allocation_ratio)),
        sqrt(_variance(rate, control_rate, allocation_ratio)),
    )


def rate_ratio(
    rate: float, control_rate: float, *, null_ratio: float = 1.0, allocation_ratio: float = 1.0
) -> NormalTest:
    """The score test of a ratio of two rates, on rate - null_ratio * control_rate.

    Args:
        rate: true rate on treatment, in (0, 1).
        control_rate: true rate on control, in (0, 1).
        null_ratio: the ratio under the null hypothesis, positive.
        allocation_ratio: treatment over control.

    Returns:
        The test; a higher rate on treatment is the benefit.

    Raises:
        ValueError: if a rate or a ratio is out of range.

    Example:
        >>> rate_ratio(0.7, 0.2) == rate_difference(0.7, 0.2)
        True
    """
    _check(rate, control_rate, allocation_ratio)
    if not null_ratio > 0.0:
        raise ValueError(f"a ratio must be positive, got {null_ratio!r}")
    treated, controls = _shares(allocation_ratio)
    # The constrained control rate p solves p**2 - b p + c = 0 with the smaller root (Farrington and Manning).
    b = (null_ratio * (treated + controls * control_rate) + controls + treated * rate) / null_ratio
    c = (treated * rate + controls * control_rate) / null_ratio
    null_control = 2.0 * c / (b + sqrt(b**2 - 4.0 * c))
    return NormalTest(
        rate - null_ratio * control_rate,
        sqrt(_variance(null_ratio * null_control, null_control, allocation_ratio, null_ratio)),
        sqrt(_variance(rate, control_rate, allocation_ratio, null_ratio)),
    )


def odds_ratio(
    rate: float, control_rate: float, *, null_ratio: float = 1.0, allocation_ratio: float = 1.0
) -> NormalTest:
    """The test of an odds ratio, on the log scale.

    Args:
        rate: true rate on treatment, in (0, 1).
        control_rate: true rate on control, in (0, 1).
        null_ratio: the odds ratio under the null hypothesis, positive.
        allocation_ratio: treatment over control.

    Returns:
        The test; a higher rate on treatment is the benefit.

    Raises:
        ValueError: if a rate or a ratio is out of range.

    Example:
        >>> round(odds_ratio(0.6, 0.25).size(power=0.8), 6)
        59.461287
    """
    _check(rate, control_rate, allocation_ratio)
    if not null_ratio > 0.0:
        raise ValueError(f"a ratio must be positive, got {null_ratio!r}")
    null, null_control = _rates_with_odds_ratio(rate, control_rate, null_ratio, allocation_ratio)
    odds = rate / (1 - rate) / (control_rate / (1 - control_rate))
    return NormalTest(
        log(odds / null_ratio),
        sqrt(_log_odds_variance(null, null_control, allocation_ratio)),
        sqrt(_log_odds_variance(rate, control_rate, allocation_ratio)),
    )


def _check(rate: float, other: float, allocation_ratio: float) -> None:
    """Rates strictly inside (0, 1), and two arms that both have participants."""
    if not (0.0 < rate < 1.0 and 0.0 < other < 1.0):
        raise ValueError(f"rates must lie strictly between 0 and 1, got {rate!r} and {other!r}")
    if not allocation_ratio > 0.0:
        raise ValueError(f"the allocation ratio must be positive, got {allocation_ratio!r}")


def _shares(allocation_ratio: float) -> tuple[float, float]:
    """Shares of all participants on treatment and on control."""
    return allocation_ratio / (1.0 + allocation_ratio), 1.0 / (1.0 + allocation_ratio)


def _variance(rate: float, control_rate: float, allocation_ratio: float, factor: float = 1.0) -> float:
    """Variance of rate - factor * control_rate, times the participants in all."""
    treated, controls = _shares(allocation_ratio)
    return rate * (1 - rate) / treated + factor**2 * control_rate * (1 - control_rate) / controls


def _log_odds_variance(rate: float, control_rate: float, allocation_ratio: float) -> float:
    """Variance of the log odds ratio, times the participants in all."""
    treated, controls = _shares(allocation_ratio)
    return 1 / (treated * rate * (1 - rate)) + 1 / (controls * control_rate * (1 - control_rate))


def _rates_with_odds_ratio(
    rate: float, control_rate: float, null_ratio: float, allocation_ratio: float
) -> tuple[float, float]:
    """Maximum likelihood rates under an odds ratio: they keep the number of successes in all."""
    treated, controls = _shares(allocation_ratio)
    successes = treated * rate + controls * control_rate
    # treated * p1 + controls * p2 = successes, with p1 = null_ratio * p2 / (1 + p2 * (null_ratio - 1))
    a = controls * (null_ratio - 1.0)
    b = treated * null_ratio + controls - successes * (null_ratio - 1.0)
    null_control = 2.0 * successes / (b + sqrt(b**2 + 4.0 * a * successes))
    return null_ratio * null_control / (1.0 + null_control * (null_ratio - 1.0)), null_control
