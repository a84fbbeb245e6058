"""Two randomised arms whose size is chosen again at a look that nobody unblinds.

How large a trial must be depends on what nobody knows beforehand: how much people differ, how many respond without
treatment, how many events they have. All of that shows in the outcomes of both arms together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.base import Aim
from handful.designs.adaptation import Adaptation, Interim, Steering
from handful.designs.base import Plan, Question, Stress
from handful.designs.pieces import Thresholds
from handful.designs.quantities import Amount
from handful.designs.resizing import Resized, SizeLimits, effect_words, planned_benefit
from handful.designs.stresses import DROPOUT, SPREAD
from handful.designs.words import by_the, level_words
from handful.kernels.counting import allocated_prefix, moments_prefix
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Floats, Outcomes
from handful.stats.blinded_reassessment import (
    blinded_overdispersion,
    blinded_variance,
    size_for_counts,
    size_for_mean,
    size_for_rate,
)

_ESTIMATED = {
    "continuous": "the variance is",
    "binary": "the share of people with the event is",
    "count": "the mean number of events and their overdispersion are",
}


@dataclass(frozen=True)
class ReassessBlinded(Adaptation):
    """The size that the effect planned for needs, given the outcomes of both arms together.

    Those who are lost are made up for: the size is that of outcomes which are seen, divided by the share of them so far.

    Attributes:
        endpoint: The endpoint.
        aim: What the analysis is asked.
        benefit: Benefit planned for.
        power: Power wanted for it.
        ratio: Treated over control.
        limits: How small and how large the trial may become.
        adjusted: Whether what the effect planned for adds to the spread is taken off a variance.
        common_variance: Whether the variance of the overall share is used throughout, for a share.
    """

    endpoint: Endpoint
    aim: Aim
    benefit: float
    power: float
    ratio: float
    limits: SizeLimits
    adjusted: bool = False
    common_variance: bool = False

    def adapt(self, interim: Interim) -> Steering:
        """Choose the final size of every trial."""
        seen, included = interim.observations, interim.cut.included
        assert isinstance(seen, Outcomes)
        together = np.where(seen.arm >= 0, np.int8(0), np.int8(-1))
        moments = moments_prefix(seen.outcome, together, included, seen.observed, 1)
        number, mean, squares = moments.n[:, 0].astype(np.float64), moments.mean[:, 0], moments.squares[:, 0]
        enrolled = allocated_prefix(together, included, 1)[:, 0]
        known = number >= 2
        outcomes = self._outcomes(np.where(known, number, 2.0), np.where(known, mean, 0.5), squares)
        wanted = outcomes * enrolled / np.maximum(number, 1)
        return self.limits.steered(interim, np.where(known, wanted, np.nan))

    def describe(self) -> list[str]:
        """In words."""
        kind = self.endpoint.kind
        adjusted = ", less what the effect adds to it" if self.adjusted and kind == "continuous" else ""
        limits = self.limits
        smaller = (
            "It may become smaller than planned." if limits.least < limits.planned else "It never shrinks."
        )
        return [
            f"At the interim look {_ESTIMATED[kind]} estimated from both arms together{adjusted}; nobody learns who is on "
            "which arm.",
            f"The trial then gets the size that has a power of {100 * self.power:.4g}% for "
            f"{effect_words(self.endpoint.natural(self.benefit), self.endpoint)}; participants whose outcome is not seen are "
            f"made up for. {smaller}",
        ]

    def _outcomes(self, number: Floats, mean: Floats, squares: Floats) -> Floats:
        """Outcomes wanted in all, from number, mean and squared deviations of those known."""
        alpha, power, ratio, variance = self.aim.alpha, self.power, self.ratio, squares / (number - 1)
        if self.endpoint.kind == "binary":
            effect = self.aim.sign * self.benefit
            return size_for_rate(
                mean,
                effect,
                alpha=alpha,
                power=power,
                allocation_ratio=ratio,
                common_variance=self.common_variance,
            )
        if self.endpoint.kind == "count":
            spread, rates = blinded_overdispersion(mean, variance), self.endpoint.natural(self.benefit)
            return size_for_counts(mean, spread, rates, alpha=alpha, power=power, allocation_ratio=ratio)
        spread = blinded_variance(
            variance, number, effect=self.benefit if self.adjusted else 0.0, allocation_ratio=ratio
        )
        effect = self.benefit - self.aim.null
        return size_for_mean(spread, effect, alpha=alpha, power=power, allocation_ratio=ratio)


class BlindedReassessment(Resized):
    """The size is chosen again from the outcomes of both arms together, and the ordinary test is done at the end.

    The effect stays the one that was planned for. What is learned is how variable people are, how many respond or how many
    events they have, and for that nobody has to know who is on which arm (Gould and Shih 1992; Friede and Kieser 2006,
    2013; for counts Friede and Schmidli 2010).
    """

    kind: Literal["blinded reassessment"] = "blinded reassessment"
    meaning: ClassVar[str] = "two randomised arms whose size is chosen again at a blinded look"
    references: ClassVar[tuple[str, ...]] = (
        "wittes1990",
        "gould1992",
        "kieser2003",
        "friede2004",
        "friede2006",
        "friede2010",
    )
    fragile_to: ClassVar[tuple[Stress, ...]] = (SPREAD, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "The size follows what varies between people and not the effect: when the effect is smaller than the one planned for, "
        "the trial stays too small.",
        "The new size tells whoever knows the rule what the outcomes of both arms together look like.",
    )

    effect: Amount = Field(
        description="Effect planned for: a difference of means or of shares, positive whatever is better; for counts the ratio "
        "of rates."
    )
    restricted: bool = Field(
        True,
        description="Whether the trial can only grow (restricted), or may also become smaller than planned.",
    )
    adjusted: bool = Field(
        False,
        description="Whether what the effect planned for adds to the spread is taken off the variance of both arms together; "
        "for a mean.",
    )
    common_variance: bool = Field(
        False,
        description="Whether the size for a share is computed with the variance of the overall share (Friede and Kieser 2004), "
        "or with that of each arm under the effect planned for.",
    )

    def size_limits(self) -> SizeLimits:
        """How small and how large the trial may become."""
        first = self.planned_looks().planned()[0]
        least = self.participants if self.restricted else first
        return SizeLimits(self.participants, least, self.most, self.unit())

    def plan(self, question: Question) -> Plan:
        """A look at which only the size is decided, and one analysis."""
        endpoint = question.endpoint
        analysis, aim = self.chosen_analysis(endpoint), self.aim(question)
        if aim.null != 0 and endpoint.kind != "continuous":
            raise ValueError(
                "a size is chosen again for a margin of non-inferiority of means, not of other endpoints"
            )
        benefit = planned_benefit(self.effect, endpoint, aim.null)
        return Plan(
            endpoint=endpoint,
            participants=self.most,
            arrangement=self.arrangement(endpoint),
            allocation=self.allocator(),
            looks=self.planned_looks(),
            analysis=analysis,
            aim=aim,
            rule=Thresholds((np.inf, analysis.critical(aim.alpha)), (-np.inf, -np.inf)),
            null_benefit=aim.null,
            blinded=True,
            adaptation=ReassessBlinded(
                endpoint=endpoint,
                aim=aim,
                benefit=benefit,
                power=self.wanted_power(question),
                ratio=self.allocation[0] / self.allocation[1],
                limits=self.size_limits(),
                adjusted=self.adjusted,
                common_variance=self.common_variance,
            ),
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        assert plan.adaptation is not None
        return [
            self.size_sentence(self.size_limits().least),
            f"The size is chosen again when the outcome of {plan.looks.planned()[0]} participants is known.",
            *plan.adaptation.describe(),
            f"At the end the arms are compared {by_the(plan.analysis.meaning)}; benefit is claimed at "
            f"{level_words(plan.aim.alpha)}.",
        ]
