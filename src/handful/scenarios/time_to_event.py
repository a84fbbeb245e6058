"""Time to an event: progression, relapse, death, each person's clock running from the day of treatment."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from handful.kernels.elementary import exp, log
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure, Flags, Floats, Participants
from handful.scenarios.base import Scenario, Simulated
from handful.scenarios.factors import cells, modified
from handful.scenarios.hazards import Survival
from handful.spec.base import wanted
from handful.spec.quantities import Duration, PositiveNumber, Share

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_SMOOTHING = 6
_MOST_CURED = 0.999


class TimeToEventScenario(Scenario):
    """Each person has the event when their cumulative hazard reaches a threshold of their own.

    The threshold is one exponential number, the same under every exposure, so that a product that lowers the
    hazard brings nobody's event forward. Treatment multiplies the hazard, after a delay if there is one. Some
    people may never have the event (`cured`, a mixture cure model). Drift and learning are log hazard ratios
    towards benefit in everybody; factors are log hazard ratios, and a scenario's hazard ratio is the one
    given the factors. Where these say that treatment does not do the same in everybody, each person has a
    share of the log hazard ratio. Units of one person share the threshold with probability `correlation`.

    Example:
        >>> endpoint = Endpoint(name="death", kind="time to event", known_after=24)
        >>> scenario = TimeToEventScenario(untreated={"median": "12 months"}, hazard_ratio=0.5)
        >>> round(scenario.benefit(endpoint), 4)
        0.6931
        >>> scenario.survival(Exposure.TREATED, [24.0], endpoint).round(4).tolist()
        [0.5]
    """

    kind: Literal["time to event"] = "time to event"
    meaning: ClassVar[str] = "each person has an event after some time, or never"
    references: ClassVar[tuple[str, ...]] = ("kalbfleisch1981", "lunn1998")
    effect_may_vary: ClassVar[bool] = True

    untreated: Survival = Field(
        description="Time to the event in untreated people who will have it: `{median: 12 months}`, `{rate: "
        "5% per year}`, `{shape: 1.5, scale: 20 months}` or `{hazard: [[0, 0.1], [6, 0.05]]}`."
    )
    hazard_ratio: Annotated[PositiveNumber, Field(ge=1e-6, le=1e6)] = Field(
        description="Hazard when treated divided by the hazard when untreated."
    )
    delay: Duration = Field(0.0, description="Time from treatment until the hazard ratio begins to hold.")
    cured: Share = Field(0.0, description="Share of untreated people who never have the event.")
    cured_treated: Share | None = Field(
        None,
        description="Share of treated people who never have the event; as in untreated people when empty.",
    )
    correlation: Share = Field(
        0.0, description="Chance that two units of one participant share what decides their times."
    )

    @model_validator(mode="after")
    def _somebody_has_it(self) -> Self:
        for field, share in (("cured", self.cured), ("cured_treated", self.cured_treated)):
            if share == 1:
                raise wanted("a share below 100%: somebody has to have the event", at=field)
        if self.cured_treated is not None and modified(self.factors):
            raise wanted("nothing beside factors that change what treatment does", at="cured_treated")
        return self

    @property
    def proportional(self) -> bool:
        """Whether the hazards of people with the same factors keep one ratio at all times."""
        return self.delay == 0 and self.cured == self._cured(Exposure.TREATED) == 0

    def _cured(self, exposure: Exposure) -> float:
        """Share who never have the event."""
        treated = self.cured if self.cured_treated is None else self.cured_treated
        return self.cured + self._share_of_effect(exposure) * (treated - self.cured)

    def _share_of_effect(self, exposure: Exposure) -> float:
        """How much of the effect an exposure has."""
        return {Exposure.UNTREATED: 0.0, Exposure.TREATED: 1.0, Exposure.BESIDE: self.contamination}[exposure]

    @overload
    def _ratio(self, exposure: Exposure, effect: float = 1.0) -> float: ...

    @overload
    def _ratio(self, exposure: Exposure, effect: Floats | float) -> Floats | float: ...

    def _ratio(self, exposure: Exposure, effect: Floats | float = 1.0) -> Floats | float:
        """Hazard ratio of an exposure after the delay, in those who get a share of the effect."""
        reached = self._share_of_effect(exposure) * math.log(self.hazard_ratio) * effect
        return math.exp(reached) if isinstance(reached, float) else exp(reached)

    def survival(self, exposure: Exposure, months: ArrayLike, endpoint: Endpoint) -> Floats:
        """Share of people without the event, in the trial.

        Args:
            exposure: What they are exposed to.
            months: Months from treatment, at least 0, any shape.
            endpoint: The endpoint, for the direction of drift and learning.

        Returns:
            Shares of the same shape, drift, learning and cure included, averaged over the factors.
        """
        base = self.untreated.cumulative(months)
        early = np.minimum(base, self.untreated.cumulative(self.delay))
        cured = self._cured(exposure)
        whole = np.zeros(np.shape(months))
        for share, shift, effect in cells(self.factors):
            hazard = early + self._ratio(exposure, effect) * (base - early)
            whole = whole + share * exp(-hazard * math.exp(shift - self.nudge(endpoint)))
        return np.asarray(cured + (1 - cured) * whole)

    def time_at(
        self,
        exposure: Exposure,
        threshold: Floats,
        log_hazard: Floats | float = 0.0,
        effect: Floats | float = 1.0,
    ) -> Floats:
        """When the event happens in people with given thresholds: the inverse of the cumulative hazard.

        Args:
            exposure: What they are exposed to.
            threshold: Cumulative hazard that brings the event, standard exponential in the population.
            log_hazard: Log hazard ratio of each person that is not the treatment's.
            effect: Share of the treatment's log hazard ratio that each person gets.

        Returns:
            Months, shape of `threshold`; infinite in those who never have it.

        Example:
            >>> scenario = TimeToEventScenario(untreated={"rate": 0.1}, hazard_ratio=0.5, delay=4)
            >>> scenario.time_at(Exposure.TREATED, np.array([0.4, 0.8])).round(6).tolist()
            [4.0, 12.0]
        """
        cured = self._cured(exposure)
        needed = threshold
        if cured > 0:
            # Those who will have the event are the share 1 - cured with the lowest thresholds.
            left = np.maximum(exp(-threshold) - cured, 0.0)
            needed = -log(left / (1 - cured)) if cured < 1 else np.full(np.shape(threshold), np.inf)
        needed = np.asarray(needed * exp(-np.asarray(log_hazard)))
        if self.delay == 0:
            return self.untreated.time_at(needed / self._ratio(exposure, effect))
        early = float(self.untreated.cumulative(self.delay))
        late = early + (needed - early) / self._ratio(exposure, effect)
        return self.untreated.time_at(np.where(needed <= early, needed, late))

    def benefit(self, endpoint: Endpoint) -> float:
        """Log hazard ratio, signed so that positive is good.

        When the hazards are not proportional it is the average hazard ratio of Kalbfleisch and Prentice
        (1981), over the endpoint's `known after` (over all time when that is 0): among pairs of a treated and
        an untreated person, how many times more often the treated one has the event first. It is the hazard
        ratio itself when hazards are proportional. Where people differ in the effect that they get, it is the
        mean of theirs.
        """
        if modified(self.factors):
            plain = self.replace(factors=())
            return sum(
                cell.share * plain.scaled(cell.effect).benefit(endpoint) for cell in cells(self.factors)
            )
        ratio = self.hazard_ratio if self.proportional else self._average_ratio(endpoint)
        return -endpoint.sign * math.log(ratio) + 0.0

    def _average_ratio(self, endpoint: Endpoint) -> float:
        """P(treated first) / P(untreated first) within the endpoint's time, without factors; 1 when neither is."""
        treated = self._first(Exposure.TREATED, Exposure.UNTREATED, endpoint)
        untreated = self._first(Exposure.UNTREATED, Exposure.TREATED, endpoint)
        return treated / untreated if untreated > 0 else 1.0

    def _first(self, one: Exposure, other: Exposure, endpoint: Endpoint) -> float:
        """Chance that the first of two people has the event within the endpoint's time and before the second.

        The integral of -S_other(t) dS_one(t) is taken over the share S_one, piece by piece between its
        kinks, by Gauss-Legendre quadrature.
        """
        plain = self.replace(factors=())
        horizon = endpoint.known_after if endpoint.known_after > 0 else math.inf
        last = float(plain.survival(one, horizon, endpoint)) if horizon < math.inf else plain._cured(one)
        kinks = [month for month in (self.delay, *self.untreated.changes) if 0 < month < horizon]
        edges = np.unique([last, 1.0, *plain.survival(one, np.array(kinks), endpoint)])
        # Near the end of survival the integrand is a power of it; the substitution makes that smooth.
        away = ((1 - _NODES) / 2) ** _SMOOTHING
        weights = _WEIGHTS / 2 * _SMOOTHING * ((1 - _NODES) / 2) ** (_SMOOTHING - 1)
        total = 0.0
        for low, high in pairwise(edges):
            when = plain.time_at(one, -np.log(low + (high - low) * away), -self.nudge(endpoint))
            total += (high - low) * float(weights @ plain.survival(other, when, endpoint))
        return total

    def variance(self, endpoint: Endpoint) -> dict[str, float] | None:
        """One over the share of participants whose event is seen: the asymptotic variance of a log hazard.

        Only under proportional hazards; for the log-rank test it is exact when the hazards are equal.
        """
        if not self.proportional or self.factors or not self.seen_as_assigned(endpoint):
            return None
        seen = dict.fromkeys(Exposure, 1.0)
        if endpoint.known_after > 0:
            seen = {e: 1 - float(self.survival(e, endpoint.known_after, endpoint)) for e in Exposure}
        if min(seen.values()) <= 0:
            return None
        return {"control": 1 / seen[Exposure.UNTREATED], "treated": 1 / seen[Exposure.TREATED]}

    def scaled(self, factor: float) -> Self:
        """The same people with a multiple of the log hazard ratio, and of the difference in the share cured."""
        cured = self.cured
        if self.cured_treated is not None:
            cured = min(_MOST_CURED, max(0.0, self.cured + factor * (self.cured_treated - self.cured)))
        return self.replace(
            hazard_ratio=self.hazard_ratio**factor,
            cured_treated=None if self.cured_treated is None else cured,
        )

    def shifted(self, amount: float, endpoint: Endpoint) -> Self:
        """The same people with another log hazard: what raises it is drift for the worse."""
        return super().shifted(-amount, endpoint)

    def participants(self, block: Block, count: int, endpoint: Endpoint) -> Participants:
        """Draw the people of a block."""
        return _TimeToEventParticipants(block, count, self, endpoint)

    @property
    def unit_correlation(self) -> float:
        """Correlation between the units of one participant."""
        return self.correlation

    def with_correlation(self, correlation: float) -> Self:
        """The same scenario with another correlation between units."""
        return self.replace(correlation=correlation)


