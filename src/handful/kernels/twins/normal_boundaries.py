"""Twin of `handful.kernels.normal_boundaries`: on whole rows, sums added up in order by `cumsum`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.coefficients import ONE_OVER_ROOT_TWO_PI
from handful.kernels.normal_coefficients import FARTHEST, MOST_STEPS, SMALLEST_PROBABILITY, TAIL
from handful.kernels.twins.elementary import log, normal_quantile
from handful.kernels.twins.normal_process import advance, reweighted, start
from handful.kernels.twins.normal_tail import cdf_and_exponential

__all__ = ["boundary", "crossing", "meet", "solve"]

Floats = NDArray[np.float64]


def _total(parts: Floats) -> np.float64:
    """Return the sum in the order of the row."""
    return np.float64(np.cumsum(parts)[-1] if parts.size else 0.0)


def _beyond(
    score: Floats, mass: Floats, edge: float, deviation: float, sign: float
) -> tuple[np.float64, np.float64, np.float64]:
    """Return the probability beyond an edge, its slope and its curvature."""
    z = (score - edge) * (sign / deviation)
    cdf, exponential = np.empty_like(z), np.empty_like(z)
    cdf_and_exponential(z, cdf, exponential)
    part = mass * exponential
    density, slope = _total(part), _total(part * z)
    return _total(mass * cdf), -ONE_OVER_ROOT_TWO_PI * density, -ONE_OVER_ROOT_TWO_PI * slope


def _within(
    score: Floats, mass: Floats, shift: float, edge: float, deviation: float
) -> tuple[np.float64, np.float64]:
    """Return the probability within an edge and its mirror image, and its slope."""
    below, density, _ = _beyond(score, mass, edge - shift, deviation, -1.0)
    far_below, far_density, _ = _beyond(score, mass, -edge - shift, deviation, -1.0)
    return below - far_below, -(density + far_density) / deviation


def _quantile(probability: float) -> np.float64:
    """Return the standard normal quantile."""
    return np.float64(normal_quantile(probability))


def boundary(
    score: Floats, mass: Floats, before: float, now: float, effect: float, probability: float, sign: float
) -> float:
    """Return the boundary that is crossed at the next look with a given probability.

    Args:
        score: nodes of those who went on.
        mass: mass at the nodes, under `effect`.
        before: information reached.
        now: information at the next look.
        effect: effect under which the probability is meant.
        probability: of going on until now and crossing.
        sign: 1 for an upper boundary, -1 for a lower one.

    Returns:
        The same bits as `handful.kernels.normal_boundaries.boundary`.

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
    extreme, nearest = (score[-1], score[0]) if sign > 0.0 else (score[0], score[-1])
    most = min(
        sign * effect * now - np.sqrt(now) * _quantile(probability),
        sign * (extreme + shift) - deviation * _quantile(probability / total),
    )
    least = sign * (nearest + shift) - FARTHEST * deviation
    edge = most
    target = np.float64(log(probability))
    for _ in range(MOST_STEPS):
        found, slope, curvature = _beyond(score, mass, sign * edge - shift, deviation, sign)
        excess = np.float64(log(found)) - target
        least, most = (edge, most) if excess > 0.0 else (least, edge)
        correction = 0.5 * excess * (found / slope * (curvature / slope) - 1.0)
        step = -excess * found / slope * deviation / (1.0 - min(correction, 0.5))
        if abs(step) < 1e-5 * deviation:
            edge += step
            break
        edge = edge + step if least <= edge + step <= most else 0.5 * (least + most)
    return float(sign * edge / np.sqrt(now))


def _inner_boundary(
    score: Floats, mass: Floats, before: float, now: float, effect: float, probability: float, upper: float
) -> float:
    """Return the boundary within which |Z| is at the next look with a given probability, or the upper one."""
    deviation = np.sqrt(now - before)
    shift = effect * (now - before)
    if probability < SMALLEST_PROBABILITY:
        return 0.0
    least, most = 0.0, min(upper * np.sqrt(now), abs(effect) * now + TAIL * np.sqrt(now))
    if _within(score, mass, shift, most, deviation)[0] <= probability:
        return upper
    edge = 0.5 * most
    for _ in range(MOST_STEPS):
        found, slope = _within(score, mass, shift, edge, deviation)
        least, most = (edge, most) if found < probability else (least, edge)
        guess = edge - (found - probability) / slope
        guess = guess if least <= guess <= most else 0.5 * (least + most)
        step, edge = guess - edge, guess
        if abs(step) < 1e-8 * deviation:
            break
    return float(edge / np.sqrt(now))


