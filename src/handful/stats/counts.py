"""Event rates: counts of events over an exposure, against a historical rate or another arm.

Events are Poisson: independent and at a constant rate. Where the same participants tend to have the events,
counts vary more than that, and these tests and intervals claim too much.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, gammainc, gammaincc, gammaincinv

from handful.stats._arguments import Alternative, alternative_name, counts, proportion
from handful.stats.binomial import pmf

Array = NDArray[np.float64]

# Two outcomes count as equally likely when their probabilities agree to this factor, as in R's poisson.test.
EQUALLY_LIKELY = 1.0 + 1e-7


class Gamma(NamedTuple):
    """A gamma distribution of an event rate, as if `events` had been seen over `exposure`.

    Attributes:
        events: shape, greater than 0.
        exposure: rate parameter, greater than 0, in the unit of the exposures it is updated with.

    Example:
        >>> Gamma(2.0, 10.0).updated(events=1, exposure=5.0)
        Gamma(events=3.0, exposure=15.0)
    """

    events: float
    exposure: float

    def updated(self, events: int, exposure: float) -> Gamma:
        """The posterior after so many events over so much exposure."""
        return Gamma(self.events + events, self.exposure + exposure)


def rate_p_value(
    events: ArrayLike, exposure: ArrayLike, benchmark: float, alternative: str = "less"
) -> Array:
    """Exact Poisson test of an event rate against a historical rate.

    The two-sided p-value adds up every count that is at most as likely as the one observed, as R's
    `poisson.test`.

    Args:
        events: observed events, whole numbers of 0 or more.
        exposure: time or person-time at risk, greater than 0; broadcast against the events.
        benchmark: the rate under the null hypothesis, greater than 0, per unit of exposure.
        alternative: "greater", "less" or "two-sided", of the rate.

    Returns:
        P-values of the broadcast shape.

    Raises:
        ValueError: if an argument is out of range or the alternative is unknown.

    Example:
        >>> rate_p_value([2, 4], exposure=45.0, benchmark=0.25).round(5)
        array([0.00098, 0.01275])
    """
    seen, at_risk = np.broadcast_arrays(counts(events, "events"), _exposures(exposure, "exposure"))
    mean = _positive(benchmark, "benchmark") * at_risk
    direction = alternative_name(alternative)
    if direction == "less":
        at_most: Array = gammaincc(seen + 1.0, mean)
        return at_most
    if direction == "greater":
        return _at_least(seen, mean)
    values = [_two_sided(int(x), float(m)) for x, m in zip(seen.ravel(), mean.ravel(), strict=True)]
    return np.array(values).reshape(seen.shape)


def rate_interval(events: ArrayLike, exposure: ArrayLike, confidence: float = 0.95) -> Array:
    """Exact interval for an event rate (Garwood, Biometrika 1936;28:437-442).

    Each limit is a one-sided exact limit at level (1 - confidence) / 2, so that coverage is never below the
    confidence.

    Args:
        events: observed events, whole numbers of 0 or more.
        exposure: time or person-time at risk, greater than 0; broadcast against the events.
        confidence: confidence level, strictly between 0 and 1.

    Returns:
        Lower and upper limits, events per unit of exposure, the broadcast shape + (2,).

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> rate_interval(0, exposure=10.0).round(4)
        array([0.    , 0.3689])
    """
    seen, at_risk = np.broadcast_arrays(counts(events, "events"), _exposures(exposure, "exposure"))
    level = 0.5 * (1.0 - proportion(confidence, "confidence"))
    # A shape of zero has no quantiles; the lower limit of no events is 0.
    lower = np.where(seen > 0, gammaincinv(np.maximum(seen, 1), level), 0.0)
    upper = gammaincinv(seen + 1.0, 1.0 - level)
    limits: Array = np.stack([lower, upper], axis=-1) / at_risk[..., None]
    return limits


def rate_ratio_p_value(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    ratio: float = 1.0,
    alternative: str = "less",
) -> Array:
    """Exact conditional test of the ratio of two event rates.

    Given the total number of events, those of arm 1 are binomial (Przyborowski and Wilenski, Biometrika
    1940;31:313-323). The two-sided p-value adds up every split at most as likely as the one observed.

    Args:
        events1: events in arm 1, whole numbers of 0 or more.
        exposure1: exposure of arm 1, greater than 0.
        events2: events in arm 2.
        exposure2: exposure of arm 2. All four are broadcast against each other.
        ratio: rate 1 / rate 2 under the null hypothesis, greater than 0; a non-inferiority margin, if not 1.
        alternative: "greater", "less" or "two-sided", of the ratio.

    Returns:
        P-values of the broadcast shape; 1 where neither arm has an event.

    Raises:
        ValueError: if an argument is out of range or the alternative is unknown.

    Example:
        >>> rate_ratio_p_value(3, 10.0, 11, 9.0, alternative="two-sided").round(5)
        np.float64(0.02891)
    """
    first, second, share = _conditional(events1, exposure1, events2, exposure2, _positive(ratio, "ratio"))
    direction: Alternative = alternative_name(alternative)
    if direction == "greater":
        return _binomial_at_least(first, second, share)
    if direction == "less":
        return _binomial_at_least(second, first, 1.0 - share)
    values = [
        _sum_of_unlikely(pmf(int(x + y), float(q)), int(x))
        for x, y, q in zip(first.ravel(), second.ravel(), share.ravel(), strict=True)
    ]
    return np.array(values).reshape(first.shape)


def rate_ratio_interval(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    confidence: float = 0.95,
) -> Array:
    """Exact conditional interval for the ratio of two event rates.

    It carries the Clopper-Pearson limits of the share of arm 1 in all events over to the ratio, so that
    coverage is never below the confidence.

    Args:
        events1: events in arm 1, whole numbers of 0 or more.
        exposure1: exposure of arm 1, greater than 0.
        events2: events in arm 2.
        exposure2: exposure of arm 2. All four are broadcast against each other.
        confidence: confidence level, strictly between 0 and 1.

    Returns:
        Lower and upper limits of rate 1 / rate 2, the broadcast shape + (2,); the lower is 0 where arm 1 has
        no event, the upper infinite where arm 2 has none.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> rate_ratio_interval(3, 10.0, 11, 9.0).round(4)
        array([0.044 , 0.9292])
    """
    first, second, share = _conditional(events1, exposure1, events2, exposure2, 1.0)
    level = 0.5 * (1.0 - proportion(confidence, "confidence"))
    exposures = (1.0 - share) / share  # of arm 2 over arm 1
    # The odds of the share are found from either side, so that a limit near 0 or infinity keeps its digits.
    lower = np.where(first > 0, _odds(np.maximum(first, 1), second + 1, level), 0.0)
    with np.errstate(divide="ignore"):
        upper = 1.0 / np.where(second > 0, _odds(np.maximum(second, 1), first + 1, level), 0.0)
    return np.stack([lower * exposures, upper * exposures], axis=-1)


def rate_probability_below(
    benchmark: ArrayLike, events: ArrayLike, exposure: ArrayLike, prior: tuple[float, float]
) -> Array:
    """Posterior probability that an event rate is below a benchmark, with a gamma prior.

    Args:
        benchmark: rates greater than 0, per unit of exposure.
        events: observed events, whole numbers of 0 or more.
        exposure: time or person-time at risk, greater than 0.
        prior: shape and rate of the gamma prior, as if so many events over so much exposure had been seen.

    Returns:
        Pr(rate < benchmark | data), the broadcast shape of the first three arguments.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> rate_probability_below(0.25, [2, 4], exposure=45.0, prior=Gamma(0.5, 0.001)).round(4)
        array([0.9996, 0.9926])
    """
    shape, rate = (_positive(value, "prior") for value in prior)
    seen, at_risk = np.broadcast_arrays(counts(events, "events"), _exposures(exposure, "exposure"))
    below: Array = gammainc(shape + seen, _exposures(benchmark, "benchmark") * (rate + at_risk))
    return below


def _positive(value: float, name: str) -> float:
    """One finite number greater than 0."""
    if not 0.0 < value < np.inf:
        raise ValueError(f"{name} must be greater than 0, got {value!r}")
    return float(value)


def _exposures(values: ArrayLike, name: str) -> Array:
    """The values as floats, all finite and greater than 0."""
    array = np.asarray(values, dtype=np.float64)
    if not np.all((array > 0.0) & (array < np.inf)):
        raise ValueError(f"{name} must be greater than 0, got {values!r}")
    return array


def _at_least(events: NDArray[np.int64], mean: Array) -> Array:
    """Poisson probability of so many events or more."""
    return np.where(events > 0, gammainc(np.maximum(events, 1), mean), 1.0)


def _two_sided(events: int, mean: float) -> float:
    """Poisson probability of every count at most as likely as this one."""
    # The other tail starts beyond the mode; far past both, what is left out is below the smallest double.
    most = int(np.ceil(max(events, mean) + 40.0 * np.sqrt(max(events, mean)) + 40.0))
    numbers = np.arange(most + 1)
    log_mass = numbers * np.log(mean) - mean - np.cumsum(np.log(np.maximum(numbers, 1)))
    return _sum_of_unlikely(np.exp(log_mass), events)


def _sum_of_unlikely(mass: Array, observed: int) -> float:
    """Total probability of the outcomes at most as likely as the observed one."""
    return min(1.0, float(np.sort(mass[mass <= mass[observed] * EQUALLY_LIKELY]).sum()))


def _conditional(
    events1: ArrayLike, exposure1: ArrayLike, events2: ArrayLike, exposure2: ArrayLike, ratio: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Events of both arms and the share of arm 1 in them when rate 1 is `ratio` times rate 2."""
    weight1 = ratio * _exposures(exposure1, "exposure1")
    share = weight1 / (weight1 + _exposures(exposure2, "exposure2"))
    first, second, share = np.broadcast_arrays(counts(events1, "events1"), counts(events2, "events2"), share)
    return first, second, share


def _binomial_at_least(hits: NDArray[np.int64], misses: NDArray[np.int64], p: Array) -> Array:
    """Binomial probability of so many hits or more."""
    return np.where(hits > 0, betainc(np.maximum(hits, 1), misses + 1.0, p), 1.0)


def _odds(a: NDArray[np.int64], b: NDArray[np.int64], level: float) -> Array:
    """Odds of the beta quantile at a level."""
    quantile: Array = betaincinv(a, b, level)
    return quantile / (1.0 - quantile)
