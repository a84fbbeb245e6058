"""Permutation tests within participants: which side was treated was random, so every difference may change its sign."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from handful.analyses.base import Aim, Comparator, Estimate, Evidence
from handful.analyses.midranks import midranks
from handful.analyses.resampling import Permutation
from handful.analyses.within import Differences, differences
from handful.participants.observations import Cut, Observations, Pairs

# Differences that agree to this share of the largest measurement are ties.
_TIES = 12


class PairedPermutation(Permutation):
    """Sign-flip permutation test of the mean difference, with the participant as the unit.

    Several pairs of one participant are flipped together and count by their mean, so their correlation does no harm. For
    a binary endpoint with one pair each it is McNemar's exact test. The interval is the t-interval of the mean difference.
    Without a difference the p-value is 1.
    """

    kind: Literal["paired permutation"] = "paired permutation"
    meaning: ClassVar[str] = "sign-flip permutation test within participants"
    endpoints: ClassVar[frozenset[str]] = frozenset({"binary", "continuous"})
    comparator: ClassVar[Comparator] = "own control"
    reads: ClassVar[type[Observations]] = Pairs

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value of the mean difference above the null."""
        within = differences(seen, cut, aim.sign)
        return Evidence(-self.flipped(within.benefit - aim.null, within.seen)[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Mean difference, treated minus control side, signed as a benefit, with its t-interval."""
        return differences(seen, cut, aim.sign).mean().estimate(aim.alpha)


class SignedRank(Permutation):
    """Wilcoxon's signed-rank test: the sign-flip test of the ranks of the differences; zero differences are left out.

    Differences that agree to twelve digits of the largest measurement are ties and share the mean of their ranks. It is
    exact for differences that are symmetric under the null. The estimate is the mean difference with its t-interval.
    """

    kind: Literal["wilcoxon signed rank"] = "wilcoxon signed rank"
    meaning: ClassVar[str] = "Wilcoxon's signed-rank test within participants"
    references: ClassVar[tuple[str, ...]] = ("wilcoxon1945", "phipson2010")
    endpoints: ClassVar[frozenset[str]] = frozenset({"continuous"})
    comparator: ClassVar[Comparator] = "own control"
    reads: ClassVar[type[Observations]] = Pairs

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value of the sum of signed ranks."""
        within = differences(seen, cut, aim.sign)
        signed = _signed_ranks(within, aim.null)
        return Evidence(-self.flipped(signed, within.seen)[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Mean difference, treated minus control side, signed as a benefit, with its t-interval."""
        return differences(seen, cut, aim.sign).mean().estimate(aim.alpha)


def _signed_ranks(within: Differences, null: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Ranks of the sizes of the benefits above the null, with their signs; 0 for no difference."""
    scale = np.maximum(within.scale, abs(null))
    excess = np.round((within.benefit - null) / np.where(scale > 0, scale, 1.0)[:, None], _TIES)
    ranked = within.seen & (excess != 0)
    return np.sign(excess) * midranks(np.abs(excess), ranked)
