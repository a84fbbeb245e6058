"""Random allocation of participants to arms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel
from handful.kernels.streams import Purpose, uniforms

__all__ = ["block_arms", "coin_flips", "permuted_blocks"]

Arms = NDArray[np.int8]


@kernel
def block_arms(drawn: NDArray[np.float64], treated: int, block: int) -> Arms:
    """Turn uniform numbers into permuted blocks (for use by `permuted_blocks`).

    Each participant is treated with the chance (treated places left) / (places left in the block), which makes every
    arrangement of a block equally likely.

    Args:
        drawn: uniform numbers, shape (trials, participants).
        treated: treated places in a block.
        block: places in a block.

    Returns:
        1 for treated, 0 for control, same shape.

    Example:
        >>> block_arms(np.array([[0.9, 0.2, 0.4, 0.1]]), 2, 4)
        array([[0, 1, 1, 0]], dtype=int8)
    """
    trials, participants = drawn.shape
    arms = np.zeros((trials, participants), dtype=np.int8)
    for t in range(trials):
        left = 0
        treated_left = 0
        for i in range(participants):
            if left == 0:
                left = block
                treated_left = treated
            if drawn[t, i] * left < treated_left:
                arms[t, i] = 1
                treated_left -= 1
            left -= 1
    return arms


def permuted_blocks(
    seed: int, first_trial: int, trials: int, participants: int, treated: int, block: int
) -> Arms:
    """Randomise participants in permuted blocks.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many participants in each; the last block may be cut short.
        treated: treated places in a block.
        block: places in a block.

    Returns:
        1 for treated, 0 for control, shape (trials, participants).

    Raises:
        ValueError: if there are more treated places than places.

    Example:
        >>> arms = permuted_blocks(seed=1, first_trial=0, trials=100, participants=12, treated=2, block=3)
        >>> set(arms.reshape(100, 4, 3).sum(axis=2).ravel().tolist())
        {2}
    """
    if not 0 <= treated <= block or block < 1:
        raise ValueError(f"{treated} treated places do not fit into a block of {block}")
    return block_arms(uniforms(seed, first_trial, trials, participants, Purpose.ALLOCATION), treated, block)


def coin_flips(seed: int, first_trial: int, trials: int, participants: int, chance: float = 0.5) -> Arms:
    """Randomise each participant independently.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many participants in each.
        chance: chance of treatment.

    Returns:
        1 for treated, 0 for control, shape (trials, participants).

    Example:
        >>> coin_flips(seed=1, first_trial=0, trials=2, participants=3).shape
        (2, 3)
    """
    drawn = uniforms(seed, first_trial, trials, participants, Purpose.ALLOCATION)
    return (drawn < chance).astype(np.int8)
