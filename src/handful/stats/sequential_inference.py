"""What a group-sequential trial says once it has stopped: p-value, estimate and interval that know of the looks.

A trial stops early because its statistic is extreme, so that the ordinary p-value is too small and the
ordinary estimate too large. The functions here order the outcomes by stage (see `handful.stats.stage_wise`):
the p-value is uniform without an effect, the estimate lies above the truth as often as below, and the
interval covers exactly, if the boundaries were obeyed (Jennison and Turnbull 2000, chapter 8).

Where a futility boundary is not binding and might be overruled, leave it out (`lower=None`). The p-value of a
trial that stops for efficacy then holds whether the boundary is obeyed or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.stats._arguments import proportion
from handful.stats.normal_process import check_information
from handful.stats.stage_wise import LaterData, PassedLooks, effects_of_outcomes

Array = NDArray[np.float64]
Integers = NDArray[np.intp]
Sided = Literal[1, 2]

WORTH_A_TABLE = 32  # trials with the same information from which a table is cheaper than one root a trial


@dataclass(frozen=True)
class SequentialInference:
    """Conclusions of stopped trials, arrays with one entry a trial; NaN where the statistic is.

    Attributes:
        p_value: of the hypothesis that the effect is at most `null_effect` or, two-sided, equal to it.
        estimate: median-unbiased estimate of the effect.
        lower: lower confidence limit.
        upper: upper confidence limit.
    """

    p_value: Array
    estimate: Array
    lower: Array
    upper: Array


def stage_wise_inference(
    information: ArrayLike,
    lower: ArrayLike | None,
    upper: ArrayLike,
    look: ArrayLike,
    z: ArrayLike,
    *,
    null_effect: float = 0.0,
    confidence: float = 0.95,
    sided: Sided = 1,
) -> SequentialInference:
    """p-value, median-unbiased estimate and confidence interval after a group-sequential trial.

    Fairbanks and Madsen (1982), Biometrika 69:69-74; Tsiatis, Rosner and Mehta (1984), Biometrics 40:797-803;
    Jennison and Turnbull (2000), sections 8.2 to 8.5. What is said of a trial depends only on the looks up to
    its stop.

    Args:
        information: information at each look, growing; in any unit, with the effect in the matching one.
        lower: lower boundaries on the Z scale at which trials stop: futility, or the mirror image of the
            upper ones in a two-sided design; -inf where there is none, None for none at all.
        upper: upper boundaries on the Z scale; inf where there is none. Those of the last look are not used.
        look: the look at which each trial stopped, from 0.
        z: the standardised statistic of each trial there, for the hypothesis of no effect. It may lie between
            the boundaries, if a trial was stopped for another reason.
        null_effect: effect under the null hypothesis.
        confidence: of the interval, with equal tails; 1 - 2 * alpha agrees with a one-sided test at alpha.
        sided: 1 for a p-value against larger effects, 2 for twice the smaller of both sides.

    Returns:
        The conclusions, arrays of the broadcast shape of `look` and `z`. The p-value is exact to rounding, the
        others to 1e-10 standard errors.

    Raises:
        ValueError: if the information does not grow, boundaries are missing or crossed, a look does not
            exist, or confidence or sides are out of range.

    Example:
        >>> found = stage_wise_inference([10, 20], None, [2.797, 1.977], look=[0, 1, 1], z=[3.0, 2.2, 1.0])
        >>> found.p_value.round(4), found.estimate.round(3), found.lower.round(3)
        (array([0.0013, 0.0152, 0.1588]), array([0.949, 0.489, 0.224]), array([ 0.329,  0.047, -0.215]))
    """
    levels = check_information(information)
    stops, statistic = np.broadcast_arrays(np.asarray(look), np.asarray(z, dtype=np.float64))
    reached = np.asarray(levels)[checked_stops(stops, len(levels))]
    passed = looks_before_each(levels, lower, upper)
    return conclude(passed, stops, reached, statistic, None, null_effect, confidence, sided)


def looks_before_each(
    levels: tuple[float, ...], lower: ArrayLike | None, upper: ArrayLike
) -> tuple[PassedLooks, ...]:
    """For each look of a design, the looks before it.

    Raises:
        ValueError: if there is not one boundary a look, or lower ones exceed upper ones.
    """
    below = np.full(len(levels), -np.inf) if lower is None else np.asarray(lower, dtype=np.float64)
    above = np.asarray(upper, dtype=np.float64)
    if below.shape != (len(levels),) or above.shape != (len(levels),):
        raise ValueError(f"need one boundary for each of {len(levels)} looks, got {lower!r} and {upper!r}")
    if not np.all(below <= above):
        raise ValueError(f"lower boundaries must not exceed upper ones, got {lower!r} and {upper!r}")
    return PassedLooks.before_each(levels, tuple(below.tolist()), tuple(above.tolist()))


def checked_stops(look: NDArray[np.generic], looks: int) -> Integers:
    """Looks as indices, from 0.

    Raises:
        ValueError: if one of them does not exist.
    """
    stops = look.astype(np.intp)
    if np.any(stops != look) or np.any(stops < 0) or np.any(stops >= looks):
        raise ValueError(f"look must be a whole number from 0 to {looks - 1}, got {look!r}")
    return stops


def conclude(
    passed: tuple[PassedLooks, ...],
    look: NDArray[np.generic],
    information: Array,
    z: Array,
    later: LaterData | None,
    null_effect: float,
    confidence: float,
    sided: int,
) -> SequentialInference:
    """Conclusions of trials that stopped at any look with any information, alone or with later data.

    Args:
        passed: the looks before each look.
        look: where each trial stopped, from 0; any shape.
        information: with which each trial stopped, of that shape.
        z: statistic with which each trial stopped, of that shape.
        later: data after the stop, flat, to be combined with it.
        null_effect: effect under the null hypothesis.
        confidence: of the interval.
        sided: 1 or 2.

    Returns:
        Arrays of the shape of the trials.

    Raises:
        ValueError: if a look does not exist, or confidence or sides are out of range.
    """
    miss = 0.5 * (1.0 - proportion(confidence, "confidence"))
    tails = (0.5, miss, 1.0 - miss)
    if sided not in (1, 2):
        raise ValueError(f"sided must be 1 or 2, got {sided!r}")
    stops = checked_stops(look, len(passed)).ravel()
    reached, statistic = information.ravel(), z.ravel()
    p_value, effects = np.full(statistic.shape, np.nan), np.full((3, statistic.size), np.nan)
    for k, before in enumerate(passed):
        known = np.flatnonzero((stops == k) & np.isfinite(statistic))
        for some, alike in _groups(known, reached, tables=later is None and k > 0):
            theirs = None if later is None else later.of(some)
            p_value[some] = _p_value(before, reached[some], statistic[some], theirs, null_effect, sided)
            if alike:
                effects[:, some] = effects_of_outcomes(
                    before, float(reached[some[0]]), statistic[some], tails
                )
            else:
                effects[:, some] = before.effect_with_tail(
                    np.array(tails), reached[some], statistic[some], theirs
                )
    return SequentialInference(*(part.reshape(z.shape) for part in (p_value, *effects)))


def _groups(trials: Integers, information: Array, *, tables: bool) -> Iterator[tuple[Integers, bool]]:
    """Trials that stopped with the same information, where they are worth a table, and then the others."""
    if tables:
        _, group, size = np.unique(information[trials], return_inverse=True, return_counts=True)
        for index in np.flatnonzero(size >= WORTH_A_TABLE):
            yield trials[group == index], True
        trials = trials[size[group] < WORTH_A_TABLE]
    if trials.size:
        yield trials, False


def _p_value(
    passed: PassedLooks, information: Array, z: Array, later: LaterData | None, null_effect: float, sided: int
) -> Array:
    """Upper tail under the null hypothesis, or twice the smaller tail."""
    upper = _upper_tail(passed, information, z, later, null_effect)
    if sided == 1:
        return upper
    mirrored = None if later is None else LaterData(later.weight, later.information, -later.z)
    lower = _upper_tail(passed.mirrored(), information, -z, mirrored, -null_effect)
    return np.minimum(2.0 * np.minimum(upper, lower), 1.0)


def _upper_tail(
    passed: PassedLooks, information: Array, z: Array, later: LaterData | None, effect: float
) -> Array:
    """Probability of the outcome or a higher one, combined with later data if there are any."""
    tail = passed.tail(effect, information, z)
    if later is None:
        return tail
    score, _ = later.combined((ndtri(tail), np.zeros(tail.shape)), np.full(tail.shape, effect))
    return np.asarray(ndtr(score))
