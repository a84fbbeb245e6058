"""The recursion of a group-sequential trial over its looks, and the boundaries solved on the way.

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
from handful.kernels.elementary import exp_of, log_of, normal_quantile_of
from handful.kernels.jit import kernel
from handful.kernels.normal_coefficients import (
    FARTHEST,
    MOST_STEPS,
    NEGLIGIBLE,
    NODES,
    ORDER,
    PANEL_WIDTH,
    SMALLEST_PROBABILITY,
    TAIL,
    WEIGHTS,
)
from handful.kernels.normal_tail import cdf_and_exponential

__all__ = ["advance", "boundary", "crossing", "meet", "reweighted", "solve", "start"]

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
    density = _spread(state, centre, half, growth, reference * growth)
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
def _spread(state: State, centre: Floats, half: Floats, variance: float, shift: float) -> Floats:
    """Return the density of score + shift + noise at the nodes of new panels."""
    sources, source_half, _, mass = state
    density = np.zeros(centre.size * ORDER)
    shared = np.ones((ORDER, ORDER))
    at_target = np.empty(ORDER)
    at_source = np.empty(ORDER)
    precision = 1.0 / variance
    reach = NEGLIGIBLE * np.sqrt(variance)
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


@kernel
def _beyond(
    score: Floats, mass: Floats, edge: float, deviation: float, sign: float
) -> tuple[float, float, float]:
    """Return the probability that score plus noise is above an edge (sign 1) or below it (sign -1).

    Returns:
        The probability, its slope and its curvature as the edge moves outwards, in units of the deviation.
    """
    scale = sign / deviation
    z = (score - edge) * scale
    cdf = np.empty_like(z)
    exponential = np.empty_like(z)
    cdf_and_exponential(z, cdf, exponential)
    probability = 0.0
    density = 0.0
    slope = 0.0
    for i in range(score.size):
        probability += mass[i] * cdf[i]
        part = mass[i] * exponential[i]
        density += part
        slope += part * z[i]
    return probability, -ONE_OVER_ROOT_TWO_PI * density, -ONE_OVER_ROOT_TWO_PI * slope


@kernel
def _within(score: Floats, mass: Floats, shift: float, edge: float, deviation: float) -> tuple[float, float]:
    """Return the probability that |score + shift + noise| is below an edge, and its slope."""
    below, density, _ = _beyond(score, mass, edge - shift, deviation, -1.0)
    far_below, far_density, _ = _beyond(score, mass, -edge - shift, deviation, -1.0)
    return below - far_below, -(density + far_density) / deviation


@kernel
def _total(mass: Floats) -> float:
    """Return the sum in the order of the nodes."""
    total = 0.0
    for part in mass:
        total += part
    return total


@kernel
def boundary(
    score: Floats, mass: Floats, before: float, now: float, effect: float, probability: float, sign: float
) -> float:
    """Return the boundary that is crossed at the next look with a given probability.

    Without an inner boundary the logarithm of the probability of crossing is a concave function of the
    boundary, because truncating and convolving a normal density leaves it log-concave. Newton steps from a
    bound beyond the root then move monotonically to it; Halley's correction, held to twice the step, makes
    them cubic. With one, those who go on are in two groups, and a step that leads astray is replaced by
    halving the interval.

    Args:
        score: nodes of those who went on, growing.
        mass: mass at the nodes, under `effect`.
        before: information reached.
        now: information at the next look.
        effect: effect under which the probability is meant.
        probability: of going on until now and crossing.
        sign: 1 for an upper boundary, -1 for a lower one.

    Returns:
        The boundary on the Z scale; infinite on the far side when the probability is zero or nobody has gone
        on, on the near side when it is at least that of having gone on.

    Example:
        >>> _, _, score, mass = start()
        >>> round(boundary(score, mass, 0.0, 1.0, 0.0, 0.025, 1.0), 9)
        1.959963985
    """
    total = _total(mass)
    if probability < SMALLEST_PROBABILITY or total <= 0.0:
        return sign * np.inf
    if probability >= total:
        return -sign * np.inf
    growth = now - before
    deviation = np.sqrt(growth)
    shift = effect * growth
    # Two bounds beyond the root: as if nobody had stopped, and as if all were at the most extreme node.
    extreme = score[-1] if sign > 0.0 else score[0]
    most = min(
        sign * effect * now - np.sqrt(now) * normal_quantile_of(probability),
        sign * (extreme + shift) - deviation * normal_quantile_of(probability / total),
    )
    nearest = score[0] if sign > 0.0 else score[-1]
    least = sign * (nearest + shift) - FARTHEST * deviation
    edge = most
    target = log_of(probability)
    for _ in range(MOST_STEPS):
        found, slope, curvature = _beyond(score, mass, sign * edge - shift, deviation, sign)
        excess = log_of(found) - target
        if excess > 0.0:
            least = edge
        else:
            most = edge
        correction = 0.5 * excess * (found / slope * (curvature / slope) - 1.0)
        step = -excess * found / slope * deviation / (1.0 - min(correction, 0.5))
        if abs(step) < 1e-5 * deviation:  # the error left is of the order of the cube of this
            edge += step
            break
        edge = edge + step if least <= edge + step <= most else 0.5 * (least + most)
    return float(sign * edge / np.sqrt(now))


@kernel
def _inner_boundary(
    score: Floats, mass: Floats, before: float, now: float, effect: float, probability: float, upper: float
) -> float:
    """Return the boundary within which |Z| is at the next look with a given probability, or the upper one.

    Newton steps, kept between bounds that enclose the root.
    """
    growth = now - before
    deviation = np.sqrt(growth)
    shift = effect * growth
    if probability < SMALLEST_PROBABILITY:
        return 0.0
    least = 0.0
    most = min(upper * np.sqrt(now), abs(effect) * now + TAIL * np.sqrt(now))
    if _within(score, mass, shift, most, deviation)[0] <= probability:
        return upper
    edge = 0.5 * most
    for _ in range(MOST_STEPS):
        found, slope = _within(score, mass, shift, edge, deviation)
        if found < probability:
            least = edge
        else:
            most = edge
        guess = edge - (found - probability) / slope
        guess = guess if least <= guess <= most else 0.5 * (least + most)
        step = guess - edge
        edge = guess
        if abs(step) < 1e-8 * deviation:  # the error left is of the order of the square of this
            break
    return float(edge / np.sqrt(now))


@kernel
def solve(
    information: Floats,
    bounds: Floats,
    steps: Floats,
    effect: float,
    mirrored: bool,
) -> tuple[Floats, float]:
    """Walk through the looks and solve the boundaries that are not given.

    Args:
        information: at each look, growing; shape (looks,).
        bounds: lower, inner and upper boundaries on the Z scale, shape (3, looks); NaN where one is to be
            solved. A lower or inner boundary beyond the upper one is taken back to it.
        steps: shape (2, looks): the probability, without an effect, of crossing each upper boundary that is
            to be solved; and, under `effect`, of stopping at a lower boundary, or within an inner one.
        effect: effect under which futility is spent.
        mirrored: whether lower boundaries are the mirror image of upper ones.

    Returns:
        The boundaries, shape (3, looks), and the probability under `effect` of stopping for futility: within
        the inner boundaries when mirrored, else at the lower ones.

    Example:
        >>> bounds = np.array([[-np.inf, -np.inf], [0.0, 0.0], [np.nan, np.nan]])
        >>> steps = np.array([[0.01, 0.015], [0.0, 0.0]])
        >>> found, futile = solve(np.array([0.5, 1.0]), bounds, steps, 0.0, False)
        >>> found[2].round(4).tolist(), futile
        ([2.3263, 2.0758], 0.0)
    """
    looks = information.size
    found = bounds.copy()
    lower, inner, upper = found
    needs_null = False
    for bound in upper:
        needs_null |= np.isnan(bound)
    least = min(0.0, effect) if needs_null else effect
    most = max(0.0, effect) if needs_null else effect
    state = start()
    before = 0.0
    futile = 0.0
    for k in range(looks):
        now = information[k]
        _, _, score, mass = state
        if np.isnan(upper[k]):
            null = reweighted(score, mass, before, effect, 0.0)
            upper[k] = boundary(score, null, before, now, 0.0, steps[0, k], 1.0)
        if mirrored:
            upper[k] = max(upper[k], 0.0)  # zero where more may be spent on one side than half of those left
            lower[k] = -upper[k]
            if np.isnan(inner[k]):
                inner[k] = _inner_boundary(score, mass, before, now, effect, steps[1, k], upper[k])
            inner[k] = min(inner[k], upper[k])
        else:
            if np.isnan(lower[k]):
                lower[k] = boundary(score, mass, before, now, effect, steps[1, k], -1.0)
            lower[k] = min(lower[k], upper[k])
        futile += _futility(score, mass, before, now, effect, inner[k] if mirrored else lower[k], mirrored)
        if k + 1 < looks:
            narrowest = np.sqrt(min(now - before, information[k + 1] - now))
            look = (lower[k], inner[k], upper[k])
            state = advance(state, before, now, look, narrowest, effect, (least, most))
            before = now
    return found, futile


@kernel
def _futility(
    score: Floats, mass: Floats, before: float, now: float, effect: float, bound: float, mirrored: bool
) -> float:
    """Return the probability of being within an inner boundary at the next look, or below a lower one."""
    if bound == -np.inf or (mirrored and bound <= 0.0):
        return 0.0
    growth = now - before
    edge = bound * np.sqrt(now)
    if mirrored:
        return _within(score, mass, effect * growth, edge, np.sqrt(growth))[0]
    return _beyond(score, mass, edge - effect * growth, np.sqrt(growth), -1.0)[0]


@kernel
def meet(
    information: Floats, bounds: Floats, steps: Floats, mirrored: bool, probability: float, start: float
) -> tuple[Floats, float]:
    """Solve boundaries at the effect at which stopping for futility has a given probability.

    Secant steps on the normal quantile of the probability, which is nearly linear in the effect. The error
    after one of them is about its square over the step before the last.

    Args:
        information: as for `solve`.
        bounds: as for `solve`.
        steps: as for `solve`.
        mirrored: as for `solve`.
        probability: of stopping for futility.
        start: a first guess of the effect.

    Returns:
        The boundaries, shape (3, looks), and the effect; NaN where the steps do not shrink at once and a more
        careful search is needed.

    Example:
        >>> bounds, steps = np.array([[np.inf], [0.0], [2.0]]), np.zeros((2, 1))
        >>> round(meet(np.array([1.0]), bounds, steps, False, 0.1, 3.0)[1], 6)
        3.281552
    """
    target = normal_quantile_of(probability)
    now = start
    value = normal_quantile_of(solve(information, bounds, steps, now, mirrored)[1]) - target
    step = 0.04 * start
    last_step = step
    for trial in range(MOST_STEPS):
        before_last, last_step = last_step, step
        last_value = value
        now += step
        value = normal_quantile_of(solve(information, bounds, steps, now, mirrored)[1]) - target
        step *= value / (last_value - value)
        # The first step has a length of its own; after it every one must be shorter.
        if not abs(step) < (abs(start) if trial == 0 else 0.5 * abs(last_step)):
            break
        if step * step <= 1e-14 * abs(before_last):
            effect = now + step
            return solve(information, bounds, steps, effect, mirrored)[0], effect
    return bounds, np.nan


@kernel
def crossing(information: Floats, bounds: Floats, effects: Floats) -> Floats:
    """Return the probabilities of first crossing each boundary at each look, for several effects.

    Args:
        information: at each look, growing; shape (looks,).
        bounds: lower, inner and upper boundaries on the Z scale, shape (3, looks); an inner boundary of 0 is
            none.
        effects: drifts per unit of square-root information; shape (effects,).

    Returns:
        Shape (3, effects, looks), in the order of the boundaries.

    Example:
        >>> bounds = np.array([[-1.0, 1.9], [0.0, 0.0], [2.5, 1.9]])
        >>> crossing(np.array([0.5, 1.0]), bounds, np.array([0.0])).sum(axis=-1).round(4).ravel().tolist()
        [0.9685, 0.0, 0.0315]
    """
    looks = information.size
    result = np.zeros((3, effects.size, looks))
    least = effects.min()
    most = effects.max()
    reference = 0.5 * (least + most)
    state = start()
    before = 0.0
    for k in range(looks):
        now = information[k]
        growth = now - before
        deviation = np.sqrt(growth)
        root = np.sqrt(now)
        lower, inner, upper = bounds[0, k], bounds[1, k], bounds[2, k]
        _, _, score, mass = state
        for e in range(effects.size):
            shift = effects[e] * growth
            under = reweighted(score, mass, before, reference, effects[e])
            if lower > -np.inf:
                result[0, e, k] = _beyond(score, under, lower * root - shift, deviation, -1.0)[0]
            if inner > 0.0:
                result[1, e, k] = _within(score, under, shift, inner * root, deviation)[0]
            if upper < np.inf:
                result[2, e, k] = _beyond(score, under, upper * root - shift, deviation, 1.0)[0]
        if k + 1 < looks:
            narrowest = np.sqrt(min(growth, information[k + 1] - now))
            state = advance(state, before, now, (lower, inner, upper), narrowest, reference, (least, most))
            before = now
    return result
