"""Twin of `handful.kernels.bandit`: a layer of states at a time, each move for all of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["layer", "path_weights", "preferences"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Layer = tuple[Counts, Counts, Counts, Counts]


def layer(total: int) -> Layer:
    """List the states with so many participants, in the order of the kernel.

    Args:
        total: participants.

    Returns:
        Successes and failures on arm 0, successes and failures on arm 1, each of shape (states,).

    Example:
        >>> [counts.tolist() for counts in layer(1)]
        [[0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]]
    """
    s0, f0, s1 = np.indices((total + 1,) * 3).reshape(3, -1)
    f1 = total - s0 - f0 - s1
    return s0[f1 >= 0], f0[f1 >= 0], s1[f1 >= 0], f1[f1 >= 0]


def preferences(
    participants: int, prior: Floats, degree: float, least: int, penalty: float, afterwards: float
) -> tuple[NDArray[np.uint8], float]:
    """Find the arm that each state prefers, from the last participant back to the first.

    Args:
        participants: participants of the trial.
        prior: weights of success and failure of the beta prior of each arm, shape (2, 2).
        degree: chance that a participant gets the preferred arm.
        least: participants that each arm should have in the end.
        penalty: successes lost when an arm has fewer.
        afterwards: patients treated after the trial.

    Returns:
        The same bits as `handful.kernels.bandit.preferences`.

    Example:
        >>> preference, value = preferences(1, np.ones((2, 2)), 1.0, 0, 0.0, 0.0)
        >>> preference.tolist(), float(value)
        ([1], 0.5)
    """
    s0, f0, s1, f1 = layer(participants)
    rate0, rate1 = _rates(prior, s0, f0, s1, f1)
    short = (s0 + f0 < least) | (s1 + f1 < least)
    after = afterwards * np.maximum(rate0, rate1) - np.where(short, penalty, 0.0)
    codes = []
    for total in range(participants - 1, -1, -1):
        s0, f0, s1, f1 = layer(total)
        rate0, rate1 = _rates(prior, s0, f0, s1, f1)
        place = _places(total + 1)
        value0 = rate0 * (1.0 + after[place[s0 + 1, f0, s1]]) + (1.0 - rate0) * after[place[s0, f0 + 1, s1]]
        value1 = rate1 * (1.0 + after[place[s0, f0, s1 + 1]]) + (1.0 - rate1) * after[place[s0, f0, s1]]
        decided = abs(value1 - value0) > 1e-13 * (abs(value0) + abs(value1))
        codes.append(np.where(decided, np.where(value1 > value0, 2, 0), 1).astype(np.uint8))
        after = degree * np.maximum(value0, value1) + (1.0 - degree) * np.minimum(value0, value1)
    return np.concatenate(codes[::-1]), float(after[0])


def path_weights(
    participants: int, looks: Counts, codes: NDArray[np.unsignedinteger], levels: Floats
) -> Floats:
    """Walk all possible trials of a policy forwards, with outcomes decided by a fair coin.

    Args:
        participants: participants of the trial.
        looks: participants seen when the chance is set anew, rising from 0.
        codes: place in `levels` of every state of the layers at the looks.
        levels: chances of arm 1.

    Returns:
        The same bits as `handful.kernels.bandit.path_weights`.

    Example:
        >>> path_weights(1, np.array([0]), np.array([0], dtype=np.uint8), np.array([0.25])).tolist()
        [0.125, 0.125, 0.375, 0.375]
    """
    mass, start = np.ones(1), 0
    for total, later in pairwise([*looks.tolist(), participants]):
        block = later - total
        chance = levels[codes[start : start + mass.size]]
        start += mass.size
        power0, power1 = _powers(0.5 * (1.0 - chance), block), _powers(0.5 * chance, block)
        place = _places(later)
        s0, f0, s1, _ = layer(total)
        grown = np.zeros(len(layer(later)[0]))
        # From the largest step to the smallest, a state gets its parts in the order in which the kernel adds them.
        for step_s0, step_f0, step_s1, step_f1 in list(zip(*layer(block), strict=True))[::-1]:
            on_1 = step_s1 + step_f1
            ways = _choose(block, on_1) * _choose(block - on_1, step_s0) * _choose(on_1, step_s1)
            share = power0[block - on_1] * power1[on_1]
            grown[place[s0 + step_s0, f0 + step_f0, s1 + step_s1]] += mass * share * ways
        mass = grown
    return mass


def _rates(prior: Floats, s0: Counts, f0: Counts, s1: Counts, f1: Counts) -> tuple[Floats, Floats]:
    """Posterior means of both arms."""
    rate0 = (prior[0, 0] + s0) / (prior[0, 0] + prior[0, 1] + (s0 + f0))
    rate1 = (prior[1, 0] + s1) / (prior[1, 0] + prior[1, 1] + (s1 + f1))
    return rate0, rate1


def _places(total: int) -> Counts:
    """Place in its layer of each state, shape (total + 1,) * 3."""
    s0, f0, s1, _ = layer(total)
    places = np.full((total + 1,) * 3, -1)
    places[s0, f0, s1] = np.arange(s0.size)
    return places


def _powers(base: Floats, most: int) -> list[Floats]:
    """Powers 0 .. most, each from the one before."""
    powers = [np.ones_like(base)]
    for _ in range(most):
        powers.append(powers[-1] * base)
    return powers


def _choose(whole: int, part: int) -> float:
    """The binomial coefficient, factor by factor."""
    result = 1.0
    for k in range(min(part, whole - part)):
        result = result * (whole - k) / (k + 1)
    return result
