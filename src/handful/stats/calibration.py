"""Thresholds calibrated to a type I error: what a Bayesian rule must ask for to keep one.

A posterior probability of 0.975 is no promise about false claims: with looks, with informative priors, or with counts it
makes more or fewer of them. Calibration searches for the smallest threshold with which the chance of a false claim, at the
worst point of the null hypothesis, is within the level. The chance never grows with the threshold, so a search by halves finds
it: over the values that the statistic of a finite trial can take, or over all numbers where the statistic is continuous.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, xlogy

from handful.stats._arguments import proportion
from handful.stats.lattice import Stage, Walked, advance, start
from handful.stats.roots import find_root
from handful.stats.worst_case import maximum, polynomial_maximum

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Chances = Callable[[Array], Mapping[str, Array]]
"""From nuisance parameters in [0, 1], shape (points,), to the named chances on the boundary of the null hypothesis."""

# A probability may exceed the level by rounding: that of summing the cells of a table.
_ROUNDING = 1e-12
_CELLS_AT_ONCE = 4_000_000
# Of more participants than this, one trial at a half has too small a chance for a double.
_MOST_AT_A_HALF = 500
_POINTS_PER_DEGREE = 8


class Calibrated(NamedTuple):
    """A threshold, and what it costs.

    Attributes:
        threshold: smallest statistic that claims benefit; infinite if none keeps the level.
        error: type I error at the worst point of the null hypothesis.
    """

    threshold: float
    error: float


def smallest_threshold(values: ArrayLike, error: Callable[[float], float], alpha: float) -> Calibrated:
    """The smallest value of a statistic that, as a threshold, keeps the type I error.

    Args:
        values: every value that the statistic can take, in any order; infinite ones are left out.
        error: type I error of a threshold, never growing with it; called about as often as the number of values has bits.
        alpha: largest type I error, in (0, 1).

    Returns:
        The threshold with its error; an infinite threshold and no error if no value keeps the level.

    Raises:
        ValueError: if `alpha` is not between 0 and 1.

    Example:
        >>> smallest_threshold([1, 2, 3, 4], lambda t: 0.2 / t, alpha=0.07)
        Calibrated(threshold=3.0, error=0.06666666666666667)
    """
    level = proportion(alpha, "alpha") + _ROUNDING
    candidates = np.unique(np.asarray(values, dtype=np.float64))
    candidates = candidates[np.isfinite(candidates)]
    best = Calibrated(np.inf, 0.0)
    low, high = 0, candidates.size
    while low < high:
        middle = (low + high) // 2
        found = Calibrated(float(candidates[middle]), float(error(float(candidates[middle]))))
        if found.error <= level:
            best, high = found, middle
        else:
            low = middle + 1
    return best


def constant_threshold(
    stages: Sequence[Walked],
    statistic: Sequence[Array],
    chances: Chances,
    alpha: float,
    *,
    futility: Sequence[Flags] | None = None,
    is_point: bool = False,
) -> Calibrated:
    """The smallest threshold, the same at every look, that keeps the type I error of a trial of counts exactly.

    Every possible trial is walked; the worst point of the null hypothesis is searched for at each threshold.

    Args:
        stages: what happens before each look.
        statistic: per look the statistic of every combination of counts; a trial claims benefit at its first look with a
            statistic at or above the threshold.
        chances: named chances on the boundary of the null hypothesis.
        alpha: largest type I error, in (0, 1).
        futility: per look, whether a trial without a claim stops; None for never. A trial that stops makes no claim later,
            so the level is kept by those who obey (binding stopping).
        is_point: whether the null hypothesis is one point, so that there is no nuisance parameter.

    Returns:
        The threshold with its type I error at the worst point.

    Raises:
        ValueError: if `alpha` is not between 0 and 1, or there are no looks.

    Example:
        >>> from handful.stats.beta_binomial import probability_above
        >>> from handful.stats.lattice import Move, Stage
        >>> moves = (Move((1,), ("treated",)), Move((0,), ("not treated",)))
        >>> looks = [probability_above(0.2, np.arange(n + 1), n) for n in (15, 30)]
        >>> null = lambda nuisance: {"treated": np.full(len(nuisance), 0.2)}
        >>> found = constant_threshold([Stage(((15, moves),))] * 2, looks, null, 0.05, is_point=True)
        >>> print(f"ask for {found.threshold:.4f}: type I error {found.error:.4f}")
        ask for 0.9873: type I error 0.0361
    """
    if not stages or len(stages) != len(statistic):
        raise ValueError(f"need one table a look, got {len(statistic)} for {len(stages)} looks")
    stops = [np.zeros(table.shape, dtype=np.bool_) for table in statistic] if futility is None else futility

    def worst(threshold: float) -> float:
        claims = [table >= threshold for table in statistic]
        return worst_chance_of_claim(stages, claims, stops, chances, is_point=is_point)[0]

    return smallest_threshold(np.concatenate([table.ravel() for table in statistic]), worst, alpha)


def worst_chance_of_claim(
    stages: Sequence[Walked],
    claims: Sequence[Flags],
    stops: Sequence[Flags],
    chances: Chances,
    *,
    is_point: bool = False,
) -> tuple[float, float]:
    """The chance of a false claim at the worst point of the null hypothesis, by walking every possible trial.

    The chance is a polynomial in the nuisance parameter, since every chance is a straight line in it. Where everybody has the
    same chance of a success and the counts are those of successes, one walk says all: how many trials claim benefit with so
    many successes among so many participants.

    Args:
        stages: what happens before each look.
        claims: per look, whether a combination of counts claims benefit.
        stops: per look, whether a trial without a claim stops.
        chances: named chances on the boundary of the null hypothesis, each a straight line in the nuisance parameter.
        is_point: whether the null hypothesis is one point, so that there is no nuisance parameter.

    Returns:
        (largest chance of a claim, nuisance parameter at which it occurs).

    Example:
        >>> from handful.stats.lattice import Move, Stage
        >>> moves = (Move((1,), ("treated",)), Move((0,), ("not treated",)))
        >>> all_three, never = np.arange(4) == 3, np.zeros(4, dtype=bool)
        >>> null = lambda nuisance: {"treated": 0.5 * nuisance}
        >>> chance, where = worst_chance_of_claim([Stage(((3, moves),))], [all_three], [never], null)
        >>> round(chance, 12), where
        (0.125, 1.0)
    """
    last, dimensions = claims[-1], claims[-1].ndim
    worst = worst_chance_at_last_look(stages, claims[:-1], stops[:-1], chances, dimensions, is_point=is_point)
    return worst(last)


def worst_chance_at_last_look(
    stages: Sequence[Walked],
    claims: Sequence[Flags],
    stops: Sequence[Flags],
    chances: Chances,
    dimensions: int,
    *,
    is_point: bool = False,
) -> Callable[[Flags], tuple[float, float]]:
    """As `worst_chance_of_claim`, as a function of what the last look claims: everything before it is walked once.

    Args:
        stages: what happens before each look.
        claims: per look but the last, whether a combination of counts claims benefit.
        stops: per look but the last, whether a trial without a claim stops.
        chances: named chances on the boundary of the null hypothesis, each a straight line in the nuisance parameter.
        dimensions: how many counts there are.
        is_point: whether the null hypothesis is one point, so that there is no nuisance parameter.

    Returns:
        From the combinations of counts that claim at the last look to (largest chance of a claim, nuisance parameter at which it
        occurs).

    Example:
        >>> from handful.stats.lattice import Move, Stage
        >>> moves = (Move((1,), ("treated",)), Move((0,), ("not treated",)))
        >>> worst = worst_chance_at_last_look([Stage(((3, moves),))], [], [], lambda p: {"treated": 0.5 * p}, 1)
        >>> [round(worst(np.arange(4) >= wanted)[0], 12) for wanted in (3, 2)]
        [0.125, 0.5]
    """
    walk = _Walk(stages, claims, stops, chances, dimensions)
    if is_point:
        point = np.zeros(1)
        return lambda last: (float(walk.chance_of_claim(point, last)[0]), 0.0)
    degree = sum(stage.degree for stage in stages)
    if degree <= _MOST_AT_A_HALF and _counts_successes(stages, chances):
        by_successes = _BySuccesses(walk)
        grid = _POINTS_PER_DEGREE * degree + 1
        return lambda last: maximum(by_successes.chance_of_claim(last), grid=grid)

    def claimed(last: Flags) -> Callable[[Array], Array]:
        def at(nuisance: Array) -> Array:
            parts = max(1, len(nuisance) * last.size // _CELLS_AT_ONCE)
            split = np.array_split(nuisance, parts)
            return np.concatenate([walk.chance_of_claim(part, last) for part in split])

        return at

    return lambda last: polynomial_maximum(claimed(last), degree)


class _Walk:
    """The mass of trials at the looks, whatever the last of them claims."""

    def __init__(
        self,
        stages: Sequence[Walked],
        claims: Sequence[Flags],
        stops: Sequence[Flags],
        chances: Chances,
        dimensions: int,
    ) -> None:
        self.stages, self.claims, self.stops, self.chances = stages, claims, stops, chances
        self.dimensions = dimensions
        self._known: dict[bytes, tuple[list[Array], Array]] = {}

    def before(self, nuisance: Array) -> tuple[list[Array], Array]:
        """What has claimed at each look but the last, and what comes to the last, shapes (points, *grid)."""
        key = nuisance.tobytes()
        if key in self._known:
            return self._known[key]
        named = self.chances(nuisance)
        claimed, mass = [], start(self.dimensions, len(next(iter(named.values()))))
        for stage, claim, stop in zip(self.stages, self.claims, self.stops, strict=False):
            mass = advance(mass, stage, named)
            claimed.append(np.where(claim, mass, 0.0))
            mass = np.where(claim | stop, 0.0, mass)
        found = claimed, advance(mass, self.stages[-1], named)
        if found[1].size <= _CELLS_AT_ONCE:
            self._known = {key: found}
        return found

    def chance_of_claim(self, nuisance: Array, last: Flags) -> Array:
        """The chance of a claim at any look, shape (points,)."""
        claimed, mass = self.before(nuisance)
        taken = [*claimed, np.where(last, mass, 0.0)]
        return np.asarray(np.sum([one.reshape(len(one), -1).sum(axis=1) for one in taken], axis=0))


def _counts_successes(stages: Sequence[Walked], chances: Chances) -> bool:
    """Whether every participant has the nuisance parameter as the chance of a success, and the counts add up to successes."""
    points = np.array([0.0, 0.5, 1.0])
    named = chances(points)
    moves = [
        move for stage in stages if isinstance(stage, Stage) for _, group in stage.groups for move in group
    ]
    return all(isinstance(stage, Stage) for stage in stages) and all(
        len(move.chance) == 1
        and np.array_equal(named[move.chance[0].removeprefix("not ")], points)
        and sum(move.shift) == (not move.chance[0].startswith("not "))
        for move in moves
    )


class _BySuccesses:
    """The chance of a claim as a function of the common chance of success, from one walk at a half.

    A trial with s successes among n participants is p^s (1 - p)^(n - s) / (1/2)^n times as likely at p as at a half.
    """

    def __init__(self, walk: _Walk) -> None:
        claimed, self._last = walk.before(np.array([0.5]))
        totals = np.cumsum([stage.degree for stage in walk.stages]).tolist()
        self._before = [self._counted(mass, total) for mass, total in zip(claimed, totals, strict=False)]
        self._total = totals[-1]
        self._successes = np.concatenate([np.arange(total + 1) for total in totals])
        self._participants = np.concatenate([np.full(total + 1, total) for total in totals])
        self._grid: tuple[bytes, Array] | None = None

    @staticmethod
    def _counted(mass: Array, total: int) -> Array:
        """Mass by the number of successes."""
        successes = np.indices(mass.shape[1:]).sum(axis=0).ravel()
        return np.bincount(successes, mass.ravel(), total + 1).astype(np.float64, copy=False)

    def chance_of_claim(self, last: Flags) -> Callable[[Array], Array]:
        """From a common chance of success to the chance of a claim."""
        now = self._counted(np.where(last, self._last, 0.0), self._total)
        at_a_half = np.concatenate([*self._before, now])
        return lambda chance: np.asarray(self._likelihoods(chance) @ at_a_half)

    def _likelihoods(self, chance: Array) -> Array:
        """How many times as likely each count is as at a half; that of the grid, which is asked for first, is kept."""
        key = chance.tobytes()
        if self._grid is not None and self._grid[0] == key:
            return self._grid[1]
        p, s, n = chance[:, None], self._successes, self._participants
        found: Array = np.exp(xlogy(s, 2.0 * p) + xlogy(n - s, 2.0 * (1.0 - p)))
        if self._grid is None:
            self._grid = key, found
        return found


def continuous_threshold(
    error: Callable[[float], float], alpha: float, first: float = 1.5, second: float = 2.5
) -> Calibrated:
    """The threshold at which a continuous type I error is the level: by root search.

    Args:
        error: type I error of a threshold, continuous and falling, in (0, 1) near the root; a numeric engine's.
        alpha: type I error wanted, in (0, 1).
        first: a threshold to start from; on the z scale the default will do.
        second: another one.

    Returns:
        The threshold with its error.

    Raises:
        ValueError: if `alpha` is not between 0 and 1.
        handful.stats.roots.RootError: if no threshold has this error.

    Example:
        >>> from handful.stats.normal_process import crossing_probabilities
        >>> never = (-np.inf, -np.inf)
        >>> pocock = continuous_threshold(
        ...     lambda z: float(sum(crossing_probabilities((1.0, 2.0), never, (z, z), 0.0).upper)), 0.025
        ... )
        >>> print(f"{pocock.threshold:.4f}")
        2.1783
    """
    wanted = float(ndtri(proportion(alpha, "alpha")))
    # On the z scale the error is nearly a straight line in the threshold.
    root = find_root(lambda threshold: float(ndtri(error(threshold))) - wanted, first, second)
    return Calibrated(root, float(error(root)))
