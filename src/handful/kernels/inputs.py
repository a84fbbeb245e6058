"""What the wrappers of kernels make of their arguments: contiguous arrays of one type, checked for shape."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from handful.kernels.jit import kernel

__all__ = ["as_block", "as_included", "as_mask", "as_per_trial"]

Scalar = TypeVar("Scalar", bound=np.generic)


def as_block(
    name: str, values: ArrayLike, dtype: DTypeLike | None, shape: tuple[int, ...] | None = None
) -> NDArray[Any]:
    """Return an array of shape (trials, participants), the same as that of another when given."""
    block = np.ascontiguousarray(values, dtype=dtype)  # dtype None keeps what there is
    if block.ndim != 2:
        raise ValueError(f"{name} must have the shape (trials, participants), not {block.shape}")
    if shape is not None and block.shape != shape:
        raise ValueError(f"{name} has the shape {block.shape}, other arguments have {shape}")
    return block


def as_mask(observed: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which participants are observed: all of them when nothing is said."""
    if observed is None:
        return np.ones(shape, dtype=np.bool_)
    return as_block("observed", observed, np.bool_, shape)


def as_included(included: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return how many of the first participants of each trial are included: all when nothing is said."""
    if included is None:
        return np.full(shape[0], shape[1], dtype=np.int64)
    counts = as_per_trial("included", included, np.int64, shape)
    if not _all_within(counts, shape[1]):
        raise ValueError(f"included must be 0 .. {shape[1]}, the number of participants")
    return counts


@kernel
def _all_within(counts: NDArray[np.int64], most: int) -> bool:
    """Return whether all counts are 0 .. most; one pass and one call where NumPy would need several."""
    inside = True
    for count in counts:
        inside &= 0 <= count <= most
    return inside


def as_per_trial(name: str, values: ArrayLike, dtype: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return one value for each trial, from one for all or one each."""
    array = np.asarray(values, dtype=dtype)
    if array.shape == shape[:1]:
        return np.ascontiguousarray(array)
    if array.shape != ():
        raise ValueError(f"{name} must be one number or have the shape {shape[:1]}, not {array.shape}")
    return np.full(shape[:1], array)
