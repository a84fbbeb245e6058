"""Counts of events: bleeds, surgeries, seizures, each person at a rate of their own.

People may enter only when they had many events in the months before. Those who do had on average more than
their usual, and the next count is lower with no treatment at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self, overload

import numpy as np
from pydantic import Field, ValidationError, model_validator

from handful.kernels.elementary import exp
from handful.kernels.sampling import gammas, poissons
from handful.kernels.streams import Purpose
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure, Floats, Participants
from handful.scenarios.base import Scenario, Simulated, refuse_two_ways
from handful.scenarios.baseline import RAREST_ENTRY
from handful.scenarios.factors import cells, modified
from handful.scenarios.mixed_poisson import MixedPoisson
from handful.spec.base import Spec, wanted
from handful.spec.quantities import (
    NonNegativeNumber,
    PositiveCount,
    PositiveDuration,
    PositiveNumber,
    RatePerYear,
)

FASTEST = 1000.0
"""Most events a year."""
MOST_EXPECTED = 10_000.0
"""Most events that a person can be expected to have in a window: drawing them takes time in proportion."""


class EntryCount(Spec):
    """How many events a person must have had to enter."""

    at_least: Annotated[PositiveCount, Field(le=10_000)] = Field(
        description="Events that a person must have had to enter."
    )
    over: PositiveDuration = Field(12.0, description="Months before entry over which they are counted.")


class CountScenario(Scenario):
    """Each person has events at a constant rate of their own; treatment multiplies it.

    A person's rate is the mean rate times a gamma frailty with mean 1 and variance `dispersion`; before and
    after treatment, under every exposure, and in all units of a person it is the same frailty. So a count
    with mean mu has variance mu + dispersion mu^2 over people who are not selected. With an entry threshold
    the qualifying count is drawn from its distribution above the threshold, and the frailty from what is then
    known of it: gamma with shape 1/dispersion + events and rate 1/dispersion + expected events.

    Example:
        >>> endpoint = Endpoint(name="bleeds", kind="count", better="lower", known_after=12)
        >>> scenario = CountScenario(untreated="4.2 per year", rate_ratio=0.36, dispersion=0.8)
        >>> round(scenario.benefit(endpoint), 4)
        1.0217
    """

    kind: Literal["count"] = "count"
    meaning: ClassVar[str] = "each person has events at a rate of their own"
    references: ClassVar[tuple[str, ...]] = ("greenwood1920", "gardner1973", "davis1976")
    effect_may_vary: ClassVar[bool] = True

    untreated: Annotated[RatePerYear, Field(gt=0, le=FASTEST)] = Field(
        description="Mean events a year in untreated people, before anybody is selected."
    )
    treated: RatePerYear | None = Field(
        None, gt=0, le=FASTEST, description="Mean events a year of the same people when treated."
    )
    rate_ratio: PositiveNumber | None = Field(
        None,
        ge=1e-6,
        le=1e6,
        description="Rate when treated divided by the rate when untreated, instead of `treated`.",
    )
    dispersion: Annotated[NonNegativeNumber, Field(le=10)] = Field(
        0.0,
        description="Variance k of the rate between people, relative to the squared mean: a count with mean "
        "m has variance m + k m^2. 0 means that all have the same rate.",
    )
    entry: EntryCount | None = Field(None, description="Events that a person must have had to enter.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        refuse_two_ways(treated=self.treated, rate_ratio=self.rate_ratio)
        if 0 < self.dispersion < 1e-6:
            raise wanted("0 or a number of at least 0.000001", at="dispersion")
        if self.entry is not None:
            if self.untreated / 12 * self.entry.over > MOST_EXPECTED:
                raise wanted(
                    f"a time over which at most {MOST_EXPECTED:,.0f} events are expected",
                    at=("entry", "over"),
                )
            for _, past in self._pasts():
                if past.survival(self.entry.at_least - 1) < RAREST_ENTRY:
                    raise wanted("a threshold that at least one person in a million reaches", at="entry")
        return self

    @property
    def log_ratio(self) -> float:
        """Logarithm of the rate when treated divided by the rate when untreated."""
        return math.log(
            self.rate_ratio if self.rate_ratio is not None else (self.treated or 0.0) / self.untreated
        )

    def benefit(self, endpoint: Endpoint) -> float:
        """Log ratio of the mean rates of those who enter, signed so that positive is good."""
        ratio = self.log_ratio
        if modified(self.factors):
            ratio = math.log(self._relative_rate(Exposure.TREATED)[0] / self._relative_rate()[0])
        return endpoint.sign * ratio + 0.0

    def rate(self, exposure: Exposure, endpoint: Endpoint) -> float:
        """Events a month under an exposure in the trial, with drift and learning, before anybody is selected.

        Example:
            >>> scenario = CountScenario(untreated="12 per year", rate_ratio=0.25, contamination=0.5)
            >>> scenario.rate(Exposure.BESIDE, Endpoint(name="bleeds", kind="count", better="lower"))
            0.5
        """
        kinds = cells(self.factors)
        mean = sum(cell.share * math.exp(cell.shift) * self._times(exposure, cell.effect) for cell in kinds)
        return self._usual_rate(endpoint) * mean / self._factor_scale()

    def _usual_rate(self, endpoint: Endpoint) -> float:
        """Events a month of untreated people in the trial, before anybody is selected."""
        return self.untreated / 12 * math.exp(self.nudge(endpoint))

    @overload
    def _times(self, exposure: Exposure, effect: float = 1.0) -> float: ...

    @overload
    def _times(self, exposure: Exposure, effect: Floats | float) -> Floats | float: ...

    def _times(self, exposure: Exposure, effect: Floats | float = 1.0) -> Floats | float:
        """Rate under an exposure divided by that of the untreated, in those who get a share of the effect."""
        if exposure == Exposure.UNTREATED:
            return 1.0
        reached = (self.contamination if exposure == Exposure.BESIDE else 1.0) * self.log_ratio * effect
        return math.exp(reached) if isinstance(reached, float) else exp(reached)

    def scaled(self, factor: float) -> Self:
        """The same people with a multiple of the log rate ratio."""
        return self.replace(rate_ratio=math.exp(factor * self.log_ratio), treated=None)

    def participants(self, block: Block, count: int, endpoint: Endpoint) -> Participants:
        """Draw the people of a block."""
        return _CountParticipants(block, count, self, endpoint)

    def suits(self, endpoint: Endpoint) -> None:
        """A count needs a window to be counted in."""
        super().suits(endpoint)
        if endpoint.known_after <= 0:
            raise ValueError(
                "a count needs an endpoint `known after` some months: the time over which events are counted"
            )
        if max(self.rate(exposure, endpoint) for exposure in Exposure) * endpoint.known_after > MOST_EXPECTED:
            raise ValueError(
                f"in {endpoint.known_after:g} months people would have more than {MOST_EXPECTED:,.0f} events"
            )

    def _factor_scale(self) -> float:
        """Mean of exp(sum of factor effects): divided by it, the mean rate is the one stated."""
        return sum(share * math.exp(shift) for share, shift, _ in cells(self.factors))

    def _pasts(self) -> list[tuple[float, MixedPoisson]]:
        """(share of participants, count in the entry window) of each combination of factors."""
        assert self.entry is not None
        expected = self.untreated / 12 * self.entry.over / self._factor_scale()
        return [
            (share, MixedPoisson(expected * math.exp(shift), self.dispersion))
            for share, shift, _ in cells(self.factors)
        ]

    def _rates(self, *exposures: Exposure) -> Iterator[tuple[float, float, tuple[float, ...]]]:
        """Kinds of participants who enter: their share, the mean square of their frailty, and under each exposure their rate.

        Rates are relative to the mean rate of untreated people, with their mean frailty.
        """
        scale = self._factor_scale()
        for number, (share, shift, effect) in enumerate(cells(self.factors)):
            frailty, variance = 1.0, self.dispersion
            if self.entry is not None:
                frailty, variance = self._pasts()[number][1].frailty_from(self.entry.at_least)
            usual = math.exp(shift) / scale * frailty
            yield share, 1 + variance / frailty**2, tuple(usual * self._times(e, effect) for e in exposures)

    def _relative_rate(self, exposure: Exposure = Exposure.UNTREATED) -> tuple[float, float]:
        """Mean and variance of the rates of those who enter, relative to the mean rate, factors included."""
        kinds = list(self._rates(exposure))
        mean = sum(share * rate for share, _, (rate,) in kinds)
        return mean, sum(share * square * rate**2 for share, square, (rate,) in kinds) - mean**2

    def variance(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Variance of a count relative to its squared mean, which is that of a log rate by the delta method.

        With m the mean count and V the variance of the rate between people it is 1/m + V/mean^2; between the
        units of one person the rate cancels, as far as treatment does the same in everybody.
        """
        if not self.seen_as_assigned(endpoint):
            return None
        moments = {e: self._relative_rate(e) for e in Exposure}
        usual = self._usual_rate(endpoint) * endpoint.known_after
        of_counts = {e: 1 / (usual * mean) for e, (mean, _) in moments.items()}
        between = {e: variance / mean**2 for e, (mean, variance) in moments.items()}
        treated, beside = (moments[e][0] for e in (Exposure.TREATED, Exposure.BESIDE))
        apart = sum(
            share * square * (one / treated - other / beside) ** 2
            for share, square, (one, other) in self._rates(Exposure.TREATED, Exposure.BESIDE)
        )
        return {
            "control": of_counts[Exposure.UNTREATED] + between[Exposure.UNTREATED],
            "treated": of_counts[Exposure.TREATED] + between[Exposure.TREATED],
            "pair": of_counts[Exposure.TREATED] + of_counts[Exposure.BESIDE] + apart,
        }

    def regression_to_the_mean(self, endpoint: Endpoint) -> float:
        """Log ratio of the untreated rate after entry to that in the entry window, signed towards benefit.

        Of people with at least m events in a window where mu are expected, the mean frailty is (1/k + E[N | N
        >= m]) / (1/k + mu); in the window they had E[N | N >= m] events, afterwards they have the frailty
        times mu.

        Example:
            >>> endpoint = Endpoint(name="surgeries", kind="count", better="lower", known_after=12)
            >>> scenario = CountScenario(
            ...     untreated="4 per year", rate_ratio=1, dispersion=0.5, entry={"at least": 3, "over": 12}
            ... )
            >>> round(1 - math.exp(-scenario.regression_to_the_mean(endpoint)), 3)  # a ninth fewer, untreated
            0.111
        """
        if self.entry is None:
            return 0.0
        seen = sum(share * past.moments_from(self.entry.at_least)[0] for share, past in self._pasts())
        usual = self.untreated / 12 * self.entry.over * self._relative_rate()[0]
        return endpoint.sign * math.log(usual / seen)

    def judged_over(self, months: float) -> bool:
        """Only the window of the entry count itself; other windows are counted after entry."""
        return self.entry is not None and months == self.entry.over

    def with_more_spread(self, times: float, endpoint: Endpoint) -> Self | None:
        """The same mean rates, which differ more between people; None where people are selected by their rate."""
        mean = self._usual_rate(endpoint) * endpoint.known_after
        if self.entry is not None or mean <= 0:
            return None
        variance = times**2 * (mean + self.dispersion * mean**2)
        try:
            return self.replace(dispersion=(variance - mean) / mean**2)
        except ValidationError:
            return None

    def with_entry_threshold(self, amount: float, endpoint: Endpoint) -> Self | None:
        """The same people, let in when they had many events; None when events are good."""
        if endpoint.sign > 0:
            return None
        over = self.entry.over if self.entry is not None else 12.0
        mean = self.untreated / 12 * over
        threshold = math.ceil(mean + amount * math.sqrt(mean + self.dispersion * mean**2))
        try:
            return self.replace(entry=EntryCount(at_least=max(1, threshold), over=over))
        except ValidationError:
            return None


