"""Predictive probability that a trial with a normal estimate will succeed at its final analysis.

The final estimate is the interim one and what is still to come, weighed by their information; what is to come is normal
around what is believed of the effect now. So the answer is one normal probability (Spiegelhalter, Freedman and Blackburn
1986, Controlled Clinical Trials 7:8-17; Jennison and Turnbull 2000, section 8.3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from handful.stats._arguments import proportion
from handful.stats.normal_posterior import FLAT, Normal, updated

Array = NDArray[np.float64]


def normal_predictive_probability(
    estimate: ArrayLike,
    information: ArrayLike,
    final_information: ArrayLike,
    required: ArrayLike,
    prior: Normal = FLAT,
) -> Array:
    """Probability that the final estimate will be at least the one that is required.

    Args:
        estimate: estimated effect so far, of every trial; all four broadcast.
        information: information of the estimate, 0 or more.
        final_information: information at the final analysis, at least that of now.
        required: estimate with which the final analysis succeeds: for a test at a critical value z that is null + z / sqrt(final
            information), for a posterior probability `handful.stats.normal_posterior.required_estimate`.
        prior: what was believed of the effect before the trial.

    Returns:
        Probabilities, of the broadcast shape; 0 or 1 where nothing is to come.

    Raises:
        ValueError: if an information is out of range, or neither the prior nor the data say anything of the effect.

    Example:
        >>> interim = [0.5, 1.0, 2.0]  # z-values half-way, to be held against 1.96 at the end
        >>> normal_predictive_probability(interim, 1.0, 2.0, 1.96 / 2**0.5).round(3)
        array([0.105, 0.293, 0.807])
    """
    arrays = (np.asarray(v, dtype=np.float64) for v in (estimate, information, final_information, required))
    effect, now, final, goal = np.broadcast_arrays(*arrays)
    remaining = final - now
    if not np.all(remaining >= 0.0):
        raise ValueError("the final information must not be less than that of now")
    belief = updated(effect, now, prior)
    if not np.all((belief.information > 0.0) | (remaining == 0.0)):
        raise ValueError("nothing is to be predicted from a flat prior and no data")
    known = np.where(now > 0.0, effect, 0.0)
    to_come = remaining > 0.0
    more = np.where(to_come, remaining, 1.0)
    gap = (final * goal - now * known) / more
    worth = np.where(belief.information > 0.0, belief.information, 1.0)
    chance = ndtr((np.where(to_come, belief.mean, 0.0) - gap) / np.sqrt(1.0 / more + 1.0 / worth))
    return np.where(to_come, chance, (known >= goal).astype(np.float64))


def interim_z(predictive: float, final_z: float, share: ArrayLike) -> Array:
    """The posterior z at an interim look with which the final analysis is predicted to succeed with a given probability.

    A posterior that is normal, with z its mean above the null over its standard deviation, is held at the end against
    `final_z`. What is to come moves its mean by a normal amount around 0, so that the predictive probability p belongs to
    z = sqrt(share) final_z + sqrt(1 - share) Phi^-1(p); prior information counts as information in `share`.

    Args:
        predictive: predictive probability, in (0, 1).
        final_z: posterior z with which the final analysis succeeds.
        share: information at the interim over that at the end, in (0, 1].

    Returns:
        The z, of the shape of `share`; the predictive probability is below `predictive` where the posterior z is below it.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> print(f"{interim_z(0.10, 1.96, 0.5):.3f}")
        0.480
        >>> print(f"{normal_predictive_probability(0.48, 1.0, 2.0, 1.96 / 2**0.5):.3f}")
        0.100
    """
    fraction = np.asarray(share, dtype=np.float64)
    if not np.all((fraction > 0.0) & (fraction <= 1.0)):
        raise ValueError(f"share must be above 0 and at most 1, got {share!r}")
    quantile = float(ndtri(proportion(predictive, "predictive")))
    return np.asarray(np.sqrt(fraction) * final_z + np.sqrt(1.0 - fraction) * quantile)
