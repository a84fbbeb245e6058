"""Twin of `handful.kernels.columns`: the same operations, one pass each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["chosen", "raised", "scaled"]

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


def chosen(values: Floats, which: NDArray[np.int8]) -> Floats:
    """Return for each participant the value of the arm that they got.

    Args:
        values: the value of everybody on every arm, shape (arms, trials, participants).
        which: the arm of each, shape (trials, participants); below 0 counts as 0.

    Returns:
        The same bits as `handful.kernels.columns.chosen`.

    Example:
        >>> chosen(np.array([[[1.0, 2.0]], [[5.0, 6.0]]]), np.array([[1, 0]], dtype=np.int8)).tolist()
        [[5.0, 2.0]]
    """
    return np.asarray(np.take_along_axis(values, np.maximum(which, 0)[None].astype(np.int64), axis=0)[0])
