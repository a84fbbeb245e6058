"""Boundaries of a group-sequential design, and the drift and information it needs for its power."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from handful.kernels import normal_boundaries as kernels
from handful.stats.boundary_search import (
    BoundarySearch,
    BoundaryShape,
    Efficacy,
    Levels,
    fixed_drift,
    is_spending,
    root_in_drift,
)
from handful.stats.normal_process import CrossingProbabilities, check_information, crossing_probabilities
from handful.stats.spending import OBrienFlemingType, SpendingFunction

__all__ = [
    "Boundaries",
    "BoundaryShape",
    "Efficacy",
    "FutilityUnder",
    "Levels",
    "check_fractions",
    "check_rates",
    "drift_of",
    "fixed_drift",
    "group_sequential_boundaries",
]

Array = NDArray[np.float64]
FutilityUnder = Literal["alternative", "null"]
DEFAULT_EFFICACY = OBrienFlemingType()


@dataclass(frozen=True)
class Boundaries:
    """A solved group-sequential design on the scale of the standardised statistic.

    Attributes:
        information_fractions: information at each look as a fraction of the maximum; the last one is 1.
        upper: efficacy boundaries: stop and reject where Z >= upper.
        lower: futility boundaries: stop and accept where Z <= lower; -inf where there is none. In a two-sided
            design the mirror image of `upper`, where the opposite alternative is claimed.
        binding: whether the type I error counts on trials stopping for futility.
        alpha: type I error, of both sides together if there are two.
        power: probability of crossing the upper boundary at `drift`.
        drift: effect times square root of the maximum information at which `power` is reached.
        inflation: maximum information over that of a fixed design with the same error rates.
        sided: 1 or 2.
        inner: futility boundaries of a two-sided design: stop and accept where |Z| <= inner; 0 where there is
            none. None in every other design.
    """

    information_fractions: Levels
    upper: Levels
    lower: Levels
    binding: bool
    alpha: float
    power: float
    drift: float
    inflation: float
    sided: Literal[1, 2] = 1
    inner: Levels | None = None

    @property
    def looks(self) -> int:
        """Number of looks."""
        return len(self.upper)

    @property
    def fixed_drift(self) -> float:
        """Drift of the fixed design with the same error rates."""
        return fixed_drift(self.alpha, self.power, self.sided)

    @property
    def nominal_levels(self) -> Levels:
        """One-sided p-value that crosses the upper boundary at each look."""
        return tuple(ndtr(-np.asarray(self.upper)).tolist())

    def crossing(self, drift: ArrayLike) -> CrossingProbabilities:
        """Probability of crossing each boundary at each look, for any drifts; shape (*drift.shape, looks).

        All boundaries are obeyed, also when futility is not binding.
        """
        return crossing_probabilities(
            self.information_fractions, self.lower, self.upper, drift, inner=self.inner
        )

    def power_at(self, drift: ArrayLike) -> Array:
        """Probability of crossing the upper boundary at any look, of the shape of the drifts."""
        return np.asarray(self.crossing(drift).upper.sum(axis=-1))

    def expected_information(self, drift: ArrayLike) -> Array:
        """Mean information at the end of the trial as a multiple of the fixed design's, for any drifts."""
        return self.inflation * self.crossing(drift).expected(self.information_fractions)


