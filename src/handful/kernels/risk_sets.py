"""Who is at risk and who has the event at each event time: what the log-rank test and the Cox model need of the data.

Nothing is sorted. The place of an event among the events, and the number at risk at its time, are found by counting
over everybody, which becomes vector instructions: in trials of 60 that is three times as fast as sorting 60 times,
and it stays faster up to some thousands of participants.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.kernels.jit import kernel

__all__ = ["Room", "risk_sets", "room"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]
Room = tuple[Floats, Floats, Counts]


@kernel
def room(participants: int) -> Room:
    """Return scratch room for `risk_sets`, made once for all trials of a block (inside kernels)."""
    return np.empty((2, participants)), np.empty(participants), np.empty((participants, 4), dtype=np.int64)


@kernel
def _from(values: Floats, number: int, least: float) -> int:
    """Count the first numbers of a row that are at least so large."""
    count = 0
    for i in range(number):
        count += values[i] >= least
    return count


@kernel
def risk_sets(
    entry: Floats,
    time: Floats,
    event: Flags,
    arm: Arms,
    cut: float,
    taken: Flags,
    scratch: Room,
    risk: Floats,
) -> int:
    """Write (at risk in arm 0, in arm 1, events in arm 0, in arm 1) of each event time; return how many there are.

    Event times are in rising order (inside kernels).
    """
    followed, happening, at = scratch
    controls = 0
    treated = 0
    events = 0
    for i in range(time.size):
        if taken[i] and entry[i] < cut and 0 <= arm[i] <= 1:
            happened = event[i] and entry[i] + time[i] <= cut
            seen = time[i] if happened else min(time[i], cut - entry[i])
            # Written down for both arms and among the events; the place moves on only where it belongs.
            followed[0, controls] = seen
            followed[1, treated] = seen
            happening[events] = seen
            at[events, 0] = 0
            at[events, 1] = 0
            at[events, 2] = arm[i]
            controls += 1 - arm[i]
            treated += arm[i]
            events += happened
    # Events at the same time meet in the same place: (how many, how many in arm 1, -, one of them).
    for k in range(events):
        place = events - _from(happening, events, happening[k])
        at[place, 0] += 1
        at[place, 1] += at[k, 2]
        at[place, 3] = k
    moments = 0
    for place in range(events):
        if at[place, 0] > 0:
            moment = happening[at[place, 3]]
            risk[moments, 0] = _from(followed[0], controls, moment)
            risk[moments, 1] = _from(followed[1], treated, moment)
            risk[moments, 2] = at[place, 0] - at[place, 1]
            risk[moments, 3] = at[place, 1]
            moments += 1
    return moments
