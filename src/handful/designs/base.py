"""The contract of a family of designs: the one page to read before adding one.

A family is a frozen spec with a `kind`. From the spec and the question it makes a `Plan`: arrangement, allocation, looks,
analysis and rule. The engine conducts plans and knows no family. The family also says what its rule is in plain words
(`describe`), what it is fragile to (`fragile_to`), and which papers it rests on (`references`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from handful.analyses.base import Aim, Analysis, Estimate
from handful.designs.arrangements import Arrangement
from handful.designs.pieces import Allocation, KnownOutcomes, Looks, Thresholds
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Cut, Observations
from handful.spec.base import Spec
from handful.spec.quantities import OpenProbability, PositiveCount


@dataclass(frozen=True)
class Question:
    """What the study asks of every design.

    Attributes:
        endpoint: The endpoint.
        alpha: One-sided type I error that is allowed.
        power: Power that is wanted where a design plans its own size.
    """

    endpoint: Endpoint
    alpha: float = 0.025
    power: float = 0.8


Estimator = Callable[[Observations, Cut, "np.ndarray"], Estimate]
"""Estimate that knows at which look each trial stopped: (observations, cut, look of each trial)."""


@dataclass(frozen=True)
class Plan:
    """An executable design: everything the engines need, and nothing else.

    Attributes:
        endpoint: The endpoint, with its estimand.
        participants: Most participants that can be enrolled.
        arrangement: How participants are observed.
        allocation: Who gets what.
        looks: When the data are looked at.
        analysis: Evidence from data.
        aim: What the analysis is asked.
        rule: Evidence to decision.
        estimator: Estimate adjusted for the stopping rule; the analysis's own when None.
    """

    endpoint: Endpoint
    participants: int
    arrangement: Arrangement
    allocation: Allocation
    looks: Looks
    analysis: Analysis
    aim: Aim
    rule: Thresholds
    estimator: Estimator | None = None

    def estimate(self, seen: Observations, cut: Cut, look: np.ndarray) -> Estimate:
        """The estimate that the design reports, for trials that stopped at the given looks."""
        if self.estimator is not None:
            return self.estimator(seen, cut, look)
        return self.analysis.estimate(seen, cut, self.aim)


@dataclass(frozen=True)
class Stress:
    """One assumption that can sink a design, as changes of a scenario.

    Attributes:
        name: Short name, as it will be printed.
        why: One sentence: why the family is fragile to it.
        field: Field of the scenario that is changed.
        amounts: Values to try, mildest first, as multiples of the scale of `per`.
        per: What an amount is a multiple of: `effect` (the benefit hoped for) or `one` (as it stands).
    """

    name: str
    why: str
    field: str
    amounts: tuple[float, ...]
    per: str = "effect"


class Design(Spec):
    """Base of every family."""

    kind: str
    meaning: ClassVar[str]
    references: ClassVar[tuple[str, ...]] = ()
    fragile_to: ClassVar[tuple[Stress, ...]] = ()

    participants: PositiveCount = Field(le=100_000, description="Most participants that can be enrolled.")
    alpha: OpenProbability | None = Field(
        None, description="One-sided significance level; the study's own when empty."
    )
    note: str = Field("", description="Why this design is a candidate, in words.")

    @abstractmethod
    def plan(self, question: Question) -> Plan:
        """The executable plan of the design for the study's question.

        Raises:
            ValueError: In one plain sentence, when the design cannot answer this question.
        """

    @abstractmethod
    def describe(self, question: Question) -> list[str]:
        """The rule in plain words, one sentence an item, from the numbers."""

    def level(self, question: Question) -> float:
        """One-sided significance level."""
        return self.alpha if self.alpha is not None else question.alpha


def fits(analysis: Analysis, endpoint: Endpoint) -> None:
    """Refuse an analysis that does not suit the endpoint.

    Raises:
        ValueError: Naming what would suit.
    """
    if endpoint.kind not in analysis.endpoints:
        raise ValueError(
            f"analysis {analysis.kind!r} is for a {' or '.join(sorted(analysis.endpoints))} endpoint, "
            f"and this endpoint is {endpoint.kind}"
        )


def once(participants: int) -> KnownOutcomes:
    """One analysis, when all outcomes are known."""
    return KnownOutcomes((participants,))
