"""Binary outcomes: a share of people respond, untreated and treated."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, Self, overload

import numpy as np
from pydantic import Field, ValidationError, model_validator

from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure, Flags, Floats, Participants
from handful.scenarios.base import Scenario, Simulated, refuse_two_ways
from handful.scenarios.factors import cells
from handful.spec.base import wanted
from handful.spec.quantities import Number, Probability, Share


class BinaryScenario(Scenario):
    """Each person (or eye, or wound) has the event or not, with a probability that depends on exposure.

    Units of one person share a result-making draw with probability sqrt(correlation) each, which gives
    exactly that intra-class correlation at every proportion (Lunn and Davies 1998). The same draw decides the
    outcome under every exposure, so that a more effective product never harms a simulated person whom a
    weaker one helps.

    Example:
        >>> endpoint = Endpoint(name="response", kind="binary")
        >>> scenario = BinaryScenario(untreated=0.2, effect=0.4)
        >>> people = scenario.participants(Block(seed=1, first=0, trials=1000), 20, endpoint)
        >>> bool(abs(people.outcome(Exposure.TREATED).mean() - 0.6) < 4 * (0.24 / 20000) ** 0.5)
        True
    """

    kind: Literal["binary"] = "binary"
    meaning: ClassVar[str] = "each person has a favourable result or not"
    references: ClassVar[tuple[str, ...]] = ("lunn1998",)
    effect_may_vary: ClassVar[bool] = True

    untreated: Probability = Field(description="Share with the event when untreated.")
    treated: Probability | None = Field(None, description="Share with the event when treated.")
    effect: Number | None = Field(
        None, ge=-1, le=1, description="Treated minus untreated, instead of `treated`."
    )
    correlation: Share = Field(
        0.0, description="Intra-class correlation between the units of one participant."
    )

    @model_validator(mode="after")
    def _probabilities(self) -> Self:
        refuse_two_ways(treated=self.treated, effect=self.effect)
        for exposure, field in ((Exposure.UNTREATED, "untreated"), (Exposure.TREATED, "treated")):
            for cell in cells(self.factors):
                chance = self._base(exposure, cell.effect) + cell.shift
                if -1e-12 <= chance <= 1 + 1e-12:
                    continue
                if cell.shift == 0:
                    raise wanted(f"an effect that leaves a probability; {chance:g} is none", at="effect")
                raise wanted(
                    f"effects that leave everybody a probability; some would have {chance:g} when {field}",
                    at="factors",
                )
        return self

    @overload
    def _base(self, exposure: Exposure, effect: float = 1.0) -> float: ...

    @overload
    def _base(self, exposure: Exposure, effect: Floats | float) -> Floats | float: ...

    def _base(self, exposure: Exposure, effect: Floats | float = 1.0) -> Floats | float:
        """Probability of the event in those who get a share of the effect, before drift, learning and factors."""
        treated = self.treated if self.treated is not None else self.untreated + (self.effect or 0.0)
        if exposure == Exposure.UNTREATED:
            return self.untreated
        reached = effect * self.contamination if exposure == Exposure.BESIDE else effect
        whole = isinstance(reached, float) and reached == 1
        return treated if whole else self.untreated + reached * (treated - self.untreated)

    def _chances_by_cell(self, exposure: Exposure, sign: int) -> list[tuple[float, float]]:
        """(share of participants, probability of the event) of each combination of factors."""
        nudge = sign * (self.drift + self.learning)
        return [
            (share, min(1.0, max(0.0, self._base(exposure, effect) + nudge + shift)))
            for share, shift, effect in cells(self.factors)
        ]

    def share(self, exposure: Exposure, sign: int = 1) -> float:
        """Probability of the event under an exposure, in the trial.

        Args:
            exposure: What the unit is exposed to.
            sign: +1 when the event is a benefit, -1 when it is harm; drift and learning go towards benefit.

        Returns:
            The probability, drift and learning included, averaged over the factors. It stops at 0 and 1.

        Example:
            >>> BinaryScenario(untreated=0.2, effect=0.4, contamination=0.5).share(Exposure.BESIDE)
            0.4
        """
        return sum(part * chance for part, chance in self._chances_by_cell(exposure, sign))

    def benefit(self, endpoint: Endpoint) -> float:
        """Difference in the probability of the event, signed so that positive is good."""
        sign = endpoint.sign
        return sign * (self.share(Exposure.TREATED, sign) - self.share(Exposure.UNTREATED, sign))

    def scaled(self, factor: float) -> Self:
        """The same people with a multiple of the difference in proportions, as far as all keep a probability."""
        treated = self.treated if self.treated is not None else self.untreated + (self.effect or 0.0)
        change = factor * (treated - self.untreated)
        for cell in cells(self.factors):
            if cell.effect != 0:
                ends = sorted((end - self.untreated - cell.shift) / cell.effect for end in (0.0, 1.0))
                change = min(ends[1], max(ends[0], change))
        return self.replace(treated=min(1.0, max(0.0, self.untreated + change)), effect=None)

    def participants(self, block: Block, count: int, endpoint: Endpoint) -> Participants:
        """Draw the people of a block."""
        return _BinaryParticipants(block, count, self, endpoint)

    @property
    def unit_correlation(self) -> float:
        """Correlation between the units of one participant."""
        return self.correlation

    def with_correlation(self, correlation: float) -> Self:
        """The same scenario with another intra-class correlation."""
        return self.replace(correlation=correlation)

    def with_more_spread(self, times: float, endpoint: Endpoint) -> Self | None:
        """The same difference between proportions, at an untreated one that is nearer to a half.

        Example:
            >>> scenario = BinaryScenario(untreated=0.1, treated=0.4)
            >>> more = scenario.with_more_spread(4 / 3, Endpoint(name="response", kind="binary"))
            >>> round(more.untreated, 6), round(more.effect, 6)
            (0.2, 0.3)
        """
        variance = times**2 * self.untreated * (1 - self.untreated)
        if variance > 0.25:
            return None
        from_half = math.copysign(math.sqrt(0.25 - variance), self.untreated - 0.5)
        effect = self.treated - self.untreated if self.treated is not None else self.effect
        try:
            return self.replace(untreated=0.5 + from_half, treated=None, effect=effect)
        except ValidationError:
            return None

    def chances(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Chances of favourable results, when every outcome is seen or counted as failure."""
        kept = math.exp(-self.recruitment.dropout * endpoint.known_after)
        made = 1 - self.product.manufacturing_failure
        undosed = endpoint.strategy("not dosed")
        if (kept < 1 and endpoint.strategy("dropout") != "composite") or (
            made < 1 and undosed not in ("composite", "treatment policy")
        ):
            return None
        followed = (1 - made) * (undosed == "treatment policy")
        good = {exposure: self._favourable(exposure, endpoint.sign) for exposure in Exposure}
        treated_only, control_only = self._discordant(Exposure.TREATED, Exposure.BESIDE, endpoint.sign)
        neither_treated, _ = self._discordant(Exposure.UNTREATED, Exposure.UNTREATED, endpoint.sign)
        first = kept * (made * treated_only + followed * neither_treated)
        second = kept * (made * control_only + followed * neither_treated)
        return {
            "control": kept * good[Exposure.UNTREATED],
            "treated": kept * (made * good[Exposure.TREATED] + followed * good[Exposure.UNTREATED]),
            "treated only": first,
            "control only": second,
            "concordant": 1 - first - second,
            "half": 0.5,
        }

    def _favourable(self, exposure: Exposure, sign: int) -> float:
        """Probability of a favourable result."""
        return self.share(exposure, sign) if sign > 0 else 1 - self.share(exposure, sign)

    def _discordant(self, one: Exposure, other: Exposure, sign: int) -> tuple[float, float]:
        """Chances that of two units of a person only the first, and only the second, is favourable."""
        first_only = second_only = 0.0
        cell = zip(self._chances_by_cell(one, sign), self._chances_by_cell(other, sign), strict=True)
        for (part, a), (_, b) in cell:
            both = self.correlation * min(a, b) + (1 - self.correlation) * a * b
            first_only += part * (a - both)
            second_only += part * (b - both)
        return (first_only, second_only) if sign > 0 else (second_only, first_only)

    def variance(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Variance of a result that is 0 or 1, and of the difference between the sides of a pair."""
        chances = self.chances(endpoint)
        if chances is None:
            return None
        first, second = chances["treated only"], chances["control only"]
        spread = {arm: chances[arm] * (1 - chances[arm]) for arm in ("control", "treated")}
        return spread | {"pair": first + second - (first - second) ** 2}


class _BinaryParticipants(Simulated):
    scenario: BinaryScenario

    def outcome(self, exposure: Exposure, unit: int = 0) -> Floats:
        """1 with the event, 0 without. Benefit is comonotone whichever way the event points."""
        return self._happens(exposure, unit).astype(np.float64)

    def outcome_under(self, treated: Flags) -> Flags:
        """Whether the event happens, as flags."""
        with_it = self._happens(Exposure.TREATED)
        if treated.all():
            return with_it
        # Logical operations on flags are many times as fast as a choice by `np.where`.
        return (treated & with_it) | (~treated & self._happens(Exposure.UNTREATED))

    def _happens(self, exposure: Exposure, unit: int = 0) -> Flags:
        scenario = self.scenario
        chance = scenario._base(exposure, self.effect_share) + self.nudge + self.shift
        return np.asarray(self.unit_uniforms(unit, scenario.correlation) < chance)

    def before(self, months: float, unit: int = 0) -> Floats:
        """Before treatment nobody has the favourable result: people enter because they lack it."""
        return np.full(self.shape, 0.0 if self.endpoint.sign > 0 else 1.0)
