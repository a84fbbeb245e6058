"""Two arms with a time to an event: the log-rank test and the hazard ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Aim, Comparator, Estimate, Evidence, Floats, Process, Score, Sizes
from handful.analyses.scales import OnZ
from handful.analyses.wald import Wald
from handful.kernels.cox import cox, cox_score
from handful.kernels.survival import logrank
from handful.participants.observations import Cut, Events, Observations

_OF_ONE_EVENT = 0.25
"""Largest variance of whose event it is, when the arms have as many at risk."""


class LogRank(OnZ):
    """The log-rank test; against a margin the score test of the Cox model at the margin.

    Benefit is minus the log hazard ratio when a later event is better, and the log hazard ratio when a sooner one is. The
    estimate is that of the Cox model with Efron's ties and a Wald interval. When all informative events are in one arm the
    partial likelihood has no maximum and the penalised estimate is reported, which is finite. Without an event while both
    arms are at risk there is no estimate and no evidence (z is 0).
    """

    kind: Literal["log-rank"] = "log-rank"
    meaning: ClassVar[str] = "log-rank test of two arms"
    references: ClassVar[tuple[str, ...]] = ("mantel1966", "cox1972", "heinze2001", "schoenfeld1981")
    endpoints: ClassVar[frozenset[str]] = frozenset({"time to event"})
    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Events
    information_comes_from: ClassVar[Literal["participants", "events"]] = "events"
    gives_score: ClassVar[bool] = True

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z of the log-rank or score test."""
        return Evidence(self.score(seen, cut, aim).z[:, None])

    def score(self, seen: Observations, cut: Cut, aim: Aim) -> Score:
        """Events seen on treatment beside those expected under the null, with the variance of their difference."""
        data = followed(seen, cut)
        if aim.null == 0:
            told = logrank(data.entry, data.time, data.event, data.arm, data.month, data.taken)
            return Score(-aim.sign * (told.observed - told.expected), told.variance, _OF_ONE_EVENT)
        value, information = cox_score(
            data.entry, data.time, data.event, data.arm, data.month, -aim.sign * aim.null, data.taken
        )
        return Score(-aim.sign * value, information, _OF_ONE_EVENT)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Log hazard ratio, treated over control, signed as a benefit, with its Wald interval."""
        data = followed(seen, cut)
        fit = cox(data.entry, data.time, data.event, data.arm, data.month, data.taken)
        return Wald(-aim.sign * fit.log_ratio, fit.error, np.full(len(fit.error), np.inf)).estimate(aim.alpha)

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """Information of the log hazard ratio: events times the shares of the arms (a quarter of the events for 1:1).

        `sizes` are the events planned at each look, split as participants are allocated (Schoenfeld 1981).
        """
        if any(control == 0 or treated == 0 for control, treated in sizes):
            return None
        return Process(tuple(c * t / (c + t) for c, t in sizes), benefit - aim.null)


@dataclass(frozen=True)
class Followed:
    """Times to events as they are looked at; shapes (trials, participants).

    Attributes:
        entry: Calendar month of entry.
        time: Months from entry to the event or the loss.
        event: Whether `time` ends with the event.
        arm: Arm.
        month: Calendar month of the look, shape (trials,).
        taken: Who takes part; None for everybody.
    """

    entry: Floats
    time: Floats
    event: NDArray[np.bool_]
    arm: NDArray[np.int8]
    month: Floats
    taken: NDArray[np.bool_] | None


def followed(seen: Observations, cut: Cut) -> Followed:
    """What is looked at of times to events.

    Participants beyond those included take no part, and a trial that includes nobody shows nothing. A look at month 0 means
    that recruitment has no calendar: everybody has been followed to their own end.
    """
    assert isinstance(seen, Events)
    participants = seen.shape[1]
    calendar = np.where(cut.month > 0, cut.month, np.inf)
    month = np.where(cut.included > 0, calendar, -np.inf)
    taken = seen.observed
    event = seen.event
    if np.isinf(month).any():
        # Whoever never has the event does not have it at the end of time either.
        event = event & np.isfinite(seen.time)
    partly = (cut.included > 0) & (cut.included < participants)
    if partly.any():
        first = np.arange(participants) < cut.included[:, None]
        taken = first if taken is None else taken & first
    return Followed(seen.entry, seen.time, event, seen.arm, month, taken)
