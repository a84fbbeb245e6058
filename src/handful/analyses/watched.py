"""A posterior probability beside a second one that can stop the trial: both as one statistic.

Success and futility may be asked of different probabilities: benefit is claimed on the posterior probability of any benefit,
and given up when a relevant one has become unlikely, or when the last analysis is unlikely to succeed. The engines know one
statistic and two thresholds a look. So the second probability takes the place of the first exactly where it says stop.
These analyses are put together by families, which know the sizes and the thresholds; they are not registered.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import ClassVar

import numpy as np
from pydantic import Field, SerializeAsAny

from handful.analyses.base import Aim, Analysis, Estimate, Evidence, Floats, Integers, Lattice, Sizes
from handful.analyses.two_proportions import TwoBetaPosteriors, TwoProportions
from handful.participants.observations import Cut, Observations
from handful.stats.predictive_two_arms import predictive_table


class Predicted(TwoProportions):
    """Predictive probability that the last analysis of two proportions will claim benefit: an exact sum.

    Whoever is missing at a look counts as still to come. At the last look nothing is left to predict, and it is 1.
    """

    kind: str = "predicted"
    meaning: ClassVar[str] = "predictive probability that the last analysis succeeds"
    references: ClassVar[tuple[str, ...]] = ("saville2014",)
    statistic_name: ClassVar[str] = "predictive probability of success"

    base: SerializeAsAny[TwoBetaPosteriors] = Field(description="The last analysis.")
    sizes: tuple[int, int] = Field(description="Participants on control and on treatment at the last look.")
    claim_at: float = Field(description="Statistic with which the last analysis claims benefit.")

    def table(self, control: int, treated: int, null: float = 0.0) -> Floats:
        """Predictive probability in every possible trial of these sizes."""
        return _predicted(self, control, treated, null)

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Look the trial up; 1 at the last look."""
        told = super().evidence(seen, cut, aim).statistic
        last = cut.included >= sum(self.sizes)
        return Evidence(np.where(last[:, None], 1.0, told))

    @property
    def promises_level(self) -> bool:
        """It is watched, not tested."""
        return False

    def critical(self, alpha: float) -> float:
        """A predictive probability has no level.

        Raises:
            ValueError: Always.
        """
        raise ValueError("a predictive probability is watched, not tested")


@lru_cache(maxsize=1024)
def _predicted(analysis: Predicted, control: int, treated: int, null: float) -> Floats:
    """The table of one look."""
    if (control, treated) == analysis.sizes:
        return np.ones((control + 1, treated + 1))
    base = analysis.base
    success = base.table(*analysis.sizes, null) >= analysis.claim_at
    return predictive_table(success, control, treated, base.prior_control, base.prior_treated)


class Watched(Analysis):
    """A posterior probability that claims benefit, and another one that stops the trial when it is small.

    The statistic is the first where it is large enough for a claim; else the smaller of both where the second is below its
    limit, and elsewhere the first, not below that limit. So it is below the limit exactly where the trial is to stop.
    """

    kind: str = "watched"
    meaning: ClassVar[str] = "posterior probability, watched by a second one"
    statistic_name: ClassVar[str] = "posterior probability of benefit (lowered where the trial is to stop)"
    endpoints: ClassVar[frozenset[str]] = frozenset({"binary", "continuous", "count", "time to event"})
    reads: ClassVar[type[Observations]] = Observations

    base: SerializeAsAny[Analysis] = Field(description="Claims benefit.")
    watch: SerializeAsAny[Analysis] = Field(description="Stops the trial.")
    watched_null: float | None = Field(
        None, description="Benefit that the second probability is about; that of the first when empty."
    )
    claim_at: float = Field(description="Statistic of the first with which benefit is claimed.")
    limit: float = Field(description="The second stops the trial when it is below this.")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Both as one."""
        first = self.base.evidence(seen, cut, aim).statistic
        return Evidence(self.both(first, self.watch.evidence(seen, cut, self.other(aim)).statistic))

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """That of the first."""
        return self.base.estimate(seen, cut, aim)

    @property
    def promises_level(self) -> bool:
        """That of the first."""
        return self.base.promises_level

    def critical(self, alpha: float) -> float:
        """That of the first."""
        return self.base.critical(alpha)

    def counts(self, seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, ...]:
        """Those of the first; the second depends on the same."""
        return self.base.counts(seen, cut, aim)

    def lattice(self, sizes: Sizes, aim: Aim, *, coin_flip: bool = False) -> Lattice | None:
        """All trials, with both as one statistic; None when either has none."""
        first = self.base.lattice(sizes, aim, coin_flip=coin_flip)
        second = self.watch.lattice(sizes, self.other(aim), coin_flip=coin_flip)
        if first is None or second is None:
            return None
        tables = zip(first.statistic, second.statistic, strict=True)
        return replace(first, statistic=tuple(self.both(one, other) for one, other in tables))

    def other(self, aim: Aim) -> Aim:
        """What the second is asked."""
        return aim if self.watched_null is None else replace(aim, null=self.watched_null)

    def both(self, first: Floats, second: Floats) -> Floats:
        """Both as one statistic."""
        going = np.where(second < self.limit, np.minimum(first, second), np.maximum(first, self.limit))
        return np.where(first >= self.claim_at, first, going)
