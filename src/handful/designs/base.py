"""The contract of a family of designs: the one page to read before adding one.

A family is a frozen spec with a `kind`. From the spec and the question it makes a `Plan`: arrangement, allocation, looks,
analysis and rule. The engine conducts plans and knows no family. The family also says what its rule is in plain words
(`describe`), what it is fragile to (`fragile_to`), and which papers it rests on (`references`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handful.analyses.base import Aim, Analysis, Comparator, Estimate
from handful.analyses.hypotheses import ONE, Hypothesis
from handful.analyses.registry import analyses
from handful.designs.adaptation import Adaptation
from handful.designs.arrangements import Arrangement
from handful.designs.estimators import PLAIN, Estimator
from handful.designs.pieces import Allocation, KnownOutcomes, Looks, Thresholds
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Cut, Integers, Observations
from handful.participants.potential import Participants
from handful.scenarios.base import Scenario
from handful.spec.base import Spec
from handful.spec.quantities import OpenProbability

_MISSED = 1e-6
"""Share of trials that may run out of people to screen because so many were not imagined."""


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
        null_benefit: Benefit at the boundary of the null: 0, or minus the margin of non-inferiority.
        arms: Treatment arms beside control.
        hypotheses: What is tested: the columns of the evidence.
        adaptation: What changes the rest of a trial at a look; None when nothing does.
        ends: Whether a trial goes on until every hypothesis is decided, or ends with the first benefit claimed.
        blinded: Whether nobody learns at the looks before the last who is on which arm; nothing can be claimed there.
        estimator: What is reported of a trial that stopped: the estimate of the analysis, or one adjusted for the looks.
        calibrated: Whether the thresholds were made to keep the level of the aim, by spending, calibration or search. Where they
            were not, the analysis says what they promise.
    """

    endpoint: Endpoint
    participants: int
    arrangement: Arrangement
    allocation: Allocation
    looks: Looks
    analysis: Analysis
    aim: Aim
    rule: Thresholds
    null_benefit: float = 0.0
    arms: int = 1
    hypotheses: tuple[Hypothesis, ...] = ONE
    adaptation: Adaptation | None = None
    ends: Literal["all decided", "first success"] = "all decided"
    blinded: bool = False
    estimator: Estimator = PLAIN
    calibrated: bool = False

    @property
    def promises_level(self) -> bool:
        """Whether the design promises a type I error of at most the level of its aim, exactly or in large trials."""
        return self.calibrated or self.analysis.promises_level

    @property
    def follows_information(self) -> bool:
        """Whether the rule or the estimator has to be told how much information the looks really have."""
        return self.rule.at_observed or self.estimator.follows_information

    def truth(self, hypothesis: Hypothesis, scenario: Scenario) -> Scenario:
        """The scenario as it is for the arm and the people that a hypothesis is about.

        Raises:
            ValueError: When the scenario does not know them.
        """
        there = scenario.on_arm(hypothesis.arm, self.arms)
        return there.within(self.subgroup, self.endpoint) if hypothesis.in_subgroup else there

    def people(self, scenario: Scenario, block: Block) -> Participants:
        """The people of a block who come: those who can be enrolled, and whoever is turned away in between.

        Args:
            scenario: The truth.
            block: The trials.

        Raises:
            ValueError: When the scenario does not suit the endpoint, or knows nothing of the subgroup.
        """
        return scenario.participants(block, self.arrivals(scenario), self.endpoint)

    def arrivals(self, scenario: Scenario) -> int:
        """How many people have to come at most, so that all participants can be enrolled.

        As many as are enrolled, unless some have to be turned away; only one trial in a million then needs more people than
        this. A design that may turn to a subgroup turns away those who come after its first look and do not belong to it. A
        design that may grow closes enrolment when there are as many as planned, and whoever comes before a look has asked
        for more is turned away.
        """
        if self.adaptation is None or self.looks.number == 1:
            return self.participants
        if self.arrangement.subgroup is None:
            return self.participants + self._turned_away(scenario)
        at_look = self.looks.planned()[0] if self.looks.counts == "participants" else 0
        return at_look + screened_for(self.participants - at_look, scenario.share_with(self.subgroup))

    def _turned_away(self, scenario: Scenario) -> int:
        """How many may come while enrolment is closed until a look: as long as its last outcome takes."""
        if self.looks.counts != "participants" or self.looks.planned()[-1] >= self.participants:
            return 0
        recruitment = scenario.recruitment
        rate = recruitment.new_cases if recruitment.rate is None else recruitment.rate
        wait = scenario.product.waiting_time + self.arrangement.lead_in + self.endpoint.known_after
        return most_arrivals(rate * wait)

    @property
    def subgroup(self) -> str:
        """Name of the subgroup that the design asks about.

        Raises:
            ValueError: When it asks about none.
        """
        if self.arrangement.subgroup is None:
            raise ValueError("this design asks about no subgroup")
        return self.arrangement.subgroup

    def estimate(
        self,
        seen: Observations,
        cut: Cut,
        look: NDArray[np.int8],
        hypothesis: NDArray[np.int8],
        reached: Integers | None = None,
    ) -> Estimate:
        """The estimate that the design reports, for trials that stopped at the given looks.

        Args:
            seen: What was seen.
            cut: When each trial ended.
            look: Look at which it ended.
            hypothesis: Which hypothesis each trial reports on.
            reached: Information at the looks, where something follows it.
        """
        if len(self.hypotheses) > 1:
            return self.analysis.estimate_of(seen, cut, self.aim, hypothesis)
        return self.estimator.of_trials(self.analysis, seen, cut, self.aim, look, reached)

    def p_values(
        self, seen: Observations, cut: Cut, look: NDArray[np.int8], reached: Integers | None = None
    ) -> NDArray[np.float64] | None:
        """One-sided p-values that go with the estimates; None where the design reports none.

        Args:
            seen: What was seen.
            cut: When each trial ended.
            look: Look at which it ended.
            reached: Information at the looks, where something follows it.
        """
        if len(self.hypotheses) > 1:
            return None
        return self.estimator.p_values(self.analysis, seen, cut, self.aim, look, reached)


