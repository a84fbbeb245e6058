"""Randomisation tests after response-adaptive allocation: the outcomes stay, participant by participant; the arms are drawn anew.

Under the null hypothesis a participant's outcome would have been the same on any arm. So the allocations that could have been
are those that the rule would have drawn, had it met these outcomes in this order. For two arms and binary outcomes all of them
are walked together; for other rules some are drawn, at addresses of their own.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from handful.kernels.bandit import layer_size, state_in_layer, states_before
from handful.kernels.jit import kernel
from handful.kernels.streams import Purpose, uniforms_into

__all__ = ["draw_block", "drawn_tails", "exact_tails", "uniforms_of_resamples"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Codes = NDArray[np.unsignedinteger]
Bits = NDArray[np.int8]

_PERMUTATION = np.uint64(Purpose.PERMUTATION)


@kernel
def exact_tails(
    outcomes: Bits,
    arms: Bits,
    looks: Counts,
    codes: Codes,
    levels: Floats,
    statistic: Floats,
    tolerance: float,
) -> Floats:
    """Return the probability, over all allocations of the same outcomes, of a statistic as large as the one seen.

    With the outcomes given, a trial is known by successes and failures on arm 0 alone, so the walk is over a small rectangle.

    Args:
        outcomes: 0 or 1 for each participant in order of enrolment, shape (trials, participants).
        arms: 0 or 1, same shape.
        looks: participants seen when the chance is set anew, rising from 0, shape (looks,).
        codes: place in `levels` of every state of the layers at the looks (`handful.kernels.bandit`).
        levels: chances of arm 1.
        statistic: value of every final state, shape (states,).
        tolerance: statistics closer than this are equal.

    Returns:
        p-values, shape (trials,).

    Example:
        >>> seen, coin = np.array([[1, 0]], dtype=np.int8), np.array([0.5])
        >>> on_1 = np.array([2.0, 2, 2, 1, 1, 1, 1, 0, 0, 0])  # participants on arm 1 in each state of the last layer
        >>> exact_tails(seen, seen, np.array([0]), np.zeros(1, dtype=np.uint8), coin, on_1, 0.0).tolist()
        [0.75]
    """
    trials, participants = outcomes.shape
    p = np.empty(trials)
    for t in range(trials):
        successes = 0
        for i in range(participants):
            successes += outcomes[t, i]
        failures = participants - successes
        mass = np.zeros((successes + 1, failures + 1))
        grown = np.zeros((successes + 1, failures + 1))
        mass[0, 0] = 1.0
        start = 0
        so_far = 0
        for look in range(looks.size):
            total = looks[look]
            later = looks[look + 1] if look + 1 < looks.size else participants
            more = 0
            for i in range(total, later):
                more += outcomes[t, i]
            _allocate_block(
                mass,
                grown,
                total,
                so_far,
                more,
                later - total - more,
                codes[start : start + layer_size(total)],
                levels,
            )
            mass, grown = grown, mass
            start += layer_size(total)
            so_far += more
        p[t] = _tail(mass, outcomes[t], arms[t], successes, statistic, tolerance)
    return p


@kernel
def _allocate_block(
    mass: Floats,
    grown: Floats,
    total: int,
    successes: int,
    more_successes: int,
    more_failures: int,
    codes: Codes,
    levels: Floats,
) -> None:
    """Allocate a block of so many successes and failures in every possible way."""
    failures = total - successes
    grown[: successes + more_successes + 1, : failures + more_failures + 1] = 0.0
    shares_of_successes = np.empty(more_successes + 1)
    shares_of_failures = np.empty(more_failures + 1)
    for s0 in range(successes + 1):
        for f0 in range(failures + 1):
            if mass[s0, f0] == 0.0:
                continue
            chance = levels[codes[state_in_layer(total, s0, f0, successes - s0)]]
            _binomial(shares_of_successes, 1.0 - chance, chance)
            _binomial(shares_of_failures, 1.0 - chance, chance)
            for i in range(more_successes + 1):
                for j in range(more_failures + 1):
                    grown[s0 + i, f0 + j] += mass[s0, f0] * (shares_of_successes[i] * shares_of_failures[j])


@kernel
def _binomial(shares: Floats, chance: float, other: float) -> None:
    """Write the probability of each number out of (size - 1) when each counts with a chance, one toss after the other."""
    shares[0] = 1.0
    for toss in range(1, shares.size):
        shares[toss] = shares[toss - 1] * chance
        for i in range(toss - 1, 0, -1):
            shares[i] = shares[i] * other + shares[i - 1] * chance
        shares[0] *= other


@kernel
def _tail(
    mass: Floats, outcomes: Bits, arms: Bits, successes: int, statistic: Floats, tolerance: float
) -> float:
    """Add up the probability of the final states whose statistic reaches the one seen."""
    participants = outcomes.size
    s0 = 0
    f0 = 0
    for i in range(participants):
        if arms[i] == 0:
            s0 += outcomes[i]
            f0 += 1 - outcomes[i]
    threshold = statistic[state_in_layer(participants, s0, f0, successes - s0)] - tolerance
    reached = 0.0
    for i in range(mass.shape[0]):
        for j in range(mass.shape[1]):
            if statistic[state_in_layer(participants, i, j, successes - i)] >= threshold:
                reached += mass[i, j]
    return min(reached, 1.0)


@kernel
def drawn_tails(
    outcomes: Bits,
    observed: NDArray[np.bool_],
    arms: Bits,
    included: Counts,
    enrolled: Counts,
    codes: Codes,
    levels: Floats,
    numbers: NDArray[np.uint64],
    resamples: int,
    tolerance: float,
) -> Floats:
    """Return the share of drawn allocations of the same outcomes with a pooled z-statistic as large as the one seen.

    What was known when, and of whom, is that of the trial: at each look so many participants are included, and the chance
    that follows from their results holds for those after so many enrolled.

    Args:
        outcomes: 0 or 1 for each participant in order of enrolment, shape (trials, participants).
        observed: whose outcome is seen, same shape.
        arms: 0 or 1, same shape.
        included: participants whose results are known at each look, not falling, shape (trials, looks).
        enrolled: participants enrolled by each look, same shape.
        codes: place in `levels` of every state of all layers from 0.
        levels: chances of arm 1.
        numbers: number of each trial, or of its data, the address of its draws, shape (trials,).
        resamples: allocations drawn.
        tolerance: statistics closer than this are equal.

    Returns:
        p-values (1 + those as large) / (1 + resamples), shape (trials,).

    Example:
        >>> seen, known = np.array([[1, 0, 1, 0]], dtype=np.int8), np.ones((1, 4), dtype=np.bool_)
        >>> schedule, coin = np.zeros((1, 0), dtype=np.int64), (np.zeros(1, dtype=np.uint8), np.array([0.5]))
        >>> p = drawn_tails(seen, known, seen, schedule, schedule, *coin, np.zeros(1, dtype=np.uint64), 9999, 1e-9)
        >>> abs(float(p[0]) - 1 / 16) < 0.01
        True
    """
    trials, participants = outcomes.shape
    drawn = np.empty(participants)
    anew = np.empty(participants, dtype=np.int8)
    p = np.empty(trials)
    for t in range(trials):
        threshold = _pooled_z(outcomes[t], observed[t], arms[t]) - tolerance
        reached = 1
        for draw in range(resamples):
            uniforms_into(drawn, np.uint64(0), numbers[t], _PERMUTATION, np.uint64(draw))
            _allocate(anew, drawn, outcomes[t], observed[t], included[t], enrolled[t], codes, levels)
            reached += _pooled_z(outcomes[t], observed[t], anew) >= threshold
        p[t] = reached / (resamples + 1)
    return p


@kernel
def _allocate(
    arms: Bits,
    drawn: Floats,
    outcomes: Bits,
    observed: NDArray[np.bool_],
    included: Counts,
    enrolled: Counts,
    codes: Codes,
    levels: Floats,
) -> None:
    """Draw the arms of one trial, look by look."""
    counts = np.zeros((2, 2), dtype=np.int64)  # failures and successes on each arm
    allocated = 0
    known = 0
    chance = levels[codes[0]]
    for look in range(included.size + 1):
        until = enrolled[look] if look < included.size else arms.size
        for i in range(allocated, until):
            arms[i] = 1 if drawn[i] < chance else 0
        allocated = max(allocated, until)
        if look == included.size:
            return
        for i in range(known, included[look]):
            if observed[i]:
                counts[arms[i], outcomes[i]] += 1
        known = max(known, included[look])
        total = counts.sum()
        state = state_in_layer(total, counts[0, 1], counts[0, 0], counts[1, 1])
        chance = levels[codes[states_before(total) + state]]


@kernel
def _pooled_z(outcomes: Bits, observed: NDArray[np.bool_], arms: Bits) -> float:
    """Return the z-statistic of two proportions with the pooled variance; 0 where it is not defined."""
    counts = np.zeros((2, 2), dtype=np.int64)
    for i in range(arms.size):
        if observed[i]:
            counts[arms[i], outcomes[i]] += 1
    on_0 = counts[0, 0] + counts[0, 1]
    on_1 = counts[1, 0] + counts[1, 1]
    successes = counts[0, 1] + counts[1, 1]
    if on_0 == 0 or on_1 == 0 or successes == 0 or successes == on_0 + on_1:
        return 0.0
    pooled = successes / (on_0 + on_1)
    spread = sqrt(pooled * (1.0 - pooled) * (1.0 / on_0 + 1.0 / on_1))
    return float((counts[1, 1] / on_1 - counts[0, 1] / on_0) / spread)


@kernel
def uniforms_of_resamples(seed: np.uint64, trial: np.uint64, resamples: int, participants: int) -> Floats:
    """Return the uniform numbers that draw the arms anew, each resample a draw at the trial's own addresses.

    Args:
        seed: the study's seed.
        trial: number of the trial, or of its data.
        resamples: how many times the trial is allocated anew.
        participants: participants of the trial.

    Returns:
        Shape (resamples, participants).

    Example:
        >>> uniforms_of_resamples(np.uint64(1), np.uint64(0), 3, 5).shape
        (3, 5)
    """
    drawn = np.empty((resamples, participants))
    for draw in range(resamples):
        uniforms_into(drawn[draw], seed, trial, _PERMUTATION, np.uint64(draw))
    return drawn


@kernel
def draw_block(
    sums: Floats, totals: Counts, outcomes: Floats, drawn: Floats, chances: Floats, first: int, last: int
) -> None:
    """Allocate participants first .. last - 1 of each row independently and add their outcomes to their arms.

    Args:
        sums: sum of outcomes on each arm, shape (rows, arms); changed.
        totals: participants on each arm, same shape; changed.
        outcomes: outcome of each participant, shape (rows, participants).
        drawn: a uniform number for each participant, same shape.
        chances: chance of each arm, shape (rows, arms); they need not add up to 1.
        first: first participant of the block.
        last: participant after the block.

    Example:
        >>> sums, totals = np.zeros((1, 2)), np.zeros((1, 2), dtype=np.int64)
        >>> seen, drawn = np.array([[1.0, 0.0, 1.0]]), np.array([[0.1, 0.9, 0.8]])
        >>> draw_block(sums, totals, seen, drawn, np.array([[0.5, 0.5]]), 0, 3)
        >>> sums.tolist(), totals.tolist()
        ([[1.0, 1.0]], [[1, 2]])
    """
    arms = chances.shape[1]
    for row in range(chances.shape[0]):
        whole = 0.0
        for arm in range(arms):
            whole += chances[row, arm]
        for i in range(first, last):
            place = drawn[row, i] * whole
            arm = 0
            while arm < arms - 1 and place >= chances[row, arm]:
                place -= chances[row, arm]
                arm += 1
            # Rounding at the very end must not lead to an arm without a chance.
            while chances[row, arm] == 0.0 and arm > 0:
                arm -= 1
            sums[row, arm] += outcomes[row, i]
            totals[row, arm] += 1
