"""Pampallona and Tsiatis' boundaries: efficacy and futility of one shape each, meeting at the last look."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from handful.stats.boundaries import Boundaries, Levels, check_fractions, check_rates, fixed_drift
from handful.stats.normal_process import StoppedProcess
from handful.stats.roots import find_root

Error = Literal["type I", "type II"]


def pampallona_tsiatis(
    information_fractions: ArrayLike,
    *,
    efficacy_shape: float = 0.0,
    futility_shape: float = 0.0,
    binding: bool = True,
    alpha: float = 0.025,
    power: float = 0.9,
) -> Boundaries:
    """One-sided boundaries c1 * t**(d1 - 1/2) above and drift * sqrt(t) - c0 * t**(d0 - 1/2) below.

    With drift = c0 + c1 both meet at the last look; the two constants give the type I error and the power.
    Pampallona and Tsiatis (1994), Journal of Statistical Planning and Inference 42:19-35.

    Args:
        information_fractions: information at the looks as fractions of the maximum: growing, the last one 1.
        efficacy_shape: d1; 0 is the shape of O'Brien and Fleming, 1/2 that of Pocock.
        futility_shape: d0, likewise.
        binding: True if the type I error counts on the futility boundary being obeyed.
        alpha: one-sided type I error.
        power: probability of crossing the upper boundary under the alternative.

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
    check_rates(alpha, power, 1)
    if not (-2.0 <= efficacy_shape <= 0.5 and -2.0 <= futility_shape <= 0.5):
        raise ValueError(f"shapes must lie between -2 and 0.5, got {efficacy_shape!r} and {futility_shape!r}")
    times = np.asarray(fractions)
    above, below = times ** (efficacy_shape - 0.5), times ** (futility_shape - 0.5)
    quantile = {"type I": float(ndtri(alpha)), "type II": float(ndtri(1.0 - power))}

    def boundaries(c1: float, c0: float) -> tuple[Levels, Levels]:
        upper = c1 * above
        lower = np.minimum((c0 + c1) * np.sqrt(times) - c0 * below, upper)
        return tuple(upper.tolist()), (*lower[:-1].tolist(), float(upper[-1]))

    def excess(error: Error, c1: float, c0: float) -> float:
        upper, lower = boundaries(c1, c0)
        drift = c0 + c1
        if error == "type II":
            crossing = StoppedProcess(fractions, lower, upper, (drift, drift)).crossing(drift).lower
        else:
            obeyed = lower if binding else (-np.inf,) * len(fractions)
            crossing = StoppedProcess(fractions, obeyed, upper).crossing(0.0).upper
        return float(ndtri(crossing.sum())) - quantile[error]

    def efficacy_constant(c0: float) -> float:
        start = -quantile["type I"]
        return find_root(lambda c1: excess("type I", c1, c0), start, start + 0.1)

    start = max(-quantile["type II"], 0.1)
    c0 = find_root(
        lambda c0: excess("type II", efficacy_constant(c0), c0), start, start + 0.1, tolerance=1e-12
    )
    c1 = efficacy_constant(c0)
    upper, lower = boundaries(c1, c0)
    drift = c0 + c1
    inflation = (drift / fixed_drift(alpha, power)) ** 2
    return Boundaries(fractions, upper, lower, binding, alpha, power, drift, inflation)
