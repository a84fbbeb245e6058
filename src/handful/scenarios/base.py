"""The contract of a scenario: one possible truth with its operational assumptions.

A scenario is a frozen spec with a `kind`. It draws participants with their potential outcomes
(`participants`), and it knows its own truth in closed form: the benefit, and where there are any the chances,
the variance and the apparent benefit that selection alone makes.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from handful.kernels.columns import chosen
from handful.kernels.streams import Purpose, exponentials, normals, uniforms
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Arms
from handful.participants.potential import Exposure, Flags, Floats, Participants
from handful.scenarios.draws import drawn
from handful.scenarios.factors import MOST_FACTORS, Factor, Traits, effect_share, found, modified, traits
from handful.scenarios.operations import Product, Recruitment
from handful.spec.base import Spec, wanted
from handful.spec.quantities import Multiple, NonNegativeNumber, Number, Share


class Scenario(Spec):
    """One possible truth: what happens to people untreated and treated, who comes, who is lost.

    `drift` and `learning` change what people do in the trial without the product being the cause. A
    comparison of concurrent participants is immune to both; a comparison with a benchmark or with a person's
    own past is not.
    """

    kind: str
    meaning: ClassVar[str]
    references: ClassVar[tuple[str, ...]] = ()
    effect_may_vary: ClassVar[bool] = False
    """Whether factors may say that the effect of treatment differs between people."""

    note: str = Field("", description="What this scenario stands for, in words.")
    weight: NonNegativeNumber = Field(
        1.0,
        description="Plausibility relative to the other scenarios, for the choice; with 0 the scenario is shown and neither "
        "weighed nor held against a design.",
    )
    contamination: Share = Field(
        0.0, description="Share of the effect that reaches the untreated unit of a treated participant."
    )
    drift: Number = Field(
        0.0,
        description="How much better than the benchmark or their own past people now do without the "
        "product, by spontaneous change or better care, on the scale of the outcome (points of proportion, "
        "units, or a log ratio).",
    )
    trend: Number = Field(
        0.0,
        description="How much better people do, whatever their arm, with each year that passes between the first enrolment "
        "and theirs, on the same scale; it needs a recruitment rate.",
    )
    learning: Number = Field(
        0.0,
        description="Improvement from being tested again, on the same scale; it happens after treatment "
        "whatever the arm.",
    )
    factors: tuple[Factor, ...] = Field(
        (),
        max_length=MOST_FACTORS,
        description="Factors known before treatment, which minimisation can balance and which may name a subgroup; at most six.",
    )
    arm_effects: tuple[Multiple, ...] = Field(
        (),
        max_length=8,
        description="Effect of each treatment arm of a design with several, as a share of the effect: [0, 50%, 100%]. Without it "
        "all arms have the whole effect, as the treatment of a design with one always has.",
    )
    recruitment: Recruitment = Field(
        default_factory=Recruitment, description="Recruitment, unless the study's own holds."
    )
    product: Product = Field(
        default_factory=Product, description="Manufacture, unless the study's own holds."
    )

    @model_validator(mode="after")
    def _factors_differ(self) -> Self:
        names = [factor.name for factor in self.factors]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise wanted(
                    f"a name other than {name!r}, which another factor has", at=("factors", number, "name")
                )
        if modified(self.factors) and not self.effect_may_vary:
            raise wanted(
                f"an effect that is the same with and without a factor, as a {self.kind} outcome needs",
                at="factors",
            )
        return self

    def on_arm(self, arm: int, arms: int) -> Self:
        """The same truth, with the effect of one treatment arm of a design that has several.

        Args:
            arm: Number of the arm, from 1.
            arms: Treatment arms of the design.

        Returns:
            The scenario; with one arm it is the same one.

        Raises:
            ValueError: When the scenario says the effects of another number of arms.
        """
        if arms == 1 or not self.arm_effects:
            return self
        if len(self.arm_effects) != arms:
            raise ValueError(
                f"`arm effects` says the effect of {len(self.arm_effects)} arms, and the design has {arms}"
            )
        share = self.arm_effects[arm - 1]
        return self if share == 1 else self.scaled(share)

    def within(self, factor: str, endpoint: Endpoint) -> Self:
        """The same truth about those in whom a factor is found, for what they gain from treatment.

        Where the diagnostic errs, some of them do not have it: the subgroup that a trial can claim a benefit for is the one
        that its diagnostic finds.

        Args:
            factor: Name of the factor.
            endpoint: The endpoint, for the direction in which the factor shifts the outcome.

        Raises:
            ValueError: When there is no factor of that name.
        """
        number = self.number_of(factor)
        one = self.factors[number]
        others = self.factors[:number] + self.factors[number + 1 :]
        have_it = one.predictive_value
        there = self.shifted(one.effect * (have_it - one.share), endpoint)
        if have_it < 1:
            return there.replace(factors=(*others, one.replace(share=have_it, sensitivity=1, specificity=1)))
        there = there.replace(factors=others)
        return there if one.effect_with == 1 else there.scaled(one.effect_with)

    def share_with(self, factor: str) -> float:
        """Share of people in whom a factor is found.

        Raises:
            ValueError: When there is no factor of that name.
        """
        return self.factors[self.number_of(factor)].share_found

    def shifted(self, amount: float, endpoint: Endpoint) -> Self:
        """The same people, with every outcome shifted as factors shift it."""
        return self.replace(drift=self.drift + endpoint.sign * amount) if amount else self

    def number_of(self, factor: str) -> int:
        """Place of a factor among the factors.

        Raises:
            ValueError: When there is no factor of that name.
        """
        names = [other.name for other in self.factors]
        if factor not in names:
            known = ", ".join(map(repr, names)) or "none"
            raise ValueError(f"the scenario has no factor {factor!r}; it has {known}")
        return names.index(factor)

    @abstractmethod
    def benefit(self, endpoint: Endpoint) -> float:
        """True benefit of treatment in the scenario, positive when the product helps.

        The scale is that of `endpoint.measure`: a difference, or the logarithm of a ratio, signed so that
        positive is good. This is the effect in people who were dosed against the same people untreated.
        """

    @abstractmethod
    def participants(self, block: Block, count: int, endpoint: Endpoint) -> Participants:
        """Draw the people of a block with their potential outcomes.

        Raises:
            ValueError: In one plain sentence, when the scenario does not suit the endpoint.
        """

    def assigned_benefit(self, endpoint: Endpoint) -> float:
        """True benefit that the estimand asks for: of being assigned to treatment, whatever became of it.

        It is less than `benefit` when some people get no product and are followed as untreated or count as
        failures. For a binary endpoint it is exact, for a mean too; of a rate it is the ratio of the mean rates,
        and of a hazard that of the mean hazards at the start.

        Args:
            endpoint: The endpoint, with its estimand.

        Returns:
            The benefit, on the scale of `endpoint.measure`; estimates and intervals are judged by it.
        """
        chances = self.chances(endpoint)
        if chances is not None:
            return chances["treated"] - chances["control"]
        made, benefit = 1 - self.product.manufacturing_failure, self.benefit(endpoint)
        if made == 1 or endpoint.strategy("not dosed") not in ("treatment policy", "composite"):
            return benefit
        if not endpoint.measure.ratio:
            return made * benefit
        ratio = endpoint.natural(benefit)
        return math.log(made * ratio + 1 - made) / math.log(ratio) * benefit if ratio != 1 else 0.0

    @abstractmethod
    def scaled(self, factor: float) -> Self:
        """The same scenario with the effect of treatment multiplied, on the scale on which the kind of outcome states it.

        Args:
            factor: 0 takes the effect away, 1 leaves it. Probabilities stop at 0 and 1.
        """

    def suits(self, endpoint: Endpoint) -> None:
        """Refuse an endpoint that the scenario says nothing about.

        Raises:
            ValueError: In one plain sentence.
        """
        if endpoint.kind != self.kind:
            raise ValueError(f"a {self.kind} scenario says nothing about a {endpoint.kind} endpoint")

    def chances(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Probabilities of a participant's results, for the exact engine; None when they cannot be counted.

        Keys: `control` and `treated`, the chance of a favourable result in a participant observed on that
        arm; `treated only` and `control only`, the chances that exactly one side of a pair is favourable.
        """
        return None

    def variance(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Variance of one participant's contribution, for the numeric engine; None without a closed form.

        Keys: `control`, `treated` for one outcome (a continuous outcome is a change from baseline, so its
        `treated` is also the variance of an after-minus-before difference); `pair` for the difference between
        a treated and an untreated unit of one participant. Divided by the number of participants, each is the
        asymptotic variance of an arm's share of the estimate, on the scale of `benefit`. There is none when
        some participants are not observed or are observed untreated on the treated arm.
        """
        return None

    def regression_to_the_mean(self, endpoint: Endpoint) -> float:
        """Benefit that the average untreated participant seems to have because of the entry threshold alone.

        It is on the scale of `benefit`, positive when selection looks like benefit; 0 without an entry
        threshold.
        """
        return 0.0

    @property
    def unit_correlation(self) -> float:
        """Correlation between the units of one participant."""
        return 0.0

    def judged_over(self, months: float) -> bool:
        """Whether people were let in by what happened in these months before treatment, so that the months flatter."""
        return True

    def with_correlation(self, correlation: float) -> Self | None:
        """The same scenario with another correlation between units; None when it cannot be had."""
        return None

    def with_more_spread(self, times: float, endpoint: Endpoint) -> Self | None:
        """The same scenario with outcomes that differ more between people, and the effect left as it is.

        Args:
            times: Standard deviation of an untreated outcome, as a multiple of the scenario's own; above 1.
            endpoint: The endpoint, for the window over which events are counted.

        Returns:
            The scenario; None when the kind of outcome cannot differ more, or says nothing of it.
        """
        return None

    def with_entry_threshold(self, amount: float, endpoint: Endpoint) -> Self | None:
        """The same scenario with people who enter because they did badly.

        The threshold is `amount` standard deviations of a measurement beyond the mean. None when the kind of
        outcome has no past, or the scenario does not say how measurements vary within a person.
        """
        return None

    def nudge(self, endpoint: Endpoint) -> float:
        """Drift and learning in the units of the outcome: what shifts everybody's outcome in the trial."""
        return endpoint.sign * (self.drift + self.learning)

    @property
    def steady(self) -> bool:
        """Whether people are alike whenever they come: closed forms then speak of all of them."""
        return self.trend == 0

    def seen_as_assigned(self, endpoint: Endpoint) -> bool:
        """Whether every participant's outcome is seen under the assigned exposure."""
        lost = self.recruitment.dropout > 0 and endpoint.known_after > 0
        return not lost and self.product.manufacturing_failure == 0


def refuse_two_ways(**ways: object) -> None:
    """Refuse a spec that says the same thing in several fields or in none.

    Args:
        **ways: The fields by their names, with their values; exactly one must not be None.

    Raises:
        PydanticCustomError: Pointing at the second of those given, or at the spec when none is.

    Example:
        >>> refuse_two_ways(treated=0.5, effect=None)
    """
    given = [name for name, value in ways.items() if value is not None]
    if len(given) != 1:
        names = " or ".join(f"`{name.strip('_').replace('_', ' ')}`" for name in ways)
        raise wanted(f"either {names}, and exactly one of them", at=given[1] if given else ())


class Simulated(Participants):
    """Participants drawn from a scenario: the columns that every kind of outcome shares."""

    def __init__(self, block: Block, count: int, scenario: Scenario, endpoint: Endpoint) -> None:
        super().__init__(block, count)
        scenario.suits(endpoint)
        self.scenario = scenario
        self.endpoint = endpoint
        self._drawn: dict[tuple[Callable[..., Floats], int, int], Floats] = {}
        self._outcomes: dict[int, Floats] = {}

    @cached_property
    def arrival(self) -> Floats | None:
        """Month of enrolment."""
        return self.scenario.recruitment.arrivals(self.block, self.count)

    @cached_property
    def manufactured(self) -> Flags | None:
        """Whether a product could be made."""
        return self.scenario.product.made(self.block, self.count)

    @property
    def waiting(self) -> Floats | float:
        """Months from enrolment to treatment."""
        return self.scenario.product.waiting_time

    @cached_property
    def dropout(self) -> Floats | None:
        """Months of follow-up until loss."""
        return self.scenario.recruitment.losses(self.block, self.count)

    def factors(self) -> Traits:
        """In whom which factor is found."""
        return self._found

    def has(self, factor: str) -> Flags:
        """In whom a factor of the scenario is found."""
        return np.asarray(self._found[:, :, self.scenario.number_of(factor)] == 1)

    @cached_property
    def effect_share(self) -> Floats | float:
        """Share of the treatment effect that each participant's factors leave them."""
        return effect_share(self.scenario.factors, self._traits) if modified(self.scenario.factors) else 1.0

    def outcome_on(self, arm: Arms, arms: int) -> Floats | Flags:
        """Outcome on the arm each one got: the same people, with the effect of that arm."""
        if arms == 1 or not self.scenario.arm_effects:
            return self.outcome_under(arm >= 1)
        if arms not in self._outcomes:
            self._outcomes[arms] = np.stack([self.outcome(Exposure.UNTREATED), *self._treated_on(arms)])
        return chosen(self._outcomes[arms], arm)

    def _treated_on(self, arms: int) -> Iterator[Floats]:
        """Outcome of everybody on each treatment arm."""
        for number in range(1, arms + 1):
            truth = self.scenario.on_arm(number, arms)
            others = truth.participants(self.block, self.count, self.endpoint)
            if isinstance(others, Simulated):
                others._drawn = self._drawn  # the same random numbers need not be drawn again
            yield others.outcome(Exposure.TREATED)

    @cached_property
    def _traits(self) -> Traits:
        return traits(self.scenario.factors, self.block, self.count)

    @cached_property
    def _found(self) -> Traits:
        return found(self.scenario.factors, self._traits, self.block)

    @cached_property
    def shift(self) -> Floats | float:
        """What each participant's factors add to the outcome, less its mean; 0 when they add nothing."""
        factors = self.scenario.factors
        if not any(factor.effect for factor in factors):
            return 0.0
        effects = np.array([factor.effect for factor in factors])
        shares = np.array([factor.share for factor in factors])
        return np.asarray(((self._traits - shares) * effects).sum(axis=2))

    @cached_property
    def nudge(self) -> Floats | float:
        """What shifts the outcome of each participant whatever the arm: drift, learning, and the time of their enrolment."""
        scenario = self.scenario
        steady = scenario.nudge(self.endpoint)
        if scenario.steady:
            return steady
        if self.arrival is None or scenario.recruitment.rate is None:
            raise ValueError("a trend over time needs a recruitment rate, which says when people come")
        years = np.where(np.isfinite(self.arrival), self.arrival, 0.0) / 12
        return np.asarray(steady + self.endpoint.sign * scenario.trend * years)

    def before(self, months: float, unit: int = 0) -> Floats:
        """Kinds of outcome that have a past override this."""
        raise ValueError(f"a {self.scenario.kind} endpoint has no outcome before treatment to compare with")

    def course(self, exposure: Exposure, times: Floats) -> Floats:
        """Kinds of outcome that are measured repeatedly override this."""
        raise ValueError(f"a {self.scenario.kind} endpoint is not measured at repeated visits")

    def uniforms(self, purpose: Purpose, draw: int = 0) -> Floats:
        """Uniform numbers of an address, drawn once for all questions; not to be written to."""
        return self._draw(uniforms, purpose, draw)

    def normals(self, purpose: Purpose, draw: int = 0) -> Floats:
        """Standard normal numbers of an address, likewise."""
        return self._draw(normals, purpose, draw)

    def exponentials(self, purpose: Purpose, draw: int = 0) -> Floats:
        """Exponential numbers of an address, likewise."""
        return self._draw(exponentials, purpose, draw)

    def _draw(self, stream: Callable[..., Floats], purpose: Purpose, draw: int) -> Floats:
        key = (stream, int(purpose), draw)
        if key not in self._drawn:
            self._drawn[key] = drawn(stream, self.block, self.count, purpose, draw)
        return self._drawn[key]

    def unit_uniforms(self, unit: int, correlation: float) -> Floats:
        """The uniform that decides the result of a unit, correlated between the units of one participant.

        Each unit takes the person's own draw with probability sqrt(correlation), else a draw of its own. Two
        units then share a draw with probability `correlation`, so that any two equal functions of their
        uniforms have exactly that correlation (Lunn and Davies 1998).
        """
        own = self.uniforms(Purpose.OUTCOME_UNIT, unit)
        if correlation == 0:
            return own
        shares = self.uniforms(Purpose.OUTCOME_OCCASION, unit) < np.sqrt(correlation)
        return np.where(shares, self.uniforms(Purpose.OUTCOME_PERSON), own)
