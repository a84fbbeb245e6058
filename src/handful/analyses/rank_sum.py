"""The rank-sum test of Wilcoxon, Mann and Whitney: two arms with an ordinal or a continuous outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy.special import ndtr, ndtri

from handful.analyses.base import Aim, Comparator, Estimate, Evidence, Floats, Process, Sizes
from handful.analyses.midranks import midranks
from handful.analyses.scales import OnPValues
from handful.analyses.two_means import difference_in_means, moments
from handful.analyses.two_proportions import two_arm_process
from handful.analyses.within import looked_at
from handful.kernels.permutation import permutation_p_value
from handful.kernels.ranks import rank_sum
from handful.participants.observations import Cut, Observations, Outcomes
from handful.spec.quantities import Count
from handful.stats.bisection import bisect_increasing


class RankSum(OnPValues):
    """Base of the rank-sum tests, with midranks: exact given the ties up to a size, and normal with their variance beyond.

    An empty arm, or outcomes that are all equal, give a p-value of 1 and of 1/2 beyond the exact size.
    """

    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Outcomes
    takes_margin: ClassVar[bool] = False

    exact_up_to: Count = Field(
        30,
        le=44,
        description="Participants up to whom the p-value is exact; beyond, the normal approximation is used.",
    )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value.

        Raises:
            ValueError: When the null is not 0.
        """
        assert isinstance(seen, Outcomes)
        if aim.null != 0:
            raise ValueError(f"analysis {self.kind!r} tests no difference only; it takes no margin")
        result = rank_sum(seen.outcome, seen.arm, cut.included, seen.observed)
        people = result.n.sum(axis=1)
        both = (result.n > 0).all(axis=1)
        excess = aim.sign * (result.u - 0.5 * result.n.prod(axis=1))
        z = np.divide(excess, np.sqrt(result.variance), out=np.zeros(len(excess)), where=result.variance > 0)
        p_value = np.where(both, ndtr(-z), 1.0)
        few = np.flatnonzero(both & (people <= self.exact_up_to))
        if len(few):
            there = looked_at(seen, cut)[few]
            ranks = midranks(np.asarray(aim.sign * seen.outcome[few], dtype=np.float64), there)
            p_value[few] = permutation_p_value(
                ranks, seen.arm[few], observed=there, exact_up_to=self.exact_up_to
            )
        return Evidence(-p_value[:, None])


class WilcoxonRankSum(RankSum):
    """Rank-sum test of measurements. The estimate is the difference in means with Welch's t-interval, as for other tests of them.

    It is exact for arms that differ by a shift or not at all. Few far-off values move the estimate, and not the test.
    """

    kind: Literal["wilcoxon rank sum"] = "wilcoxon rank sum"
    meaning: ClassVar[str] = "Wilcoxon's rank-sum test"
    references: ClassVar[tuple[str, ...]] = ("wilcoxon1945", "mann1947")
    endpoints: ClassVar[frozenset[str]] = frozenset({"continuous"})

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Difference in means, treated minus control, signed as a benefit, with Welch's t-interval."""
        return difference_in_means(moments(seen, cut), aim.sign).estimate(aim.alpha)


class MannWhitney(RankSum):
    """Rank-sum test of ordered categories, with the chance of doing better.

    The benefit is the chance that a treated person does better than an untreated one minus the chance that they do worse,
    which is 2 theta - 1 with theta the Mann-Whitney probability.
    """

    kind: Literal["mann-whitney"] = "mann-whitney"
    meaning: ClassVar[str] = "the Mann-Whitney test of ordered categories"
    references: ClassVar[tuple[str, ...]] = ("wilcoxon1945", "mann1947", "newcombe2006")
    endpoints: ClassVar[frozenset[str]] = frozenset({"ordinal"})

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Chance of doing better minus chance of doing worse, with its interval (Newcombe 2006, method 5)."""
        assert isinstance(seen, Outcomes)
        result = rank_sum(seen.outcome, seen.arm, cut.included, seen.observed)
        theta, lower, upper = mann_whitney_interval(result.u, result.n.astype(np.float64), aim.alpha)
        ends = (lower, upper) if aim.sign > 0 else (1 - upper, 1 - lower)
        return Estimate(aim.sign * (2 * theta - 1), 2 * ends[0] - 1, 2 * ends[1] - 1)

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """Information of the difference in chances at its true variance."""
        return two_arm_process(sizes, aim, benefit, variance)


def mann_whitney_interval(u: Floats, n: Floats, alpha: float) -> tuple[Floats, Floats, Floats]:
    """The Mann-Whitney probability with the score-like limits of Newcombe (2006), method 5.

    The limits are the theta at distance z standard errors of theta, where the variance at theta is
    theta (1 - theta) (1 + m (1 - theta) / (2 - theta) + m theta / (1 + theta)) / (n0 n1) with m = (n0 + n1) / 2 - 1. They stay
    within 0 and 1, and give an interval of sensible length when the arms do not overlap at all.

    Args:
        u: Pairs in which the treated participant has the larger outcome, ties one half, shape (trials,).
        n: Participants of each arm, shape (trials, 2).
        alpha: One-sided level.

    Returns:
        (theta, lower, upper); not a number where an arm is empty.

    Example:
        >>> theta, lower, upper = mann_whitney_interval(np.array([25.0]), np.array([[5.0, 5.0]]), 0.025)
        >>> theta.tolist(), lower.round(3).tolist(), upper.tolist()
        ([1.0], [0.643], [1.0])
    """
    pairs = n.prod(axis=1)
    known = pairs > 0
    theta = np.divide(u, pairs, out=np.full(len(u), 0.5), where=known)
    m = 0.5 * n.sum(axis=1) - 1
    z = float(-ndtri(alpha))

    def excess(at: Floats) -> Floats:
        """Squared distance from the estimate beyond what is allowed."""
        spread = (
            at * (1 - at) * (1 + m * (1 - at) / (2 - at) + m * at / (1 + at)) / np.where(known, pairs, 1.0)
        )
        return np.asarray(np.square(at - theta) - z * z * spread)

    lower = bisect_increasing(lambda at: -excess(at), np.zeros(len(u)), theta)
    upper = bisect_increasing(excess, theta, np.ones(len(u)))
    missing = np.where(known, 0.0, np.nan)
    return (
        theta + missing,
        np.where(theta == 0, 0.0, lower) + missing,
        np.where(theta == 1, 1.0, upper) + missing,
    )
