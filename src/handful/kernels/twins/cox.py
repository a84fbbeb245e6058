"""Twin of `handful.kernels.cox`: one event time after another, everyone compared with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.twins.elementary import exp

__all__ = ["cox", "cox_score"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]


def cox(
    entry: Floats, time: Floats, event: Flags, arm: Arms, cut: Floats, observed: Flags
) -> tuple[Floats, Floats, Flags]:
    """Estimate the hazard ratio of two arms in each trial.

    Args:
        entry: calendar time when a participant's follow-up starts, shape (trials, participants).
        time: time from entry to the event or to the loss of the participant.
        event: whether `time` ends with the event.
        arm: 0 or 1.
        cut: calendar time of the look, shape (trials,).
        observed: whether a participant takes part.

    Returns:
        The same bits as `handful.kernels.cox.cox`.

    Example:
        >>> one = np.ones((1, 2))
        >>> time, arm, cut = np.array([[1.0, 2.0]]), np.array([[1, 0]]), np.array([9.0])
        >>> cox(0 * one, time, one > 0, arm, cut, one > 0)[2].tolist()
        [True]
    """
    rows = [
        _fit(_risk_sets(entry[t], time[t], event[t], arm[t], float(cut[t]), observed[t]))
        for t in range(len(time))
    ]
    log_ratio, error, penalised = zip(*rows, strict=True)
    return np.array(log_ratio), np.array(error), np.array(penalised)


def cox_score(
    entry: Floats, time: Floats, event: Flags, arm: Arms, cut: Floats, observed: Flags, beta: float
) -> tuple[Floats, Floats]:
    """Compute the score of each trial at a given log hazard ratio.

    Args:
        entry: calendar time when a participant's follow-up starts, shape (trials, participants).
        time: time from entry to the event or to the loss of the participant.
        event: whether `time` ends with the event.
        arm: 0 or 1.
        cut: calendar time of the look, shape (trials,).
        observed: whether a participant takes part.
        beta: the log hazard ratio.

    Returns:
        The same bits as `handful.kernels.cox.cox_score`.

    Example:
        >>> one = np.ones((1, 2))
        >>> time, arm, cut = np.array([[1.0, 2.0]]), np.array([[1, 0]]), np.array([9.0])
        >>> [part.tolist() for part in cox_score(0 * one, time, one > 0, arm, cut, one > 0, 0.0)]
        [[0.5], [0.25]]
    """
    rows = [
        _derivatives(_risk_sets(entry[t], time[t], event[t], arm[t], float(cut[t]), observed[t]), beta)
        for t in range(len(time))
    ]
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def _risk_sets(
    entry: Floats, time: Floats, event: Flags, arm: Arms, cut: float, observed: Flags
) -> list[tuple[int, int, int, int]]:
    """At risk in arm 0 and 1, and events in arm 0 and 1, at each event time."""
    taken = observed & (entry < cut) & (arm >= 0) & (arm <= 1)
    entry, time, event, treated = entry[taken], time[taken], event[taken], arm[taken] == 1
    happened = event & (entry + time <= cut)
    followed = np.where(happened, time, np.minimum(time, cut - entry))
    sets = []
    for moment in np.unique(followed[happened]):
        at_risk, now = followed >= moment, happened & (followed == moment)
        on_control = int((at_risk & ~treated).sum()), int((now & ~treated).sum())
        on_treatment = int((at_risk & treated).sum()), int((now & treated).sum())
        sets.append((on_control[0], on_treatment[0], on_control[1], on_treatment[1]))
    return sets


def _derivatives(sets: list[tuple[int, int, int, int]], beta: float) -> tuple[float, float, float]:
    """Score, information and its slope."""
    ratio = float(exp(beta))
    score = information = slope = 0.0
    for controls, treated, control_events, treated_events in sets:
        events = control_events + treated_events
        score += treated_events
        for tied in range(events):
            gone = tied / events
            weight = (treated - gone * treated_events) * ratio
            share = weight / (controls - gone * control_events + weight)
            score -= share
            information += share * (1.0 - share)
            slope += share * (1.0 - share) * (1.0 - 2.0 * share)
    return score, information, slope


def _fit(sets: list[tuple[int, int, int, int]]) -> tuple[float, float, bool]:
    """Log hazard ratio, standard error, and whether it is penalised."""
    on_treatment = sum(d1 for m0, _, _, d1 in sets if m0 > 0)
    on_control = sum(d0 for _, m1, d0, _ in sets if m1 > 0)
    if on_treatment == on_control == 0:
        return float("nan"), float("nan"), False
    penalised = on_treatment == 0 or on_control == 0
    beta, information = 0.0, 0.0
    for _ in range(50):
        score, information, slope = _derivatives(sets, beta)
        if penalised:
            score += 0.5 * slope / information
        step = min(max(score / information, -2.0), 2.0)
        beta += step
        if abs(step) < 1e-12:
            break
    return beta, 1.0 / float(np.sqrt(information)), penalised
