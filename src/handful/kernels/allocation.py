"""Random allocation of participants to arms."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel
from handful.kernels.streams import Purpose, address, uniforms, uniforms_into

__all__ = ["block_arms", "coin_flips", "minimised", "minimised_arms", "permuted_blocks"]

Arms = NDArray[np.int8]

MOST_ARRANGEMENTS = 1000
"""Ways to arrange blocks up to which they are listed: a block of up to 12, or nine blocks of two."""


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

    One number chooses the arrangement of as many blocks as can be arranged in few ways. A block that alone can be arranged
    in many takes one number for each participant.

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
    if math.comb(block, treated) > MOST_ARRANGEMENTS:
        drawn = uniforms(seed, first_trial, trials, participants, Purpose.ALLOCATION)
        return block_arms(drawn, treated, block)
    arms = np.empty((trials, participants), dtype=np.int8)
    deal(arms, arrangements(treated, block), *address(seed, first_trial, trials, Purpose.ALLOCATION, 0))
    return arms


@lru_cache(maxsize=64)
def arrangements(treated: int, block: int) -> Arms:
    """Every arrangement of as many consecutive blocks as have few of them, shape (arrangements, places), in lexical order.

    Example:
        >>> arrangements(5, 10).shape, arrangements(1, 2).shape
        ((252, 10), (512, 18))
    """
    of_one = list(combinations(range(block), treated))
    blocks = 1
    while len(of_one) > 1 and len(of_one) ** (blocks + 1) <= MOST_ARRANGEMENTS:
        blocks += 1
    every = np.zeros((len(of_one) ** blocks, blocks, block), dtype=np.int8)
    for row, chosen in zip(every, product(of_one, repeat=blocks), strict=True):
        for arms, places in zip(row, chosen, strict=True):
            arms[list(places)] = 1
    return every.reshape(len(every), -1)


@kernel
def deal(
    arms: Arms,
    every: Arms,
    seed: np.uint64,
    first_trial: np.uint64,
    purpose: np.uint64,
    draw: np.uint64,
) -> None:
    """Fill trials with arrangements, each chosen by one uniform number; its address is the arrangement's place in the trial."""
    trials, participants = arms.shape
    number, block = every.shape
    drawn = np.empty(-(-participants // block))
    for t in range(trials):
        uniforms_into(drawn, seed, first_trial + np.uint64(t), purpose, draw)
        for b in range(drawn.size):
            chosen = int(drawn[b] * number)
            start = b * block
            stop = min(start + block, participants)
            arms[t, start:stop] = every[chosen, : stop - start]


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


@kernel
def minimised_arms(drawn: NDArray[np.float64], factors: Arms, share: float, certainty: float) -> Arms:
    """Turn uniform numbers into minimised allocation (for use by `minimised`).

    For each arm the imbalance is what it would be with the new participant: the sum, over the totals and over each of
    the participant's factor levels, of |treated * (1 - share) - control * share|. The arm with less imbalance is taken
    with the chance `certainty`; at equal imbalance the chance of treatment is `share`.

    Args:
        drawn: uniform numbers, shape (trials, participants).
        factors: level (0 or 1) of each factor, shape (trials, participants, factors).
        share: share of participants to be treated.
        certainty: chance that the arm that balances better is taken.

    Returns:
        1 for treated, 0 for control, shape (trials, participants).

    Example:
        >>> minimised_arms(np.array([[0.2, 0.9, 0.6]]), np.zeros((1, 3, 0), dtype=np.int8), 0.5, 0.8)
        array([[1, 0, 0]], dtype=int8)
    """
    trials, participants = drawn.shape
    number = factors.shape[2]
    arms = np.zeros((trials, participants), dtype=np.int8)
    counts = np.zeros((number + 1, 2, 2), dtype=np.int64)
    for t in range(trials):
        counts[:] = 0
        for i in range(participants):
            if_treated = 0.0
            if_control = 0.0
            for f in range(number + 1):
                level = factors[t, i, f] if f < number else 0
                control, treated = counts[f, level, 0], counts[f, level, 1]
                if_treated += abs((treated + 1) * (1.0 - share) - control * share)
                if_control += abs(treated * (1.0 - share) - (control + 1) * share)
            chance = share
            if if_treated < if_control - 1e-9:
                chance = certainty
            elif if_control < if_treated - 1e-9:
                chance = 1.0 - certainty
            arm = 1 if drawn[t, i] < chance else 0
            arms[t, i] = arm
            for f in range(number + 1):
                counts[f, factors[t, i, f] if f < number else 0, arm] += 1
    return arms


def minimised(seed: int, first_trial: int, factors: Arms, share: float, certainty: float) -> Arms:
    """Allocate participants by minimisation over binary baseline factors (Pocock and Simon 1975, Biometrics 31:103).

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        factors: level (0 or 1) of each factor, shape (trials, participants, factors); without factors only the totals
            are balanced.
        share: share of participants to be treated, in (0, 1).
        certainty: chance that the arm that balances better is taken, in [0.5, 1].

    Returns:
        1 for treated, 0 for control, shape (trials, participants).

    Raises:
        ValueError: if a share is outside its range.

    Example:
        >>> levels = np.zeros((50, 20, 1), dtype=np.int8)
        >>> arms = minimised(seed=1, first_trial=0, factors=levels, share=0.5, certainty=1.0)
        >>> bool((arms.sum(axis=1) == 10).all())
        True
    """
    if not (0 < share < 1 and 0.5 <= certainty <= 1):
        raise ValueError(f"share {share} must be in (0, 1) and certainty {certainty} in [0.5, 1]")
    trials, participants = factors.shape[:2]
    drawn = uniforms(seed, first_trial, trials, participants, Purpose.ALLOCATION)
    return minimised_arms(drawn, factors, share, certainty)
