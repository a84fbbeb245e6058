"""Twin of `handful.kernels.rerandomisation`: whole rectangles of counts, and one participant at a time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from handful.kernels.twins.bandit import layer
from handful.kernels.twins.streams import uniforms

__all__ = ["draw_block", "drawn_tail", "exact_tail", "uniforms_of_resamples"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bits = NDArray[np.int8]

_PERMUTATION = 17


def exact_tail(
    outcomes: Bits,
    arms: Bits,
    looks: Counts,
    codes: NDArray[np.unsignedinteger],
    levels: Floats,
    statistic: Floats,
    tolerance: float,
) -> float:
    """Return the probability, over all allocations of the outcomes of one trial, of a statistic as large as the one seen.

    Args:
        outcomes: 0 or 1 for each participant in order of enrolment, shape (participants,).
        arms: 0 or 1, same shape.
        looks: participants seen when the chance is set anew.
        codes: place in `levels` of every state of the layers at the looks.
        levels: chances of arm 1.
        statistic: value of every final state.
        tolerance: statistics closer than this are equal.

    Returns:
        The same bits as `handful.kernels.rerandomisation.exact_tails`.

    Example:
        >>> seen, coin = np.array([1, 0], dtype=np.int8), np.array([0.5])
        >>> on_1 = np.array([2.0, 2, 2, 1, 1, 1, 1, 0, 0, 0])
        >>> float(exact_tail(seen, seen, np.array([0]), np.zeros(1, dtype=np.uint8), coin, on_1, 0.0))
        0.75
    """
    mass, start = np.ones((1, 1)), 0
    for total, later in pairwise([*looks.tolist(), outcomes.size]):
        states = _states(total, int(outcomes[:total].sum()))
        start, chance = start + len(layer(total)[0]), levels[codes[start + states]]
        block = outcomes[total:later]
        of_successes = _binomial(int(block.sum()), 1.0 - chance, chance)
        of_failures = _binomial(int((1 - block).sum()), 1.0 - chance, chance)
        grown = np.zeros((mass.shape[0] + len(of_successes) - 1, mass.shape[1] + len(of_failures) - 1))
        # From the largest step to the smallest, as the kernel meets the sources of a cell.
        for i in reversed(range(len(of_successes))):
            for j in reversed(range(len(of_failures))):
                step = mass * (of_successes[i] * of_failures[j])
                grown[i : i + mass.shape[0], j : j + mass.shape[1]] += step
        mass = grown
    successes = int(outcomes.sum())
    states = _states(outcomes.size, successes)
    on_0 = arms == 0
    seen = statistic[states[int(outcomes[on_0].sum()), int((1 - outcomes[on_0]).sum())]]
    reached = 0.0
    for value in mass[statistic[states] >= seen - tolerance]:
        reached += value
    return min(reached, 1.0)


def drawn_tail(
    outcomes: Bits,
    observed: NDArray[np.bool_],
    arms: Bits,
    included: Counts,
    enrolled: Counts,
    codes: NDArray[np.unsignedinteger],
    levels: Floats,
    number: int,
    resamples: int,
    tolerance: float,
) -> float:
    """Return the share of drawn allocations of one trial's outcomes with a pooled z-statistic as large as the one seen.

    Args:
        outcomes: 0 or 1 for each participant in order of enrolment, shape (participants,).
        observed: whose outcome is seen, same shape.
        arms: 0 or 1, same shape.
        included: participants whose results are known at each look, shape (looks,).
        enrolled: participants enrolled by each look, same shape.
        codes: place in `levels` of every state of all layers from 0.
        levels: chances of arm 1.
        number: number of the trial, or of its data.
        resamples: allocations drawn.
        tolerance: statistics closer than this are equal.

    Returns:
        The same bits as `handful.kernels.rerandomisation.drawn_tails`.

    Example:
        >>> seen, known, nothing = np.array([1, 0], dtype=np.int8), np.ones(2, dtype=np.bool_), np.zeros(0, dtype=np.int64)
        >>> drawn_tail(seen, known, seen, nothing, nothing, np.zeros(1, np.uint8), np.array([0.5]), 0, 3, 1e-9) > 0.2
        True
    """
    drawn = uniforms_of_resamples(0, number, resamples, outcomes.size)
    anew = np.zeros(drawn.shape, dtype=np.int8)
    chance = np.full(resamples, levels[codes[0]])
    allocated = 0
    for known, until in zip([*included.tolist(), 0], [*enrolled.tolist(), outcomes.size], strict=True):
        anew[:, allocated:until] = drawn[:, allocated:until] < chance[:, None]
        allocated = max(allocated, until)
        s0, f0, s1, f1 = _counts(outcomes[:known], observed[:known], anew[:, :known])
        total = int((s0 + f0 + s1 + f1)[0])
        before = sum(len(layer(size)[0]) for size in range(total))
        places = {
            state: place for place, state in enumerate(zip(*(c.tolist() for c in layer(total)), strict=True))
        }
        states = [
            places[state] for state in zip(s0.tolist(), f0.tolist(), s1.tolist(), f1.tolist(), strict=True)
        ]
        chance = levels[codes[before + np.array(states)]]
    as_large = _pooled_z(outcomes, observed, anew) >= _pooled_z(outcomes, observed, arms[None, :]) - tolerance
    return float((1 + as_large.sum()) / (1 + resamples))


def uniforms_of_resamples(seed: int, trial: int, resamples: int, participants: int) -> Floats:
    """Return the uniform numbers that draw the arms anew.

    Args:
        seed: the study's seed.
        trial: number of the trial.
        resamples: how many times the trial is allocated anew.
        participants: participants of the trial.

    Returns:
        The same bits as `handful.kernels.rerandomisation.uniforms_of_resamples`.

    Example:
        >>> uniforms_of_resamples(1, 0, 3, 5).shape
        (3, 5)
    """
    rows = [uniforms(seed, trial, 1, participants, _PERMUTATION, draw)[0] for draw in range(resamples)]
    return np.array(rows)


def draw_block(
    sums: Floats, totals: Counts, outcomes: Floats, drawn: Floats, chances: Floats, first: int, last: int
) -> None:
    """Allocate participants of each row independently and add their outcomes to their arms.

    Args:
        sums: sum of outcomes on each arm; changed to the same bits as by `handful.kernels.rerandomisation.draw_block`.
        totals: participants on each arm; changed.
        outcomes: outcome of each participant.
        drawn: a uniform number for each participant.
        chances: chance of each arm.
        first: first participant of the block.
        last: participant after the block.

    Example:
        >>> sums, totals = np.zeros((1, 2)), np.zeros((1, 2), dtype=np.int64)
        >>> draw_block(sums, totals, np.ones((1, 1)), np.array([[0.7]]), np.array([[0.5, 0.5]]), 0, 1)
        >>> sums.tolist(), totals.tolist()
        ([[0.0, 1.0]], [[0, 1]])
    """
    rows = np.arange(len(chances))
    whole = np.zeros(len(chances))
    for k in range(chances.shape[1]):
        whole += chances[:, k]
    for i in range(first, last):
        place = drawn[:, i] * whole
        arm = np.zeros(len(chances), dtype=np.int64)
        for k in range(chances.shape[1] - 1):
            beyond = (arm == k) & (place >= chances[:, k])
            place = np.where(beyond, place - chances[:, k], place)
            arm += beyond
        for k in range(chances.shape[1] - 1, 0, -1):
            arm -= (arm == k) & (chances[:, k] == 0.0)
        sums[rows, arm] += outcomes[:, i]
        totals[rows, arm] += 1


def _states(total: int, successes: int) -> Counts:
    """Place in the layer of every split of so many successes, shape (successes + 1, failures + 1)."""
    s0, f0, s1, _ = layer(total)
    states = np.zeros((successes + 1, total - successes + 1), dtype=np.int64)
    possible = (s0 + s1 == successes) & (f0 <= total - successes)
    states[s0[possible], f0[possible]] = np.flatnonzero(possible)
    return states


def _binomial(tosses: int, chance: Floats, other: Floats) -> list[Floats]:
    """Probability of each number of tosses that count."""
    shares = [np.ones_like(chance)]
    for _ in range(tosses):
        grown = [shares[0] * other]
        grown += [shares[i] * other + shares[i - 1] * chance for i in range(1, len(shares))]
        shares = [*grown, shares[-1] * chance]
    return shares


def _counts(outcomes: Bits, observed: NDArray[np.bool_], arms: Bits) -> tuple[Counts, ...]:
    """Successes and failures on arm 0, successes and failures on arm 1, each of shape (rows,)."""
    of = [(arm, result) for arm in (0, 1) for result in (1, 0)]
    return tuple(((arms == arm) & observed & (outcomes == result)).sum(axis=1) for arm, result in of)


def _pooled_z(outcomes: Bits, observed: NDArray[np.bool_], arms: Bits) -> Floats:
    """z-statistics with the pooled variance, shape (rows,)."""
    s0, f0, s1, f1 = _counts(outcomes, observed, arms)
    on_0, on_1, successes = s0 + f0, s1 + f1, s0 + s1
    defined = (on_0 > 0) & (on_1 > 0) & (successes > 0) & (successes < on_0 + on_1)
    z = np.zeros(len(on_0))
    n0, n1 = on_0[defined], on_1[defined]
    pooled = successes[defined] / (n0 + n1)
    z[defined] = (s1[defined] / n1 - s0[defined] / n0) / np.sqrt(
        pooled * (1.0 - pooled) * (1.0 / n0 + 1.0 / n1)
    )
    return z
