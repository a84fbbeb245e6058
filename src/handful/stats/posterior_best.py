"""The posterior probability that each of several arms is the best, or beats a control.

Response probabilities with independent beta posteriors are compared by deterministic quadrature. With whole-numbered priors the
integrand is a polynomial, so Gauss-Legendre nodes of half its degree leave nothing but rounding. With any other prior it is a
double-exponential rule (Takahasi and Mori 1974), which no singularity at 0 or 1 disturbs.

The nodes that a trial needs depend on its own number of participants alone: its probabilities have the same bits alone and in
a block.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.posterior_best import beta_rows, chances_of_exceeding, chances_of_largest, places
from handful.stats._arguments import successes_of

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Weights = tuple[float, float]

# Participants of an arm up to whom the rows of all counts are kept; beyond, those that are met are made each time.
_KEPT_UP_TO = (32, 64, 96)

# Numbers of Gauss-Legendre nodes go up in steps of this many.
_NODES_AT_ONCE = 16

# Where the double-exponential rule ends: t = 1e-275 there, so that even t^0.06 has fallen below the rounding.
_RANGE = 6.0


def posterior_best(
    successes: ArrayLike,
    totals: ArrayLike,
    prior: ArrayLike = (1.0, 1.0),
    *,
    is_open: ArrayLike | None = None,
    highest: bool = True,
) -> Floats:
    """Posterior probability that each arm has the best response probability.

    Args:
        successes: responses on each arm, shape (trials, arms).
        totals: participants observed on each arm, same shape.
        prior: weights (a, b) of the beta prior of all arms, or one pair for each arm, shape (arms, 2).
        is_open: arms that are still compared, shape (trials, arms); all by default. The others get 0.
        highest: whether the best is the highest response probability or the lowest.

    Returns:
        Probabilities, shape (trials, arms); each trial's add up to 1 within rounding. Within 1e-13 with whole-numbered priors,
        within 1e-10 with others down to weights of 0.1.

    Raises:
        ValueError: if counts, prior or shapes do not fit, or a trial has no open arm.

    Source:
        Thompson (1933), Biometrika 25:285; Thall and Wathen (2007), European Journal of Cancer 43:859.

    Example:
        >>> posterior_best([[3, 5, 9]], [[15, 15, 15]]).round(6)
        array([[0.010631, 0.0757  , 0.913669]])
    """
    responses, sizes = _counts(successes, totals)
    compared = np.ones(responses.shape, np.bool_) if is_open is None else np.asarray(is_open, np.bool_)
    if compared.shape != responses.shape:
        raise ValueError(f"is_open has the shape {compared.shape}, the counts have {responses.shape}")
    if not compared.any(axis=1).all():
        raise ValueError("every trial needs an open arm")
    chances = np.empty(responses.shape)
    for rows in _rows(responses, sizes, prior, highest):
        chances[rows.trials] = chances_of_largest(rows.row, compared[rows.trials], rows.density, rows.cdf)
    return chances


def posterior_better(
    successes: ArrayLike,
    totals: ArrayLike,
    prior: ArrayLike = (1.0, 1.0),
    *,
    control: int = 0,
    highest: bool = True,
) -> Floats:
    """Posterior probability that each arm has a better response probability than the control.

    Args:
        successes: responses on each arm, shape (trials, arms).
        totals: participants observed on each arm, same shape.
        prior: weights (a, b) of the beta prior of all arms, or one pair for each arm, shape (arms, 2).
        control: number of the control arm.
        highest: whether higher is better.

    Returns:
        Probabilities, shape (trials, arms), nan for the control; as accurate as `posterior_best`.

    Raises:
        ValueError: if counts, prior, shapes or the control do not fit.

    Example:
        >>> posterior_better([[3, 5, 9]], [[15, 15, 15]]).round(6)
        array([[     nan, 0.783426, 0.985496]])
    """
    responses, sizes = _counts(successes, totals)
    if not 0 <= control < responses.shape[1]:
        raise ValueError(f"control must be 0 .. {responses.shape[1] - 1}, got {control!r}")
    chances = np.empty(responses.shape)
    for rows in _rows(responses, sizes, prior, highest):
        chances[rows.trials] = chances_of_exceeding(rows.row, control, rows.density, rows.cdf)
    return chances


class _Rows(NamedTuple):
    """Trials that share their nodes: which they are, the row of each of their arms, and the rows."""

    trials: slice | Counts
    row: Counts
    density: Floats
    cdf: Floats


class _Nodes(NamedTuple):
    """A quadrature over (0, 1): points x, 1 - x, weights."""

    node: Floats
    rest: Floats
    weight: Floats


def _counts(successes: ArrayLike, totals: ArrayLike) -> tuple[Counts, Counts]:
    """The counts of at least two arms."""
    responses, sizes = successes_of(successes, totals, ("successes", "totals"))
    if responses.ndim != 2 or responses.shape[1] < 2:
        raise ValueError(
            f"counts must have the shape (trials, arms) with two arms or more, not {responses.shape}"
        )
    return responses, sizes


def _rows(responses: Counts, sizes: Counts, prior: ArrayLike, highest: bool) -> list[_Rows]:
    """The rows that the trials need, for each number of nodes that one of them needs."""
    weights = np.broadcast_to(np.asarray(prior, dtype=np.float64), (responses.shape[1], 2))
    if not np.all(weights > 0.0):
        raise ValueError(f"a beta prior needs two positive weights, got {prior!r}")
    if not highest:  # the lowest response probability is the highest one of no response
        responses, weights = sizes - responses, weights[:, ::-1]
    arms = tuple((float(a), float(b)) for a, b in weights)
    whole = all(a.is_integer() and b.is_integer() for a, b in arms)
    rule = _gauss_legendre if whole else _double_exponential
    place, enrolled = places(np.ascontiguousarray(responses), np.ascontiguousarray(sizes))
    all_weights = enrolled + weights.sum()
    need = _legendre_nodes(all_weights - len(arms)) if whole else _halvings(all_weights)
    if need.size == 0:
        return []
    if need.min() == need.max():  # as a rule: the trials of a look have about as many participants
        return [_Rows(slice(None), *_of_arms(place, arms, rule, int(need[0])))]
    groups = [(level, np.flatnonzero(need == level)) for level in np.unique(need)]
    return [_Rows(trials, *_of_arms(place[trials], arms, rule, int(level))) for level, trials in groups]


def _legendre_nodes(degree: Floats) -> Counts:
    """Nodes, in steps, that integrate a polynomial of one degree less: n of them are exact up to 2 n - 1."""
    return np.ceil(degree / (2 * _NODES_AT_ONCE)).astype(np.int64) * _NODES_AT_ONCE


def _halvings(all_weights: Floats) -> Counts:
    """Halvings of the step of the double-exponential rule, which follows the width of the narrowest density."""
    return np.maximum(np.ceil(np.log2(2.0 * np.sqrt(all_weights))), 4).astype(np.int64)


@lru_cache(maxsize=64)
def _gauss_legendre(nodes: int) -> _Nodes:
    """Gauss-Legendre nodes on (0, 1)."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return _Nodes(0.5 * (1.0 + points), 0.5 * (1.0 - points), 0.5 * weights)


