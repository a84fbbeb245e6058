"""Ordinal outcomes: people end in one of a few ranked categories."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from handful.kernels.elementary import exp, log
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure, Floats, Participants
from handful.scenarios.base import Scenario, Simulated, refuse_two_ways
from handful.scenarios.factors import cells
from handful.spec.base import wanted
from handful.spec.quantities import PositiveNumber, Probability, Share

Categories = dict[str, Probability] | tuple[Probability, ...]

MOST_CATEGORIES = 50
_TOLERANCE = 1e-6


class OrdinalScenario(Scenario):
    """Each person has a category; treatment multiplies the odds of every category or a higher one.

    Outcomes are ranks, 0 for the lowest category. Drift, learning and factors are log odds ratios of being
    higher (drift and learning: of being better). The same draw decides under every exposure, so that with an
    odds ratio nobody does worse under the better option. Units of one person share the draw with probability
    `correlation`.

    Example:
        >>> endpoint = Endpoint(name="impression", kind="ordinal", categories=["worse", "same", "better"])
        >>> scenario = OrdinalScenario(untreated={"worse": 0.4, "same": 0.4, "better": 0.2}, odds_ratio=3)
        >>> scenario.probabilities(Exposure.TREATED, endpoint).round(4).tolist()
        [0.1818, 0.3896, 0.4286]
        >>> round(scenario.benefit(endpoint), 4)
        0.3117
    """

    kind: Literal["ordinal"] = "ordinal"
    meaning: ClassVar[str] = "each person ends in one of a few ranked categories"
    references: ClassVar[tuple[str, ...]] = ("mccullagh1980", "lunn1998")
    effect_may_vary: ClassVar[bool] = True

    untreated: Categories = Field(
        description="Probability of each category when untreated: by name, or as a list from the lowest "
        "category."
    )
    treated: Categories | None = Field(None, description="Probability of each category when treated.")
    odds_ratio: PositiveNumber | None = Field(
        None,
        ge=1e-6,
        le=1e6,
        description="Odds of a category or a higher one when treated, divided by the odds when untreated; "
        "above 1 moves people up. Instead of `treated`.",
    )
    correlation: Share = Field(
        0.0, description="Intra-class correlation between the units of one participant."
    )

    @model_validator(mode="after")
    def _distributions(self) -> Self:
        refuse_two_ways(treated=self.treated, odds_ratio=self.odds_ratio)
        for field, categories in (("untreated", self.untreated), ("treated", self.treated)):
            if categories is None:
                continue
            values = _values(categories)
            if not 2 <= len(values) <= MOST_CATEGORIES:
                raise wanted(f"2 to {MOST_CATEGORIES} categories", at=field)
            if abs(sum(values) - 1) > _TOLERANCE:
                raise wanted(f"probabilities that add up to 1; these add up to {sum(values):.6g}", at=field)
        if self.treated is not None and any(not 0 <= cell.effect <= 1 for cell in cells(self.factors)):
            raise wanted(
                "shares of the effect between 0 and 1, or an `odds ratio` in place of `treated`", at="factors"
            )
        return self

    def suits(self, endpoint: Endpoint) -> None:
        """The categories must be those of the endpoint."""
        super().suits(endpoint)
        for field, categories in (("untreated", self.untreated), ("treated", self.treated)):
            if categories is None:
                continue
            if isinstance(categories, dict) and set(categories) != set(endpoint.categories):
                raise ValueError(
                    f"{field} must name the endpoint's categories: {', '.join(endpoint.categories)}"
                )
            if len(categories) != len(endpoint.categories):
                raise ValueError(
                    f"{field} must give {len(endpoint.categories)} probabilities, one for each category"
                )

    def probabilities(self, exposure: Exposure, endpoint: Endpoint) -> Floats:
        """Probability of each category in the trial, from the lowest, averaged over the factors."""
        nudge = self.nudge(endpoint)
        whole = np.zeros(len(endpoint.categories))
        for share, shift, effect in cells(self.factors):
            above = _shifted(self._above(exposure, endpoint, effect), np.asarray(nudge + shift))
            whole += share * -np.diff(above, prepend=1.0, append=0.0)
        return whole

    def _above(self, exposure: Exposure, endpoint: Endpoint, effect: Floats | float = 1.0) -> Floats:
        """Probability of more than each rank but the highest, before drift, learning and factors.

        With the share of the effect that each participant gets, shape (categories - 1, *participants).
        """
        plain = _by_category(_tail(self.untreated, endpoint), effect)
        reached = {Exposure.UNTREATED: 0.0, Exposure.TREATED: 1.0, Exposure.BESIDE: self.contamination}[
            exposure
        ] * np.asarray(effect)
        if self.odds_ratio is not None:
            return _shifted(plain, reached * log(self.odds_ratio))
        assert self.treated is not None
        return plain + reached * (_by_category(_tail(self.treated, endpoint), effect) - plain)

    def benefit(self, endpoint: Endpoint) -> float:
        """Chance that a treated person does better than an untreated one, less that they do worse."""
        self.suits(endpoint)
        treated = self.probabilities(Exposure.TREATED, endpoint)
        untreated = self.probabilities(Exposure.UNTREATED, endpoint)
        return endpoint.sign * float(treated @ _wins(untreated))

    def variance(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Variance of one participant's wins less losses against the other arm (Hoeffding's projection)."""
        self.suits(endpoint)
        if not self.seen_as_assigned(endpoint):
            return None
        treated = self.probabilities(Exposure.TREATED, endpoint)
        untreated = self.probabilities(Exposure.UNTREATED, endpoint)
        return {"control": _spread(untreated, _wins(treated)), "treated": _spread(treated, _wins(untreated))}

    def scaled(self, factor: float) -> Self:
        """The same people with a multiple of the log odds ratio, or of the change in each category's probability."""
        if self.odds_ratio is not None:
            return self.replace(odds_ratio=self.odds_ratio**factor)
        assert self.treated is not None
        return self.replace(treated=_mixture(self.untreated, self.treated, factor))

    def participants(self, block: Block, count: int, endpoint: Endpoint) -> Participants:
        """Draw the people of a block."""
        return _OrdinalParticipants(block, count, self, endpoint)

    @property
    def unit_correlation(self) -> float:
        """Correlation between the units of one participant."""
        return self.correlation

    def with_correlation(self, correlation: float) -> Self:
        """The same scenario with another intra-class correlation."""
        return self.replace(correlation=correlation)


