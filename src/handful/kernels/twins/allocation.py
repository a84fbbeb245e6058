"""Twin of `handful.kernels.allocation`: block after block, on the same numbers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

__all__ = ["permuted_blocks"]


def permuted_blocks(
    drawn: NDArray[np.float64], participants: int, treated: int, block: int
) -> NDArray[np.int8]:
    """Randomise participants in permuted blocks that can be arranged in few ways.

    Args:
        drawn: a uniform number for each block, shape (trials, blocks).
        participants: how many participants; the last block may be cut short.
        treated: treated places in a block.
        block: places in a block.

    Returns:
        The same as `handful.kernels.allocation.permuted_blocks`.

    Example:
        >>> permuted_blocks(np.array([[0.1, 0.9]]), 4, 1, 2).tolist()
        [[1, 0, 0, 1]]
    """
    places = list(combinations(range(block), treated))
    arms = np.zeros((*drawn.shape, block), dtype=np.int8)
    for t, b in np.ndindex(drawn.shape):
        arms[t, b, list(places[int(drawn[t, b] * len(places))])] = 1
    return arms.reshape(len(drawn), -1)[:, :participants]
