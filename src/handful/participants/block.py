"""A block: the address of consecutive trials, and the unit in which all work is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BLOCK_TRIALS = 1024
"""Trials in one full block."""


@dataclass(frozen=True)
class Block:
    """Consecutive simulated trials, named by the study's seed and their numbers.

    A block holds no numbers: everything random about its trials follows from this address, so any trial can be
    drawn again alone.

    Attributes:
        seed: Seed of the study, 0 to 2**64 - 1.
        first: Number of the first trial of the block.
        trials: How many trials the block holds.

    Example:
        >>> Block(seed=7, first=2048, trials=1024).last
        3071
    """

    seed: int
    first: int
    trials: int

    @property
    def last(self) -> int:
        """Number of the last trial of the block."""
        return self.first + self.trials - 1


def blocks(seed: int, first: int, trials: int, size: int = BLOCK_TRIALS) -> Iterator[Block]:
    """Cut consecutive trials into blocks; the last one may be short.

    Args:
        seed: Seed of the study.
        first: Number of the first trial.
        trials: How many trials to cut.
        size: Trials in a full block.

    Yields:
        The blocks in order.

    Example:
        >>> [b.trials for b in blocks(seed=1, first=0, trials=2500)]
        [1024, 1024, 452]
    """
    for start in range(first, first + trials, size):
        yield Block(seed, start, min(size, first + trials - start))
