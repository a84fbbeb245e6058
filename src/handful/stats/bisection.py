"""Many roots at once: bisection of one monotone function per element of an array."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def bisect_increasing(
    function: Callable[[Array], Array], lower: Array, upper: Array, steps: int = 64
) -> Array:
    """Where each of many increasing functions crosses zero.

    Bisection needs nothing but the sign, so it serves where a derivative is infinite or a function is flat,
    and 64 halvings exhaust the 53 bits of a float64. Where a function keeps one sign on its whole bracket,
    the nearer end of the bracket is returned, which is what confidence limits at the edge of the sample
    space need.

    Args:
        function: maps an array of points, one per element, to their values; increasing in each element.
        lower: the left ends of the brackets.
        upper: the right ends, of the same shape.
        steps: how many times each bracket is halved.

    Returns:
        The middle of the last bracket of each element.

    Example:
        >>> bisect_increasing(lambda x: x**2 - np.array([4.0, 9.0]), np.zeros(2), np.full(2, 10.0)).round(12)
        array([2., 3.])
    """
    left, right = np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64)
    for _ in range(steps):
        middle = 0.5 * (left + right)
        below = function(middle) < 0.0
        left = np.where(below, middle, left)
        right = np.where(below, right, middle)
    return 0.5 * (left + right)
