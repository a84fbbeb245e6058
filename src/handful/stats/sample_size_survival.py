"""Events, participants and calendar time of a two-arm trial with a time-to-event endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats.roots import find_root
from handful.stats.sample_size import NormalTest

Array = NDArray[np.float64]


def log_rank_events(
    hazard_ratio: float, *, null_ratio: float = 1.0, allocation_ratio: float = 1.0
) -> NormalTest:
    """The log-rank test, in events: information is events * r / (1 + r)**2 (Schoenfeld 1981, 1983).

    Biometrika 68:316-319, Biometrics 39:499-503.

    Args:
        hazard_ratio: true hazard on treatment over that on control; below `null_ratio` is a benefit.
        null_ratio: hazard ratio under the null hypothesis.
        allocation_ratio: r, treatment over control.

    Returns:
        A test whose sizes are numbers of events.

    Raises:
        ValueError: if a ratio is not positive.

    Example:
        >>> round(log_rank_events(0.35).size(power=0.9), 6)
        38.135089
    """
    if not (hazard_ratio > 0.0 and null_ratio > 0.0 and allocation_ratio > 0.0):
        raise ValueError("hazard ratios and the allocation ratio must be positive")
    deviation = (1.0 + allocation_ratio) / sqrt(allocation_ratio)
    return NormalTest(log(null_ratio / hazard_ratio), deviation, deviation)


@dataclass(frozen=True)
class PiecewiseExponential:
    """Time to event with a hazard that is constant between change points, and exponential dropout.

    Attributes:
        rates: hazard from each start on, per unit of time.
        starts: where each hazard begins; the first is 0.
        dropout: hazard of leaving the trial before the event.
    """

    rates: tuple[float, ...]
    starts: tuple[float, ...] = (0.0,)
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if len(self.rates) != len(self.starts) or not self.starts or self.starts[0] != 0.0:
            raise ValueError("need one rate for each start, the first start being 0")
        if not (np.all(np.diff(self.starts) > 0.0) and min(self.rates) >= 0.0 and self.dropout >= 0.0):
            raise ValueError("starts must grow and hazards must not be negative")

    def incidence(self, time: ArrayLike) -> Array:
        """Probability of an observed event within a time of follow-up; 0 for negative times."""
        return self._walk(np.asarray(time, dtype=np.float64))[0]

    def incidence_integral(self, time: ArrayLike) -> Array:
        """Integral of the incidence from 0 to a time of follow-up, which averages it over even enrolment."""
        return self._walk(np.asarray(time, dtype=np.float64))[1]

    def _walk(self, time: Array) -> tuple[Array, Array]:
        """Incidence and its integral, summed over the pieces."""
        incidence, integral = np.zeros(time.shape), np.zeros(time.shape)
        under_observation = 1.0  # at the start of the piece
        stops = (*self.starts[1:], np.inf)
        for start, stop, rate in zip(self.starts, stops, self.rates, strict=True):
            hazard = rate + self.dropout
            length = np.clip(time - start, 0.0, stop - start)
            first, second = _mean_survival(hazard, length)
            integral = integral + incidence * length + rate * under_observation * second
            incidence = incidence + rate * under_observation * first
            under_observation *= np.exp(-hazard * (stop - start)) if hazard > 0.0 else 1.0
        return incidence, integral


def _mean_survival(hazard: float, length: Array) -> tuple[Array, Array]:
    """Integral of exp(-hazard * t) from 0 to the length, and the integral of that."""
    scaled = hazard * length
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(scaled > 0.0, -np.expm1(-scaled) / hazard, length)
        second = (length - first) / hazard
    series = length**2 * (1 / 2 - scaled * (1 / 6 - scaled * (1 / 24 - scaled / 120)))
    return first, np.where(scaled > 1e-3, second, series)


@dataclass(frozen=True)
class SurvivalTrial:
    """Two arms, enrolment and follow-up: from calendar time to expected events and back.

    Attributes:
        treatment: time to event on treatment.
        control: time to event on control.
        enrolment_ends: end of each enrolment period, growing; the last ends enrolment.
        enrolment_rates: relative speed of enrolment in each period.
        allocation_ratio: treatment over control.

    Example:
        >>> control = PiecewiseExponential((log(2) / 12,), dropout=0.005)
        >>> treatment = PiecewiseExponential((0.4 * log(2) / 12,), dropout=0.005)
        >>> trial = SurvivalTrial(treatment, control, enrolment_ends=(24.0,))
        >>> round(trial.lachin_foulkes(48.0).size(power=0.8), 6)
        54.667619
    """

    treatment: PiecewiseExponential
    control: PiecewiseExponential
    enrolment_ends: tuple[float, ...]
    enrolment_rates: tuple[float, ...] = (1.0,)
    allocation_ratio: float = 1.0

    def __post_init__(self) -> None:
        if len(self.enrolment_ends) != len(self.enrolment_rates) or not self.allocation_ratio > 0.0:
            raise ValueError("need one enrolment rate for each period and a positive allocation ratio")
        if not (np.all(np.diff((0.0, *self.enrolment_ends)) > 0.0) and self._weights().sum() > 0.0):
            raise ValueError("enrolment periods must grow and enrol somebody")

    def _weights(self) -> Array:
        """Participants of each period, relatively."""
        return np.asarray(np.diff((0.0, *self.enrolment_ends)) * self.enrolment_rates)

    def enrolled(self, time: float) -> float:
        """Share of all participants enrolled by a calendar time."""
        starts, ends = (0.0, *self.enrolment_ends[:-1]), self.enrolment_ends
        passed = np.clip(time - np.asarray(starts), 0.0, np.subtract(ends, starts))
        return float(passed @ np.asarray(self.enrolment_rates) / self._weights().sum())

    def event_probability(self, arm: PiecewiseExponential, time: float) -> float:
        """Share of an arm's final participants with an observed event by a calendar time."""
        edges = arm.incidence_integral(time - np.array((0.0, *self.enrolment_ends)))
        return float(-np.diff(edges) @ np.asarray(self.enrolment_rates) / self._weights().sum())

    def events(self, participants: float, time: float) -> float:
        """Expected events by a calendar time, in both arms together."""
        treated, controls = self._shares()
        of_treated = self.event_probability(self.treatment, time)
        of_controls = self.event_probability(self.control, time)
        return participants * (treated * of_treated + controls * of_controls)

    def participants(self, events: float, time: float) -> float:
        """Participants with whom a number of events is expected by a calendar time."""
        return events / self.events(1.0, time)

    def time_of(self, events: float, participants: float) -> float:
        """Calendar time at which a number of events is expected.

        Raises:
            ValueError: if so many events are never expected.
        """
        if not 0.0 < events < self.events(participants, 1e9 * self.enrolment_ends[-1]):
            raise ValueError(f"{events!r} events are never expected with {participants!r} participants")
        end = self.enrolment_ends[-1]
        return find_root(lambda time: self.events(participants, time) - events, end, 1.1 * end)

    def lachin_foulkes(self, time: float) -> NormalTest:
        """The test of the log hazard ratio in participants, when the analysis is at a calendar time.

        The variance under the null hypothesis takes the mean of both hazards for either arm, that under the
        alternative each arm's own events; Lachin and Foulkes (1986), Biometrics 42:507-519.

        Raises:
            ValueError: if hazards are not proportional.
        """
        treated, controls = self._shares()
        rates, control_rates = np.asarray(self.treatment.rates), np.asarray(self.control.rates)
        if self.treatment.starts != self.control.starts or np.ptp(rates / control_rates) > 1e-9:
            raise ValueError("the method of Lachin and Foulkes needs proportional hazards")
        pooled = tuple((treated * rates + controls * control_rates).tolist())
        nulls = (
            PiecewiseExponential(pooled, self.treatment.starts, arm.dropout)
            for arm in (self.treatment, self.control)
        )
        return NormalTest(
            log(control_rates[0] / rates[0]),
            sqrt(self._log_hazard_variance(time, *nulls)),
            sqrt(self._log_hazard_variance(time, self.treatment, self.control)),
        )

    def _shares(self) -> tuple[float, float]:
        """Shares of all participants on treatment and on control."""
        return self.allocation_ratio / (1.0 + self.allocation_ratio), 1.0 / (1.0 + self.allocation_ratio)

    def _log_hazard_variance(
        self, time: float, treatment: PiecewiseExponential, control: PiecewiseExponential
    ) -> float:
        """Variance of the log hazard ratio, times the participants in all."""
        arms = zip(self._shares(), (treatment, control), strict=True)
        return sum(1.0 / (share * self.event_probability(arm, time)) for share, arm in arms)
