"""The random streams: the only source of randomness.

A random number has an address and is a function of it alone: (study seed, trial) is the key of
Philox4x64-10 and (participant // 4, draw, purpose, 0) its counter; participant % 4 picks one of the four
words. Nothing is drawn in turn. So every design, block size and thread sees the same people, trial 48,213
is computed without the ones before it, and the first ten participants of a hundred are the ten participants
of ten.

A word x becomes the middle of one of 2**52 equal cells, ``(x // 2**12 + 1/2) / 2**52``: never 0, never 1,
symmetric about one half, and exact. (With 2**53 cells the middle of the last one rounds to 1.)
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from handful.kernels.elementary import log_of, normal_quantile_into
from handful.kernels.jit import float_of, kernel
from handful.kernels.philox import philox, philox_pair

__all__ = ["Purpose", "exponentials", "normals", "uniform_at", "uniforms"]

Floats = NDArray[np.float64]

_AT_ONCE = 1024
"""Numbers that go through the normal quantile together."""


class Purpose(IntEnum):
    """What a random number is for: one word of its address.

    Numbers are part of every stored result: none is ever changed or used again, new ones are added at the
    end.
    """

    ARRIVAL = 1
    SITE = 2
    SCREENING = 3
    BASELINE = 4
    OUTCOME_PERSON = 5
    OUTCOME_UNIT = 6
    OUTCOME_OCCASION = 7
    EFFECT = 8
    SPONTANEOUS = 9
    DROPOUT = 10
    MANUFACTURE = 11
    WAITING = 12
    ALLOCATION = 13
    EVENT = 14
    COVARIATE = 15
    PREDICTIVE = 16
    PERMUTATION = 17
    CONTAMINATION = 18
    MISSING = 19
    POSTERIOR = 20
    SIGN_FLIP = 21


def uniforms(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, draw: int = 0
) -> Floats:
    """Return uniform numbers between 0 and 1, both excluded.

    Args:
        seed: the study's seed, 0 .. 2**64 - 1.
        first_trial: number of the first trial, 0 .. 2**63 - 1.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for, a `Purpose`.
        draw: which of the numbers that a participant needs for this purpose, from 0.

    Returns:
        Shape (trials, participants). Any element equals that of a larger array at the same address.

    Raises:
        ValueError: if a number of the address is outside its range.

    Example:
        >>> block = uniforms(20261122, 0, 100, 8, Purpose.ARRIVAL)
        >>> block.shape
        (100, 8)
        >>> bool((uniforms(20261122, 99, 1, 3, Purpose.ARRIVAL)[0] == block[99, :3]).all())
        True
    """
    numbers = _empty_block(trials, participants)
    _fill_uniforms(numbers, *address(seed, first_trial, trials, purpose, draw))
    return numbers


def normals(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, draw: int = 0
) -> Floats:
    """Return standard normal numbers: the normal quantiles of `uniforms` at the same addresses.

    Args:
        seed: the study's seed, 0 .. 2**64 - 1.
        first_trial: number of the first trial, 0 .. 2**63 - 1.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for, a `Purpose`.
        draw: which of the numbers that a participant needs for this purpose, from 0.

    Returns:
        Shape (trials, participants), all finite (at most 8.21 in size).

    Raises:
        ValueError: if a number of the address is outside its range.

    Example:
        >>> block = normals(20261122, 0, 1000, 20, Purpose.BASELINE)
        >>> bool(abs(block.mean()) < 4 / np.sqrt(block.size))
        True
    """
    numbers = _empty_block(trials, participants)
    _fill_normals(numbers, *address(seed, first_trial, trials, purpose, draw))
    return numbers


def exponentials(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, draw: int = 0
) -> Floats:
    """Return exponential numbers with mean 1: -log of `uniforms` at the same addresses.

    Args:
        seed: the study's seed, 0 .. 2**64 - 1.
        first_trial: number of the first trial, 0 .. 2**63 - 1.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for, a `Purpose`.
        draw: which of the numbers that a participant needs for this purpose, from 0.

    Returns:
        Shape (trials, participants), all positive and finite (at most 36.7).

    Raises:
        ValueError: if a number of the address is outside its range.

    Example:
        >>> block = exponentials(20261122, 0, 1000, 20, Purpose.EVENT)
        >>> bool(abs(block.mean() - 1) < 4 / np.sqrt(block.size))
        True
    """
    numbers = _empty_block(trials, participants)
    _fill_exponentials(numbers, *address(seed, first_trial, trials, purpose, draw))
    return numbers


def _empty_block(trials: int, participants: int) -> Floats:
    """Return room for a block, once its shape makes sense."""
    if trials < 0 or participants < 0:
        raise ValueError(f"a block cannot have {trials} trials of {participants} participants")
    return np.empty((trials, participants))


def address(
    seed: int, first_trial: int, trials: int, purpose: int, draw: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the words of an address that a block has in common, once they are in range (for wrappers)."""
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed must be 0 .. 2**64 - 1, not {seed}")
    if not 0 <= first_trial <= 2**63 - trials:
        raise ValueError(f"trials must be numbered 0 .. 2**63 - 1, not from {first_trial}")
    if not 0 <= draw < 2**63:
        raise ValueError(f"draw must be 0 .. 2**63 - 1, not {draw}")
    return np.uint64(seed), np.uint64(first_trial), np.uint64(Purpose(purpose)), np.uint64(draw)


