"""Enlarging a trial when its interim result is promising, and what the ordinary test then does.

Mehta and Pocock (2011), Statistics in Medicine 30:3267-3284. A trial of two stages looks at its conditional power
under the trend so far. Where it is already high, or too low, the trial goes on as planned; in between it is
enlarged. If the zone in which it is starts high enough, the ordinary statistic with the ordinary critical value
keeps the type I error (Chen, DeMets and Lan 2004, Statistics in Medicine 23:1023-1038); if sizes were free, it
would not (Proschan and Hunsberger 1995, Biometrics 51:1315-1324).

Sizes are in units of the planned one here: `first` is the share of participants, events or information that the
interim look has. There is no early stopping for efficacy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.stats._arguments import proportion
from handful.stats.conditional_power import conditional_power, information_for_conditional_power
from handful.stats.panels import integration_rule
from handful.stats.roots import find_root

Array = NDArray[np.float64]

GRID = 400  # points at which the critical value is compared to bracket the start of the zone


@dataclass(frozen=True)
class PromisingZone:
    """A two-stage trial that is enlarged if its conditional power lies in a zone.

    Attributes:
        first: share of the planned size at the interim look, in (0, 1).
        cap: largest size over the planned one, above 1; may be inf.
        power: conditional power above which nothing needs to change, and which an enlarged trial aims for, in
            (0.5, 1).
        alpha: one-sided type I error, in (0, 0.5).
        from_power: conditional power at which the zone starts; None for the smallest at which the ordinary
            test keeps the type I error.

    Example:
        >>> zone = PromisingZone(first=0.5, cap=2.0, power=0.8)
        >>> round(zone.smallest_power, 3)
        0.358
        >>> zone.size([0.8, 1.3, 1.6, 2.0]).round(3)
        array([1.   , 2.   , 1.292, 1.   ])
    """

    first: float
    cap: float
    power: float
    alpha: float = 0.025
    from_power: float | None = None

    def __post_init__(self) -> None:
        if not (0.0 < self.first < 1.0 < self.cap):
            raise ValueError(f"need first in (0, 1) and a cap above 1, got {self.first!r} and {self.cap!r}")
        if not (0.5 < self.power < 1.0 and 0.0 < self.alpha < 0.5):
            raise ValueError(f"need power in (0.5, 1), alpha in (0, 0.5), got {self.power!r}, {self.alpha!r}")
        if self.from_power is not None:
            proportion(self.from_power, "from_power")

    @property
    def critical(self) -> float:
        """Critical value of the ordinary test."""
        return -float(ndtri(self.alpha))

    def conditional_error(self, z: ArrayLike) -> Array:
        """Probability that the planned trial rejects without an effect, given the interim statistic."""
        return conditional_power(self.first, z, 1.0, self.critical, 0.0)

    def conditional_power(self, z: ArrayLike) -> Array:
        """Probability that the planned trial rejects under the trend so far, given the interim statistic."""
        trend = np.asarray(z, dtype=np.float64) / sqrt(self.first)
        return conditional_power(self.first, z, 1.0, self.critical, trend)

    def wanted(self, z: ArrayLike) -> Array:
        """Size at which the conditional power under the trend is `power`, between the planned size and the cap.

        The data to come are weighted as planned (Mehta and Pocock 2011, equations 5 to 7).
        """
        trend = np.asarray(z, dtype=np.float64) / sqrt(self.first)
        free = information_for_conditional_power(self.first, self.conditional_error(z), trend, self.power)
        return np.clip(free, 1.0, self.cap)

    def critical_value(self, z: ArrayLike, size: ArrayLike) -> Array:
        """Critical value of the ordinary statistic at which a trial of any size spends its conditional error.

        It equals that of the planned trial where nothing is changed. The ordinary test keeps the type I error
        where the critical value found here is no larger than its own.
        """
        end = np.asarray(size, dtype=np.float64)
        statistic = np.asarray(z, dtype=np.float64) * sqrt(self.first)
        to_come = (self.critical - statistic) / sqrt(1.0 - self.first)
        return np.asarray((np.sqrt(end - self.first) * to_come + statistic) / np.sqrt(end))

    @cached_property
    def smallest_power(self) -> float:
        """Conditional power from which on the ordinary test keeps the type I error: CP_min of their table 1."""
        return float(self.conditional_power(self._start))

    @cached_property
    def _start(self) -> float:
        """The interim statistic from which on enlarging does not raise the critical value."""
        grid = np.linspace(0.0, self._statistic_with_power(self.power), GRID + 1)[1:-1]
        above = np.flatnonzero(self._excess(grid) > 0.0)
        low, high = grid[above[-1]], grid[above[-1] + 1]
        return find_root(lambda z: float(self._excess(np.array(z))), float(low), float(high))

    def _excess(self, z: Array) -> Array:
        """What enlarging adds to the critical value of the ordinary statistic."""
        return self.critical_value(z, self.wanted(z)) - self.critical

    def _statistic_with_power(self, power: float) -> float:
        """The interim statistic at which the conditional power under the trend has a value."""
        score = float(ndtri(power))
        return sqrt(self.first) * (self.critical + sqrt(1.0 - self.first) * score)

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Interim statistics at which the zone starts and ends."""
        start = self._start if self.from_power is None else self._statistic_with_power(self.from_power)
        return start, self._statistic_with_power(self.power)

    def size(self, z: ArrayLike) -> Array:
        """Size of each trial over the planned one, given its interim statistic; not rounded."""
        statistic = np.asarray(z, dtype=np.float64)
        start, stop = self.limits
        return np.where((statistic >= start) & (statistic < stop), self.wanted(statistic), 1.0)

    def rejection_probability(self, effect: float = 0.0) -> float:
        """Probability that the ordinary test rejects: type I error, or power at an effect.

        Args:
            effect: mean of the statistic at the planned end.
        """
        kinks = [*self.limits, self._statistic_where_capped()]
        return rejection_probability(self.first, self.size, self.critical, effect=effect, kinks=kinks)

    def _statistic_where_capped(self) -> float:
        """The interim statistic at which the size wanted reaches the cap."""
        low, high = 1e-6, self._statistic_with_power(self.power)
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.wanted(middle) >= self.cap else (low, middle)
        return high


