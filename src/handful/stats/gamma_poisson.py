"""Conjugate Bayesian analysis of numbers of events: one rate against a benchmark, and the ratio of two rates.

A gamma distribution of a rate stays gamma when Poisson events are counted. The share that one of two gamma variables,
each over its scale, has in their sum is beta, so that the ratio of two rates is an incomplete beta function.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincc, betaincinv, gammainc, gammaincc, gammaincinv

from handful.stats._arguments import proportion

Array = NDArray[np.float64]


class Rate(NamedTuple):
    """A gamma distribution of a rate, as if so many events had been seen in so much exposure.

    Attributes:
        events: shape, above 0.
        exposure: inverse scale, above 0 (0 for the limit in which only the shape is known, which data then complete).

    Example:
        >>> Rate(0.5, 0.0).updated(events=3, exposure=12)
        Rate(events=3.5, exposure=12.0)
    """

    events: float
    exposure: float

    def updated(self, events: float, exposure: float) -> Rate:
        """The posterior after so many events in so much exposure."""
        return Rate(self.events + events, self.exposure + exposure)


JEFFREYS = Rate(0.5, 0.0)
"""Jeffreys' prior of a Poisson rate."""


def rate_below(benchmark: ArrayLike, events: ArrayLike, exposure: ArrayLike) -> Array:
    """Probability that a rate is below a benchmark.

    Args:
        benchmark: rate, 0 or more; all three broadcast.
        events: shape of the gamma distribution of the rate, above 0.
        exposure: its inverse scale, above 0.

    Returns:
        Pr(rate < benchmark).

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> print(f"{rate_below(1.0, events=3.5, exposure=12):.4f}")
        0.9989
    """
    shape, scale = _positive(events, exposure)
    return np.asarray(gammainc(shape, _not_negative(benchmark) * scale))


def rate_above(benchmark: ArrayLike, events: ArrayLike, exposure: ArrayLike) -> Array:
    """Probability that a rate is above a benchmark: `rate_below` from the other side, to the last digit of either."""
    shape, scale = _positive(events, exposure)
    return np.asarray(gammaincc(shape, _not_negative(benchmark) * scale))


def rate_quantile(probability: float, events: ArrayLike, exposure: ArrayLike) -> Array:
    """Quantile of a rate.

    Args:
        probability: in (0, 1).
        events: shape of the gamma distribution of the rate, above 0.
        exposure: its inverse scale, above 0.

    Returns:
        Quantiles, of the broadcast shape.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> print(f"{rate_quantile(0.5, events=3.5, exposure=12):.4f}")
        0.2644
    """
    shape, scale = _positive(events, exposure)
    return np.asarray(gammaincinv(shape, proportion(probability, "probability")) / scale)


def ratio_below(
    ratio: ArrayLike, events1: ArrayLike, exposure1: ArrayLike, events2: ArrayLike, exposure2: ArrayLike
) -> Array:
    """Probability that rate 1 is less than so many times rate 2, the two being independent.

    Args:
        ratio: 0 or more; all five broadcast.
        events1: shape of the gamma distribution of rate 1, above 0.
        exposure1: its inverse scale, above 0.
        events2: shape of that of rate 2.
        exposure2: its inverse scale.

    Returns:
        Pr(rate 1 / rate 2 < ratio).

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> print(f"{ratio_below(1.0, 4.5, 12, 15.5, 12):.4f}")
        0.9952
    """
    (shape1, shape2), share = _share(ratio, events1, exposure1, events2, exposure2)
    return np.asarray(betainc(shape1, shape2, share))


def ratio_above(
    ratio: ArrayLike, events1: ArrayLike, exposure1: ArrayLike, events2: ArrayLike, exposure2: ArrayLike
) -> Array:
    """Probability that rate 1 is more than so many times rate 2: `ratio_below` from the other side."""
    (shape1, shape2), share = _share(ratio, events1, exposure1, events2, exposure2)
    return np.asarray(betaincc(shape1, shape2, share))


def ratio_quantile(
    probability: float, events1: ArrayLike, exposure1: ArrayLike, events2: ArrayLike, exposure2: ArrayLike
) -> Array:
    """Quantile of the ratio of rate 1 to rate 2, the two being independent.

    Args:
        probability: in (0, 1).
        events1: shape of the gamma distribution of rate 1, above 0.
        exposure1: its inverse scale, above 0.
        events2: shape of that of rate 2.
        exposure2: its inverse scale.

    Returns:
        Quantiles, of the broadcast shape.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> print(f"{ratio_quantile(0.5, 4.5, 12, 15.5, 12):.4f}")
        0.2750
    """
    level = proportion(probability, "probability")
    (shape1, shape2), (scale1, scale2) = _positive(events1, events2), _positive(exposure1, exposure2)
    # Either share to its last digits, however close to 1 the other is.
    share, rest = betaincinv(shape1, shape2, level), betaincinv(shape2, shape1, 1.0 - level)
    odds = np.divide(share, rest, out=np.full(np.shape(rest), np.inf), where=rest > 0.0)
    return np.asarray(odds * scale2 / scale1)


def _share(
    ratio: ArrayLike, events1: ArrayLike, exposure1: ArrayLike, events2: ArrayLike, exposure2: ArrayLike
) -> tuple[tuple[Array, Array], Array]:
    """Shapes of both rates, and the share that rate 1 has of the exposures' events at that ratio."""
    shapes = _positive(events1, events2)
    scale1, scale2 = _positive(exposure1, exposure2)
    first = _not_negative(ratio) * scale1
    return shapes, first / (first + scale2)


def _positive(*values: ArrayLike) -> tuple[Array, Array]:
    """Two arrays of numbers above 0."""
    first, second = (np.asarray(value, dtype=np.float64) for value in values)
    if not (np.all(first > 0.0) and np.all(second > 0.0)):
        raise ValueError(
            "a gamma distribution needs a positive shape (events) and a positive inverse scale (exposure)"
        )
    return first, second


def _not_negative(value: ArrayLike) -> Array:
    """Rates or ratios, 0 or more."""
    array = np.asarray(value, dtype=np.float64)
    if not np.all(array >= 0.0):
        raise ValueError(f"rates and their ratios are 0 or more, got {value!r}")
    return array