@dataclass(frozen=True)
class Stress:
    """One assumption that can sink a design, as a change of a scenario.

    Attributes:
        name: Short name, as it will be printed.
        why: One sentence: why a family is fragile to it.
        amounts: Amounts to try, mildest first.
        unit: What an amount counts: `of the effect hoped for`, `of the effect`, `of participants a year` ...
        gradual: Whether half an amount is half of it; if not, an amount between two that were tried is not spoken of.
        apply: The scenario under an amount, given the benefit hoped for; None when the scenario cannot be stressed so.
    """

    name: str
    why: str
    amounts: tuple[float, ...]
    unit: str
    apply: Callable[[Scenario, Endpoint, float, float], Scenario | None]
    gradual: bool = True


class Design(Spec):
    """Base of every family."""

    kind: str
    meaning: ClassVar[str]
    references: ClassVar[tuple[str, ...]] = ()
    fragile_to: ClassVar[tuple[Stress, ...]] = ()
    limits: ClassVar[tuple[str, ...]] = ()
    """What the family cannot see or do, one sentence an item, for the report."""

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


def fits(
    analysis: Analysis,
    endpoint: Endpoint,
    comparator: Comparator,
    margin: float = 0.0,
    reads: tuple[type[Observations], ...] = (),
) -> None:
    """Refuse an analysis that does not suit the endpoint or what a family observes, or cannot test against the margin.

    Args:
        analysis: The analysis.
        endpoint: The endpoint of the study.
        comparator: What the family compares the treated with.
        margin: Margin of non-inferiority, or 0.
        reads: Observations that the family can make; any when empty.

    Raises:
        ValueError: Naming what would suit.
    """
    if endpoint.kind not in analysis.endpoints:
        raise ValueError(
            f"analysis {analysis.kind!r} is for a {' or '.join(sorted(analysis.endpoints))} endpoint, "
            f"and this endpoint is {endpoint.kind}"
        )
    if not _matches(type(analysis), comparator, reads):
        suitable = [
            known.model_fields["kind"].default
            for known in analyses
            if endpoint.kind in known.endpoints and _matches(known, comparator, reads)
        ]
        wanted = f"what compares with {_A[comparator]} is {', '.join(suitable)}" if suitable else "none does"
        differs = analysis.comparator != comparator
        raise ValueError(
            f"analysis {analysis.kind!r} compares with {_A[analysis.comparator]}"
            f"{f', and this design has {_A[comparator]}' if differs else ' by data that this design does not collect'}: {wanted}"
        )
    if margin != 0 and not analysis.takes_margin:
        raise ValueError(
            f"analysis {analysis.kind!r} cannot test against a margin; z pooled, t tests and rate ratios can"
        )


_A: dict[Comparator, str] = {
    "benchmark": "a benchmark",
    "control arm": "a control arm",
    "own control": "the participant's own control",
}


def _matches(analysis: type[Analysis], comparator: Comparator, reads: tuple[type[Observations], ...]) -> bool:
    """Whether an analysis compares what a family compares, by what it observes."""
    return analysis.comparator == comparator and (not reads or issubclass(analysis.reads, reads))


def screened_for(wanted: int, share: float) -> int:
    """How many people to screen for as many who belong to a subgroup, missed by one trial in a million.

    Args:
        wanted: How many of the subgroup.
        share: Share of people who belong to it, above 0.

    Returns:
        The smallest number with which fewer are found with a probability of at most 1e-6.

    Example:
        >>> screened_for(20, 1.0), screened_for(20, 0.4)
        (20, 106)
    """
    if share >= 1:
        return wanted
    from scipy.special import bdtr

    low, high = wanted, wanted
    while bdtr(wanted - 1, high, share) > _MISSED:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bdtr(wanted - 1, middle, share) > _MISSED else (low, middle)
    return high


def most_arrivals(expected: float) -> int:
    """How many people may come in a time, exceeded in one trial in a million.

    Args:
        expected: How many are expected, at least 0; they come by a Poisson process.

    Example:
        >>> most_arrivals(0.0), most_arrivals(6.0)
        (0, 21)
    """
    from scipy.special import pdtr

    most = int(expected)
    while pdtr(most, expected) < 1 - _MISSED:
        most += 1
    return most


def once(participants: int) -> KnownOutcomes:
    """One analysis, when all outcomes are known."""
    return KnownOutcomes((participants,))
