"""Twin of `handful.kernels.normal_process`: panel by panel, sums added up in order by `cumsum`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.coefficients import ONE_OVER_ROOT_TWO_PI
from handful.kernels.normal_coefficients import (
    NEGLIGIBLE,
    NODES,
    ORDER,
    PANEL_WIDTH,
    TAIL,
    WEIGHTS,
)
from handful.kernels.twins.elementary import exp

__all__ = ["advance", "reweighted", "start"]

Floats = NDArray[np.float64]
State = tuple[Floats, Floats, Floats, Floats]


def start() -> State:
    """Return the state before the first look.

    Returns:
        The same bits as `handful.kernels.normal_process.start`.

    Example:
        >>> start()[2].size
        16
    """
    return np.zeros(1), np.zeros(1), np.zeros(ORDER), np.eye(1, ORDER).ravel()


def reweighted(score: Floats, mass: Floats, information: float, reference: float, effect: float) -> Floats:
    """Return the mass under another effect.

    Args:
        score: nodes.
        mass: mass at the nodes under the reference.
        information: information reached.
        reference: effect under which the mass holds.
        effect: effect under which it is wanted.

    Returns:
        The same bits as `handful.kernels.normal_process.reweighted`.

    Example:
        >>> reweighted(np.array([0.5]), np.array([0.2]), 1.0, 0.0, 1.0).tolist()
        [0.2]
    """
    if effect == reference:
        return mass
    middle = 0.5 * (effect + reference) * information
    return mass * exp((effect - reference) * (score - middle))


def advance(
    state: State,
    before: float,
    now: float,
    bounds: tuple[float, float, float],
    narrowest: float,
    reference: float,
    effects: tuple[float, float],
) -> State:
    """Return the state of those who also go on at the next look.

    Args:
        state: centres and half widths of the panels, score and mass at their nodes.
        before: information at the look that the state describes.
        now: information at the next look.
        bounds: lower, inner and upper boundary on the Z scale.
        narrowest: standard deviation of the narrower of the densities before and after the look.
        reference: effect under which the mass holds.
        effects: smallest and largest effect under which the result will be used.

    Returns:
        The same bits as `handful.kernels.normal_process.advance`.

    Example:
        >>> _, _, _, mass = advance(start(), 0.0, 1.0, (-1.0, 0.0, 1.0), 1.0, 0.0, (0.0, 0.0))
        >>> round(float(mass.sum()), 12)
        0.682689492137
    """
    lower, inner, upper = bounds
    root = np.sqrt(now)
    first = max(lower * root, effects[0] * now - TAIL * root)
    last = min(upper * root, effects[1] * now + TAIL * root)
    segments = [(first, last)]
    if inner > 0.0:
        segments = [(first, min(-inner * root, last)), (max(inner * root, first), last)]
    tiles = [_tiles(begin, end, PANEL_WIDTH * narrowest) for begin, end in segments]
    centre, half = (np.concatenate([tile[part] for tile in tiles]) for part in (0, 1))
    growth = now - before
    astray = max(abs(effects[0] - reference), abs(effects[1] - reference)) * growth
    density = _spread(state, centre, half, growth, reference * growth, astray)
    score = (centre[:, None] + half[:, None] * NODES).ravel()
    return centre, half, score, density * (half[:, None] * WEIGHTS).ravel()


def _tiles(first: float, last: float, width: float) -> tuple[Floats, Floats]:
    """Return centres and half widths of equal panels no wider than `width`."""
    panels = int(np.ceil((last - first) / width)) if first < last else 0
    half: Floats = np.full(panels, 0.5 * (last - first) / max(panels, 1), dtype=np.float64)
    return np.asarray(first + half * (2 * np.arange(panels) + 1)), half


def _spread(
    state: State, centre: Floats, half: Floats, variance: float, shift: float, astray: float
) -> Floats:
    """Return the density of score + shift + noise at the nodes of new panels, also where others than `shift` lead."""
    sources, source_half, _, mass = state
    precision = 1.0 / variance
    density = np.zeros((centre.size, ORDER))
    for p, q in np.ndindex(centre.size, sources.size):
        distance = centre[p] - sources[q] - shift
        if abs(distance) > NEGLIGIBLE * np.sqrt(variance) + astray + half[p] + source_half[q]:
            continue
        product = precision * (half[p] * source_half[q])
        upper_half = exp(product * NODES[: ORDER // 2, None] * NODES)
        shared = np.concatenate([upper_half, upper_half[::-1, ::-1]])
        target = distance + half[p] * NODES
        source = source_half[q] * NODES
        at_source = exp(precision * source * (distance - 0.5 * source))
        weight = at_source * mass[q * ORDER : (q + 1) * ORDER]
        together = np.cumsum(shared * weight[:, None], axis=0)[-1]
        density[p] += exp(-0.5 * precision * target * target) * together
    return np.asarray(density.ravel() * (ONE_OVER_ROOT_TWO_PI * np.sqrt(precision)))
