"""How a study file names a spending function."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from handful.spec.base import Spec, wanted
from handful.spec.quantities import AscendingPercentList, Number, PositiveNumber
from handful.stats.spending import (
    CumulativeSpending,
    HwangShihDeCani,
    KimDeMets,
    OBrienFlemingType,
    PocockType,
    SpendingFunction,
)


class OBrienFleming(Spec):
    """Lan-DeMets spending of the O'Brien-Fleming type: almost nothing early."""

    kind: Literal["obrien fleming"] = "obrien fleming"
    words: ClassVar[str] = "Lan-DeMets O'Brien-Fleming-type spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return OBrienFlemingType()


class Pocock(Spec):
    """Lan-DeMets spending of the Pocock type: evenly."""

    kind: Literal["pocock"] = "pocock"
    words: ClassVar[str] = "Lan-DeMets Pocock-type spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return PocockType()


class HwangShihDeCaniChoice(Spec):
    """Hwang-Shih-DeCani spending with parameter gamma."""

    kind: Literal["hwang shih decani"] = "hwang shih decani"
    gamma: Number = Field(-4.0, description="-4 is close to O'Brien-Fleming, 1 to Pocock.")
    words: ClassVar[str] = "Hwang-Shih-DeCani spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return HwangShihDeCani(self.gamma)


class KimDeMetsChoice(Spec):
    """Kim-DeMets power spending with exponent rho."""

    kind: Literal["kim demets"] = "kim demets"
    rho: PositiveNumber = Field(3.0, description="3 is close to O'Brien-Fleming, 1 spends linearly.")
    words: ClassVar[str] = "Kim-DeMets power-family spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return KimDeMets(self.rho)


class GivenSpending(Spec):
    """Cumulative spending given by hand."""

    kind: Literal["given"] = "given"
    fractions: AscendingPercentList = Field(
        description="Information fractions of the points; the last one 100%."
    )
    cumulative: AscendingPercentList = Field(
        description="Share of the error spent by each point; the last one 100%."
    )
    words: ClassVar[str] = "spending given in the study file"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(self.fractions) != len(self.cumulative) or self.fractions[-1] != 1 or self.cumulative[-1] != 1:
            raise wanted("one cumulative share for each fraction, both ending at 100%", at="cumulative")
        return self

    def function(self) -> SpendingFunction:
        """The spending function, with straight lines between the given points."""
        return CumulativeSpending(self.fractions, self.cumulative)


def short_form(value: Any) -> Any:
    """A name alone stands for a choice without parameters: `pocock` for `{kind: pocock}`.

    Example:
        >>> short_form("pocock")
        {'kind': 'pocock'}
    """
    return {"kind": value} if isinstance(value, str) else value


SpendingChoice = Annotated[
    OBrienFleming | Pocock | HwangShihDeCaniChoice | KimDeMetsChoice | GivenSpending,
    Field(discriminator="kind"),
]
Spending = Annotated[SpendingChoice, BeforeValidator(short_form)]
"""A spending function: its name, or its name with its parameter."""