class _OrdinalParticipants(Simulated):
    scenario: OrdinalScenario

    def outcome(self, exposure: Exposure, unit: int = 0) -> Floats:
        """Rank of the category, 0 for the lowest."""
        scenario = self.scenario
        drawn = self.unit_uniforms(unit, scenario.correlation)
        shift = np.asarray(self.shift + self.nudge)
        rank = np.zeros(self.shape)
        for above in scenario._above(exposure, self.endpoint, self.effect_share):
            rank += drawn < _shifted(np.asarray(above), shift)
        return rank


def _values(categories: dict[str, float] | tuple[float, ...]) -> tuple[float, ...]:
    """The probabilities as they were written."""
    return tuple(categories.values()) if isinstance(categories, dict) else categories


def _tail(categories: dict[str, float] | tuple[float, ...], endpoint: Endpoint) -> Floats:
    """Probability of more than each rank but the highest."""
    in_order = categories
    if isinstance(categories, dict):
        in_order = tuple(categories[name] for name in endpoint.categories)
    values = np.asarray(_values(in_order))
    return np.asarray(np.clip(1 - np.cumsum(values / values.sum())[:-1], 0.0, 1.0))


def _by_category(above: Floats, effect: Floats | float) -> Floats:
    """Probabilities of the categories in front, to go with the participants' shares of the effect."""
    return above.reshape(-1, *(1 for _ in range(np.ndim(effect))))


def _shifted(above: Floats, log_odds: Floats) -> Floats:
    """Probabilities with their odds multiplied."""
    if not np.any(log_odds):
        return above
    odds = exp(log_odds)
    return np.asarray(above * odds / (1 - above + above * odds))


def _wins(other: Floats) -> Floats:
    """Chance of being above, less the chance of being below, one of the others, for each rank."""
    below = np.cumsum(other) - other
    return 2 * below + other - 1


def _spread(probabilities: Floats, values: Floats) -> float:
    """Variance of values with these probabilities."""
    mean = probabilities @ values
    return float(probabilities @ (values - mean) ** 2)


def _mixture(untreated: Categories, treated: Categories, factor: float) -> Categories:
    """Probabilities moved from one set towards the other, and beyond it when the factor is above 1."""
    if isinstance(untreated, dict) != isinstance(treated, dict):
        raise ValueError(
            "give the categories of untreated and treated people in the same form to scale the effect"
        )
    before = list(_values(untreated))
    names = list(untreated)
    after = [treated[str(n)] for n in names] if isinstance(treated, dict) else list(treated)
    moved = [max(0.0, b + factor * (a - b)) for b, a in zip(before, after, strict=True)]
    shares = [share / sum(moved) for share in moved]
    return dict(zip(map(str, names), shares, strict=True)) if isinstance(untreated, dict) else tuple(shares)
