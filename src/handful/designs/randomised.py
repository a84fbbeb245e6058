"""Two randomised arms, analysed once."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from handful.analyses.base import Aim, Analysis
from handful.analyses.registry import AnalysisChoice, make
from handful.designs.arrangements import Arrangement, SideBySide, UntilEvent
from handful.designs.base import Design, Plan, Question, Stress, fits, once
from handful.designs.own_control import null_of
from handful.designs.pieces import (
    Allocation,
    CoinFlip,
    EventCounts,
    Looks,
    Minimisation,
    PermutedBlocks,
    Thresholds,
)
from handful.designs.single_arm import default_analysis
from handful.designs.stresses import DROPOUT, SPREAD
from handful.designs.words import by_the, claim_words, size_words
from handful.participants.endpoint import Endpoint
from handful.spec.base import wanted
from handful.spec.quantities import Number, PositiveCount, Ratio

DEFAULT_ANALYSIS = {
    "binary": "boschloo",
    "continuous": "t test",
    "count": "rate ratio",
    "time to event": "log-rank",
    "ordinal": "mann-whitney",
}


class TwoArms(Design):
    """What the randomised families share: arms, allocation, analysis."""

    participants: PositiveCount = Field(ge=2, le=100_000, description="Participants of both arms together.")
    allocation: Ratio = Field((1, 1), description="Treated to control, such as 2:1.")
    method: Literal["blocks", "coin flips", "minimisation"] = Field(
        "blocks",
        description="Permuted blocks, independent coin flips (1:1 only), or minimisation over the scenario's factors.",
    )
    blocks_of: PositiveCount | None = Field(
        None,
        description="Participants in a block, a multiple of the sum of the ratio; the smallest above 3 when empty.",
    )
    margin: Number | None = Field(
        None,
        description="Margin of non-inferiority: a ratio above 1 for ratios, else a difference; none for superiority.",
    )
    events: PositiveCount | None = Field(
        None,
        description="Events at which a time to event is analysed; without it, when everybody has been followed up.",
    )
    analysis: AnalysisChoice | None = Field(
        None, description="Analysis; the usual one for the endpoint when empty."
    )

    @model_validator(mode="after")
    def _allocation_fits(self) -> Self:
        if self.blocks_of is not None and self.blocks_of % sum(self.allocation):
            raise wanted(f"a multiple of {sum(self.allocation)}", at="blocks_of")
        if self.method == "coin flips" and self.allocation != (1, 1):
            raise wanted("blocks, or an allocation of 1:1", at="method")
        if self.events is not None and self.events > self.participants:
            raise wanted("at most as many events as participants", at="events")
        return self

    def allocator(self) -> Allocation:
        """Who gets what."""
        if self.method == "coin flips":
            return CoinFlip()
        if self.method == "minimisation":
            return Minimisation(self.allocation)
        smallest = sum(self.allocation)
        multiple = self.blocks_of // smallest if self.blocks_of else (2 if smallest < 4 else 1)
        return PermutedBlocks(self.allocation, multiple)

    def chosen_analysis(self, endpoint: Endpoint) -> Analysis:
        """The analysis, checked against the endpoint."""
        analysis = self.analysis or make(default_analysis(DEFAULT_ANALYSIS, endpoint.kind, self.kind))
        fits(analysis, endpoint, "control arm", self.margin or 0.0)
        if self.events is not None and endpoint.kind != "time to event":
            raise ValueError(f"`events` belongs to a time to event, and this endpoint is {endpoint.kind}")
        return analysis

    def arrangement(self, endpoint: Endpoint) -> Arrangement:
        """How participants are observed."""
        return UntilEvent() if endpoint.kind == "time to event" else SideBySide()

    def aim(self, question: Question) -> Aim:
        """What the analysis is asked."""
        endpoint = question.endpoint
        return Aim(endpoint.sign, null_of(self.margin, endpoint.measure.ratio), self.level(question))


class Randomised(TwoArms):
    """Two concurrent arms by randomisation, one analysis: the design that needs the fewest assumptions."""

    kind: Literal["randomised"] = "randomised"
    meaning: ClassVar[str] = "two randomised arms, analysed once"
    references: ClassVar[tuple[str, ...]] = ()
    fragile_to: ClassVar[tuple[Stress, ...]] = (SPREAD, DROPOUT)

    def plan(self, question: Question) -> Plan:
        """One look at all outcomes."""
        analysis, aim = self.chosen_analysis(question.endpoint), self.aim(question)
        looks: Looks = EventCounts((self.events,)) if self.events is not None else once(self.participants)
        return Plan(
            endpoint=question.endpoint,
            participants=self.participants,
            arrangement=self.arrangement(question.endpoint),
            allocation=self.allocator(),
            looks=looks,
            analysis=analysis,
            aim=aim,
            null_benefit=aim.null,
            rule=Thresholds.single(analysis.critical(aim.alpha)),
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        return [
            size_words(plan),
            plan.looks.describe(),
            f"The arms are compared {by_the(plan.analysis.meaning)}; {claim_words(plan)}.",
        ]
