"""Twin of `handful.kernels.columns`: the same operations, one pass each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["raised", "scaled"]

Floats = NDArray[np.float64]


def scaled(numbers: Floats, scale: float, shift: float) -> Floats:
    """Return `scale * numbers + shift`.

    Args:
        numbers: shape (trials, participants).
        scale: one number for all.
        shift: one number for all.

    Returns:
        The same bits as `handful.kernels.columns.scaled`.

    Example:
        >>> scaled(np.array([[1.0, 2.0]]), 3.0, 0.5).tolist()
        [[3.5, 6.5]]
    """
    return scale * numbers + shift


def raised(values: Floats, flags: NDArray[np.bool_], amount: float) -> Floats:
    """Return `values + amount` where flagged, and `values` elsewhere.

    Args:
        values: shape (trials, participants).
        flags: same shape.
        amount: one number for all.

    Returns:
        The same bits as `handful.kernels.columns.raised`.

    Example:
        >>> raised(np.array([[1.0, 2.0]]), np.array([[True, False]]), 8.0).tolist()
        [[9.0, 2.0]]
    """
    return values + flags * amount
