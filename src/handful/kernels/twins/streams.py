"""Twin of `handful.kernels.streams`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.twins.elementary import log, normal_quantile
from handful.kernels.twins.philox import philox_blocks

__all__ = ["exponentials", "normals", "uniforms"]

Floats = NDArray[np.float64]


def uniforms(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, draw: int = 0
) -> Floats:
    """Return uniform numbers between 0 and 1, both excluded.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for.
        draw: which of the numbers of a participant.

    Returns:
        The same bits as `handful.kernels.streams.uniforms`.

    Example:
        >>> uniforms(1, 0, 2, 3, 1).shape
        (2, 3)
    """
    groups = (participants + 3) // 4
    counters = np.zeros((groups, 4), dtype=np.uint64)
    counters[:, 0] = np.arange(groups)
    counters[:, 1] = draw
    counters[:, 2] = purpose
    numbers = np.empty((trials, participants))
    for t in range(trials):
        words = philox_blocks(counters, np.array([seed, first_trial + t], dtype=np.uint64))
        odd = (words.reshape(-1)[:participants] >> np.uint64(11)) | np.uint64(1)
        numbers[t] = odd.astype(np.float64) * 2.0**-53
    return numbers


def normals(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, draw: int = 0
) -> Floats:
    """Return standard normal numbers.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for.
        draw: which of the numbers of a participant.

    Returns:
        The same bits as `handful.kernels.streams.normals`.

    Example:
        >>> normals(1, 0, 2, 3, 1).shape
        (2, 3)
    """
    return normal_quantile(uniforms(seed, first_trial, trials, participants, purpose, draw))


def exponentials(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, draw: int = 0
) -> Floats:
    """Return exponential numbers with mean 1.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for.
        draw: which of the numbers of a participant.

    Returns:
        The same bits as `handful.kernels.streams.exponentials`.

    Example:
        >>> bool((exponentials(1, 0, 2, 3, 1) > 0).all())
        True
    """
    return -log(uniforms(seed, first_trial, trials, participants, purpose, draw))
