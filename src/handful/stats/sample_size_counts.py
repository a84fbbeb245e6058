"""Sample sizes for counts of events per participant: the negative binomial rate ratio.

A participant observed for a time t has mean count rate * t and variance mean * (1 + overdispersion * mean);
the Fisher information about the log rate is mean / (1 + overdispersion * mean). Friede and Schmidli (2010),
Statistics in Medicine 29:1145-1156; Muetze, Glimm, Schmidli and Friede (2019), Statistical Methods in Medical
Research 28:2326-2347.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from handful.stats.roots import find_root
from handful.stats.sample_size import NormalTest

Array = NDArray[np.float64]


def count_rate_ratio(
    rate: float,
    control_rate: float,
    *,
    exposure: float,
    overdispersion: float = 0.0,
    null_ratio: float = 1.0,
    allocation_ratio: float = 1.0,
) -> NormalTest:
    """The Wald test of a log rate ratio when everyone is observed for the same time.

    Args:
        rate: events per unit of time on treatment, positive; fewer are a benefit.
        control_rate: events per unit of time on control, positive.
        exposure: time that each participant is observed.
        overdispersion: 0 for Poisson counts.
        null_ratio: rate ratio under the null hypothesis.
        allocation_ratio: treatment over control.

    Returns:
        The test, in participants.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> round(count_rate_ratio(0.3, 0.9, exposure=12, overdispersion=1).size(power=0.8), 4)
        30.8294
    """
    _check(rate, control_rate, overdispersion, allocation_ratio)
    if not (exposure > 0.0 and null_ratio > 0.0):
        raise ValueError(f"exposure and null ratio must be positive, got {exposure!r} and {null_ratio!r}")
    treated, controls = allocation_ratio / (1.0 + allocation_ratio), 1.0 / (1.0 + allocation_ratio)
    variance = (1.0 / (rate * exposure) + overdispersion) / treated
    variance += (1.0 / (control_rate * exposure) + overdispersion) / controls
    return NormalTest(log(null_ratio * control_rate / rate), sqrt(variance), sqrt(variance))


def _check(rate: float, control_rate: float, overdispersion: float, allocation_ratio: float) -> None:
    """Positive rates and ratio, and no negative overdispersion."""
    if not (rate > 0.0 and control_rate > 0.0 and overdispersion >= 0.0 and allocation_ratio > 0.0):
        raise ValueError("rates and the allocation ratio must be positive, the overdispersion not negative")


@dataclass(frozen=True)
class CountTrial:
    """Two arms that enrol evenly and are followed to a common end: information over calendar time.

    Attributes:
        rate: events per unit of time on treatment.
        control_rate: events per unit of time on control.
        overdispersion: 0 for Poisson counts.
        enrolment: time from the first participant of an arm to its last, who are evenly spaced between.
        follow_up: time from the last participant to the end.
        allocation_ratio: treatment over control.

    Example:
        >>> trial = CountTrial(0.3, 0.9, overdispersion=1.0, enrolment=12.0, follow_up=12.0)
        >>> sizes = trial.participants(6.527299)
        >>> sizes, round(trial.time_of(6.527299 / 2, sizes), 4)
        ((15, 15), 8.7697)
    """

    rate: float
    control_rate: float
    overdispersion: float
    enrolment: float
    follow_up: float
    allocation_ratio: float = 1.0

    def __post_init__(self) -> None:
        _check(self.rate, self.control_rate, self.overdispersion, self.allocation_ratio)
        if not (self.enrolment >= 0.0 and self.follow_up >= 0.0 and self.enrolment + self.follow_up > 0.0):
            raise ValueError(
                "enrolment and follow-up must not be negative, and the trial must take some time"
            )

    def _entries(self, size: int) -> Array:
        """Entry times of an arm."""
        return np.linspace(0.0, self.enrolment, size)

    def _arm_information(self, rate: float, size: int, time: float) -> float:
        """Information about the log rate of one arm at a calendar time."""
        mean = rate * np.clip(time - self._entries(size), 0.0, None)
        return float((mean / (1.0 + self.overdispersion * mean)).sum())

    def information(self, sizes: tuple[int, int], time: float) -> float:
        """Information about the log rate ratio at a calendar time: one over the variance of its estimate.

        Args:
            sizes: participants on treatment and on control, in all.
            time: since the first participant.
        """
        treated = self._arm_information(self.rate, sizes[0], time)
        controls = self._arm_information(self.control_rate, sizes[1], time)
        return treated * controls / (treated + controls) if treated + controls > 0.0 else 0.0

    def participants(self, information: float) -> tuple[int, int]:
        """The fewest participants on treatment and control with an amount of information at the end."""
        end = self.enrolment + self.follow_up
        control = 1
        while (
            self.information(sizes := (ceil(self.allocation_ratio * control - 1e-9), control), end)
            < information
        ):
            control += 1
        return sizes

    def time_of(self, information: float, sizes: tuple[int, int]) -> float:
        """Calendar time at which an amount of information is reached, without an end to follow-up.

        Raises:
            ValueError: if overdispersion keeps the information below that for ever.
        """
        if not 0.0 < information < self.information(sizes, 1e12):
            raise ValueError(f"{information!r} is not an information that {sizes!r} participants can reach")
        end = self.enrolment + self.follow_up
        return find_root(lambda time: self.information(sizes, time) - information, 0.5 * end, end)

    def enrolled(self, sizes: tuple[int, int], time: float) -> int:
        """Participants enrolled by a calendar time, in both arms together."""
        return sum(int(np.count_nonzero(self._entries(size) <= time)) for size in sizes)
