"""Probability that any of several statistics with a shared control lies beyond its bound, in one pass.

Given the control, the statistics of the arms are independent, so that the probability is an integral over one
number (the control), or two (the pooled standard deviation as well). The rules of quadrature are arguments:
`handful.stats.dunnett` chooses them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel
from handful.kernels.normal_table import normal_cdf_from

__all__ = ["any_beyond"]

Floats = NDArray[np.float64]


@kernel
def any_beyond(
    slopes: Floats,
    offsets: Floats,
    nodes: Floats,
    weights: Floats,
    scales: Floats,
    scale_weights: Floats,
    table: Floats,
    two_sided: bool,
) -> Floats:
    """Integrate the probability that any arm is beyond its bound over control and standard deviation.

    Given the control at x and the standard deviation at s, arm i is beyond its bound with probability
    normal_cdf(slopes[i] * x - s * offsets[i]), two-sided with that of -x added.

    Args:
        slopes: shape (problems, arms).
        offsets: same shape; inf takes an arm out.
        nodes: where the control is evaluated, shape (nodes,).
        weights: quadrature weight times normal density there.
        scales: where the standard deviation is evaluated, shape (scales,).
        scale_weights: quadrature weight times density there.
        table: `handful.kernels.normal_table.normal_table()`.
        two_sided: whether an arm is also beyond its bound on the other side.

    Returns:
        Probabilities, shape (problems,).

    Example:
        >>> from handful.kernels.normal_table import normal_table
        >>> one, slopes, offsets = np.ones(1), np.zeros((1, 2)), np.array([[0.0, np.inf]])
        >>> any_beyond(slopes, offsets, 0 * one, one, one, one, normal_table(), False).tolist()
        [0.5]
    """
    result = np.empty(slopes.shape[0])
    for p in range(slopes.shape[0]):
        total = 0.0
        for j in range(scales.size):
            inner = 0.0
            for i in range(nodes.size):
                any_arm = 0.0
                beyond = 0.0
                for arm in range(slopes.shape[1]):
                    # Arms of equal size under one bound are the rule: their probability is computed once.
                    if arm == 0 or not (
                        slopes[p, arm] == slopes[p, arm - 1] and offsets[p, arm] == offsets[p, arm - 1]
                    ):
                        bound = scales[j] * offsets[p, arm]
                        beyond = normal_cdf_from(slopes[p, arm] * nodes[i] - bound, table)
                        if two_sided:
                            beyond += normal_cdf_from(-slopes[p, arm] * nodes[i] - bound, table)
                    any_arm += beyond * (1.0 - any_arm)
                inner += weights[i] * any_arm
            total += scale_weights[j] * inner
        result[p] = total
    return result
