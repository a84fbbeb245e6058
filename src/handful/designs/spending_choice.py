"""How a study file names a spending function, or a classical shape of boundaries."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from handful.spec.base import Spec, wanted
from handful.spec.quantities import AscendingPercentList, Number, PositiveNumber
from handful.stats.classical import HaybittlePeto, WangTsiatis
from handful.stats.spending import (
    CumulativeSpending,
    ExponentialSpending,
    HwangShihDeCani,
    KimDeMets,
    LastLookOnly,
    OBrienFlemingType,
    PocockType,
    SpendingFunction,
)


class _Choice(Spec):
    """What the choices share: a parameter out of range is refused when the study is read."""

    words: ClassVar[str]

    def function(self) -> SpendingFunction:
        """The spending function; the boundaries of a classical shape, which also say what they spend."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _possible(self) -> Self:
        self.function()
        return self


class OBrienFleming(_Choice):
    """Lan-DeMets spending of the O'Brien-Fleming type: almost nothing early."""

    kind: Literal["obrien fleming"] = "obrien fleming"
    words: ClassVar[str] = "Lan-DeMets O'Brien-Fleming-type spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return OBrienFlemingType()


class Pocock(_Choice):
    """Lan-DeMets spending of the Pocock type: evenly."""

    kind: Literal["pocock"] = "pocock"
    words: ClassVar[str] = "Lan-DeMets Pocock-type spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return PocockType()


class HwangShihDeCaniChoice(_Choice):
    """Hwang-Shih-DeCani spending with parameter gamma."""

    kind: Literal["hwang shih decani"] = "hwang shih decani"
    gamma: Number = Field(-4.0, description="-4 is close to O'Brien-Fleming, 1 to Pocock.")
    words: ClassVar[str] = "Hwang-Shih-DeCani spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return HwangShihDeCani(self.gamma)


class KimDeMetsChoice(_Choice):
    """Kim-DeMets power spending with exponent rho."""

    kind: Literal["kim demets"] = "kim demets"
    rho: PositiveNumber = Field(3.0, description="3 is close to O'Brien-Fleming, 1 spends linearly.")
    words: ClassVar[str] = "Kim-DeMets power-family spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return KimDeMets(self.rho)


class Exponential(_Choice):
    """Exponential spending with parameter nu."""

    kind: Literal["exponential"] = "exponential"
    nu: PositiveNumber = Field(0.8, description="0.8 is close to O'Brien-Fleming, 0.2 to Pocock.")
    words: ClassVar[str] = "exponential spending"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return ExponentialSpending(self.nu)


class LastLook(_Choice):
    """Everything at the last look: no early claim."""

    kind: Literal["last look"] = "last look"
    words: ClassVar[str] = "spending at the last look alone"

    def function(self) -> SpendingFunction:
        """The spending function."""
        return LastLookOnly()


class WangTsiatisChoice(_Choice):
    """Wang-Tsiatis boundaries, or what they spend, with shape delta."""

    kind: Literal["wang tsiatis"] = "wang tsiatis"
    delta: Number = Field(0.25, description="0 is O'Brien and Fleming's own shape, 0.5 Pocock's.")
    words: ClassVar[str] = "Wang-Tsiatis spending"

    def function(self) -> SpendingFunction:
        """The boundaries of one shape, which also say what they spend."""
        return WangTsiatis(self.delta)


class HaybittlePetoChoice(_Choice):
    """Haybittle-Peto boundaries, or what they spend: a high one at the interim looks, the rest at the last."""

    kind: Literal["haybittle peto"] = "haybittle peto"
    interim: PositiveNumber = Field(3.0, description="The boundary before the last look, on the z scale.")
    words: ClassVar[str] = "Haybittle-Peto spending"

    def function(self) -> SpendingFunction:
        """The boundaries, which also say what they spend."""
        return HaybittlePeto(self.interim)


class GivenSpending(_Choice):
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
    def _possible(self) -> Self:
        if len(self.fractions) != len(self.cumulative) or self.fractions[-1] != 1 or self.cumulative[-1] != 1:
            raise wanted("one cumulative share for each fraction, both ending at 100%", at="cumulative")
        self.function()
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
    OBrienFleming
    | Pocock
    | HwangShihDeCaniChoice
    | KimDeMetsChoice
    | Exponential
    | LastLook
    | WangTsiatisChoice
    | HaybittlePetoChoice
    | GivenSpending,
    Field(discriminator="kind"),
]
Spending = Annotated[SpendingChoice, BeforeValidator(short_form)]
"""A spending function: its name, or its name with its parameter."""
