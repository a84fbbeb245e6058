"""How a study file names the rule by which allocation follows the responses."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from handful.participants.observations import Flags, Floats, Integers
from handful.spec.base import Spec
from handful.spec.quantities import NonNegativeNumber, PositiveNumber, Share
from handful.stats.allocation_rules import (
    growing_exponent,
    thall_wathen,
    trippa,
    trippa_exponents,
    with_control_matched,
)


class ThallWathen(Spec):
    """Chances in proportion to a power of the probability of being the best arm."""

    kind: Literal["thall wathen"] = "thall wathen"
    needs_better: ClassVar[bool] = False
    """Whether the rule reads the probability of beating control rather than that of being the best."""

    exponent: NonNegativeNumber | Literal["growing"] = Field(
        0.5,
        description="Power of the probability: 0 leaves chances equal, 1 is Thompson's rule; `growing` goes from 0 to 1/2 as "
        "outcomes become known.",
    )
    least: Share = Field(0.0, description="Smallest chance of an arm that is still open.")
    match_control: bool = Field(
        False, description="Whether control gets as much as the best of the treatments."
    )

    def chances(
        self, best: Floats, better: Floats | None, known: Integers, most: int, is_open: Flags
    ) -> Floats:
        """Chances of each arm from the posterior; shapes (trials, arms), control first when there is one."""
        so_far = known.sum(axis=1)
        exponent = growing_exponent(so_far, most) if self.exponent == "growing" else float(self.exponent)
        weights = with_control_matched(best) if self.match_control else best
        return thall_wathen(weights, exponent, least=self.least, is_open=is_open)

    def words(self) -> str:
        """The rule in words."""
        power = (
            "raised to a power that grows from 0 to 1/2 as outcomes become known"
            if self.exponent == "growing"
            else f"to the power {self.exponent:g}"
        )
        least = f", and at least {100 * self.least:.3g}% each" if self.least > 0 else ""
        match = ", with control kept level with the best treatment" if self.match_control else ""
        return f"in proportion to each arm's posterior probability of being the best, {power}{match}{least}"


class Trippa(Spec):
    """Treatments skewed by their probability of beating control, and the control kept from falling behind.

    Scale and shape are what a design is tuned by, and other trials have others. Those given here were tuned for a melanoma
    trial of six arms and 216 participants, by which the R package BATSS shows the rule (there with a control of constant strength
    0.1). The strength of the control, which grows evenly, is that of Wason and Trippa (2014). The R package
    BayesianPlatformDesignTimeTrend has the same control and begins from scale 10 and shape 0.75, which skews sooner and more.
    """

    kind: Literal["trippa"] = "trippa"
    needs_better: ClassVar[bool] = True

    scale: PositiveNumber = Field(3.0, description="Power of the probability at the end of the trial.")
    shape: PositiveNumber = Field(
        1.4, description="How the power grows: with the share of known outcomes to this power."
    )
    catch_up: NonNegativeNumber = Field(
        0.25, description="How strongly control catches up with the largest treatment arm, at the end."
    )

    def chances(
        self, best: Floats, better: Floats | None, known: Integers, most: int, is_open: Flags
    ) -> Floats:
        """Chances of each arm; needs a control."""
        assert better is not None
        exponent, catch_up = trippa_exponents(
            known.sum(axis=1), most, scale=self.scale, shape=self.shape, catch_up=self.catch_up
        )
        return trippa(better, known, exponent, catch_up, is_open=is_open)

    def words(self) -> str:
        """The rule in words."""
        return (
            "in proportion to each treatment's posterior probability of beating control, to a power that grows to "
            f"{self.scale:g}, with control kept from falling behind the largest treatment arm"
        )


AllocationRule = Annotated[ThallWathen | Trippa, Field(discriminator="kind")]
