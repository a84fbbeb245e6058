"""Several treatments whose share of the coming participants follows what has been seen of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from handful.analyses.after_responses import Rerandomised
from handful.analyses.base import Aim
from handful.analyses.best_arm import BestArm
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.response_rule import ResponseRule
from handful.analyses.two_proportions import BetaBinomialTwoArms
from handful.designs.adaptation import Adaptation, Interim, Steering
from handful.designs.allocation_choice import AllocationRule, ThallWathen, Trippa
from handful.designs.arms_against_control import ArmNames
from handful.designs.arrangements import SideBySide
from handful.designs.base import Design, Plan, Question, Stress
from handful.designs.pieces import Decision, KnownOutcomes, Thresholds
from handful.designs.several_arms import DrawnArms
from handful.designs.spending_choice import short_form
from handful.designs.stresses import DROPOUT, TIME_TREND
from handful.designs.words import count_words, late_words, level_words, list_words
from handful.participants.observations import Flags, Floats, Integers
from handful.spec.base import wanted
from handful.spec.quantities import PositiveCount, PositiveNumber, Probability
from handful.stats.allocation_policy import AllocationPolicy
from handful.stats.posterior_best import posterior_best, posterior_better

MOST_TREATMENTS = 6

MOST_ENUMERATED = 60
"""Participants up to whom all trials of one treatment are walked: half a minute; the work grows with their fourth power."""

MOST_RERANDOMISED = 100
"""Participants up to whom there is a randomisation test: the chances after all counts of so many are four million."""


class ByPosterior(ResponseRule):
    """Chances of control and each treatment from their posteriors; for one treatment it is a policy."""

    follows: ThallWathen | Trippa = Field(
        discriminator="kind", description="How chances follow the posteriors."
    )
    prior: tuple[PositiveNumber, PositiveNumber] = Field(
        description="Weights of the beta prior of every arm."
    )

    def chances(self, good: Integers, known: Integers, is_open: Flags | None = None) -> Floats:
        """Chances of each arm from favourable and known results, shape (trials, arms); equal before there are any."""
        every = np.ones(good.shape, dtype=np.bool_) if is_open is None else is_open
        better = posterior_better(good, known, self.prior) if self.follows.needs_better else None
        best = (
            posterior_best(good, known, self.prior, is_open=every) if better is None else np.ones(good.shape)
        )
        found = self.follows.chances(best, better, known, self.participants, every)
        nothing = known.sum(axis=1) == 0
        return np.where(nothing[:, None], every / every.sum(axis=1, keepdims=True), found)

    def policy(self) -> AllocationPolicy:
        """The chance of the one treatment whatever is known."""
        return _tabulated(self, None)

    def policy_at(self, looks: tuple[int, ...]) -> AllocationPolicy:
        """The same at some looks alone."""
        return _tabulated(self, looks)


@lru_cache(maxsize=16)
def _tabulated(rule: ByPosterior, looks: tuple[int, ...] | None) -> AllocationPolicy:
    """The table of a rule; a few seconds for all counts of 100 participants."""
    return AllocationPolicy.from_rule(rule.participants, rule.chances, looks)


@dataclass(frozen=True)
class FollowResponses(Adaptation):
    """New chances of each arm after every look, from the responses so far.

    Attributes:
        rule: The rule.
        arms: Counts the responses on each arm.
        aim: What the design asks.
    """

    rule: ByPosterior
    arms: BestArm
    aim: Aim

    def adapt(self, interim: Interim) -> Steering:
        """Chances of the arms that are left; those of a dropped arm are 0."""
        steering = interim.steering
        tested = steering.tested & (interim.settled == Decision.CONTINUE)
        good, known = self.arms.counts_by_arm(interim.observations, interim.cut, self.aim)
        # A trial that has ended is steered like one that goes on with every arm: nobody will ask.
        open_arms = tested | ~tested.any(axis=1)[:, None]
        return replace(steering, weights=self._weights(good, known, open_arms), tested=tested)

    def _weights(self, good: Integers, known: Integers, open_arms: Flags) -> Floats:
        """Chances of control and each treatment."""
        if self.arms.with_control:
            return self.rule.chances(good, known, np.insert(open_arms, 0, True, axis=1))
        return np.insert(self.rule.chances(good[:, 1:], known[:, 1:], open_arms), 0, 0.0, axis=1)

    def policy(self, looks: tuple[int, ...]) -> AllocationPolicy | None:
        """The policy of one treatment against control: when it is dropped the trial ends. None where it would be too large."""
        one = self.arms.with_control and len(self.arms.hypotheses) == 1
        return self.rule.policy_at(looks[:-1]) if one and looks[-1] <= MOST_ENUMERATED else None

    def describe(self) -> list[str]:
        """The rule in words."""
        return [f"After each look new participants are allocated {self.rule.follows.words()}."]


class ResponseAdaptive(Design):
    """Response-adaptive randomisation of one or more treatments, watched by posterior probabilities.

    Treatments are held against a control, or against each other when there is none. More participants get what seems to
    work; the price is paid in information, and when people change over time also in false claims, unless the one test is
    a randomisation test at the end.
    """

    kind: Literal["response adaptive"] = "response adaptive"
    meaning: ClassVar[str] = "allocation that follows the responses, watched by posterior probability"
    references: ClassVar[tuple[str, ...]] = (
        "thompson1933",
        "thall2007",
        "trippa2012",
        "wason2014",
        "villar2015",
        "villar2018",
        "simon2011",
        "robertson2023",
    )
    fragile_to: ClassVar[tuple[Stress, ...]] = (TIME_TREND, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "A rule that looks at posterior probabilities does not keep a type I error by itself; what it really makes of it is "
        "shown.",
        "When people change while the trial runs, allocation and time are confounded, and the posterior does not know it; the "
        "randomisation test does. It takes when an outcome is known, and whether it ever is, to be the same on either arm.",
        "Where outcomes take longer than the next participants take to come, allocation hardly follows them. A scenario "
        "without a recruitment rate knows no time: every outcome counts as known before the next participant comes.",
        "Without a control no benefit can be estimated, only which treatment is the best.",
    )

    arms: ArmNames = Field(
        ("treatment",),
        min_length=1,
        max_length=MOST_TREATMENTS,
        description="Names of the treatment arms, such as [low dose, high dose], or their number.",
    )
    control: bool = Field(True, description="Whether there is a control; without one the treatments compete.")
    participants: PositiveCount = Field(ge=4, le=2000, description="Participants of all arms together.")
    first_look: PositiveCount = Field(
        10, description="Participants with a known outcome at the first look, until which chances are equal."
    )
    look_every: PositiveCount = Field(5, description="Participants between looks.")
    rule: Annotated[AllocationRule, BeforeValidator(short_form)] = Field(
        default_factory=ThallWathen, description="How allocation follows the responses."
    )
    test: Literal["posterior", "randomisation"] = Field(
        "posterior",
        description="What decides: posterior probabilities at every look, or one randomisation test at the end, which keeps "
        "its level whatever time does to people.",
    )
    success_above: Probability = Field(
        0.98, description="Benefit is claimed when a treatment's posterior probability is at least this."
    )
    drop_below: Probability = Field(
        0.02, description="A treatment is dropped when its posterior probability is at most this."
    )
    prior: tuple[PositiveNumber, PositiveNumber] = Field(
        (1.0, 1.0), description="Weights of the beta prior of every arm."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(set(self.arms)) < len(self.arms) or "control" in self.arms:
            raise wanted("names that differ from each other and from control", at="arms")
        if self.first_look > self.participants:
            raise wanted(f"at most {self.participants}, the size of the trial", at="first_look")
        if len(self.look_sizes()) > 100:
            raise wanted("at most 100 looks", at="look_every")
        if not self.control and len(self.arms) < 2:
            raise wanted("at least 2 treatments, since there is no control", at="arms")
        if not self.control and isinstance(self.rule, Trippa):
            raise wanted("a rule without a control, such as thall wathen", at="rule")
        if self.drop_below >= self.success_above:
            raise wanted(
                f"a probability below `success above`, which is {self.success_above:g}", at="drop_below"
            )
        return self

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if self.test == "posterior":
            return self
        if len(self.arms) > 1 or not self.control:
            raise wanted("posterior, unless there is one treatment and a control", at="test")
        if self.participants > MOST_RERANDOMISED:
            raise wanted(f"at most {MOST_RERANDOMISED} with a randomisation test", at="participants")
        for name in ("success_above", "drop_below"):
            if name in self.model_fields_set and getattr(self, name) != type(self).model_fields[name].default:
                raise wanted(
                    "nothing here: with a randomisation test nothing is decided before the end", at=name
                )
        return self

    def look_sizes(self) -> tuple[int, ...]:
        """Participants at each look."""
        return (*range(self.first_look, self.participants, self.look_every), self.participants)

    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """One for each treatment."""
        return tuple(Hypothesis(name=name, arm=number) for number, name in enumerate(self.arms, start=1))

    def plan(self, question: Question) -> Plan:
        """Looks after every few participants, each followed by new chances."""
        endpoint = question.endpoint
        if endpoint.kind != "binary":
            raise ValueError(
                f"response-adaptive randomisation here needs a binary endpoint, and this endpoint is {endpoint.kind}"
            )
        sizes, aim = self.look_sizes(), Aim(endpoint.sign, 0.0, self.level(question))
        base = BetaBinomialTwoArms(prior_treated=self.prior, prior_control=self.prior)
        arms = BestArm(base=base, hypotheses=self.hypotheses(), with_control=self.control, prior=self.prior)
        rule = ByPosterior(participants=self.participants, follows=self.rule, prior=self.prior)
        analysis: BestArm | Rerandomised = arms
        thresholds = Thresholds((self.success_above,) * len(sizes), (self.drop_below,) * len(sizes))
        if self.test == "randomisation":
            analysis = Rerandomised(rule=rule, looks=sizes[:-1])
            before = len(sizes) - 1
            thresholds = Thresholds((*(inf,) * before, analysis.critical(aim.alpha)), (-inf,) * len(sizes))
        treatments = len(self.arms)
        equal = 1 / (treatments + self.control)
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=SideBySide(arms=treatments),
            allocation=DrawnArms((self.control * equal, *(equal,) * treatments)),
            looks=KnownOutcomes(sizes),
            analysis=analysis,
            aim=aim,
            rule=thresholds,
            arms=treatments,
            hypotheses=arms.hypotheses,
            adaptation=FollowResponses(rule, arms, aim),
            ends="first success",
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        arms = list_words([*self.arms, "control"] if self.control else list(self.arms))
        assert plan.adaptation is not None
        told = [
            f"Up to {count_words(self.participants, 'participant')} are enrolled and randomised among {arms}, with equal chances "
            f"until the outcome of {self.first_look} is known.",
            f"The data are looked at then and after every {self.look_every} more known outcomes, up to {self.participants}.",
            *plan.adaptation.describe(),
        ]
        return [*told, *late_words(question.endpoint), self._decision(plan)]

    def _decision(self, plan: Plan) -> str:
        """What decides, in words."""
        if self.test == "randomisation":
            return (
                "Nothing is decided before the last outcome is known; then treatment is compared with control by the "
                f"{plan.analysis.meaning}, at {level_words(plan.aim.alpha)}."
            )
        against = "being better than control" if self.control else "being the best of those left"
        return (
            f"Benefit is claimed, and the trial ends, when a treatment's posterior probability of {against} is at least "
            f"{self.success_above:g}; a treatment is dropped when it is at most {self.drop_below:g}."
        )
