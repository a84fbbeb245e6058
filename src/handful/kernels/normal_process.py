"""The recursion of a group-sequential trial over its looks.

`handful.stats.normal_process` says what is computed. Here it is done on the score S = Z * sqrt(information) of
those who go on: their mass at the 16 Gauss-Legendre nodes of each of a few panels.

From look to look the mass is spread by a normal density. Between the nodes c + h * t of one panel and d + g * u
of another, t and u being the nodes of the unit rule, its exponent is a sum of three parts: one of the target
node alone, one of the source node alone, and h * g * t * u / variance, which is the same for all pairs of
panels. So a pair of panels costs 32 exponentials and not 256.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.coefficients import ONE_OVER_ROOT_TWO_PI
from handful.kernels.elementary import exp_of
from handful.kernels.jit import kernel
from handful.kernels.normal_coefficients import (
    NEGLIGIBLE,
    NODES,
    ORDER,
    PANEL_WIDTH,
    TAIL,
    WEIGHTS,
)

__all__ = ["State", "advance", "reweighted", "start"]

Floats = NDArray[np.float64]
#: Centres and half widths of the panels, score and mass at the nodes.
State = tuple[Floats, Floats, Floats, Floats]


@kernel
def start() -> State:
    """Return the state before the first look: all mass at score zero, in a panel without width.

    Returns:
        Centres and half widths of the panels, score and mass at their nodes.

    Example:
        >>> centre, half, score, mass = start()
        >>> centre.tolist(), half.tolist(), score.size, float(mass.sum())
        ([0.0], [0.0], 16, 1.0)
    """
    mass = np.zeros(ORDER)
    mass[0] = 1.0
    return np.zeros(1), np.zeros(1), np.zeros(ORDER), mass


@kernel
def reweighted(score: Floats, mass: Floats, information: float, reference: float, effect: float) -> Floats:
    """Return the mass under another effect: times the likelihood ratio.

    Args:
        score: nodes, shape (nodes,).
        mass: mass at the nodes under the reference.
        information: information reached.
        reference: effect under which the mass holds.
        effect: effect under which it is wanted.

    Returns:
        Shape (nodes,).

    Example:
        >>> reweighted(np.array([0.5, 1.5]), np.array([0.2, 0.2]), 1.0, 0.0, 1.0).round(4).tolist()
        [0.2, 0.5437]
    """
    if effect == reference:
        return mass
    shift = effect - reference
    middle = 0.5 * (effect + reference) * information
    result = np.empty_like(mass)
    for i in range(mass.size):
        result[i] = mass[i] * exp_of(shift * (score[i] - middle))
    return result


@kernel
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
        bounds: lower, inner and upper boundary on the Z scale: those go on who are between the outer ones and
            further from zero than the inner one.
        narrowest: standard deviation of the narrower of the densities before and after the look.
        reference: effect under which the mass holds.
        effects: smallest and largest effect under which the result will be used.

    Returns:
        The state at the next look.

    Example:
        >>> _, _, _, mass = advance(start(), 0.0, 1.0, (-1.0, 0.0, 1.0), 1.0, 0.0, (0.0, 0.0))
        >>> round(float(mass.sum()), 12)
        0.682689492137
    """
    lower, inner, upper = bounds
    root = np.sqrt(now)
    first = max(lower * root, effects[0] * now - TAIL * root)
    last = min(upper * root, effects[1] * now + TAIL * root)
    # Without an inner boundary everybody is in the first of the two segments.
    gap_first = min(-inner * root, last) if inner > 0.0 else last
    gap_last = max(inner * root, first) if inner > 0.0 else last
    below = _panels(first, gap_first, PANEL_WIDTH * narrowest)
    above = _panels(gap_last, last, PANEL_WIDTH * narrowest)
    centre = np.empty(below + above)
    half = np.empty(below + above)
    _tile(first, gap_first, centre[:below], half[:below])
    _tile(gap_last, last, centre[below:], half[below:])
    growth = now - before
    # Under other effects the mass that counts lies where the reference has next to none.
    astray = max(abs(effects[0] - reference), abs(effects[1] - reference)) * growth
    density = _spread(state, centre, half, growth, reference * growth, astray)
    score = np.empty(density.size)
    for p in range(centre.size):
        for j in range(ORDER):
            score[p * ORDER + j] = centre[p] + half[p] * NODES[j]
            density[p * ORDER + j] *= half[p] * WEIGHTS[j]
    return centre, half, score, density


