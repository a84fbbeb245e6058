"""How the error rates of a trial are spent over its looks.

A spending function says which part of an error rate may be used up when a fraction t of the planned
information has been seen: 0 at t = 0, everything from t = 1 on, never falling. It may be spent for efficacy
(type I error) or for futility (type II error), and needs neither the number nor the time of the looks in
advance (Lan and DeMets 1983).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import e, isfinite
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, logit, ndtr, ndtri

Array = NDArray[np.float64]

SMALLEST_FRACTION = 1e-300  # stands for zero where the logarithm of what is spent there is minus infinity


@runtime_checkable
class SpendingFunction(Protocol):
    """What boundaries need of a spending function."""

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """Error rate spent by the time a fraction of the information is reached.

        Args:
            information_fraction: fractions of the planned information, 0 or more; any shape.
            alpha: the whole error rate, in (0, 1); one-sided.

        Returns:
            The cumulative error rate at each fraction, `alpha` from 1 on; of the shape of the fractions.
        """
        ...


def _fraction(information_fraction: ArrayLike, alpha: float) -> Array:
    """Fractions cut at 1, after both arguments have been checked."""
    fraction = np.asarray(information_fraction, dtype=np.float64)
    if fraction.size and not fraction.min() >= 0.0:
        raise ValueError(f"information fractions must not be negative, got {information_fraction!r}")
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"the error rate to spend must lie strictly between 0 and 1, got {alpha!r}")
    return np.minimum(fraction, 1.0)


@dataclass(frozen=True)
class OBrienFlemingType:
    """Little at first, most at the end: close to the boundaries of O'Brien and Fleming.

    2 - 2 * Phi(z(1 - alpha/2) / sqrt(t)), Lan and DeMets (1983), Biometrika 70:659-663.

    Example:
        >>> OBrienFlemingType().spent([0.5, 1.0], alpha=0.025).round(6)
        array([0.001525, 0.025   ])
    """

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        root = np.sqrt(np.maximum(_fraction(information_fraction, alpha), SMALLEST_FRACTION))
        return np.asarray(2.0 * ndtr(float(ndtri(alpha / 2)) / root))


@dataclass(frozen=True)
class PocockType:
    """Nearly evenly: close to the constant boundary of Pocock.

    alpha * log(1 + (e - 1) * t), Lan and DeMets (1983), Biometrika 70:659-663.

    Example:
        >>> PocockType().spent([0.5, 1.0], alpha=0.025).round(6)
        array([0.015503, 0.025   ])
    """

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        return np.asarray(alpha * np.log1p((e - 1.0) * _fraction(information_fraction, alpha)))


@dataclass(frozen=True)
class HwangShihDeCani:
    """One parameter from late (negative) through even (0) to early (positive).

    alpha * (1 - exp(-gamma * t)) / (1 - exp(-gamma)), Hwang, Shih and DeCani (1990), Statistics in Medicine
    9:1439-1445. gamma = -4 is near O'Brien-Fleming, 1 near Pocock.

    Attributes:
        gamma: between -40 and 40.

    Example:
        >>> HwangShihDeCani(gamma=-4).spent([0.5, 1.0], alpha=0.025).round(6)
        array([0.00298, 0.025  ])
    """

    gamma: float

    def __post_init__(self) -> None:
        if not -40.0 <= self.gamma <= 40.0:
            raise ValueError(f"gamma must lie between -40 and 40, got {self.gamma!r}")

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        fraction = _fraction(information_fraction, alpha)
        if abs(self.gamma) < 1e-15:  # the limit, to the last digit
            return alpha * fraction
        return np.asarray(alpha * np.expm1(-self.gamma * fraction) / np.expm1(-self.gamma))


@dataclass(frozen=True)
class KimDeMets:
    """A power of the information fraction.

    alpha * t**rho, Kim and DeMets (1987), Biometrika 74:149-154. rho = 1 spends evenly, 3 is near
    O'Brien-Fleming.

    Attributes:
        rho: positive.

    Example:
        >>> KimDeMets(rho=3).spent([0.5, 1.0], alpha=0.025).round(6)
        array([0.003125, 0.025   ])
    """

    rho: float

    def __post_init__(self) -> None:
        if not 0.0 < self.rho <= 50.0:
            raise ValueError(f"rho must be positive and at most 50, got {self.rho!r}")

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        return np.asarray(alpha * _fraction(information_fraction, alpha) ** self.rho)


@dataclass(frozen=True)
class BetaSpending:
    """The distribution function of a beta distribution, for two parameters' freedom.

    alpha * I_t(a, b) with I the regularised incomplete beta function; Anderson and Clark (2010), Statistics
    in Medicine 29:321-327.

    Attributes:
        a: positive.
        b: positive.

    Example:
        >>> BetaSpending(a=2, b=3).spent([1 / 3, 2 / 3], alpha=0.025).round(6)
        array([0.010185, 0.022222])
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        if not (self.a > 0.0 and self.b > 0.0):
            raise ValueError(f"a and b must be positive, got {self.a!r} and {self.b!r}")

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        return np.asarray(alpha * betainc(self.a, self.b, _fraction(information_fraction, alpha)))


