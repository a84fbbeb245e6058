"""Comparisons of several arms with one control: the distribution of the largest statistic.

Statistics of arms that share a control have correlations of product form, rho_ij = b_i * b_j with loadings
b_i = sqrt(n_i / (n_i + n_0)): given the control they are independent, and an integral over one dimension gives
the joint probability whatever the number of arms (Dunnett 1955, JASA 50:1096-1121; Dunnett and Sobel 1955,
Biometrika 42:258-260). With a pooled variance on nu degrees of freedom there is one more, over the standard
deviation.

Both integrals are taken by the trapezoidal rule, which for such integrands converges faster than any power
of its step: the error is below 1e-12, and p-values keep their leading digits far into the tail.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, lgamma, log, pi, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtr

from handful.kernels.dunnett import any_beyond
from handful.kernels.elementary import normal_cdf
from handful.kernels.normal_table import normal_table
from handful.stats.multiplicity import closed
from handful.stats.roots import find_root

Array = NDArray[np.float64]
Sided = Literal[1, 2]

DIGITS = 30.0  # the natural logarithm of the accuracy that the steps are chosen for: 1e-13
REACH = 8.0  # standard deviations of the control that are integrated: 1e-15 is left out
LARGEST_SLOPES = 1e6  # sum of n_i / n_0 over the arms: beyond it the step would be too small


def loadings(n_arms: ArrayLike, n_control: ArrayLike) -> Array:
    """The loadings b_i of arms on their shared control; the correlation of two arms is the product of theirs.

    Args:
        n_arms: participants (or information) of the arms, shape (..., arms); positive.
        n_control: participants of the control, shape (...); positive.

    Returns:
        sqrt(n_i / (n_i + n_0)), shape (..., arms).

    Raises:
        ValueError: if a size is not positive and finite.

    Example:
        >>> (loadings([10, 20], 20) ** 2).round(6)
        array([0.333333, 0.5     ])
    """
    arms, control = np.asarray(n_arms, dtype=np.float64), np.asarray(n_control, dtype=np.float64)
    if not (np.all((arms > 0.0) & np.isfinite(arms)) and np.all((control > 0.0) & np.isfinite(control))):
        raise ValueError("sizes of arms and control must be positive and finite")
    return np.asarray(np.sqrt(arms / (arms + control[..., None])))


def any_exceeds(
    bounds: ArrayLike, loading: ArrayLike, *, degrees: ArrayLike | None = None, sided: Sided = 1
) -> Array:
    """Probability, under the global null, that any of the statistics lies beyond its own bound.

    Args:
        bounds: one bound for each arm, shape (..., arms); inf takes an arm out of the comparison.
        loading: loadings of the arms on the control (see `loadings`), of a shape that broadcasts with bounds.
        degrees: degrees of freedom of the pooled variance, shape (...), positive, need not be whole; None when
            the variance is known.
        sided: 2 when a statistic also counts below minus its bound; bounds must then not be negative.

    Returns:
        Probabilities, shape (...).

    Raises:
        ValueError: if a bound is not a number, a loading lies outside [0, 1), or the degrees are not positive.

    Example:
        >>> b = loadings([20, 20], 20)
        >>> float(any_exceeds([2.2121, 2.2121], b).round(5))
        0.025
    """
    limits, b = np.broadcast_arrays(
        np.asarray(bounds, dtype=np.float64), np.asarray(loading, dtype=np.float64)
    )
    if limits.ndim == 0 or limits.shape[-1] == 0 or np.any(np.isnan(limits)):
        raise ValueError("bounds must be numbers with an axis of at least one arm, the last one")
    if not np.all((b >= 0.0) & (b < 1.0)):
        raise ValueError("loadings must lie in [0, 1)")
    if sided not in (1, 2) or (sided == 2 and np.any(limits < 0.0)):
        raise ValueError("need sided 1, or sided 2 with bounds that are not negative")
    shape, arms = limits.shape[:-1], limits.shape[-1]
    nu = None if degrees is None else np.broadcast_to(np.asarray(degrees, dtype=np.float64), shape)
    if nu is not None and not np.all((nu > 0.0) & np.isfinite(nu)):
        raise ValueError("degrees of freedom must be positive and finite")
    if arms == 1:
        tail = normal_cdf(-limits[..., 0]) if nu is None else stdtr(nu, -limits[..., 0])
        return np.asarray(sided * tail)
    spread = 1.0 / np.sqrt(1.0 - b * b)
    slopes, offsets = (b * spread).reshape(-1, arms), (limits * spread).reshape(-1, arms)
    return _integrated(slopes, offsets, None if nu is None else nu.ravel(), sided == 2).reshape(shape)


def dunnett_p_value(
    statistics: ArrayLike,
    loading: ArrayLike,
    *,
    degrees: ArrayLike | None = None,
    sided: Sided = 1,
    included: ArrayLike | None = None,
) -> Array:
    """P-value of the hypothesis that no arm differs from the control, from the largest statistic (Dunnett 1955).

    Args:
        statistics: z- or t-statistics of the arms, shape (..., arms); large values speak for the arm.
        loading: loadings of the arms on the control (see `loadings`), of a shape that broadcasts with them.
        degrees: degrees of freedom of the pooled variance, shape (...); None when the variance is known.
        sided: 1, or 2 for the largest absolute value.
        included: which arms belong to the intersection that is tested, of a shape that broadcasts with the
            statistics; all when nothing is said. Where no arm is included the p-value is 1.

    Returns:
        P-values, shape (...).

    Raises:
        ValueError: as `any_exceeds`.

    Example:
        >>> z = [[2.5, 1.0, 0.3], [1.2, 1.9, 2.1]]
        >>> dunnett_p_value(z, loadings([20, 20, 20], 20)).round(6)
        array([0.016792, 0.045839])
        >>> dunnett_p_value(z, loadings([20, 20, 20], 20), included=[True, True, False]).round(6)
        array([0.01175 , 0.051825])
    """
    observed = np.asarray(statistics, dtype=np.float64)
    size = np.abs(observed) if sided == 2 else observed
    if included is None:
        return any_exceeds(
            np.broadcast_to(size.max(axis=-1, keepdims=True), size.shape),
            loading,
            degrees=degrees,
            sided=sided,
        )
    tested, size = np.broadcast_arrays(np.asarray(included, dtype=np.bool_), size)
    largest = np.where(tested, size, -np.inf).max(axis=-1, keepdims=True)
    found = any_exceeds(
        np.where(tested, np.maximum(largest, 0.0) if sided == 2 else largest, np.inf),
        loading,
        degrees=degrees,
        sided=sided,
    )
    return np.where(tested.any(axis=-1), found, 1.0)


def dunnett_single_step(
    statistics: ArrayLike, loading: ArrayLike, *, degrees: ArrayLike | None = None, sided: Sided = 1
) -> Array:
    """Adjusted p-values of Dunnett's single-step procedure: each statistic against the law of the largest.

    Args:
        statistics: z- or t-statistics, shape (..., arms).
        loading: loadings of the arms on the control, of a shape that broadcasts with them.
        degrees: degrees of freedom of the pooled variance, shape (...); None when the variance is known.
        sided: 1 or 2.

    Returns:
        Adjusted p-values of the shape of `statistics`.

    Raises:
        ValueError: as `any_exceeds`.

    Example:
        >>> dunnett_single_step([2.5, 2.0, 0.3], loadings([20, 20, 20], 20)).round(4)
        array([0.0168, 0.0575, 0.6299])
    """
    observed = np.asarray(statistics, dtype=np.float64)
    size = np.abs(observed) if sided == 2 else observed
    b = np.broadcast_to(np.asarray(loading, dtype=np.float64), size.shape)
    each = [np.broadcast_to(size[..., arm, None], size.shape) for arm in range(size.shape[-1])]
    return np.stack([any_exceeds(bound, b, degrees=degrees, sided=sided) for bound in each], axis=-1)


def dunnett_step_down(
    statistics: ArrayLike, loading: ArrayLike, *, degrees: ArrayLike | None = None, sided: Sided = 1
) -> Array:
    """Adjusted p-values of Dunnett's test of every intersection in a closed test.

    With equal loadings this is the step-down procedure of Marcus, Peritz and Gabriel (1976) and Dunnett and
    Tamhane (1991, Statistics in Medicine 10:939-947); never less powerful than the single step.

    Args:
        statistics: z- or t-statistics, shape (..., arms); at most 12 arms.
        loading: loadings of the arms on the control, of a shape that broadcasts with them.
        degrees: degrees of freedom of the pooled variance, shape (...); None when the variance is known.
        sided: 1 or 2.

    Returns:
        Adjusted p-values of the shape of `statistics`.

    Raises:
        ValueError: as `any_exceeds`, or if there are more than 12 arms.

    Example:
        >>> dunnett_step_down([2.5, 2.0, 0.3], loadings([20, 20, 20], 20)).round(4)
        array([0.0168, 0.0414, 0.3821])
    """
    observed = np.asarray(statistics, dtype=np.float64)
    b = np.broadcast_to(np.asarray(loading, dtype=np.float64), observed.shape)

    def test(members: tuple[int, ...]) -> Array:
        return dunnett_p_value(observed[..., members], b[..., members], degrees=degrees, sided=sided)

    return closed(observed.shape[-1], test)


def dunnett_critical_value(
    loading: ArrayLike, alpha: float, *, degrees: float | None = None, sided: Sided = 1
) -> float:
    """The bound that the largest statistic exceeds with probability alpha under the global null.

    Args:
        loading: loadings of the arms on the control (see `loadings`), shape (arms,).
        alpha: family-wise error rate, in (0, 1), of both sides together when two-sided.
        degrees: degrees of freedom of the pooled variance; None when the variance is known.
        sided: 1 or 2.

    Returns:
        The critical value, within 1e-10.

    Raises:
        ValueError: if alpha lies outside (0, 1), or as `any_exceeds`.

    Example:
        >>> round(dunnett_critical_value(loadings([20, 20, 20], 20), 0.05), 4)
        2.0621
        >>> round(dunnett_critical_value(loadings([20, 20, 20], 20), 0.05, degrees=12), 4)
        2.2873
    """
    b = np.asarray(loading, dtype=np.float64)
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha!r}")
    target = float(ndtri(alpha))

    def excess(bound: float) -> float:
        # Where an accuracy of 1e-12 leaves nothing of the probability, the sign is what matters.
        limit = max(bound, 0.0) if sided == 2 else bound
        found = any_exceeds(np.full(b.shape, limit), b, degrees=degrees, sided=sided)
        return float(ndtri(found)) - target

    start = -float(ndtri(alpha / (sided * b.size)))
    return find_root(excess, start, start + 0.1)


def _integrated(slopes: Array, offsets: Array, degrees: Array | None, two_sided: bool) -> Array:
    """Problems, grouped by the rule that each needs, through the kernel.

    The rule depends on the problem alone, so that a trial has the same p-value in every company.
    """
    steepness = np.where(np.isinf(offsets), 0.0, slopes * slopes).sum(axis=1)
    if np.any(steepness > LARGEST_SLOPES):
        raise ValueError("the control is too small beside the arms: n_i / n_0 must sum to less than 1e6")
    level = np.ceil(2.0 * np.log2(1.0 + steepness))
    rules = level if degrees is None else level + 1j * degrees
    result = np.empty(len(slopes))
    for rule in np.unique(rules):
        members = np.flatnonzero(rules == rule)
        nodes, weights = _control_rule(int(rule.real))
        scales, scale_weights = _known_variance() if degrees is None else _scale_rule(float(rule.imag))
        result[members] = any_beyond(
            slopes[members],
            offsets[members],
            nodes,
            weights,
            scales,
            scale_weights,
            normal_table(),
            two_sided,
        )
    return result


@lru_cache(maxsize=64)
def _control_rule(level: int) -> tuple[Array, Array]:
    """Trapezoidal rule times the normal density, for slopes whose squares sum to at most 2**(level / 2) - 1.

    Displaced by y into the complex plane, normal_cdf(a * x) grows no faster than exp(a**2 * y**2 / 2) and the
    density exactly like exp(y**2 / 2). The trapezoidal rule with step h is therefore off by
    exp(-2 * pi * y / h + (1 + sum of a**2) * y**2 / 2) for any y; the best y gives the step.
    """
    step = 2.0 * pi / sqrt(2.0 * DIGITS * 2.0 ** (level / 2))
    count = ceil(REACH / step)
    nodes = step * np.arange(-count, count + 1, dtype=np.float64)
    return nodes, np.asarray(step * np.exp(-0.5 * nodes * nodes) / sqrt(2.0 * pi))


@lru_cache(maxsize=4096)
def _scale_rule(degrees: float) -> tuple[Array, Array]:
    """Trapezoidal rule on the logarithm of the standard deviation, times the density of chi / sqrt(degrees).

    On the logarithm the density falls doubly exponentially on one side and exponentially on the other, and is
    analytic for imaginary parts below pi / 4, along which it grows like exp(degrees * y**2).
    """
    strip = min(0.25 * pi, sqrt(DIGITS / degrees))
    step = 0.8 * 2.0 * pi * strip / (DIGITS + degrees * strip * strip)
    constant = log(2.0) + 0.5 * degrees * log(0.5 * degrees) - lgamma(0.5 * degrees)
    reach = ceil((DIGITS / degrees + 8.0 / sqrt(degrees)) / step)
    logs = step * np.arange(-reach, reach + 1, dtype=np.float64)
    with np.errstate(over="ignore"):
        densities = np.exp(constant + degrees * logs - 0.5 * degrees * np.exp(2.0 * logs))
    kept = densities > 1e-16
    return np.asarray(np.exp(logs[kept])), np.asarray(step * densities[kept])


def _known_variance() -> tuple[Array, Array]:
    """The rule of a standard deviation that is 1."""
    return np.ones(1), np.ones(1)
