"""Continuous outcomes: how far a measurement moves from baseline, untreated and treated.

Untreated, a person changes steadily, each at a pace of their own. What is measured is the true level plus an
error of the measurement occasion. People may have to reach a threshold at screening to enter; those who do
are on average helped over it by a lucky error, and regression to the mean follows by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from handful.kernels.columns import raised, scaled
from handful.kernels.streams import Purpose
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure, Flags, Floats, Participants
from handful.scenarios.base import Scenario, Simulated
from handful.scenarios.baseline import Baseline, EntryThreshold
from handful.scenarios.draws import remembered
from handful.scenarios.factors import cells, variance_of_shift
from handful.spec.base import Spec, wanted
from handful.spec.quantities import Duration, NonNegativeNumber, Number, PositiveNumber, Share
from handful.spec.reading import DAYS_PER_YEAR

_DAY_BITS, _REPEAT_BITS = 40, 12
_DAY_ZERO = 1 << (_DAY_BITS - 1)
"""A visit's address: unit, day counted from far in the past, number of the visit on that day."""


class UntreatedChange(Spec):
    """The change from baseline that is observed in untreated people over the endpoint's `known after`."""

    mean: Number = Field(0.0, description="Mean observed change.")
    sd: PositiveNumber = Field(
        description="Standard deviation of the observed change between people who are alike in the factors."
    )
    correlation: Share = Field(
        0.0, description="Correlation of the observed change between the units (eyes) of one person."
    )


