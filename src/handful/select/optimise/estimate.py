"""Functions of averages, such as a utility or what a constraint leaves, each with its error.

What one simulated trial adds to such a function is, to first order, the slope of the function times how far the trial lies
from the average (the delta method). As all designs and all scenarios see the same people, the difference between two designs
has an error of its own, that of the differences trial by trial, which is far smaller than the two errors put together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.select.optimise.sample import FALSE_CLAIM, INFERIOR, PARTICIPANTS, SUCCESS, Sample

Floats = NDArray[np.float64]
Means = Mapping[str, Floats]
"""Averages by the name of the scenario."""
Function = Callable[[Means], float]
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
