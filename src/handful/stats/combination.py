"""Combination tests: one statistic from the separate stages of a trial, however the later ones were changed.

If the p-value of each stage is uniform under the null hypothesis given all that happened before it, a fixed
function of the stage-wise p-values keeps the type I error rate, whatever made the trial change its size, its
endpoint or its hypotheses in between. Here the function adds weighted normal scores (Lehmacher and Wassmer
1999, Biometrics 55:1286-1290); `handful.stats.fisher_combination` multiplies.

The combined statistics have the joint distribution of a group-sequential trial whose information fractions
are the cumulated squares of the weights: `handful.stats.boundaries` has their boundaries and
`handful.stats.repeated` their repeated p-values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from handful.stats._arguments import probabilities
from handful.stats.boundaries import check_fractions

Array = NDArray[np.float64]


def weighted_statistics(planned_fractions: ArrayLike, stage_z: ArrayLike) -> Array:
    """The combined statistic at the end of every stage: weighted sums of the stages' own statistics.

    Args:
        planned_fractions: information fractions at the ends of the stages as they were planned, growing, the
            last one 1. The squared weights are their increments, and must not depend on the data.
        stage_z: the standardised statistic of the data of each stage alone; shape (..., stages), also of
            fewer stages than planned. NaN where a stage did not take place.

    Returns:
        The statistic of stages 1 to k together at every k, of the shape of `stage_z`.

    Raises:
        ValueError: if the fractions are none, or there are more stages than fractions.

    Example:
        >>> weighted_statistics([0.5, 1.0], [[1.0, 2.0], [0.0, 2.0]]).round(3)
        array([[1.   , 2.121],
               [0.   , 1.414]])
    """
    fractions = np.asarray(check_fractions(planned_fractions))
    z = np.asarray(stage_z, dtype=np.float64)
    stages = z.shape[-1] if z.ndim else 0
    if not 1 <= stages <= fractions.size:
        raise ValueError(f"need the statistics of 1 to {fractions.size} stages, got shape {z.shape}")
    weights = np.sqrt(np.diff(fractions, prepend=0.0))[:stages]
    return np.asarray(np.cumsum(weights * z, axis=-1) / np.sqrt(fractions[:stages]))


def inverse_normal(planned_fractions: ArrayLike, stage_p: ArrayLike) -> Array:
    """`weighted_statistics` of one-sided p-values: the inverse normal combination test.

    Lehmacher and Wassmer (1999), Biometrics 55:1286-1290.

    Args:
        planned_fractions: as in `weighted_statistics`.
        stage_p: one-sided p-value of the data of each stage alone, in [0, 1]; shape (..., stages).

    Returns:
        The combined statistics at every stage, to be compared with group-sequential boundaries for the
        planned fractions; infinite where a p-value is 0 or 1.

    Raises:
        ValueError: if a p-value is no probability, or as in `weighted_statistics`.

    Example:
        >>> inverse_normal([0.5, 1.0], [0.1, 0.05]).round(3)
        array([1.282, 2.069])
    """
    return weighted_statistics(planned_fractions, -ndtri(probabilities(stage_p, "p-values")))


def stage_statistics(information: ArrayLike, z: ArrayLike) -> Array:
    """The statistics of each stage's data alone, from those of all data so far.

    Args:
        information: information reached at the end of each stage, growing; shape (..., stages).
        z: the standardised statistic of all data at the end of each stage, of that shape.

    Returns:
        Independent standard normal statistics if there is no effect; of the broadcast shape.

    Raises:
        ValueError: if information does not grow.

    Example:
        >>> stage_statistics([10.0, 20.0], [1.0, 2.0]).round(3)
        array([1.   , 1.828])
    """
    levels, statistic = np.broadcast_arrays(
        np.asarray(information, dtype=np.float64), np.asarray(z, dtype=np.float64)
    )
    growth = np.diff(levels, prepend=0.0, axis=-1)
    if np.any(growth <= 0.0):
        raise ValueError("information must grow from stage to stage")
    return np.asarray(np.diff(statistic * np.sqrt(levels), prepend=0.0, axis=-1) / np.sqrt(growth))


def cui_hung_wang(planned_fractions: ArrayLike, information: ArrayLike, z: ArrayLike) -> Array:
    """The weighted statistic of a trial whose size was changed on the way: the planned weights are kept.

    Stages that turned out larger than planned count less per participant than they would in the ordinary
    statistic, which is why the type I error rate is kept whatever the rule (Cui, Hung and Wang 1999,
    Biometrics 55:853-857). As long as the sizes are those planned, it is the ordinary statistic.

    Args:
        planned_fractions: information fractions at the looks as they were planned, growing, the last one 1.
        information: information that each trial did reach at the looks; shape (..., looks).
        z: the ordinary standardised statistic of each trial at the looks, of that shape.

    Returns:
        The weighted statistics, to be compared with the planned boundaries.

    Raises:
        ValueError: if planned fractions or information do not grow.

    Example:
        A trial planned for 100 participants with a look at 50 is enlarged to 200:

        >>> cui_hung_wang([0.5, 1.0], [50, 200], [1.5, 2.0]).round(3)
        array([1.5  , 2.081])
    """
    return weighted_statistics(planned_fractions, stage_statistics(information, z))
