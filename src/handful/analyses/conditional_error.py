"""The ordinary test as long as nothing was changed, and the conditional error for what was.

A trial of two stages that goes on as planned keeps its planned test. If its size was changed at the look, the second stage
is tested alone, at the level that the planned trial had left given the first (Mueller and Schaefer 2001).
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.base import Aim, Evidence, Integers
from handful.analyses.closed import Closed
from handful.analyses.stages import NOTHING
from handful.kernels.counting import allocated_prefix, count_prefix
from handful.participants.observations import Cut, Events, Observations
from handful.spec.quantities import PositiveCount


class ConditionalError(Closed):
    """The planned test of two stages, or the second stage at the conditional error where its size was changed.

    With z the statistic of the first stage, t its share of the planned information and c the last boundary, the second stage
    alone must reach (c - sqrt(t) z) / sqrt(1 - t). That is to say that the weighted sum of the stages must reach c, and the
    sum is what is reported, beside the ordinary statistic of trials that were not changed.
    """

    meaning: ClassVar[str] = "planned test, or conditional error where the size was changed"
    references: ClassVar[tuple[str, ...]] = ("mueller2001",)

    combination: Literal["inverse normal"] = Field(
        "inverse normal", description="How the stages are combined where the size was changed."
    )
    planned: PositiveCount = Field(description="Participants (or events) planned at the last look.")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """The z-value of all data where the trial has its planned size, else the weighted sum of its stages."""
        weighted = super().evidence(seen, cut, aim)
        if not cut.earlier:
            return weighted
        as_planned = self._reached(seen, cut) == self.planned
        ordinary = self.base.as_z(self.base.evidence(self.hypotheses[0].view(seen), cut, aim).statistic)
        ordinary = np.clip(ordinary, NOTHING, -NOTHING)
        return Evidence(np.where(as_planned[:, None], ordinary, weighted.statistic))

    def _reached(self, seen: Observations, cut: Cut) -> Integers:
        """Participants looked at, or events where these are planned."""
        if self.base.information_comes_from == "participants":
            return np.asarray(allocated_prefix(seen.arm, cut.included).sum(axis=1))
        assert isinstance(seen, Events)
        happened = seen.happened_by(cut.month[:, None])
        return np.asarray(count_prefix(happened, seen.arm, cut.included, seen.observed)[0].sum(axis=1))
