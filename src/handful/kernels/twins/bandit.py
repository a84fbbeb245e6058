"""Twin of `handful.kernels.bandit`: a layer of states at a time, each move for all of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["final_mass", "layer", "preferences"]

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


def final_mass(
    participants: int, looks: Counts, codes: NDArray[np.unsignedinteger], levels: Floats, response: Floats
) -> Floats:
    """Walk all possible trials of a policy forwards.

    Args:
        participants: participants of the trial.
        looks: participants seen when the chance is set anew, rising from 0.
        codes: place in `levels` of every state of the layers at the looks.
        levels: chances of arm 1.
        response: response probability of each participant on each arm.

    Returns:
        The same bits as `handful.kernels.bandit.final_mass`.

    Example:
        >>> final_mass(1, np.array([0]), np.array([0], dtype=np.uint8), np.array([0.25]), np.array([[0.5, 1.0]])).tolist()
        [0.0, 0.25, 0.375, 0.375]
    """
    mass, start = np.ones(1), 0
    for total, later in pairwise([*looks.tolist(), participants]):
        chance = levels[codes[start : start + mass.size]]
        start += mass.size
        mass = _forward(mass, total, _results(chance, response[total:later]))
    return mass


def _results(chance: Floats, response: Floats) -> Floats:
    """Probability of every result of a block for every chance, shape (results, chances)."""
    results = np.ones((1, chance.size))
    for done, (p0, p1) in enumerate(response):
        grown = np.zeros((len(layer(done + 1)[0]), chance.size))
        place = _places(done + 1)
        for share, s0, f0, s1 in zip(results, *layer(done)[:3], strict=True):
            grown[place[s0 + 1, f0, s1]] += share * ((1.0 - chance) * p0)
            grown[place[s0, f0 + 1, s1]] += share * ((1.0 - chance) * (1.0 - p0))
            grown[place[s0, f0, s1 + 1]] += share * (chance * p1)
            grown[place[s0, f0, s1]] += share * (chance * (1.0 - p1))
        results = grown
    return results


def _forward(mass: Floats, total: int, results: Floats) -> Floats:
    """Mass after a block whose results have these probabilities in each state."""
    block = next(b for b in range(len(results)) if len(layer(b)[0]) == len(results))
    place = _places(total + block)
    s0, f0, s1, _ = layer(total)
    grown = np.zeros(len(layer(total + block)[0]))
    steps = list(zip(results, *layer(block)[:3], strict=True))
    # From the largest step to the smallest, a state gets its parts in the order in which the kernel adds them.
    for share, step_s0, step_f0, step_s1 in reversed(steps):
        grown[place[s0 + step_s0, f0 + step_f0, s1 + step_s1]] += mass * share
    return grown


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