@lru_cache(maxsize=16)
def _double_exponential(halvings: int) -> _Nodes:
    """Nodes that crowd towards both ends so fast that powers of x or 1 - x do no harm."""
    step = 0.5**halvings
    u = np.arange(-ceil(_RANGE / step), ceil(_RANGE / step) + 1) * step
    node = 1.0 / (1.0 + np.exp(-np.pi * np.sinh(u)))
    rest = node[::-1].copy()
    return _Nodes(node, rest, step * np.pi * np.cosh(u) * node * rest)


def _of_arms(
    place: Counts, arms: tuple[Weights, ...], rule: Callable[[int], _Nodes], level: int
) -> tuple[Counts, Floats, Floats]:
    """The row of each arm of each trial, in the rows of all their priors put together."""
    priors = list(dict.fromkeys(arms))
    if len(priors) == 1:
        return _of_prior(place, priors[0], rule, level)
    row = np.empty_like(place)
    densities, cdfs, start = [], [], 0
    for prior in priors:
        members = [k for k, weights in enumerate(arms) if weights == prior]
        own, density, cdf = _of_prior(place[:, members], prior, rule, level)
        row[:, members] = own + start
        start += len(density)
        densities.append(density)
        cdfs.append(cdf)
    return row, np.concatenate(densities), np.concatenate(cdfs)


def _of_prior(
    place: Counts, prior: Weights, rule: Callable[[int], _Nodes], level: int
) -> tuple[Counts, Floats, Floats]:
    """The row of each arm with one prior: all rows that are kept, or those of the counts that are met."""
    most = int(place.max())
    for kept in _KEPT_UP_TO:
        if most < _pairs(kept):
            return place, *_kept_rows(prior, rule, level, kept)
    different, row = np.unique(place, return_inverse=True)
    return row.reshape(place.shape), *_updated(prior, rule(level), *_counts_at(different))


@lru_cache(maxsize=16)
def _kept_rows(prior: Weights, rule: Callable[[int], _Nodes], level: int, most: int) -> tuple[Floats, Floats]:
    """The rows of all counts up to so many participants, kept for the next block of trials."""
    return _updated(prior, rule(level), *_counts_at(np.arange(_pairs(most))))


def _pairs(most: int) -> int:
    """How many pairs of successes and totals there are up to so many participants."""
    return (most + 1) * (most + 2) // 2


def _counts_at(place: Counts) -> tuple[Counts, Counts]:
    """Successes and failures of the pairs with such numbers."""
    sizes = ((np.sqrt(8.0 * place + 1.0) - 1.0) / 2.0).astype(np.int64)  # exact: the root of a square is
    successes = place - sizes * (sizes + 1) // 2
    return successes, sizes - successes


def _updated(prior: Weights, nodes: _Nodes, successes: Counts, failures: Counts) -> tuple[Floats, Floats]:
    """The rows of a prior updated by counts."""
    a, b = prior
    if a == b == 1.0:
        return beta_rows(successes, failures, prior, *nodes, np.ones_like(nodes.node), nodes.node)
    from scipy.special import betainc, betaincc, betaln

    x, rest, _ = nodes
    density = np.exp((a - 1.0) * np.log(x) + (b - 1.0) * np.log(rest) - betaln(a, b))
    cdf = np.where(x < 0.5, betainc(a, b, x), betaincc(b, a, rest))
    return beta_rows(successes, failures, prior, *nodes, density, cdf)
