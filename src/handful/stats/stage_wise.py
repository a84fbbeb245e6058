"""The stage-wise ordering of the outcomes of a group-sequential trial, and the effects it makes plausible.

An outcome is the look at which the trial stopped and the statistic there. In the ordering of Fairbanks and
Madsen (1982), Biometrika 69:69-74, and Tsiatis, Rosner and Mehta (1984), Biometrics 40:797-803, efficacy
counts the more the earlier it stopped the trial, futility the less, and at one look the larger statistic
counts more. It needs no look after the one at which the trial stopped, so that later looks may be anything.

With U_j the upper boundary of look j, the outcome (k, z) or a higher one has the probability
P(Z_j >= U_j at a look j < k that was reached) + P(look k is reached, Z_k >= z), whichever boundary z lies
beyond. It grows with the effect, and the effect at which it has a given value is what limits and estimates
are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from handful.stats.normal_process import Continuing
from handful.stats.panels import read_table, table_coefficients, table_points

Array = NDArray[np.float64]
Levels = tuple[float, ...]
Looks = list[tuple[Continuing, float, float] | tuple[Continuing, Array, Array]]

# Width of a panel of the table: in standard deviations of the last step of the statistic, over which the effect
# may turn from one regime to another, and at most, on the Z scale.
PANEL, WIDEST_PANEL = 2.0, 1.0
BAND = 2.0  # effects whose drift differs by less than this share one recursion over the passed looks
MOST_ELEMENTS = 500_000  # trials times nodes held at once


@dataclass(frozen=True)
class PassedLooks:
    """The looks that a trial passed without stopping, before the one at which it stopped.

    Attributes:
        information: information at each, growing; empty for a trial that stopped at its first look.
        lower: lower boundaries on the Z scale.
        upper: upper boundaries on the Z scale.
    """

    information: Levels
    lower: Levels
    upper: Levels

    @classmethod
    def before_each(cls, information: Levels, lower: Levels, upper: Levels) -> tuple[PassedLooks, ...]:
        """For each look of a design, the looks before it."""
        return tuple(cls(information[:k], lower[:k], upper[:k]) for k in range(len(information)))

    def mirrored(self) -> PassedLooks:
        """The same looks with the sign of the statistic turned."""
        lower, upper = (tuple(-bound for bound in bounds) for bounds in (self.upper, self.lower))
        return PassedLooks(self.information, lower, upper)

    def arriving(self, following: float, effects: tuple[float, float]) -> tuple[Continuing, ...]:
        """Those who come to each passed look, and last those who passed them all, for a range of effects."""
        come = [Continuing.start(0.5 * (effects[0] + effects[1]))]
        next_levels = (*self.information, following)[1:]
        for now, low, high, then in zip(self.information, self.lower, self.upper, next_levels, strict=True):
            come.append(come[-1].advance(now, low, high, following=then, effects=effects))
        return tuple(come)

    def tail(self, effect: float, information: Array, z: Array) -> Array:
        """Probability of each outcome or a higher one under one effect.

        Args:
            effect: drift per unit of square-root information.
            information: information of each trial at its stop, above that of the passed looks.
            z: statistic of each trial at its stop, of the same shape.

        Returns:
            The probabilities, of that shape.
        """
        if z.size == 0:
            return np.empty(z.shape)
        *passed, last = self.arriving(float(information.min()), (effect, effect))
        higher = sum(
            float(at.crossing(now, bound, effect))
            for at, now, bound in zip(passed, self.information, self.upper, strict=True)
        )
        tail = np.empty(z.shape)
        for part in _parts(z.size, last.score.size):
            growth = information[part, None] - last.information
            distance = last.score + effect * growth - (z[part] * np.sqrt(information[part]))[:, None]
            tail[part] = higher + ndtr(distance / np.sqrt(growth)) @ last.mass
        return np.minimum(tail, 1.0)

    def effect_with_tail(
        self, probability: Array, information: Array, z: Array, later: LaterData | None = None
    ) -> Array:
        """The effect under which each outcome or a higher one has a given probability.

        Args:
            probability: in (0, 1); shape (probabilities,).
            information: information of each trial at its stop; shape (trials,).
            z: statistic of each trial at its stop; shape (trials,).
            later: what each trial observed after its stop, if that is to be combined with it.

        Returns:
            Shape (probabilities, trials).
        """
        goal, deviation = ndtri(probability)[:, None], 1.0 / np.sqrt(information)
        start = (z + goal) * deviation
        if z.size == 0 or (later is None and not self.information):
            return np.asarray(start)
        least, most = self._bracket(ndtr(goal if later is None else later.single(goal)), information, z)
        if later is not None:
            alone = (later.z + later.single(goal)) / np.sqrt(later.information)
            least, most = np.minimum(least, alone), np.maximum(most, alone)
        bands: dict[float, tuple[Continuing, ...]] = {}

        def probit(guess: Array) -> tuple[Array, Array]:
            scores = self._normal_scores(bands, guess, information, z)
            return scores if later is None else later.combined(scores, guess)

        return _root(probit, goal, start, least, most, 1e-8 * deviation)

    def _normal_scores(
        self, bands: dict[float, tuple[Continuing, ...]], effect: Array, information: Array, z: Array
    ) -> tuple[Array, Array]:
        """Normal score of the tail under an effect for each outcome, and its slope; shape (..., trials).

        Those who come to the looks are found for one band of effects at a time, and kept in `bands`.
        """
        width = BAND / sqrt(float(information.max()))
        band = np.rint(effect / width).ravel()
        flat, levels, statistic = (
            np.broadcast_to(part, effect.shape).ravel() for part in (effect, information, z)
        )
        scores = np.empty((2, flat.size))
        for value in np.unique(band):
            if value not in bands:
                ends = (width * (value - 0.5), width * (value + 0.5))
                bands[value] = self.arriving(float(information.min()), ends)
            *passed, last = bands[value]
            looks: Looks = [*zip(passed, self.information, self.upper, strict=True)]
            members = np.flatnonzero(band == value)
            for part in _parts(members.size, last.score.size):
                some = members[part]
                looks_and_stop: Looks = [*looks, (last, levels[some], statistic[some])]
                scores[:, some] = _tail_scores(looks_and_stop, flat[some])
        score, slope = scores.reshape(2, *effect.shape)
        return score, slope

    def _bracket(self, target: Array, information: Array, z: Array) -> tuple[Array, Array]:
        """Effects between which the tail takes on the target, from single looks.

        The tail is at most the sum of P(Z_j >= U_j) and P(Z >= z), and one minus it is at most the sum of
        P(Z_j <= L_j) and P(Z < z).
        """
        shares = 2 * max(1, len(self.information))
        least = (z + ndtri(0.5 * target)) / np.sqrt(information)
        most = (z - ndtri(0.5 * (1.0 - target))) / np.sqrt(information)
        for now, low, high in zip(self.information, self.lower, self.upper, strict=True):
            if isfinite(high):
                least = np.minimum(least, (high + ndtri(target / shares)) / sqrt(now))
            if isfinite(low):
                most = np.maximum(most, (low - ndtri((1.0 - target) / shares)) / sqrt(now))
        return least, most


@dataclass(frozen=True)
class LaterData:
    """Data observed after the stop, to be combined with it by adding weighted normal scores.

    Attributes:
        weight: of the later data, in (0, 1), fixed in advance.
        information: in the later data alone, positive; shape (trials,).
        z: the standardised statistic of the later data alone; shape (trials,).
    """

    weight: float
    information: Array
    z: Array

    def of(self, some: NDArray[np.intp]) -> LaterData:
        """The data of some trials."""
        return LaterData(self.weight, self.information[some], self.z[some])

    def single(self, score: Array) -> Array:
        """The normal score that both sources must have for a combined one."""
        return score / (sqrt(1.0 - self.weight) + sqrt(self.weight))

    def combined(self, stopped: tuple[Array, Array], effect: Array) -> tuple[Array, Array]:
        """Normal score of the combined tail and its slope, from those at the stop."""
        score, slope = stopped
        ours, theirs, root = sqrt(1.0 - self.weight), sqrt(self.weight), np.sqrt(self.information)
        return ours * score + theirs * (effect * root - self.z), ours * slope + theirs * root


def effects_of_outcomes(
    passed: PassedLooks, information: float, z: Array, probability: tuple[float, ...]
) -> Array:
    """`PassedLooks.effect_with_tail` for many trials that stopped with the same information.

    For given passed looks the effect is an analytic function of the statistic alone. It is tabulated in
    panels of the statistic as they are met, and the tables are kept for the next trials.

    Args:
        passed: the looks before the one at which the trials stopped.
        information: at the look at which they stopped.
        z: statistic of each trial; shape (trials,), finite.
        probability: of the outcome or a higher one, in (0, 1).

    Returns:
        Shape (probabilities, trials); the error of interpolation is far below 1e-8 standard errors.
    """
    effect = np.empty((len(probability), z.size))
    before = passed.information[-1] if passed.information else 0.0
    width = min(WIDEST_PANEL, PANEL * sqrt(1.0 - before / information))
    panels = np.floor(z / width).astype(np.int64)
    for panel in np.unique(panels):
        members = np.flatnonzero(panels == panel)
        start, stop = float(panel) * width, float(panel + 1) * width
        table = _table(passed, information, start, stop, probability)
        effect[:, members] = read_table(table, start, stop, z[members])
    return effect


@lru_cache(maxsize=65536)
def _table(
    passed: PassedLooks, information: float, start: float, stop: float, probability: tuple[float, ...]
) -> Array:
    """Coefficients of the effect as a function of the statistic in one panel."""
    points = table_points(start, stop)
    levels = np.full(points.shape, information)
    return table_coefficients(passed.effect_with_tail(np.array(probability), levels, points))


def _parts(trials: int, width: int) -> Iterator[slice]:
    """Slices of the trials that fit into memory with their nodes."""
    size = max(1, MOST_ELEMENTS // max(1, width))
    return (slice(start, start + size) for start in range(0, trials, size))


def _tail_scores(looks: Looks, effect: Array) -> tuple[Array, Array]:
    """Normal score of the probability of lying above the bound of a look that is reached, and its slope.

    The slope is by the effect: a probability's derivative is the mean of score - effect * information over
    the trials that make it up.
    """
    tail, slope = np.zeros(effect.shape), np.zeros(effect.shape)
    for at, information, bound in looks:
        growth = np.asarray(information - at.information)[..., None]
        root = np.sqrt(growth)
        drift = effect[..., None]
        distance = (at.score + drift * growth - np.asarray(bound * np.sqrt(information))[..., None]) / root
        beyond, density = ndtr(distance), np.exp(-0.5 * distance * distance) / sqrt(2.0 * pi)
        mass = at.mass_under(effect)
        tail += (mass * beyond).sum(axis=-1)
        slope += (mass * ((at.score - drift * at.information) * beyond + root * density)).sum(axis=-1)
    score = ndtri(np.clip(tail, 0.0, 1.0))
    with np.errstate(over="ignore", invalid="ignore"):
        return score, slope * sqrt(2.0 * pi) * np.exp(0.5 * score * score)


def _root(
    probit: Callable[[Array], tuple[Array, Array]],
    goal: Array,
    start: Array,
    least: Array,
    most: Array,
    tolerance: Array,
) -> Array:
    """Where growing functions, given with their slopes, reach their goals: Newton, kept in brackets.

    Normal scores of probabilities are nearly straight lines in the effect. The last step is at most the
    tolerance and is applied, so that the error left is of the order of its square.
    """
    effect = np.clip(start, least, most)
    for _ in range(100):
        value, slope = probit(effect)
        below = value < goal
        least, most = np.where(below, effect, least), np.where(below, most, effect)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = (goal - value) / slope
        small = np.abs(step) <= tolerance
        within = small | ((effect + step > least) & (effect + step < most))
        effect = np.where(within, effect + step, 0.5 * (least + most))
        if np.all(small):
            break
    return effect
