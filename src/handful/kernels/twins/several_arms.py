"""Twin of `handful.kernels.several_arms`: one trial after the other, on the same numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["deal_from", "draw_from", "nth_enrolled"]

Arms = NDArray[np.int8]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


def deal_from(arms: Arms, drawn: Floats, start: Counts, places: Counts, enrols: Flags) -> Arms:
    """Allocate participants in permuted blocks, from a first one on.

    Args:
        arms: arms so far, shape (trials, participants).
        drawn: a uniform number for each participant, same shape.
        start: first participant to be allocated anew in each trial.
        places: places of each arm in a block, shape (trials, arms).
        enrols: who can be enrolled.

    Returns:
        The same as `handful.kernels.several_arms.deal_from`.

    Example:
        >>> one = np.zeros((1, 2), dtype=np.int8), np.array([[0.7, 0.3]])
        >>> deal_from(*one, np.array([0]), np.array([[1, 1]]), np.ones((1, 2), dtype=np.bool_)).tolist()
        [[1, 0]]
    """
    dealt = arms.copy()
    for t, first in enumerate(start):
        dealt[t, first:] = -1
        bag: list[int] = []
        for i in np.flatnonzero(enrols[t, first:]) + first:
            bag = bag or [int(arm) for arm in np.repeat(np.arange(places.shape[1]), places[t])]
            if bag:
                dealt[t, i] = bag.pop(min(int(drawn[t, i] * len(bag)), len(bag) - 1))
    return dealt


def draw_from(arms: Arms, drawn: Floats, start: Counts, chances: Floats, enrols: Flags) -> Arms:
    """Allocate each participant independently, from a first one on.

    Args:
        arms: arms so far, shape (trials, participants).
        drawn: a uniform number for each participant, same shape.
        start: first participant to be allocated anew in each trial.
        chances: chance of each arm, shape (trials, arms).
        enrols: who can be enrolled.

    Returns:
        The same as `handful.kernels.several_arms.draw_from`, up to rounding at the borders between arms.

    Example:
        >>> one = np.zeros((1, 2), dtype=np.int8), np.array([[0.7, 0.3]])
        >>> draw_from(*one, np.array([0]), np.array([[0.5, 0.5]]), np.ones((1, 2), dtype=np.bool_)).tolist()
        [[1, 0]]
    """
    borders = np.cumsum(chances, axis=1)
    drawn_arms = (drawn[:, :, None] * borders[:, None, -1:] >= borders[:, None, :]).sum(axis=2)
    later = np.arange(arms.shape[1]) >= np.asarray(start)[:, None]
    enrolled = enrols & (borders[:, -1:] > 0)
    return np.where(later, np.where(enrolled, drawn_arms, -1), arms).astype(np.int8)


def nth_enrolled(arms: Arms, number: Counts) -> Counts:
    """Find how many of those who came it takes until so many are enrolled.

    Args:
        arms: arm of each, -1 where not enrolled.
        number: how many are wanted in each trial.

    Returns:
        The same as `handful.kernels.several_arms.nth_enrolled`.

    Example:
        >>> nth_enrolled(np.array([[0, -1, 2]], dtype=np.int8), np.array([2])).tolist()
        [3]
    """
    enrolled = np.cumsum(arms >= 0, axis=1)
    short = (enrolled < np.asarray(number)[:, None]).sum(axis=1)
    found = np.where(np.asarray(number) == 0, 0, short + 1)
    return np.asarray(np.where(found > arms.shape[1], -1, found))
