"""Estimates that know that the second stage may have been given any size: those of the combination test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from handful.analyses.base import Aim, Analysis, Estimate, Floats, Lattice
from handful.analyses.stages import since
from handful.designs.estimators import Estimator
from handful.participants.observations import Cut, Flags, Integers, Observations
from handful.stats.weighted_stages import WeightedStages


@dataclass(frozen=True)
class StageWiseWeighted(Estimator):
    """Median-unbiased estimate and interval of two stages that are weighted as planned, by the stage-wise ordering.

    Each stage gives its own estimate; how far each lies from an effect is told by its own interval, whose half width over the
    normal quantile is the standard error, below the estimate and above it apart. A trial that stopped at its first look
    keeps the estimate and the interval that it had. Futility that need not be obeyed plays no part in the lower limit.

    Lawrence and Hung (2003); Brannath, Koenig and Bauer (2006).

    Attributes:
        base: Analysis of one treatment against control.
        weight: Weight of the first stage.
        level: One-sided level of the interval.
        null: Benefit at the boundary of the null.
        upper: z-value that claims success at the first look.
        lower: z-value that stops for futility there.
    """

    base: Analysis
    weight: float
    level: float
    null: float
    upper: float
    lower: float

    def of_trials(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Estimate:
        """The estimates of trials; those of the analysis where a stage gives no interval."""
        told = self.base.estimate(seen, cut, aim)
        reported = Estimate(*(np.array(part) for part in (told.value, told.lower, told.upper)))
        if not (look == 1).any():
            return reported
        stages, both = self._told(seen, cut, aim, look)
        tails = (0.5, self.level, 1 - self.level)
        value, _, upper = self._stages(stages, both, self.lower).effects(tails)
        reported.value[both], reported.upper[both] = value, upper
        (reported.lower[both],) = self._stages(stages, both, -np.inf).effects((self.level,))
        return reported

    def p_values(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Floats | None:
        """Chances of ending as far up in the ordering without a benefit: at most the level where the interval excludes it."""
        told = self.base.estimate(seen, cut, aim)
        found = np.full(len(look), np.nan)
        alone = (look == 0) & _judged(told)
        off = told.value[alone] - self.null
        below, above = _errors(told, alone) / -float(ndtri(self.level))
        found[alone] = ndtr(-off / np.where(off > 0, below, above))
        if (look == 1).any():
            stages, both = self._told(seen, cut, aim, look)
            found[both] = self._stages(stages, both, -np.inf).tail(np.full(int(both.sum()), self.null))
        return found

    def of_counts(self, lattice: Lattice) -> Sequence[Estimate]:
        """Never asked: a trial whose size may change has no lattice."""
        raise NotImplementedError(
            "a trial whose size is chosen again cannot be enumerated by its final counts"
        )

    def _told(
        self, seen: Observations, cut: Cut, aim: Aim, look: NDArray[np.int8]
    ) -> tuple[tuple[Estimate, Estimate], Flags]:
        """Estimates of either stage, and which of the trials that had both have an interval in both."""
        split = np.minimum(cut.earlier[0].included, cut.included)
        stages = (
            self.base.estimate(seen, replace(cut, included=split, earlier=()), aim),
            self.base.estimate(since(seen, split), replace(cut, earlier=()), aim),
        )
        return stages, (look == 1) & _judged(stages[0]) & _judged(stages[1])

    def _stages(self, stages: tuple[Estimate, Estimate], these: Flags, lower: float) -> WeightedStages:
        """The stages of some trials."""
        quantile = -float(ndtri(self.level))
        return WeightedStages(
            self.weight,
            np.stack([told.value[these] for told in stages]),
            np.stack([_errors(told, these) for told in stages]) / quantile,
            self.null,
            self.upper,
            lower,
        )


def _errors(told: Estimate, these: Flags) -> Floats:
    """Half widths of intervals below and above their estimates; that of the other side where a side has none."""
    below, above = told.value[these] - told.lower[these], told.upper[these] - told.value[these]
    return np.stack([np.where(below > 0, below, above), np.where(above > 0, above, below)])


def _judged(told: Estimate) -> Flags:
    """Where there is an estimate with an interval."""
    with np.errstate(invalid="ignore"):
        width = told.upper - told.lower
        return np.asarray(np.isfinite(told.value) & np.isfinite(width) & (width > 0))
