"""Graphical multiple testing: weights on the hypotheses, and arrows along which a rejected one passes its own on.

Bretz, Maurer, Brannath and Posch (2009), "A graphical approach to sequentially rejective multiple test
procedures", Statistics in Medicine 28:586-604. Fixed sequences, fallback, gatekeeping and Holm's procedure are
graphs. The weights that are left for a set of hypotheses do not depend on the order in which the others were
rejected, so a graph is also a weighting of all intersections, with which any weighted test can be closed
(Bretz, Posch, Glimm, Klinglmueller, Maurer and Rohmeyer 2011, Biometrical Journal 53:894-913).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import probabilities
from handful.stats.multiplicity import MOST_HYPOTHESES, Members

Array = NDArray[np.float64]

_ROUNDING = 1e-12  # how far above 1 a sum of weights may be


@dataclass(frozen=True)
class Graph:
    """Weights of hypotheses and the transitions between them.

    An edge that passes on an infinitesimal part (the epsilon of the literature) is given as a small number,
    such as 1e-6.

    Attributes:
        weights: share of alpha of each hypothesis; not negative, of sum at most 1.
        transitions: row i says how the weight of hypothesis i is divided when it is rejected; not negative,
            zero on the diagonal, rows of sum at most 1.

    Raises:
        ValueError: if the weights or transitions are not of that kind, or there are more than 12 hypotheses.

    Example:
        >>> graph = Graph((0.5, 0.5, 0, 0), ((0, 0.5, 0.5, 0), (0.5, 0, 0, 0.5), (0, 1, 0, 0), (1, 0, 0, 0)))
        >>> graph.adjusted([0.018, 0.01, 0.105, 0.006]).round(3)
        array([0.024, 0.02 , 0.105, 0.024])
    """

    weights: tuple[float, ...]
    transitions: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        count = len(self.weights)
        if not 1 <= count <= MOST_HYPOTHESES:
            raise ValueError(f"a graph holds 1 to {MOST_HYPOTHESES} hypotheses, got {count}")
        if [len(row) for row in self.transitions] != [count] * count:
            raise ValueError(f"transitions must be {count} rows of {count} numbers")
        weights, transitions = np.array(self.weights), np.array(self.transitions)
        if not np.all(weights >= 0.0) or weights.sum() > 1.0 + _ROUNDING:
            raise ValueError(f"weights must not be negative and sum to at most 1, got {self.weights!r}")
        if not np.all(transitions >= 0.0) or np.any(transitions.sum(axis=1) > 1.0 + _ROUNDING):
            raise ValueError("transitions must not be negative and each row must sum to at most 1")
        if np.any(np.diag(transitions) != 0.0):
            raise ValueError("no hypothesis can pass its weight on to itself")

    @property
    def hypotheses(self) -> int:
        """How many hypotheses there are."""
        return len(self.weights)

    @cached_property
    def _table(self) -> Array:
        """Weights of every set of hypotheses; row r is the set whose members are the bits of r."""
        count = self.hypotheses
        table = np.zeros((1 << count, count))
        graphs = {(1 << count) - 1: (np.array(self.weights, float), np.array(self.transitions, float))}
        for size in range(count, 0, -1):
            smaller: dict[int, tuple[Array, Array]] = {}
            for members, (weights, transitions) in graphs.items():
                table[members] = weights
                for rejected in range(count):
                    rest = members & ~(1 << rejected)
                    if size > 1 and rest != members and rest not in smaller:
                        smaller[rest] = _without(rejected, weights, transitions)
            graphs = smaller
        return table

    def weights_of(self, members: Sequence[int]) -> Array:
        """The weights of an intersection, after all other hypotheses have passed theirs on.

        Args:
            members: the hypotheses of the intersection, by number from 0.

        Returns:
            Their weights, in the order of `members`.

        Raises:
            ValueError: if there is no member, or one that does not exist or comes twice.

        Example:
            >>> holm_graph(3).weights_of((0, 2))
            array([0.5, 0.5])
        """
        if (
            len(set(members)) != len(members)
            or not members
            or not set(members) <= set(range(self.hypotheses))
        ):
            raise ValueError(f"members must be different numbers below {self.hypotheses}, got {members!r}")
        return np.array(self._table[sum(1 << member for member in members), list(members)])

    def adjusted(self, p: ArrayLike) -> Array:
        """Adjusted p-values of the sequentially rejective procedure (Bretz et al. 2009, algorithm 2).

        The hypothesis with the smallest p / weight goes first, passes its weight on, and so on. This is the
        closed test of weighted Bonferroni tests, by a short cut.

        Args:
            p: p-values, shape (..., hypotheses).

        Returns:
            Adjusted p-values of the same shape: a hypothesis is rejected at every alpha that is not smaller.

        Raises:
            ValueError: if a p-value lies outside [0, 1] or the last axis is not the hypotheses.

        Example:
            >>> fixed_sequence((0, 1, 2)).adjusted([[0.01, 0.04, 0.02], [0.2, 0.001, 0.001]])
            array([[0.01, 0.04, 0.04],
                   [0.2 , 0.2 , 0.2 ]])
        """
        values = probabilities(p, "p-values")
        if values.ndim == 0 or values.shape[-1] != self.hypotheses:
            raise ValueError(f"p-values must have {self.hypotheses} hypotheses on their last axis")
        flat = values.reshape(-1, self.hypotheses)
        trials = np.arange(len(flat))
        remaining = np.full(len(flat), (1 << self.hypotheses) - 1)
        reached = np.zeros(len(flat))
        adjusted = np.ones_like(flat)
        for _ in range(self.hypotheses):
            weights = self._table[remaining]
            ratio = np.where(weights > 0.0, flat / np.where(weights > 0.0, weights, 1.0), np.inf)
            # Those rejected before have weight 0 and so have those that nothing was passed to; among
            # infinite ratios argmin may pick a rejected one, which then keeps its value.
            first = ratio.argmin(axis=-1)
            going = np.isfinite(ratio[trials, first])
            reached = np.where(going, np.maximum(reached, np.minimum(1.0, ratio[trials, first])), reached)
            adjusted[trials[going], first[going]] = reached[going]
            remaining = np.where(going, remaining & ~(1 << first), remaining)
        return adjusted.reshape(values.shape)

    def rejects(self, p: ArrayLike, alpha: float) -> NDArray[np.bool_]:
        """Which hypotheses are rejected with a family-wise error rate of alpha.

        Args:
            p: p-values, shape (..., hypotheses).
            alpha: family-wise error rate, in (0, 1).

        Returns:
            Flags of the same shape.

        Raises:
            ValueError: if a p-value or alpha is no probability.

        Example:
            >>> holm_graph(3).rejects([0.01, 0.3, 0.04], alpha=0.05)
            array([ True, False, False])
        """
        if not 0.0 < alpha < 1.0:
            raise ValueError(f"alpha must lie in (0, 1), got {alpha!r}")
        return np.asarray(self.adjusted(p) <= alpha)


def holm_graph(hypotheses: int) -> Graph:
    """Holm's procedure: equal weights, passed on in equal parts to all others.

    Args:
        hypotheses: how many there are, 1 to 12.

    Returns:
        The graph.

    Raises:
        ValueError: if there is none, or more than 12.

    Example:
        >>> holm_graph(3).transitions[0]
        (0.0, 0.5, 0.5)
    """
    if not 1 <= hypotheses <= MOST_HYPOTHESES:
        raise ValueError(f"a graph holds 1 to {MOST_HYPOTHESES} hypotheses, got {hypotheses!r}")
    part = 1.0 / max(hypotheses - 1, 1)
    rows = tuple(tuple(0.0 if i == j else part for j in range(hypotheses)) for i in range(hypotheses))
    return Graph((1.0 / hypotheses,) * hypotheses, rows)


def fixed_sequence(order: Members) -> Graph:
    """Hypotheses tested one after the other, each with all of alpha, until one is not rejected.

    Args:
        order: the hypotheses by number from 0, the first to be tested first.

    Returns:
        The graph.

    Raises:
        ValueError: if `order` does not hold every hypothesis once.

    Example:
        >>> fixed_sequence((1, 0)).weights
        (0.0, 1.0)
    """
    return fallback(tuple(1.0 if hypothesis == order[0] else 0.0 for hypothesis in range(len(order))), order)


def fallback(weights: Sequence[float], order: Members | None = None) -> Graph:
    """Hypotheses in sequence, each with a share of alpha to which that of the rejected one before is added.

    Wiens (2003), Pharmaceutical Statistics 2:211-215.

    Args:
        weights: share of alpha of each hypothesis, of sum at most 1.
        order: the hypotheses by number from 0, the first to be tested first; 0, 1, ... when nothing is said.

    Returns:
        The graph.

    Raises:
        ValueError: if `order` does not hold every hypothesis once or the weights are no weights.

    Example:
        >>> fallback((0.5, 0.3, 0.2)).adjusted([0.02, 0.03, 0.2]).round(4)
        array([0.04, 0.04, 0.2 ])
    """
    count = len(weights)
    sequence = tuple(range(count)) if order is None else tuple(order)
    if sorted(sequence) != list(range(count)):
        raise ValueError(f"order must hold each of the {count} hypotheses once, got {order!r}")
    transitions = np.zeros((count, count))
    transitions[list(sequence[:-1]), list(sequence[1:])] = 1.0
    return Graph(tuple(float(weight) for weight in weights), tuple(map(tuple, transitions.tolist())))


def _without(rejected: int, weights: Array, transitions: Array) -> tuple[Array, Array]:
    """The graph that is left when one hypothesis has been rejected (Bretz et al. 2009, algorithm 1)."""
    passed = weights + weights[rejected] * transitions[rejected]
    passed[rejected] = 0.0
    into, out = transitions[:, rejected, None], transitions[rejected]
    there_and_back = transitions[:, rejected] * out
    left = 1.0 - there_and_back[:, None]
    updated = np.where(
        left > _ROUNDING, (transitions + into * out) / np.where(left > _ROUNDING, left, 1.0), 0.0
    )
    updated[rejected] = 0.0
    updated[:, rejected] = 0.0
    np.fill_diagonal(updated, 0.0)
    # Where almost everything comes back (an edge of 1 - epsilon), dividing by what is left enlarges the rounding.
    return passed / max(1.0, passed.sum()), updated / np.maximum(1.0, updated.sum(axis=1, keepdims=True))