def group_sequential_boundaries(
    information_fractions: ArrayLike,
    *,
    efficacy: Efficacy = DEFAULT_EFFICACY,
    futility: SpendingFunction | Sequence[float] | None = None,
    binding: bool = False,
    alpha: float = 0.025,
    power: float = 0.9,
    sided: Literal[1, 2] = 1,
    futility_under: FutilityUnder = "alternative",
    futility_rate: float | None = None,
) -> Boundaries:
    """Solve the boundaries of a group-sequential design, and the drift at which it has its power.

    Efficacy boundaries spend the type I error look by look (Lan and DeMets 1983) or have a classical shape.
    Futility boundaries spend the type II error (Pampallona, Tsiatis and Kim 2001, Drug Information Journal
    35:1113-1121) so that at the last look both boundaries meet, or are given. The six test types of the R
    package gsDesign are: 1 without futility; 2 with `sided=2`; 3 and 4 with futility, binding or not; 5 and 6
    with futility spent under the null hypothesis, binding or not.

    In a two-sided design futility is a region around zero. It begins with the first look at which the
    one-sided design with half the alpha would stop above zero; what should have been spent before is shared
    out by stretching the rest, and spending counts trials in which neither alternative is claimed, all as in
    the R package rpact.

    Args:
        information_fractions: information at the looks as fractions of the maximum: growing, the last one 1.
        efficacy: a spending function, or a shape from `handful.stats.classical`.
        futility: a spending function; one Z value for each interim look, -inf (two-sided: 0) where there is
            none; or None.
        binding: True if the type I error may count on the futility boundary being obeyed.
        alpha: type I error; each side of a two-sided design gets half of it.
        power: probability of crossing the upper boundary under the alternative, obeying all others.
        sided: 2 mirrors the efficacy boundaries.
        futility_under: the hypothesis under which `futility` is spent. "null" gives a boundary that stops a
            trial which looks worse than no effect, and does not meet the upper one at the last look.
        futility_rate: what futility spends in all; `1 - power` unless it is spent under the null hypothesis.

    Returns:
        The design, accurate to about 1e-12. Where futility spends so early that both boundaries meet before the
        last look, every trial ends there and the boundaries of later looks mean nothing.

    Raises:
        ValueError: if an argument is out of its range or two of them contradict each other.

    Example:
        >>> design = group_sequential_boundaries(
        ...     [1 / 3, 2 / 3, 1], futility=OBrienFlemingType(), alpha=0.025, power=0.9
        ... )
        >>> [round(bound, 4) for bound in design.upper], round(design.inflation, 4)
        ([3.7103, 2.5114, 1.993], 1.0594)
        >>> [round(bound, 4) for bound in design.lower]
        [-0.6945, 1.0025, 1.993]
    """
    fractions = check_fractions(information_fractions)
    check_rates(alpha, power, sided)
    _check_futility(futility, futility_under, futility_rate, sided)
    search = BoundarySearch(fractions, efficacy, binding, alpha / sided, power, mirrored=sided == 2)
    inner: Levels | None = None
    drift: float | None = None
    if futility is None:
        upper = search.upper_within(None)
        lower = tuple(-bound for bound in upper) if sided == 2 else (-inf,) * len(fractions)
    elif not is_spending(futility):
        interim = tuple(float(bound) for bound in cast(Sequence[float], futility))
        upper, lower, inner = search.with_given_futility(interim)
    elif sided == 2:
        upper, lower, inner = search.with_inner_futility(futility)
    elif futility_under == "null":
        upper, lower = search.with_futility_under_null(futility, futility_rate or 1.0 - power)
    else:
        upper, lower, drift = search.with_futility(futility)
    if drift is None:
        drift = drift_of(fractions, lower, inner, upper, fixed_drift(alpha, power, sided), power)
    inflation = (drift / fixed_drift(alpha, power, sided)) ** 2
    return Boundaries(fractions, upper, lower, binding, alpha, power, drift, inflation, sided, inner)


def check_fractions(information_fractions: ArrayLike) -> Levels:
    """Growing fractions that end at 1, or ValueError."""
    fractions = check_information(information_fractions)
    if abs(fractions[-1] - 1.0) > 1e-12:
        raise ValueError(f"information fractions must end at 1, got {information_fractions!r}")
    return (*fractions[:-1], 1.0)


def check_rates(alpha: float, power: float, sided: int) -> None:
    """Raise ValueError unless a trial with these error rates exists."""
    if sided not in (1, 2):
        raise ValueError(f"sided must be 1 or 2, got {sided!r}")
    if not 0.0 < alpha < 0.5 * sided:
        raise ValueError(f"alpha must lie between 0 and {0.5 * sided:g}, got {alpha!r}")
    if not alpha / sided < power < 1.0:
        raise ValueError(f"power must lie between alpha and 1, got {power!r}")


def _check_futility(futility: object, under: FutilityUnder, rate: float | None, sided: int) -> None:
    """Raise ValueError if the arguments of futility contradict each other."""
    if under == "alternative" and rate is not None:
        raise ValueError("futility spent under the alternative spends 1 - power: leave futility_rate out")
    if under == "null" and (sided == 2 or not is_spending(futility)):
        raise ValueError("only a one-sided design spends futility under the null hypothesis")
    if rate is not None and not 0.0 < rate < 1.0:
        raise ValueError(f"futility_rate must lie between 0 and 1, got {rate!r}")


def drift_of(
    fractions: Levels, lower: Levels, inner: Levels | None, upper: Levels, start: float, power: float
) -> float:
    """The drift at which fixed boundaries have their power."""
    times = np.array(fractions)
    bounds = np.array((lower, inner or (0.0,) * len(fractions), upper))
    return root_in_drift(
        lambda drift: 1.0 - float(kernels.crossing(times, bounds, np.array([drift]))[2].sum()), start, power
    )
