"""Two sides of one participant: McNemar's test, its cluster-robust form, and the paired t-test.

The benefit of a pair is the treated minus the control side, signed so that positive is good; before and after treatment
are such a pair too. Several pairs of one participant count together, by their mean. Permutation tests of the same
comparison are in `matched_permutation`.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.base import (
    Aim,
    Comparator,
    Deferred,
    Estimate,
    Evidence,
    Floats,
    Integers,
    Lattice,
    Move,
    NullBoundary,
    Sizes,
    Stage,
)
from handful.analyses.scales import OnPValues, OnZ
from handful.analyses.within import differences
from handful.participants.observations import Cut, Observations, Pairs
from handful.stats.matched_pairs import mcnemar_p_value_table, paired_difference_interval


class McNemar(OnPValues):
    """McNemar's exact test of participants who carry one pair each.

    Only discordant pairs carry information. Without any the p-value is 1. `method` chooses between conditioning on the
    number of discordant pairs, its mid-p version, and the unconditional test, which is exact and more powerful.

    Example:
        >>> round(float(McNemar().table(14)[11, 0]), 8)
        -0.00048828
    """

    kind: Literal["mcnemar"] = "mcnemar"
    meaning: ClassVar[str] = "McNemar's exact test of matched pairs"
    references: ClassVar[tuple[str, ...]] = ("mcnemar1947", "tango1998", "suissa1991")
    endpoints: ClassVar[frozenset[str]] = frozenset({"binary"})
    comparator: ClassVar[Comparator] = "own control"
    reads: ClassVar[type[Observations]] = Pairs
    takes_margin: ClassVar[bool] = False

    method: Literal["exact", "mid-p", "unconditional"] = Field(
        "exact", description="Exact given the discordant pairs, its mid-p version, or exact over all pairs."
    )

    def table(self, size: int) -> Floats:
        """Minus the p-value for every (treated only, control only), shape (size + 1, size + 1); -1 where impossible."""
        return _statistics(size, self.method)

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Look the trial up among all possible trials of its size."""
        _refuse_margin(aim, self.kind)
        better, worse, size = _discordant(seen, cut, aim)
        statistic = np.empty(len(size))
        for one in np.unique(size):
            here = size == one
            statistic[here] = self.table(int(one))[better[here], worse[here]]
        return Evidence(statistic[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Difference in the proportion of favourable sides with Tango's score interval (1998)."""
        better, worse, size = _discordant(seen, cut, aim)
        found = np.empty((len(size), 3))
        for one in np.unique(size):
            here = size == one
            found[here] = _estimates(int(one), 1 - 2 * aim.alpha)[better[here], worse[here]]
        return Estimate(found[:, 0], found[:, 1], found[:, 2])

    def counts(self, seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, Integers]:
        """Participants favourable on the treated side only, and on the control side only."""
        better, worse, _ = _discordant(seen, cut, aim)
        return better, worse

    def lattice(self, sizes: Sizes, aim: Aim, *, coin_flip: bool = False) -> Lattice | None:
        """All trials: counts are (treated side only, control side only); the null leaves the discordance open."""
        if coin_flip:
            return None
        _refuse_margin(aim, self.kind)

        def estimate(size: int) -> Estimate:
            found = _estimates(size, 1 - 2 * aim.alpha)
            return Estimate(found[..., 0], found[..., 1], found[..., 2])

        moves = (
            Move((1, 0), ("treated only",)),
            Move((0, 1), ("control only",)),
            Move((0, 0), ("concordant",)),
        )
        totals = [treated for _, treated in sizes]
        return Lattice(
            stages=tuple(Stage(((step, moves),)) for step in np.diff([0, *totals]).tolist()),
            statistic=tuple(self.table(n) for n in totals),
            estimate=Deferred([partial(estimate, n) for n in totals]),
            null=NullBoundary(
                {"treated only": (0.0, 0.5), "control only": (0.0, 0.5), "concordant": (1.0, -1.0)},
                nuisance="a share of discordant pairs",
            ),
        )


def _refuse_margin(aim: Aim, kind: str) -> None:
    """Say so when an analysis cannot test against a margin."""
    if aim.null != 0:
        raise ValueError(f"analysis {kind!r} tests no difference only; it takes no margin")


def _discordant(seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, Integers, Integers]:
    """Participants better on the treated side, worse on it, and all that are seen.

    Raises:
        ValueError: When participants carry several pairs.
    """
    assert isinstance(seen, Pairs)
    if seen.treated.shape[2] > 1:
        raise ValueError(
            "analysis 'mcnemar' takes one pair a participant; `paired permutation` and `clustered mcnemar` take several"
        )
    within = differences(seen, cut, aim.sign)
    return (within.benefit > 0).sum(axis=1), (within.benefit < 0).sum(axis=1), within.seen.sum(axis=1)


@lru_cache(maxsize=1024)
def _statistics(size: int, method: str) -> Floats:
    """Minus the p-value of every possible trial."""
    p_values = mcnemar_p_value_table(size, method)
    return np.where(np.isnan(p_values), -1.0, -p_values)


@lru_cache(maxsize=256)
def _estimates(size: int, confidence: float) -> Floats:
    """Differences with Tango limits for every (treated only, control only); not a number where impossible or empty."""
    found = np.full((size + 1, size + 1, 3), np.nan)
    if size > 0:
        better, worse = np.nonzero(np.add.outer(np.arange(size + 1), np.arange(size + 1)) <= size)
        found[better, worse, 0] = (better - worse) / size
        found[better, worse, 1:] = paired_difference_interval(better, worse, size, confidence)
    return found


class ClusteredMcNemar(OnZ):
    """Cluster-robust McNemar test of Durkalski and others (2003) for several pairs a participant.

    Each participant counts by the mean of their own pairs, d, and z is sum(d) / sqrt(sum(d * d)). It is asymptotic in the
    number of participants; below about 20 the sign-flip permutation of the same d is exact. The interval is a t-interval
    of the mean of d. Without a discordant pair there is no evidence.
    """

    kind: Literal["clustered mcnemar"] = "clustered mcnemar"
    meaning: ClassVar[str] = "cluster-robust McNemar test of several pairs a participant"
    references: ClassVar[tuple[str, ...]] = ("durkalski2003",)
    endpoints: ClassVar[frozenset[str]] = frozenset({"binary"})
    comparator: ClassVar[Comparator] = "own control"
    reads: ClassVar[type[Observations]] = Pairs
    takes_margin: ClassVar[bool] = False

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z of the participants' mean differences, with the variance of the null."""
        _refuse_margin(aim, self.kind)
        benefit = differences(seen, cut, aim.sign).benefit
        spread = np.sqrt(np.square(benefit).sum(axis=1))
        z = np.divide(benefit.sum(axis=1), spread, out=np.zeros(len(spread)), where=spread > 0)
        return Evidence(z[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Mean over participants of the difference between the sides, with its t-interval."""
        return differences(seen, cut, aim.sign).mean().estimate(aim.alpha)


class PairedT(OnZ):
    """Student's t-test of the participants' differences; with several pairs a participant counts by their mean.

    The statistic is the z-value with the p-value of the t-statistic. With fewer than two participants, or all their
    differences equal, there is nothing to judge the mean by: no evidence, and an unbounded interval. It offers no normal
    process: how much the sides share depends on whether they are two eyes or before and after, which data alone do not say.
    """

    kind: Literal["paired t"] = "paired t"
    meaning: ClassVar[str] = "paired t-test within participants"
    references: ClassVar[tuple[str, ...]] = ("student1908",)
    endpoints: ClassVar[frozenset[str]] = frozenset({"continuous"})
    comparator: ClassVar[Comparator] = "own control"
    reads: ClassVar[type[Observations]] = Pairs

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z-value of the paired t-test."""
        return differences(seen, cut, aim.sign).mean().evidence(aim)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Mean difference, signed as a benefit, with its t-interval."""
        return differences(seen, cut, aim.sign).mean().estimate(aim.alpha)
