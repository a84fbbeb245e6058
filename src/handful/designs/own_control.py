"""Own control: each participant is compared with their own past."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from handful.analyses.base import Aim
from handful.analyses.registry import AnalysisChoice, make
from handful.designs.arrangements import BeforeAfter, Repeated
from handful.designs.base import Design, Plan, Question, Stress, fits, once
from handful.designs.pieces import AllTreated, Thresholds
from handful.designs.single_arm import default_analysis
from handful.designs.stresses import DROPOUT, LEARNING, REGRESSION_TO_THE_MEAN, UNTREATED_CHANGE
from handful.designs.words import by_the, level_words, size_words
from handful.participants.observations import Courses
from handful.spec.base import wanted
from handful.spec.quantities import Duration, Number, PositiveCount, PositiveDuration

DEFAULT_ANALYSIS = {"binary": "mcnemar", "continuous": "paired t", "count": "own rate ratio"}


class OwnControl(Design):
    """Everybody is treated, and the result is compared with the same person's lead-in.

    Whatever would have happened without treatment counts as benefit or harm: drift, regression to the mean, learning. The
    break from the participant's own slope (`analysis: slope break`) removes a steady course, and only that.
    """

    kind: Literal["own control"] = "own control"
    meaning: ClassVar[str] = "everybody is treated; each participant is compared with their own past"
    references: ClassVar[tuple[str, ...]] = ("gardner1973", "davis1976")
    fragile_to: ClassVar[tuple[Stress, ...]] = (UNTREATED_CHANGE, REGRESSION_TO_THE_MEAN, LEARNING, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "A comparison with a person's own past takes every change after treatment for an effect of treatment: course of the "
        "disease, care, practice and regression to the mean included.",
    )

    participants: PositiveCount = Field(le=100_000, description="Participants to be treated.")
    lead_in: Duration = Field(0.0, description="Months of observation before treatment.")
    visits_every: PositiveDuration | None = Field(
        None, description="Months between visits, for analyses of the course over time."
    )
    margin: Number | None = Field(
        None,
        description="Margin of non-inferiority against the own past: a ratio above 1 for counts (1.8), else a difference.",
    )
    analysis: AnalysisChoice | None = Field(
        None, description="Analysis; the usual one for the endpoint when empty."
    )

    @model_validator(mode="after")
    def _whole_visits(self) -> Self:
        if self.visits_every is not None and self.visits_every > self.lead_in > 0:
            raise wanted("visits at most as far apart as the lead-in is long", at="visits_every")
        return self

    def plan(self, question: Question) -> Plan:
        """One look at all outcomes."""
        endpoint = question.endpoint
        analysis = self.analysis or make(default_analysis(DEFAULT_ANALYSIS, endpoint.kind, "own control"))
        fits(analysis, endpoint, "own control", self.margin or 0.0)
        alpha = self.level(question)
        if endpoint.kind == "count" and self.lead_in <= 0:
            raise ValueError("an own control for a count needs a lead-in, such as `lead in: 6 months`")
        arrangement = (
            Repeated(self._visit_months(endpoint.known_after))
            if issubclass(analysis.reads, Courses)
            else BeforeAfter(self.lead_in)
        )
        null = null_of(self.margin, endpoint.measure.ratio)
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=arrangement,
            allocation=AllTreated(),
            looks=once(self.participants),
            analysis=analysis,
            aim=Aim(endpoint.sign, null, alpha),
            null_benefit=null,
            rule=Thresholds.single(analysis.critical(alpha)),
        )

    def _visit_months(self, known_after: float) -> tuple[float, ...]:
        """Visits from the start of the lead-in to the endpoint, every so many months, the day of treatment included."""
        if self.lead_in <= 0 or known_after <= 0:
            raise ValueError(
                "the break from the own slope needs a lead-in and an endpoint `known after` some months, with visits in both"
            )
        every = self.visits_every or min(self.lead_in, known_after)
        before = [-every * k for k in range(math.floor(self.lead_in / every + 1e-9), 0, -1)]
        after = [every * k for k in range(math.floor(known_after / every + 1e-9) + 1)]
        return (*before, *after) if after[-1] > 0 else (*before, 0.0, known_after)

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        past = f"the {self.lead_in:g} months before treatment" if self.lead_in > 0 else "the baseline"
        margin = f", with a margin of {self.margin:g}" if self.margin is not None else ""
        return [
            size_words(plan),
            f"Each participant is compared with {past} {by_the(plan.analysis.meaning)}{margin}.",
            f"{plan.looks.describe()} Benefit is claimed at {level_words(plan.aim.alpha)}.",
        ]


def null_of(margin: float | None, ratio: bool) -> float:
    """The benefit that has to be beaten when a margin of non-inferiority is given.

    Raises:
        ValueError: When a margin on the ratio scale is not above 1, or a difference is negative.

    Example:
        >>> null_of(None, ratio=True), round(null_of(1.8, ratio=True), 4), null_of(0.1, ratio=False)
        (0.0, -0.5878, -0.1)
    """
    if margin is None:
        return 0.0
    if ratio:
        if margin <= 1:
            raise ValueError(f"a margin on the ratio scale is above 1, not {margin:g}")
        return -math.log(margin)
    if margin < 0:
        raise ValueError(f"a margin is not negative: {margin:g}")
    return -margin
