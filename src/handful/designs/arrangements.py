"""How participants are observed: side by side, on both sides of one person, before and after, or until an event.

An arrangement turns potential outcomes and an assignment into what the trial sees, and applies the estimand's
strategies for participants who are not dosed or are lost.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from handful.designs.pieces import Record
from handful.participants.endpoint import Endpoint, SimulatedEvent
from handful.participants.observations import (
    TREATED,
    Arms,
    Courses,
    Events,
    Flags,
    Floats,
    Observations,
    Outcomes,
    Pairs,
)
from handful.participants.potential import Exposure, Participants


class Arrangement(ABC):
    """How participants are observed."""

    lead_in: float = 0.0
    """Months of observation before treatment."""
    inferior_share: float | None = None
    """Share of a participant that is left with each option; None when a participant has one arm."""
    subgroup: str | None = None
    """Name of the factor whose bearers are looked at on their own; None when nobody is."""

    @abstractmethod
    def observe(self, people: Participants, arm: Arms, endpoint: Endpoint) -> Observations:
        """What is seen of the participants under the assignment."""

    def chances(self, chances: Mapping[str, float]) -> dict[str, float] | None:
        """Chances of what this arrangement sees of a participant, from `Scenario.chances`; None when they do not follow."""
        return None

    def record(self, people: Participants, arm: Arms, endpoint: Endpoint) -> Record:
        """Observations with the calendar months in which they become known."""
        seen = self.observe(people, arm, endpoint)
        arrival = people.arrival
        if arrival is None:
            return Record(seen, None, None)
        dosed = arrival + people.waiting + self.lead_in
        lost = people.dropout
        follow_up = endpoint.known_after if lost is None else np.minimum(lost, endpoint.known_after)
        return Record(seen, arrival, dosed + follow_up)


def undosed(people: Participants, arm: Arms) -> Flags | None:
    """Participants assigned to treatment for whom no product could be made; None when there are none."""
    if people.manufactured is None:
        return None
    return np.asarray(~people.manufactured & (arm >= TREATED))


def dosed_with(people: Participants, arm: Arms) -> Arms:
    """What each participant was really given: those for whom no product could be made are as on control."""
    missed = undosed(people, arm)
    return arm if missed is None else np.where(missed, np.int8(0), arm)


def members(people: Participants, subgroup: str | None) -> Flags | None:
    """Who belongs to the subgroup that a design asks about."""
    return None if subgroup is None else people.has(subgroup)


def seen_outcomes(people: Participants, arm: Arms, endpoint: Endpoint) -> tuple[Flags | None, Flags | None]:
    """(observed, failed): whose outcome is seen, and whose outcome is set to failure by a composite strategy."""
    observed: Flags | None = None
    failed: Flags | None = None
    missed = undosed(people, arm)
    lost = None if people.dropout is None else np.asarray(people.dropout < endpoint.known_after)
    events: tuple[tuple[SimulatedEvent, Flags | None], ...] = (("not dosed", missed), ("dropout", lost))
    for event, happened in events:
        if happened is None:
            continue
        strategy = endpoint.strategy(event)
        if strategy == "composite":
            failed = happened if failed is None else failed | happened
        elif not (event == "not dosed" and strategy == "treatment policy"):
            observed = ~happened if observed is None else observed & ~happened
    return observed, failed


@dataclass(frozen=True)
class SideBySide(Arrangement):
    """Each participant is observed on one arm, once, at the endpoint's time.

    Attributes:
        arms: Treatment arms beside control.
        subgroup: Name of the factor whose bearers are looked at on their own; None when nobody is.
    """

    arms: int = 1
    subgroup: str | None = None

    def chances(self, chances: Mapping[str, float]) -> dict[str, float]:
        """Those of the scenario."""
        return dict(chances)

    def observe(self, people: Participants, arm: Arms, endpoint: Endpoint) -> Outcomes:
        """One outcome a participant."""
        outcome = people.outcome_on(dosed_with(people, arm), self.arms)
        observed, failed = seen_outcomes(people, arm, endpoint)
        if failed is not None:
            outcome = np.where(failed, 0.0 if endpoint.sign > 0 else 1.0, outcome)
        return Outcomes(arm, observed, outcome, subgroup=members(people, self.subgroup))


@dataclass(frozen=True)
class BothSides(Arrangement):
    """Within each participant some units are treated and as many are not: two eyes, wounds in pairs.

    Attributes:
        pairs: Pairs of units in each participant.
    """

    pairs: int = 1
    inferior_share = 0.5

    def chances(self, chances: Mapping[str, float]) -> dict[str, float] | None:
        """Those of the scenario; several pairs of one person are not counted."""
        return dict(chances) if self.pairs == 1 else None

    def observe(self, people: Participants, arm: Arms, endpoint: Endpoint) -> Pairs:
        """Both sides of every pair; the units are randomised within the person."""
        treated = np.stack([people.outcome(Exposure.TREATED, 2 * j) for j in range(self.pairs)], axis=2)
        control = np.stack([people.outcome(Exposure.BESIDE, 2 * j + 1) for j in range(self.pairs)], axis=2)
        missed = undosed(people, arm)
        if missed is not None:
            plain = [people.outcome(Exposure.UNTREATED, unit) for unit in range(2 * self.pairs)]
            treated = np.where(missed[:, :, None], np.stack(plain[0::2], axis=2), treated)
            control = np.where(missed[:, :, None], np.stack(plain[1::2], axis=2), control)
        observed, failed = seen_outcomes(people, arm, endpoint)
        if failed is not None:
            worst = 0.0 if endpoint.sign > 0 else 1.0
            treated = np.where(failed[:, :, None], worst, treated)
            control = np.where(failed[:, :, None], worst, control)
        return Pairs(arm, observed, treated, control)


@dataclass(frozen=True)
class BeforeAfter(Arrangement):
    """Each participant is compared with their own past.

    Attributes:
        lead_in: Months of observation before treatment.
    """

    lead_in: float = 0.0

    def chances(self, chances: Mapping[str, float]) -> dict[str, float]:
        """Nobody has the favourable result before treatment, so that every one after it is a change for the better."""
        return {"treated only": chances["treated"], "control only": 0.0, "concordant": 1 - chances["treated"]}

    def observe(self, people: Participants, arm: Arms, endpoint: Endpoint) -> Pairs:
        """The outcome after treatment beside the outcome before it."""
        missed = undosed(people, arm)
        after = (
            people.outcome(Exposure.TREATED)
            if missed is None
            else np.asarray(people.outcome_under(~missed), dtype=np.float64)
        )
        before = people.before(self.lead_in)
        if endpoint.kind == "continuous":
            after = before + after  # the outcome is the change from baseline
        observed, failed = seen_outcomes(people, arm, endpoint)
        if failed is not None:
            after = np.where(failed, before, after)
        windows = endpoint.kind == "count" and self.lead_in > 0
        exposure = endpoint.known_after / self.lead_in if windows else 1.0
        return Pairs(arm, observed, after[:, :, None], before[:, :, None], exposure)


@dataclass(frozen=True)
class Repeated(Arrangement):
    """Each participant is measured at visits before and after treatment.

    Attributes:
        visits: Months from treatment of each visit.
    """

    visits: tuple[float, ...] = (0.0,)

    @property
    def lead_in(self) -> float:  # type: ignore[override]
        """Months of observation before treatment."""
        return max(0.0, -min(self.visits))

    def observe(self, people: Participants, arm: Arms, endpoint: Endpoint) -> Courses:
        """The measured course of each participant."""
        times = np.asarray(self.visits, dtype=np.float64)
        missed = undosed(people, arm)
        values = (
            people.course(Exposure.TREATED, times) if missed is None else people.course_under(~missed, times)
        )
        observed, _ = seen_outcomes(people, arm, endpoint)
        return Courses(arm, observed, values, times)


@dataclass(frozen=True)
class UntilEvent(Arrangement):
    """Each participant is followed until the event, the loss of the participant, or the end of follow-up.

    Attributes:
        arms: Treatment arms beside control.
        subgroup: Name of the factor whose bearers are looked at on their own; None when nobody is.
    """

    arms: int = 1
    subgroup: str | None = None

    def observe(self, people: Participants, arm: Arms, endpoint: Endpoint) -> Events:
        """Times from the start of each participant's clock, which is the day of treatment (or its control day)."""
        missed = undosed(people, arm)
        time = np.asarray(people.outcome_on(dosed_with(people, arm), self.arms), dtype=np.float64)
        event = np.ones(arm.shape, dtype=np.bool_)
        if people.dropout is not None:
            event &= time <= people.dropout
            time = np.minimum(time, people.dropout)
        if endpoint.known_after > 0:
            event &= time <= endpoint.known_after
            time = np.minimum(time, endpoint.known_after)
        arrival = people.arrival
        entry: Floats = np.zeros(arm.shape) if arrival is None else arrival + people.waiting
        observed = None
        if missed is not None and endpoint.strategy("not dosed") in ("hypothetical", "principal stratum"):
            observed = ~missed
        return Events(arm, observed, entry, time, event, subgroup=members(people, self.subgroup))

    def record(self, people: Participants, arm: Arms, endpoint: Endpoint) -> Record:
        """A participant is resolved at the end of their own follow-up."""
        seen = self.observe(people, arm, endpoint)
        if people.arrival is None:
            return Record(seen, None, None)
        return Record(seen, people.arrival, seen.entry + seen.time)
