"""A treatment tested in everybody and in a subgroup of them: two normal statistics, one nested in the other.

Whoever belongs to the subgroup counts in both, so that the statistics are correlated by the square root of the information
of the subgroup over that of everybody; with the same allocation in both it is the square root of the subgroup's share of the
participants (Spiessens and Debois 2010, Contemporary Clinical Trials 31:647-656).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, owens_t

Array = NDArray[np.float64]


def nested_correlation(
    control: ArrayLike, treated: ArrayLike, in_control: ArrayLike, in_treated: ArrayLike
) -> Array:
    """Correlation of the statistic of a subgroup with that of everybody, under any truth with one variance.

    Args:
        control: participants on control, of everybody; any shape.
        treated: participants on treatment, of everybody.
        in_control: those of the subgroup on control, at most as many.
        in_treated: those of the subgroup on treatment.

    Returns:
        Between 0 and 1, of the broadcast shape; 0 where the subgroup has an empty arm.

    Raises:
        ValueError: if a size is negative, or the subgroup is larger than everybody.

    Example:
        >>> nested_correlation(20, 20, 5, 5), nested_correlation(20, 20, [0, 20], [3, 20])
        (array(0.5), array([0., 1.]))
    """
    sizes = np.broadcast_arrays(
        *(np.asarray(n, dtype=np.float64) for n in (control, treated, in_control, in_treated))
    )
    if np.any(np.stack(sizes) < 0) or np.any(sizes[2] > sizes[0]) or np.any(sizes[3] > sizes[1]):
        raise ValueError("sizes must be 0 or more, and those of a subgroup at most those of everybody")
    whole, part = _information(sizes[0], sizes[1]), _information(sizes[2], sizes[3])
    return np.asarray(np.sqrt(np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)))


def nested_p_value(z: ArrayLike, correlation: ArrayLike) -> Array:
    """One-sided p-value of the larger of two correlated statistics: that of the intersection of their hypotheses.

    Under the intersection it is the chance that either of two standard normal statistics with this correlation is as large.
    By Owen's T function it is Phi(-z) + 2 T(z, sqrt((1 - rho) / (1 + rho))), without a difference of near numbers in the tail.

    Args:
        z: both statistics, shape (..., 2).
        correlation: their correlation, from -1 (excluded) to 1, shape (...).

    Returns:
        Shape (...). It is that of one statistic when the correlation is 1, and 1 - Phi(z)^2 when it is 0.

    Raises:
        ValueError: if there are not two statistics, or a correlation lies outside its range.

    Example:
        >>> nested_p_value([[2.1, 1.0], [2.1, 1.0]], [0.5, 1.0]).round(5)
        array([0.03283, 0.01786])
    """
    statistics, rho = np.asarray(z, dtype=np.float64), np.asarray(correlation, dtype=np.float64)
    if statistics.shape[-1:] != (2,):
        raise ValueError(f"need two statistics, got shape {statistics.shape}")
    if not np.all((rho > -1.0) & (rho <= 1.0)):
        raise ValueError("a correlation lies between -1 and 1")
    largest = statistics.max(axis=-1)
    return np.asarray(ndtr(-largest) + 2.0 * owens_t(largest, np.sqrt((1.0 - rho) / (1.0 + rho))))


def _information(control: Array, treated: Array) -> Array:
    """Information of a difference, in units of one over the variance of an outcome."""
    total = control + treated
    return np.divide(control * treated, total, out=np.zeros_like(total), where=total > 0)
