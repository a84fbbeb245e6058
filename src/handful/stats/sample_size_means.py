"""Sample sizes for means: normal data, known variance (z) or estimated variance (t)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from handful.stats.boundaries import fixed_drift
from handful.stats.roots import find_root
from handful.stats.sample_size import NormalTest, Sided, check_design
from handful.stats.student import one_sample_t_power, two_sample_t_power


def one_mean_z(effect: float, deviation: float) -> NormalTest:
    """The one-sample z-test: mean (or mean paired difference) against a value, known standard deviation.

    Args:
        effect: true mean minus the mean under the null hypothesis; positive is benefit.
        deviation: standard deviation of one participant.

    Example:
        >>> round(one_mean_z(0.8, 1.2).size(power=0.8), 4)
        17.66
    """
    return NormalTest(effect, deviation, deviation)


def two_means_z(
    effect: float, deviation: float, *, control_deviation: float | None = None, allocation_ratio: float = 1.0
) -> NormalTest:
    """The two-sample z-test: difference of two means, known standard deviations.

    Args:
        effect: true difference minus the difference under the null hypothesis; positive is benefit.
        deviation: standard deviation on treatment.
        control_deviation: standard deviation on control, if it is another one.
        allocation_ratio: treatment over control.

    Example:
        >>> round(two_means_z(1.0, 1.2).size(power=0.8), 6)
        45.209547
    """
    control = deviation if control_deviation is None else control_deviation
    spread = sqrt((1.0 + allocation_ratio) * (deviation**2 / allocation_ratio + control**2))
    return NormalTest(effect, spread, spread)


@dataclass(frozen=True)
class StudentTest:
    """The t-test of one mean, or of two with a common variance.

    Attributes:
        standardised_effect: true effect minus the effect under the null hypothesis, in standard deviations;
            positive is benefit.
        groups: 1 (one sample, or paired differences) or 2.
        allocation_ratio: treatment over control, if there are two groups.

    Example:
        >>> round(StudentTest(1 / 1.2).size(power=0.8), 4)
        47.2094
    """

    standardised_effect: float
    groups: int = 2
    allocation_ratio: float = 1.0

    def __post_init__(self) -> None:
        if self.groups not in (1, 2) or not self.allocation_ratio > 0.0:
            raise ValueError(f"need 1 or 2 groups and a positive allocation ratio, got {self!r}")

    def size(self, *, alpha: float = 0.025, power: float = 0.9, sided: Sided = 1) -> float:
        """See `FixedTest.size`; solved on the noncentral t, as if participants could be divided."""
        check_design(alpha, power, sided, self.standardised_effect)
        effect = abs(self.standardised_effect)
        test = StudentTest(effect, self.groups, self.allocation_ratio)
        share = 1.0 if self.groups == 1 else self.allocation_ratio / (1.0 + self.allocation_ratio) ** 2
        start = fixed_drift(alpha, power, sided) ** 2 / (effect**2 * share)
        # Solved in the logarithm of the degrees of freedom, where every point is a possible trial.
        first = np.log(start)
        root = find_root(
            lambda x: test.power(self.groups + np.exp(x), alpha=alpha, sided=sided) - power,
            first,
            first + 0.1,
        )
        return float(self.groups + np.exp(root))

    def power(self, n: float, *, alpha: float = 0.025, sided: Sided = 1) -> float:
        """See `FixedTest.power`."""
        level = alpha / sided
        if self.groups == 1:
            return float(one_sample_t_power(n, self.standardised_effect, alpha=level))
        control = n / (1.0 + self.allocation_ratio)
        return float(two_sample_t_power(n - control, control, self.standardised_effect, alpha=level))
