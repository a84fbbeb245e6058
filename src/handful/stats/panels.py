"""Smooth functions in panels: integrals by Gauss-Legendre quadrature, tables by Chebyshev interpolation.

Both converge geometrically on a panel in which the function is analytic, and both keep to one order and gain
accuracy by narrower panels, so that a breakpoint of the function is simply the end of a panel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray

Array = NDArray[np.float64]

ORDER = 16  # nodes in one panel


@lru_cache(maxsize=1)
def _gauss_legendre() -> tuple[Array, Array]:
    """Nodes and weights on [-1, 1]."""
    nodes, weights = legendre.leggauss(ORDER)
    return np.asarray(nodes), np.asarray(weights)


def integration_rule(ends: Array, width: float) -> tuple[Array, Array]:
    """Nodes and weights of an integral over consecutive intervals.

    Args:
        ends: where the intervals meet, not falling; shape (intervals + 1,).
        width: widest panel; in terms of a normal density, four standard deviations are narrow enough for an
            error below 1e-14.

    Returns:
        Nodes and weights, each of shape (nodes,); none for an interval without length.

    Example:
        >>> nodes, weights = integration_rule(np.array([0.0, 1.0, 3.0]), width=2.0)
        >>> nodes.size, float((weights * nodes**2).sum().round(12))
        (32, 9.0)
    """
    unit, share = _gauss_legendre()
    nodes, weights = [np.empty(0)], [np.empty(0)]
    for start, stop in pairwise(ends):
        if not start < stop:
            continue
        panels = ceil((stop - start) / width)
        half = 0.5 * (stop - start) / panels
        middles = start + half * (2 * np.arange(panels) + 1)
        nodes.append((middles[:, None] + half * unit).ravel())
        weights.append(np.tile(half * share, panels))
    return np.concatenate(nodes), np.concatenate(weights)


@lru_cache(maxsize=1)
def _chebyshev() -> tuple[Array, Array]:
    """Chebyshev points on [-1, 1], and the matrix that turns values there into coefficients."""
    points = np.asarray(chebyshev.chebpts1(ORDER))
    matrix = np.asarray(chebyshev.chebvander(points, ORDER - 1), dtype=np.float64).T * (2.0 / ORDER)
    matrix[0] *= 0.5
    return points, matrix


def table_points(start: float, stop: float) -> Array:
    """Where a function must be known for `table_coefficients` on the panel [start, stop]; shape (ORDER,).

    Example:
        >>> table_points(0.0, 2.0)[[0, -1]].round(4)
        array([0.0048, 1.9952])
    """
    points, _ = _chebyshev()
    return 0.5 * (start + stop) + 0.5 * (stop - start) * points


def table_coefficients(values: Array) -> Array:
    """Coefficients of the interpolating Chebyshev series from values at `table_points`.

    Args:
        values: shape (..., ORDER).

    Returns:
        Shape (ORDER, ...), as `read_table` wants them.
    """
    _, matrix = _chebyshev()
    return np.asarray(np.tensordot(matrix, values, axes=(1, -1)))


def read_table(coefficients: Array, start: float, stop: float, at: Array) -> Array:
    """Values of a tabulated function between the ends of its panel.

    Args:
        coefficients: shape (ORDER, ...), from `table_coefficients`.
        start: left end of the panel.
        stop: right end.
        at: points in the panel; shape (points,).

    Returns:
        Shape (..., points).

    Example:
        >>> series = table_coefficients(np.exp(table_points(0.0, 1.0)))
        >>> read_table(series, 0.0, 1.0, np.array([0.25])).round(12) == np.exp([0.25]).round(12)
        array([ True])
    """
    return np.asarray(chebyshev.chebval((2.0 * at - (start + stop)) / (stop - start), coefficients))


@dataclass(frozen=True)
class PanelTable:
    """A function of one variable tabulated in consecutive panels.

    Attributes:
        ends: where the panels meet, growing; shape (panels + 1,).
        coefficients: of the Chebyshev series of each panel; shape (ORDER, panels).

    Example:
        >>> table = PanelTable.of(np.sqrt, np.array([1.0, 2.0, 4.0]))
        >>> bool(np.allclose(table(np.array([[1.5], [3.0]])), np.sqrt([[1.5], [3.0]]), rtol=1e-12))
        True
    """

    ends: Array
    coefficients: Array

    @classmethod
    def of(cls, function: Callable[[Array], Array], ends: Array) -> PanelTable:
        """Tabulate a function, which is analytic in each panel and takes and returns flat arrays."""
        points = np.array([table_points(start, stop) for start, stop in pairwise(ends)])
        values = function(points.ravel()).reshape(points.shape)
        return cls(ends, table_coefficients(values))

    def panel(self, at: Array) -> NDArray[np.intp]:
        """The panel of each point; of two that meet there, the right one."""
        return np.asarray(np.clip(np.searchsorted(self.ends, at, side="right") - 1, 0, self.ends.size - 2))

    def __call__(self, at: Array) -> Array:
        """Values at points between the first and the last end, of their shape."""
        index = self.panel(at)
        start, stop = self.ends[index], self.ends[index + 1]
        x = (2.0 * at - (start + stop)) / (stop - start)
        return np.asarray(chebyshev.chebval(x, self.coefficients[:, index], tensor=False))


def split(ends: Array, width: float) -> Array:
    """Ends of panels no wider than a width that meet wherever given ones do.

    Example:
        >>> split(np.array([0.0, 1.0, 3.0]), 1.5)
        array([0., 1., 2., 3.])
    """
    parts = [np.linspace(start, stop, ceil((stop - start) / width) + 1)[1:] for start, stop in pairwise(ends)]
    return np.concatenate([ends[:1], *parts])
