"""Two randomised arms whose size is chosen again at a look that knows how the arms do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtr, ndtri

from handful.analyses.base import Aim, Analysis
from handful.analyses.stages import NOTHING
from handful.designs.adaptation import Adaptation, Interim, Steering
from handful.designs.after_reassessment import StageWiseWeighted
from handful.designs.base import Plan, Question, Stress
from handful.designs.estimators import PLAIN, Estimator
from handful.designs.event_looks import CHOICE_WORDS, STAGE_WORDS, check_events
from handful.designs.pieces import Thresholds
from handful.designs.quantities import Amount
from handful.designs.reassessment_choice import FisherTest, InverseNormalTest, LastTest, Testing
from handful.designs.resizing import SERVED, Resized, SizeLimits, effect_words, planned_benefit
from handful.designs.stresses import DROPOUT, SPREAD
from handful.designs.words import count_words
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Floats
from handful.spec.base import wanted
from handful.spec.quantities import OpenProbability, PositiveCount, Share
from handful.stats.conditional_power import information_for_conditional_power
from handful.stats.promising_zone import PromisingZone

MOST_POWER = 0.999
_LEAST = 1e-9  # a zone that begins with any conditional power


@dataclass(frozen=True)
class ReassessConditionalPower(Adaptation):
    """The size at which the conditional power is what is wanted, for trials whose result so far is promising.

    All is counted in shares of the planned size: the first stage has `first` of it, and the effect per square root of the
    planned size is that of the trend, z / sqrt(first), unless one is given.

    Attributes:
        base: Analysis of the two arms.
        aim: What it is asked.
        test: The test at the end, with what it may still spend.
        power: Conditional power wanted.
        promising: Conditional power of the planned trial from which its size may change.
        limits: How small and how large the trial may become.
        effect: Benefit over the null that conditional power is computed for; the trend at the look when None.
        said: The effect in words.
    """

    base: Analysis
    aim: Aim
    test: LastTest
    power: float
    promising: float
    limits: SizeLimits
    effect: float | None = None
    said: str = "the trend so far"

    def adapt(self, interim: Interim) -> Steering:
        """Choose the final size of every trial."""
        seen, cut = interim.observations, interim.cut
        z = self.base.as_z(self.base.evidence(seen, cut, self.aim).statistic[:, 0])
        z = np.clip(z, NOTHING, -NOTHING)
        drift = z / sqrt(self.test.first)
        if self.effect is not None:
            drift = self.effect / (self._error(interim) * sqrt(self.test.first))
        shares = self.shares(z, drift)
        return self.limits.steered(interim, shares * self.limits.planned)

    def shares(self, z: Floats, drift: Floats) -> Floats:
        """Size wanted as a multiple of the planned one, before its limits.

        Args:
            z: The z-value of each first stage.
            drift: Effect per square root of the planned size.
        """
        level = self.test.conditional_error(z)
        as_planned = ndtr(ndtri(level) + drift * sqrt(1.0 - self.test.first))
        free = information_for_conditional_power(self.test.first, level, drift, self.power)
        return np.where(as_planned >= self.promising, free, 1.0)

    def describe(self) -> list[str]:
        """In words."""
        computed = f"At the interim look the conditional power under {self.said} is computed."
        wanted_size = f"the size at which it is {100 * self.power:.4g}%, within its limits"
        if self.promising == 0:
            return [f"{computed} The trial gets {wanted_size}."]
        return [
            f"{computed} Where that of the planned trial is at least {100 * self.promising:.3g}%, the trial gets {wanted_size}; "
            "else it goes on as planned."
        ]

    def _error(self, interim: Interim) -> Floats:
        """Standard error of the estimate at the look, from its interval; not a number where there is none."""
        told = self.base.estimate(interim.observations, interim.cut, self.aim)
        error = (told.upper - told.lower) / (-2.0 * float(ndtri(self.aim.alpha)))
        return np.where(np.isfinite(error) & (error > 0), error, np.nan)


class UnblindedReassessment(Resized):
    """The size is chosen again from the result so far, by conditional power, and the last test allows for it.

    A trial whose first results are promising but not convincing is enlarged; one that is on its way, or hopeless, is not.
    With the ordinary test the promising zone must begin where it keeps the level (Mehta and Pocock 2011). The stages may
    also be weighted as planned (Cui, Hung and Wang 1999; Lehmacher and Wassmer 1999), their p-values multiplied (Bauer and
    Koehne 1994), or the second tested at the conditional error of the planned trial (Mueller and Schaefer 2001): then any
    rule keeps the level, also one that was not followed. Of a time to an event the number of events is chosen again, from the
    times to it and nothing else (Wassmer 2006; Desseaux and Porcher 2007; Bauer and Posch 2004).
    """

    kind: Literal["unblinded reassessment"] = "unblinded reassessment"
    meaning: ClassVar[str] = "two randomised arms whose size is chosen again by conditional power"
    references: ClassVar[tuple[str, ...]] = (
        "bauer1994",
        "proschan1995",
        "cui1999",
        "lehmacher1999",
        "mueller2001",
        "lawrence2003",
        "chen2004",
        "brannath2006",
        "mehta2011",
        "wassmer2006",
        "desseaux2007",
        "bauer2004",
        "magirr2016",
    )
    fragile_to: ClassVar[tuple[Stress, ...]] = (SPREAD, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "The new size tells whoever knows the rule how large the effect was at the look; only an independent committee may "
        "know either.",
        "Estimates and intervals are those of the plain analysis of all data, unless `estimate: stage-wise` is asked for, which "
        "the test `inverse normal` allows; the bias that the choice of the size causes is shown.",
        "A trend at half of a small trial is mostly chance: what is bought with more participants is often bought where it "
        "was not needed.",
    )

    served: ClassVar[tuple[str, ...]] = (*SERVED, "time to event")

    test: Testing = Field(
        default_factory=InverseNormalTest,
        description="The test that pays for it: `promising zone` (the ordinary one), `inverse normal` (weights as planned), "
        "`fisher` or `conditional error`.",
    )
    power: OpenProbability | None = Field(
        None,
        gt=0.5,
        le=MOST_POWER,
        description="Conditional power that the new size is to give; the study's own power when empty.",
    )
    promising_from: Share | None = Field(
        None,
        description="Conditional power of the planned trial from which the size may change; when empty the smallest at which the "
        "ordinary test keeps its level.",
    )
    effect: Amount | None = Field(
        None,
        description="Effect that conditional power is computed for: a difference of means or of shares, positive whatever is "
        "better, for counts the ratio of rates, for times to events that of hazards; the trend at the look when empty.",
    )
    at_least: PositiveCount | None = Field(
        None,
        description="Participants to which the trial may shrink, or events where `events` are planned; those planned when empty.",
    )
    estimate: Literal["plain", "stage-wise"] = Field(
        "plain",
        description="What is reported: the `plain` estimate of all data, or the `stage-wise` one, which with its interval holds "
        "whatever size was chosen.",
    )
    futility_below: OpenProbability | None = Field(
        None,
        description="Conditional power of the planned trial under the trend, at which it may stop for futility; none when "
        "empty.",
    )

    @model_validator(mode="after")
    def _test_suits(self) -> Self:
        if self.most <= self.planned:
            raise wanted(f"more than the {self.planned} planned", at="at_most")
        if self.at_least is not None and self.at_least > self.planned:
            raise wanted(f"at most the {self.planned} planned", at="at_least")
        if self.test.ordinary and self.at_least not in (None, self.planned):
            raise wanted(
                "another test than `promising zone`, under which the size can only grow", at="at_least"
            )
        if self.test.ordinary and self.effect is not None:
            raise wanted("another test than `promising zone`, whose zone is one of the trend", at="effect")
        if self.estimate != "plain" and not isinstance(self.test, InverseNormalTest):
            raise wanted(
                "`plain`, or the test `inverse normal`, whose weights the estimate is made of", at="estimate"
            )
        if isinstance(self.test, FisherTest) and self.futility_below is not None:
            raise wanted("`futility above` of the test `fisher` in its place", at="futility_below")
        return self

    def chosen_analysis(self, endpoint: Endpoint) -> Analysis:
        """The analysis, checked against the endpoint.

        Raises:
            ValueError: When it does not suit, no size can be found for the kind of endpoint, or looks would wait for the wrong
                thing.
        """
        check_events(endpoint, self.events, self.participants)
        return super().chosen_analysis(endpoint)

    def size_limits(self) -> SizeLimits:
        """How small and how large the trial may become."""
        first, unit = self.planned_looks().planned()[0], self.unit()
        least = self.planned if self.at_least is None else max(self.at_least, first + unit)
        return SizeLimits(self.planned, min(least, self.planned), self.most, unit)

    def zone(self, question: Question) -> PromisingZone:
        """The promising zone of the ordinary test.

        Raises:
            ValueError: When no zone can be found for the power wanted.
        """
        first, planned = self.planned_looks().planned()
        power, alpha = self.wanted_power(question), self.level(question)
        if not 0.5 < power <= MOST_POWER:
            raise ValueError(
                f"conditional power is wanted above 50% and up to {100 * MOST_POWER:g}%, not {100 * power:g}%"
            )
        start = None if self.promising_from is None else min(max(self.promising_from, _LEAST), 1 - _LEAST)
        return PromisingZone(first / planned, self.most / planned, power, alpha, start)

    def last_test(self, question: Question) -> LastTest:
        """The test at the end, with the threshold for futility if there is one.

        Raises:
            ValueError: When the analysis has no z-value, or futility leaves no room.
        """
        base, (first, planned) = self.chosen_analysis(question.endpoint), self.planned_looks().planned()
        try:
            base.to_z(base.critical(0.025))
        except TypeError:
            raise ValueError(
                f"conditional power needs a test with a z-value or a p-value, which {base.kind!r} does not give"
            ) from None
        test = self.test.made(base, (first, planned), self.level(question))
        if self.futility_below is None:
            return test
        share = first / planned
        z = sqrt(share) * (test.bound + sqrt(1 - share) * float(ndtri(self.futility_below)))
        lower = (test.analysis.from_z(z), -np.inf)
        if lower[0] >= test.thresholds.upper[0]:
            raise ValueError(
                f"`futility below` {100 * self.futility_below:g}% stops every trial that makes no claim at the look"
            )
        return replace(test, thresholds=Thresholds(test.thresholds.upper, lower))

    def plan(self, question: Question) -> Plan:
        """A look at which the size is decided, and a last test that allows for it."""
        endpoint, test, aim = question.endpoint, self.last_test(question), self.aim(question)
        zone = self.zone(question)
        return Plan(
            endpoint=endpoint,
            participants=self.most if self.events is None else self.participants,
            arrangement=self.arrangement(endpoint),
            allocation=self.allocator(),
            looks=self.planned_looks(),
            analysis=test.analysis,
            aim=aim,
            rule=test.thresholds,
            null_benefit=aim.null,
            adaptation=ReassessConditionalPower(
                base=self.chosen_analysis(endpoint),
                aim=aim,
                test=test,
                power=zone.power,
                promising=zone.smallest_power if self.promising_from is None else self.promising_from,
                limits=self.size_limits(),
                effect=self._effect_over_the_null(endpoint, aim.null),
                said="the trend so far" if self.effect is None else effect_words(self.effect, endpoint),
            ),
            estimator=self._estimator(question, test, aim),
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan, test = self.plan(question), self.last_test(question)
        assert plan.adaptation is not None
        return [
            self.size_sentence(self.size_limits().least),
            f"The size is chosen again when {self._known_words(plan.looks.planned()[0])}.",
            *plan.adaptation.describe(),
            *self._futility_words(),
            *self._stage_words(),
            *test.words,
            *self._level_words(question),
            *self._estimate_words(),
        ]

    def _estimator(self, question: Question, test: LastTest, aim: Aim) -> Estimator:
        """What is reported of a trial that stopped."""
        if self.estimate == "plain":
            return PLAIN
        if self.events is not None:
            raise ValueError(
                "`estimate: stage-wise` weighs stages that have participants of their own, and those of a time to event share "
                "theirs: take `plain`"
            )
        base, rule = self.chosen_analysis(question.endpoint), test.thresholds
        return StageWiseWeighted(
            base=base,
            weight=test.first,
            level=aim.alpha,
            null=aim.null,
            upper=rule.upper[0],
            lower=rule.lower[0],
        )

    def _known_words(self, number: int) -> str:
        """What is waited for."""
        if self.events is None:
            return f"the outcome of {number} participants is known"
        return f"{count_words(number, 'event')} have happened"

    def _stage_words(self) -> list[str]:
        """What a stage is, where people are followed over time."""
        if self.events is None:
            return []
        return [CHOICE_WORDS] if self.test.ordinary else [*STAGE_WORDS]

    def _estimate_words(self) -> list[str]:
        """What the estimate allows for."""
        if self.estimate == "plain":
            return []
        return [
            "The estimate that is reported is median-unbiased, and its interval keeps its confidence, whatever size was chosen: "
            "both weigh the stages as planned."
        ]

    def _effect_over_the_null(self, endpoint: Endpoint, null: float) -> float | None:
        """The effect that conditional power is computed for, over the null."""
        return None if self.effect is None else planned_benefit(self.effect, endpoint, null) - null

    def _futility_words(self) -> list[str]:
        """When the trial may stop for futility."""
        if self.futility_below is None:
            return []
        return [
            "It may stop for futility at the look when the conditional power of the planned trial under the trend is at most "
            f"{100 * self.futility_below:.3g}%."
        ]

    def _level_words(self, question: Question) -> list[str]:
        """What the ordinary test spends in theory; the other tests keep their level by construction."""
        if not self.test.ordinary:
            return []
        zone = self.zone(question)
        spent = zone.rejection_probability()
        return [
            f"Of a level of {100 * zone.alpha:.4g}%, the ordinary test with this rule of the size spends {100 * spent:.3g}%, as "
            "far as the statistic is normal."
        ]