class ContinuousScenario(Scenario):
    """Each person's measurement changes from baseline by an amount of their own; treatment adds its effect.

    Without a `baseline` block the observed change is drawn as such. With it, the true level L of a person at
    screening is N(mean, sd^2), a measurement is L + N(0, within sd^2) on each occasion, and the true change
    over `known after` is N(untreated mean, s^2) with s^2 = untreated sd^2 - within sd^2 (1 + 1/visits), so
    that untreated `sd` stays the standard deviation of the observed change. A threshold at screening is met
    by every unit of a participant; their levels and errors are independent, and their changes are correlated.

    Example:
        >>> endpoint = Endpoint(name="acuity", kind="continuous", known_after=12)
        >>> scenario = ContinuousScenario(untreated={"mean": -0.5, "sd": 6, "correlation": 0.6}, effect=8)
        >>> scenario.benefit(endpoint), round(scenario.variance(endpoint)["pair"], 6)
        (8.0, 28.8)
    """

    kind: Literal["continuous"] = "continuous"
    meaning: ClassVar[str] = "each person's measurement changes from baseline"
    references: ClassVar[tuple[str, ...]] = ("gardner1973", "davis1976")
    effect_may_vary: ClassVar[bool] = True

    untreated: UntreatedChange = Field(description="Observed change from baseline in untreated people.")
    effect: Number = Field(description="Mean change that treatment adds, in the unit of the endpoint.")
    effect_sd: NonNegativeNumber = Field(
        0.0, description="Standard deviation of the effect between people; all units of a person share it."
    )
    onset: Duration = Field(
        0.0, description="Time from treatment until the effect, growing steadily, is full; 0 means at once."
    )
    baseline: Baseline | None = Field(
        None,
        description="Measurements before treatment; needed for a course over time and for an entry "
        "threshold.",
    )

    @model_validator(mode="after")
    def _errors_fit_into_the_spread(self) -> Self:
        if self.baseline is None:
            return self
        error = self._error_variance
        if error > self.untreated.sd**2:
            raise wanted(
                f"a `within sd` that fits: measurement error alone gives the observed change a standard "
                f"deviation of {math.sqrt(error):.3g}, and untreated `sd` says {self.untreated.sd:g} in all",
                at=("baseline", "within_sd"),
            )
        largest = 1 - error / self.untreated.sd**2
        if self.untreated.correlation > largest * (1 + 1e-12):
            raise wanted(
                f"a correlation of at most {largest:.3g}: the rest of the observed change is "
                "measurement error, which units do not share",
                at=("untreated", "correlation"),
            )
        return self

    @property
    def _error_variance(self) -> float:
        """Variance of the observed change that comes from measurement alone."""
        return 0.0 if self.baseline is None else self.baseline.within_sd**2 * (1 + 1 / self.baseline.visits)

    def ramp(self, months: float) -> float:
        """Share of the effect that is there some months after treatment.

        Example:
            >>> scenario = ContinuousScenario(untreated={"sd": 6}, effect=8, onset="4 months")
            >>> scenario.ramp(0), scenario.ramp(1), scenario.ramp(12)
            (0.0, 0.25, 1.0)
        """
        if months <= 0:
            return 0.0
        return min(1.0, months / self.onset) if self.onset > 0 else 1.0

    def _reached(self, endpoint: Endpoint) -> float:
        """Share of the effect that is there when the outcome is measured; all of it when no time is given."""
        return self.ramp(endpoint.known_after) if endpoint.known_after > 0 else 1.0

    def benefit(self, endpoint: Endpoint) -> float:
        """Mean effect at the endpoint's time, signed so that positive is good."""
        reached = self._reached(endpoint) * sum(cell.share * cell.effect for cell in cells(self.factors))
        return endpoint.sign * self.effect * reached + 0.0

    def scaled(self, factor: float) -> Self:
        """The same people with a multiple of the mean effect and of its spread."""
        return self.replace(effect=factor * self.effect, effect_sd=abs(factor) * self.effect_sd)

    def participants(self, block: Block, count: int, endpoint: Endpoint) -> Participants:
        """Draw the people of a block."""
        return _ContinuousParticipants(block, count, self, endpoint)

    def variance(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Variance of the observed change by arm, and of the difference between the sides of a person."""
        if not self.seen_as_assigned(endpoint):
            return None
        plain = self.untreated.sd**2 - self._error_of_selection()
        between, apart = self._variance_of_effect(endpoint)
        return {
            "control": plain + variance_of_shift(self.factors),
            "treated": plain + between,
            "pair": 2 * (plain - self.untreated.correlation * self.untreated.sd**2)
            + (1 - self.contamination) ** 2 * apart,
        }

    def _variance_of_effect(self, endpoint: Endpoint) -> tuple[float, float]:
        """Variance between people of what factors and treatment add, and of what treatment alone adds."""
        reached = self._reached(endpoint)
        kinds, mean = cells(self.factors), self.effect * reached
        own = (self.effect_sd * reached) ** 2 * sum(cell.share * cell.effect**2 for cell in kinds)

        def spread(with_shift: bool) -> float:
            added = [with_shift * cell.shift + cell.effect * mean for cell in kinds]
            middle = sum(cell.share * value for cell, value in zip(kinds, added, strict=True))
            return sum(cell.share * (value - middle) ** 2 for cell, value in zip(kinds, added, strict=True))

        return spread(True) + own, spread(False) + own

    def _error_of_selection(self) -> float:
        """What selection takes away from the variance of the observed change."""
        if self.baseline is None or self.baseline.entry is None:
            return 0.0
        lost = self.baseline.spread**2 - self.baseline.screening_moments()[1]
        return lost * ((1 - self.baseline.reliability) / self.baseline.visits) ** 2

    def regression_to_the_mean(self, endpoint: Endpoint) -> float:
        """Mean observed change that the entry threshold alone makes, positive when it looks like benefit.

        With z the threshold in standard deviations sigma of a measurement, and rho their correlation within a
        person, the screening measurement of those who enter lies (1 - rho) sigma phi(z) / (1 - Phi(z)) beyond
        their true level (Gardner and Heady 1973; Davis 1976); a baseline of k visits carries 1/k of it.

        Example:
            >>> endpoint = Endpoint(name="acuity", kind="continuous", known_after=12)
            >>> scenario = ContinuousScenario(
            ...     untreated={"sd": 6},
            ...     effect=0,
            ...     baseline={"mean": 50, "sd": 8, "within sd": 4, "entry": {"at most": 45}},
            ... )
            >>> round(scenario.regression_to_the_mean(endpoint), 3)
            2.119
        """
        if self.baseline is None or self.baseline.entry is None:
            return 0.0
        beyond = self.baseline.screening_moments()[0] - self.baseline.mean
        return -endpoint.sign * (1 - self.baseline.reliability) * beyond / self.baseline.visits

    @property
    def unit_correlation(self) -> float:
        """Correlation between the units of one participant."""
        return self.untreated.correlation

    def with_correlation(self, correlation: float) -> Self | None:
        """The same scenario with another correlation; None when measurement error leaves no room for it."""
        try:
            return self.replace(untreated=self.untreated.replace(correlation=correlation))
        except ValidationError:
            return None

    def with_more_spread(self, times: float, endpoint: Endpoint) -> Self:
        """The same people with changes that differ more; measurement errors stay what they are."""
        return self.replace(untreated=self.untreated.replace(sd=times * self.untreated.sd))

    def with_entry_threshold(self, amount: float, endpoint: Endpoint) -> Self | None:
        """The same people, let in when their screening measurement is bad; None without measurement error."""
        baseline = self.baseline
        if baseline is None or baseline.within_sd == 0:
            return None
        threshold = baseline.mean - endpoint.sign * amount * baseline.spread
        entry = EntryThreshold(at_most=threshold) if endpoint.sign > 0 else EntryThreshold(at_least=threshold)
        return self.replace(baseline=baseline.replace(entry=entry))


class _ContinuousParticipants(Simulated):
    scenario: ContinuousScenario

    def outcome(self, exposure: Exposure, unit: int = 0) -> Floats:
        """Observed change: the measurement at the endpoint's time minus the mean of the baseline visits."""
        return np.asarray(self._untreated_change(unit) + self._reached_effect(exposure))

    def outcome_under(self, treated: Flags) -> Floats:
        """Observed change: the untreated one is drawn once, and the effect added to those who were treated."""
        effect, change = self._reached_effect(Exposure.TREATED), self._untreated_change(0)
        return raised(change, treated, effect) if isinstance(effect, float) else change + treated * effect

    def _untreated_change(self, unit: int) -> Floats:
        """Observed change without the effect."""
        change = self._remembered("observed change", unit, lambda: self._observed_change(unit))
        return change if self.scenario.steady and self.nudge == 0 else change + self.nudge

    def _observed_change(self, unit: int) -> Floats:
        """Observed change when nothing nudges it."""
        change = self._true_change(unit)
        if self.scenario.baseline is None:
            return change
        return np.asarray(change + self._error(unit, self.endpoint.known_after) - self._baseline_error(unit))

    def _remembered(self, name: str, which: object, make: Callable[[], Floats]) -> Floats:
        """A column that depends on the untreated people alone: the same whatever the effect and the operations."""
        scenario = self.scenario
        people = (scenario.untreated, scenario.baseline, *scenario.factors)
        about = (*people, self.endpoint.known_after, which)
        return remembered(name, about, self.block, self.count, make)

    def _reached_effect(self, exposure: Exposure) -> Floats | float:
        """Effect that is there when the outcome is measured."""
        return self.scenario._reached(self.endpoint) * self._effect(exposure)

    def before(self, months: float, unit: int = 0) -> Floats:
        """The baseline: the mean of its visits; 0 when values are counted from each person's own baseline."""
        if self.scenario.baseline is None:
            return np.zeros(self.shape)
        return np.asarray(self._screened(unit)[0] + self._baseline_error(unit))

    def course(self, exposure: Exposure, times: Floats) -> Floats:
        """Measurements at visits. The first visit is the screening visit, unless it comes after treatment."""
        return self._course(self._effect(exposure), times)

    def course_under(self, treated: Flags, times: Floats) -> Floats:
        """Measurements at visits: the untreated course is drawn once, and the effect added to those who were treated."""
        return self._course(np.asarray(treated * self._effect(Exposure.TREATED), dtype=np.float64), times)

    def _course(self, effect: Floats | float, times: Floats) -> Floats:
        """The untreated course with what treatment adds."""
        scenario, endpoint = self.scenario, self.endpoint
        if scenario.baseline is None:
            raise ValueError(
                "a course over time needs a `baseline` block in the scenario (mean, sd and within sd of the "
                "measurement)"
            )
        if endpoint.known_after <= 0:
            raise ValueError("a course over time needs an endpoint `known after` some months")
        months = np.asarray(times, dtype=np.float64)
        untreated = self._remembered("course", tuple(months.tolist()), lambda: self._untreated_course(months))
        values = untreated.copy()
        for visit in np.flatnonzero(months > 0):
            values[:, :, visit] += self.nudge + scenario.ramp(months[visit]) * effect
        return values

    def _untreated_course(self, months: Floats) -> Floats:
        """Measurements at visits without nudge and effect."""
        endpoint = self.endpoint
        days = np.round(months * DAYS_PER_YEAR / 12)
        screening = min(0.0, float(months.min(initial=0.0)))
        level, screening_error = self._screened(0)
        pace = self._true_change(0) / endpoint.known_after
        values = np.empty((*self.shape, len(months)))
        for visit, month in enumerate(months):
            repeat = int((days[:visit] == days[visit]).sum())
            error = self._error(0, month, repeat)
            if month == screening and repeat == 0:
                error = screening_error
            values[:, :, visit] = level + pace * (month - screening) + error
        return values

    def _true_change(self, unit: int) -> Floats:
        """True change over the endpoint's time when untreated, the factors' part included."""
        untreated = self.scenario.untreated
        shared = untreated.correlation * untreated.sd**2
        own = max(0.0, untreated.sd**2 - self.scenario._error_variance - shared)
        change = scaled(self.normals(Purpose.OUTCOME_UNIT, unit), math.sqrt(own), untreated.mean)
        if not isinstance(self.shift, float):
            change += self.shift
        if shared > 0:
            change += math.sqrt(shared) * self.normals(Purpose.OUTCOME_PERSON)
        return change

    def _effect(self, exposure: Exposure) -> Floats | float:
        """Full effect in each person under an exposure."""
        if exposure == Exposure.UNTREATED:
            return 0.0
        scenario = self.scenario
        effect: Floats | float = scenario.effect
        if scenario.effect_sd > 0:
            effect = effect + scenario.effect_sd * self.normals(Purpose.EFFECT)
        effect = effect * self.effect_share
        return effect if exposure == Exposure.TREATED else scenario.contamination * effect

    @cached_property
    def _baseline(self) -> Baseline:
        assert self.scenario.baseline is not None
        return self.scenario.baseline

    def _screened(self, unit: int) -> tuple[Floats, Floats]:
        """True level at screening and error of the screening measurement of those who enter.

        The measurement is drawn first and the level given the measurement.
        """
        if unit not in self._screenings:
            self._screenings[unit] = self._remembered("screened", unit, lambda: self._screening(unit))
        level, error = self._screenings[unit]
        return level, error

    @cached_property
    def _screenings(self) -> dict[int, Floats]:
        return {}

    def _screening(self, unit: int) -> Floats:
        """Draw the screening: level and error, one after the other."""
        baseline = self._baseline
        beyond = baseline.screening(self.uniforms(Purpose.SCREENING, unit)) - baseline.mean
        left = baseline.sd * math.sqrt(1 - baseline.reliability)
        level = baseline.reliability * beyond + left * self.normals(Purpose.BASELINE, unit)
        return np.stack([baseline.mean + level, beyond - level])

    def _baseline_error(self, unit: int) -> Floats:
        """Mean error of the baseline visits, of which the first is the screening visit."""
        return self._remembered("baseline error", unit, lambda: self._mean_error(unit))

    def _mean_error(self, unit: int) -> Floats:
        """Average the errors of the baseline visits."""
        visits = self._baseline.visits
        errors = self._screened(unit)[1]
        for visit in range(1, visits):
            errors = errors + self._error(unit, 0.0, visit)
        return errors / visits

    def _error(self, unit: int, month: float, repeat: int = 0) -> Floats | float:
        """Error of a measurement, addressed by its day: a visit has the same error in every design."""
        if self._baseline.within_sd == 0:
            return 0.0
        day = round(month * DAYS_PER_YEAR / 12) + _DAY_ZERO
        address = ((unit << _DAY_BITS) + day << _REPEAT_BITS) + repeat
        return self._baseline.within_sd * self.normals(Purpose.OUTCOME_OCCASION, address)
