"""The permutation test of two arms' means: had the lots fallen otherwise, the same outcomes would lie in other arms."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from handful.analyses.base import Aim, Comparator, Estimate, Evidence
from handful.analyses.resampling import Permutation
from handful.analyses.two_means import difference_in_means, moments
from handful.analyses.within import looked_at
from handful.participants.observations import TREATED, Cut, Observations, Outcomes


class TwoSamplePermutation(Permutation):
    """Permutation test of the difference in means, given the sizes of the arms.

    Against a margin the outcomes on treatment are shifted by it first. The interval is Welch's t-interval. An empty arm
    gives a p-value of 1.
    """

    kind: Literal["permutation"] = "permutation"
    meaning: ClassVar[str] = "permutation test of two means"
    endpoints: ClassVar[frozenset[str]] = frozenset({"binary", "continuous"})
    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Outcomes

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value of the difference in means above the null."""
        assert isinstance(seen, Outcomes)
        benefit = np.asarray(aim.sign * seen.outcome, dtype=np.float64)
        shifted = benefit - np.where(seen.arm == TREATED, aim.null, 0.0)
        return Evidence(-self.exchanged(shifted, seen.arm, looked_at(seen, cut))[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Difference in means, treated minus control, signed as a benefit, with Welch's t-interval."""
        return difference_in_means(moments(seen, cut), aim.sign).estimate(aim.alpha)
