"""The Cox model with the arm as its only covariate: log hazard ratio, and the score at a given one.

With one binary covariate the partial likelihood depends on the data only through who is at risk and who has the event at
each event time: a few numbers an event, once the follow-up times are sorted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.elementary import exp_of
from handful.kernels.inputs import as_block, as_mask, as_per_trial
from handful.kernels.jit import kernel
from handful.kernels.risk_sets import risk_sets, room

__all__ = ["Cox", "CoxScore", "cox", "cox_score"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]

_STEPS = 50
_LARGEST_STEP = 2.0
_CLOSE = 1e-12


class Cox(NamedTuple):
    """What the Cox model says of each trial, each of shape (trials,).

    Attributes:
        log_ratio: log hazard ratio of arm 1 to arm 0; nan without an event while both arms are at risk.
        error: its standard error.
        penalised: whether the partial likelihood has no maximum, because all those events are in one arm, and the
            penalised estimate is given in its place.
    """

    log_ratio: Floats
    error: Floats
    penalised: Flags


class CoxScore(NamedTuple):
    """Score of the partial likelihood at a given log hazard ratio, each of shape (trials,).

    Attributes:
        score: events of arm 1 minus those expected.
        information: their variance.
    """

    score: Floats
    information: Floats


def cox(
    entry: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    cut: ArrayLike,
    observed: ArrayLike | None = None,
) -> Cox:
    """Estimate the hazard ratio of two arms in each trial at a calendar time, ties by Efron's method.

    Where the partial likelihood has no maximum, the estimate is that of Firth's penalised likelihood (Heinze and Schemper
    2001, Biometrics 57:114-119), which always has one.

    Args:
        entry: calendar time when a participant's follow-up starts, shape (trials, participants).
        time: time from entry to the event or to the loss of the participant, same shape.
        event: whether `time` ends with the event, same shape.
        arm: 0 or 1, same shape; others are left out.
        cut: calendar time of the look, one for all or shape (trials,); infinite looks at everything.
        observed: whether a participant takes part, shape (trials, participants); all by default.

    Returns:
        A `Cox`.

    Raises:
        ValueError: if shapes do not agree.

    Source:
        Cox (1972), Journal of the Royal Statistical Society B 34:187; Efron (1977), JASA 72:557 for ties.

    Example:
        >>> fit = cox([[0, 0, 0, 0]], [[1, 2, 3, 4]], [[1, 1, 1, 1]], [[1, 0, 1, 0]], np.inf)
        >>> fit.log_ratio.round(4).tolist(), fit.error.round(4).tolist()
        ([0.9406], [1.2403])
    """
    return Cox(*_cox(*_checked(entry, time, event, arm, cut, observed)))


def cox_score(
    entry: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    cut: ArrayLike,
    log_ratio: float,
    observed: ArrayLike | None = None,
) -> CoxScore:
    """Compute the score of the Cox model at a given log hazard ratio, ties by Efron's method.

    Args:
        entry: calendar time when a participant's follow-up starts, shape (trials, participants).
        time: time from entry to the event or to the loss of the participant, same shape.
        event: whether `time` ends with the event, same shape.
        arm: 0 or 1, same shape; others are left out.
        cut: calendar time of the look, one for all or shape (trials,); infinite looks at everything.
        log_ratio: the log hazard ratio of arm 1 to arm 0.
        observed: whether a participant takes part, shape (trials, participants); all by default.

    Returns:
        A `CoxScore`. At 0 and without ties the score is that of the log-rank test.

    Raises:
        ValueError: if shapes do not agree.

    Example:
        >>> found = cox_score([[0, 0, 0, 0]], [[1, 2, 3, 4]], [[1, 1, 0, 0]], [[1, 1, 0, 0]], np.inf, 0.0)
        >>> found.score.round(4).tolist(), found.information.round(4).tolist()
        ([1.1667], [0.4722])
    """
    return CoxScore(*_score(*_checked(entry, time, event, arm, cut, observed), float(log_ratio)))


def _checked(
    entry: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    cut: ArrayLike,
    observed: ArrayLike | None,
) -> tuple[Floats, Floats, Flags, Arms, Floats, Flags]:
    """Return the arguments as contiguous arrays of one shape."""
    times = as_block("time", time, np.float64)
    shape = times.shape
    return (
        as_block("entry", entry, np.float64, shape),
        times,
        as_block("event", event, np.bool_, shape),
        as_block("arm", arm, np.int8, shape),
        as_per_trial("cut", cut, np.float64, shape),
        as_mask(observed, shape),
    )


@kernel
def derivatives(risk: Floats, moments: int, beta: float) -> tuple[float, float, float]:
    """Return score, information and the slope of the information at a log hazard ratio, by Efron's method."""
    ratio = exp_of(beta)
    score = 0.0
    information = 0.0
    slope = 0.0
    for j in range(moments):
        events = risk[j, 2] + risk[j, 3]
        score += risk[j, 3]
        for tied in range(int(events)):
            gone = tied / events
            treated = (risk[j, 1] - gone * risk[j, 3]) * ratio
            share = treated / (risk[j, 0] - gone * risk[j, 2] + treated)
            score -= share
            information += share * (1.0 - share)
            slope += share * (1.0 - share) * (1.0 - 2.0 * share)
    return score, information, slope


@kernel
def _maximum(risk: Floats, moments: int) -> tuple[float, float, bool]:
    """Return the log hazard ratio, its standard error and whether it is penalised."""
    treated_informative = 0.0
    control_informative = 0.0
    for j in range(moments):
        if risk[j, 0] > 0.0:
            treated_informative += risk[j, 3]
        if risk[j, 1] > 0.0:
            control_informative += risk[j, 2]
    # An event says something only while the other arm is at risk as well.
    if treated_informative == 0.0 and control_informative == 0.0:
        return np.nan, np.nan, False
    penalised = treated_informative == 0.0 or control_informative == 0.0
    beta = 0.0
    information = 0.0
    for _ in range(_STEPS):
        score, information, slope = derivatives(risk, moments, beta)
        if penalised:
            score += 0.5 * slope / information
        step = min(max(score / information, -_LARGEST_STEP), _LARGEST_STEP)
        beta += step
        if abs(step) < _CLOSE:
            break
    return beta, 1.0 / np.sqrt(information), penalised


@kernel
def _cox(
    entry: Floats, time: Floats, event: Flags, arm: Arms, cut: Floats, taken: Flags
) -> tuple[Floats, Floats, Flags]:
    """Fit the Cox model to each trial."""
    trials, participants = time.shape
    log_ratio = np.empty(trials)
    error = np.empty(trials)
    penalised = np.empty(trials, dtype=np.bool_)
    scratch, risk = room(participants), np.empty((participants, 4))
    for t in range(trials):
        moments = risk_sets(entry[t], time[t], event[t], arm[t], cut[t], taken[t], scratch, risk)
        log_ratio[t], error[t], penalised[t] = _maximum(risk, moments)
    return log_ratio, error, penalised


@kernel
def _score(
    entry: Floats, time: Floats, event: Flags, arm: Arms, cut: Floats, taken: Flags, beta: float
) -> tuple[Floats, Floats]:
    """Compute the score of each trial."""
    trials, participants = time.shape
    score = np.empty(trials)
    information = np.empty(trials)
    scratch, risk = room(participants), np.empty((participants, 4))
    for t in range(trials):
        moments = risk_sets(entry[t], time[t], event[t], arm[t], cut[t], taken[t], scratch, risk)
        score[t], information[t], _ = derivatives(risk, moments, beta)
    return score, information
