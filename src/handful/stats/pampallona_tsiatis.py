"""Pampallona and Tsiatis' boundaries: efficacy and futility of one shape each, meeting at the last look."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from handful.kernels import normal_boundaries as kernels
from handful.stats.boundaries import Boundaries, check_fractions, check_rates, drift_of, fixed_drift
from handful.stats.roots import find_root

Array = NDArray[np.float64]
Error = Literal["type I", "type II"]


def pampallona_tsiatis(
    information_fractions: ArrayLike,
    *,
    efficacy_shape: float = 0.0,
    futility_shape: float = 0.0,
    binding: bool = True,
    alpha: float = 0.025,
    power: float = 0.9,
    sided: Literal[1, 2] = 1,
) -> Boundaries:
    """Boundaries c1 * t**(d1 - 1/2) above and drift * sqrt(t) - c0 * t**(d0 - 1/2) below.

    With drift = c0 + c1 both meet at the last look; the two constants give the type I error and the power.
    Pampallona and Tsiatis (1994), Journal of Statistical Planning and Inference 42:19-35. In a two-sided
    design the lower boundary, where it is above zero, is the inner one within which |Z| stops the trial, and
    the type II error is that of claiming neither alternative.

    Args:
        information_fractions: information at the looks as fractions of the maximum: growing, the last one 1.
        efficacy_shape: d1; 0 is the shape of O'Brien and Fleming, 1/2 that of Pocock.
        futility_shape: d0, likewise.
        binding: True if the type I error counts on the futility boundary being obeyed.
        alpha: type I error, of both sides together if there are two.
        power: probability of crossing the upper boundary under the alternative.
        sided: 1 or 2.

    Returns:
        The design.

    Raises:
        ValueError: if an argument is out of its range.

    Example:
        >>> design = pampallona_tsiatis([1 / 3, 2 / 3, 1], efficacy_shape=0.25)
        >>> [round(bound, 4) for bound in design.upper], [round(bound, 4) for bound in design.lower]
        ([2.7024, 2.2725, 2.0534], [-0.3695, 1.1268, 2.0534])
    """
    fractions = check_fractions(information_fractions)
    check_rates(alpha, power, sided)
    if not (-2.0 <= efficacy_shape <= 0.5 and -2.0 <= futility_shape <= 0.5):
        raise ValueError(f"shapes must lie between -2 and 0.5, got {efficacy_shape!r} and {futility_shape!r}")
    times = np.array(fractions)
    above, below = times ** (efficacy_shape - 0.5), times ** (futility_shape - 0.5)
    quantile = {"type I": float(ndtri(alpha / sided)), "type II": float(ndtri(1.0 - power))}

    def boundaries(c1: float, c0: float) -> Array:
        upper = c1 * above
        futility = np.minimum((c0 + c1) * np.sqrt(times) - c0 * below, upper)
        futility[-1] = upper[-1]
        if sided == 2:
            return np.array((-upper, np.maximum(futility, 0.0), upper))
        return np.array((futility, np.zeros(times.shape), upper))

    def excess(error: Error, c1: float, c0: float) -> float:
        bounds, drift = boundaries(c1, c0), c0 + c1
        if error == "type II":
            futile, inside, _ = kernels.crossing(times, bounds, np.array([drift]))
            return float(ndtri((inside if sided == 2 else futile).sum())) - quantile[error]
        if not binding:
            bounds[1 if sided == 2 else 0] = 0.0 if sided == 2 else -np.inf
        return float(ndtri(kernels.crossing(times, bounds, np.zeros(1))[2].sum())) - quantile[error]

    def efficacy_constant(c0: float) -> float:
        start = -quantile["type I"]
        return find_root(lambda c1: excess("type I", c1, c0), start, start + 0.1)

    start = max(-quantile["type II"], 0.1)
    c0 = find_root(
        lambda c0: excess("type II", efficacy_constant(c0), c0), start, start + 0.1, tolerance=1e-12
    )
    c1 = efficacy_constant(c0)
    lower, inner, upper = (tuple(row) for row in boundaries(c1, c0).tolist())
    start = fixed_drift(alpha, power, sided)
    drift = c0 + c1 if sided == 1 else drift_of(fractions, lower, inner, upper, start, power)
    return Boundaries(
        fractions,
        upper,
        lower,
        binding,
        alpha,
        power,
        drift,
        (drift / start) ** 2,
        sided,
        inner if sided == 2 else None,
    )
