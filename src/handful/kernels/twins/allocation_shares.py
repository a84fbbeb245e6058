"""Twin of `handful.kernels.allocation_shares`: trial after trial, arms at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.twins.elementary import exp, log

__all__ = ["limited_shares"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def limited_shares(weights: Floats, power: Floats, least: Floats, most: Floats, is_open: Flags) -> Floats:
    """Share the next participants of each trial in proportion to powers of weights, within limits.

    Args:
        weights: one for each arm, 0 or more, shape (trials, arms).
        power: exponent of each trial, 0 or more, shape (trials,).
        least: smallest share of each arm while it is open, shape (arms,).
        most: largest share of each arm, shape (arms,).
        is_open: arms that take participants, shape (trials, arms).

    Returns:
        The same bits as `handful.kernels.allocation_shares.limited_shares`.

    Example:
        >>> both, none = np.ones((1, 2), dtype=np.bool_), np.zeros(2)
        >>> limited_shares(np.array([[1.0, 3.0]]), np.ones(1), none, none + 1, both).tolist()
        [[0.25, 0.75]]
    """
    rows = [
        _shares(_powers(row, exponent), least, most, compared)
        for row, exponent, compared in zip(weights, power, is_open, strict=True)
    ]
    return np.array(rows).reshape(weights.shape)


def _shares(powered: Floats, least: Floats, most: Floats, is_open: Flags) -> Floats:
    """The shares of one trial."""
    free = is_open & (least < most)
    shares = np.where(is_open & ~free, least, 0.0)
    while free.any():
        left = 1.0
        for share in shares[~free]:
            left -= share
        total = sum(powered[free].tolist())
        shares[free] = left * (powered[free] / total) if total > 0.0 else left / free.sum()
        missing = 0.0
        for k in np.flatnonzero(free):
            missing += max(least[k] - shares[k], 0.0) - max(shares[k] - most[k], 0.0)
        low = free & (shares < least) & (missing >= 0.0)
        high = free & (shares > most) & (missing <= 0.0)
        if not (low | high).any():
            return shares
        shares = np.where(low, least, np.where(high, most, shares))
        free &= ~(low | high)
    total = sum(shares.tolist())
    if total > 0.0:
        return np.where(is_open, shares / total, 0.0)
    return np.where(is_open, 1.0 / max(1, is_open.sum()), 0.0)


def _powers(base: Floats, exponent: float) -> Floats:
    """Powers of numbers of 0 or more."""
    if exponent == 1.0:
        return base
    positive = exp(exponent * log(np.where(base > 0.0, base, 1.0)))
    return np.where(base > 0.0, positive, 1.0 if exponent == 0.0 else 0.0)
