"""Twin of `handful.kernels.philox`: many blocks at a time, 128-bit products from 32-bit halves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["philox_blocks"]

Words = NDArray[np.uint64]

_MULTIPLIERS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
_WEYLS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def philox_blocks(counters: Words, key: Words) -> Words:
    """Return the block of each counter under one key.

    Args:
        counters: shape (blocks, 4), lowest word first.
        key: shape (2,), or (blocks, 2) for a key to each counter.

    Returns:
        Words of shape (blocks, 4).

    Example:
        >>> words = philox_blocks(np.zeros((1, 4), dtype=np.uint64), np.zeros(2, dtype=np.uint64))
        >>> hex(words[0, 0])
        '0x16554d9eca36314c'
    """
    c0, c1, c2, c3 = counters.T
    k0, k1 = key[..., 0], key[..., 1]
    for turn in range(_ROUNDS):
        step_0, step_1 = (np.uint64(turn * weyl % 2**64) for weyl in _WEYLS)
        high_0, low_0 = _product(_MULTIPLIERS[0], c0)
        high_1, low_1 = _product(_MULTIPLIERS[1], c2)
        c0, c1, c2, c3 = high_1 ^ c1 ^ _sum(k0, step_0), low_1, high_0 ^ c3 ^ _sum(k1, step_1), low_0
    return np.stack([c0, c1, c2, c3], axis=1)


def _sum(words: Words, step: np.uint64) -> Words:
    """Add modulo 2**64, as arrays do and NumPy's scalars warn about."""
    return np.asarray(np.atleast_1d(words) + step, dtype=np.uint64)


def _product(multiplier: np.uint64, words: Words) -> tuple[Words, Words]:
    """Return the upper and the lower 64 bits of a product."""
    a_high, a_low = multiplier >> _HALF, multiplier & _LOW
    b_high, b_low = words >> _HALF, words & _LOW
    lowest = a_low * b_low
    middle = a_high * b_low + (lowest >> _HALF)
    other = a_low * b_high + (middle & _LOW)
    high = a_high * b_high + (middle >> _HALF) + (other >> _HALF)
    return high, (other << _HALF) | (lowest & _LOW)
