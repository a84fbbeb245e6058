"""Efficacy boundaries given by their shape rather than by spending: one constant is solved for.

These are the boundaries of the textbooks. They fix the number and time of the looks in advance; a spending
function (see `handful.stats.spending`) does not, and is what a protocol should normally name. What a shape
spends by each of its looks can stand for a spending function where one is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from handful.kernels import normal_boundaries as kernels
from handful.stats.normal_process import check_information, crossing_probabilities
from handful.stats.roots import find_root

Array = NDArray[np.float64]
Levels = tuple[float, ...]


def _beside(upper: ArrayLike, lower: Levels | None, inner: Levels | None, mirrored: bool) -> Array:
    """Lower, inner and upper boundaries: lower ones are given, the mirror image, or none."""
    above = np.asarray(upper, dtype=np.float64)
    below = -above if mirrored else np.full(above.shape, -np.inf) if lower is None else np.array(lower)
    between = np.zeros(above.shape) if inner is None else np.array(inner)
    return np.array((np.fmin(below, above), np.fmin(between, above), above))


class Shape(Protocol):
    """Boundaries of one shape: see `WangTsiatis.upper`."""

    def upper(self, fractions: Levels, alpha: float) -> Levels:
        """Upper boundaries with a type I error of alpha."""
        ...


def _spent_by(shape: Shape, information_fraction: ArrayLike, alpha: float) -> Array:
    """What one-sided boundaries of a shape spend by each look."""
    fractions = check_information(information_fraction)
    if fractions[-1] > 1.0:
        raise ValueError(f"information fractions must not exceed 1, got {information_fraction!r}")
    looks = fractions if fractions[-1] == 1.0 else (*fractions, 1.0)
    spent = np.cumsum(crossing_probabilities(looks, None, shape.upper(looks, alpha)).upper)
    return spent[: len(fractions)]


@dataclass(frozen=True)
class WangTsiatis:
    """Boundaries c * t**(delta - 1/2), between O'Brien-Fleming (delta 0) and Pocock (delta 1/2).

    Wang and Tsiatis (1987), Biometrics 43:193-199.

    Attributes:
        delta: shape, usually in [0, 0.5].

    Example:
        >>> [round(bound, 4) for bound in WangTsiatis(delta=0.25).upper((0.5, 1.0), alpha=0.025)]
        [2.4239, 2.0382]
    """

    delta: float

    def __post_init__(self) -> None:
        if not -2.0 <= self.delta <= 2.0:
            raise ValueError(f"delta must lie between -2 and 2, got {self.delta!r}")

    def upper(
        self,
        fractions: Levels,
        alpha: float,
        *,
        lower: Levels | None = None,
        inner: Levels | None = None,
        mirrored: bool = False,
    ) -> Levels:
        """Upper boundaries for looks at fractions of the information.

        Args:
            fractions: information fractions of the looks, the last one 1.
            alpha: type I error of the upper boundary, in (0, 1).
            lower: lower boundaries at which a trial is bound to stop, if there are any.
            inner: boundaries within which |Z| is bound to stop a two-sided trial, if there are any.
            mirrored: whether the trial also stops at the mirror image of the upper boundaries.

        Returns:
            One boundary a look, on the Z scale.
        """
        times, target = np.array(fractions), float(ndtri(alpha))
        shape, no_effect = times ** (self.delta - 0.5), np.zeros(1)

        def excess(constant: float) -> float:
            bounds = _beside(constant * shape, lower, inner, mirrored)
            return float(ndtri(kernels.crossing(times, bounds, no_effect)[2].sum())) - target

        return tuple((find_root(excess, 0.05 - target, 0.2 - target) * shape).tolist())

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """What one-sided boundaries with these looks, and one at 1, spend by each of them.

        Args:
            information_fraction: growing, in (0, 1]; shape (looks,).
            alpha: the whole error rate, in (0, 1); one-sided.

        Returns:
            The cumulative error rate at each look.

        Raises:
            ValueError: if the fractions do not grow within (0, 1].
        """
        return _spent_by(self, information_fraction, alpha)


def o_brien_fleming() -> WangTsiatis:
    """Boundaries c / sqrt(t): O'Brien and Fleming (1979), Biometrics 35:549-556.

    Example:
        >>> [round(bound, 4) for bound in o_brien_fleming().upper((0.5, 1.0), alpha=0.025)]
        [2.7965, 1.9774]
    """
    return WangTsiatis(0.0)


def pocock() -> WangTsiatis:
    """The same boundary at every look: Pocock (1977), Biometrika 64:191-199.

    Example:
        >>> [round(bound, 4) for bound in pocock().upper((0.5, 1.0), alpha=0.025)]
        [2.1783, 2.1783]
    """
    return WangTsiatis(0.5)


@dataclass(frozen=True)
class HaybittlePeto:
    """A high constant boundary at the interim looks, and whatever is left of the error rate at the last.

    Haybittle (1971), British Journal of Radiology 44:793-797; Peto et al. (1976), British Journal of Cancer
    34:585-612.

    Attributes:
        interim: the boundary before the last look, on the Z scale.

    Example:
        >>> [round(bound, 4) for bound in HaybittlePeto().upper((0.25, 0.5, 0.75, 1.0), alpha=0.025)]
        [3.0, 3.0, 3.0, 1.9828]
    """

    interim: float = 3.0

    def upper(
        self,
        fractions: Levels,
        alpha: float,
        *,
        lower: Levels | None = None,
        inner: Levels | None = None,
        mirrored: bool = False,
    ) -> Levels:
        """Upper boundaries for looks at fractions of the information; see `WangTsiatis.upper`.

        Raises:
            ValueError: if the interim looks alone spend more than alpha.
        """
        times, looks = np.array(fractions), len(fractions)
        interim = [self.interim] * (looks - 1)
        bounds = _beside([*interim, np.inf], lower, inner, mirrored)
        left = alpha - float(kernels.crossing(times, bounds, np.zeros(1))[2].sum())
        if left <= 0.0:
            raise ValueError(f"interim boundaries of {self.interim!r} spend more than alpha = {alpha!r}")
        steps = np.zeros((2, looks))
        steps[0, -1] = left
        solved, _ = kernels.solve(
            times, _beside([*interim, np.nan], lower, inner, mirrored), steps, 0.0, mirrored
        )
        return tuple(solved[2].tolist())

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """What one-sided boundaries with these looks spend by each of them; see `WangTsiatis.spent`."""
        return _spent_by(self, information_fraction, alpha)
