"""Boundaries of a group-sequential trial, solved look by look, and the probabilities of crossing them.

`handful.stats.normal_process` says what is computed, `handful.kernels.normal_process` how those who go on are
kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.coefficients import ONE_OVER_ROOT_TWO_PI
from handful.kernels.elementary import log_of, normal_quantile_of
from handful.kernels.jit import kernel
from handful.kernels.normal_coefficients import FARTHEST, MOST_STEPS, SMALLEST_PROBABILITY, TAIL
from handful.kernels.normal_process import advance, reweighted, start
from handful.kernels.normal_tail import cdf_and_exponential

__all__ = ["boundary", "crossing", "meet", "solve"]

Floats = NDArray[np.float64]


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