def solve(
    information: Floats, bounds: Floats, steps: Floats, effect: float, mirrored: bool
) -> tuple[Floats, float]:
    """Walk through the looks and solve the boundaries that are not given.

    Args:
        information: at each look.
        bounds: lower, inner and upper boundaries, NaN where one is to be solved.
        steps: probabilities to spend for efficacy and for futility.
        effect: effect under which futility is spent.
        mirrored: whether lower boundaries are the mirror image of upper ones.

    Returns:
        The same bits as `handful.kernels.normal_boundaries.solve`.

    Example:
        >>> bounds, steps = np.array([[-np.inf], [0.0], [np.nan]]), np.array([[0.025], [0.0]])
        >>> solve(np.array([1.0]), bounds, steps, 0.0, False)[0][2].round(4).tolist()
        [1.96]
    """
    found = bounds.copy()
    lower, inner, upper = found
    used = (min(0.0, effect), max(0.0, effect)) if np.isnan(upper).any() else (effect, effect)
    state, before, futile = start(), 0.0, 0.0
    with np.errstate(all="ignore"):
        for k, now in enumerate(information):
            _, _, score, mass = state
            look = (before, now)
            if np.isnan(upper[k]):
                null = reweighted(score, mass, before, effect, 0.0)
                upper[k] = boundary(score, null, *look, 0.0, steps[0, k], 1.0)
            if mirrored:
                upper[k] = max(upper[k], 0.0)
                lower[k] = -upper[k]
                if np.isnan(inner[k]):
                    inner[k] = _inner_boundary(score, mass, *look, effect, steps[1, k], upper[k])
                inner[k] = min(inner[k], upper[k])
            else:
                if np.isnan(lower[k]):
                    lower[k] = boundary(score, mass, *look, effect, steps[1, k], -1.0)
                lower[k] = min(lower[k], upper[k])
            futile += _futility(score, mass, *look, effect, inner[k] if mirrored else lower[k], mirrored)
            if k + 1 < information.size:
                narrowest = np.sqrt(min(now - before, information[k + 1] - now))
                state = advance(state, *look, (lower[k], inner[k], upper[k]), narrowest, effect, used)
                before = now
    return found, float(futile)


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


def meet(
    information: Floats, bounds: Floats, steps: Floats, mirrored: bool, probability: float, start: float
) -> tuple[Floats, float]:
    """Solve boundaries at the effect at which stopping for futility has a given probability.

    Args:
        information: as for `solve`.
        bounds: as for `solve`.
        steps: as for `solve`.
        mirrored: as for `solve`.
        probability: of stopping for futility.
        start: a first guess of the effect.

    Returns:
        The same bits as `handful.kernels.normal_boundaries.meet`.

    Example:
        >>> bounds, steps = np.array([[np.inf], [0.0], [2.0]]), np.zeros((2, 1))
        >>> round(meet(np.array([1.0]), bounds, steps, False, 0.1, 3.0)[1], 6)
        3.281552
    """
    target = _quantile(probability)
    now = start
    value = _quantile(solve(information, bounds, steps, now, mirrored)[1]) - target
    step = last_step = 0.04 * start
    with np.errstate(all="ignore"):
        for trial in range(MOST_STEPS):
            before_last, last_step = last_step, step
            last_value = value
            now += step
            value = _quantile(solve(information, bounds, steps, now, mirrored)[1]) - target
            step *= value / (last_value - value)
            if not abs(step) < (abs(start) if trial == 0 else 0.5 * abs(last_step)):
                break
            if step * step <= 1e-14 * abs(before_last):
                effect = float(now + step)
                return solve(information, bounds, steps, effect, mirrored)[0], effect
    return bounds, np.nan


def crossing(information: Floats, bounds: Floats, effects: Floats) -> Floats:
    """Return the probabilities of first crossing each boundary at each look, for several effects.

    Args:
        information: at each look.
        bounds: lower, inner and upper boundaries.
        effects: drifts per unit of square-root information.

    Returns:
        The same bits as `handful.kernels.normal_boundaries.crossing`.

    Example:
        >>> bounds = np.array([[-1.0], [0.0], [2.0]])
        >>> crossing(np.ones(1), bounds, np.zeros(1)).round(4).ravel().tolist()
        [0.1587, 0.0, 0.0228]
    """
    result = np.zeros((3, effects.size, information.size))
    used = (effects.min(), effects.max())
    reference = 0.5 * (used[0] + used[1])
    state, before = start(), 0.0
    for k, now in enumerate(information):
        growth, root = now - before, np.sqrt(now)
        deviation = np.sqrt(growth)
        lower, inner, upper = bounds[:, k]
        _, _, score, mass = state
        for e, effect in enumerate(effects):
            shift = effect * growth
            under = reweighted(score, mass, before, reference, effect)
            if lower > -np.inf:
                result[0, e, k] = _beyond(score, under, lower * root - shift, deviation, -1.0)[0]
            if inner > 0.0:
                result[1, e, k] = _within(score, under, shift, inner * root, deviation)[0]
            if upper < np.inf:
                result[2, e, k] = _beyond(score, under, upper * root - shift, deviation, 1.0)[0]
        if k + 1 < information.size:
            narrowest = np.sqrt(min(growth, information[k + 1] - now))
            state = advance(state, before, now, (lower, inner, upper), narrowest, reference, used)
            before = now
    return result
