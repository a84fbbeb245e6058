"""What a group-sequential trial still has to spend at an interim look, and a new rest that spends no more.

Given the data so far, the rest of the planned trial would reject with some probability under the null
hypothesis: the conditional rejection probability, or conditional error. Any other rest, chosen in view of the
data, keeps the type I error of the whole trial if it is itself a test at that level: Mueller and Schaefer
(2001), Biometrics 57:886-891, and (2004), Statistics in Medicine 23:2497-2508. A trial that changes nothing is
analysed as planned.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.stats._arguments import probabilities
from handful.stats.normal_process import check_information
from handful.stats.panels import integration_rule

Array = NDArray[np.float64]

TAIL = 8.3  # standard deviations of a step beyond which it is dropped: 5e-17 of the probability
PANEL = 4.0  # standard deviations of the narrowest step to a panel of the quadrature
MOST_ELEMENTS = 2_000_000  # trials times nodes held at once


def conditional_rejection_probability(
    information: ArrayLike,
    lower: ArrayLike | None,
    upper: ArrayLike,
    look: int,
    z: ArrayLike,
    *,
    effect: float = 0.0,
) -> Array:
    """Probability that a trial crosses its upper boundary at a later look, given the statistic at this one.

    Under the null hypothesis it is the conditional error of Mueller and Schaefer (2001), under an effect the
    conditional power of the rest of the trial (Jennison and Turnbull 2000, section 10.2).

    Args:
        information: information at each look, growing.
        lower: lower boundaries at which the rest stops; None where futility is not binding, which makes the
            conditional error larger and is right only if the boundaries do not count on futility either.
        upper: upper boundaries on the Z scale.
        look: the look that has been reached, from 0; not the last.
        z: the standardised statistic of each trial there; any shape. The boundaries of this look itself play
            no part: what is found holds for a trial that goes on.
        effect: drift per unit of square-root information from here on; for the trend of each trial see
            `handful.stats.conditional_power`.

    Returns:
        The probabilities, of the shape of `z`; exact to about 1e-14.

    Raises:
        ValueError: if information does not grow, a boundary is missing, or the look is not one before the
            last.

    Example:
        >>> conditional_rejection_probability([0.5, 1.0], None, [2.797, 1.977], 0, [0.0, 1.5, 2.5]).round(4)
        array([0.0026, 0.0975, 0.3837])
    """
    levels = check_information(information)
    below = np.full(len(levels), -np.inf) if lower is None else np.asarray(lower, dtype=np.float64)
    above = np.asarray(upper, dtype=np.float64)
    if below.shape != (len(levels),) or above.shape != (len(levels),):
        raise ValueError(f"need one boundary for each of {len(levels)} looks, got {lower!r} and {upper!r}")
    if not 0 <= look < len(levels) - 1:
        raise ValueError(f"look must be from 0 to {len(levels) - 2}, got {look!r}")
    statistic = np.asarray(z, dtype=np.float64)
    known = np.isfinite(statistic)
    chance = np.where(statistic == np.inf, 1.0, np.where(np.isnan(statistic), np.nan, 0.0))
    if known.any():
        score = statistic[known] * sqrt(levels[look])
        roots = np.sqrt(levels[look:])
        bounds = (below[look:] * roots, above[look:] * roots)
        chance[known] = _later_rejection(np.array(levels[look:]), bounds, score, effect)
    return chance


def _later_rejection(levels: Array, bounds: tuple[Array, Array], score: Array, effect: float) -> Array:
    """Probability of crossing the upper bounds after the first level, from scores there.

    All bounds are on the scale of the score. The rest of the trial is integrated from its end to its start:
    the scores that come to the second level are the nodes, and what is still rejected from them is known.
    """
    low, high = bounds
    growth = levels[1] - levels[0]
    deviation = sqrt(growth)
    mean = score + effect * growth
    chance = ndtr((mean - high[1]) / deviation)
    if levels.size == 2:
        return np.asarray(chance)
    start = max(low[1], float(mean.min()) - TAIL * deviation)
    stop = min(high[1], float(mean.max()) + TAIL * deviation)
    width = PANEL * min(deviation, sqrt(levels[2] - levels[1]))
    nodes, weights = integration_rule(np.array([start, stop]), width)
    if nodes.size == 0:
        return np.asarray(chance)
    later = _later_rejection(levels[1:], (low[1:], high[1:]), nodes, effect)
    mass = weights * later / (deviation * sqrt(2.0 * pi))
    for first in range(0, score.size, size := max(1, MOST_ELEMENTS // nodes.size)):
        part = slice(first, first + size)
        distance = (nodes - mean[part, None]) / deviation
        chance[part] += np.exp(-0.5 * distance * distance) @ mass
    return np.asarray(chance)


def final_critical_value(
    conditional_error: ArrayLike, information: ArrayLike, z: ArrayLike, final_information: ArrayLike
) -> Array:
    """The critical value of the ordinary statistic at the end of a changed trial with one look to come.

    The data to come are tested alone at the level of the conditional error. In terms of the statistic of all
    the data that is the critical value found here, other for every trial. For the planned final information
    of a trial with two stages it is the planned one.

    Args:
        conditional_error: what each trial may still spend, in [0, 1].
        information: information of each trial at the interim look, positive.
        z: the standardised statistic of each trial there.
        final_information: information of each trial at its new end, above that of the interim look.

    Returns:
        Critical values of the broadcast shape: inf where nothing may be spent, -inf where rejection is
        certain.

    Raises:
        ValueError: if information does not grow, or a conditional error is no probability.

    Example:
        >>> spendable = conditional_rejection_probability([50, 100], None, [np.inf, 1.96], 0, 1.5)
        >>> [float(final_critical_value(spendable, 50, 1.5, final).round(4)) for final in (100, 200)]
        [1.96, 1.8515]
    """
    level = probabilities(conditional_error, "conditional error")
    now, end = np.asarray(information, dtype=np.float64), np.asarray(final_information, dtype=np.float64)
    if not np.all((now > 0.0) & (end > now)):
        raise ValueError("the final information must exceed that of the interim look, which must be positive")
    statistic = np.asarray(z, dtype=np.float64)
    return np.asarray((np.sqrt(now) * statistic - np.sqrt(end - now) * ndtri(level)) / np.sqrt(end))
