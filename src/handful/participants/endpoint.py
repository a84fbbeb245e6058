"""What is measured on a participant, and what the trial wants to know about it (ICH E9(R1))."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from handful.spec.base import Spec
from handful.spec.quantities import Duration, Number, PositiveCount

Kind = Literal["binary", "continuous", "count", "time to event", "ordinal"]
Strategy = Literal["treatment policy", "composite", "hypothetical", "principal stratum", "while on treatment"]
SimulatedEvent = Literal["not dosed", "dropout"]


@dataclass(frozen=True)
class Measure:
    """The scale on which a benefit is expressed.

    Attributes:
        name: In words.
        ratio: Whether the benefit is the logarithm of a ratio.
    """

    name: str
    ratio: bool = False


_MEASURES = {
    "binary": Measure("difference in the proportion of participants"),
    "continuous": Measure("difference in means"),
    "count": Measure("rate ratio", ratio=True),
    "time to event": Measure("hazard ratio", ratio=True),
    "ordinal": Measure("difference between the chances of doing better and of doing worse"),
}


class Estimand(Spec):
    """The five attributes of the treatment effect to be estimated (ICH E9(R1)); the variable is the endpoint itself."""

    population: str = Field("", description="Whose effect it is, in words.")
    treatment: str = Field("", description="Which treatment is compared with which, in words.")
    intercurrent: dict[str, Strategy] = Field(
        default_factory=dict,
        description="Strategy for each intercurrent event. `not dosed` and `dropout` happen in the simulation; others are "
        "recorded for the report.",
    )
    summary: str = Field(
        "", description="Population-level summary, in words; the scale of the endpoint when empty."
    )


class Endpoint(Spec):
    """One endpoint: its kind, unit, direction, and when it is known."""

    name: str = Field(description="What is measured, with its time point.")
    kind: Kind = Field(description="Kind of outcome.")
    unit: str = Field("", description="Unit of measurement.")
    better: Literal["higher", "lower", "later", "sooner"] | None = Field(
        None,
        description="Direction of benefit; `later` or `sooner` for a time to event. Default: higher, later.",
    )
    known_after: Duration = Field(0.0, description="Months from treatment until the outcome is known.")
    worthwhile: Number | None = Field(
        None,
        gt=0,
        description="Smallest benefit worth having for one person, on the scale of the effect (points, units, or a log ratio).",
    )
    categories: tuple[str, ...] = Field(
        (), description="Categories of an ordinal endpoint, from lowest to highest."
    )
    units: PositiveCount = Field(1, le=50, description="Units a participant carries (2 for two eyes).")
    estimand: Estimand = Field(default_factory=Estimand, description="What exactly is to be estimated.")

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        timed = self.kind == "time to event"
        if self.better is not None and (self.better in ("later", "sooner")) != timed:
            wanted = "later or sooner" if timed else "higher or lower"
            raise ValueError(f"better: {self.better} does not suit a {self.kind} endpoint; wanted {wanted}")
        if (self.kind == "ordinal") != bool(self.categories):
            raise ValueError("categories belong to an ordinal endpoint, and an ordinal endpoint needs them")
        if self.kind == "ordinal" and len(self.categories) < 2:
            raise ValueError("an ordinal endpoint needs at least two categories")
        if self.strategy("dropout") == "composite" and self.kind != "binary":
            raise ValueError("dropout: composite (lost means failure) is only possible for a binary endpoint")
        if self.strategy("not dosed") == "composite" and self.kind != "binary":
            raise ValueError(
                "not dosed: composite (not treated means failure) is only possible for a binary endpoint"
            )
        return self

    @property
    def sign(self) -> int:
        """+1 when larger values are a benefit, -1 when smaller ones are."""
        return -1 if self.better in ("lower", "sooner") else 1

    @property
    def measure(self) -> Measure:
        """Scale of the effect."""
        return _MEASURES[self.kind]

    def natural(self, benefit: float) -> float:
        """A benefit on the scale that people read: a rate or hazard ratio (treated over control), or the difference itself.

        Example:
            >>> endpoint = Endpoint(name="bleeds", kind="count", better="lower")
            >>> round(endpoint.natural(0.6931), 3)
            0.5
        """
        if not self.measure.ratio:
            return benefit
        return math.exp(-self.sign * benefit if self.kind == "time to event" else self.sign * benefit)

    def strategy(self, event: SimulatedEvent) -> Strategy:
        """Strategy for one of the two intercurrent events that the simulation makes.

        Binary endpoints default to `composite` (not dosed or lost means failure). For the others a participant who is
        not dosed is followed as if untreated (`treatment policy`), and one who is lost is left out (`hypothetical`).
        """
        default: Strategy = "composite"
        if self.kind != "binary":
            default = "treatment policy" if event == "not dosed" else "hypothetical"
        return self.estimand.intercurrent.get(event, default)
