"""Several treatments whose share of the coming participants follows what has been seen of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from handful.analyses.base import Aim
from handful.analyses.best_arm import BestArm
from handful.analyses.hypotheses import Hypothesis
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
from handful.designs.words import count_words, list_words
from handful.kernels.counting import allocated_prefix
from handful.participants.observations import Flags, Floats, Integers
from handful.spec.base import wanted
from handful.spec.quantities import PositiveCount, PositiveNumber, Probability
from handful.stats.posterior_best import posterior_best, posterior_better

MOST_TREATMENTS = 6


@dataclass(frozen=True)
class FollowResponses(Adaptation):
    """New chances of each arm after every look, from the responses so far.

    Attributes:
        rule: The rule.
        analysis: Counts the responses.
        aim: What the design asks.
        participants: The most that can be enrolled.
    """

    rule: ThallWathen | Trippa
    analysis: BestArm
    aim: Aim
    participants: int

    def adapt(self, interim: Interim) -> Steering:
        """Chances of the arms that are left; those of a dropped arm are 0."""
        steering = interim.steering
        tested = steering.tested & (interim.settled == Decision.CONTINUE)
        good, known = self.analysis.counts_by_arm(interim.observations, interim.cut, self.aim)
        totals = allocated_prefix(interim.observations.arm, interim.enrolled, good.shape[1])
        # A trial that has ended is steered like one that goes on with every arm: nobody will ask.
        open_arms = tested | ~tested.any(axis=1)[:, None]
        weights = self._chances(good, known, totals, open_arms)
        return replace(steering, weights=weights, tested=tested)

    def _chances(self, good: Integers, known: Integers, totals: Integers, open_arms: Flags) -> Floats:
        """Chances of control and each treatment."""
        prior = self.analysis.prior
        if not self.analysis.with_control:
            best = posterior_best(good[:, 1:], known[:, 1:], prior, is_open=open_arms)
            shares = self.rule.chances(best, None, totals[:, 1:], self.participants, open_arms)
            return np.hstack([np.zeros((len(shares), 1)), shares])
        every = np.hstack([np.ones((len(good), 1), dtype=np.bool_), open_arms])
        better = posterior_better(good, known, prior) if self.rule.needs_better else None
        best = posterior_best(good, known, prior, is_open=every) if better is None else np.ones(good.shape)
        return self.rule.chances(best, better, totals, self.participants, every)

    def describe(self) -> list[str]:
        """The rule in words."""
        return [f"After each look new participants are allocated {self.rule.words()}."]


class ResponseAdaptive(Design):
    """Response-adaptive randomisation of one or more treatments, watched by posterior probabilities.

    Treatments are held against a control, or against each other when there is none. More participants get what seems to
    work; the price is paid in information, and when people change over time also in false claims.
    """

    kind: Literal["response adaptive"] = "response adaptive"
    meaning: ClassVar[str] = "allocation that follows the responses, watched by posterior probability"
    references: ClassVar[tuple[str, ...]] = ("thompson1933", "thall2007", "trippa2012", "villar2015")
    fragile_to: ClassVar[tuple[Stress, ...]] = (TIME_TREND, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "A rule that looks at posterior probabilities does not keep a type I error by itself; what it really makes of it is "
        "shown.",
        "When people change while the trial runs, allocation and time are confounded, and the posterior does not know it.",
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
        analysis = BestArm(
            base=base, hypotheses=self.hypotheses(), with_control=self.control, prior=self.prior
        )
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
            rule=Thresholds((self.success_above,) * len(sizes), (self.drop_below,) * len(sizes)),
            arms=treatments,
            hypotheses=analysis.hypotheses,
            adaptation=FollowResponses(self.rule, analysis, aim, self.participants),
            ends="first success",
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        against = "being better than control" if self.control else "being the best of those left"
        arms = list_words([*self.arms, "control"] if self.control else list(self.arms))
        assert plan.adaptation is not None
        return [
            f"Up to {count_words(self.participants, 'participant')} are enrolled and randomised among {arms}, with equal chances "
            f"until the outcome of {self.first_look} is known.",
            f"The data are looked at then and after every {self.look_every} more known outcomes, up to {self.participants}.",
            *plan.adaptation.describe(),
            f"Benefit is claimed, and the trial ends, when a treatment's posterior probability of {against} is at least "
            f"{self.success_above:g}; a treatment is dropped when it is at most {self.drop_below:g}.",
        ]
