"""Shares of the next participants for each arm: weights raised to a power, within limits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.elementary import exp_of, log_of
from handful.kernels.jit import kernel

__all__ = ["limited_shares"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@kernel
def limited_shares(weights: Floats, power: Floats, least: Floats, most: Floats, is_open: Flags) -> Floats:
    """Share the next participants of each trial in proportion to powers of weights, within limits.

    The shares are proportional wherever they are strictly within the limits. Those beyond one are set to it and the rest is
    shared anew by the others, until none is beyond. When arms lie beyond both kinds of limit, those of the kind that is
    exceeded by more in total are set first: setting the others as well could take them further than needed. An arm with equal
    limits has that share from the start. When the limits cannot be met the shares at them are scaled to add up to 1.

    Args:
        weights: one for each arm, 0 or more, shape (trials, arms).
        power: exponent of each trial, 0 or more, shape (trials,).
        least: smallest share of each arm while it is open, shape (arms,).
        most: largest share of each arm, shape (arms,).
        is_open: arms that take participants, shape (trials, arms).

    Returns:
        Shares, shape (trials, arms); those of a trial with an open arm add up to 1, closed arms have 0.

    Example:
        >>> weights, none, all_open = np.array([[0.1, 0.3, 0.6]]), np.zeros(3), np.ones((1, 3), dtype=np.bool_)
        >>> limited_shares(weights, np.ones(1), np.array([0.15, 0.2, 0.0]), none + 1, all_open).round(6).tolist()
        [[0.15, 0.283333, 0.566667]]
    """
    trials, arms = weights.shape
    shares = np.zeros((trials, arms))
    powered = np.empty(arms)
    is_free = np.empty(arms, dtype=np.bool_)
    for t in range(trials):
        for k in range(arms):
            powered[k] = _power(weights[t, k], power[t])
            is_free[k] = is_open[t, k] and least[k] < most[k]
            shares[t, k] = least[k] if is_open[t, k] and not is_free[k] else 0.0
        settled = False
        while not settled:
            settled = True
            left = 1.0
            total = 0.0
            free = 0
            for k in range(arms):
                if is_free[k]:
                    total += powered[k]
                    free += 1
                else:
                    left -= shares[t, k]
            missing = 0.0
            for k in range(arms):
                if is_free[k]:
                    shares[t, k] = left * (powered[k] / total) if total > 0.0 else left / free
                    missing += max(least[k] - shares[t, k], 0.0) - max(shares[t, k] - most[k], 0.0)
            for k in range(arms):
                if not is_free[k]:
                    continue
                is_low = missing >= 0.0 and shares[t, k] < least[k]
                is_high = missing <= 0.0 and shares[t, k] > most[k]
                if is_low or is_high:
                    shares[t, k] = least[k] if is_low else most[k]
                    is_free[k] = False
                    settled = False
            if free == 0:
                _scale(shares[t], is_open[t])
    return shares


@kernel
def _power(base: float, exponent: float) -> float:
    """Return a power of a number of 0 or more, with the same bits on every processor."""
    if exponent == 1.0:
        return base
    if base <= 0.0:
        return 1.0 if exponent == 0.0 else 0.0
    return exp_of(exponent * log_of(base))


@kernel
def _scale(shares: Floats, is_open: Flags) -> None:
    """Make shares add up to 1; open arms that may have nothing share equally."""
    total = 0.0
    number = 0
    for k in range(shares.size):
        total += shares[k]
        number += is_open[k]
    for k in range(shares.size):
        if is_open[k]:
            shares[k] = shares[k] / total if total > 0.0 else 1.0 / number
