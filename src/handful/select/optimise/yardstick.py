"""By what designs are measured: the study's utility and constraints as functions of averages, each with its error.

Both are functions of what a design does on average in every scenario. What one simulated trial adds to such a function is,
to first order, the slope of the function times how far the trial lies from the average (the delta method). As all designs
and all scenarios see the same people, the difference between two designs has an error of its own, that of the differences
trial by trial, which is far smaller than the two errors put together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.designs.base import Plan
from handful.engine import exact
from handful.engine.truth import Truth
from handful.select.bench import Bench
from handful.select.optimise.sample import (
    FALSE_CLAIM,
    INFERIOR,
    MONTHS,
    PARTICIPANTS,
    SUCCESS,
    Sample,
    averages_from,
)
from handful.select.utility import helped_per_person, made_for, net_helped, plausibilities

Floats = NDArray[np.float64]
Means = Mapping[str, Floats]
"""Averages by the name of the scenario."""
Function = Callable[[Means], float]
BOUNDARY = "boundary of the null"
_STEP = 1e-4
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A function of averages, as far as it is known.

    Attributes:
        value: Its value.
        scores: What each trial moves it by, times the number of trials; none when it is known by enumeration.
        swing: The most that a claim more, or an early end more, would move one of the scores.
    """

    value: float
    scores: Floats
    swing: float

    def error(self, z: float = 0.0) -> float:
        """Its standard error.

        Args:
            z: How many standard errors will be looked at. What was not seen in so few trials may still happen: half of z
                squared trials more are counted as if each had moved the value by the whole swing. With 0 none are.
        """
        return _error(self.scores, self.swing, z)


def difference_error(one: Estimate, other: Estimate, z: float = 0.0) -> float:
    """Standard error of the difference of two estimates on the same trials.

    Args:
        one: An estimate.
        other: Another, on the same trials, or known by enumeration.
        z: As for `Estimate.error`.

    Returns:
        The error; 0 when both are known.
    """
    if not len(one.scores) or not len(other.scores):
        known = one if len(one.scores) else other
        return known.error(z)
    return _error(one.scores - other.scores, max(one.swing, other.swing), z)


def _error(scores: Floats, swing: float, z: float) -> float:
    """Standard error of a mean of scores."""
    if not len(scores):
        return 0.0
    return math.sqrt(float(scores @ scores) + z * z / 2 * swing * swing) / len(scores)


@dataclass(frozen=True)
class Limit:
    """One constraint: how far a design is on the right side of it.

    Attributes:
        name: What is constrained.
        room: What is left; negative where the constraint is broken.
        doubt: Whether a doubt counts for the design: a test that keeps its level by its theory is not turned away because 2.6%
            of its trials happened to claim. A power is different: a search would make use of every doubt.
        traded: Whether it is given up on the trade-off curve, to show what keeping it costs.
    """

    name: str
    room: Estimate
    doubt: bool = False
    traded: bool = False

    def kept(self) -> bool:
        """Whether the constraint is kept, as far as can be seen."""
        return self.room.value + (2 * self.room.error() if self.doubt else 0.0) >= -_ROUNDING


@dataclass(frozen=True)
class Standing:
    """How a design stands after some trials.

    Attributes:
        worth: The utility.
        limits: The constraints.
        power: Probability of a claim in the scenario hoped for.
        participants: Expected participants there.
        most: Participants that it may enrol.
        trials: Trials seen in each scenario; 0 when everything is known by enumeration.
    """

    worth: Estimate
    limits: tuple[Limit, ...]
    power: float
    participants: float
    most: int
    trials: int


