"""Two arms whose participants are allocated one by one so that as many as possible respond: the finite-horizon bandit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, inf
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.after_responses import ConditionalExact, Rerandomised
from handful.analyses.base import Aim
from handful.analyses.response_rule import ResponseRule
from handful.analyses.two_proportions import favourable
from handful.designs.adaptation import Adaptation, Interim, Steering
from handful.designs.arrangements import SideBySide
from handful.designs.base import Design, Plan, Question, Stress
from handful.designs.pieces import KnownOutcomes, Thresholds
from handful.designs.several_arms import DrawnArms
from handful.designs.stresses import DROPOUT, TIME_TREND
from handful.designs.words import count_words, late_words, level_words
from handful.spec.quantities import Count, PositiveCount, PositiveNumber, Probability, Share
from handful.stats.allocation_policy import AllocationPolicy
from handful.stats.bernoulli_bandit import optimal_policy

MOST_PARTICIPANTS = 100


class Bandit(ResponseRule):
    """The allocation with the most favourable results to be expected, by dynamic programming over all counts."""

    degree: Probability = Field(description="Chance of the arm that is better for the rest of the trial.")
    least: Count = Field(description="Participants that each arm should end with.")
    afterwards: Count = Field(description="Patients after the trial, who get the arm that looks better.")
    prior: tuple[PositiveNumber, PositiveNumber] = Field(description="Weights of the beta prior of each arm.")

    def policy(self) -> AllocationPolicy:
        """The chance of treatment whatever is known."""
        return _solved(self)


@lru_cache(maxsize=16)
def _solved(bandit: Bandit) -> AllocationPolicy:
    """The policy of a bandit; a tenth of a second for 100 participants."""
    return optimal_policy(
        bandit.participants,
        bandit.prior,
        degree=bandit.degree,
        least=bandit.least,
        afterwards=bandit.afterwards,
    ).policy


@dataclass(frozen=True)
class FollowRule(Adaptation):
    """New chances after every look, by a rule that reads what is known of both arms.

    Attributes:
        rule: The rule.
        aim: What the design asks.
    """

    rule: ResponseRule
    aim: Aim

    def adapt(self, interim: Interim) -> Steering:
        """The chances that the rule says."""
        good, known = favourable(interim.observations, interim.cut, self.aim)
        treated = self.rule.policy().chance(good, known)
        return replace(interim.steering, weights=np.stack([1.0 - treated, treated], axis=1))

    def policy(self, looks: tuple[int, ...]) -> AllocationPolicy:
        """The policy of the rule: nothing else is steered."""
        return self.rule.policy_at(looks[:-1])

    def describe(self) -> list[str]:
        """The rule in words."""
        return ["After each known outcome new participants are allocated by the results so far."]


class OptimalAllocation(Design):
    """Each participant gets, most of the time, the arm that is better for all who are still to come.

    What is known of the arm that looks worse is worth something to those who come later, and the rule reckons with it. No other
    allocation makes more participants respond. It leaves few on the arm that looks worse, so its power is small, unless it is
    held back: by a degree of randomisation, and by a least number on each arm.
    """

    kind: Literal["optimal allocation"] = "optimal allocation"
    meaning: ClassVar[str] = "participants allocated one by one so that the most respond"
    references: ClassVar[tuple[str, ...]] = (
        "villar2015",
        "williamson2017",
        "baas2024",
        "villar2018",
        "robertson2023",
    )
    fragile_to: ClassVar[tuple[Stress, ...]] = (TIME_TREND, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "Participants are allocated by the outcomes that are known by then. Where an outcome takes longer than the next "
        "participants take to come, most of them are allocated by a coin, and little is left of what the design is for. A "
        "scenario without a recruitment rate knows no time: every outcome counts as known before the next participant comes.",
        "The conditional test takes people to be the same throughout and their outcomes to be known before the next is "
        "allocated; the randomisation test takes neither for granted, but that an outcome is known as soon, and as often, on "
        "either arm.",
        "Few participants get the arm that looks worse: the power is smaller than with equal arms, and the estimate of the "
        "difference is biased. Both are shown.",
    )

    participants: PositiveCount = Field(
        ge=4, le=MOST_PARTICIPANTS, description="Participants of both arms together."
    )
    degree: Probability = Field(
        0.9,
        ge=0.5,
        le=1,
        description="Chance of the arm that is better for the rest of the trial: 100% follows it always, 50% tosses a coin.",
    )
    at_least: Share = Field(
        0.15, le=0.5, description="Share of the participants that each arm should end with."
    )
    afterwards: Count = Field(
        0,
        le=1_000_000,
        description="Patients who are treated after the trial with the arm that looks better then, and count as much.",
    )
    prior: tuple[PositiveNumber, PositiveNumber] = Field(
        (1.0, 1.0), description="Weights of the beta prior of both arms, by which participants are allocated."
    )
    test: Literal["conditional", "randomisation"] = Field(
        "conditional",
        description="Final test: exact given the number of responses, or over all allocations of the same participants, which "
        "holds when people change over time.",
    )

    def rule(self) -> Bandit:
        """How participants are allocated."""
        return Bandit(
            participants=self.participants,
            degree=self.degree,
            least=min(ceil(self.at_least * self.participants - 1e-9), self.participants // 2),
            afterwards=self.afterwards,
            prior=self.prior,
        )

    def plan(self, question: Question) -> Plan:
        """A look after every participant, and a test after the last."""
        endpoint, aim = question.endpoint, Aim(question.endpoint.sign, 0.0, self.level(question))
        if endpoint.kind != "binary":
            raise ValueError(
                f"optimal allocation needs a binary endpoint, and this endpoint is {endpoint.kind}"
            )
        rule, sizes = self.rule(), tuple(range(1, self.participants + 1))
        analysis: ConditionalExact | Rerandomised = ConditionalExact(rule=rule)
        if self.test == "randomisation":
            analysis = Rerandomised(rule=rule, looks=sizes[:-1])
        before = self.participants - 1
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=SideBySide(),
            allocation=DrawnArms((0.5, 0.5)),
            looks=KnownOutcomes(sizes),
            analysis=analysis,
            aim=aim,
            rule=Thresholds((*(inf,) * before, analysis.critical(aim.alpha)), (-inf,) * self.participants),
            adaptation=FollowRule(rule, aim),
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan, rule = self.plan(question), self.rule()
        later = f" and {count_words(rule.afterwards, 'patient')} after them" if rule.afterwards else ""
        told = [
            f"{count_words(self.participants, 'participant')} are enrolled and allocated one by one.",
            "The chances of each are set by all outcomes known so far: the arm that lets one expect the most responses among all "
            f"{count_words(self.participants, 'participant')}{later} is taken with a chance of {100 * self.degree:.4g}%.",
        ]
        if rule.least:
            told.append(
                f"An arm that ends with fewer than {rule.least} counts as {self.participants} responses lost, so that it "
                "hardly ever does."
            )
        return [
            *told,
            *late_words(question.endpoint),
            f"After the last outcome the arms are compared by the {plan.analysis.meaning}, at {level_words(plan.aim.alpha)}.",
        ]
