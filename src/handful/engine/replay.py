"""One simulated trial, told participant by participant and look by look.

Because every random number has an address, the trial is drawn alone: trial 9,999,999 costs what trial 0 costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handful.designs.base import Plan
from handful.designs.pieces import Decision, Record
from handful.engine.conduct import Step, conduct, steps
from handful.engine.simulate import Job
from handful.engine.trials import Trials
from handful.participants.block import Block
from handful.participants.observations import Courses, Events, Outcomes, Pairs


@dataclass(frozen=True)
class ParticipantStory:
    """What happened to one participant.

    Attributes:
        number: Number in the order of arrival, from 1.
        arrival: Month of enrolment; None when recruitment has no timing.
        arm: `treated` or `control`.
        dosed: Whether a product could be made (always true on control).
        resolved: Month in which the outcome was known, or known to be missing.
        observed: Whether the outcome was seen.
        outcome: The outcome; for pairs that of the treated side.
        beside: Outcome of the untreated side or of the own past; None where there is none.
        event: For a time to event, whether `outcome` ends with the event.
    """

    number: int
    arrival: float | None
    arm: str
    dosed: bool
    resolved: float | None
    observed: bool
    outcome: float
    beside: float | None
    event: bool | None


@dataclass(frozen=True)
class LookStory:
    """What happened at one look.

    Attributes:
        number: Number of the look, from 1.
        month: Month in which it was held; None when recruitment has no timing.
        included: Participants whose outcome was known.
        enrolled: Participants enrolled by then.
        statistic: What the analysis said.
        success_at_least: Threshold for success; None where success could not be claimed.
        futility_at_most: Threshold for futility; None where there was none.
        decision: `success`, `futility` or `continue`; at the last look `no success` in place of `continue`.
    """

    number: int
    month: float | None
    included: int
    enrolled: int
    statistic: float
    success_at_least: float | None
    futility_at_most: float | None
    decision: str


@dataclass(frozen=True)
class TrialStory:
    """One simulated trial.

    Attributes:
        trial: Its number.
        participants: Everybody enrolled by the end.
        looks: The looks that were held.
        success: Whether benefit was claimed.
        finished: Whether the planned looks could be held before participants ran out.
        months: How long it took; None when recruitment has no timing.
        estimate: Benefit reported, with its interval (lower, upper).
        truth: True benefit in the scenario.
    """

    trial: int
    participants: tuple[ParticipantStory, ...]
    looks: tuple[LookStory, ...]
    success: bool
    finished: bool
    months: float | None
    estimate: tuple[float, float, float]
    truth: float


def replay(job: Job, trial: int) -> TrialStory:
    """Conduct one trial again, keeping everything.

    Args:
        job: Plan and scenario.
        trial: Number of the trial.

    Returns:
        Its story.

    Raises:
        ValueError: When the number is negative.
    """
    if trial < 0:
        raise ValueError(f"trials are numbered from 0; {trial} is none")
    plan, block = job.plan, Block(job.seed, trial, 1)
    people = job.scenario.participants(block, plan.participants, plan.endpoint)
    looks = []
    for step in steps(plan, people):
        record = step.record
        month = float(step.cut.month[0])
        if not np.isfinite(month):
            break
        last = step.look == plan.looks.number - 1
        looks.append(_look(plan, record, step.look, month, step, last))
    end = conduct(plan, people)
    enrolled = int(end.enrolled[0])
    made = people.manufactured
    return TrialStory(
        trial=trial,
        participants=tuple(_participant(record, made, i) for i in range(enrolled)),
        looks=tuple(looks),
        success=bool(end.success[0]),
        finished=bool(end.finished[0]),
        months=_month(record, end),
        estimate=(float(end.estimate[0]), float(end.lower[0]), float(end.upper[0])),
        truth=job.scenario.assigned_benefit(plan.endpoint),
    )


def _month(record: Record, end: Trials) -> float | None:
    """Duration, where there is timing."""
    return None if record.resolved is None else float(end.month[0])


def _look(plan: Plan, record: Record, look: int, month: float, step: Step, last: bool) -> LookStory:
    """Tell one look."""
    upper, lower = plan.rule.upper[look], plan.rule.lower[look]
    words = {Decision.SUCCESS: "success", Decision.FUTILITY: "futility", Decision.CONTINUE: "continue"}
    said = words[Decision(int(step.decision[0, 0]))]
    included = int(step.cut.included[0])
    timed = record.arrival is not None
    return LookStory(
        number=look + 1,
        month=month if timed else None,
        included=included,
        enrolled=int((record.arrival[0] <= month).sum()) if record.arrival is not None else included,
        statistic=float(step.evidence.statistic[0, 0]),
        success_at_least=float(upper) if np.isfinite(upper) else None,
        futility_at_most=float(lower) if np.isfinite(lower) else None,
        decision="no success" if last and said == "continue" else said,
    )


def _participant(record: Record, made: np.ndarray | None, i: int) -> ParticipantStory:
    """Tell one participant."""
    seen = record.observations
    outcome, beside, event = 0.0, None, None
    if isinstance(seen, Outcomes):
        outcome = float(seen.outcome[0, i])
    elif isinstance(seen, Pairs):
        outcome, beside = float(seen.treated[0, i].mean()), float(seen.control[0, i].mean())
    elif isinstance(seen, Courses):
        outcome = float(seen.values[0, i, -1])
        beside = float(seen.values[0, i, np.flatnonzero(seen.times <= 0)[-1]])
    elif isinstance(seen, Events):
        outcome, event = float(seen.time[0, i]), bool(seen.event[0, i])
    treated = bool(seen.arm[0, i])
    return ParticipantStory(
        number=i + 1,
        arrival=float(record.arrival[0, i]) if record.arrival is not None else None,
        arm="treated" if treated else "control",
        dosed=not treated or made is None or bool(made[0, i]),
        resolved=float(record.resolved[0, i]) if record.resolved is not None else None,
        observed=seen.observed is None or bool(seen.observed[0, i]),
        outcome=outcome,
        beside=beside,
        event=event,
    )
