"""Boundaries of a group-sequential design, and the drift and information it needs for its power."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isnan, nan
from typing import Literal, Protocol, TypeGuard, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.kernels import normal_process as kernels
from handful.stats.normal_process import CrossingProbabilities, check_information, crossing_probabilities
from handful.stats.roots import find_root
from handful.stats.spending import OBrienFlemingType, SpendingFunction

Array = NDArray[np.float64]
Levels = tuple[float, ...]
FutilityUnder = Literal["alternative", "null"]


class BoundaryShape(Protocol):
    """Efficacy boundaries that are not spent for look by look: see `handful.stats.classical`."""

    def upper(
        self,
        fractions: Levels,
        alpha: float,
        *,
        lower: Levels | None = None,
        inner: Levels | None = None,
        mirrored: bool = False,
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
    trial = _Trial(fractions, efficacy, binding, alpha / sided, power, sided == 2)
    inner: Levels | None = None
    drift: float | None = None
    if futility is None:
        upper = trial.upper_within(None)
        lower = tuple(-bound for bound in upper) if sided == 2 else (-inf,) * len(fractions)
    elif not _is_spending(futility):
        interim = tuple(float(bound) for bound in cast(Sequence[float], futility))
        upper, lower, inner = trial.with_given_futility(interim)
    elif sided == 2:
        upper, lower, inner = trial.with_inner_futility(futility)
    elif futility_under == "null":
        upper, lower = trial.with_futility_under_null(futility, futility_rate or 1.0 - power)
    else:
        upper, lower, drift = trial.with_futility(futility)
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


def _is_spending(rule: object) -> TypeGuard[SpendingFunction]:
    """Whether a rule spends look by look (an instance check against the protocol costs 17 microseconds)."""
    return hasattr(rule, "spent")


def _check_futility(futility: object, under: FutilityUnder, rate: float | None, sided: int) -> None:
    """Raise ValueError if the arguments of futility contradict each other."""
    if under == "alternative" and rate is not None:
        raise ValueError("futility spent under the alternative spends 1 - power: leave futility_rate out")
    if under == "null" and (sided == 2 or not _is_spending(futility)):
        raise ValueError("only a one-sided design spends futility under the null hypothesis")
    if rate is not None and not 0.0 < rate < 1.0:
        raise ValueError(f"futility_rate must lie between 0 and 1, got {rate!r}")


def increments(spent: ArrayLike) -> Array:
    """What is spent at each look, from what is spent by then."""
    by_then = np.asarray(spent, dtype=np.float64)
    steps = by_then.copy()
    steps[1:] -= by_then[:-1]
    return steps


@dataclass(frozen=True)
class _Trial:
    """What is fixed before the boundaries are; `alpha` is that of one side."""

    fractions: Levels
    efficacy: Efficacy
    binding: bool
    alpha: float
    power: float
    mirrored: bool

    @property
    def looks(self) -> int:
        """Number of looks."""
        return len(self.fractions)

    @cached_property
    def times(self) -> Array:
        """Information fractions of the looks."""
        return np.array(self.fractions)

    @cached_property
    def alpha_steps(self) -> Array:
        """Type I error to spend at each look; zeros where the boundaries have a classical shape."""
        if _is_spending(self.efficacy):
            return increments(self.efficacy.spent(self.times, self.alpha))
        return np.zeros(self.looks)

    def solve(self, bounds: Array, steps: Array, drift: float) -> tuple[Array, float]:
        """Boundaries where they are not given, and the probability of stopping for futility at a drift."""
        return kernels.solve(self.times, bounds, steps, drift, self.mirrored)

    def upper_within(self, futility: Levels | None) -> Levels:
        """Upper boundaries when those for futility are known: given, or none."""
        if not _is_spending(self.efficacy):
            lower, inner = (None, futility) if self.mirrored else (futility, None)
            return cast(BoundaryShape, self.efficacy).upper(
                self.fractions, self.alpha, lower=lower, inner=inner, mirrored=self.mirrored
            )
        bounds = self._bounds(futility, None)
        return _levels(self.solve(bounds, self._all_steps(None), 0.0)[0][2])

    def with_given_futility(self, interim: Levels) -> tuple[Levels, Levels, Levels | None]:
        """Upper, lower and inner boundaries with given interim boundaries for futility."""
        if len(interim) != self.looks - 1:
            raise ValueError(f"futility must hold {self.looks - 1} interim boundaries, got {interim!r}")
        least = 0.0 if self.mirrored else -inf
        upper = self.upper_within((*interim, least) if self.binding else None)
        if not all(least <= low < high for low, high in zip(interim, upper, strict=False)):
            raise ValueError(f"futility must lie below the efficacy boundaries {upper!r}, got {interim!r}")
        if self.mirrored:
            return upper, tuple(-bound for bound in upper), (*interim, upper[-1])
        return upper, (*interim, upper[-1]), None

    def with_futility_under_null(self, futility: SpendingFunction, rate: float) -> tuple[Levels, Levels]:
        """Upper and lower boundaries, both spent under the null hypothesis."""
        bounds = self._bounds((nan,) * self.looks, self._upper_unless_binding())
        found, _ = self.solve(bounds, self._all_steps(increments(futility.spent(self.times, rate))), 0.0)
        return _levels(found[2]), _levels(found[0])

    def with_futility(self, futility: SpendingFunction) -> tuple[Levels, Levels, float]:
        """Upper and lower boundaries that meet at the last look, and the drift."""
        bounds = self._bounds((*(nan,) * (self.looks - 1), inf), self._upper_unless_binding())
        steps = self._all_steps(increments(futility.spent(self.times, 1.0 - self.power)))
        found, drift = self._meet(bounds, steps)
        return _levels(found[2]), _levels(found[0]), drift

    def with_inner_futility(self, futility: SpendingFunction) -> tuple[Levels, Levels, Levels]:
        """Upper, lower and inner boundaries of a two-sided design; outer and inner ones meet at the last look."""
        one_sided = _Trial(self.fractions, self.efficacy, self.binding, self.alpha, self.power, False)
        exists = [bound >= 0.0 for bound in one_sided.with_futility(futility)[1]]
        steps = increments(_begun_at(exists.index(True), futility.spent(self.times, 1.0 - self.power)))
        for look, there in enumerate(exists[:-1]):
            if not there:  # its share goes to the next look
                steps[look], steps[look + 1] = 0.0, steps[look] + steps[look + 1]
        wanted = (*(nan if there else 0.0 for there in exists[:-1]), inf)
        found, _ = self._meet(self._bounds(wanted, self._upper_unless_binding()), self._all_steps(steps))
        return _levels(found[2]), _levels(found[0]), _levels(found[1])

    def _upper_unless_binding(self) -> Levels | None:
        """Upper boundaries if they do not depend on those for futility."""
        if not self.binding:
            return self.upper_within(None)
        if not _is_spending(self.efficacy):
            raise ValueError(
                "binding futility from a spending function needs efficacy from a spending function"
            )
        return None

    def _bounds(self, futility: Levels | None, upper: Levels | None) -> Array:
        """Lower, inner and upper boundaries for the kernel; NaN where one is to be solved."""
        lower: Levels | None = None if self.mirrored else futility
        inner: Levels | None = futility if self.mirrored else None
        return np.array(
            (lower or (-inf,) * self.looks, inner or (0.0,) * self.looks, upper or (nan,) * self.looks)
        )

    def _all_steps(self, futility: Array | None) -> Array:
        """What may be spent at each look, for efficacy and for futility."""
        return np.array((self.alpha_steps, self.alpha_steps if futility is None else futility))

    def _meet(self, bounds: Array, steps: Array) -> tuple[Array, float]:
        """Boundaries at the drift at which futility, spent under it, has the type II error."""
        start = fixed_drift(self.alpha, self.power)
        found, drift = kernels.meet(self.times, bounds, steps, self.mirrored, 1.0 - self.power, start)
        if not isnan(drift):
            return found, drift
        drift = _root_in_drift(lambda value: self.solve(bounds, steps, value)[1], start, self.power)
        return self.solve(bounds, steps, drift)[0], drift


def _levels(bounds: Array) -> Levels:
    """One row of boundaries as a tuple."""
    return tuple(bounds.tolist())


def _begun_at(first: int, spent: Array) -> Array:
    """Spending that begins with a look: nothing before, and the rest stretched to the whole again."""
    if first == 0:
        return spent
    before, whole = spent[first - 1], spent[-1]
    if before >= whole:
        return np.zeros(spent.shape)
    return np.asarray(np.maximum(spent - before, 0.0) * (whole / (whole - before)))


def _root_in_drift(type_two_error: Callable[[float], float], start: float, power: float) -> float:
    """The drift with a given power: the normal quantile of the error is nearly linear in the drift."""
    target = float(ndtri(1.0 - power))
    return find_root(
        lambda drift: float(ndtri(type_two_error(drift))) - target, start, 1.04 * start, tolerance=1e-12
    )


def drift_of(
    fractions: Levels, lower: Levels, inner: Levels | None, upper: Levels, start: float, power: float
) -> float:
    """The drift at which fixed boundaries have their power."""
    times = np.array(fractions)
    bounds = np.array((lower, inner or (0.0,) * len(fractions), upper))
    return _root_in_drift(
        lambda drift: 1.0 - float(kernels.crossing(times, bounds, np.array([drift]))[2].sum()), start, power
    )
