"""Twin of `handful.kernels.survival`: one event time after another, everyone compared with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["logrank", "nth_event_time"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]


def logrank(
    entry: Floats, time: Floats, event: Flags, arm: Arms, cut: Floats, observed: Flags
) -> tuple[Floats, Counts, Floats, Floats, Counts]:
    """Compute the log-rank test of two arms in each trial at a calendar time.

    Args:
        entry: calendar time when a participant's follow-up starts, shape (trials, participants).
        time: time from entry to the event or to the loss of the participant.
        event: whether `time` ends with the event.
        arm: 0 or 1.
        cut: calendar time of the look, shape (trials,).
        observed: whether a participant takes part.

    Returns:
        The same bits as `handful.kernels.survival.logrank`.

    Example:
        >>> one = np.ones((1, 2))
        >>> time, arm, cut = np.array([[1.0, 2.0]]), np.array([[1, 0]]), np.array([9.0])
        >>> z, *_ = logrank(0 * one, time, one > 0, arm, cut, one > 0)
        >>> z.tolist()
        [1.0]
    """
    rows = [
        _logrank_of_trial(entry[t], time[t], event[t], arm[t], float(cut[t]), observed[t])
        for t in range(time.shape[0])
    ]
    z, seen, expected, variance, events = (list(column) for column in zip(*rows, strict=True))
    return np.array(z), np.array(seen), np.array(expected), np.array(variance), np.array(events)


def nth_event_time(entry: Floats, time: Floats, event: Flags, count: Counts, observed: Flags) -> Floats:
    """Return the calendar time at which a trial sees its n-th event.

    Args:
        entry: calendar time when a participant's follow-up starts, shape (trials, participants).
        time: time from entry to the event or to the loss of the participant.
        event: whether `time` ends with the event.
        count: n, shape (trials,).
        observed: whether a participant takes part.

    Returns:
        The same bits as `handful.kernels.survival.nth_event_time`.

    Example:
        >>> one = np.ones((1, 2))
        >>> nth_event_time(one, one, one > 0, np.array([3]), one > 0).tolist()
        [inf]
    """
    happening = np.sort(np.where(event & observed, entry + time, np.inf), axis=1)
    return np.array(
        [row[n - 1] if n <= row.size else np.inf for row, n in zip(happening, count, strict=True)]
    )


def _logrank_of_trial(
    entry: Floats, time: Floats, event: Flags, arm: Arms, cut: float, observed: Flags
) -> tuple[float, int, float, float, int]:
    """Compute the log-rank test of one trial."""
    taken = observed & (entry < cut) & (arm >= 0) & (arm <= 1)
    entry, time, event, treated = entry[taken], time[taken], event[taken], arm[taken] == 1
    happened = event & (entry + time <= cut)
    followed = np.where(happened, time, np.minimum(time, cut - entry))
    expected = variance = 0.0
    for moment in np.unique(followed[happened]):
        n = int((followed >= moment).sum())
        d = int((happened & (followed == moment)).sum())
        share = int((treated & (followed >= moment)).sum()) / n
        expected += d * share
        if n > 1:
            variance += d * share * (1.0 - share) * (n - d) / (n - 1)
    seen = int((happened & treated).sum())
    z = (seen - expected) / float(np.sqrt(variance)) if variance > 0.0 else float("nan")
    return z, seen, expected, variance, int(happened.sum())