class _TimeToEventParticipants(Simulated):
    scenario: TimeToEventScenario

    def outcome(self, exposure: Exposure, unit: int = 0) -> Floats:
        """Months from treatment to the event; infinite in those who never have it."""
        return self.scenario.time_at(exposure, self._threshold(unit), self._log_hazard, self.effect_share)

    def outcome_under(self, treated: Flags) -> Floats:
        """Months from treatment to the event; everybody's threshold is drawn once."""
        threshold, log_hazard = self._threshold(0), self._log_hazard
        if self.scenario.proportional and not modified(self.scenario.factors):
            needed = threshold if np.all(log_hazard == 0) else threshold * exp(-np.asarray(log_hazard))
            ratios = np.array(
                [self.scenario._ratio(Exposure.UNTREATED), self.scenario._ratio(Exposure.TREATED)]
            )
            return self.scenario.untreated.time_at(needed / ratios[treated.view(np.int8)])
        times = self.scenario.time_at(Exposure.TREATED, threshold, log_hazard, self.effect_share)
        if not treated.all():
            untreated = self.scenario.time_at(Exposure.UNTREATED, threshold, log_hazard)
            np.copyto(times, untreated, where=~treated)
        return times

    @property
    def _log_hazard(self) -> Floats | float:
        """Log hazard ratio of each participant that is not the treatment's."""
        return self.shift - self.nudge

    def _threshold(self, unit: int) -> Floats:
        """Cumulative hazard that brings a unit's event."""
        hazard = log(self.unit_uniforms(unit, self.scenario.correlation))
        return np.negative(hazard, out=hazard)
