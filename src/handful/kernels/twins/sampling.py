"""Twin of `handful.kernels.sampling`: one number at a time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.twins.elementary import exp, log
from handful.kernels.twins.streams import normals, uniforms

__all__ = ["gammas", "negative_binomials", "poisson_times", "poissons"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_RUN = 2**20


def gammas(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, shape: ArrayLike, draw: int = 0
) -> Floats:
    """Return gamma numbers with scale 1.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for.
        shape: shape of the distribution, one number or an array.
        draw: which of the gamma numbers of a participant.

    Returns:
        The same bits as `handful.kernels.sampling.gammas`.

    Example:
        >>> gammas(1, 0, 2, 3, 1, 0.5).shape
        (2, 3)
    """
    place = (seed, first_trial, trials, participants, purpose)
    shapes = np.broadcast_to(np.asarray(shape, dtype=np.float64), (trials, participants))
    raised = np.where(shapes >= 1.0, shapes, shapes + 1.0)
    numbers = np.full((trials, participants), -1.0)
    attempt = draw * _RUN
    while (numbers < 0.0).any():
        proposed = _gamma_or_rejected(raised, normals(*place, attempt), uniforms(*place, attempt + 1))
        numbers = np.where(numbers < 0.0, proposed, numbers)
        attempt += 2
    boost = exp(log(uniforms(*place, draw * _RUN + _RUN - 2)) / shapes)
    return np.where(shapes < 1.0, numbers * boost, numbers)


def poissons(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, mean: ArrayLike, draw: int = 0
) -> Counts:
    """Return Poisson counts.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for.
        mean: expected count, one number or an array.
        draw: which of the numbers of a participant.

    Returns:
        The same counts as `handful.kernels.sampling.poissons`.

    Example:
        >>> poissons(1, 0, 2, 3, 1, 0.0).tolist()
        [[0, 0, 0], [0, 0, 0]]
    """
    chances = uniforms(seed, first_trial, trials, participants, purpose, draw)
    means = np.broadcast_to(np.asarray(mean, dtype=np.float64), (trials, participants))
    counts = [_poisson_quantile(p, m) for p, m in zip(chances.flat, means.flat, strict=True)]
    return np.array(counts, dtype=np.int64).reshape(trials, participants)


def negative_binomials(
    seed: int,
    first_trial: int,
    trials: int,
    participants: int,
    purpose: int,
    mean: ArrayLike,
    dispersion: ArrayLike,
    draw: int = 0,
) -> Counts:
    """Return negative binomial counts.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for.
        mean: expected count, one number or an array.
        dispersion: k in variance = mean + k * mean**2, one number or an array.
        draw: which of these numbers of a participant.

    Returns:
        The same counts as `handful.kernels.sampling.negative_binomials`.

    Example:
        >>> negative_binomials(1, 0, 2, 3, 1, 0.0, 1.0).tolist()
        [[0, 0, 0], [0, 0, 0]]
    """
    place = (seed, first_trial, trials, participants, purpose)
    dispersions = np.broadcast_to(np.asarray(dispersion, dtype=np.float64), (trials, participants))
    personal = gammas(*place, 1.0 / np.where(dispersions > 0, dispersions, 1.0), draw)
    factors = np.where(dispersions > 0, personal * dispersions, 1.0)
    return poissons(*place, np.asarray(mean) * factors, draw * _RUN + _RUN - 1)


def poisson_times(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, draw: int = 0
) -> Floats:
    """Return the successive times of a Poisson process with rate 1.

    Args:
        seed: the study's seed.
        first_trial: number of the first trial.
        trials: how many consecutive trials.
        participants: how many times in each.
        purpose: what the numbers are for.
        draw: which of the numbers of a participant.

    Returns:
        The same bits as `handful.kernels.sampling.poisson_times`.

    Example:
        >>> poisson_times(1, 0, 2, 3, 1).shape
        (2, 3)
    """
    gaps = -log(uniforms(seed, first_trial, trials, participants, purpose, draw))
    times = np.zeros_like(gaps)
    running = np.zeros(trials)
    for i in range(participants):
        running = running + gaps[:, i]
        times[:, i] = running
    return times


def _gamma_or_rejected(shapes: Floats, normal: Floats, uniform: Floats) -> Floats:
    """Return the gamma numbers of pairs, -1 where the pair is rejected."""
    d = shapes - 1.0 / 3.0
    root = 1.0 + normal / np.sqrt(9.0 * d)
    v = root * root * root
    square = normal * normal
    near = uniform < 1.0 - 0.0331 * square * square
    exact = log(uniform) < 0.5 * square + d * (1.0 - v + log(v))
    return np.where((root > 0.0) & (near | exact), d * v, -1.0)


def _poisson_quantile(p: float, mean: float) -> int:
    """Add up from 0, exp(-mean) multiplied in piece by piece."""
    pieces = math.ceil(mean / 500.0)
    if pieces == 0:
        return 0
    piece = float(exp(-mean / pieces))
    term = total = piece
    missing = pieces - 1
    count = 0
    while missing > 0 or total < p:
        count += 1
        term *= mean / count
        if missing == 0 and count > mean and total + term == total:
            break
        total += term
        if missing > 0 and term > 1.0:
            term *= piece
            total *= piece
            missing -= 1
    return count
