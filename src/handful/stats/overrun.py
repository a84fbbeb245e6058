"""Inference when data came in after a group-sequential trial had stopped.

With an outcome that takes a year to be known, a trial that stops at a look has participants in the pipeline
whose outcomes it does not know yet. They were treated under the protocol and belong to the analysis, and may
change what it says: the boundary was crossed partly by chance. Two established methods include them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from handful.stats._arguments import proportion
from handful.stats.normal_process import check_information
from handful.stats.sequential_inference import (
    SequentialInference,
    Sided,
    checked_stops,
    conclude,
    looks_before_each,
)
from handful.stats.stage_wise import LaterData


def deletion_inference(
    information: ArrayLike,
    lower: ArrayLike | None,
    upper: ArrayLike,
    look: ArrayLike,
    final_information: ArrayLike,
    final_z: ArrayLike,
    *,
    null_effect: float = 0.0,
    confidence: float = 0.95,
    sided: Sided = 1,
) -> SequentialInference:
    """Inference from all the data as if the look that stopped the trial had not been: the deletion method.

    The look is struck out and one with all the data takes its place. The boundaries before it stay as they
    were, and the conclusions are those of a trial that passed them and ended here. Whitehead (1992),
    Statistics in Medicine 11:175-186; preferred among several methods by Sooriyarachchi, Whitehead,
    Matsushita, Bolland and Whitehead (2003), Biometrics 59:701-709.

    It rests on the sufficient statistic and needs no weight fixed in advance. As it forgets that the look
    had stopped the trial, its error rates are close to the nominal ones and not equal to them. A claim of
    efficacy at level alpha stays a claim at that level: what it spends is at most what the trial could.

    Args:
        information: information at each planned look, growing.
        lower: lower boundaries at which trials stop, as in `stage_wise_inference`.
        upper: upper boundaries.
        look: the look that stopped each trial, from 0.
        final_information: information of each trial with all its data, above that of the look before.
        final_z: the standardised statistic of each trial with all its data.
        null_effect: effect under the null hypothesis.
        confidence: of the interval, with equal tails.
        sided: 1 or 2, as in `stage_wise_inference`.

    Returns:
        The conclusions, arrays of the broadcast shape of `look`, `final_information` and `final_z`.

    Raises:
        ValueError: as in `stage_wise_inference`, or if a final information is not above that of the look
            before the stop.

    Example:
        A trial stopped at the second of three looks with Z = 2.4, and its pipeline took it down to 2.2.

        >>> found = deletion_inference([10, 20, 30], None, [2.29, 2.29, 2.29], 1, 25.0, 2.2)
        >>> print(f"p = {found.p_value:.4f}, {found.estimate:.3f} ({found.lower:.3f} to {found.upper:.3f})")
        p = 0.0222, 0.427 (0.012 to 0.825)
    """
    levels = check_information(information)
    stops, reached, statistic = np.broadcast_arrays(
        np.asarray(look),
        np.asarray(final_information, dtype=np.float64),
        np.asarray(final_z, dtype=np.float64),
    )
    before = np.array([0.0, *levels])[checked_stops(stops, len(levels))]
    if not np.all(reached > before):
        raise ValueError("the final information must exceed that of the look before the stop")
    passed = looks_before_each(levels, lower, upper)
    return conclude(passed, stops, reached, statistic, None, null_effect, confidence, sided)


def combination_inference(
    information: ArrayLike,
    lower: ArrayLike | None,
    upper: ArrayLike,
    look: ArrayLike,
    z: ArrayLike,
    later_information: ArrayLike,
    later_z: ArrayLike,
    *,
    weight: float,
    null_effect: float = 0.0,
    confidence: float = 0.95,
    sided: Sided = 1,
) -> SequentialInference:
    """Inference that adds the data after the stop like a second study, by weighted normal scores.

    For every effect, the normal score of the stage-wise p-value at the stop and that of the later data alone
    are added with weights sqrt(1 - weight) and sqrt(weight). Whatever made the trial stop, the later data are
    independent of it; so the p-value is uniform and the interval covers exactly, however much data came
    later, if the weight was fixed in advance. Hall and Ding (2008), IMS Collections 3:33-45.

    Args:
        information: information at each planned look, growing.
        lower: lower boundaries at which trials stop, as in `stage_wise_inference`.
        upper: upper boundaries.
        look: the look that stopped each trial, from 0.
        z: the standardised statistic of each trial at that look.
        later_information: information in the later data of each trial alone, positive.
        later_z: the standardised statistic of the later data of each trial alone.
        weight: of the later data, in (0, 1); best near the share of the information that it expects.
        null_effect: effect under the null hypothesis.
        confidence: of the interval, with equal tails.
        sided: 1 or 2, as in `stage_wise_inference`.

    Returns:
        The conclusions, arrays of the broadcast shape of the outcomes; exact to 1e-9 unless the stop and the
        later data contradict each other by more than five standard errors.

    Raises:
        ValueError: as in `stage_wise_inference`, or if the weight or a later information is out of range.

    Example:
        >>> found = combination_inference(
        ...     [10, 20, 30], None, [2.29, 2.29, 2.29], 1, 2.4, 5.0, 0.1, weight=0.2
        ... )
        >>> print(f"p = {found.p_value:.4f}, {found.estimate:.3f} ({found.lower:.3f} to {found.upper:.3f})")
        p = 0.0257, 0.417 (-0.003 to 0.818)
    """
    levels = check_information(information)
    share = proportion(weight, "weight")
    stops, statistic, more, theirs = np.broadcast_arrays(
        np.asarray(look),
        np.asarray(z, dtype=np.float64),
        np.asarray(later_information, dtype=np.float64),
        np.asarray(later_z, dtype=np.float64),
    )
    if not np.all(more > 0.0):
        raise ValueError(f"the information in later data must be positive, got {later_information!r}")
    reached = np.asarray(levels)[checked_stops(stops, len(levels))]
    later = LaterData(share, more.ravel(), theirs.ravel())
    passed = looks_before_each(levels, lower, upper)
    return conclude(passed, stops, reached, statistic, later, null_effect, confidence, sided)
