"""Boundaries of a group-sequential design, and the drift and information it needs for its power."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.stats.normal_process import (
    Continuing,
    CrossingProbabilities,
    StoppedProcess,
    check_information,
    crossing_probabilities,
)
from handful.stats.roots import find_root
from handful.stats.spending import OBrienFlemingType, SpendingFunction

Array = NDArray[np.float64]
Levels = tuple[float, ...]
FutilityUnder = Literal["alternative", "null"]


class BoundaryShape(Protocol):
    """Efficacy boundaries that are not spent for look by look: see `handful.stats.classical`."""

    def upper(
        self, fractions: Levels, alpha: float, *, lower: Levels | None = None, mirrored: bool = False
    ) -> Levels:
        """Upper boundaries with a type I error of alpha, given lower ones, their mirror image, or none."""
        ...


Efficacy = SpendingFunction | BoundaryShape
DEFAULT_EFFICACY = OBrienFlemingType()


@dataclass(frozen=True)
class Boundaries:
    """A solved group-sequential design on the scale of the standardised statistic.

    Attributes:
        information_fractions: information at each look as a fraction of the maximum; the last one is 1.
        upper: efficacy boundaries: stop and reject where Z >= upper.
        lower: futility boundaries: stop and accept where Z <= lower; -inf where there is none. In a two-sided
            design the mirror image of `upper`, where the opposite hypothesis is accepted.
        binding: whether the type I error counts on trials stopping at the lower boundary.
        alpha: type I error, of both sides together if there are two.
        power: probability of crossing the upper boundary at `drift`.
        drift: effect times square root of the maximum information at which `power` is reached.
        inflation: maximum information over that of a fixed design with the same error rates.
        sided: 1 or 2.
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

        Both boundaries are obeyed, also when futility is not binding.
        """
        return crossing_probabilities(self.information_fractions, self.lower, self.upper, drift)

    def power_at(self, drift: ArrayLike) -> Array:
        """Probability of crossing the upper boundary at any look, of the shape of the drifts."""
        return np.asarray(self.crossing(drift).upper.sum(axis=-1))

    def expected_information(self, drift: ArrayLike) -> Array:
        """Mean information at the end of the trial as a multiple of the fixed design's, for any drifts."""
        return self.inflation * self.crossing(drift).expected(self.information_fractions)


def fixed_drift(alpha: float, power: float, sided: int = 1) -> float:
    """Drift of a design with a single look: z(1 - alpha / sided) + z(power).

    Example:
        >>> round(fixed_drift(0.025, 0.9), 6)
        3.241516
    """
    return float(ndtri(power) - ndtri(alpha / sided))


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
    35:1113-1121) so that at the last look both boundaries meet, or are given.

    Args:
        information_fractions: information at the looks as fractions of the maximum: growing, the last one 1.
        efficacy: a spending function, or a shape from `handful.stats.classical`.
        futility: a spending function; one Z value for each interim look, -inf where there is none; or None.
        binding: True if the type I error may count on the futility boundary being obeyed.
        alpha: type I error; each side of a two-sided design gets half of it.
        power: probability of crossing the upper boundary under the alternative, obeying the lower one.
        sided: 2 mirrors the efficacy boundaries; there is no futility boundary then.
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
    one_sided = alpha / sided
    open_below = (-np.inf,) * len(fractions)
    if futility is None:
        upper = _efficacy(efficacy, fractions, one_sided, None, mirrored=sided == 2)
        lower = tuple(-bound for bound in upper) if sided == 2 else open_below
        drift = _drift(fractions, lower, upper, fixed_drift(alpha, power, sided), power)
    elif sided == 2:
        raise ValueError("a two-sided design has no futility boundary: the lower one is its other side")
    elif not isinstance(futility, SpendingFunction):
        interim = tuple(float(bound) for bound in futility)
        if len(interim) != len(fractions) - 1:
            raise ValueError(f"futility must hold {len(fractions) - 1} interim boundaries, got {futility!r}")
        upper = _efficacy(efficacy, fractions, one_sided, (*interim, -np.inf) if binding else None)
        if not all(low < high for low, high in zip(interim, upper, strict=False)):
            raise ValueError(f"futility must lie below the efficacy boundaries {upper!r}, got {futility!r}")
        lower = (*interim, upper[-1])
        drift = _drift(fractions, lower, upper, fixed_drift(alpha, power), power)
    else:
        rate = 1.0 - power if futility_rate is None else futility_rate
        if futility_under == "alternative" and futility_rate is not None:
            raise ValueError("futility spent under the alternative spends 1 - power: leave futility_rate out")
        steps = _steps(futility, fractions, rate)
        given = None if binding else _efficacy(efficacy, fractions, one_sided, None)
        alpha_steps = _alpha_steps(efficacy, fractions, one_sided) if binding else np.zeros(len(fractions))
        if futility_under == "null":
            upper, lower, _ = _spend_both(fractions, given, alpha_steps, steps, None)
            drift = _drift(fractions, lower, upper, fixed_drift(alpha, power), power)
        else:
            drift = _root_in_drift(
                lambda value: _spend_both(fractions, given, alpha_steps, steps, value)[2],
                fixed_drift(alpha, power),
                power,
            )
            upper, lower, _ = _spend_both(fractions, given, alpha_steps, steps, drift)
    inflation = (drift / fixed_drift(alpha, power, sided)) ** 2
    return Boundaries(fractions, upper, lower, binding, alpha, power, drift, inflation, sided)


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


