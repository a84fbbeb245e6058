"""Single arm against a benchmark, analysed once or with looks."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from handful.analyses.base import Aim, Analysis
from handful.analyses.registry import AnalysisChoice, make
from handful.designs.arrangements import SideBySide, UntilEvent
from handful.designs.base import Plan, Question, Stress, fits
from handful.designs.pieces import AllTreated
from handful.designs.quantities import Amount
from handful.designs.sequential import Sequential
from handful.designs.stresses import (
    BENCHMARK_LIMIT,
    DROPOUT,
    HISTORICAL_DRIFT,
    LEARNING,
    REGRESSION_TO_THE_MEAN,
)
from handful.designs.words import by_the, claim_words, size_words
from handful.participants.endpoint import Endpoint
from handful.spec.quantities import PositiveCount

DEFAULT_ANALYSIS = {
    "binary": "binomial",
    "continuous": "one-sample t",
    "count": "rate against benchmark",
    "time to event": "one-sample log-rank",
}


class SingleArm(Sequential):
    """Everybody is treated, and the result is compared with a benchmark that is taken as known.

    The benchmark carries no error of its own in the analysis: whatever is wrong with it is counted as benefit or harm.
    """

    kind: Literal["single arm"] = "single arm"
    meaning: ClassVar[str] = "everybody is treated; the result is compared with a benchmark"
    references: ClassVar[tuple[str, ...]] = ("ema2024-single-arm",)
    fragile_to: ClassVar[tuple[Stress, ...]] = (HISTORICAL_DRIFT, LEARNING, REGRESSION_TO_THE_MEAN, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (BENCHMARK_LIMIT,)

    participants: PositiveCount = Field(le=100_000, description="Participants to be treated.")
    benchmark: Amount = Field(
        description="What untreated people are taken to do, to be beaten: a proportion, a mean, a rate a year, or a median time."
    )
    events: PositiveCount | None = Field(
        None,
        description="Events at which a time to event is analysed; without it, when everybody has been followed up.",
    )
    analysis: AnalysisChoice | None = Field(
        None, description="Analysis; the usual one for the endpoint when empty."
    )

    def plan(self, question: Question) -> Plan:
        """Looks at the outcomes of everybody so far."""
        endpoint = question.endpoint
        analysis: Analysis = self.analysis or make(
            default_analysis(DEFAULT_ANALYSIS, endpoint.kind, "single arm")
        )
        fits(analysis, endpoint, "benchmark")
        timed = endpoint.kind == "time to event"
        if self.events is not None and not timed:
            raise ValueError(f"`events` belongs to a time to event, and this endpoint is {endpoint.kind}")
        if timed and self.events is None and (len(self.looks) > 1 or self.looks_at is not None):
            raise ValueError(
                "looks at a time to event are planned by `events`: say how many the last look needs"
            )
        looks = self.looks_until(self.participants, self.events)
        aim = Aim(endpoint.sign, benchmark_of(self.benchmark, endpoint), self.level(question))
        found = self.monitoring(looks, AllTreated(), analysis, aim, question.power)
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=UntilEvent() if timed else SideBySide(),
            allocation=AllTreated(),
            looks=looks,
            analysis=found.analysis,
            aim=aim,
            rule=found.rule,
            estimator=found.estimator,
            calibrated=found.calibrated,
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        against = (
            f"The result is compared with the benchmark of {self.benchmark:g} {by_the(plan.analysis.meaning)}"
        )
        words = [size_words(plan), plan.looks.describe()]
        if plan.looks.number == 1:
            return [*words, f"{against}; {claim_words(plan)}."]
        return [
            *words,
            f"{against}.",
            *self.rule_words(plan.rule, plan.analysis.statistic_name, plan.aim.alpha),
            *self.stopping_words(plan),
        ]


def default_analysis(defaults: dict[str, str], kind: str, family: str) -> str:
    """The usual analysis of a family for a kind of endpoint.

    Raises:
        ValueError: When the family cannot serve the endpoint.
    """
    if kind not in defaults:
        raise ValueError(
            f"a {family} design does not serve a {kind} endpoint; it serves {', '.join(defaults)}"
        )
    return defaults[kind]


def benchmark_of(benchmark: float, endpoint: Endpoint) -> float:
    """The benchmark as the analysis wants it: the share of favourable results, or the mean number of events in the window.

    Raises:
        ValueError: When the benchmark is none for this kind of endpoint.
    """
    if endpoint.kind == "binary":
        if not 0 < benchmark < 1:
            raise ValueError(
                f"the benchmark of a binary endpoint is a proportion between 0 and 1, not {benchmark:g}"
            )
        return benchmark if endpoint.sign > 0 else 1 - benchmark
    if endpoint.kind in ("count", "time to event") and benchmark <= 0:
        raise ValueError(f"the benchmark of a {endpoint.kind} endpoint is above 0, not {benchmark:g}")
    if endpoint.kind == "count":
        if endpoint.known_after <= 0:
            raise ValueError("a rate needs a window: say `known after` at the endpoint")
        return benchmark * endpoint.known_after / 12
    return benchmark
