"""Assurance: the probability that a trial will succeed, averaged over what is believed of the treatment.

Power is the chance of success if the effect is what was assumed; assurance weighs it by how likely each effect is, and so
never exceeds the prior probability that the treatment works at all by more than the chance of false claims (O'Hagan, Stevens
and Campbell 2005, "Assurance in clinical trial design", Pharmaceutical Statistics 4:187-201; Spiegelhalter and Freedman 1986,
Statistics in Medicine 5:1-13). The prior here is that of the design; the analysis may have another, or none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln

from handful.stats._arguments import probabilities
from handful.stats.beta_binomial import UNIFORM, Beta, double_exponential, predictive_pmf
from handful.stats.normal_posterior import Normal
from handful.stats.predictive_normal import normal_predictive_probability
from handful.stats.predictive_two_arms import predictive_table

Array = NDArray[np.float64]

# Deviates of a normal prior: the trapezoidal rule on a function that fades at both ends. A power curve that climbs within a
# hundredth of the prior's standard deviation is averaged to 1e-8, and a smoother one to rounding.
_DEVIATES = np.linspace(-8.5, 8.5, 1701)


def normal_assurance(information: ArrayLike, required: ArrayLike, prior: Normal) -> Array:
    """Assurance of a trial with a normal estimate, in closed form.

    Args:
        information: information of the estimate at the end of the trial, above 0.
        required: estimate with which the trial succeeds, null + z / sqrt(information) for a test at a critical value z.
        prior: what is believed of the effect; its information above 0.

    Returns:
        Probabilities, of the broadcast shape.

    Raises:
        ValueError: if an information is out of range.

    Example:
        >>> information, needed = 16.0, 1.96 / 4
        >>> print(f"{normal_assurance(information, needed, Normal(0.7, 1e9)):.3f} if the effect is surely 0.7")
        0.800 if the effect is surely 0.7
        >>> print(f"{normal_assurance(information, needed, Normal(0.7, 8.0)):.3f} if it is 0.7, give or take 0.35")
        0.686 if it is 0.7, give or take 0.35
    """
    if prior.information <= 0.0:
        raise ValueError("assurance needs a prior that says something: information above 0")
    return normal_predictive_probability(0.0, 0.0, information, required, prior)


def one_arm_assurance(success: ArrayLike, prior: tuple[float, float] = UNIFORM) -> float:
    """Assurance of a single arm whose success depends on its number of responses: an exact sum.

    Args:
        success: whether each number of responses from 0 to n succeeds (or with which probability), shape (n + 1,).
        prior: weights (a, b) of the beta prior of the response probability.

    Returns:
        A probability.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> print(f"{one_arm_assurance(np.arange(26) >= 5, prior=(2, 6)):.4f}")
        0.6058
    """
    outcome = probabilities(success, "success")
    if outcome.ndim != 1 or outcome.size == 0:
        raise ValueError(f"success is a row of one count, got shape {outcome.shape}")
    return min(float(predictive_pmf(outcome.size - 1, prior) @ outcome), 1.0)


def two_arm_assurance(
    success: ArrayLike,
    prior_control: tuple[float, float] = UNIFORM,
    prior_treated: tuple[float, float] = UNIFORM,
) -> float:
    """Assurance of a comparison of two proportions whose success depends on both counts: an exact sum.

    A prior that mixes several beta distributions is averaged by its weights, since assurance is linear in the prior.

    Args:
        success: whether each possible trial succeeds (or with which probability), shape (participants on control + 1,
            participants on treatment + 1).
        prior_control: weights (a, b) of the beta prior of control.
        prior_treated: those of treatment, independent of control.

    Returns:
        A probability.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> from handful.stats.beta_binomial import superiority_table
        >>> claims = superiority_table(20, 20).T >= 0.975
        >>> print(f"{two_arm_assurance(claims, (4, 12), (8, 6)):.4f}")
        0.5354
    """
    return float(predictive_table(success, 0, 0, prior_control, prior_treated)[0, 0])


def expected_power(power: Callable[[Array], Array], prior: Normal | Beta) -> float:
    """Assurance of any trial whose power is known as a function of the true effect: by quadrature.

    Args:
        power: takes effects, shape (points,), and returns the chance of success at each; called once. It should be smooth
            where the prior is.
        prior: what is believed of the effect: `Normal` (information above 0), or `Beta` for a probability.

    Returns:
        A probability.

    Raises:
        ValueError: if the prior is no distribution.

    Example:
        >>> from handful.stats.student import two_sample_t_power
        >>> print(f"{expected_power(lambda d: two_sample_t_power(24, 24, d), Normal(0.8, 10.0)):.4f}")
        0.6962
    """
    effects, weights = _beta_nodes(prior) if isinstance(prior, Beta) else _normal_nodes(prior)
    return float(np.asarray(power(effects), dtype=np.float64) @ weights)


def _normal_nodes(prior: Normal) -> tuple[Array, Array]:
    """Effects and their weights for a normal prior."""
    if prior.information <= 0.0:
        raise ValueError("assurance needs a prior that says something: information above 0")
    weights = np.exp(-0.5 * _DEVIATES**2)
    return prior.mean + _DEVIATES / np.sqrt(prior.information), weights / weights.sum()


def _beta_nodes(prior: Beta) -> tuple[Array, Array]:
    """Probabilities and their weights for a beta prior, whose density may be unbounded at either end."""
    if not (prior.a > 0.0 and prior.b > 0.0):
        raise ValueError(f"a beta prior needs two positive weights, got {prior!r}")
    share, rest, weights = double_exponential(prior.a + prior.b)
    density = np.exp(
        (prior.a - 1.0) * np.log(share) + (prior.b - 1.0) * np.log(rest) - betaln(prior.a, prior.b)
    )
    return share, weights * density
