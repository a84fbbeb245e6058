"""Gamma, Poisson and negative binomial numbers, and the times of a Poisson process, each at an address.

Like the streams they are made from, these are functions of (seed, trial, participant, purpose, draw): no
number depends on how many others are asked for. A gamma number may need several attempts and owns a run of
draws: number ``draw`` of a purpose takes the purpose's draws from ``draw * RUN`` up to the next multiple.
Give it a purpose, or draws, of its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.elementary import exp_of, log_of, normal_quantile_into, normal_quantile_of
from handful.kernels.jit import kernel
from handful.kernels.streams import address, exponentials, uniform_at, uniforms_into

__all__ = ["RUN", "gammas", "negative_binomials", "poisson_times", "poissons"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Draws that one gamma or negative binomial number may use. An attempt takes two and fails less than one
#: time in 20.
RUN = 2**20
_BOOST = np.uint64(RUN - 2)
_MIXED = np.uint64(RUN - 1)
_LARGEST_PIECE = 500.0


def gammas(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, shape: ArrayLike, draw: int = 0
) -> Floats:
    """Return gamma numbers with scale 1.

    Args:
        seed: the study's seed, 0 .. 2**64 - 1.
        first_trial: number of the first trial, 0 .. 2**63 - 1.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for, a `Purpose`.
        shape: shape of the distribution, positive; one number or an array that broadcasts to (trials,
            participants). draw: which of the gamma numbers that a participant needs for this purpose, 0 ..
            2**43 - 1.

    Returns:
        Shape (trials, participants). A shape parameter far below 1 can give 0, when the number is below the
        smallest float64.

    Raises:
        ValueError: if a shape parameter is not positive and finite, or an address outside its range.

    Source:
        Marsaglia and Tsang (2000), "A simple method for generating gamma variables", ACM TOMS 26:363; below
        shape 1 its section 6, ``gamma(a) = gamma(a + 1) * U**(1 / a)``.

    Example:
        >>> from handful.kernels.streams import Purpose
        >>> block = gammas(20261122, 0, 1000, 20, Purpose.EFFECT, 2.5)
        >>> bool(abs(block.mean() - 2.5) < 4 * np.sqrt(2.5 / block.size))
        True
    """
    shapes = _parameter("shape", shape, trials, participants)
    if not (shapes > 0).all():
        raise ValueError("the shape of a gamma distribution must be positive")
    numbers = np.empty((trials, participants))
    _fill_gammas(numbers, shapes, *address(seed, first_trial, trials, purpose, draw * RUN))
    return numbers


def poissons(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, mean: ArrayLike, draw: int = 0
) -> Counts:
    """Return Poisson counts, each the quantile of one uniform number.

    A count never falls when its mean rises, so scenarios with different means stay comparable person by
    person.

    Args:
        seed: the study's seed, 0 .. 2**64 - 1.
        first_trial: number of the first trial, 0 .. 2**63 - 1.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for, a `Purpose`.
        mean: expected count, 0 or more; one number or an array that broadcasts to (trials, participants).
        draw: which of the numbers that a participant needs for this purpose, from 0.

    Returns:
        Shape (trials, participants). The time to make one grows with the mean.

    Raises:
        ValueError: if a mean is negative or not finite, or an address outside its range.

    Example:
        >>> from handful.kernels.streams import Purpose
        >>> block = poissons(20261122, 0, 1000, 20, Purpose.EVENT, 3.0)
        >>> bool(abs(block.mean() - 3) < 4 * np.sqrt(3 / block.size))
        True
    """
    means = _parameter("mean", mean, trials, participants)
    if not (means >= 0).all():
        raise ValueError("the mean of a count must be 0 or more")
    counts = np.empty((trials, participants), dtype=np.int64)
    _fill_poissons(counts, means, *address(seed, first_trial, trials, purpose, draw))
    return counts


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
    """Return negative binomial counts: Poisson counts whose means vary between participants.

    Args:
        seed: the study's seed, 0 .. 2**64 - 1.
        first_trial: number of the first trial, 0 .. 2**63 - 1.
        trials: how many consecutive trials.
        participants: how many participants in each.
        purpose: what the numbers are for, a `Purpose`.
        mean: expected count, 0 or more; one number or an array that broadcasts to (trials, participants).
        dispersion: k in variance = mean + k * mean**2, 0 or more (0 is Poisson); likewise.
        draw: which of these numbers that a participant needs for this purpose, 0 .. 2**43 - 1.

    Returns:
        Shape (trials, participants).

    Raises:
        ValueError: if a mean or dispersion is negative or not finite, or an address outside its range.

    Example:
        >>> from handful.kernels.streams import Purpose
        >>> block = negative_binomials(20261122, 0, 1000, 20, Purpose.EVENT, 4.0, 0.5)
        >>> bool(abs(block.mean() - 4) < 4 * np.sqrt(12 / block.size))
        True
    """
    means = _parameter("mean", mean, trials, participants)
    dispersions = _parameter("dispersion", dispersion, trials, participants)
    if not ((means >= 0).all() and (dispersions >= 0).all()):
        raise ValueError("the mean and the dispersion of a count must be 0 or more")
    place = address(seed, first_trial, trials, purpose, draw * RUN)
    shapes = 1.0 / np.where(dispersions > 0, dispersions, 1.0)
    personal = np.empty((trials, participants))
    _fill_gammas(personal, shapes, *place)
    means *= np.where(dispersions > 0, personal * dispersions, 1.0)
    counts = np.empty((trials, participants), dtype=np.int64)
    _fill_poissons(counts, means, *place[:3], place[3] + _MIXED)
    return counts


def poisson_times(
    seed: int, first_trial: int, trials: int, participants: int, purpose: int, draw: int = 0
) -> Floats:
    """Return the successive times of a Poisson process with rate 1: running sums of exponential gaps.

    Args:
        seed: the study's seed, 0 .. 2**64 - 1.
        first_trial: number of the first trial, 0 .. 2**63 - 1.
        trials: how many consecutive trials.
        participants: how many times in each.
        purpose: what the numbers are for, a `Purpose`.
        draw: which of the numbers that a participant needs for this purpose, from 0.

    Returns:
        Shape (trials, participants), rising along participants. Divided by a rate they are arrival times; as
        operational time they give a process whose rate changes. Divided by their next value they are the
        order statistics of uniform numbers.

    Raises:
        ValueError: if a number of the address is outside its range.

    Example:
        >>> from handful.kernels.streams import Purpose
        >>> times = poisson_times(20261122, 0, 1, 5, Purpose.ARRIVAL)
        >>> bool((np.diff(times) > 0).all())
        True
    """
    times = exponentials(seed, first_trial, trials, participants, purpose, draw)
    return np.cumsum(times, axis=1, out=times)


def _parameter(name: str, values: ArrayLike, trials: int, participants: int) -> Floats:
    """Return a parameter of a distribution with one value for each number."""
    result = np.array(np.broadcast_to(np.asarray(values, dtype=np.float64), (trials, participants)))
    if not np.isfinite(result).all():
        raise ValueError(f"every {name} must be finite")
    return result


@kernel
def _fill_gammas(
    block: Floats,
    shapes: Floats,
    seed: np.uint64,
    first_trial: np.uint64,
    purpose: np.uint64,
    draw: np.uint64,
) -> None:
    """Fill a block with gamma numbers: the first attempts together, the few others one by one."""
    proposed = np.empty(block.shape[1])
    accepting = np.empty(block.shape[1])
    for t in range(block.shape[0]):
        trial = first_trial + np.uint64(t)
        uniforms_into(accepting, seed, trial, purpose, draw)
        normal_quantile_into(accepting, proposed)
        uniforms_into(accepting, seed, trial, purpose, draw + np.uint64(1))
        for i in range(block.shape[1]):
            shape = shapes[t, i]
            raised = shape if shape >= 1.0 else shape + 1.0
            number = _gamma_or_rejected(raised, proposed[i], accepting[i])
            person = np.uint64(i)
            attempt = draw
            while number < 0.0:
                attempt += np.uint64(2)
                normal = normal_quantile_of(uniform_at(seed, trial, purpose, person, attempt))
                uniform = uniform_at(seed, trial, purpose, person, attempt + np.uint64(1))
                number = _gamma_or_rejected(raised, normal, uniform)
            if shape < 1.0:
                boost = uniform_at(seed, trial, purpose, person, draw + _BOOST)
                number *= exp_of(log_of(boost) / shape)
            block[t, i] = number


@kernel
def _gamma_or_rejected(shape: float, normal: float, uniform: float) -> float:
    """Return the gamma number (shape 1 or more) of a pair, or -1 when the pair is rejected."""
    d = shape - 1.0 / 3.0
    root = 1.0 + normal / float(np.sqrt(9.0 * d))
    if root <= 0.0:
        return -1.0
    v = root * root * root
    square = normal * normal
    if uniform < 1.0 - 0.0331 * square * square:
        return d * v
    if log_of(uniform) < 0.5 * square + d * (1.0 - v + log_of(v)):
        return d * v
    return -1.0


@kernel
def _fill_poissons(
    block: Counts,
    means: Floats,
    seed: np.uint64,
    first_trial: np.uint64,
    purpose: np.uint64,
    draw: np.uint64,
) -> None:
    """Fill a block with Poisson counts."""
    row = np.empty(block.shape[1])
    for t in range(block.shape[0]):
        uniforms_into(row, seed, first_trial + np.uint64(t), purpose, draw)
        for i in range(block.shape[1]):
            block[t, i] = poisson_quantile_of(row[i], means[t, i])


@kernel
def poisson_quantile_of(p: float, mean: float) -> int:
    """Return the smallest count whose distribution function reaches p, by adding up from 0 (inside kernels).

    exp(-mean) would vanish for a large mean. It is multiplied in piece by piece, the next piece when the
    terms have grown above 1; until the last piece is in, the true sum is far below any p of the streams.
    """
    pieces = int(np.ceil(mean / _LARGEST_PIECE))
    if pieces == 0:
        return 0
    piece = exp_of(-mean / pieces)
    term = total = piece
    missing = pieces - 1
    count = 0
    while missing > 0 or total < p:
        count += 1
        term *= mean / count
        if missing == 0 and count > mean and total + term == total:
            break  # rounding has left the sum a few units below 1
        total += term
        if missing > 0 and term > 1.0:
            term *= piece
            total *= piece
            missing -= 1
    return count
