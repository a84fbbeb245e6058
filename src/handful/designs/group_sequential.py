"""Two randomised arms with interim looks: group-sequential by spending functions."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from handful.analyses.base import Aim
from handful.designs.base import Plan, Question, Stress
from handful.designs.pieces import Looks
from handful.designs.randomised import TwoArms
from handful.designs.sequential import Sequential
from handful.designs.stresses import DROPOUT, SPREAD
from handful.designs.words import by_the, size_words
from handful.spec.quantities import AscendingPercentList


class GroupSequential(TwoArms, Sequential):
    """Two concurrent arms with looks at which the trial can stop for success, for futility or for harm."""

    kind: Literal["group sequential"] = "group sequential"
    meaning: ClassVar[str] = "two randomised arms with looks at which the trial can stop early"
    references: ClassVar[tuple[str, ...]] = (
        "lan1983",
        "jennison2000",
        "pampallona2001",
        "fairbanks1982",
        "tsiatis1984",
        "jennison1989",
        "sooriyarachchi2003",
    )
    fragile_to: ClassVar[tuple[Stress, ...]] = (SPREAD, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "Plain estimates and intervals after early stopping carry the bias that stopping causes, which is shown and not removed; "
        "stage-wise ones remove it as far as the normal process holds.",
        "Outcomes that become known after a stop are not in its analysis.",
    )

    looks: AscendingPercentList = Field(
        (0.5, 1.0), description="Share of the information at each look; the last one is 100%."
    )
    sided: Literal[1, 2] = Field(
        1,
        description="2 also stops for harm, at the same level on its side; futility is then an interval around no effect.",
    )

    @property
    def sides(self) -> Literal[1, 2]:
        """As `sided` says."""
        return self.sided

    def planned_looks(self) -> Looks:
        """When the data are looked at."""
        return self.looks_until(self.participants, self.events, self.allocator().block)

    def null_benefit(self, aim: Aim) -> float:
        """0, or minus the margin."""
        return aim.null

    def plan(self, question: Question) -> Plan:
        """Looks with thresholds on the analysis's own scale."""
        endpoint = question.endpoint
        analysis, aim = self.chosen_analysis(endpoint), self.aim(question)
        if endpoint.kind == "time to event" and self.events is None:
            raise ValueError(
                "looks at a time to event are planned by `events`: say how many the last look needs"
            )
        looks, allocation = self.planned_looks(), self.allocator()
        found = self.monitoring(looks, allocation, analysis, aim, question.power)
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=self.arrangement(endpoint),
            allocation=allocation,
            looks=looks,
            analysis=found.analysis,
            aim=aim,
            null_benefit=aim.null,
            rule=found.rule,
            estimator=found.estimator,
            calibrated=found.calibrated,
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan, analysis = self.plan(question), self.chosen_analysis(question.endpoint)
        return [
            size_words(plan),
            plan.looks.describe(),
            f"At each look the arms are compared {by_the(analysis.meaning)}"
            + (", once for benefit and once for harm." if self.sided == 2 else "."),
            *self.rule_words(plan.rule, plan.analysis.statistic_name, plan.aim.alpha),
            *self.stopping_words(plan),
        ]
