"""From a test to a sample size, with one look or several: what is common to every endpoint.

A fixed design needs a number of participants at which its test has the power wanted. A group-sequential
design needs that number times the inflation factor of its boundaries, and what it has with any other number
follows from the drift: that of the normal test which would have the same power in a fixed design. Sizes are
not rounded, so that they can be compared and inflated; `whole_participants` rounds at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from handful.stats.boundaries import Boundaries, check_rates

Array = NDArray[np.float64]
Sided = Literal[1, 2]


class FixedTest(Protocol):
    """A test at the end of a fixed design, on an endpoint with known parameters."""

    def size(self, *, alpha: float = 0.025, power: float = 0.9, sided: Sided = 1) -> float:
        """Participants in all at which the test has its power in the direction of the effect; not rounded."""
        ...

    def power(self, n: float, *, alpha: float = 0.025, sided: Sided = 1) -> float:
        """Power with n participants in all, in the direction of benefit."""
        ...


@dataclass(frozen=True)
class NormalTest:
    """A test on a normal statistic whose standard error may differ between the hypotheses.

    With n participants the estimate has standard error `deviation / sqrt(n)` under the alternative, and the
    test divides by `null_deviation / sqrt(n)`, so that
    n = ((z(1 - alpha) * null_deviation + z(power) * deviation) / effect)**2.

    Attributes:
        effect: true effect minus the effect under the null hypothesis; positive is benefit.
        null_deviation: standard error under the null hypothesis times the square root of n.
        deviation: the same under the alternative.

    Example:
        >>> test = NormalTest(effect=0.3, null_deviation=0.4, deviation=0.5)
        >>> round(test.size(power=0.8), 4), round(test.power(test.size(power=0.8)), 4)
        (16.1282, 0.8)
    """

    effect: float
    null_deviation: float
    deviation: float

    def __post_init__(self) -> None:
        if not (isfinite(self.effect) and self.null_deviation > 0.0 and self.deviation > 0.0):
            raise ValueError(f"need a finite effect and positive deviations, got {self!r}")

    def reversed(self) -> NormalTest:
        """The same test where the effect is a benefit if negative."""
        return NormalTest(-self.effect, self.null_deviation, self.deviation)

    def size(self, *, alpha: float = 0.025, power: float = 0.9, sided: Sided = 1) -> float:
        """See `FixedTest.size`."""
        check_design(alpha, power, sided, self.effect)
        critical = float(ndtri(1.0 - alpha / sided))
        return ((critical * self.null_deviation + float(ndtri(power)) * self.deviation) / self.effect) ** 2

    def power(self, n: float, *, alpha: float = 0.025, sided: Sided = 1) -> float:
        """See `FixedTest.power`."""
        critical = float(ndtri(1.0 - alpha / sided))
        return float(ndtr((sqrt(n) * self.effect - critical * self.null_deviation) / self.deviation))


def check_design(alpha: float, power: float, sided: int, effect: float) -> None:
    """Raise ValueError unless a trial with these error rates and this effect exists."""
    check_rates(alpha, power, sided)
    if effect == 0.0:
        raise ValueError("no sample size gives power against an effect of zero")


def drift_with(test: FixedTest, n: float, boundaries: Boundaries) -> float:
    """Drift at the last look of a group-sequential trial with n participants at most.

    The drift is that of a normal test with the same fixed-design power, which carries the t-distribution and
    unequal variances over to the sequential design.

    Example:
        >>> from handful.stats.boundaries import group_sequential_boundaries
        >>> design = group_sequential_boundaries([0.5, 1.0], power=0.8)
        >>> test = NormalTest(effect=0.3, null_deviation=0.5, deviation=0.5)
        >>> float(design.power_at(drift_with(test, 22, design)).round(4))
        0.8021
    """
    level = boundaries.alpha / boundaries.sided
    power = test.power(n, alpha=boundaries.alpha, sided=boundaries.sided)
    return float(ndtri(1.0 - level) + ndtri(power))


@dataclass(frozen=True)
class GroupSequentialSize:
    """Participants (or events) of a group-sequential design, not rounded.

    Attributes:
        fixed: what a fixed design with the same error rates needs.
        looks: number at each look; the last is the maximum.
        expected_null: expected number without an effect.
        expected_halfway: expected number with half the effect planned for.
        expected: expected number with the effect planned for.
    """

    fixed: float
    looks: tuple[float, ...]
    expected_null: float
    expected_halfway: float
    expected: float

    @property
    def maximum(self) -> float:
        """The number at the last look."""
        return self.looks[-1]


def group_sequential_size(fixed: float, boundaries: Boundaries) -> GroupSequentialSize:
    """Inflate the size of a fixed design, in participants or in events, to a group-sequential one.

    Args:
        fixed: size of the fixed design with the alpha, the power and the sides of the boundaries.
        boundaries: the solved boundaries.

    Returns:
        The sizes, not rounded.

    Example:
        >>> from handful.stats.boundaries import group_sequential_boundaries
        >>> size = group_sequential_size(47.21, group_sequential_boundaries([0.5, 1.0], power=0.8))
        >>> round(size.maximum, 2), round(size.expected, 2)
        (47.39, 43.5)
    """
    if not fixed > 0.0:
        raise ValueError(f"a size must be positive, got {fixed!r}")
    maximum = fixed * boundaries.inflation
    drifts = [0.0, 0.5 * boundaries.drift, boundaries.drift]
    null, halfway, alternative = (fixed * boundaries.expected_information(drifts)).tolist()
    looks = tuple(fraction * maximum for fraction in boundaries.information_fractions)
    return GroupSequentialSize(fixed, looks, null, halfway, alternative)


def whole_participants(total: float, allocation_ratio: float = 1.0) -> tuple[int, int]:
    """Whole participants on treatment and control, each arm rounded up.

    Args:
        total: participants in all, not rounded.
        allocation_ratio: treatment over control.

    Example:
        >>> whole_participants(28.6), whole_participants(89.36, allocation_ratio=2)
        ((15, 15), (60, 30))
    """
    slack = 1e-9  # a size that is whole but for rounding errors stays whole
    control = total / (1.0 + allocation_ratio)
    return ceil(allocation_ratio * control - slack), ceil(control - slack)
