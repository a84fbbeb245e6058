"""Two randomised arms with interim looks: group-sequential by spending functions."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from handful.designs.base import Plan, Question, Stress
from handful.designs.pieces import EventCounts, KnownOutcomes, Looks, PermutedBlocks, interim_sizes
from handful.designs.randomised import TwoArms
from handful.designs.sequential import Sequential
from handful.designs.stresses import DROPOUT
from handful.designs.words import by_the, size_words
from handful.spec.quantities import AscendingPercentList


class GroupSequential(TwoArms, Sequential):
    """Two concurrent arms with looks at which the trial can stop for success or for futility."""

    kind: Literal["group sequential"] = "group sequential"
    meaning: ClassVar[str] = "two randomised arms with looks at which the trial can stop early"
    references: ClassVar[tuple[str, ...]] = ("lan1983", "jennison2000", "pampallona2001")
    fragile_to: ClassVar[tuple[Stress, ...]] = (DROPOUT,)
    limits: ClassVar[tuple[str, ...]] = (
        "Estimates and intervals after early stopping are those of the plain analysis; the bias that stopping causes is shown "
        "and not removed.",
    )

    looks: AscendingPercentList = Field(
        (0.5, 1.0), description="Share of the information at each look; the last one is 100%."
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
        endpoint = question.endpoint
        analysis, aim = self.chosen_analysis(endpoint), self.aim(question)
        if endpoint.kind == "time to event" and self.events is None:
            raise ValueError(
                "looks at a time to event are planned by `events`: say how many the last look needs"
            )
        looks, allocation = self.planned_looks(), self.allocator()
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=self.arrangement(endpoint),
            allocation=allocation,
            looks=looks,
            analysis=analysis,
            aim=aim,
            null_benefit=aim.null,
            rule=self.thresholds(looks, allocation, analysis, aim, question.power),
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        return [
            size_words(plan),
            plan.looks.describe(),
            f"At each look the arms are compared {by_the(plan.analysis.meaning)}.",
            *self.rule_words(plan.rule, plan.analysis.statistic_name, plan.aim.alpha),
        ]
