"""Several hypotheses at once: the same analysis for each, on the data that speak to it.

Every analysis of one treatment against control serves a trial of several treatments or of a subgroup as it is. What
multiplicity costs is added by `combination.py`, or by boundaries that were made for several hypotheses.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, SerializeAsAny

from handful.analyses.base import Aim, Analysis, Estimate, Evidence, Floats
from handful.analyses.hypotheses import Hypothesis
from handful.participants.observations import Cut, Observations


class Several(Analysis):
    """Each hypothesis tested on its own, by the same analysis."""

    kind: str = "several"
    meaning: ClassVar[str] = "the same test for each hypothesis"
    endpoints: ClassVar[frozenset[str]] = frozenset(
        {"binary", "continuous", "count", "time to event", "ordinal"}
    )
    reads: ClassVar[type[Observations]] = Observations

    base: SerializeAsAny[Analysis] = Field(description="Analysis of one treatment against control.")
    hypotheses: tuple[Hypothesis, ...] = Field(min_length=1, description="What is tested.")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """The statistic of the base analysis for each hypothesis, shape (trials, hypotheses)."""
        views = (hypothesis.view(seen) for hypothesis in self.hypotheses)
        return Evidence(np.hstack([self.base.evidence(view, cut, aim).statistic for view in views]))

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """The estimate of the first hypothesis."""
        return self.base.estimate(self.hypotheses[0].view(seen), cut, aim)

    def estimate_of(self, seen: Observations, cut: Cut, aim: Aim, hypothesis: NDArray[np.int8]) -> Estimate:
        """The base analysis's estimate of the hypothesis that each trial reports on; not adjusted for its selection."""
        trials = seen.shape[0]
        reported = Estimate(*(np.full(trials, np.nan) for _ in range(3)))
        for number, asked in enumerate(self.hypotheses):
            here = hypothesis == number
            if not here.any():
                continue
            told = self.base.estimate(asked.view(seen), cut, aim)
            for name in ("value", "lower", "upper"):
                np.copyto(getattr(reported, name), getattr(told, name), where=here)
        return reported

    @property
    def promises_level(self) -> bool:
        """That of the base analysis."""
        return self.base.promises_level

    def critical(self, alpha: float) -> float:
        """That of the base analysis: no correction for there being several."""
        return self.base.critical(alpha)

    def from_z(self, z: float) -> float:
        """That of the base analysis."""
        return self.base.from_z(z)

    def as_z(self, statistic: Floats) -> Floats:
        """That of the base analysis."""
        return self.base.as_z(statistic)
