"""The largest value of a smooth function of one nuisance parameter in [0, 1]."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_GRID = 257
_ZOOM_POINTS = 17
_ZOOMS = 6
_CANDIDATES = 8


def maximum(function: Callable[[Floats], Floats], grid: int = _GRID) -> tuple[float, float]:
    """Find the maximum of a function over [0, 1].

    The function is laid over a grid that is even in the angle phi with p = sin(phi / 2)**2, in which probabilities of
    sets of binomial counts are trigonometric polynomials and cannot bend faster than their degree allows; the highest
    local maxima are then zoomed into side by side. With 257 points the grid resolves trials of up to about 100
    participants.

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


def _probability(angles: Floats) -> Floats:
    """From angle to probability."""
    return np.asarray(np.sin(0.5 * angles) ** 2)
