"""Closed combination tests: what an adaptive trial of several hypotheses may claim, whatever it changed at its looks.

Every intersection of the hypotheses gets a p-value from each stage, of those hypotheses in it that were still tested then.
The stages are combined with weights fixed beforehand, and a hypothesis is rejected when every intersection that holds it is.
With one hypothesis this is the plain combination test, which for two stages is the weighted statistic of Cui, Hung and Wang.
"""

from __future__ import annotations

from itertools import chain, combinations
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy.special import log_ndtr, ndtr, ndtri

from handful.analyses.base import Aim, Evidence, Floats
from handful.analyses.several import Several
from handful.analyses.stages import NOTHING, StageEvidence, stages
from handful.participants.observations import Cut, Observations
from handful.spec.quantities import PositiveNumber
from handful.stats.dunnett import dunnett_p_value, loadings
from handful.stats.multiplicity import bonferroni_test, sidak_test, simes_test

Intersection = Literal["dunnett", "simes", "bonferroni", "sidak"]
Combination = Literal["inverse normal", "fisher"]


class Closed(Several):
    """The closed test of several hypotheses, with the stages of the trial combined.

    The statistic of a hypothesis is the smallest of the combined statistics of the intersections that hold it, so that one
    threshold decides all of them. With the inverse normal combination it is on the z scale (Lehmacher and Wassmer 1999), with
    Fisher's it is minus the logarithm of the product of the stage-wise p-values (Bauer and Koehne 1994).
    """

    kind: str = "closed"
    meaning: ClassVar[str] = "closed combination test"
    references: ClassVar[tuple[str, ...]] = ("bauer1994", "lehmacher1999")

    weights: tuple[PositiveNumber, ...] = Field(
        min_length=1, description="Weight of each stage: its planned share of the information."
    )
    intersection: Intersection = Field("dunnett", description="Test of an intersection of hypotheses.")
    combination: Combination = Field("inverse normal", description="How the stages are combined.")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """The smallest combined statistic over the intersections that hold each hypothesis; finite."""
        number = len(self.hypotheses)
        held = list(chain.from_iterable(combinations(range(number), k) for k in range(1, number + 1)))
        told = list(stages(self.base, self.hypotheses, seen, cut, aim))
        statistic = np.full((seen.shape[0], number), np.inf)
        for members in held:
            combined = self._combined([self._intersection(stage, members) for stage in told])
            for member in members:
                np.minimum(statistic[:, member], combined, out=statistic[:, member])
        return Evidence(statistic)

    def critical(self, alpha: float) -> float:
        """Upper normal quantile of the level; with Fisher's combination minus the logarithm of the level of one stage."""
        return float(-ndtri(alpha)) if self.combination == "inverse normal" else float(-np.log(alpha))

    def from_z(self, z: float) -> float:
        """The statistic is on the z scale with the inverse normal combination; else that of one stage."""
        return z if self.combination == "inverse normal" else float(-log_ndtr(-z))

    def _combined(self, z: list[Floats]) -> Floats:
        """Combine the z-values of the stages that were held."""
        if self.combination == "fisher":
            return np.asarray(sum(-log_ndtr(-stage) for stage in z))
        shares = np.sqrt(np.asarray(self.weights[: len(z)]) / sum(self.weights[: len(z)]))
        return np.asarray(sum(share * stage for share, stage in zip(shares, z, strict=True)))

    def _intersection(self, stage: StageEvidence, members: tuple[int, ...]) -> Floats:
        """The z-value of one stage against an intersection; no evidence at all where none of it was still tested."""
        columns = list(members)
        tested = stage.tested[:, columns]
        if len(columns) == 1:
            return np.where(tested[:, 0], stage.z[:, columns[0]], NOTHING)
        found = np.full(len(tested), NOTHING)
        # Trials differ in what they dropped, and there are few ways to do so.
        patterns, place = np.unique(tested, axis=0, return_inverse=True)
        for which, pattern in enumerate(patterns):
            left = [column for column, kept in zip(columns, pattern, strict=True) if kept]
            here = np.flatnonzero(place.reshape(-1) == which)
            if len(left) == 1:
                found[here] = stage.z[here, left[0]]
            elif left:
                found[here] = self._of_several(stage, here, left)
        return found

    def _of_several(self, stage: StageEvidence, here: np.ndarray, left: list[int]) -> Floats:
        """The z-value of one stage of some trials against an intersection of at least two hypotheses."""
        z = stage.z[here][:, left]
        if self.intersection == "dunnett":
            arms = [self.hypotheses[column].arm for column in left]
            # An arm without anybody has no say; a size of one keeps its loading defined.
            sizes = np.maximum(stage.sizes[here], 1)
            p = dunnett_p_value(z, loadings(sizes[:, arms], sizes[:, 0]))
        else:
            test = {"simes": simes_test, "bonferroni": bonferroni_test, "sidak": sidak_test}[
                self.intersection
            ]
            p = test(ndtr(-z))
        return np.asarray(np.clip(-ndtri(p), NOTHING, -NOTHING))
