"""Twin of `handful.kernels.normal_table`: whole arrays at once. The table itself is plain NumPy already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.coefficients import LOWEST, PER_UNIT

__all__ = ["normal_cdf_from"]

Floats = NDArray[np.float64]


def normal_cdf_from(x: Floats, table: Floats) -> Floats:
    """Return the standard normal distribution function of each element.

    Args:
        x: numbers of any shape.
        table: `handful.kernels.normal_table.normal_table()`.

    Returns:
        The same bits as `handful.kernels.normal_table.normal_cdf_from`.

    Example:
        >>> from handful.kernels.normal_table import normal_table
        >>> normal_cdf_from(np.array([0.0, 9.5]), normal_table()).tolist()
        [0.5, 1.0]
    """
    position = np.minimum(np.maximum((x - LOWEST) * PER_UNIT, 0.0), table.shape[0] - 1.0)
    row = (position + 0.5).astype(np.int64)
    step = (position - row) / PER_UNIT
    result: Floats = table[row, 7]
    for k in range(6, -1, -1):
        result = result * step + table[row, k]
    return result
