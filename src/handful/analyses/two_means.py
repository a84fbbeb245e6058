"""Two arms with a continuous outcome: t-tests and the z-test with a known standard deviation.

The permutation test of the same comparison is in `permutation`. An arm without outcomes, or no spread at all, leaves nothing
to judge the difference by: no evidence, and an unbounded interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.base import Aim, Comparator, Estimate, Evidence, Process, Sizes
from handful.analyses.scales import OnZ
from handful.analyses.two_proportions import two_arm_process
from handful.analyses.wald import Wald, beyond_rounding
from handful.kernels.counting import Moments, means_prefix, moments_prefix
from handful.participants.observations import CONTROL, TREATED, Cut, Observations, Outcomes
from handful.spec.quantities import PositiveNumber

Variances = Literal["unequal", "equal"]


class TTest(OnZ):
    """Student's t-test of two means: Welch's, or with a pooled variance.

    The statistic is the z-value with the p-value of the t-statistic, so that the boundaries of a group-sequential design,
    which are z-values, keep their meaning.
    """

    kind: Literal["t test"] = "t test"
    meaning: ClassVar[str] = "t-test of two means"
    references: ClassVar[tuple[str, ...]] = ("welch1947", "student1908")
    endpoints: ClassVar[frozenset[str]] = frozenset({"continuous"})
    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Outcomes

    variances: Variances = Field(
        "unequal", description="Whether the arms may differ in variance (Welch) or not (pooled)."
    )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z-value of the t-test."""
        return difference_in_means(moments(seen, cut), aim.sign, self.variances).evidence(aim)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Difference in means, treated minus control, signed as a benefit, with its t-interval."""
        return difference_in_means(moments(seen, cut), aim.sign, self.variances).estimate(aim.alpha)

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """Information of the difference in means at its true variance."""
        return two_arm_process(sizes, aim, benefit, variance)


class ZTest(OnZ):
    """z-test of two means whose standard deviation is taken as known, for planning and for comparison with other tools."""

    kind: Literal["z test"] = "z test"
    meaning: ClassVar[str] = "z-test of two means with a known standard deviation"
    endpoints: ClassVar[frozenset[str]] = frozenset({"continuous"})
    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Outcomes

    sd: PositiveNumber = Field(description="Standard deviation of an outcome within an arm.")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """The z-value."""
        return self._benefit(seen, cut, aim).evidence(aim)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Difference in means, treated minus control, signed as a benefit, with its normal interval."""
        return self._benefit(seen, cut, aim).estimate(aim.alpha)

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """Information of the difference in means; None when the true variance is not the one taken as known."""
        if any(abs(variance[arm] - self.sd**2) > 1e-9 * self.sd**2 for arm in ("control", "treated")):
            return None
        return two_arm_process(sizes, aim, benefit, variance)

    def _benefit(self, seen: Observations, cut: Cut, aim: Aim) -> Wald:
        """Difference in means with its known error."""
        assert isinstance(seen, Outcomes)
        size, mean = means_prefix(seen.outcome, seen.arm, cut.included, seen.observed)
        share = 1 / np.maximum(size, 1)
        error = self.sd * np.sqrt(share[:, CONTROL] + share[:, TREATED])
        value = aim.sign * (mean[:, TREATED] - mean[:, CONTROL])
        return Wald(value, error, np.full(len(value), np.inf))


def moments(seen: Observations, cut: Cut) -> Moments:
    """Number, mean and squared deviations of the outcomes of each arm; a mean is not a number without outcomes."""
    assert isinstance(seen, Outcomes)
    return moments_prefix(seen.outcome, seen.arm, cut.included, seen.observed)


def difference_in_means(arms: Moments, sign: int, variances: Variances = "unequal") -> Wald:
    """Treated minus control mean with its standard error.

    Args:
        arms: Moments of each arm.
        sign: +1 when larger outcomes are a benefit, -1 when smaller ones are.
        variances: `unequal` for Welch's (1947) error and degrees of freedom, `equal` for the pooled ones.

    Returns:
        The benefit; not a number where an arm is empty.
    """
    n, mean, squares = arms
    value = sign * (mean[:, TREATED] - mean[:, CONTROL])
    size = np.maximum(n, 1).astype(np.float64)
    if variances == "equal":
        degrees = (n.sum(axis=1) - 2).astype(np.float64)
        variance = squares.sum(axis=1) / np.maximum(degrees, 1.0) * (1 / size).sum(axis=1)
    else:
        enough = (n > 1).all(axis=1)
        parts = squares / (size * np.maximum(size - 1, 1.0))
        variance = np.where(enough, parts.sum(axis=1), 0.0)
        spread = (np.square(parts) / np.maximum(size - 1, 1.0)).sum(axis=1)
        degrees = np.divide(np.square(variance), spread, out=np.zeros(len(spread)), where=spread > 0)
    scale = np.where(n > 0, np.abs(mean), 0.0).max(axis=1)
    return Wald(value, beyond_rounding(np.sqrt(variance), scale), degrees)
