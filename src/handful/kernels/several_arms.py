"""Allocation to control and several treatments, which may change while a trial runs.

Arms are 0 for control and 1, 2 ... for the treatments; -1 marks somebody who is not enrolled. Each participant has one uniform
number for allocation, so the arms of those already enrolled never change when the rest are allocated anew.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel

__all__ = ["deal_from", "draw_from", "nth_enrolled"]

Arms = NDArray[np.int8]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@kernel
def deal_from(arms: Arms, drawn: Floats, start: Counts, places: Counts, enrols: Flags) -> Arms:
    """Allocate participants in permuted blocks, from a first one on.

    Each participant takes one of the places left in the block with equal chances, which makes every arrangement of a block
    equally likely.

    Args:
        arms: arms so far, shape (trials, participants).
        drawn: a uniform number for each participant, same shape.
        start: first participant to be allocated anew in each trial, shape (trials,).
        places: places of each arm in a block, shape (trials, arms); with none at all nobody is enrolled any more.
        enrols: who can be enrolled, shape (trials, participants); the others get -1.

    Returns:
        A new array: as before up to `start`, allocated from there.

    Example:
        >>> nobody = np.zeros((1, 4), dtype=np.int8)
        >>> numbers, everybody = np.array([[0.9, 0.2, 0.4, 0.1]]), np.ones((1, 4), dtype=np.bool_)
        >>> deal_from(nobody, numbers, np.array([0]), np.array([[1, 0, 1]]), everybody).tolist()
        [[2, 0, 0, 2]]
    """
    trials, participants = arms.shape
    several = places.shape[1]
    dealt = arms.copy()
    left = np.zeros(several, dtype=np.int64)
    for t in range(trials):
        whole = 0
        for a in range(several):
            whole += places[t, a]
        remaining = 0
        for i in range(start[t], participants):
            if whole == 0 or not enrols[t, i]:
                dealt[t, i] = -1
                continue
            if remaining == 0:
                left[:] = places[t]
                remaining = whole
            place = drawn[t, i] * remaining
            arm = 0
            while arm < several - 1 and place >= left[arm]:
                place -= left[arm]
                arm += 1
            # Rounding at the very end of the block must not lead to an arm without a place.
            while left[arm] == 0:
                arm -= 1
            dealt[t, i] = arm
            left[arm] -= 1
            remaining -= 1
    return dealt


@kernel
def draw_from(arms: Arms, drawn: Floats, start: Counts, chances: Floats, enrols: Flags) -> Arms:
    """Allocate each participant independently, from a first one on.

    Args:
        arms: arms so far, shape (trials, participants).
        drawn: a uniform number for each participant, same shape.
        start: first participant to be allocated anew in each trial, shape (trials,).
        chances: chance of each arm, shape (trials, arms), not all 0; they need not add up to 1.
        enrols: who can be enrolled, shape (trials, participants); the others get -1.

    Returns:
        A new array: as before up to `start`, allocated from there.

    Example:
        >>> nobody = np.zeros((1, 4), dtype=np.int8)
        >>> numbers, everybody = np.array([[0.9, 0.2, 0.4, 0.1]]), np.ones((1, 4), dtype=np.bool_)
        >>> draw_from(nobody, numbers, np.array([1]), np.array([[0.25, 0.0, 0.75]]), everybody).tolist()
        [[0, 0, 2, 0]]
    """
    trials, participants = arms.shape
    several = chances.shape[1]
    dealt = arms.copy()
    for t in range(trials):
        whole = 0.0
        for a in range(several):
            whole += chances[t, a]
        for i in range(start[t], participants):
            if whole == 0.0 or not enrols[t, i]:
                dealt[t, i] = -1
                continue
            place = drawn[t, i] * whole
            arm = 0
            while arm < several - 1 and place >= chances[t, arm]:
                place -= chances[t, arm]
                arm += 1
            while chances[t, arm] == 0.0:
                arm -= 1
            dealt[t, i] = arm
    return dealt


@kernel
def nth_enrolled(arms: Arms, number: Counts) -> Counts:
    """Find how many of those who came it takes until so many are enrolled.

    Args:
        arms: arm of each, -1 where not enrolled, shape (trials, participants).
        number: how many are wanted in each trial, shape (trials,).

    Returns:
        Shape (trials,); -1 where fewer are enrolled.

    Example:
        >>> nth_enrolled(np.array([[0, -1, 2, -1, 1]], dtype=np.int8), np.array([2])).tolist()
        [3]
    """
    trials, participants = arms.shape
    found = np.full(trials, -1, dtype=np.int64)
    for t in range(trials):
        enrolled = 0
        if number[t] == 0:
            found[t] = 0
        for i in range(participants):
            enrolled += arms[t, i] >= 0
            if found[t] < 0 and enrolled == number[t]:
                found[t] = i + 1
    return found
