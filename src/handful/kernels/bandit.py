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

__all__ = ["block_later", "final_mass", "layer_size", "preferences", "state_in_layer", "states_before"]

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
def final_mass(participants: int, looks: Counts, codes: Codes, levels: Floats, response: Floats) -> Floats:
    """Walk all possible trials of a policy forwards.

    Args:
        participants: participants of the trial.
        looks: participants seen when the chance is set anew, rising from 0, shape (looks,).
        codes: place in `levels` of every state of the layers at the looks, layer after layer.
        levels: chances of arm 1.
        response: response probability of each participant on each arm, shape (participants, 2).

    Returns:
        Probability of each state of the last layer, shape (states,).

    Example:
        >>> final_mass(1, np.array([0]), np.array([0], dtype=np.uint8), np.array([0.25]), np.array([[0.5, 1.0]])).tolist()
        [0.0, 0.25, 0.375, 0.375]
    """
    mass = np.ones(1)
    start = 0
    for look in range(looks.size):
        total = looks[look]
        later = looks[look + 1] if look + 1 < looks.size else participants
        mass = block_later(mass, total, codes[start : start + mass.size], levels, response[total:later])
        start += layer_size(total)
    return mass


@kernel
def block_later(mass: Floats, total: int, codes: Codes, levels: Floats, response: Floats) -> Floats:
    """Add a block of participants, all with the chance of the state before it.

    Args:
        mass: probability of each state of a layer, shape (states,).
        total: participants in that layer.
        codes: place in `levels` of every state of the layer.
        levels: chances of arm 1.
        response: response probability of each participant of the block on each arm, shape (block, 2).

    Returns:
        Probability of each state of the layer after the block.

    Example:
        >>> always_1, certain = np.array([1.0]), np.ones((2, 2))
        >>> block_later(np.ones(1), 0, np.zeros(1, dtype=np.uint8), always_1, certain).nonzero()[0].tolist()
        [2]
    """
    block = response.shape[0]
    grown = np.zeros(layer_size(total + block))
    if block == 1:
        _one_later(grown, mass, total, codes, levels, response[0])
        return grown
    results = np.empty(layer_size(block))
    spare = np.empty(layer_size(block))
    state = 0
    for s0 in range(total + 1):
        for f0 in range(total - s0 + 1):
            for s1 in range(total - s0 - f0 + 1):
                weight = mass[state]
                chance = levels[codes[state]]
                state += 1
                if weight == 0.0:
                    continue
                _results_of_block(results, spare, chance, response)
                result = 0
                for more_s0 in range(block + 1):
                    for more_f0 in range(block - more_s0 + 1):
                        first = state_in_layer(total + block, s0 + more_s0, f0 + more_f0, s1)
                        for more_s1 in range(block - more_s0 - more_f0 + 1):
                            grown[first + more_s1] += weight * results[result]
                            result += 1
    return grown


@kernel
def _one_later(
    grown: Floats, mass: Floats, total: int, codes: Codes, levels: Floats, response: Floats
) -> None:
    """Add one participant: what most trials do, and many times as fast as a block of one."""
    state = 0
    for s0 in range(total + 1):
        for f0 in range(total - s0 + 1):
            success0 = state_in_layer(total + 1, s0 + 1, f0, 0)
            failure0 = state_in_layer(total + 1, s0, f0 + 1, 0)
            failure1 = state_in_layer(total + 1, s0, f0, 0)
            for s1 in range(total - s0 - f0 + 1):
                weight = mass[state]
                chance = levels[codes[state]]
                state += 1
                grown[failure1 + s1] += weight * (chance * (1.0 - response[1]))
                grown[failure1 + s1 + 1] += weight * (chance * response[1])
                grown[failure0 + s1] += weight * ((1.0 - chance) * (1.0 - response[0]))
                grown[success0 + s1] += weight * ((1.0 - chance) * response[0])


@kernel
def _results_of_block(results: Floats, spare: Floats, chance: float, response: Floats) -> None:
    """Write the probability of every result of a block, in the order of a layer, participant by participant."""
    results[0] = 1.0
    for done in range(response.shape[0]):
        size = layer_size(done + 1)
        spare[:size] = 0.0
        success0 = (1.0 - chance) * response[done, 0]
        failure0 = (1.0 - chance) * (1.0 - response[done, 0])
        success1 = chance * response[done, 1]
        failure1 = chance * (1.0 - response[done, 1])
        result = 0
        for s0 in range(done + 1):
            for f0 in range(done - s0 + 1):
                on_0_better = state_in_layer(done + 1, s0 + 1, f0, 0)
                on_0_worse = state_in_layer(done + 1, s0, f0 + 1, 0)
                on_1 = state_in_layer(done + 1, s0, f0, 0)
                for s1 in range(done - s0 - f0 + 1):
                    share = results[result]
                    result += 1
                    spare[on_0_better + s1] += share * success0
                    spare[on_0_worse + s1] += share * failure0
                    spare[on_1 + s1 + 1] += share * success1
                    spare[on_1 + s1] += share * failure1
        results[:size] = spare[:size]