@kernel
def _panels(first: float, last: float, width: float) -> int:
    """Return the number of panels no wider than `width`: none where first >= last."""
    return int(np.ceil((last - first) / width)) if first < last else 0


@kernel
def _tile(first: float, last: float, centre: Floats, half: Floats) -> None:
    """Write centres and half widths of equal panels."""
    for p in range(centre.size):
        half[p] = 0.5 * (last - first) / centre.size
        centre[p] = first + half[p] * (2 * p + 1)


@kernel
def _spread(
    state: State, centre: Floats, half: Floats, variance: float, shift: float, astray: float
) -> Floats:
    """Return the density of score + shift + noise at the nodes of new panels, also where others than `shift` lead."""
    sources, source_half, _, mass = state
    density = np.zeros(centre.size * ORDER)
    shared = np.ones((ORDER, ORDER))
    at_target = np.empty(ORDER)
    at_source = np.empty(ORDER)
    precision = 1.0 / variance
    reach = NEGLIGIBLE * np.sqrt(variance) + astray
    product = 0.0
    for p in range(centre.size):
        for q in range(sources.size):
            distance = centre[p] - sources[q] - shift
            if abs(distance) > reach + half[p] + source_half[q]:
                continue
            if half[p] * source_half[q] != product:
                product = half[p] * source_half[q]
                _share(shared, precision * product)
            _ends(distance, precision, half[p], source_half[q], at_target, at_source)
            source, target = mass[q * ORDER : (q + 1) * ORDER], density[p * ORDER : (p + 1) * ORDER]
            _combine(shared, at_target, at_source, source, target)
    scale = ONE_OVER_ROOT_TWO_PI * np.sqrt(precision)
    for j in range(density.size):
        density[j] *= scale
    return density


@kernel
def _share(shared: Floats, product: float) -> None:
    """Write the factor that all pairs of panels have in common: row source node, column target node."""
    for i in range(ORDER // 2):
        for j in range(ORDER):
            shared[i, j] = exp_of(product * NODES[i] * NODES[j])
    for i in range(ORDER // 2):  # the nodes are the same on both sides of zero
        for j in range(ORDER):
            shared[ORDER - 1 - i, j] = shared[i, ORDER - 1 - j]


@kernel
def _ends(
    distance: float, precision: float, half: float, source_half: float, at_target: Floats, at_source: Floats
) -> None:
    """Write the factors of the target nodes and of the source nodes."""
    for j in range(ORDER):
        target = distance + half * NODES[j]
        source = source_half * NODES[j]
        at_target[j] = exp_of(-0.5 * precision * target * target)
        at_source[j] = exp_of(precision * source * (distance - 0.5 * source))


@kernel
def _combine(shared: Floats, at_target: Floats, at_source: Floats, mass: Floats, density: Floats) -> None:
    """Add to the density of a panel what comes from one other panel."""
    # Four sums at a time stay in registers; a sum kept in an array costs twice as much.
    for j in range(0, ORDER, 4):
        first = 0.0
        second = 0.0
        third = 0.0
        fourth = 0.0
        for i in range(ORDER):
            weight = at_source[i] * mass[i]
            first += shared[i, j] * weight
            second += shared[i, j + 1] * weight
            third += shared[i, j + 2] * weight
            fourth += shared[i, j + 3] * weight
        density[j] += at_target[j] * first
        density[j + 1] += at_target[j + 1] * second
        density[j + 2] += at_target[j + 2] * third
        density[j + 3] += at_target[j + 3] * fourth
