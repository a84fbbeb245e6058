"""The root of one smooth function: few calls, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

Function = Callable[[float], float]


class RootError(ArithmeticError):
    """The function has no sign change where one was looked for."""


def find_root(function: Function, first: float, second: float, *, tolerance: float = 1e-12) -> float:
    """Where a monotone function crosses zero, from two starting points that need not enclose the root.

    Secant steps as long as each makes the function at least four times smaller; then, if the root is not
    reached, an interval that encloses it is found and narrowed. A function that is nearly linear (the normal
    quantile of a power is, in the drift) costs four or five calls.

    Args:
        function: continuous and monotone; may be infinite away from the root.
        first: one starting point.
        second: another one; the distance between them is the first step.
        tolerance: size of the last step, relative (absolute below 1). That step is still applied, so that the
            error is usually much smaller.

    Returns:
        The root.

    Raises:
        RootError: if an interval that doubles 60 times encloses no root.

    Example:
        >>> round(find_root(lambda x: x**3 - 2.0, 1.0, 1.5), 12)
        1.259921049895
    """
    before, at_before = first, function(first)
    now, at_now = second, function(second)
    while at_now != 0.0 and at_now != at_before and isfinite(at_now - at_before):
        step = -at_now * (now - before) / (at_now - at_before)
        following = now + step
        if abs(step) <= tolerance * max(1.0, abs(following)):
            return following
        value = function(following)
        if not 4.0 * abs(value) < abs(at_now):
            break
        before, at_before, now, at_now = now, at_now, following, value
    return now if at_now == 0.0 else _narrow(function, *_enclose(function, first, second), tolerance)


def _enclose(function: Function, first: float, second: float) -> tuple[float, float]:
    """Two points of opposite sign: the interval grows past the end where the function is nearer to zero."""
    left, right = min(first, second), max(first, second)
    at_left, at_right = function(left), function(right)
    for _ in range(60):
        if (at_left < 0.0) != (at_right < 0.0):
            return left, right
        width = right - left
        if abs(at_right) < abs(at_left):
            left, at_left, right = right, at_right, right + 2.0 * width
            at_right = function(right)
        else:
            right, at_right, left = left, at_left, left - 2.0 * width
            at_left = function(left)
    raise RootError(f"no sign change found between {left:g} and {right:g}")


def _narrow(function: Function, a: float, b: float, tolerance: float) -> float:
    """The root between two points of opposite sign: the Illinois method, with bisection where it is slow."""
    at_a, at_b = function(a), function(b)
    width = abs(b - a)
    step = 0
    while at_b != 0.0 and abs(b - a) > tolerance * max(1.0, abs(b)):
        point = b - at_b * (b - a) / (at_b - at_a) if isfinite(at_a - at_b) else 0.5 * (a + b)
        if step % 3 == 2:
            if abs(b - a) > 0.5 * width:  # three steps did not halve the interval
                point = 0.5 * (a + b)
            width = abs(b - a)
        step += 1
        if abs(point - b) <= tolerance * max(1.0, abs(point)):
            return point
        value = function(point)
        if (value < 0.0) != (at_b < 0.0):
            a, at_a = b, at_b
        else:
            at_a *= 0.5
        b, at_b = point, value
    return b
