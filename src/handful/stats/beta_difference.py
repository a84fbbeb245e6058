"""Posterior interval of the difference of two proportions whose posteriors are independent beta distributions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, betaln

from handful.stats._arguments import proportion

Array = NDArray[np.float64]

# Gauss-Legendre nodes in the probability of the second variable. For all results of two groups of 20, limits are within
# 1e-4 of those with 1,500 nodes under uniform priors, and within 1e-3 under priors (1/2, 1/2), whose densities are unbounded.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(128)
_LEVELS, _SHARES = 0.5 * (_NODES + 1.0), 0.5 * _WEIGHTS

# A step this short ends the search: finer than the quadrature. Halving alone would come as near in as many steps.
_NEAR = 2e-6
_STEPS = 20


def difference_interval(
    a1: ArrayLike, b1: ArrayLike, a2: ArrayLike, b2: ArrayLike, probability: float = 0.95
) -> tuple[Array, Array]:
    """Equal-tailed interval of p1 - p2 for independent beta variables p1 and p2.

    The distribution function is the mean over p2 of that of p1 at p2 + d, by quadrature over the quantiles of p2; limits are
    good to three digits.

    Args:
        a1: first weight of p1, above 0; all four broadcast.
        b1: second weight of p1.
        a2: first weight of p2.
        b2: second weight of p2.
        probability: posterior probability inside the interval, in (0, 1).

    Returns:
        Lower and upper limits, of the broadcast shape.

    Raises:
        ValueError: if a weight is not positive or the probability is not between 0 and 1.

    Example:
        >>> lower, upper = difference_interval(8, 4, 4, 8)
        >>> print(f"{lower:.3f} to {upper:.3f}")
        -0.050 to 0.668
    """
    outside = 0.5 * (1.0 - proportion(probability, "probability"))
    weights = np.broadcast_arrays(*(np.asarray(w, dtype=np.float64) for w in (a1, b1, a2, b2)))
    if not all(np.all(w > 0.0) for w in weights):
        raise ValueError("a beta distribution needs two positive weights")
    found = _Difference(*(w.ravel() for w in weights))
    shape = weights[0].shape
    return found.quantile(outside).reshape(shape), found.quantile(1.0 - outside).reshape(shape)


class _Difference:
    """Distributions of many differences, each with its quadrature; weights of shape (differences,)."""

    def __init__(self, a1: Array, b1: Array, a2: Array, b2: Array) -> None:
        self.a, self.b = a1[:, None], b1[:, None]
        # Quantiles take longest, and as a rule few different distributions meet many others.
        different, place = np.unique(np.stack([a2, b2], axis=1), axis=0, return_inverse=True)
        self.other = betaincinv(different[:, :1], different[:, 1:], _LEVELS)[place.ravel()]
        self.centre = a1 / (a1 + b1) - a2 / (a2 + b2)

    def quantile(self, level: float) -> Array:
        """Quantiles, shape (differences,): by steps of Newton within a bracket, halved where a step leads out of it."""
        found = self.centre.copy()
        left, right = np.full(found.shape, -1.0), np.ones(found.shape)
        open_ = np.arange(found.size)
        for _ in range(_STEPS):
            off, slope = self._at(open_, found[open_])
            off -= level
            low = np.where(off < 0.0, found[open_], left[open_])
            high = np.where(off < 0.0, right[open_], found[open_])
            with np.errstate(divide="ignore", invalid="ignore"):
                step = found[open_] - off / slope
            now = np.where((step > low) & (step < high), step, 0.5 * (low + high))
            moved = np.abs(now - found[open_])
            left[open_], right[open_], found[open_] = low, high, now
            open_ = open_[moved > _NEAR]
            if open_.size == 0:
                break
        return found

    def _at(self, which: NDArray[np.intp], difference: Array) -> tuple[Array, Array]:
        """Distribution function and density of some of the differences."""
        a, b = self.a[which], self.b[which]
        point = np.clip(self.other[which] + difference[:, None], 0.0, 1.0)
        inside = (point > 0.0) & (point < 1.0)
        safe = np.where(inside, point, 0.5)
        density = np.where(
            inside, np.exp((a - 1.0) * np.log(safe) + (b - 1.0) * np.log1p(-safe) - betaln(a, b)), 0.0
        )
        # Row by row, not as a matrix product: a difference has the same bits alone and among others.
        return (betainc(a, b, point) * _SHARES).sum(axis=1), (density * _SHARES).sum(axis=1)