@kernel
def unit_interval(word: np.uint64) -> float:
    """Return the uniform number of a word (inside kernels)."""
    # The upper 52 bits are the fraction of a float64 in [1, 2); both steps are exact.
    return float_of((word >> np.uint64(12)) | np.uint64(0x3FF << 52)) - (1.0 - 2.0**-53)


@kernel
def uniform_at(
    seed: np.uint64, trial: np.uint64, purpose: np.uint64, participant: np.uint64, draw: np.uint64
) -> float:
    """Return the uniform number at one address (inside kernels; every argument must be a uint64)."""
    words = philox(participant >> np.uint64(2), draw, purpose, np.uint64(0), seed, trial)
    return unit_interval(words[participant & np.uint64(3)])


@kernel
def uniforms_into(
    row: Floats, seed: np.uint64, trial: np.uint64, purpose: np.uint64, draw: np.uint64
) -> None:
    """Write the uniform numbers of one trial's participants into a row (inside kernels)."""
    whole = row.size & ~7
    for i in range(0, whole, 8):
        first, second = philox_pair(np.uint64(i >> 2), draw, purpose, np.uint64(0), seed, trial)
        for lane in range(4):
            row[i + lane] = unit_interval(first[lane])
            row[i + 4 + lane] = unit_interval(second[lane])
    for i in range(whole, row.size, 4):
        words = philox(np.uint64(i >> 2), draw, purpose, np.uint64(0), seed, trial)
        for lane in range(min(4, row.size - i)):
            row[i + lane] = unit_interval(words[lane])


@kernel
def _fill_uniforms(
    block: Floats, seed: np.uint64, first_trial: np.uint64, purpose: np.uint64, draw: np.uint64
) -> None:
    """Fill a block with uniform numbers."""
    for t in range(block.shape[0]):
        uniforms_into(block[t], seed, first_trial + np.uint64(t), purpose, draw)


@kernel
def _fill_normals(
    block: Floats, seed: np.uint64, first_trial: np.uint64, purpose: np.uint64, draw: np.uint64
) -> None:
    """Fill a block with standard normal numbers."""
    trials, participants = block.shape
    numbers = block.reshape(-1)
    # Several trials at once: the quantiles are the dearer part, and vector instructions want long rows.
    several = max(1, _AT_ONCE // max(1, participants))
    drawn = np.empty(several * participants)
    for start in range(0, trials, several):
        stop = min(start + several, trials)
        for t in range(start, stop):
            row = drawn[(t - start) * participants : (t - start + 1) * participants]
            uniforms_into(row, seed, first_trial + np.uint64(t), purpose, draw)
        size = (stop - start) * participants
        normal_quantile_into(drawn[:size], numbers[start * participants : start * participants + size])


@kernel
def _fill_exponentials(
    block: Floats, seed: np.uint64, first_trial: np.uint64, purpose: np.uint64, draw: np.uint64
) -> None:
    """Fill a block with exponential numbers."""
    for t in range(block.shape[0]):
        row = block[t]
        uniforms_into(row, seed, first_trial + np.uint64(t), purpose, draw)
        for i in range(row.size):
            row[i] = -log_of(row[i])
