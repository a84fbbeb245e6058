"""Repeated confidence intervals and p-values: valid at every look at once, whatever made the trial stop.

The price of that is width: after a trial that did obey its boundaries, `handful.stats.sequential_inference`
says more. Jennison and Turnbull (1989), JRSS B 51:305-361, and (2000), chapter 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.stats.boundaries import Efficacy, check_fractions, group_sequential_boundaries
from handful.stats.normal_process import check_information
from handful.stats.panels import read_table, table_coefficients, table_points
from handful.stats.sequential_inference import checked_stops

Array = NDArray[np.float64]
Levels = tuple[float, ...]
Sided = Literal[1, 2]

# Boundaries are tabulated over the normal score of the level of one side, where they are nearly straight, in
# panels of width 1. At a level of a half there is no boundary, and below 1e-12 a p-value means nothing more.
LARGEST_LEVEL = 0.45
PANELS = 7


def repeated_intervals(
    information: ArrayLike, upper: ArrayLike, look: ArrayLike, z: ArrayLike
) -> tuple[Array, Array]:
    """Repeated confidence interval at a look: the effects that the design could not reject there.

    Args:
        information: information at each look, growing.
        upper: upper boundaries on the Z scale, which set the confidence: those of a one-sided design at level
            alpha or a two-sided one at 2 * alpha give 1 - 2 * alpha over all looks together.
        look: the look at which each trial is, from 0.
        z: the standardised statistic of each trial there, for the hypothesis of no effect.

    Returns:
        Lower and upper limits, arrays of the broadcast shape of `look` and `z`; infinite at looks without a
        boundary.

    Raises:
        ValueError: if the information does not grow, or a boundary or look is missing.

    Example:
        >>> low, high = repeated_intervals([10, 20], [2.797, 1.977], look=[0, 1], z=[1.5, 2.2])
        >>> low.round(3), high.round(3)
        (array([-0.41,  0.05]), array([1.359, 0.934]))
    """
    levels = np.asarray(check_information(information))
    bounds = np.asarray(upper, dtype=np.float64)
    if bounds.shape != levels.shape:
        raise ValueError(f"need one boundary for each of {levels.size} looks, got {upper!r}")
    stops, statistic = np.broadcast_arrays(np.asarray(look), np.asarray(z, dtype=np.float64))
    index = checked_stops(stops, levels.size)
    root = np.sqrt(levels[index])
    return np.asarray((statistic - bounds[index]) / root), np.asarray((statistic + bounds[index]) / root)


def repeated_p_values(
    information_fractions: ArrayLike, efficacy: Efficacy, look: ArrayLike, z: ArrayLike, *, sided: Sided = 1
) -> Array:
    """Repeated p-value at a look: the smallest level at which the design would have rejected there.

    Futility boundaries play no part, so that it holds whether they are obeyed or not. The smallest of the
    repeated p-values up to a look is the sequential p-value of Liu and Anderson (2008), Journal of the American
    Statistical Association 103:1621-1630, which multiple testing procedures take in.

    Args:
        information_fractions: fractions of the information at the looks, growing, the last one 1.
        efficacy: spending function or shape of the upper boundaries, which must lie lower at every look
            where the level is higher.
        look: the look at which each trial is, from 0.
        z: the standardised statistic of each trial there; NaN gives NaN.
        sided: 2 for a two-sided design, where the sign of the statistic does not matter.

    Returns:
        p-values of the broadcast shape of `look` and `z`, exact to about 1e-7 of themselves. Where the level
        of a side would be 0.45 or more, 1 is returned, and where it would be below 5e-13, that.

    Raises:
        ValueError: if the fractions are no design, a look is missing, or the boundaries of a look do not move
            with the level, as those of Haybittle and Peto.

    Example:
        >>> from handful.stats.spending import OBrienFlemingType
        >>> repeated_p_values([0.5, 1.0], OBrienFlemingType(), look=[0, 1], z=[2.5, 2.5]).round(4)
        array([0.053 , 0.0062])
    """
    if sided not in (1, 2):
        raise ValueError(f"sided must be 1 or 2, got {sided!r}")
    family = _Family(check_fractions(information_fractions), efficacy, sided)
    stops, statistic = np.broadcast_arrays(np.asarray(look), np.asarray(z, dtype=np.float64))
    index = checked_stops(stops, len(family.fractions))
    evidence = statistic if sided == 1 else np.abs(statistic)
    p_value = np.full(evidence.shape, np.nan)
    for k in np.unique(index):
        members = (index == k) & ~np.isnan(evidence)
        p_value[members] = sided * _level(family, int(k), evidence[members])
    return np.where(p_value >= sided * LARGEST_LEVEL, 1.0, p_value)


@dataclass(frozen=True)
class _Family:
    """Designs that differ in their level only."""

    fractions: Levels
    efficacy: Efficacy
    sided: Sided


def _level(family: _Family, look: int, z: Array) -> Array:
    """The level of a side at which the boundary of a look is the statistic, cut to the range of the table."""
    ends = -ndtri(LARGEST_LEVEL) + np.arange(PANELS + 1)
    bounds = np.array([_boundaries(family, float(end))[look] for end in ends])
    if not np.all(np.diff(bounds) > 0.0):
        raise ValueError("repeated p-values need boundaries that move with the level at every look")
    score = np.where(z <= bounds[0], ends[0], ends[-1])
    panel = np.searchsorted(bounds, z, side="left") - 1
    for index in np.intersect1d(panel, np.arange(PANELS)):
        start, stop = float(ends[index]), float(ends[index + 1])
        series = _table(family, start, stop)[:, look]
        slope = np.asarray(chebyshev.chebder(series), dtype=np.float64) * (2.0 / (stop - start))
        some = panel == index
        guess = np.asarray(np.interp(z[some], bounds, ends), dtype=np.float64)
        for _ in range(4):  # Newton's method on a nearly straight line
            excess = read_table(series, start, stop, guess) - z[some]
            guess = np.clip(guess - excess / read_table(slope, start, stop, guess), start, stop)
        score[some] = guess
    return np.asarray(ndtr(-score))


@lru_cache(maxsize=1024)
def _table(family: _Family, start: float, stop: float) -> Array:
    """Coefficients of the boundaries as functions of the score in one panel; shape (order, looks)."""
    bounds = [_boundaries(family, float(score)) for score in table_points(start, stop)]
    return table_coefficients(np.array(bounds).T)


@lru_cache(maxsize=8192)
def _boundaries(family: _Family, score: float) -> Levels:
    """Upper boundaries of the design whose sides have the level with a normal score."""
    level, sided = float(ndtr(-score)), family.sided
    return group_sequential_boundaries(
        family.fractions, efficacy=family.efficacy, alpha=sided * level, power=0.95, sided=sided
    ).upper
