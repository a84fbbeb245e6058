"""Simon's two-stage design: give up early when too few respond."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.base import Aim, Estimate, Floats
from handful.analyses.registry import make
from handful.designs.arrangements import SideBySide
from handful.designs.base import Design, Plan, Question, Stress
from handful.designs.estimators import FromTables
from handful.designs.pieces import AllTreated, KnownOutcomes, Thresholds
from handful.designs.stresses import (
    BENCHMARK_LIMIT,
    DROPOUT,
    HISTORICAL_DRIFT,
    LEARNING,
    REGRESSION_TO_THE_MEAN,
)
from handful.spec.quantities import OpenProbability, PositiveCount
from handful.stats.simon import TwoStage, search_two_stage
from handful.stats.simon_inference import two_stage_inference


class Simon(Design):
    """Two stages for a binary endpoint: the first may end the trial for futility, never for success.

    Participants without a known response count as not responding. The reported estimate is the unbiased one that respects
    the stopping rule, with its interval.
    """

    kind: Literal["simon"] = "simon"
    meaning: ClassVar[str] = "Simon's two-stage single arm: stops early when too few respond"
    references: ClassVar[tuple[str, ...]] = (
        "simon1989",
        "jung2004-admissible",
        "jung2004-umvue",
        "koyama2008",
    )
    fragile_to: ClassVar[tuple[Stress, ...]] = (HISTORICAL_DRIFT, LEARNING, REGRESSION_TO_THE_MEAN, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (BENCHMARK_LIMIT,)

    benchmark: OpenProbability = Field(
        description="Share of favourable results that is not worth a claim (p0)."
    )
    target: OpenProbability = Field(
        description="Share of favourable results at which a claim is wanted (p1)."
    )
    power: OpenProbability | None = Field(
        None, description="Power at the target; the study's own when empty."
    )
    criterion: Literal["optimal", "minimax", "admissible"] = Field(
        "optimal",
        description="Smallest expected size under the benchmark, smallest total size, or the best at equal weights of the two.",
    )
    participants: PositiveCount = Field(100, le=300, description="Largest total size that is considered.")

    def two_stage(self, question: Question) -> TwoStage:
        """The two-stage design itself.

        Raises:
            ValueError: When no design within `participants` keeps both error rates.
        """
        power = self.power if self.power is not None else question.power
        return _search(
            self.benchmark, self.target, self.level(question), power, self.participants, self.criterion
        )

    def plan(self, question: Question) -> Plan:
        """Two looks at the number of responses."""
        endpoint = question.endpoint
        if endpoint.kind != "binary":
            raise ValueError(f"a Simon design needs a binary endpoint, and this endpoint is {endpoint.kind}")
        if endpoint.sign < 0:
            raise ValueError(
                "a Simon design counts responses: name the favourable result and say `better: higher`"
            )
        stages, alpha = self.two_stage(question), self.level(question)
        return Plan(
            endpoint=endpoint,
            participants=stages.total_size,
            arrangement=SideBySide(),
            allocation=AllTreated(),
            looks=KnownOutcomes((stages.first_stage_size, stages.total_size)),
            analysis=make("responses"),
            aim=Aim(endpoint.sign, self.benchmark, alpha, self.target),
            rule=Thresholds(
                upper=(np.inf, stages.final_threshold + 1),
                lower=(stages.first_stage_futility, -np.inf),
                binding=True,
            ),
            estimator=FromTables(*_adjusted(stages, self.benchmark, 1 - 2 * alpha)),
            calibrated=True,
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        s = self.two_stage(question)
        return [
            f"In the first stage {s.first_stage_size} participants are treated.",
            f"If at most {s.first_stage_futility} of them respond, the trial stops without a claim.",
            f"Otherwise it goes on to {s.total_size} participants, and benefit is claimed if more than {s.final_threshold} of "
            "them respond.",
            f"This is the {self.criterion} Simon design for {self.benchmark:.4g} against {self.target:.4g}.",
        ]


@lru_cache(maxsize=256)
def _search(p0: float, p1: float, alpha: float, power: float, limit: int, criterion: str) -> TwoStage:
    """Search for the design of a criterion."""
    if p1 <= p0:
        raise ValueError(f"the target {p1:g} must be above the benchmark {p0:g}")
    choices = search_two_stage(p0, p1, alpha, 1 - power, limit)
    if not choices.best_of_each_size:
        raise ValueError(
            f"no two-stage design of at most {limit} participants keeps a level of {alpha:g} and a power of {power:g} for "
            f"{p0:g} against {p1:g}"
        )
    if criterion == "admissible":
        return next(a.design for a in choices.admissible if a.lowest_weight <= 0.5 <= a.highest_weight)
    return choices.minimax if criterion == "minimax" else choices.optimal


@lru_cache(maxsize=256)
def _adjusted(
    stages: TwoStage, benchmark: float, confidence: float
) -> tuple[tuple[Estimate, ...], tuple[Floats, ...]]:
    """Unbiased estimate and interval minus the benchmark, and p-values, for the counts possible at each look.

    A total of responses above the futility limit is only reached in the second stage, so one table serves both looks.
    """
    table = two_stage_inference(stages, benchmark, confidence)
    limits = (table.unbiased - benchmark, table.lower - benchmark, table.upper - benchmark)
    short = stages.first_stage_size + 1
    first = Estimate(*(part[:short] for part in limits))
    return (first, Estimate(*limits)), (table.p_value[:short], table.p_value)
