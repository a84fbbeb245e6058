"""The contract of a scenario: one possible truth with its operational assumptions."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pydantic import Field

from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure, Flags, Floats, Participants
from handful.scenarios.operations import Product, Recruitment
from handful.spec.base import Spec
from handful.spec.quantities import Number, Share


class Scenario(Spec):
    """One possible truth: what happens to people untreated and treated, who comes, who is lost.

    `drift` and `learning` change what people do in the trial without the product being the cause. A comparison of
    concurrent participants is immune to both; a comparison with a benchmark or with a person's own past is not.
    """

    note: str = Field("", description="What this scenario stands for, in words.")
    weight: Number = Field(1.0, ge=0, description="Plausibility relative to the other scenarios, for the choice.")
    contamination: Share = Field(
        0.0, description="Share of the effect that reaches the untreated unit of a treated participant."
    )
    drift: Number = Field(
        0.0,
        description="How much better than the benchmark or their own past people now do without the product, on the scale of "
        "the outcome (points of proportion, units, or a log ratio).",
    )
    learning: Number = Field(
        0.0,
        description="Improvement from being tested again, on the same scale; it happens after treatment whatever the arm.",
    )
    recruitment: Recruitment = Field(default_factory=Recruitment, description="Recruitment, unless the study's own holds.")
    product: Product = Field(default_factory=Product, description="Manufacture, unless the study's own holds.")

    kind: str

    @abstractmethod
    def benefit(self, endpoint: Endpoint) -> float:
        """True benefit of treatment in the scenario, positive when the product helps.

        The scale is that of `endpoint.measure`: a difference, or the logarithm of a ratio, signed so that positive is
        good. This is the effect in people who were dosed against the same people untreated.
        """

    @abstractmethod
    def participants(self, block: Block, count: int, endpoint: Endpoint) -> Participants:
        """Draw the people of a block with their potential outcomes."""

    def chances(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Probabilities of a participant's possible results, for the exact engine; None when they cannot be counted.

        Keys: `control` and `treated`, the chance of a favourable result in a participant observed on that arm;
        `treated only` and `control only`, the chances that exactly one side of a pair is favourable.
        """
        return None

    def variance(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Variance of one participant's contribution, for the numeric engine; None when there is no closed form.

        Keys: `control`, `treated` for one outcome; `pair` for a difference within a participant.
        """
        return None


class Simulated(Participants):
    """Participants drawn from a scenario: the columns that every kind of outcome shares."""

    def __init__(self, block: Block, count: int, scenario: Scenario, endpoint: Endpoint) -> None:
        super().__init__(block, count)
        self.scenario = scenario
        self.endpoint = endpoint

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

    def before(self, months: float, unit: int = 0) -> Floats:
        """Kinds of outcome that have a past override this."""
        raise ValueError(f"a {self.scenario.kind} endpoint has no outcome before treatment to compare with")

    def course(self, exposure: Exposure, times: Floats) -> Floats:
        """Kinds of outcome that are measured repeatedly override this."""
        raise ValueError(f"a {self.scenario.kind} endpoint is not measured at repeated visits")
