"""How likely a trial is to succeed at its end, given its data so far, and the information that would take.

Jennison and Turnbull (2000), chapter 10. Under which effect is the whole question: the one planned for, none, the
trend of the data so far (`z / sqrt(information)`), or what is believed after them, which makes conditional power
predictive power. All functions take arrays of trials and one value each of anything else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.stats._arguments import probabilities, proportion

Array = NDArray[np.float64]


def conditional_power(
    information: ArrayLike,
    z: ArrayLike,
    final_information: ArrayLike,
    critical: ArrayLike,
    effect: ArrayLike,
) -> Array:
    """Probability that the statistic at the end exceeds its critical value, given the statistic so far.

    Args:
        information: information so far, positive.
        z: the standardised statistic so far.
        final_information: information at the end, above that so far.
        critical: critical value of the ordinary statistic of all data at the end.
        effect: drift per unit of square-root information from here on; 0 gives the conditional error.

    Returns:
        The probabilities, of the broadcast shape of the arguments.

    Raises:
        ValueError: if information does not grow.

    Example:
        Half the data show Z = 1.4. The power under no effect, the trend, and the effect planned for with 90 %
        power:

        >>> conditional_power(0.5, 1.4, 1.0, 1.96, effect=[0.0, 1.4 / 0.5**0.5, 3.2415]).round(4)
        array([0.0851, 0.5112, 0.8213])
    """
    now, end, statistic = _checked(information, final_information, z)
    growth = end - now
    drift = np.asarray(effect, dtype=np.float64)
    excess = statistic * np.sqrt(now) - np.asarray(critical) * np.sqrt(end)
    return np.asarray(ndtr((excess + drift * growth) / np.sqrt(growth)))


def predictive_power(
    information: ArrayLike,
    z: ArrayLike,
    final_information: ArrayLike,
    critical: ArrayLike,
    *,
    prior_effect: float = 0.0,
    prior_information: float = 0.0,
) -> Array:
    """Conditional power, averaged over what the effect may be after the data so far and a normal prior.

    Spiegelhalter, Freedman and Blackburn (1986), Controlled Clinical Trials 7:8-17.

    Args:
        information: information so far, positive.
        z: the standardised statistic so far.
        final_information: information at the end, above that so far.
        critical: critical value of the ordinary statistic of all data at the end.
        prior_effect: mean of the prior.
        prior_information: one over the variance of the prior; 0 for a flat one.

    Returns:
        The probabilities, of the broadcast shape of the arguments.

    Raises:
        ValueError: if information does not grow or that of the prior is negative.

    Example:
        >>> float(predictive_power(0.5, 1.4, 1.0, 1.96).round(4))
        0.5079
    """
    if not prior_information >= 0.0:
        raise ValueError(f"the information in the prior must not be negative, got {prior_information!r}")
    now, end, statistic = _checked(information, final_information, z)
    growth, known = end - now, now + prior_information
    believed = (statistic * np.sqrt(now) + prior_effect * prior_information) / known
    excess = statistic * np.sqrt(now) - np.asarray(critical) * np.sqrt(end) + believed * growth
    return np.asarray(ndtr(excess / np.sqrt(growth + growth * growth / known)))


def information_for_conditional_power(
    information: ArrayLike, conditional_error: ArrayLike, effect: ArrayLike, power: float
) -> Array:
    """Information at the end at which a trial that may spend its conditional error has a conditional power.

    The data to come have to reject at the level of the conditional error, alone and with the power wanted:
    that takes ((z(1 - error) + z(power)) / effect)**2 of them.

    Args:
        information: information so far.
        conditional_error: what the trial may still spend, in [0, 1] (see `handful.stats.conditional_error`).
        effect: drift per unit of square-root information from here on.
        power: the conditional power wanted, in (0, 1).

    Returns:
        Information at the end, that so far included; that so far where the conditional error alone has the
        power, inf where no amount does. Of the broadcast shape of the arguments.

    Raises:
        ValueError: if error or power are out of range.

    Example:
        >>> information_for_conditional_power(50.0, [0.1, 0.3], 0.3, power=0.8).round(1)
        array([100.1,  70.7])
    """
    level = probabilities(conditional_error, "conditional error")
    wanted = float(ndtri(proportion(power, "power")))
    drift = np.asarray(effect, dtype=np.float64)
    score = np.maximum(wanted - ndtri(level), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(score == 0.0, 0.0, np.where(drift > 0.0, (score / drift) ** 2, np.inf))
    return np.asarray(information + growth)


def _checked(
    information: ArrayLike, final_information: ArrayLike, z: ArrayLike
) -> tuple[Array, Array, Array]:
    """Information that grows, and the statistic, as arrays."""
    now, end = np.asarray(information, dtype=np.float64), np.asarray(final_information, dtype=np.float64)
    if not np.all((now > 0.0) & (end > now)):
        raise ValueError("the final information must exceed that so far, which must be positive")
    return now, end, np.asarray(z, dtype=np.float64)
