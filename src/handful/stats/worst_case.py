"""The worst point of a null hypothesis: the largest probability of an event over a nuisance parameter in [0, 1].

A probability of binomial counts is a polynomial in the parameter p. In the angle phi with ``p = sin(phi / 2)**2`` it is a
trigonometric polynomial whose degree N is the number of participants, and Bernstein's inequality bounds how fast it can
bend. So a grid that is even in the angle says in which neighbourhoods the top can lie, and these are climbed.

There are three ways to ask. `maximum` takes any function and knows it by its values alone. `polynomial_maximum` needs as few
of these as determine a polynomial. `worst_case_probability` takes
many sets of two-by-two tables at once: given the total number of successes s the probability of a set does not depend on
the common proportion p, so that over p it is ``sum_s share[s] * Binomial(s; N, p)``, whose slope and bend are known too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from handful.stats.binomial import pmf

Array = NDArray[np.float64]

# Of a function that is known by its values: points of the grid, and how its highest peaks are zoomed into side by side.
_GRID = 257
_ZOOM_POINTS = 17
_ZOOMS = 6
_CANDIDATES = 8

# Grid points per degree. A trigonometric polynomial of degree N between 0 and M has a curvature of at most
# N**2 M / 2, and a grid of spacing h misses its top by at most h / 2: it loses at most M (N h)**2 / 16.
_POINTS_PER_DEGREE = 8
_GRID_LOSS = (np.pi / _POINTS_PER_DEGREE) ** 2 / 16.0

_NEWTON_STEPS = 6
_ELEMENTS_AT_ONCE = 2_000_000


def maximum(function: Callable[[Array], Array], grid: int = _GRID) -> tuple[float, float]:
    """Find the maximum of a function over [0, 1].

    The highest peaks on a grid that is even in the angle are zoomed into side by side. With 257 points the grid resolves
    trials of up to about 100 participants.

    Args:
        function: takes shape (points,) in [0, 1] and returns the same shape; called a few times.
        grid: points of the first grid.

    Returns:
        (largest value, where it is).

    Example:
        >>> value, where = maximum(lambda p: p * (1 - p))
        >>> round(value, 12), round(where, 5)
        (0.25, 0.5)
    """
    angles = np.linspace(0.0, np.pi, grid)
    values = function(_probability(angles))
    padded = np.concatenate([[-np.inf], values, [-np.inf]])
    peaks = np.flatnonzero((values >= padded[:-2]) & (values >= padded[2:]))
    centres = angles[peaks[np.argsort(values[peaks])[::-1][:_CANDIDATES]]]
    best = int(np.argmax(values))
    top, where = float(values[best]), float(angles[best])
    width = angles[1]
    for _ in range(_ZOOMS):
        offsets = np.linspace(-width, width, _ZOOM_POINTS)
        near = np.clip(centres[:, None] + offsets[None, :], 0.0, np.pi)
        found = function(_probability(near.ravel())).reshape(near.shape)
        pick = found.argmax(axis=1)
        centres = near[np.arange(len(centres)), pick]
        heights = found.max(axis=1)
        if heights.max() > top:
            top, where = float(heights.max()), float(centres[heights.argmax()])
        width = 2 * width / (_ZOOM_POINTS - 1)
    return top, float(_probability(np.array([where]))[0])


def polynomial_maximum(polynomial: Callable[[Array], Array], degree: int) -> tuple[float, float]:
    """Find the maximum over [0, 1] of a polynomial that takes long to compute.

    A polynomial of degree N is known by its values at N + 1 points. They are taken even in the angle, where interpolation
    leaves nothing but rounding, and the maximum is looked for in what they determine.

    Args:
        polynomial: takes shape (points,) in [0, 1] and returns the same shape; called once.
        degree: its degree, or more.

    Returns:
        (largest value, where it is).

    Example:
        >>> value, where = polynomial_maximum(lambda p: p * (1 - p), degree=2)
        >>> round(value, 12), round(where, 5)
        (0.25, 0.5)
    """
    number = max(1, degree)
    angles = np.linspace(0.0, np.pi, number + 1)
    values = polynomial(_probability(angles))
    ends = np.where((angles == 0.0) | (angles == np.pi), 0.5, 1.0)
    # The cosine series through the values; in the angle, p = (1 - cos phi) / 2.
    cosines = np.cos(np.outer(np.arange(number + 1), angles))
    series = 2.0 / number * (cosines @ (ends * values)) * ends

    def interpolated(p: Array) -> Array:
        return np.asarray(np.polynomial.chebyshev.chebval(1.0 - 2.0 * p, series))

    return maximum(interpolated, grid=max(_GRID, _POINTS_PER_DEGREE * number + 1))


def worst_case_probability(shares: Array) -> Array:
    """Largest probability over the common success proportion of many sets of two-by-two tables.

    A grid finds every neighbourhood that can hold the maximum (those within the proven loss of the grid), and
    safeguarded Newton steps climb each of them to the top.

    Args:
        shares: shape (sets, N + 1): the conditional probability of each set given each total number of
            successes 0..N in both groups together.

    Returns:
        Shape (sets,).

    Example:
        >>> worst_case_probability(np.array([[0.0, 0.5, 0.0], [0.0, 0.0, 1.0]]))
        array([0.25, 1.  ])
    """
    degree = shares.shape[1] - 1
    if degree == 0:
        return shares[:, 0].copy()
    angles = np.linspace(0.0, np.pi, _POINTS_PER_DEGREE * degree + 1)
    grid = pmf(degree, _probability(angles)).T
    rows = max(1, _ELEMENTS_AT_ONCE // angles.size)
    parts = [
        _worst_case_of_part(shares[start : start + rows], angles, grid)
        for start in range(0, shares.shape[0], rows)
    ]
    return np.concatenate(parts)


def _worst_case_of_part(shares: Array, angles: Array, grid: Array) -> Array:
    """The maxima of as many sets as fit comfortably into memory."""
    values = shares @ grid
    best: Array = values.max(axis=1)
    inner = values[:, 1:-1]
    peaks = (inner >= values[:, :-2]) & (inner >= values[:, 2:])
    peaks &= inner >= best[:, None] * (1.0 - _GRID_LOSS)
    # A set that is certain at some p is done, and its plateau would be one long row of peaks.
    peaks &= (best < 1.0 - 1e-12)[:, None]
    sets, points = np.nonzero(peaks)
    rows = max(1, _ELEMENTS_AT_ONCE // shares.shape[1])
    for start in range(0, sets.size, rows):
        some = slice(start, start + rows)
        peak = _climb(shares[sets[some]], angles, points[some] + 1)
        np.maximum.at(best, sets[some], peak)
    return np.minimum(best, 1.0)


def _climb(shares: Array, angles: Array, points: NDArray[np.intp]) -> Array:
    """The largest value met while climbing each polynomial from a grid point between its neighbours."""
    degree = shares.shape[1] - 1
    totals = np.arange(degree + 1)
    angle, left, right = angles[points], angles[points - 1], angles[points + 1]
    best = np.zeros(points.size)
    for _ in range(_NEWTON_STEPS):
        p = _probability(angle)
        variance = (p * (1.0 - p))[:, None]
        mass = shares * pmf(degree, p)
        best = np.maximum(best, mass.sum(axis=1))
        distance = totals - degree * p[:, None]
        # Derivatives of the binomial probabilities by the angle: dp / dphi = sqrt(p (1 - p)).
        slope = (mass * distance).sum(axis=1) / np.sqrt(variance[:, 0])
        bend = (distance * distance - 0.5 * (1.0 - 2.0 * p)[:, None] * distance) / variance - degree
        curvature = (mass * bend).sum(axis=1)
        rising = slope > 0.0
        left, right = np.where(rising, angle, left), np.where(rising, right, angle)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = angle - slope / curvature
        usable = (curvature < 0.0) & (step > left) & (step < right)
        angle = np.where(usable, step, 0.5 * (left + right))
    return best


def _probability(angles: Array) -> Array:
    """From angle to probability."""
    return np.asarray(np.sin(0.5 * angles) ** 2)
