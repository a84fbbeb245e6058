"""BOP2, the Bayesian optimal phase II design, for a single arm with one binary endpoint.

Zhou, Lee and Yuan (Statistics in Medicine 2017;36:3302-3314) stop the trial at a look of n among N
participants when the treatment is probably no better than the benchmark,

    Pr(p <= benchmark | data) > C(n) = 1 - lambda * (n / N) ** gamma,

and succeeds if it has not stopped by the last. The cut-off is lenient early and strict late; lambda and gamma
are chosen so that power is largest while the type I error rate is kept. All probabilities are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.stats._arguments import proportion
from handful.stats.beta_binomial import probability_above
from handful.stats.count_boundaries import CountBoundaries, checked_looks, enumerate_paths

Array = NDArray[np.float64]

# The grid of the search. Candidates with the same boundaries are the same design, so a finer one adds next to
# nothing.
LAMBDAS = np.arange(1, 100) / 100.0
GAMMAS = np.arange(0, 101) / 100.0


@dataclass(frozen=True)
class Bop2:
    """An optimised BOP2 design.

    Attributes:
        lambda_: cut-off parameter lambda, the posterior probability demanded at the last look.
        gamma: cut-off parameter gamma; the larger, the more lenient the early looks.
        boundaries: the same rule as response counts.
        type_one_error: probability of success at the null.
        power: probability of success at the alternative.
    """

    lambda_: float
    gamma: float
    boundaries: CountBoundaries
    type_one_error: float
    power: float


def bop2_boundaries(
    looks: Sequence[int],
    benchmark: float,
    lambda_: float,
    gamma: float,
    prior: tuple[float, float] | None = None,
) -> CountBoundaries:
    """Stopping boundaries of BOP2 for given cut-off parameters.

    Args:
        looks: participants observed at each look, increasing; the last is the final analysis.
        benchmark: response probability to be exceeded, in (0, 1).
        lambda_: cut-off parameter, in (0, 1).
        gamma: cut-off parameter, 0 or more.
        prior: weights (a, b) of the beta prior; if none are given, (benchmark, 1 - benchmark), which is worth
            one participant.

    Returns:
        The boundaries, whole numbers of responses; no look but the last stops for success.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> bop2_boundaries([10, 15, 20, 25, 30, 35, 40], 0.2, lambda_=0.909, gamma=1.0).futility_if_at_most
        (1, 2, 3, 5, 7, 9, 11)
    """
    sizes = checked_looks(looks)
    if gamma < 0.0:
        raise ValueError(f"gamma must be 0 or more, got {gamma!r}")
    cutoffs = _least_certainties(sizes, np.array([proportion(lambda_, "lambda_")]), np.array([float(gamma)]))
    return _as_boundaries(sizes, _futility_counts(sizes, benchmark, cutoffs, prior)[0])


def search_bop2(
    looks: Sequence[int],
    p0: float,
    p1: float,
    alpha: float,
    prior: tuple[float, float] | None = None,
) -> Bop2:
    """Find the BOP2 design with the largest power that keeps the type I error rate.

    Lambda runs from 0.01 to 0.99 and gamma from 0 to 1 in steps of 0.01. Of designs of equal power the one
    with the smallest expected size at the null is taken, and of parameters with equal boundaries the
    smallest.

    Args:
        looks: participants observed at each look, increasing; the last is the final analysis.
        p0: response probability under the null, which is also the benchmark, in (0, 1).
        p1: response probability at which power is wanted, in (p0, 1).
        alpha: largest type I error rate, in (0, 1).
        prior: weights (a, b) of the beta prior; if none are given, (p0, 1 - p0).

    Returns:
        The design.

    Raises:
        ValueError: if an argument is out of range, or no design of the grid keeps the type I error rate.

    Example:
        >>> design = search_bop2([10, 20, 30, 40], p0=0.2, p1=0.4, alpha=0.1)
        >>> design.boundaries.futility_if_at_most
        (1, 3, 7, 11)
        >>> print(f"type I error {design.type_one_error:.3f}, power {design.power:.3f}")
        type I error 0.074, power 0.886
    """
    sizes = checked_looks(looks)
    null, alternative = proportion(p0, "p0"), proportion(p1, "p1")
    if not null < alternative:
        raise ValueError(f"p1 must exceed p0, got p0 = {p0}, p1 = {p1}")
    level = proportion(alpha, "alpha")

    lambdas, gammas = (grid.ravel() for grid in np.meshgrid(LAMBDAS, GAMMAS, indexing="ij"))
    counts = _futility_counts(sizes, null, _least_certainties(sizes, lambdas, gammas), prior)
    candidates, found_at = np.unique(counts, axis=0, return_index=True)
    successes = np.full_like(candidates, sizes[-1] + 1)
    successes[:, -1] = candidates[:, -1] + 1

    at_null = enumerate_paths(sizes, candidates, successes, null)
    at_alternative = enumerate_paths(sizes, candidates, successes, alternative)
    type_one_error, power = at_null.success.sum(axis=1), at_alternative.success.sum(axis=1)
    expected_size = (at_null.success + at_null.futility) @ np.array(sizes, dtype=np.float64)
    can_succeed = type_one_error > 0.0
    kept = np.flatnonzero(can_succeed & (type_one_error <= level))
    if not kept.size:
        raise ValueError(
            f"no BOP2 design with looks at {sizes} keeps a type I error rate of {alpha:g} at {p0}; "
            f"the smallest that can be had is {type_one_error[can_succeed].min():.3g}"
        )
    best = kept[np.lexsort((expected_size[kept], -power[kept].round(12)))[0]]
    return Bop2(
        lambda_=float(lambdas[found_at[best]]),
        gamma=float(gammas[found_at[best]]),
        boundaries=_as_boundaries(sizes, candidates[best]),
        type_one_error=float(type_one_error[best]),
        power=float(power[best]),
    )


def _least_certainties(looks: tuple[int, ...], lambdas: Array, gammas: Array) -> Array:
    """The posterior probability that each look demands, 1 - C(n), shape (parameters, looks)."""
    fractions = np.array(looks, dtype=np.float64) / looks[-1]
    certainties: Array = lambdas[:, None] * fractions ** gammas[:, None]
    return certainties


def _futility_counts(
    looks: tuple[int, ...], benchmark: float, cutoffs: Array, prior: tuple[float, float] | None
) -> NDArray[np.int64]:
    """The largest number of responses that is not certain enough, for each row of cut-offs and look."""
    reference = proportion(benchmark, "benchmark")
    weights = (reference, 1.0 - reference) if prior is None else prior
    columns = [
        np.searchsorted(probability_above(reference, np.arange(n + 1), n, weights), cutoffs[:, k]) - 1
        for k, n in enumerate(looks)
    ]
    return np.stack(columns, axis=1)


def _as_boundaries(looks: tuple[int, ...], futility: NDArray[np.int64]) -> CountBoundaries:
    """Boundaries that stop for success at the last look only."""
    low = tuple(int(count) for count in futility)
    return CountBoundaries(looks, low, (*(n + 1 for n in looks[:-1]), low[-1] + 1))