class _CountParticipants(Simulated):
    scenario: CountScenario

    def outcome(self, exposure: Exposure, unit: int = 0) -> Floats:
        """Events in the follow-up window."""
        scenario = self.scenario
        expected = scenario._usual_rate(self.endpoint) * self.endpoint.known_after
        times = scenario._times(exposure, self.effect_share)
        if not scenario.steady:
            times = times * exp(self.nudge - scenario.nudge(self.endpoint))
        return self._events(expected * times, 2 * unit)

    def before(self, months: float, unit: int = 0) -> Floats:
        """Events in the months before treatment.

        When the first unit is asked for the months over which entry was judged, it is the qualifying count
        itself. Else it is an independent count after entry was judged: a lead-in that follows screening.
        """
        if months <= 0:
            raise ValueError("a count before treatment needs a lead-in, such as `lead in: 6 months`")
        entry = self.scenario.entry
        if entry is not None and unit == 0 and months == entry.over:
            return self._qualifying.copy()
        return self._events(self.scenario.untreated / 12 * months, 2 * unit + 1)

    def _events(self, expected: Floats | float, window: int) -> Floats:
        """Events in a window where people of mean rate expect so many."""
        block = self.block
        mean = expected * self._relative * self._frailty
        return poissons(block.seed, block.first, *self.shape, Purpose.EVENT, mean, window).astype(np.float64)

    @cached_property
    def _relative(self) -> Floats | float:
        """Rate of each participant relative to the mean rate by their factors."""
        if isinstance(self.shift, float):
            return 1.0
        return exp(self.shift) / self.scenario._factor_scale()

    @cached_property
    def _qualifying(self) -> Floats:
        """Events over which entry was judged, at or above the threshold."""
        scenario, entry = self.scenario, self.scenario.entry
        assert entry is not None
        drawn = self.uniforms(Purpose.SCREENING)
        if isinstance(self._relative, float):
            return scenario._pasts()[0][1].counts_from(entry.at_least, drawn)
        counts = np.empty(self.shape)
        for relative in np.unique(self._relative):
            here = self._relative == relative
            past = MixedPoisson(scenario.untreated / 12 * entry.over * float(relative), scenario.dispersion)
            counts[here] = past.counts_from(entry.at_least, drawn[here])
        return counts

    @cached_property
    def _frailty(self) -> Floats | float:
        """Rate of each person relative to those alike in their factors."""
        scenario = self.scenario
        if scenario.dispersion == 0:
            return 1.0
        block, shape = self.block, 1 / scenario.dispersion
        events: Floats | float = 0.0
        expected: Floats | float = 0.0
        if scenario.entry is not None:
            events = self._qualifying
            expected = scenario.untreated / 12 * scenario.entry.over * self._relative
        drawn = gammas(block.seed, block.first, *self.shape, Purpose.OUTCOME_PERSON, shape + events)
        return np.asarray(drawn / (shape + expected))
