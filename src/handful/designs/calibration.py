"""Thresholds calibrated over every possible trial, so that error is spent as planned at the worst point of the null."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Lattice
from handful.stats.lattice import advance, start

Floats = NDArray[np.float64]

_POINTS = 513


def calibrated_thresholds(
    lattice: Lattice, spent: tuple[float, ...], lower: tuple[float, ...]
) -> tuple[float, ...]:
    """Choose, look by look, the smallest threshold that keeps the cumulative error.

    At each look the possible values of the statistic are taken from the strongest down; the threshold is the weakest value
    at which the probability of a false claim so far stays within what may be spent, at every point of a fine grid along
    the boundary of the null hypothesis (exactly, when that boundary is one point).

    Args:
        lattice: All possible trials.
        spent: Type I error that may be spent by each look, cumulative.
        lower: Futility thresholds that may be counted on; minus infinity where there are none.

    Returns:
        A threshold for each look; infinite where no value keeps the error.

    Source: the exact analogue of Lan and DeMets (1983); compare Jennison and Turnbull 2000, chapter 12.
    """
    return _calibrated(lattice, spent, lower, harm=False)[0]


def calibrated_both_sides(
    lattice: Lattice, spent: tuple[float, ...]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Choose thresholds for benefit and for harm, look by look, each of which keeps the cumulative error.

    Args:
        lattice: All possible trials, with a statistic of both directions.
        spent: Error that may be spent on each side by each look, cumulative.

    Returns:
        (smallest threshold for benefit, largest for harm) of each look; infinite where no value keeps the error.
    """
    return _calibrated(lattice, spent, (-np.inf,) * len(spent), harm=True)


def _calibrated(
    lattice: Lattice, spent: tuple[float, ...], lower: tuple[float, ...], *, harm: bool
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Walk the looks; harm is the same on the statistic with its sign turned."""
    points = 1 if lattice.null.is_point else _POINTS
    nuisance = np.sin(np.linspace(0.0, np.pi, points) / 2) ** 2
    chances = lattice.null.at(nuisance)
    mass = start(lattice.statistic[0].ndim, points)
    claimed, harmed = np.zeros(points), np.zeros(points)
    upper: list[float] = []
    harmful: list[float] = []
    for look, stage in enumerate(lattice.stages):
        mass = advance(mass, stage, chances)
        statistic = lattice.statistic[look].ravel()
        flat = mass.reshape(points, -1)
        threshold, added = _weakest(statistic, flat, claimed, spent[look])
        upper.append(threshold)
        claimed = claimed + added
        going = (statistic < threshold) & (statistic > lower[look])
        if harm:
            against, added = _weakest(-statistic, flat, harmed, spent[look])
            harmful.append(-against)
            harmed = harmed + added
            going &= statistic > -against
        mass = np.where(going.reshape(lattice.statistic[look].shape), mass, 0.0)
    return tuple(upper), tuple(harmful)


def _weakest(statistic: Floats, mass: Floats, claimed: Floats, allowed: float) -> tuple[float, Floats]:
    """The weakest threshold within what is allowed, and the error that it adds at each point."""
    order = np.argsort(-statistic, kind="stable")
    sorted_statistic = statistic[order]
    worst = (np.cumsum(mass[:, order], axis=1) + claimed[:, None]).max(axis=0)
    last_of_value = np.append(sorted_statistic[1:] < sorted_statistic[:-1], True)
    kept = np.flatnonzero(last_of_value & (worst <= allowed + 1e-12) & np.isfinite(sorted_statistic))
    if len(kept) == 0:
        return np.inf, np.zeros(mass.shape[0])
    threshold = float(sorted_statistic[kept[-1]])
    return threshold, mass[:, statistic >= threshold].sum(axis=1)
