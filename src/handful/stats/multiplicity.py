"""Several hypotheses, one family-wise error rate: tests of an intersection, adjusted p-values, closed testing.

Everything is vectorised over trials: p-values have shape (trials, hypotheses), or any shape whose last axis is
the hypotheses. An adjusted p-value is the smallest family-wise error rate at which its hypothesis is
rejected (Wright 1992), so that one computation serves every alpha.

What must be known of the dependence between the p-values differs. Bonferroni and Holm need nothing. Sidak
needs independence or the positive dependence of many-to-one normal statistics. Simes, Hochberg and Hommel need
positive regression dependence on each true hypothesis (Sarkar 1998), which one-sided comparisons with a shared
control have.

Sources: Marcus, Peritz and Gabriel (1976), Biometrika 63:655-660 (closed testing); Holm (1979), Scandinavian
Journal of Statistics 6:65-70; Simes (1986), Biometrika 73:751-754; Hochberg (1988), Biometrika 75:800-802;
Hommel (1988), Biometrika 75:383-386; Sidak (1967), JASA 62:626-633; Wright (1992), Biometrics 48:1005-1013.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import probabilities

Array = NDArray[np.float64]
Members = tuple[int, ...]

MOST_HYPOTHESES = 12  # 4,095 intersections: what closed testing can still hold for thousands of trials


def _p_values(values: ArrayLike) -> Array:
    """P-values whose last axis is the hypotheses, at least one."""
    p = probabilities(values, "p-values")
    if p.ndim == 0 or p.shape[-1] == 0:
        raise ValueError("p-values must have an axis of at least one hypothesis, the last one")
    return p


def _weights(values: ArrayLike, hypotheses: int) -> Array:
    """Weights of the hypotheses, not negative and of sum at most 1."""
    weights = np.asarray(values, dtype=np.float64)
    if weights.shape != (hypotheses,) or not np.all(weights >= 0.0) or weights.sum() > 1.0 + 1e-12:
        raise ValueError(
            f"weights must be {hypotheses} numbers that are not negative and sum to at most 1, got {values!r}"
        )
    return weights


def _weighted(p: Array, weights: Array) -> Array:
    """P-values divided by their weights; infinite, and so never rejected, where the weight is zero."""
    return np.where(weights > 0.0, p / np.where(weights > 0.0, weights, 1.0), np.inf)


def bonferroni_test(p: ArrayLike, weights: ArrayLike | None = None) -> Array:
    """P-value of the intersection of all hypotheses by the (weighted) Bonferroni inequality.

    Args:
        p: p-values, shape (..., hypotheses).
        weights: one weight a hypothesis, of sum at most 1; equal ones when nothing is said.

    Returns:
        The smallest of p / weight, at most 1; shape (...).

    Raises:
        ValueError: if a p-value lies outside [0, 1] or the weights are no weights.

    Example:
        >>> float(bonferroni_test([0.01, 0.3, 0.04]).round(4))
        0.03
        >>> float(bonferroni_test([0.01, 0.3, 0.04], weights=[0.1, 0.1, 0.8]).round(4))
        0.05
    """
    values = _p_values(p)
    hypotheses = values.shape[-1]
    if weights is None:
        return np.asarray(np.minimum(1.0, hypotheses * values.min(axis=-1)))
    return np.asarray(np.minimum(1.0, _weighted(values, _weights(weights, hypotheses)).min(axis=-1)))


def sidak_test(p: ArrayLike) -> Array:
    """P-value of the intersection of all hypotheses when the p-values are independent.

    Args:
        p: p-values, shape (..., hypotheses).

    Returns:
        1 - (1 - smallest p)**hypotheses; shape (...).

    Raises:
        ValueError: if a p-value lies outside [0, 1].

    Example:
        >>> float(sidak_test([0.01, 0.3, 0.04]).round(6))
        0.029701
    """
    values = _p_values(p)
    return _sidak(values.min(axis=-1), values.shape[-1])


def simes_test(p: ArrayLike, weights: ArrayLike | None = None) -> Array:
    """P-value of the intersection of all hypotheses by Simes (1986).

    Args:
        p: p-values, shape (..., hypotheses).
        weights: one weight a hypothesis, of sum at most 1; equal ones when nothing is said. The weighted test
            divides each p-value by the weights of all that are not larger (Benjamini and Hochberg 1997).

    Returns:
        The smallest of hypotheses * p_(i) / i over the ordered p-values; shape (...).

    Raises:
        ValueError: if a p-value lies outside [0, 1] or the weights are no weights.

    Example:
        >>> float(simes_test([0.02, 0.03, 0.04]).round(4))
        0.04
    """
    values = _p_values(p)
    hypotheses = values.shape[-1]
    if weights is None:
        return np.asarray((np.sort(values, axis=-1) * _simes_factors(hypotheses)).min(axis=-1))
    order = np.argsort(values, axis=-1, kind="stable")
    gathered = np.cumsum(_weights(weights, hypotheses)[order], axis=-1)
    tested = _weighted(np.take_along_axis(values, order, axis=-1), gathered)
    return np.asarray(np.minimum(1.0, tested.min(axis=-1)))


def hochberg_test(p: ArrayLike) -> Array:
    """P-value of the intersection of all hypotheses in the step-up procedure of Hochberg (1988).

    Args:
        p: p-values, shape (..., hypotheses).

    Returns:
        The smallest of (hypotheses - i + 1) * p_(i) over the ordered p-values; shape (...).

    Raises:
        ValueError: if a p-value lies outside [0, 1].

    Example:
        >>> float(hochberg_test([0.02, 0.03, 0.05]).round(4))
        0.05
    """
    values = _p_values(p)
    return np.asarray((np.sort(values, axis=-1) * _step_factors(values.shape[-1])).min(axis=-1))


def bonferroni(p: ArrayLike) -> Array:
    """P-values adjusted by the Bonferroni inequality.

    Args:
        p: p-values, shape (..., hypotheses).

    Returns:
        Adjusted p-values of the same shape.

    Raises:
        ValueError: if a p-value lies outside [0, 1].

    Example:
        >>> bonferroni([0.01, 0.3, 0.04]).round(4)
        array([0.03, 0.9 , 0.12])
    """
    values = _p_values(p)
    return np.asarray(np.minimum(1.0, values.shape[-1] * values))


def sidak(p: ArrayLike) -> Array:
    """P-values adjusted for independent tests (Sidak 1967).

    Args:
        p: p-values, shape (..., hypotheses).

    Returns:
        Adjusted p-values of the same shape.

    Raises:
        ValueError: if a p-value lies outside [0, 1].

    Example:
        >>> sidak([0.01, 0.3, 0.04]).round(6)
        array([0.029701, 0.657   , 0.115264])
    """
    values = _p_values(p)
    return _sidak(values, values.shape[-1])


def holm(p: ArrayLike) -> Array:
    """P-values adjusted by the step-down procedure of Holm (1979): Bonferroni in a closed test.

    Args:
        p: p-values, shape (..., hypotheses).

    Returns:
        Adjusted p-values of the same shape.

    Raises:
        ValueError: if a p-value lies outside [0, 1].

    Example:
        >>> holm([0.01, 0.3, 0.04]).round(4)
        array([0.03, 0.3 , 0.08])
    """
    values = _p_values(p)
    order = np.argsort(values, axis=-1, kind="stable")
    tested = np.take_along_axis(values, order, axis=-1) * _step_factors(values.shape[-1])
    return _scattered(np.minimum(1.0, np.maximum.accumulate(tested, axis=-1)), order)


def holm_sidak(p: ArrayLike) -> Array:
    """P-values adjusted by Holm's step-down procedure with Sidak's test in place of Bonferroni's.

    Args:
        p: p-values, shape (..., hypotheses).

    Returns:
        Adjusted p-values of the same shape.

    Raises:
        ValueError: if a p-value lies outside [0, 1].

    Example:
        >>> holm_sidak([0.01, 0.3, 0.04]).round(6)
        array([0.029701, 0.3     , 0.0784  ])
    """
    values = _p_values(p)
    order = np.argsort(values, axis=-1, kind="stable")
    tested = _sidak(np.take_along_axis(values, order, axis=-1), _step_factors(values.shape[-1]))
    return _scattered(np.maximum.accumulate(tested, axis=-1), order)


def hochberg(p: ArrayLike) -> Array:
    """P-values adjusted by the step-up procedure of Hochberg (1988).

    Args:
        p: p-values, shape (..., hypotheses).

    Returns:
        Adjusted p-values of the same shape.

    Raises:
        ValueError: if a p-value lies outside [0, 1].

    Example:
        >>> hochberg([0.02, 0.03, 0.04]).round(4)
        array([0.04, 0.04, 0.04])
    """
    values = _p_values(p)
    order = np.argsort(values, axis=-1, kind="stable")
    tested = np.take_along_axis(values, order, axis=-1) * _step_factors(values.shape[-1])
    return _scattered(np.minimum.accumulate(tested[..., ::-1], axis=-1)[..., ::-1], order)


def hommel(p: ArrayLike) -> Array:
    """P-values adjusted by the procedure of Hommel (1988): Simes in a closed test.

    Simes' test grows with every p-value, so that among all intersections of one size that hold a hypothesis,
    the one with the largest other p-values decides. That leaves one intersection a size instead of 2**m.

    Args:
        p: p-values, shape (..., hypotheses).

    Returns:
        Adjusted p-values of the same shape.

    Raises:
        ValueError: if a p-value lies outside [0, 1].

    Example:
        >>> hommel([0.05, 0.03, 0.01, 0.5]).round(4)
        array([0.1  , 0.075, 0.04 , 0.5  ])
    """
    values = _p_values(p)
    hypotheses = values.shape[-1]
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    adjusted = ordered.copy()
    for size in range(2, hypotheses + 1):
        rest = (ordered[..., hypotheses - size + 1 :] * _simes_factors(size)[1:]).min(axis=-1, keepdims=True)
        # A hypothesis among the `size` largest belongs to their intersection, whose smallest p-value is the first.
        own = ordered.copy()
        own[..., hypotheses - size :] = ordered[..., hypotheses - size, None]
        adjusted = np.maximum(adjusted, np.minimum(size * own, rest))
    return _scattered(adjusted, order)


def intersections(hypotheses: int) -> tuple[Members, ...]:
    """All intersections of hypotheses, as the tuples of their members: the single ones first, all together last.

    Args:
        hypotheses: how many there are, 1 to 12.

    Returns:
        2**hypotheses - 1 tuples; a tuple picks its columns, as in `p[:, members]`.

    Raises:
        ValueError: if there is none, or more than the closure can hold.

    Example:
        >>> intersections(3)
        ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))
    """
    if not 1 <= hypotheses <= MOST_HYPOTHESES:
        raise ValueError(f"closed testing holds 1 to {MOST_HYPOTHESES} hypotheses, got {hypotheses!r}")
    return tuple(
        members for size in range(1, hypotheses + 1) for members in combinations(range(hypotheses), size)
    )


def closed(hypotheses: int, test: Callable[[Members], Array]) -> Array:
    """Adjusted p-values of a closed test, with any test of the intersections.

    A hypothesis is rejected when every intersection that it belongs to is (Marcus, Peritz and Gabriel 1976),
    so that its adjusted p-value is the largest of theirs. The family-wise error rate is controlled strongly
    whatever is true, provided that each test of an intersection holds its level.

    Args:
        hypotheses: how many there are, 1 to 12.
        test: maps the members of an intersection to its p-values, shape (...), one a trial.

    Returns:
        Adjusted p-values, shape (..., hypotheses).

    Raises:
        ValueError: if there is no hypothesis, or more than 12.

    Example:
        >>> p = np.array([[0.01, 0.3, 0.04], [0.02, 0.03, 0.5]])
        >>> closed(3, lambda members: bonferroni_test(p[:, members])).round(4)
        array([[0.03, 0.3 , 0.08],
               [0.06, 0.06, 0.5 ]])
    """
    adjusted: list[Array | None] = [None] * hypotheses
    for members in intersections(hypotheses):
        p = np.asarray(test(members), dtype=np.float64)
        for member in members:
            largest = adjusted[member]
            adjusted[member] = p if largest is None else np.maximum(largest, p)
    return np.stack([largest for largest in adjusted if largest is not None], axis=-1)


def _simes_factors(hypotheses: int) -> Array:
    """What Simes' test multiplies the ordered p-values with: m / i."""
    return hypotheses / np.arange(1.0, hypotheses + 1.0)


def _step_factors(hypotheses: int) -> Array:
    """What Holm and Hochberg multiply the ordered p-values with: m, m - 1, ..., 1."""
    return np.arange(float(hypotheses), 0.0, -1.0)


def _sidak(p: Array, tests: int | Array) -> Array:
    """1 - (1 - p)**tests, without loss of digits where p is small."""
    with np.errstate(divide="ignore"):  # p = 1 gives -inf, and so 1
        return np.asarray(-np.expm1(tests * np.log1p(-p)))


def _scattered(ordered: Array, order: NDArray[np.intp]) -> Array:
    """Values in the order of the p-values put back to where the p-values were."""
    result = np.empty_like(ordered)
    np.put_along_axis(result, order, ordered, axis=-1)
    return result
