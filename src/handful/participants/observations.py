"""What a trial has seen of its participants: the one input of every analysis, simulated or real.

A real data set is a block of one trial. Missing data are explicit masks, never a special number.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]

CONTROL, TREATED = 0, 1
"""Arm codes; the treatment arms of a design with several are 1, 2, 3 ..."""
NOT_ENROLLED = -1
"""Arm code of somebody who came and was not let in, because a trial had turned to a subgroup."""


@dataclass(frozen=True)
class Stage:
    """One earlier look of a trial that goes on: its data are the first stage of what is seen later.

    Attributes:
        included: Participants whose outcome was known at that look, counted from the first, shape (trials,).
        month: Calendar month of that look, shape (trials,).
        tested: Hypotheses that were tested with these data, shape (trials, hypotheses); None when none was ever dropped.
        enrolled: Participants who had come by then, shape (trials,): what was decided at the look holds for those after
            them; None when a look decides nothing for others.
    """

    included: Integers
    month: Floats
    tested: Flags | None = None
    enrolled: Integers | None = None


@dataclass(frozen=True)
class Cut:
    """What is looked at: the first participants of each trial, at a calendar month.

    Attributes:
        included: Participants whose outcome is known, counted from the first, shape (trials,).
        month: Calendar month of the look, shape (trials,); infinite where it is never reached.
        earlier: The looks that were held before, in order, for analyses that treat the stages of a trial one by one.
        tested: Hypotheses that are still tested, shape (trials, hypotheses); None when none was ever dropped.
    """

    included: Integers
    month: Floats
    earlier: tuple[Stage, ...] = ()
    tested: Flags | None = None


@dataclass(frozen=True)
class Observations:
    """Base of what analyses read. Shapes are (trials, participants) unless said otherwise.

    Attributes:
        arm: Arm of each participant: 0 control, 1 treated (or the first of several treatments), 2, 3 ...; -1 not enrolled.
        observed: Whether the outcome was or will be seen; None when everybody's is.
        subgroup: Who belongs to the subgroup that the design asks about; None when it asks about none.
    """

    arm: Arms
    observed: Flags | None
    subgroup: Flags | None = field(default=None, kw_only=True)

    @property
    def shape(self) -> tuple[int, int]:
        """(trials, participants)."""
        return self.arm.shape[0], self.arm.shape[1]


@dataclass(frozen=True)
class Outcomes(Observations):
    """One outcome a participant: a number, a category's rank, or 0/1.

    Attributes:
        outcome: The outcome; meaningless where not observed. A result that happens or not may be given as flags.
    """

    outcome: Floats | Flags


@dataclass(frozen=True)
class Pairs(Observations):
    """Each participant carries both sides of the comparison: two eyes, wounds in pairs, before and after.

    Attributes:
        treated: Outcome of the treated side (or after treatment), shape (trials, participants, pairs).
        control: Outcome of the untreated side (or before treatment), same shape.
        exposure: Observation time of the treated side divided by that of the control side; 1 unless counts were
            collected over windows of different length.
    """

    treated: Floats
    control: Floats
    exposure: float = 1.0


@dataclass(frozen=True)
class Courses(Observations):
    """Repeated measurements before and after treatment.

    Attributes:
        values: Measured values, shape (trials, participants, visits).
        times: Months from treatment of each visit, negative before it, shape (visits,).
    """

    values: Floats
    times: Floats


@dataclass(frozen=True)
class Events(Observations):
    """Time to an event, still running when the trial is looked at.

    Attributes:
        entry: Calendar month at which the participant's clock starts.
        time: Months from entry to the event or to the loss of the participant.
        event: Whether `time` ends with the event (otherwise the participant is lost then).
    """

    entry: Floats
    time: Floats
    event: Flags

    def happened_by(self, month: Floats) -> Flags:
        """Whose event has been seen, shape (trials, participants).

        Args:
            month: Calendar month, of a shape that broadcasts with that of the times.
        """
        return np.asarray(self.event & (self.entry + self.time <= month))

    def followed_until(self, month: Floats) -> Events:
        """What is seen when people are followed no longer than to a calendar month.

        Args:
            month: The last month of each participant, shape (trials, participants); infinite for no end.

        Example:
            >>> two = np.array([[0.0, 2.0]])
            >>> seen = Events(np.zeros((1, 2), np.int8), None, two, np.array([[5.0, 5.0]]), two < 9)
            >>> cut = seen.followed_until(np.array([[np.inf, 6.0]]))
            >>> cut.time.tolist(), cut.event.tolist()
            ([[5.0, 4.0]], [[True, False]])
        """
        beyond = self.entry + self.time > month
        time = np.subtract(month, self.entry, out=self.time.copy(), where=beyond)
        return replace(self, time=np.maximum(time, 0.0), event=self.event & ~beyond)
