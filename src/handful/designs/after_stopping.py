"""Estimates that know of the looks: stage-wise, which allow for them, and repeated, which hold at every look.

Both are made on the z scale of the normal process and carried to the scale of the analysis by its own interval: a
standard error is that interval's half width over the normal quantile, below the estimate and above it apart. A trial
that stops at its first look, or has only one, so keeps the estimate and the interval that it had.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from handful.analyses.base import Aim, Analysis, Deferred, Estimate, Floats, Lattice
from handful.designs.estimators import Estimator
from handful.designs.observed_spending import SpentAsObserved
from handful.participants.observations import Cut, Flags, Integers, Observations
from handful.stats.stage_wise import PassedLooks, effects_of_outcomes

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

    def effects(self, information: float, z: Floats, level: float) -> tuple[Floats, Floats, Floats]:
        """Median-unbiased estimates and limits of trials that passed these looks and stopped at the next.

        Futility that need not be obeyed is counted where that is the cautious side: it plays no part in the lower limit and
        raises the upper one. So both limits hold whether it is obeyed or overruled; the estimate is median-unbiased if it is
        obeyed. What is said of a trial does not depend on the trials beside it.

        Args:
            information: Information with which the trials stopped.
            z: Statistic with which each stopped, shape (trials,).
            level: One-sided level of the interval.

        Returns:
            (estimates, lower limits, upper limits), as effects per square root of information.
        """
        tails = (0.5, level, 1 - level)
        estimate, lower, upper = effects_of_outcomes(self._looks(self.stops), information, z, tails)
        if self.stops != self.lower:
            lower = effects_of_outcomes(self._looks(self.lower), information, z, tails)[1]
        return estimate, lower, upper

    def p_value(self, information: float, z: Floats) -> Floats:
        """One-sided p-values of such trials, shape (trials,); without futility that need not be obeyed."""
        return self._looks(self.lower).tail(0.0, np.full(len(z), information), z)

    def _looks(self, lower: Levels) -> PassedLooks:
        """The looks with one of the lower boundaries."""
        return PassedLooks(self.information, lower, self.upper)


@dataclass(frozen=True)
class Stops:
    """Trials that passed the same looks and stopped at the same one.

    Attributes:
        trials: Where they stand among all.
        passed: The looks that they passed.
        information: Information with which they stopped.
        upper: Upper boundary where they stopped, on the z scale.
    """

    trials: NDArray[np.intp]
    passed: Passed
    information: float
    upper: float


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
        for stops in self._stops(_judged(reported), look, reached):
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

    def _stops(self, known: Flags, look: NDArray[np.int8], reached: Integers | None) -> Iterable[Stops]:
        """The trials with an estimate, all that passed the same looks at once."""
        if self.observed is None or reached is None:
            return [self._planned_stops(k, np.flatnonzero(known & (look == k))) for k in np.unique(look)]
        return _observed_stops(self.observed, look, reached, known)

    def _planned_stops(self, look: int, trials: NDArray[np.intp]) -> Stops:
        """Trials that stopped at a look as planned."""
        planned = self.planned
        return Stops(trials, planned.before(look), planned.information[look], planned.upper[look])

    def _put(self, reported: Estimate, stops: Stops) -> None:
        """Adjust in place."""
        here = stops.trials
        if len(here) == 0:
            return
        adjusted = self.adjust(self._told(reported, stops), stops)
        for part in ("value", "lower", "upper"):
            getattr(reported, part)[here] = getattr(adjusted, part)

    def _told(self, reported: Estimate, stops: Stops) -> Told:
        """What the analysis reports of some trials."""
        here = stops.trials
        parts = (reported.value[here], reported.lower[here], reported.upper[here])
        return Told(*parts, self.null, float(-ndtri(self.level)))


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
        found = stops.passed.effects(stops.information, z, self.level)
        return Estimate(*(told.moved(root * effect - z) for effect in found))

    def p_values(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Floats | None:
        """Chances of ending as far up in the ordering without a benefit: at most the level where the interval excludes it."""
        reported = analysis.estimate(seen, cut, aim)
        found = np.full(len(look), np.nan)
        for stops in self._stops(_judged(reported), look, reached):
            found[stops.trials] = stops.passed.p_value(stops.information, self._told(reported, stops).z)
        return found


class Repeated(AfterStopping):
    """The estimate as it is, with the repeated confidence interval: valid at every look at once, whatever made it stop.

    Jennison and Turnbull (1989); (2000), chapter 9.
    """

    def adjust(self, told: Told, stops: Stops) -> Estimate:
        """As many standard errors to either side as the boundary of the look is high."""
        bound = np.full(len(told.value), stops.upper)
        return Estimate(told.value, told.moved(-bound), told.moved(bound))


def _observed_stops(
    rule: SpentAsObserved, look: NDArray[np.int8], reached: Integers, known: Flags
) -> Iterator[Stops]:
    """Trials that passed the same looks with the same information."""
    until = np.where(np.arange(reached.shape[1]) <= look[:, None], reached, -1)
    different, place = np.unique(until, axis=0, return_inverse=True)
    order = np.argsort(place.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(place.ravel()))
    for row, trials in zip(different.tolist(), np.split(order, ends[:-1]), strict=True):
        history = tuple(level for level in row if level >= 0)
        found = rule.boundaries(history, len(history) == rule.looks)
        if found is not None:
            firm = rule.binding or rule.sided == 2
            lower = found.lower if firm else (-np.inf,) * len(found.lower)
            passed = Passed(found.information, found.upper, lower, found.lower)
            last = len(found.upper) - 1
            yield Stops(
                trials[known[trials]], passed.before(last), passed.information[last], passed.upper[last]
            )


def _judged(estimate: Estimate) -> Flags:
    """Where there is an estimate with an interval."""
    with np.errstate(invalid="ignore"):
        width = estimate.upper - estimate.lower
        return np.asarray(np.isfinite(estimate.value) & np.isfinite(width) & (width > 0))


def _copied(estimate: Estimate) -> Estimate:
    """An estimate that may be changed in place."""
    return Estimate(*(np.array(part) for part in (estimate.value, estimate.lower, estimate.upper)))
