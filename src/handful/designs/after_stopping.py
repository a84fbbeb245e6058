"""Estimates that know of the looks: stage-wise, which allow for them, and repeated, which hold at every look.

Both are made on the z scale of the normal process and carried to the scale of the analysis by its own interval: a
standard error is that interval's half width over the normal quantile, below the estimate and above it apart. A trial
that stops at its first look, or has only one, so keeps the estimate and the interval that it had.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from handful.analyses.base import Aim, Analysis, Deferred, Estimate, Floats, Lattice
from handful.designs.estimators import Estimator
from handful.designs.observed_spending import SpentAsObserved
from handful.participants.observations import Cut, Flags, Integers, Observations
from handful.stats.sequential_inference import SequentialInference, conclude
from handful.stats.stage_wise import PassedLooks

Levels = tuple[float, ...]


@dataclass(frozen=True)
class Passed:
    """Looks of a trial on the z scale.

    Attributes:
        information: Information at each look, growing.
        upper: Upper boundaries.
        lower: Lower boundaries that have to be obeyed: for harm, or for binding futility; minus infinite where there is none.
        stops: Lower boundaries at which trials stop, whether they have to or not.
    """

    information: Levels
    upper: Levels
    lower: Levels
    stops: Levels

    def before(self, look: int) -> Passed:
        """The looks before one of them."""
        return Passed(*(part[:look] for part in (self.information, self.upper, self.lower, self.stops)))

    def conclude(self, information: Floats, z: Floats, level: float) -> SequentialInference:
        """p-value, estimate and interval of trials that passed these looks and stopped at the next.

        Futility that need not be obeyed is counted where that is the cautious side: it plays no part in the p-value and the
        lower limit, and raises the upper limit. So all three hold whether it is obeyed or overruled, and the estimate is
        median-unbiased if it is obeyed.

        Args:
            information: Information with which each trial stopped, shape (trials,).
            z: Statistic with which it stopped, likewise.
            level: One-sided level of the interval.
        """
        firm = self._concluded(self.lower, information, z, level)
        if self.stops == self.lower:
            return firm
        obeyed = self._concluded(self.stops, information, z, level)
        return replace(obeyed, p_value=firm.p_value, lower=firm.lower)

    def _concluded(self, lower: Levels, information: Floats, z: Floats, level: float) -> SequentialInference:
        """Conclusions with one of the lower boundaries."""
        looks = len(self.information)
        every = PassedLooks.before_each((*self.information, np.inf), (*lower, -np.inf), (*self.upper, np.inf))
        return conclude(every, np.full(len(z), looks), information, z, None, 0.0, 1 - 2 * level, 1)


@dataclass(frozen=True)
class Stops:
    """Trials that passed the same looks, and what each of them stopped at.

    Attributes:
        trials: Where they stand among all.
        passed: The looks that they passed.
        information: Information with which each stopped, shape (trials,).
        upper: Upper boundary where it stopped, on the z scale, likewise.
    """

    trials: Integers
    passed: Passed
    information: Floats
    upper: Floats


@dataclass(frozen=True)
class AfterStopping(Estimator):
    """Base of the estimators that know of the looks.

    Attributes:
        planned: The looks as planned.
        null: Benefit at the boundary of the null.
        level: One-sided level of the interval.
        observed: The rule whose boundaries follow the information, if it does.
    """

    planned: Passed
    null: float
    level: float
    observed: SpentAsObserved | None = None

    @property
    def follows_information(self) -> bool:
        """As the rule does."""
        return self.observed is not None

    @abstractmethod
    def adjust(self, told: Told, stops: Stops) -> Estimate:
        """Estimates of trials that stopped after the same looks."""

    def of_trials(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Estimate:
        """Adjust the estimates of the analysis, all trials that passed the same looks at once."""
        reported = _copied(analysis.estimate(seen, cut, aim))
        known = _judged(reported)
        if self.observed is None or reached is None:
            groups = [self._planned_stops(k, np.flatnonzero(known & (look == k))) for k in np.unique(look)]
        else:
            groups = _observed_stops(self.observed, look, reached, known)
        for stops in groups:
            self._put(reported, stops)
        return reported

    def of_counts(self, lattice: Lattice) -> Sequence[Estimate]:
        """Adjust the estimates of every count."""

        def table(look: int) -> Estimate:
            grid = lattice.estimate[look]
            flat = Estimate(*(np.array(part).ravel() for part in (grid.value, grid.lower, grid.upper)))
            self._put(flat, self._planned_stops(look, np.flatnonzero(_judged(flat))))
            return Estimate(
                *(part.reshape(grid.value.shape) for part in (flat.value, flat.lower, flat.upper))
            )

        return Deferred([partial(table, look) for look in range(len(lattice.stages))])

    def _planned_stops(self, look: int, trials: Integers) -> Stops:
        """Trials that stopped at a look as planned."""
        ends = (self.planned.information[look], self.planned.upper[look])
        return Stops(trials, self.planned.before(look), *(np.full(len(trials), end) for end in ends))

    def _put(self, reported: Estimate, stops: Stops) -> None:
        """Adjust in place."""
        here = stops.trials
        if len(here) == 0:
            return
        parts = (reported.value[here], reported.lower[here], reported.upper[here])
        adjusted = self.adjust(Told(*parts, self.null, float(-ndtri(self.level))), stops)
        for part in ("value", "lower", "upper"):
            getattr(reported, part)[here] = getattr(adjusted, part)


@dataclass(frozen=True)
class Told:
    """Estimates of the analysis with their intervals, shape (trials,).

    Attributes:
        value: Estimates.
        lower: Lower limits.
        upper: Upper limits.
        null: Benefit at the boundary of the null.
        quantile: Normal quantile of the interval.
    """

    value: Floats
    lower: Floats
    upper: Floats
    null: float
    quantile: float

    @property
    def z(self) -> Floats:
        """The z-values that the intervals imply: beyond the quantile exactly where an interval excludes the null."""
        off = self.value - self.null
        error = np.where(off >= 0, self.value - self.lower, self.upper - self.value) / self.quantile
        return np.asarray(np.divide(off, error, out=np.zeros(len(off)), where=error > 0))

    def moved(self, steps: Floats) -> Floats:
        """The estimates moved by so many standard errors."""
        error = np.where(steps < 0, self.value - self.lower, self.upper - self.value) / self.quantile
        return self.value + np.multiply(steps, error, out=np.zeros(len(error)), where=error > 0)


class StageWise(AfterStopping):
    """Median-unbiased estimate and interval by the stage-wise ordering.

    Fairbanks and Madsen (1982); Tsiatis, Rosner and Mehta (1984); Jennison and Turnbull (2000), sections 8.2 to 8.5.
    """

    def adjust(self, told: Told, stops: Stops) -> Estimate:
        """Move estimate and limits by what the ordering moves those of the normal process."""
        z, root = told.z, np.sqrt(stops.information)
        found = stops.passed.conclude(stops.information, z, self.level)
        return Estimate(
            *(told.moved(root * effect - z) for effect in (found.estimate, found.lower, found.upper))
        )


class Repeated(AfterStopping):
    """The estimate as it is, with the repeated confidence interval: valid at every look at once, whatever made it stop.

    Jennison and Turnbull (1989); (2000), chapter 9.
    """

    def adjust(self, told: Told, stops: Stops) -> Estimate:
        """As many standard errors to either side as the boundary of the look is high."""
        return Estimate(told.value, told.moved(-stops.upper), told.moved(stops.upper))


def _observed_stops(
    rule: SpentAsObserved, look: NDArray[np.int8], reached: Integers, known: Flags
) -> list[Stops]:
    """Trials that passed the same looks with the same information."""
    until = np.where(np.arange(reached.shape[1]) <= look[:, None], reached, -1)
    different, place = np.unique(until, axis=0, return_inverse=True)
    order = np.argsort(place.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(place.ravel()))
    groups: dict[Passed, list[tuple[Integers, float, float]]] = {}
    for row, trials in zip(different.tolist(), np.split(order, ends[:-1]), strict=True):
        history = tuple(level for level in row if level >= 0)
        found = rule.boundaries(history, len(history) == rule.looks)
        theirs = trials[known[trials]]
        if found is None or len(theirs) == 0:
            continue
        nothing = (-np.inf,) * len(found.upper)
        firm = rule.binding or rule.sided == 2
        passed = Passed(found.information, found.upper, found.lower if firm else nothing, found.lower)
        last = len(found.upper) - 1
        key = passed.before(last)
        groups.setdefault(key, []).append((theirs, passed.information[last], passed.upper[last]))
    return [
        Stops(
            np.concatenate([trials for trials, _, _ in members]),
            key,
            *(
                np.concatenate([np.full(len(member[0]), member[part]) for member in members])
                for part in (1, 2)
            ),
        )
        for key, members in groups.items()
    ]


def _judged(estimate: Estimate) -> Flags:
    """Where there is an estimate with an interval."""
    with np.errstate(invalid="ignore"):
        width = estimate.upper - estimate.lower
        return np.asarray(np.isfinite(estimate.value) & np.isfinite(width) & (width > 0))


def _copied(estimate: Estimate) -> Estimate:
    """An estimate that may be changed in place."""
    return Estimate(*(np.array(part) for part in (estimate.value, estimate.lower, estimate.upper)))