def rejection_probability(
    first: float,
    size: Callable[[Array], Array],
    critical: float | Callable[[Array], Array],
    *,
    effect: float = 0.0,
    kinks: Sequence[float] = (),
) -> float:
    """Probability that the ordinary test of a two-stage trial rejects when its size depends on the first stage.

    Args:
        first: information at the interim look.
        size: information at the end as a function of the interim statistics (an array), above `first`;
            inf lets the data to come decide alone.
        critical: critical value of the statistic of all data, or a function of the interim statistics.
        effect: drift per unit of square-root information.
        kinks: interim statistics at which size or critical value jump or bend.

    Returns:
        The probability, exact to about 1e-12 if there are no other kinks.

    Example:
        Doubling every trial whose interim result is not significant, and calling nothing else by its name:

        >>> double = lambda z: np.where((0.0 < z) & (z < 1.96), 2.0, 1.0)
        >>> round(rejection_probability(0.5, double, 1.96, kinks=[0.0, 1.96]), 4)
        0.0268
    """
    mean = effect * sqrt(first)
    inner = [kink for kink in sorted(kinks) if abs(kink - mean) < 8.5]
    z, weight = integration_rule(np.array([mean - 8.5, *inner, mean + 8.5]), width=1.0)
    end = np.asarray(size(z), dtype=np.float64)
    limit = critical(z) if callable(critical) else np.full(z.shape, critical)
    with np.errstate(invalid="ignore"):
        to_come = (limit * np.sqrt(end) - z * sqrt(first)) / np.sqrt(end - first) - effect * np.sqrt(
            end - first
        )
    to_come = np.where(np.isinf(end), limit if effect == 0.0 else -np.sign(effect) * inf, to_come)
    density = np.exp(-0.5 * (z - mean) ** 2) / sqrt(2.0 * pi)
    return float((weight * density) @ ndtr(-to_come))


def largest_type_one_error(alpha: float) -> float:
    """Type I error of the ordinary test if its size is chosen at the interim look to make it largest.

    alpha + exp(-z(1 - alpha)**2 / 2) / 4, for any time of the look: Proschan and Hunsberger (1995), Biometrics
    51:1315-1324. Twice the level and more is what looking at the data and enlarging freely can cost.

    Args:
        alpha: one-sided level of the test, in (0, 0.5).

    Example:
        >>> [round(largest_type_one_error(alpha), 4) for alpha in (0.025, 0.05)]
        [0.0616, 0.1146]
    """
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"alpha must lie between 0 and 0.5, got {alpha!r}")
    return alpha + exp(-0.5 * float(ndtri(alpha)) ** 2) / 4.0
