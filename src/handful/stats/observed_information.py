"""Boundaries at the information that a trial really has, which is seldom what was planned.

What may be spent by a look follows from the information there over the maximum planned, and the boundary from
the information at all looks so far (Lan and DeMets 1983). The last look takes what is left of the error rate,
whether the trial ends with less than planned (under-running) or more (over-running); see Wassmer and Brannath
(2016), Group Sequential and Confirmatory Adaptive Designs in Clinical Trials, pages 78-79.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels import normal_boundaries as kernels
from handful.stats.boundaries import check_rates
from handful.stats.boundary_search import Levels, increments
from handful.stats.normal_process import CrossingProbabilities, check_information, crossing_probabilities
from handful.stats.spending import OBrienFlemingType, SpendingFunction

Array = NDArray[np.float64]
DEFAULT_EFFICACY = OBrienFlemingType()


@dataclass(frozen=True)
class ObservedBoundaries:
    """Boundaries of the looks that a trial has held, on the scale of the standardised statistic.

    Attributes:
        information: information at each look.
        upper: efficacy boundaries.
        lower: futility boundaries, -inf where there is none; in a two-sided trial the mirror image of `upper`.
        spent: type I error spent by each look, of both sides together if there are two.
        final: whether the last of the looks was the last of the trial.
    """

    information: Levels
    upper: Levels
    lower: Levels
    spent: Levels
    final: bool

    def crossing(self, effect: ArrayLike) -> CrossingProbabilities:
        """Probability of crossing each boundary at each look; shape (*effect.shape, looks).

        Args:
            effect: drift per unit of square-root information, in the unit of `information`.
        """
        return crossing_probabilities(self.information, self.lower, self.upper, effect)


def boundaries_at(
    information: ArrayLike,
    maximum: float,
    *,
    efficacy: SpendingFunction = DEFAULT_EFFICACY,
    futility: SpendingFunction | None = None,
    binding: bool = False,
    alpha: float = 0.025,
    power: float = 0.9,
    sided: Literal[1, 2] = 1,
    drift: float | None = None,
    final: bool = False,
) -> ObservedBoundaries:
    """Boundaries of the looks held so far, at the information they had.

    Args:
        information: at each look held so far, growing; any unit, events or participants too.
        maximum: information planned for the last look, in the same unit.
        efficacy: how the type I error is spent.
        futility: how the type II error is spent, under the effect that was planned for; None for no futility.
        binding: True if the type I error may count on the futility boundary being obeyed.
        alpha: type I error; each side of a two-sided trial gets half of it.
        power: power planned for; futility spends 1 - power.
        sided: 2 mirrors the efficacy boundaries; without futility.
        drift: drift of the planned design at its maximum information (`Boundaries.drift`); for futility.
        final: True if the trial ends with the last of these looks although the maximum is not reached. A look
            at or beyond the maximum is always the last.

    Returns:
        The boundaries, those of earlier looks the same as they were then.

    Raises:
        ValueError: if an argument is out of its range, a look follows one that reached the maximum, or a
            futility boundary is asked for without a drift or in a two-sided trial.

    Example:
        >>> planned = boundaries_at([20, 40], 40)
        >>> [round(bound, 4) for bound in planned.upper]
        [2.9626, 1.9686]
        >>> overrun = boundaries_at([24, 46], 40)
        >>> [round(bound, 4) for bound in overrun.upper], overrun.final
        ([2.6686, 1.9876], True)
    """
    levels = check_information(information)
    check_rates(alpha, power, sided)
    if not 0.0 < maximum < inf:
        raise ValueError(f"the maximum information must be positive and finite, got {maximum!r}")
    if len(levels) > 1 and levels[-2] >= maximum:
        raise ValueError(f"no look follows one that reached the maximum of {maximum!r}, got {information!r}")
    if hasattr(efficacy, "upper") or hasattr(futility, "upper"):
        raise ValueError("boundaries of a classical shape hold for the planned looks only")
    if futility is not None and (sided == 2 or drift is None):
        raise ValueError("a futility boundary needs a one-sided trial and the drift that was planned")
    last = final or levels[-1] >= maximum
    times, looks = np.array(levels) / maximum, len(levels)
    spent = _spent(efficacy, times, alpha / sided, last)

    # Rows of the kernel: lower, inner and upper boundaries; NaN where one is to be solved.
    bounds = np.array([(-inf,) * looks, (0.0,) * looks, (nan,) * looks])
    steps = np.array((increments(spent), np.zeros(looks)))
    if futility is None or not binding:
        bounds, _ = kernels.solve(times, bounds, steps, 0.0, sided == 2)
    if futility is not None and drift is not None:
        steps[1] = increments(_spent(futility, times, 1.0 - power, last))
        bounds[0] = nan
        if last:
            bounds[0, -1] = inf  # both boundaries meet
        bounds, _ = kernels.solve(times, bounds, steps, float(drift), False)
    lower, _, upper = (tuple(row) for row in bounds.tolist())
    return ObservedBoundaries(levels, upper, lower, tuple((sided * spent).tolist()), last)


def _spent(spending: SpendingFunction, times: Array, rate: float, last: bool) -> Array:
    """What is spent by each look: all of it by the last."""
    spent = np.array(spending.spent(times, rate))
    if last:
        spent[-1] = rate
    return spent
