"""Two randomised arms with a binary outcome: Fisher, Barnard, Boschloo and the pooled z-test.

The evidence of a trial is looked up in the table of all possible trials of its size, so that an exact test costs a
simulation no more than a z-test does.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from scipy.special import ndtri

from handful.analyses.base import (
    Aim,
    Analysis,
    Estimate,
    Evidence,
    Floats,
    Integers,
    Lattice,
    Move,
    NullBoundary,
    Process,
    Sizes,
    Stage,
)
from handful.kernels.counting import count_prefix
from handful.participants.observations import Cut, Observations, Outcomes
from handful.stats.two_by_two import p_value_table, risk_difference_interval_table


class TwoProportions(Analysis):
    """Base of the tests of two proportions: evidence is a function of the two counts."""

    endpoints: ClassVar[frozenset[str]] = frozenset({"binary"})
    reads: ClassVar[type[Observations]] = Outcomes

    @abstractmethod
    def table(self, control: int, treated: int) -> Floats:
        """Statistic of every possible trial: rows are favourable results on control, columns on treatment."""

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Look the trial up among all possible trials of its size."""
        successes, sizes = _counts(seen, cut, aim)
        return Evidence(look_up(self.table, successes, sizes)[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Difference in proportions with its score interval (Miettinen and Nurminen 1985)."""
        successes, sizes = _counts(seen, cut, aim)
        return difference_in_proportions(successes, sizes, 1 - 2 * aim.alpha)

    def lattice(self, sizes: Sizes, aim: Aim, *, coin_flip: bool = False) -> Lattice:
        """All trials: counts are (favourable on control, favourable on treatment), led by the size of control if random."""
        tables = [_random_sizes(self.table, n) if coin_flip else self.table(c, n) for c, n in sizes]
        estimates = [_lattice_estimate(c, n, aim, coin_flip) for c, n in sizes]
        null = NullBoundary({"control": (max(0.0, -aim.null), 1.0), "treated": (max(0.0, aim.null), 1.0), "half": (0.5, 0.0)})
        return Lattice(_stages(sizes, coin_flip), tuple(tables), tuple(estimates), null)


def _counts(seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, Integers]:
    """Favourable results and participants with a known result, by arm (control, treated)."""
    assert isinstance(seen, Outcomes)
    successes, sizes = count_prefix(seen.outcome, seen.arm, cut.included, seen.observed)
    return (successes, sizes) if aim.sign > 0 else (sizes - successes, sizes)


def look_up(table: Callable[[int, int], Floats], successes: Integers, sizes: Integers) -> Floats:
    """Read the tables of the sizes that occur; there are few."""
    key = sizes[:, 0] * (int(sizes[:, 1].max(initial=0)) + 1) + sizes[:, 1]
    values = np.empty(len(key))
    for one in np.unique(key):
        here = key == one
        first = int(np.argmax(here))
        whole = table(int(sizes[first, 0]), int(sizes[first, 1]))
        values[here] = whole[successes[here, 0], successes[here, 1]]
    return values


def difference_in_proportions(successes: Integers, sizes: Integers, confidence: float) -> Estimate:
    """Treated minus control with the score interval; not a number where an arm is empty."""

    def limit(side: int) -> Floats:
        return look_up(lambda c, n: _interval(c, n, confidence)[..., side], successes, sizes)

    with np.errstate(invalid="ignore"):
        share = successes / sizes
    return Estimate(share[:, 1] - share[:, 0], limit(0), limit(1))


@lru_cache(maxsize=4096)
def _interval(control: int, treated: int, confidence: float) -> Floats:
    """Limits for every possible trial, shape (control + 1, treated + 1, 2)."""
    if control == 0 or treated == 0:
        return np.full((control + 1, treated + 1, 2), np.nan)
    limits = risk_difference_interval_table(treated, control, confidence)
    return np.ascontiguousarray(np.swapaxes(limits, 0, 1))


def _lattice_estimate(control: int, treated: int, aim: Aim, coin_flip: bool) -> Estimate:
    """The estimate of every possible trial, over the lattice's grid."""
    confidence = 1 - 2 * aim.alpha
    if coin_flip:
        return Estimate(
            _random_sizes(_difference, treated),
            _random_sizes(lambda c, n: _interval(c, n, confidence)[..., 0], treated),
            _random_sizes(lambda c, n: _interval(c, n, confidence)[..., 1], treated),
        )
    limits = _interval(control, treated, confidence)
    return Estimate(_difference(control, treated), limits[..., 0], limits[..., 1])


def _difference(control: int, treated: int) -> Floats:
    """Difference in proportions of every possible trial."""
    if control == 0 or treated == 0:
        return np.full((control + 1, treated + 1), np.nan)
    return np.arange(treated + 1)[None, :] / treated - np.arange(control + 1)[:, None] / control


def _random_sizes(table: Callable[[int, int], Floats], total: int) -> Floats:
    """Stack the tables of every split of the total: axes are (size of control, its successes, those of treatment)."""
    grid = np.full((total + 1,) * 3, -np.inf)
    for control in range(total + 1):
        grid[control, : control + 1, : total - control + 1] = table(control, total - control)
    return grid


def _stages(sizes: Sizes, coin_flip: bool) -> tuple[Stage, ...]:
    """One participant more moves the count of their arm, or leaves it."""
    stages = []
    done = (0, 0)
    for now in sizes:
        control, treated = now[0] - done[0], now[1] - done[1]
        if coin_flip:
            moves = (
                Move((1, 1, 0), ("half", "control")),
                Move((1, 0, 0), ("half", "not control")),
                Move((0, 0, 1), ("half", "treated")),
                Move((0, 0, 0), ("half", "not treated")),
            )
            stages.append(Stage(((treated, moves),)))
        else:
            on_control = (Move((1, 0), ("control",)), Move((0, 0), ("not control",)))
            on_treatment = (Move((0, 1), ("treated",)), Move((0, 0), ("not treated",)))
            stages.append(Stage(((control, on_control), (treated, on_treatment))))
        done = now
    return tuple(stages)


class _ByPValue(TwoProportions):
    """An exact test: the statistic is minus its one-sided p-value."""

    statistic_name: ClassVar[str] = "minus the one-sided p-value"
    method: ClassVar[str]

    def table(self, control: int, treated: int) -> Floats:
        """Minus the p-value of every possible trial."""
        if control == 0 or treated == 0:
            return np.full((control + 1, treated + 1), -1.0)
        return -p_value_table(treated, control, self.method).T

    def critical(self, alpha: float) -> float:
        """Minus the level."""
        return -alpha


class Fisher(_ByPValue):
    """Fisher's exact test: conditional on both margins, simple, and conservative in small trials."""

    kind: Literal["fisher"] = "fisher"
    meaning: ClassVar[str] = "Fisher's exact test of two proportions (conditional)"
    references: ClassVar[tuple[str, ...]] = ("fisher1935",)
    method: ClassVar[str] = "fisher"


class Barnard(_ByPValue):
    """Barnard's unconditional test, tables ordered by the pooled z-statistic."""

    kind: Literal["barnard"] = "barnard"
    meaning: ClassVar[str] = "Barnard's unconditional exact test of two proportions (z-pooled order)"
    references: ClassVar[tuple[str, ...]] = ("barnard1947", "suissa1985")
    method: ClassVar[str] = "z-pooled"


class Boschloo(_ByPValue):
    """Boschloo's unconditional test: orders tables by Fisher's p-value, never less powerful than Fisher's test."""

    kind: Literal["boschloo"] = "boschloo"
    meaning: ClassVar[str] = "Boschloo's unconditional exact test of two proportions"
    references: ClassVar[tuple[str, ...]] = ("boschloo1970",)
    method: ClassVar[str] = "boschloo"


class PooledZ(TwoProportions):
    """The asymptotic z-test with pooled variance; its real type I error in a small trial can be far from nominal."""

    kind: Literal["z pooled"] = "z pooled"
    meaning: ClassVar[str] = "asymptotic z-test of two proportions with pooled variance"

    def table(self, control: int, treated: int) -> Floats:
        """z of every possible trial; 0 where it is not defined."""
        return _z_table(control, treated)

    def critical(self, alpha: float) -> float:
        """Normal quantile."""
        return float(-ndtri(alpha))

    def from_z(self, z: float) -> float:
        """The statistic is a z-value itself."""
        return z

    def process(self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]) -> Process:
        """Information of the difference in proportions at its true variance."""
        return Process(
            tuple(1 / (variance["control"] / c + variance["treated"] / t) for c, t in sizes), benefit - aim.null
        )


@lru_cache(maxsize=4096)
def _z_table(control: int, treated: int) -> Floats:
    """Pooled z-statistic of every possible trial."""
    x, y = np.arange(control + 1)[:, None], np.arange(treated + 1)[None, :]
    if control == 0 or treated == 0:
        return np.zeros((control + 1, treated + 1))
    pooled = (x + y) / (control + treated)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / control + 1 / treated))
    difference = y / treated - x / control
    return np.divide(difference, spread, out=np.zeros_like(difference), where=spread > 0)
