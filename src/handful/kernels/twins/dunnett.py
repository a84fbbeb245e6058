"""Twin of `handful.kernels.dunnett`: all problems at once, the sums in the same order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.twins.normal_table import normal_cdf_from

__all__ = ["any_beyond"]

Floats = NDArray[np.float64]


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
        The same bits as `handful.kernels.dunnett.any_beyond`.

    Example:
        >>> from handful.kernels.normal_table import normal_table
        >>> one, slopes, offsets = np.ones(1), np.zeros((1, 2)), np.array([[0.0, np.inf]])
        >>> any_beyond(slopes, offsets, 0 * one, one, one, one, normal_table(), False).tolist()
        [0.5]
    """
    total = np.zeros(len(slopes))
    for scale, scale_weight in zip(scales, scale_weights, strict=True):
        inner = np.zeros(len(slopes))
        for node, weight in zip(nodes, weights, strict=True):
            any_arm = np.zeros(len(slopes))
            for slope, offset in zip(slopes.T, offsets.T, strict=True):
                beyond = normal_cdf_from(slope * node - scale * offset, table)
                if two_sided:
                    beyond = beyond + normal_cdf_from(-slope * node - scale * offset, table)
                any_arm = any_arm + beyond * (1.0 - any_arm)
            inner = inner + weight * any_arm
        total = total + scale_weight * inner
    return total