@dataclass(frozen=True)
class ExponentialSpending:
    """A power of the error rate itself.

    alpha ** (t ** -nu); Anderson and Clark (2010), Statistics in Medicine 29:321-327. nu = 0.8 is near
    O'Brien-Fleming, 0.2 near Pocock.

    Attributes:
        nu: positive.

    Example:
        >>> ExponentialSpending(nu=0.8).spent([1 / 3, 1.0], alpha=0.1).round(6)
        array([0.003906, 0.1     ])
    """

    nu: float

    def __post_init__(self) -> None:
        if not 0.0 < self.nu <= 10.0:
            raise ValueError(f"nu must be positive and at most 10, got {self.nu!r}")

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        fraction = _fraction(information_fraction, alpha)
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(alpha ** (fraction**-self.nu))


Distribution = Literal["logistic", "normal", "cauchy", "extreme value", "extreme value 2"]
_DISTRIBUTIONS: dict[Distribution, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "logistic": (expit, logit),
    "normal": (ndtr, ndtri),
    "cauchy": (lambda x: 0.5 + np.arctan(x) / np.pi, lambda p: np.tan(np.pi * (p - 0.5))),
    "extreme value": (lambda x: np.exp(-np.exp(-x)), lambda p: -np.log(-np.log(p))),
    "extreme value 2": (lambda x: -np.expm1(-np.exp(x)), lambda p: np.log(-np.log1p(-p))),
}


@dataclass(frozen=True)
class LocationScaleSpending:
    """A distribution function shifted and stretched, so that the curve can pass through two chosen points.

    alpha * F(a + b * F^-1(t)); Anderson and Clark (2010), Statistics in Medicine 29:321-327.

    Attributes:
        distribution: F: "logistic", "normal", "cauchy", "extreme value" (exp(-exp(-x))) or "extreme value 2"
            (1 - exp(-exp(x))).
        a: location.
        b: scale, positive; 1 with a = 0 spends evenly.

    Example:
        >>> curve = LocationScaleSpending.through("logistic", (0.1, 0.01), (0.4, 0.1))
        >>> curve.spent([0.1, 0.4, 1.0], alpha=0.025).round(6)
        array([0.00025, 0.0025 , 0.025  ])
    """

    distribution: Distribution
    a: float
    b: float

    def __post_init__(self) -> None:
        if self.distribution not in _DISTRIBUTIONS:
            raise ValueError(f"distribution must be one of {list(_DISTRIBUTIONS)}, got {self.distribution!r}")
        if not (isfinite(self.a) and 0.0 < self.b < float("inf")):
            raise ValueError(f"a must be finite and b positive, got {self.a!r} and {self.b!r}")

    @classmethod
    def through(
        cls, distribution: Distribution, first: tuple[float, float], second: tuple[float, float]
    ) -> LocationScaleSpending:
        """The curve through two points.

        Args:
            distribution: F.
            first: an information fraction and the proportion of the error rate spent by then, in (0, 1).
            second: the same, both larger.

        Raises:
            ValueError: if the points do not rise within (0, 1).
        """
        if not (0.0 < first[0] < second[0] < 1.0 and 0.0 < first[1] < second[1] < 1.0):
            raise ValueError(f"the points must rise within (0, 1), got {first!r} and {second!r}")
        quantile = _DISTRIBUTIONS[distribution][1]
        times, parts = (quantile(np.array(pair)) for pair in zip(first, second, strict=True))
        b = float((parts[1] - parts[0]) / (times[1] - times[0]))
        return cls(distribution, float(parts[0] - b * times[0]), b)

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        fraction = _fraction(information_fraction, alpha)
        cumulative, quantile = _DISTRIBUTIONS[self.distribution]
        with np.errstate(divide="ignore"):
            inside = cumulative(self.a + self.b * quantile(np.where(fraction < 1.0, fraction, 0.5)))
        return np.asarray(alpha * np.where(fraction <= 0.0, 0.0, np.where(fraction < 1.0, inside, 1.0)))


@dataclass(frozen=True)
class LastLookOnly:
    """Nothing before all information is there: looks at which a trial can stop for futility alone.

    Example:
        >>> LastLookOnly().spent([0.5, 1.0], alpha=0.025)
        array([0.   , 0.025])
    """

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        return np.where(_fraction(information_fraction, alpha) < 1.0, 0.0, alpha)


@dataclass(frozen=True)
class CumulativeSpending:
    """A spending plan given point by point, with straight lines between the points.

    Attributes:
        information_fractions: growing, in (0, 1], the last one 1.
        proportions: part of the error rate spent by each fraction, not falling, in [0, 1], the last one 1.

    Example:
        >>> plan = CumulativeSpending((0.2, 0.6, 1.0), (0.04, 0.4, 1.0))
        >>> plan.spent([0.2, 0.4, 1.0], alpha=0.025).round(6)
        array([0.001 , 0.0055, 0.025 ])
    """

    information_fractions: tuple[float, ...]
    proportions: tuple[float, ...]

    def __post_init__(self) -> None:
        times, parts = (0.0, *self.information_fractions), (0.0, *self.proportions)
        if len(times) != len(parts) or times[-1] != 1.0 or parts[-1] != 1.0:
            raise ValueError("a spending plan needs one proportion for each fraction, and both must end at 1")
        if not (np.all(np.diff(times) > 0.0) and np.all(np.diff(parts) >= 0.0)):
            raise ValueError("the fractions of a spending plan must grow and its proportions must not fall")

    def spent(self, information_fraction: ArrayLike, alpha: float) -> Array:
        """See `SpendingFunction.spent`."""
        fraction = _fraction(information_fraction, alpha)
        return np.asarray(
            alpha * np.interp(fraction, (0.0, *self.information_fractions), (0.0, *self.proportions))
        )
