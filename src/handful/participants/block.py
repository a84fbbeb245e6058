"""A block: the address of consecutive trials, and the unit in which all work is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BLOCK_TRIALS = 2500
"""Trials in one full block: few enough for the cache of a processor, and an even number of blocks in ten thousand trials."""

PART_TRIALS = 40 * BLOCK_TRIALS
"""Trials in one full part."""


@dataclass(frozen=True)
class Layout:
    """How the trials of a run are cut: into parts, which are kept and resumed, and these into blocks.

    No trial depends on it. The sums over trials do in their last digits, since they are added block by block, so a run
    is made again with the layout that it was made with.

    Attributes:
        block: Trials in a full block.
        part: Trials in a full part.
    """

    block: int = BLOCK_TRIALS
    part: int = PART_TRIALS


USUAL_LAYOUT = Layout()
"""The layout of a run whose number of trials is given."""

CAUTIOUS_LAYOUT = Layout(part=4 * BLOCK_TRIALS)
"""The layout of a run that stops when it is precise enough, which is asked after every part."""


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
        >>> [b.trials for b in blocks(seed=1, first=0, trials=6000)]
        [2500, 2500, 1000]
    """
    for start in range(first, first + trials, size):
        yield Block(seed, start, min(size, first + trials - start))
