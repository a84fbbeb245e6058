"""The log-rank test at a calendar time, and the calendar time of the n-th event.

Participants enter at a calendar time and are followed from there. A look at a calendar time cuts the
follow-up of everyone who is still without event: administrative censoring.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.inputs import as_block, as_mask, as_per_trial
from handful.kernels.jit import kernel
from handful.kernels.risk_sets import risk_sets, room

__all__ = ["Logrank", "logrank", "nth_event_time"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]


class Logrank(NamedTuple):
    """What the log-rank test says of each trial, each of shape (trials,).

    Attributes:
        z: (observed - expected) / sqrt(variance), positive when arm 1 has more events than expected; nan
            when the variance is 0.
        observed: events in arm 1.
        expected: events expected in arm 1 when the arms do not differ.
        variance: hypergeometric variance of the observed number.
        events: events in both arms.
    """

    z: Floats
    observed: Counts
    expected: Floats
    variance: Floats
    events: Counts


def logrank(
    entry: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    cut: ArrayLike,
    observed: ArrayLike | None = None,
) -> Logrank:
    """Compute the log-rank test of two arms in each trial at a calendar time.

    At each distinct event time, with d events among n at risk of whom m are in arm 1, arm 1 expects d * m / n
    events with variance d * (m / n) * (1 - m / n) * (n - d) / (n - 1).

    Args:
        entry: calendar time when a participant's follow-up starts, shape (trials, participants).
        time: time from entry to the event or to the loss of the participant, same shape.
        event: whether `time` ends with the event, same shape.
        arm: 0 or 1, same shape; others are left out.
        cut: calendar time of the look, one for all or shape (trials,); infinite looks at everything.
        observed: whether a participant takes part, shape (trials, participants); all by default.

    Returns:
        A `Logrank`. Participants who enter at the cut or later, or never (infinite), take no part.

    Raises:
        ValueError: if shapes do not agree.

    Source:
        Mantel (1966), Cancer Chemotherapy Reports 50:163; with the hypergeometric variance for ties as in
        Klein and Moeschberger (2003), "Survival Analysis", section 7.3.

    Example:
        >>> result = logrank([[0, 0, 0, 0]], [[1, 2, 3, 4]], [[1, 1, 1, 1]], [[1, 1, 0, 0]], np.inf)
        >>> result.observed.tolist(), result.expected.round(4).tolist(), result.z.round(4).tolist()
        ([2], [0.8333], [1.6977])
    """
    times = as_block("time", time, np.float64)
    shape = times.shape
    result = _logrank(
        as_block("entry", entry, np.float64, shape),
        times,
        as_block("event", event, np.bool_, shape),
        as_block("arm", arm, np.int8, shape),
        as_per_trial("cut", cut, np.float64, shape),
        as_mask(observed, shape),
    )
    return Logrank(*result)


def nth_event_time(
    entry: ArrayLike, time: ArrayLike, event: ArrayLike, count: ArrayLike, observed: ArrayLike | None = None
) -> Floats:
    """Return the calendar time at which a trial sees its n-th event.

    Args:
        entry: calendar time when a participant's follow-up starts, shape (trials, participants).
        time: time from entry to the event or to the loss of the participant, same shape.
        event: whether `time` ends with the event, same shape.
        count: n, at least 1, one for all or shape (trials,).
        observed: whether a participant takes part, shape (trials, participants); all by default.

    Returns:
        Shape (trials,); infinite where fewer events ever happen. A `logrank` cut there has exactly n events,
        more only when others happen at the very same time.

    Raises:
        ValueError: if shapes do not agree or n is below 1.

    Example:
        >>> nth_event_time([[0.0, 1.0, 2.0]], [[5.0, 1.0, 9.0]], [[True, True, False]], 2).tolist()
        [5.0]
    """
    times = as_block("time", time, np.float64)
    shape = times.shape
    counts = as_per_trial("count", count, np.int64, shape)
    if (counts < 1).any():
        raise ValueError("the count of events must be 1 or more")
    return _nth_event_time(
        as_block("entry", entry, np.float64, shape),
        times,
        as_block("event", event, np.bool_, shape),
        counts,
        as_mask(observed, shape),
    )


@kernel
def _logrank(
    entry: Floats, time: Floats, event: Flags, arm: Arms, cut: Floats, taken: Flags
) -> tuple[Floats, Counts, Floats, Floats, Counts]:
    """Compute the log-rank test of each trial."""
    trials, participants = time.shape
    z = np.full(trials, np.nan)
    observed = np.zeros(trials, dtype=np.int64)
    expected = np.zeros(trials)
    variance = np.zeros(trials)
    events = np.zeros(trials, dtype=np.int64)
    scratch, risk = room(participants), np.empty((participants, 4))
    for t in range(trials):
        moments = risk_sets(entry[t], time[t], event[t], arm[t], cut[t], taken[t], scratch, risk)
        for j in range(moments):
            at_risk = risk[j, 0] + risk[j, 1]
            d = risk[j, 2] + risk[j, 3]
            share = risk[j, 1] / at_risk
            events[t] += int(d)
            observed[t] += int(risk[j, 3])
            expected[t] += d * share
            if at_risk > 1.0:
                variance[t] += d * share * (1.0 - share) * (at_risk - d) / (at_risk - 1.0)
        if variance[t] > 0.0:
            z[t] = (observed[t] - expected[t]) / np.sqrt(variance[t])
    return z, observed, expected, variance, events


@kernel
def _nth_event_time(entry: Floats, time: Floats, event: Flags, count: Counts, taken: Flags) -> Floats:
    """Return the calendar time of the n-th event of each trial."""
    trials, participants = time.shape
    result = np.full(trials, np.inf)
    happening = np.empty(participants)
    for t in range(trials):
        n = 0
        for i in range(participants):
            happening[n] = entry[t, i] + time[t, i]
            n += taken[t, i] & event[t, i] & (entry[t, i] < np.inf)
        if n < count[t]:
            continue
        # The time that has fewer than n before it and n up to it, by counting: faster than sorting a few dozen.
        for i in range(n):
            earlier = 0
            until = 0
            for j in range(n):
                earlier += happening[j] < happening[i]
                until += happening[j] <= happening[i]
            if earlier < count[t] <= until:
                result[t] = happening[i]
                break
    return result