def _steps(spending: SpendingFunction, fractions: Levels, rate: float) -> Array:
    """What may be spent at each look."""
    return np.diff(np.asarray(spending.spent(fractions, rate)), prepend=0.0)


def _alpha_steps(efficacy: Efficacy, fractions: Levels, alpha: float) -> Array:
    """Type I error to spend at each look, where the boundaries have to be solved together with futility."""
    if not isinstance(efficacy, SpendingFunction):
        raise ValueError("binding futility from a spending function needs efficacy from a spending function")
    return _steps(efficacy, fractions, alpha)


def _efficacy(
    efficacy: Efficacy, fractions: Levels, alpha: float, lower: Levels | None, *, mirrored: bool = False
) -> Levels:
    """Upper boundaries when the lower ones are known: given, the mirror image, or none."""
    if not isinstance(efficacy, SpendingFunction):
        return efficacy.upper(fractions, alpha, lower=lower, mirrored=mirrored)
    steps = _steps(efficacy, fractions, alpha)
    upper: list[float] = []
    arriving = Continuing.start()
    for k, fraction in enumerate(fractions):
        above = arriving.boundary(fraction, steps[k], 0.0, "upper")
        upper.append(above)
        if k + 1 < len(fractions):
            below = -above if mirrored else -np.inf if lower is None else lower[k]
            arriving = arriving.advance(fraction, below, above, following=fractions[k + 1])
    return tuple(upper)


def _spend_both(
    fractions: Levels, given: Levels | None, alpha_steps: Array, beta_steps: Array, drift: float | None
) -> tuple[Levels, Levels, float]:
    """Walk through the looks, solving lower boundaries and, unless given, upper ones from spending.

    With a drift, futility is spent under it and both boundaries are made to meet at the last look; without
    one, it is spent under the null hypothesis.

    Returns:
        Upper boundaries, lower boundaries, and the type II error at the drift.
    """
    effect = 0.0 if drift is None else drift
    used = (effect if given is not None else 0.0, effect)
    upper: list[float] = []
    lower: list[float] = []
    spent = 0.0
    arriving = Continuing.start(effect)
    for k, fraction in enumerate(fractions):
        above = given[k] if given is not None else arriving.boundary(fraction, alpha_steps[k], 0.0, "upper")
        if k + 1 == len(fractions) and drift is not None:
            below = np.inf
        else:
            below = arriving.boundary(fraction, beta_steps[k], effect, "lower")
        upper.append(above)
        lower.append(min(below, above))
        meet = above <= below  # all who have not crossed the upper boundary stop
        spent += float(arriving.crossing(fraction, above, effect, "lower")) if meet else beta_steps[k]
        if k + 1 < len(fractions):
            following = fractions[k + 1]
            arriving = arriving.advance(fraction, lower[k], above, following=following, effects=used)
    return tuple(upper), tuple(lower), spent


def _root_in_drift(type_two_error: Callable[[float], float], start: float, power: float) -> float:
    """The drift with a given power: the normal quantile of the error is nearly linear in the drift."""
    target = float(ndtri(1.0 - power))
    return find_root(
        lambda drift: float(ndtri(type_two_error(drift))) - target, start, 1.04 * start, tolerance=1e-12
    )


def _drift(fractions: Levels, lower: Levels, upper: Levels, start: float, power: float) -> float:
    """The drift at which fixed boundaries have their power."""
    process = StoppedProcess(fractions, lower, upper, (0.0, 2.0 * start))

    def type_two_error(drift: float) -> float:
        inside = drift <= process.effects[1]
        found = process.crossing(drift) if inside else crossing_probabilities(fractions, lower, upper, drift)
        return 1.0 - float(found.upper.sum())

    return _root_in_drift(type_two_error, start, power)
