"""One arm with a continuous outcome against a benchmark."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from handful.analyses.base import Aim, Comparator, Estimate, Evidence
from handful.analyses.scales import OnZ
from handful.analyses.wald import Wald, of_mean
from handful.kernels.counting import moments_prefix
from handful.participants.observations import TREATED, Cut, Observations, Outcomes


class OneSampleT(OnZ):
    """Student's t-test of the mean of the treated against a benchmark that is taken as known.

    The statistic is the z-value with the p-value of the t-statistic. With fewer than two outcomes, or all of them equal,
    there is nothing to judge the mean by: no evidence, and an unbounded interval.
    """

    kind: Literal["one-sample t"] = "one-sample t"
    meaning: ClassVar[str] = "one-sample t-test of a mean against a benchmark"
    references: ClassVar[tuple[str, ...]] = ("student1908",)
    endpoints: ClassVar[frozenset[str]] = frozenset({"continuous"})
    comparator: ClassVar[Comparator] = "benchmark"
    reads: ClassVar[type[Observations]] = Outcomes

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z-value of the t-test."""
        return _benefit(seen, cut, aim).evidence(_above(aim))

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Mean minus the benchmark, signed as a benefit, with its t-interval."""
        return _benefit(seen, cut, aim).estimate(aim.alpha)


def _benefit(seen: Observations, cut: Cut, aim: Aim) -> Wald:
    """Mean benefit over the benchmark."""
    assert isinstance(seen, Outcomes)
    size, mean, squares = moments_prefix(seen.outcome, seen.arm, cut.included, seen.observed)
    treated = mean[:, TREATED]
    return of_mean(
        size[:, TREATED].astype(np.float64), aim.sign * (treated - aim.null), squares[:, TREATED], treated
    )


def _above(aim: Aim) -> Aim:
    """The aim once the benchmark has been taken off: to be above 0."""
    return Aim(aim.sign, 0.0, aim.alpha)
