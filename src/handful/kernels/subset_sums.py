"""Counting sums over all sign flips, or over all subsets of one size, without visiting each.

The people are cut into two halves. The sums of each half are made in rising order (adding a person merges two
sorted lists), and the pairs of a low and a high sum that reach a threshold are counted by walking both lists
once. So 2**30 flips cost about 2**17 steps (Horowitz and Sahni 1974, Journal of the ACM 21:277).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel

__all__ = ["count_flips", "count_subsets", "subset_sums", "widest"]

Floats = NDArray[np.float64]


@kernel
def count_flips(sizes: Floats, threshold: float) -> int:
    """Count the sign flips of positive numbers whose sum reaches a threshold (inside kernels)."""
    half = sizes.size >> 1
    return _pairs_reaching(_flip_sums(sizes[:half]), _flip_sums(sizes[half:]), threshold)


@kernel
def _flip_sums(sizes: Floats) -> Floats:
    """Return the sums over all sign flips in rising order."""
    sums = np.zeros(1 << sizes.size)
    merged = np.empty(1 << sizes.size)
    count = 1
    for size in sizes:
        # The sums minus size and the sums plus size, merged; the upper half mirrors the lower one.
        i = 0
        j = 0
        for k in range(count):
            minus = sums[i] - size
            plus = sums[j] + size
            is_minus = minus <= plus
            smaller = minus if is_minus else plus
            merged[k] = smaller
            merged[2 * count - 1 - k] = -smaller
            i += is_minus
            j += not is_minus
        count *= 2
        sums, merged = merged, sums
    return sums


@kernel
def widest(count: int) -> int:
    """Return the largest number of subsets of one size (inside kernels)."""
    width = 1
    for i in range(1, count // 2 + 1):
        width = width * (count - i + 1) // i
    return width


@kernel
def subset_sums(values: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the sums over all subsets, by size of subset and rising, and their numbers (inside kernels)."""
    count = values.size
    sums = np.zeros((count + 1, widest(count)))
    merged = np.empty(sums.shape[1])
    lengths = np.zeros(count + 1, dtype=np.int64)
    lengths[0] = 1
    for member in range(count):
        for size in range(member + 1, 0, -1):
            without, below = lengths[size], lengths[size - 1]
            _merge(sums[size, :without], sums[size - 1, :below], values[member], merged)
            lengths[size] = without + below
            for k in range(without + below):
                sums[size, k] = merged[k]
    return sums, lengths


@kernel
def count_subsets(
    low: tuple[Floats, NDArray[np.int64]],
    high: tuple[Floats, NDArray[np.int64]],
    size: int,
    threshold: float,
) -> int:
    """Count the subsets of one size, across two halves, whose sum reaches a threshold (inside kernels)."""
    low_sums, low_lengths = low
    high_sums, high_lengths = high
    count = 0
    for taken in range(max(0, size - high_lengths.size + 1), min(size, low_lengths.size - 1) + 1):
        rest = size - taken
        count += _pairs_reaching(
            low_sums[taken, : low_lengths[taken]], high_sums[rest, : high_lengths[rest]], threshold
        )
    return count


@kernel
def _merge(first: Floats, second: Floats, shift: float, merged: Floats) -> None:
    """Merge two sorted lists, the second one shifted; without branches, since no one can predict them."""
    i = 0
    j = 0
    while i < first.size and j < second.size:
        a = first[i]
        b = second[j] + shift
        is_first = a <= b
        merged[i + j] = a if is_first else b
        i += is_first
        j += not is_first
    for rest in range(i, first.size):
        merged[rest + j] = first[rest]
    for rest in range(j, second.size):
        merged[first.size + rest] = second[rest] + shift


@kernel
def _pairs_reaching(low: Floats, high: Floats, threshold: float) -> int:
    """Count the pairs of two sorted lists whose sum is the threshold or more."""
    count = 0
    i = 0
    unreached = high.size
    while i < low.size and unreached > 0:
        is_reached = low[i] + high[unreached - 1] >= threshold
        unreached -= is_reached
        count += 0 if is_reached else high.size - unreached
        i += not is_reached
    return count + (low.size - i) * (high.size - unreached)
