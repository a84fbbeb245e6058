"""Two randomised arms with interim looks: group-sequential by spending functions."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from handful.analyses.base import Aim, Analysis, Lattice
from handful.designs.base import Plan, Question, Stress
from handful.designs.calibration import calibrated_thresholds
from handful.designs.pieces import (
    EventCounts,
    KnownOutcomes,
    Looks,
    PermutedBlocks,
    Thresholds,
    interim_sizes,
)
from handful.designs.randomised import TwoArms
from handful.designs.spending_choice import OBrienFleming, Spending
from handful.designs.stresses import DROPOUT
from handful.designs.words import level_words, list_words, size_words
from handful.spec.base import Spec, wanted
from handful.spec.quantities import AscendingPercentList
from handful.stats.boundaries import Boundaries, group_sequential_boundaries


class Futility(Spec):
    """Stopping because success has become unlikely, by spending the type II error."""

    spending: Spending = Field(default_factory=OBrienFleming, description="How the type II error is spent.")
    binding: bool = Field(
        False, description="Whether the rule must be obeyed, which lowers the boundary for success in return."
    )


class GroupSequential(TwoArms):
    """Two concurrent arms with looks at which the trial can stop for success or for futility.

    With `boundaries: normal` the thresholds come from the canonical normal process, as in every standard package; in a small
    trial with counts the real type I error then differs from the nominal one, and the report prints both. With
    `boundaries: exact` the thresholds are calibrated over all possible trials so that the spending is kept at the worst
    point of the null.
    """

    kind: Literal["group sequential"] = "group sequential"
    meaning: ClassVar[str] = "two randomised arms with looks at which the trial can stop early"
    references: ClassVar[tuple[str, ...]] = ("lan1983", "jennison2000", "pampallona2001")
    fragile_to: ClassVar[tuple[Stress, ...]] = (DROPOUT,)

    looks: AscendingPercentList = Field(
        (0.5, 1.0), description="Share of the information at each look; the last one is 100%."
    )
    spending: Spending = Field(
        default_factory=OBrienFleming, description="How the type I error is spent over the looks."
    )
    futility: Futility | None = Field(None, description="Stopping for futility; none when empty.")
    boundaries: Literal["normal", "exact"] = Field(
        "normal",
        description="Thresholds from the normal process, or calibrated exactly over all possible counts.",
    )

    @model_validator(mode="after")
    def _last_look_is_whole(self) -> Self:
        if self.looks[-1] != 1:
            raise wanted("looks that end with 100%", at="looks")
        if len(self.looks) > 20:
            raise wanted("at most 20 looks", at="looks")
        return self

    def normal_boundaries(self, question: Question) -> Boundaries:
        """The boundaries on the scale of the standardised statistic, for the information actually planned."""
        planned = np.asarray(self.planned_looks().planned(), dtype=np.float64)
        return _boundaries(
            tuple(planned / planned[-1]), self.spending, self.futility, self.level(question), question.power
        )

    def planned_looks(self) -> Looks:
        """When the data are looked at."""
        if self.events is not None:
            return EventCounts(interim_sizes(self.looks, self.events))
        allocation = self.allocator()
        unit = allocation.block if isinstance(allocation, PermutedBlocks) else 1
        return KnownOutcomes(interim_sizes(self.looks, self.participants, unit))

    def plan(self, question: Question) -> Plan:
        """Looks with thresholds on the analysis's own scale."""
        analysis, aim = self.chosen_analysis(question.endpoint), self.aim(question)
        if question.endpoint.kind == "time to event" and self.events is None:
            raise ValueError(
                "looks at a time to event are planned by `events`: say how many the last look needs"
            )
        return Plan(
            endpoint=question.endpoint,
            participants=self.participants,
            arrangement=self.arrangement(question.endpoint),
            allocation=self.allocator(),
            looks=self.planned_looks(),
            analysis=analysis,
            aim=aim,
            rule=self.thresholds(question, analysis, aim),
        )

    def thresholds(self, question: Question, analysis: Analysis, aim: Aim) -> Thresholds:
        """Thresholds on the analysis's own scale."""
        normal = self.normal_boundaries(question)
        lower = (*(analysis.from_z(z) for z in normal.lower[:-1]), -np.inf)
        if self.boundaries == "normal":
            upper = tuple(analysis.from_z(z) for z in normal.upper)
        else:
            lattice = self._lattice(analysis, aim)
            spent = self.spending.function().spent(normal.information_fractions, aim.alpha)
            obeyed = lower if normal.binding else (-np.inf,) * len(lower)
            upper = calibrated_thresholds(lattice, tuple(float(s) for s in spent), obeyed)
        return Thresholds(upper, lower, normal.binding)

    def _lattice(self, analysis: Analysis, aim: Aim) -> Lattice:
        """All possible trials, for the calibration."""
        looks, allocation = self.planned_looks(), self.allocator()
        sizes = [allocation.sizes(n) for n in looks.planned()] if isinstance(looks, KnownOutcomes) else [None]
        lattice = None
        if all(size is not None for size in sizes):
            lattice = analysis.lattice([size for size in sizes if size is not None], aim)
        if lattice is None:
            raise ValueError(
                "`boundaries: exact` needs a test that depends on counts, such as boschloo or z pooled, and participants that "
                "fill whole blocks"
            )
        return lattice

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan, normal = self.plan(question), self.normal_boundaries(question)
        how = (
            "calibrated over all possible counts" if self.boundaries == "exact" else "from the normal process"
        )
        name = plan.analysis.statistic_name
        success = list_words([f"{value:.4g}" for value in plan.rule.upper])
        words = [
            size_words(plan),
            plan.looks.describe(),
            f"At each look the arms are compared by the {plan.analysis.meaning}.",
            f"Benefit is claimed when the statistic ({name}) is at least {success} at the looks, by {self.spending.words} of "
            f"{level_words(plan.aim.alpha)}, {how}.",
        ]
        if self.futility is not None:
            limits = list_words([f"{value:.4g}" for value in plan.rule.lower[:-1]])
            force = "must" if normal.binding else "may"
            words.append(
                f"The trial {force} stop for futility when the statistic is at most {limits} at the interim looks, by "
                f"{self.futility.spending.words} of the type II error."
            )
        return words


@lru_cache(maxsize=256)
def _boundaries(
    fractions: tuple[float, ...], spending: Spending, futility: Futility | None, alpha: float, power: float
) -> Boundaries:
    """Solve the boundaries once."""
    return group_sequential_boundaries(
        fractions,
        efficacy=spending.function(),
        futility=None if futility is None else futility.spending.function(),
        binding=futility is not None and futility.binding,
        alpha=alpha,
        power=power,
    )
