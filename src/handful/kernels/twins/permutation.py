"""Twin of `handful.kernels.permutation`: every flip and every allocation made and added up."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from handful.kernels.twins.philox import philox_blocks
from handful.kernels.twins.streams import uniforms

__all__ = ["permutation_p_value", "sign_flip_p_value"]

Floats = NDArray[np.float64]
Arms = NDArray[np.int8]

_TOLERANCE = 1e-12
_PERMUTATION, _SIGN_FLIP = 17, 21


def sign_flip_p_value(
    differences: Floats, two_sided: bool, seed: int, trial: int, resamples: int, exact_up_to: int
) -> float:
    """Test the paired differences of one trial by flipping their signs.

    Args:
        differences: treated minus control, shape (participants,), 0 for those who take no part.
        two_sided: whether a sum of the same size and the other sign is as extreme.
        seed: the study's seed.
        trial: number of the trial.
        resamples: how many random flips.
        exact_up_to: largest number of participants for which p is exact.

    Returns:
        The same bits as `handful.kernels.permutation.sign_flip_p_value`.

    Example:
        >>> sign_flip_p_value(np.array([1.0, 2.0]), False, 0, 0, 99, 30)
        0.25
    """
    values = differences[differences != 0.0]
    total = _sum(values)
    tolerance = _TOLERANCE * _sum(abs(values))
    if values.size == 0 or (two_sided and abs(total) <= tolerance):
        return 1.0
    threshold = (abs(total) if two_sided else total) - tolerance
    if values.size <= exact_up_to:
        half = values.size // 2
        sums = np.add.outer(_flip_sums(abs(values[:half])), _flip_sums(abs(values[half:])))
        return int((sums >= threshold).sum()) * (2.0 if two_sided else 1.0) / float(2**values.size)
    reached = 0
    for draw in range(resamples):
        flipped = _sum(np.where(_bits(differences.size, seed, trial, draw), differences, -differences))
        reached += (abs(flipped) if two_sided else flipped) >= threshold
    return (1.0 + reached) / (1.0 + resamples)


def permutation_p_value(
    values: Floats, arm: Arms, two_sided: bool, seed: int, trial: int, resamples: int, exact_up_to: int
) -> float:
    """Test the difference in means of the two arms of one trial by exchanging participants.

    Args:
        values: outcome of each participant, shape (participants,).
        arm: 0 or 1; others take no part.
        two_sided: whether a difference of the same size and the other sign is as extreme.
        seed: the study's seed.
        trial: number of the trial.
        resamples: how many random allocations.
        exact_up_to: largest number of participants for which p is exact.

    Returns:
        The same bits as `handful.kernels.permutation.permutation_p_value`.

    Example:
        >>> permutation_p_value(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]), False, 0, 0, 99, 30)
        0.3333333333333333
    """
    taken = (arm >= 0) & (arm <= 1)
    members, treated = values[taken], int((arm == 1).sum())
    count, total = members.size, _sum(members)
    treated_total = _sum(values[arm == 1])
    tolerance = _TOLERANCE * _sum(abs(members))
    center = total * treated / count if count else 0.0
    distance = abs(treated_total - center)
    if treated in (0, count) or (two_sided and distance <= tolerance):
        return 1.0
    upper = (center + distance if two_sided else treated_total) - tolerance
    other_upper = total - center + distance - tolerance
    if count <= exact_up_to:
        reached = int((_sums_of_size(members, treated) >= upper).sum())
        if two_sided:
            reached += int((_sums_of_size(members, count - treated) >= other_upper).sum())
        return reached / comb(count, treated)
    reached = 0
    for draw in range(resamples):
        drawn = uniforms(seed, trial, 1, values.size, _PERMUTATION, draw)[0]
        chosen, wanted = 0.0, treated
        for i, value in enumerate(members):
            if drawn[i] * (count - i) < wanted:
                chosen += float(value)
                wanted -= 1
        reached += bool(chosen >= upper or (two_sided and total - chosen >= other_upper))
    return (1.0 + reached) / (1.0 + resamples)


def _sum(values: Floats) -> float:
    """Add up in order (NumPy's own sum adds in pairs)."""
    total = 0.0
    for value in values.tolist():
        total += value
    return total


def _flip_sums(sizes: Floats) -> Floats:
    """Return the sums over all sign flips."""
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums - size, sums + size])
    return sums


def _sums_of_size(values: Floats, size: int) -> Floats:
    """Return the sums over all subsets of one size: first half plus second half."""
    half = values.size // 2
    sums = [
        np.add.outer(
            [_sum(np.array(part)) for part in combinations(values[:half], taken)],
            [_sum(np.array(part)) for part in combinations(values[half:], size - taken)],
        ).ravel()
        for taken in range(size + 1)
    ]
    return np.concatenate(sums)


def _bits(participants: int, seed: int, trial: int, draw: int) -> NDArray[np.bool_]:
    """Return one random bit for each participant."""
    groups = (participants + 255) // 256
    counters = np.zeros((groups, 4), dtype=np.uint64)
    counters[:, 0] = np.arange(groups)
    counters[:, 1] = draw
    counters[:, 2] = _SIGN_FLIP
    words = philox_blocks(counters, np.array([seed, trial], dtype=np.uint64)).reshape(-1)
    person = np.arange(participants)
    bits = words[person // 64] >> (person % 64).astype(np.uint64)
    return np.asarray(bits % 2 == 1)
