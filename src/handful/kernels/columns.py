"""Arithmetic on whole columns of a block in one pass.

A column of a block is larger than the nearest cache, so each pass over it costs more than its additions. NumPy needs a pass,
and often a fresh array, for every operation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel

__all__ = ["chosen", "raised", "scaled"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@kernel
def scaled(numbers: Floats, scale: float, shift: float) -> Floats:
    """Return `scale * numbers + shift`.

    Args:
        numbers: shape (trials, participants).
        scale: one number for all.
        shift: one number for all.

    Returns:
        A new array of the same shape.

    Example:
        >>> scaled(np.array([[1.0, 2.0]]), 3.0, 0.5).tolist()
        [[3.5, 6.5]]
    """
    result = np.empty_like(numbers)
    for t in range(numbers.shape[0]):
        for i in range(numbers.shape[1]):
            result[t, i] = scale * numbers[t, i] + shift
    return result


@kernel
def raised(values: Floats, flags: Flags, amount: float) -> Floats:
    """Return `values + amount` where flagged, and `values` elsewhere.

    Args:
        values: shape (trials, participants).
        flags: same shape.
        amount: one number for all.

    Returns:
        A new array of the same shape.

    Example:
        >>> raised(np.array([[1.0, 2.0]]), np.array([[True, False]]), 8.0).tolist()
        [[9.0, 2.0]]
    """
    result = np.empty_like(values)
    for t in range(values.shape[0]):
        for i in range(values.shape[1]):
            result[t, i] = values[t, i] + flags[t, i] * amount
    return result


@kernel
def chosen(values: Floats, which: NDArray[np.int8]) -> Floats:
    """Return for each participant the value of the arm that they got.

    Args:
        values: the value of everybody on every arm, shape (arms, trials, participants).
        which: the arm of each, shape (trials, participants); below 0 counts as 0.

    Returns:
        A new array of the shape of `which`.

    Example:
        >>> both = np.array([[[1.0, 2.0]], [[5.0, 6.0]]])
        >>> chosen(both, np.array([[1, 0]], dtype=np.int8)).tolist()
        [[5.0, 2.0]]
    """
    result = np.empty(which.shape)
    for t in range(which.shape[0]):
        for i in range(which.shape[1]):
            result[t, i] = values[max(which[t, i], 0), t, i]
    return result
