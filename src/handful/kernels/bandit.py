"""Walks over all counts that two arms with binary outcomes can reach: backwards for the best allocation, forwards for its
consequences.

After so many participants a trial is at one of the states (successes and failures on arm 0, successes and failures on arm 1)
that add up to their number: a layer of the lattice. States of a layer are numbered in the order of successes on arm 0, then
failures on arm 0, then successes on arm 1; failures on arm 1 are what is left. So a layer is one row of numbers without gaps,
and the states one participant later lie side by side in the next.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel

__all__ = ["layer_size", "path_weights", "preferences", "state_in_layer", "states_before"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Codes = NDArray[np.unsignedinteger]

_SAME = 1e-13
"""Two values are the same when they differ by less than this share of their sizes: rounding leaves 1e-15 a step."""


@kernel
def layer_size(total: int) -> int:
    """Count the states with so many participants.

    Args:
        total: participants, 0 or more.

    Returns:
        Number of states, (total + 3 over 3).

    Example:
        >>> layer_size(1), layer_size(60)
        (4, 39711)
    """
    return (total + 1) * (total + 2) * (total + 3) // 6


@kernel
def states_before(total: int) -> int:
    """Count the states with fewer participants.

    Args:
        total: participants, 0 or more.

    Returns:
        Number of states in all layers before this one, (total + 3 over 4).

    Example:
        >>> states_before(2), states_before(60)
        (5, 595665)
    """
    return total * (total + 1) * (total + 2) * (total + 3) // 24


@kernel
def state_in_layer(total: int, successes_0: int, failures_0: int, successes_1: int) -> int:
    """Return the place of a state in its layer.

    Args:
        total: participants on both arms.
        successes_0: successes on arm 0.
        failures_0: failures on arm 0.
        successes_1: successes on arm 1.

    Returns:
        Number from 0; the next number has one more success on arm 1.

    Example:
        >>> state_in_layer(60, 0, 0, 5), state_in_layer(60, 60, 0, 0)
        (5, 39710)
    """
    left = total - successes_0
    before = layer_size(total) - layer_size(left)
    return before + failures_0 * (left + 1) - failures_0 * (failures_0 - 1) // 2 + successes_1


@kernel
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
        afterwards: patients treated after the trial, with the arm whose posterior mean is higher.

    Returns:
        Preference of every state with fewer participants, layer after layer (0 for arm 0, 1 for either, 2 for arm 1), and
        the expected successes, less the penalty, of the whole.

    Example:
        >>> preference, value = preferences(1, np.ones((2, 2)), 1.0, 0, 0.0, 0.0)
        >>> preference.tolist(), value
        ([1], 0.5)
    """
    codes = np.empty(states_before(participants), dtype=np.uint8)
    after = np.empty(layer_size(participants))
    now = np.empty(layer_size(participants))
    _final_values(after, participants, prior, least, penalty, afterwards)
    for total in range(participants - 1, -1, -1):
        start = states_before(total)
        state = 0
        for s0 in range(total + 1):
            for f0 in range(total - s0 + 1):
                n1 = total - s0 - f0
                rate0 = (prior[0, 0] + s0) / (prior[0, 0] + prior[0, 1] + (s0 + f0))
                size1 = prior[1, 0] + prior[1, 1] + n1
                success0 = state_in_layer(total + 1, s0 + 1, f0, 0)
                failure0 = state_in_layer(total + 1, s0, f0 + 1, 0)
                failure1 = state_in_layer(total + 1, s0, f0, 0)
                for s1 in range(n1 + 1):
                    rate1 = (prior[1, 0] + s1) / size1
                    value0 = rate0 * (1.0 + after[success0 + s1]) + (1.0 - rate0) * after[failure0 + s1]
                    value1 = rate1 * (1.0 + after[failure1 + s1 + 1]) + (1.0 - rate1) * after[failure1 + s1]
                    gap = value1 - value0
                    decided = abs(gap) > _SAME * (abs(value0) + abs(value1))
                    codes[start + state] = (2 if gap > 0.0 else 0) if decided else 1
                    now[state] = degree * max(value0, value1) + (1.0 - degree) * min(value0, value1)
                    state += 1
        after, now = now, after
    return codes, after[0]


