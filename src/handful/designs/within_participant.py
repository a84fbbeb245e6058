"""Within-participant randomisation: one eye or wound is treated, the other is its control."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from handful.analyses.base import Aim
from handful.analyses.registry import AnalysisChoice, make
from handful.designs.arrangements import BothSides
from handful.designs.base import Design, Plan, Question, Stress, fits, once
from handful.designs.pieces import AllTreated, Thresholds
from handful.designs.single_arm import default_analysis
from handful.designs.stresses import CONTAMINATION, CORRELATION, DROPOUT
from handful.designs.words import by_the, count_words, level_words
from handful.participants.observations import Pairs
from handful.spec.quantities import PositiveCount

DEFAULT_ANALYSIS = {"binary": "mcnemar", "continuous": "paired permutation"}


class WithinParticipant(Design):
    """Two units of each participant are randomised, one to treatment and one to control; or several such pairs.

    The participant is their own concurrent control, so drift, learning and regression to the mean cancel. What does not
    cancel is an effect that reaches the untreated side.
    """

    kind: Literal["within participant"] = "within participant"
    meaning: ClassVar[str] = (
        "one eye or wound of each participant is treated and the other is the control, by randomisation"
    )
    references: ClassVar[tuple[str, ...]] = ()
    fragile_to: ClassVar[tuple[Stress, ...]] = (CONTAMINATION, CORRELATION, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "A comparison within a participant sees only what treatment does to the treated side; an effect that reaches the other "
        "side, and any harm to the whole person, is invisible to it.",
    )

    participants: PositiveCount = Field(le=100_000, description="Participants, each with both sides.")
    pairs: PositiveCount = Field(1, le=25, description="Pairs of units in each participant.")
    analysis: AnalysisChoice | None = Field(
        None, description="Analysis; the usual one for the endpoint when empty."
    )

    def plan(self, question: Question) -> Plan:
        """One look at all outcomes."""
        endpoint = question.endpoint
        default = default_analysis(DEFAULT_ANALYSIS, endpoint.kind, "within participant")
        analysis = self.analysis or make("paired permutation" if self.pairs > 1 else default)
        fits(analysis, endpoint, "own control", reads=(Pairs,))
        alpha = self.level(question)
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=BothSides(self.pairs),
            allocation=AllTreated(),
            looks=once(self.participants),
            analysis=analysis,
            aim=Aim(endpoint.sign, 0.0, alpha),
            rule=Thresholds.single(analysis.critical(alpha)),
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        units = "one of two units" if self.pairs == 1 else f"one unit of each of {self.pairs} pairs"
        return [
            f"{count_words(self.participants, 'participant')} take part; in each of them {units} is drawn by lot and treated, "
            "and the other is the control.",
            plan.looks.describe(),
            f"The two sides are compared within participants {by_the(plan.analysis.meaning)}; benefit is claimed at "
            f"{level_words(plan.aim.alpha)}.",
        ]
