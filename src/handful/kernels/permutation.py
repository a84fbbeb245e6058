"""Permutation tests: sign flips of paired differences, and exchange between two arms.

The p-value is exact, from all flips or allocations, up to a number of participants (`EXACT_UP_TO`, far
beyond what plain enumeration can do); above it, from random ones at addresses of their own. Sums that ought
to be equal can differ in the last digits by the order of addition. They count as equal when they differ by
less than 1e-12 of the sum of sizes, so ties are kept.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.inputs import as_block, as_included, as_mask, as_per_trial
from handful.kernels.jit import kernel
from handful.kernels.philox import philox
from handful.kernels.streams import Purpose, address, uniforms_into
from handful.kernels.subset_sums import count_flips, count_subsets, subset_sums

__all__ = ["EXACT_UP_TO", "Alternative", "permutation_p_value", "sign_flip_p_value"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Words = NDArray[np.uint64]
Arms = NDArray[np.int8]
Alternative = Literal["greater", "less", "two-sided"]

#: Participants up to which a p-value is exact unless said otherwise; there it costs what 9,999 random ones
#: cost.
EXACT_UP_TO = 30
_EXACT_LIMIT = 44
_TOLERANCE = 1e-12
_SIGN_FLIP = np.uint64(Purpose.SIGN_FLIP)
_PERMUTATION = np.uint64(Purpose.PERMUTATION)


def sign_flip_p_value(
    differences: ArrayLike,
    included: ArrayLike | None = None,
    observed: ArrayLike | None = None,
    *,
    alternative: Alternative = "greater",
    seed: int = 0,
    trial: ArrayLike = 0,
    resamples: int = 9999,
    exact_up_to: int = EXACT_UP_TO,
) -> Floats:
    """Test paired differences by flipping their signs.

    Within each participant, which side was treated was random: had it been the other, the difference would
    have the other sign. The p-value is the share of all flips whose sum is at least as extreme. A
    participant with several pairs is flipped as a whole when the randomisation was by participant: give the
    sum of their differences.

    Args:
        differences: treated minus control, shape (trials, participants); may be nan where not observed.
        included: how many of the first participants of each trial to look at, shape (trials,); all by default.
        observed: whether the difference is known, shape (trials, participants); all by default.
        alternative: "greater" (treated higher), "less" or "two-sided" (a sum of at least this size).
        seed: the study's seed, for random flips.
        trial: number of each trial, for random flips, one or shape (trials,). With one number, all trials are tested with
            the same flips.
        resamples: how many random flips; p is (1 + those at least as extreme) / (1 + resamples).
        exact_up_to: largest number of participants with a difference other than 0 for which p is exact, 0
            .. 44.

    Returns:
        Shape (trials,); 1 without differences.

    Raises:
        ValueError: if an argument does not fit.

    Source:
        Fisher (1935), "The Design of Experiments", section 21.

    Example:
        >>> sign_flip_p_value([[3, 5, 1, 2, -1]]).tolist()
        [0.09375]
    """
    sign = _check(alternative, resamples, exact_up_to)
    numbers = sign * as_block("differences", differences, np.float64)
    shape = numbers.shape
    looked_at = np.arange(shape[1]) < as_included(included, shape)[:, None]
    known = looked_at & as_mask(observed, shape)
    trials = as_per_trial("trial", trial, np.uint64, shape)
    return _sign_flip(
        np.where(known, numbers, 0.0),
        alternative == "two-sided",
        address(seed, 0, 0, Purpose.SIGN_FLIP, 0)[0],
        trials,
        resamples,
        exact_up_to,
    )


def permutation_p_value(
    values: ArrayLike,
    arm: ArrayLike,
    included: ArrayLike | None = None,
    observed: ArrayLike | None = None,
    *,
    alternative: Alternative = "greater",
    seed: int = 0,
    trial: ArrayLike = 0,
    resamples: int = 9999,
    exact_up_to: int = EXACT_UP_TO,
) -> Floats:
    """Test the difference in means of two arms by exchanging participants between them.

    The p-value is the share of all allocations, with the numbers in each arm kept, whose difference in
    means is at least as extreme.

    Args:
        values: outcome of each participant, shape (trials, participants); may be nan where not observed.
        arm: 0 or 1, same shape; others are left out.
        included: how many of the first participants of each trial to look at, shape (trials,); all by default.
        observed: whether the outcome is known, shape (trials, participants); all by default.
        alternative: "greater" (arm 1 higher), "less" or "two-sided" (a difference of at least this size).
        seed: the study's seed, for random allocations.
        trial: number of each trial, for random allocations, one or shape (trials,). With one number, all trials are tested
            with the same allocations of participants in order.
        resamples: how many random allocations; p is (1 + those at least as extreme) / (1 + resamples).
        exact_up_to: largest number of participants in both arms for which p is exact, 0 .. 44.

    Returns:
        Shape (trials,); 1 when an arm is empty.

    Raises:
        ValueError: if an argument does not fit.

    Source:
        Pitman (1937), Supplement to the Journal of the Royal Statistical Society 4:119.

    Example:
        >>> permutation_p_value([[1, 2, 3, 7, 8, 9]], [[0, 0, 0, 1, 1, 1]]).tolist()
        [0.05]
    """
    sign = _check(alternative, resamples, exact_up_to)
    numbers = sign * as_block("values", values, np.float64)
    shape = numbers.shape
    looked_at = np.arange(shape[1]) < as_included(included, shape)[:, None]
    known = looked_at & as_mask(observed, shape)
    arms = np.where(known, as_block("arm", arm, np.int8, shape), np.int8(-1))
    return _permutation(
        numbers,
        arms,
        alternative == "two-sided",
        address(seed, 0, 0, Purpose.PERMUTATION, 0)[0],
        as_per_trial("trial", trial, np.uint64, shape),
        resamples,
        exact_up_to,
    )


def _check(alternative: Alternative, resamples: int, exact_up_to: int) -> float:
    """Return the sign that turns the alternative into "greater", once the settings make sense."""
    signs = {"greater": 1.0, "less": -1.0, "two-sided": 1.0}
    if alternative not in signs:
        raise ValueError(f"alternative must be one of {', '.join(signs)}, not {alternative!r}")
    if resamples < 1:
        raise ValueError("resamples must be 1 or more")
    if not 0 <= exact_up_to <= _EXACT_LIMIT:
        raise ValueError(f"exact_up_to must be 0 .. {_EXACT_LIMIT}; beyond, the sums do not fit in memory")
    return signs[alternative]


@kernel
def _sign_flip(
    differences: Floats, two_sided: bool, seed: np.uint64, trial: Words, resamples: int, exact_up_to: int
) -> Floats:
    """Return the p-value of each trial; differences that take no part are 0."""
    trials, participants = differences.shape
    p = np.ones(trials)
    sizes = np.empty(participants)
    for t in range(trials):
        total = 0.0
        extent = 0.0
        count = 0
        for i in range(participants):
            if differences[t, i] != 0.0:
                sizes[count] = abs(differences[t, i])
                total += differences[t, i]
                extent += sizes[count]
                count += 1
        tolerance = _TOLERANCE * extent
        if count == 0 or (two_sided and abs(total) <= tolerance):
            continue
        threshold = (abs(total) if two_sided else total) - tolerance
        if count <= exact_up_to:
            reached = count_flips(sizes[:count], threshold)
            p[t] = reached * (2.0 if two_sided else 1.0) / 2.0**count
        else:
            reached = 0
            for draw in range(resamples):
                flipped = _flipped_sum(differences[t], seed, trial[t], np.uint64(draw))
                reached += (abs(flipped) if two_sided else flipped) >= threshold
            p[t] = (1.0 + reached) / (1.0 + resamples)
    return p


@kernel
def _flipped_sum(differences: Floats, seed: np.uint64, trial: np.uint64, draw: np.uint64) -> float:
    """Return the sum with random signs: bit (participant % 64) of word (participant // 64) of the draw."""
    total = 0.0
    for group in range((differences.size + 255) >> 8):
        words = philox(np.uint64(group), draw, _SIGN_FLIP, np.uint64(0), seed, trial)
        for lane in range(4):
            word = words[lane]
            start = 256 * group + 64 * lane
            for i in range(start, min(start + 64, differences.size)):
                total += differences[i] if word & np.uint64(1) else -differences[i]
                word >>= np.uint64(1)
    return total


@kernel
def _permutation(
    values: Floats,
    arm: Arms,
    two_sided: bool,
    seed: np.uint64,
    trial: Words,
    resamples: int,
    exact_up_to: int,
) -> Floats:
    """Return the p-value of each trial; participants that take no part have an arm below 0."""
    trials, participants = values.shape
    p = np.ones(trials)
    member = np.empty(participants)
    drawn = np.empty(participants)
    for t in range(trials):
        count = 0
        treated = 0
        total = 0.0
        treated_total = 0.0
        extent = 0.0
        for i in range(participants):
            if 0 <= arm[t, i] <= 1:
                member[count] = values[t, i]
                total += values[t, i]
                extent += abs(values[t, i])
                count += 1
                if arm[t, i] == 1:
                    treated_total += values[t, i]
                    treated += 1
        tolerance = _TOLERANCE * extent
        center = total * treated / count if count > 0 else 0.0
        distance = abs(treated_total - center)
        if treated == 0 or treated == count or (two_sided and distance <= tolerance):
            continue
        upper = (center + distance if two_sided else treated_total) - tolerance
        # The lower tail of one arm's sum is the upper tail of the other's.
        other_upper = total - center + distance - tolerance
        reached = 0
        if count <= exact_up_to:
            half = count >> 1
            low = subset_sums(member[:half])
            high = subset_sums(member[half:count])
            reached = count_subsets(low, high, treated, upper)
            if two_sided:
                reached += count_subsets(low, high, count - treated, other_upper)
            p[t] = reached / count_subsets(low, high, treated, -np.inf)
        else:
            for draw in range(resamples):
                uniforms_into(drawn, seed, trial[t], _PERMUTATION, np.uint64(draw))
                chosen_total = _chosen_sum(member[:count], treated, drawn)
                reached += chosen_total >= upper or (two_sided and total - chosen_total >= other_upper)
            p[t] = (1.0 + reached) / (1.0 + resamples)
    return p


@kernel
def _chosen_sum(values: Floats, size: int, drawn: Floats) -> float:
    """Return the sum of a random subset: each is taken with the chance (still to take) / (still to come)."""
    total = 0.0
    wanted = size
    for i in range(values.size):
        if drawn[i] * (values.size - i) < wanted:
            total += values[i]
            wanted -= 1
    return total
