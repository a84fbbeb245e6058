"""Twin of `handful.kernels.allocation`: block after block, on the same numbers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

__all__ = ["permuted_blocks"]


def permuted_blocks(
    drawn: NDArray[np.float64], participants: int, treated: int, block: int, together: int
) -> NDArray[np.int8]:
    """Randomise participants in permuted blocks that can be arranged in few ways.

    Args:
        drawn: a uniform number for each group of blocks, shape (trials, groups).
        participants: how many participants; the last block may be cut short.
        treated: treated places in a block.
        block: places in a block.
        together: blocks in a group.

    Returns:
        The same as `handful.kernels.allocation.permuted_blocks`.

    Example:
        >>> permuted_blocks(np.array([[0.3]]), 4, 1, 2, 2).tolist()
        [[1, 0, 0, 1]]
    """
    places = list(combinations(range(block), treated))
    arms = np.zeros((*drawn.shape, together, block), dtype=np.int8)
    for t, g in np.ndindex(drawn.shape):
        number = int(drawn[t, g] * len(places) ** together)
        # The digits of the number, first block first, say how each block is arranged.
        for b in reversed(range(together)):
            number, arrangement = divmod(number, len(places))
            arms[t, g, b, list(places[arrangement])] = 1
    return arms.reshape(len(drawn), -1)[:, :participants]