class Yardstick:
    """Measures designs by the utility and the constraints of a study.

    Args:
        bench: The study, with its scenarios without benefit and hoped for.
    """

    def __init__(self, bench: Bench) -> None:
        study = self.study = bench.study
        self._bench = bench
        self._weights = plausibilities(study)
        self._truths = {name: study.scenario(name).benefit(study.endpoint) for name in study.scenarios}
        hoped, made = self._truths[study.hoped_for], made_for(study)
        self._gains = {
            name: made[name] * (helped_per_person(truth, study.endpoint, hoped) - study.choose.burden)
            for name, truth in self._truths.items()
        }

    def scenarios(self, plan: Plan) -> tuple[str, ...]:
        """The scenarios in which a design must be looked at, the boundary of the null if nothing else tells its type I error."""
        study = self.study
        limits = study.choose.subject_to
        wanted = {study.hoped_for, *limits.power, *self._nulls(plan)}
        if study.choose.best != "power":
            wanted |= {name for name, weight in self._weights.items() if weight > 0}
        names = tuple(name for name in study.scenarios if name in wanted)
        told = bool(self._nulls(plan)) or exact.lattice_of(plan) is not None
        return names if told else (*names, BOUNDARY)

    def _nulls(self, plan: Plan) -> list[str]:
        """The declared scenarios with weight in which a claim is, or may be, false."""
        study = self.study
        weighty = [name for name in study.scenarios if study.scenario(name).weight > 0]
        return [name for name in weighty if any(Truth.of(plan, study.scenario(name)).nulls)]

    def worth(self, means: Means) -> float:
        """The utility, larger is better."""
        study, best = self.study, self.study.choose.best
        if best == "power":
            return float(means[study.hoped_for][SUCCESS])
        weighed = [(weight, name) for name, weight in self._weights.items() if weight > 0]
        if best == "people helped over the horizon":
            return sum(
                weight
                * net_helped(
                    self._gains[name], self._truths[name], averages_from(means[name]), study.population
                )
                for weight, name in weighed
            )
        counted = PARTICIPANTS if best == "expected participants" else MONTHS
        return -sum(weight * float(means[name][counted]) for weight, name in weighed)

    def standing(self, plan: Plan, samples: Mapping[str, Sample]) -> Standing:
        """How a design stands.

        Args:
            plan: The design.
            samples: What has been seen of it in each of `scenarios`.

        Returns:
            Its utility and what room each constraint leaves, with errors.
        """
        hoped = samples[self.study.hoped_for].mean
        most = plan.participants
        return Standing(
            worth=estimated(self.worth, samples, most),
            limits=tuple(self._limits(plan, samples)),
            power=float(hoped[SUCCESS]),
            participants=float(hoped[PARTICIPANTS]),
            most=most,
            trials=max(sample.trials for sample in samples.values()),
        )

    def _limits(self, plan: Plan, samples: Mapping[str, Sample]) -> Iterator[Limit]:
        """The constraints, as far as is known how well they are kept."""
        limits, hoped = self.study.choose.subject_to, self.study.hoped_for

        def room(function: Function) -> Estimate:
            return estimated(function, samples, plan.participants)

        for name in samples:
            if name == BOUNDARY or name in self._nulls(plan):
                level = room(_below(name, FALSE_CLAIM, limits.type_I_error))
                yield Limit(f"type I error in “{name}”", level, doubt=True)
        for name, least in limits.power.items():
            yield Limit(f"power in “{name}”", room(_above(name, SUCCESS, least)), traded=True)
        if limits.duration is not None:
            yield Limit("duration", room(_below(hoped, MONTHS, limits.duration)))
        if limits.participants is not None:
            left = float(limits.participants - plan.participants)
            yield Limit("participants", room(lambda means: left), traded=True)
        if limits.on_control is not None and self._truths[hoped] > 0:
            yield Limit("participants on control", room(_on_control(hoped, limits.on_control)))


def _above(scenario: str, quantity: int, bound: float) -> Function:
    """How far an average is above a bound."""
    return lambda means: float(means[scenario][quantity]) - bound


def _below(scenario: str, quantity: int, bound: float) -> Function:
    """How far an average is below a bound."""
    return lambda means: bound - float(means[scenario][quantity])


def _on_control(scenario: str, share: float) -> Function:
    """How far the participants left on control are below a share of all."""
    return lambda means: share * float(means[scenario][PARTICIPANTS]) - float(means[scenario][INFERIOR])


def estimated(function: Function, samples: Mapping[str, Sample], most: int) -> Estimate:
    """A function of averages with what each trial adds to it.

    Args:
        function: Of the averages in every scenario.
        samples: What has been seen in each.
        most: Participants that the design may enrol.

    Returns:
        The value, and its scores by the delta method with slopes by central differences.
    """
    means = {name: sample.mean for name, sample in samples.items()}
    scores, swing = np.zeros(0), 0.0
    for name, sample in samples.items():
        if not sample.trials:
            continue
        slope = np.zeros(len(sample.known))
        for quantity in np.flatnonzero(sample.open):
            step = _STEP * max(1.0, abs(means[name][quantity]))
            up, down = (_moved(means, name, int(quantity), side * step) for side in (1, -1))
            slope[quantity] = (function(up) - function(down)) / (2 * step)
        if not slope.any():
            continue
        own = sample.scores(slope)
        scores = own if not len(scores) else scores + own
        size = np.abs(slope)
        claims = size[SUCCESS] + size[FALSE_CLAIM]
        swing = max(swing, float(claims + most * (size[PARTICIPANTS] + size[INFERIOR])))
    return Estimate(function(means), scores, swing)


def _moved(means: Means, name: str, quantity: int, by: float) -> Means:
    """Averages with one of them moved."""
    moved = means[name].copy()
    moved[quantity] += by
    return {**means, name: moved}
