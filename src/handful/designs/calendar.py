"""Looks at months of the calendar, whoever's outcome is known by then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from handful.designs.pieces import EventCounts, KnownOutcomes, Looks, Record, interim_sizes
from handful.designs.words import list_words
from handful.kernels.counting import arrived_by
from handful.participants.observations import Cut, Events, Integers


@dataclass(frozen=True)
class AtMonths(Looks):
    """Interim looks at given months after recruitment begins, and a last one when everything planned is known.

    How much is known at a month differs from trial to trial. Participants are counted from the first up to the one before
    whom everybody's outcome is known: outcomes that come early, such as a failure by dropping out, then weigh no more than
    those that take their time. Where everything is known before a month, that look is the last.

    Attributes:
        months: Months of the interim looks, increasing.
        last: The last look: so many known outcomes, or so many events.
    """

    known_sizes: ClassVar[bool] = False

    months: tuple[float, ...]
    last: KnownOutcomes | EventCounts

    @property
    def counts(self) -> Literal["participants", "events"]:
        """What the last look counts."""
        return self.last.counts

    @property
    def number(self) -> int:
        """One for each month, and the last."""
        return len(self.months) + 1

    def planned(self) -> tuple[int, ...]:
        """What the looks would have if what is known grew evenly."""
        return interim_sizes([(k + 1) / self.number for k in range(self.number)], self.last.planned()[0])

    def cut(self, look: int, record: Record, trials: int, sizes: Integers | None = None) -> Cut:
        """What is known at the month, and at most what the last look would have.

        Raises:
            ValueError: When nobody comes in time, as in a scenario without recruitment.
        """
        end = self.last.cut(0, record, trials, sizes)
        if look == len(self.months):
            return end
        month = np.minimum(self.months[look], end.month)
        if isinstance(record.observations, Events):
            return Cut(arrived_by(record.observations.entry, month), month)
        if record.resolved is None:
            raise ValueError(
                "looks at months need people who come in time: give the scenario a `recruitment` with a rate"
            )
        by_then = np.maximum.accumulate(record.resolved, axis=1) <= month[:, None]
        return Cut(np.minimum(by_then.sum(axis=1, dtype=np.int64), end.included), month)

    def describe(self) -> str:
        """In words."""
        months = list_words([f"{month:.4g}" for month in self.months])
        total, known = self.last.planned()[0], "events have happened"
        if self.counts == "participants":
            known = "participants is known"
        at_the_end = f"{'the outcome of ' if self.counts == 'participants' else ''}{total} {known}"
        return (
            f"The data are looked at {months} months after recruitment begins, whatever is known by then, and finally when "
            f"{at_the_end}."
        )
