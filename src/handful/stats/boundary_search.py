"""The search for group-sequential boundaries: what is given, what is spent, and where both boundaries meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf, isnan, nan
from typing import Protocol, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from handful.kernels import normal_boundaries as kernels
from handful.stats.roots import find_root
from handful.stats.spending import SpendingFunction

Array = NDArray[np.float64]
Levels = tuple[float, ...]


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

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """What the boundaries spend by each look, if no others are obeyed."""
        ...


Efficacy = SpendingFunction | BoundaryShape


def is_spending(rule: object) -> TypeGuard[SpendingFunction]:
    """Whether a rule says what is spent (an instance check against the protocol costs 17 microseconds)."""
    return hasattr(rule, "spent")


def _is_shape(rule: object) -> TypeGuard[BoundaryShape]:
    """Whether a rule gives boundaries and not only what they spend."""
    return hasattr(rule, "upper")


def increments(spent: ArrayLike) -> Array:
    """What is spent at each look, from what is spent by then.

    Example:
        >>> increments([0.1, 0.3, 1.0]).round(12).tolist()
        [0.1, 0.2, 0.7]
    """
    by_then = np.asarray(spent, dtype=np.float64)
    steps = by_then.copy()
    steps[1:] -= by_then[:-1]
    return steps


def fixed_drift(alpha: float, power: float, sided: int = 1) -> float:
    """Drift of a design with a single look: z(1 - alpha / sided) + z(power).

    Example:
        >>> round(fixed_drift(0.025, 0.9), 6)
        3.241516
    """
    return float(ndtri(power) - ndtri(alpha / sided))


def root_in_drift(type_two_error: Callable[[float], float], start: float, power: float) -> float:
    """The drift with a given power: the normal quantile of the error is nearly linear in the drift."""
    target = float(ndtri(1.0 - power))
    return find_root(
        lambda drift: float(ndtri(type_two_error(drift))) - target, start, 1.04 * start, tolerance=1e-12
    )


@dataclass(frozen=True)
class BoundarySearch:
    """What is fixed of a design before its boundaries are.

    Attributes:
        fractions: information fractions of the looks.
        efficacy: a spending function, or a classical shape.
        binding: whether the type I error counts on trials stopping for futility.
        alpha: type I error of one side.
        power: power.
        mirrored: whether the design is two-sided.
    """

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
        """Type I error to spend at each look."""
        return increments(self.efficacy.spent(self.times, self.alpha))

    def solve(self, bounds: Array, steps: Array, drift: float) -> tuple[Array, float]:
        """Boundaries where they are not given, and the probability of stopping for futility at a drift."""
        return kernels.solve(self.times, bounds, steps, drift, self.mirrored)

    def upper_within(self, futility: Levels | None) -> Levels:
        """Upper boundaries when those for futility are known: given, or none."""
        if _is_shape(self.efficacy):
            lower, inner = (None, futility) if self.mirrored else (futility, None)
            return self.efficacy.upper(
                self.fractions, self.alpha, lower=lower, inner=inner, mirrored=self.mirrored
            )
        steps = np.array((self.alpha_steps, self.alpha_steps))
        return _levels(self.solve(self._bounds(futility, None), steps, 0.0)[0][2])

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
        steps = increments(futility.spent(self.times, rate))
        found, _ = self.solve(*self._to_solve((nan,) * self.looks, steps), 0.0)
        return _levels(found[2]), _levels(found[0])

    def with_futility(self, futility: SpendingFunction) -> tuple[Levels, Levels, float]:
        """Upper and lower boundaries that meet at the last look, and the drift."""
        steps = increments(futility.spent(self.times, 1.0 - self.power))
        found, drift = self._meet(*self._to_solve((*(nan,) * (self.looks - 1), inf), steps))
        return _levels(found[2]), _levels(found[0]), drift

    def with_inner_futility(self, futility: SpendingFunction) -> tuple[Levels, Levels, Levels]:
        """Upper, lower and inner boundaries of a two-sided design; outer and inner ones meet at the last look."""
        one_sided = BoundarySearch(
            self.fractions, self.efficacy, self.binding, self.alpha, self.power, mirrored=False
        )
        exists = [bound >= 0.0 for bound in one_sided.with_futility(futility)[1]]
        steps = increments(_begun_at(exists.index(True), futility.spent(self.times, 1.0 - self.power)))
        for look, there in enumerate(exists[:-1]):
            if not there:  # its share goes to the next look
                steps[look], steps[look + 1] = 0.0, steps[look] + steps[look + 1]
        wanted = (*(nan if there else 0.0 for there in exists[:-1]), inf)
        found, _ = self._meet(*self._to_solve(wanted, steps))
        return _levels(found[2]), _levels(found[0]), _levels(found[1])

    def _to_solve(self, futility: Levels, steps: Array) -> tuple[Array, Array]:
        """What the kernel has to solve: boundaries with gaps, and what to spend.

        Upper boundaries are known before those for futility unless the latter are binding. A classical shape
        then spends what it would spend without them.
        """
        if self.binding:
            return self._bounds(futility, None), np.array((self.alpha_steps, steps))
        return self._bounds(futility, self.upper_within(None)), np.array((steps, steps))

    def _bounds(self, futility: Levels | None, upper: Levels | None) -> Array:
        """Lower, inner and upper boundaries for the kernel; NaN where one is to be solved."""
        lower: Levels | None = None if self.mirrored else futility
        inner: Levels | None = futility if self.mirrored else None
        return np.array(
            (lower or (-inf,) * self.looks, inner or (0.0,) * self.looks, upper or (nan,) * self.looks)
        )

    def _meet(self, bounds: Array, steps: Array) -> tuple[Array, float]:
        """Boundaries at the drift at which futility, spent under it, has the type II error."""
        start = fixed_drift(self.alpha, self.power)
        found, drift = kernels.meet(self.times, bounds, steps, self.mirrored, 1.0 - self.power, start)
        if not isnan(drift):
            return found, drift
        drift = root_in_drift(lambda value: self.solve(bounds, steps, value)[1], start, self.power)
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
