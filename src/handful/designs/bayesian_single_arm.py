"""Bayesian monitoring of a single arm: posterior or predictive probability, or BOP2."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from handful.analyses.base import Aim
from handful.analyses.registry import make
from handful.designs.arrangements import SideBySide
from handful.designs.base import Design, Plan, Question, Stress
from handful.designs.pieces import AllTreated, KnownOutcomes, Thresholds
from handful.designs.stresses import (
    BENCHMARK_LIMIT,
    DROPOUT,
    HISTORICAL_DRIFT,
    LEARNING,
    REGRESSION_TO_THE_MEAN,
)
from handful.designs.words import count_words
from handful.spec.base import wanted
from handful.spec.quantities import OpenProbability, PositiveCount, PositiveNumber, Probability
from handful.stats.beta_binomial import probability_above
from handful.stats.bop2 import search_bop2
from handful.stats.count_boundaries import CountBoundaries
from handful.stats.predictive import predictive_boundaries


class BayesianSingleArm(Design):
    """A single arm with a binary endpoint, watched by probability statements about the proportion that responds.

    Before the trial starts every such rule comes down to two whole numbers at each look, so that its type I error is known
    exactly. Participants without a known response count as not responding.
    """

    kind: Literal["bayesian single arm"] = "bayesian single arm"
    meaning: ClassVar[str] = "single arm watched by posterior or predictive probability, or BOP2"
    references: ClassVar[tuple[str, ...]] = ("lee2008", "zhou2017")
    fragile_to: ClassVar[tuple[Stress, ...]] = (HISTORICAL_DRIFT, LEARNING, REGRESSION_TO_THE_MEAN, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (BENCHMARK_LIMIT,)

    participants: PositiveCount = Field(ge=2, le=500, description="Participants in the final analysis.")
    benchmark: OpenProbability = Field(description="Share of favourable results that has to be exceeded.")
    target: OpenProbability | None = Field(None, description="Share hoped for; the BOP2 rule plans with it.")
    rule: Literal["posterior", "predictive", "bop2"] = Field("predictive", description="What is watched.")
    first_look: PositiveCount = Field(10, description="Participants at the first look.")
    look_every: PositiveCount = Field(5, description="Participants between looks.")
    certainty: Probability = Field(
        0.95,
        description="Posterior probability of beating the benchmark that the final analysis must exceed.",
    )
    futility_below: Probability = Field(
        0.05, description="The trial stops for futility when the watched probability is below this."
    )
    success_above: Probability = Field(
        1.0,
        description="The trial stops for success when the watched probability is above this; 1 means never.",
    )
    prior: tuple[PositiveNumber, PositiveNumber] = Field((1.0, 1.0), description="Weights of the beta prior.")

    @model_validator(mode="after")
    def _looks_fit(self) -> Self:
        if self.first_look > self.participants:
            raise wanted(f"at most {self.participants}, the size of the trial", at="first_look")
        if self.rule == "bop2" and (self.target is None or self.target <= self.benchmark):
            raise wanted("a target above the benchmark, since BOP2 plans with it", at="target")
        if len(self.look_sizes()) > 200:
            raise wanted("at most 200 looks", at="look_every")
        return self

    def look_sizes(self) -> tuple[int, ...]:
        """Participants at each look."""
        interim = range(self.first_look, self.participants, self.look_every)
        return (*interim, self.participants)

    def count_boundaries(self, question: Question) -> CountBoundaries:
        """The rule as numbers of responses at each look."""
        return _count_boundaries(self, self.level(question))

    def plan(self, question: Question) -> Plan:
        """Looks at the number of responses."""
        endpoint = question.endpoint
        if endpoint.kind != "binary":
            raise ValueError(
                f"a Bayesian single arm needs a binary endpoint, and this endpoint is {endpoint.kind}"
            )
        if endpoint.sign < 0:
            raise ValueError(
                "a Bayesian single arm counts responses: name the favourable result and say `better: higher`"
            )
        boundaries = self.count_boundaries(question)
        upper = [
            float(s) if s <= n else np.inf
            for s, n in zip(boundaries.success_if_at_least, boundaries.looks, strict=True)
        ]
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=SideBySide(),
            allocation=AllTreated(),
            looks=KnownOutcomes(boundaries.looks),
            analysis=make("responses"),
            aim=Aim(endpoint.sign, self.benchmark, self.level(question), self.target),
            rule=Thresholds(
                tuple(upper), tuple(float(f) for f in boundaries.futility_if_at_most), binding=True
            ),
            calibrated=self.rule == "bop2",
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        b = self.count_boundaries(question)
        stops = [
            f"{low} of {n}"
            for n, low in zip(b.looks[:-1], b.futility_if_at_most[:-1], strict=True)
            if low >= 0
        ]
        early = [
            f"{high} of {n}"
            for n, high in zip(b.looks[:-1], b.success_if_at_least[:-1], strict=True)
            if high <= n
        ]
        named = {
            "posterior": "the posterior probability of beating the benchmark",
            "predictive": "the predictive probability that the final analysis succeeds",
            "bop2": "the posterior probability of beating the benchmark, against a BOP2 cut-off that rises with the data",
        }
        words = [
            f"{count_words(self.participants, 'participant')} at most are treated; the trial watches {named[self.rule]}.",
            "It stops for futility at or below these responses: "
            + (", ".join(stops) if stops else "never")
            + ".",
        ]
        if early:
            words.append("It stops for success at or above these responses: " + ", ".join(early) + ".")
        words.append(
            f"At the end benefit is claimed with {b.success_if_at_least[-1]} or more responses of {b.looks[-1]}."
        )
        return words


@lru_cache(maxsize=256)
def _count_boundaries(design: BayesianSingleArm, alpha: float) -> CountBoundaries:
    """Turn the rule into numbers of responses."""
    looks = design.look_sizes()
    if design.rule == "bop2":
        assert design.target is not None
        return search_bop2(looks, design.benchmark, design.target, alpha).boundaries
    if design.rule == "predictive":
        return predictive_boundaries(
            looks,
            design.benchmark,
            design.certainty,
            design.futility_below,
            design.success_above,
            design.prior,
        )
    return _posterior_boundaries(design, looks)


def _posterior_boundaries(design: BayesianSingleArm, looks: tuple[int, ...]) -> CountBoundaries:
    """Posterior monitoring: futility below one probability, success above another, and certainty at the end."""
    low: list[int] = []
    high: list[int] = []
    for n in looks:
        watched = probability_above(design.benchmark, np.arange(n + 1), n, design.prior)
        if n == looks[-1]:
            high.append(int(np.searchsorted(watched, design.certainty, side="right")))
            low.append(high[-1] - 1)
        else:
            high.append(int(np.searchsorted(watched, design.success_above, side="right")))
            low.append(min(int(np.searchsorted(watched, design.futility_below)) - 1, high[-1] - 1))
    return CountBoundaries(looks, tuple(low), tuple(high))