@kernel
def _final_values(
    values: Floats, participants: int, prior: Floats, least: int, penalty: float, afterwards: float
) -> None:
    """Write what the end of the trial is worth in every state of the last layer."""
    state = 0
    for s0 in range(participants + 1):
        for f0 in range(participants - s0 + 1):
            n1 = participants - s0 - f0
            short = s0 + f0 < least or n1 < least
            rate0 = (prior[0, 0] + s0) / (prior[0, 0] + prior[0, 1] + (s0 + f0))
            for s1 in range(n1 + 1):
                rate1 = (prior[1, 0] + s1) / (prior[1, 0] + prior[1, 1] + n1)
                values[state] = afterwards * max(rate0, rate1) - (penalty if short else 0.0)
                state += 1


@kernel
def path_weights(participants: int, looks: Counts, codes: Codes, levels: Floats) -> Floats:
    """Walk all possible trials of a policy forwards, with outcomes decided by a fair coin.

    A path to a final state has the probability (product of its allocation chances) * p0**s0 * (1 - p0)**f0 * p1**s1 *
    (1 - p1)**f1. The second part is the same for all paths to that state, so one walk at p0 = p1 = 1/2 serves every truth.

    Args:
        participants: participants of the trial.
        looks: participants seen when the chance is set anew, rising from 0, shape (looks,).
        codes: place in `levels` of every state of the layers at the looks, layer after layer.
        levels: chances of arm 1.

    Returns:
        Probability of each state of the last layer when p0 = p1 = 1/2, shape (states,).

    Example:
        >>> path_weights(1, np.array([0]), np.array([0], dtype=np.uint8), np.array([0.25])).tolist()
        [0.125, 0.125, 0.375, 0.375]
    """
    mass = np.ones(1)
    start = 0
    for look in range(looks.size):
        total = looks[look]
        block = (looks[look + 1] if look + 1 < looks.size else participants) - total
        mass = _block_later(mass, total, block, codes[start : start + mass.size], levels)
        start += layer_size(total)
    return mass


@kernel
def _block_later(mass: Floats, total: int, block: int, codes: Codes, levels: Floats) -> Floats:
    """Add a block of participants, all with the chance of the state before it."""
    grown = np.zeros(layer_size(total + block))
    ways = _ways(block)
    power0 = np.ones(block + 1)
    power1 = np.ones(block + 1)
    state = 0
    for s0 in range(total + 1):
        for f0 in range(total - s0 + 1):
            for s1 in range(total - s0 - f0 + 1):
                weight = mass[state]
                chance = levels[codes[state]]
                state += 1
                if weight == 0.0:
                    continue
                for k in range(block):
                    power0[k + 1] = power0[k] * (0.5 * (1.0 - chance))
                    power1[k + 1] = power1[k] * (0.5 * chance)
                way = 0
                for more_s0 in range(block + 1):
                    for more_f0 in range(block - more_s0 + 1):
                        on_1 = block - more_s0 - more_f0
                        share = power0[block - on_1] * power1[on_1]
                        first = state_in_layer(total + block, s0 + more_s0, f0 + more_f0, s1)
                        for more_s1 in range(on_1 + 1):
                            grown[first + more_s1] += weight * share * ways[way]
                            way += 1
    return grown


@kernel
def _ways(block: int) -> Floats:
    """Count the orders in which a block can have each combination of results, in the order of a layer."""
    ways = np.empty(layer_size(block))
    way = 0
    for s0 in range(block + 1):
        for f0 in range(block - s0 + 1):
            n1 = block - s0 - f0
            for s1 in range(n1 + 1):
                ways[way] = _choose(block, n1) * _choose(block - n1, s0) * _choose(n1, s1)
                way += 1
    return ways


@kernel
def _choose(whole: int, part: int) -> float:
    """Return the binomial coefficient as a float64."""
    result = 1.0
    for k in range(min(part, whole - part)):
        result = result * (whole - k) / (k + 1)
    return result
