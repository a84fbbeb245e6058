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
from handful.engine.truth import Truth
from handful.participants.block import Block
from handful.participants.observations import Courses, Events, Floats, Observations, Outcomes, Pairs
from handful.participants.potential import Participants


@dataclass(frozen=True)
class ParticipantStory:
    """What happened to one participant.

    Attributes:
        number: Number in the order of arrival, from 1.
        arrival: Month of enrolment; None when recruitment has no timing.
        arm: `control`, `treated`, or with several treatments the name of the arm.
        dosed: Whether a product could be made (always true on control).
        resolved: Month in which the outcome was known, or known to be missing.
        observed: Whether the outcome was seen.
        outcome: The outcome; for pairs that of the treated side.
        beside: Outcome of the untreated side or of the own past; None where there is none.
        event: For a time to event, whether `outcome` ends with the event.
        start: Month in which follow-up starts: the day of treatment, or its counterpart on control; None likewise.
        lost: Month in which the participant was lost to follow-up; None when followed to the end, or likewise.
        visits: Months of the visits that were held, where the outcome is a course over several.
        awaited: Whether the outcome is not known yet; only in a trial that is looked at before its end.
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
    start: float | None = None
    lost: float | None = None
    visits: tuple[float, ...] = ()
    awaited: bool = False


@dataclass(frozen=True)
class LookStory:
    """What happened at one look.

    Attributes:
        number: Number of the look, from 1.
        month: Month in which it was held; None when recruitment has no timing.
        included: Participants whose outcome was known.
        enrolled: Participants enrolled by then.
        statistics: What the analysis said of each hypothesis; nothing at a blinded look, where nobody is told.
        success_at_least: Threshold for success; None where success could not be claimed.
        futility_at_most: Threshold for futility; None where there was none.
        decisions: Of each hypothesis: `success`, `futility`, `harm`, `continue`, `dropped` by the design's adaptation, or
            `settled` when it was decided before; at the last look `no success` in place of `continue`.
        changes: What was changed at the look for the rest of the trial, one sentence an item.
        futility_at_least: Where what is futile begins; None where everything below `futility_at_most` is.
        harm_at_most: Threshold for stopping for harm; None where there was none.
    """

    number: int
    month: float | None
    included: int
    enrolled: int
    statistics: tuple[float, ...]
    success_at_least: float | None
    futility_at_most: float | None
    decisions: tuple[str, ...]
    changes: tuple[str, ...] = ()
    futility_at_least: float | None = None
    harm_at_most: float | None = None

    @property
    def decision(self) -> str:
        """The decision on the trial: `success` when anything was claimed, else what goes on, else the last word."""
        order = ("success", "continue", "harm", "no success", "futility", "dropped", "settled")
        return min(self.decisions, key=order.index)


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
        truth: True benefit in the scenario, of what the estimate is about: of being assigned to treatment.
        treated_truth: The same of getting it, which is more where no product can be made for some.
        hypotheses: Names of what was tested.
        reported: Number of the hypothesis that the estimate is about, from 0.
        p_value: One-sided p-value that goes with the estimate and allows for the looks; None where the design reports none.
    """

    trial: int
    participants: tuple[ParticipantStory, ...]
    looks: tuple[LookStory, ...]
    success: bool
    finished: bool
    months: float | None
    estimate: tuple[float, float, float]
    truth: float
    treated_truth: float
    hypotheses: tuple[str, ...] = ("treatment",)
    reported: int = 0
    p_value: float | None = None


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
    people = plan.people(job.scenario, block)
    held = [step for step in steps(plan, people) if np.isfinite(step.cut.month[0])]
    end = conduct(plan, people)
    record = held[-1].record if held else _undisturbed(plan, people)
    came = _came(record, end)
    reported = int(end.hypothesis[0])
    return TrialStory(
        trial=trial,
        participants=tuple(_participant(plan, people, record, i) for i in came),
        looks=tuple(_look(plan, step, before) for step, before in zip(held, [None, *held], strict=False)),
        success=bool(end.success[0]),
        finished=bool(end.finished[0]),
        months=_month(record, end),
        estimate=(float(end.estimate[0]), float(end.lower[0]), float(end.upper[0])),
        truth=Truth.of(plan, job.scenario).benefits[reported],
        treated_truth=plan.truth(plan.hypotheses[reported], job.scenario).benefit(plan.endpoint),
        hypotheses=tuple(hypothesis.name for hypothesis in plan.hypotheses),
        reported=reported,
        p_value=_p_value(plan, held[-1]) if bool(end.finished[0]) else None,
    )


def _p_value(plan: Plan, last: Step) -> float | None:
    """The p-value that goes with the estimate of a trial that ended at a look."""
    look = np.array([last.look], dtype=np.int8)
    found = plan.p_values(last.record.observations, last.cut, look, last.reached)
    return None if found is None else _finite(found)


def _undisturbed(plan: Plan, people: Participants) -> Record:
    """The block as it would be seen if nobody stopped it."""
    return plan.arrangement.record(people, plan.allocation.assign(people), plan.endpoint)


def _came(record: Record, end: Trials) -> list[int]:
    """Places of those who were enrolled by the end of the trial."""
    enrolled = np.flatnonzero(record.observations.arm[0] >= 0)
    return [int(place) for place in enrolled[: int(end.enrolled[0])]]


def _month(record: Record, end: Trials) -> float | None:
    """Duration, where there is timing."""
    return None if record.resolved is None else float(end.month[0])


def _look(plan: Plan, step: Step, before: Step | None) -> LookStory:
    """Tell one look, and what it changed for the next."""
    record, month = step.record, float(step.cut.month[0])
    limits = plan.rule.limits(step.look, step.reached)
    included = int(step.cut.included[0])
    timed, told = record.arrival is not None, not plan.blinded or step.look == plan.looks.number - 1
    enrolled = record.observations.arm[0] >= 0
    if record.arrival is not None:
        there = enrolled & (record.arrival[0] <= month)
    else:
        there = enrolled[:included]
    return LookStory(
        number=step.look + 1,
        month=month if timed else None,
        included=int(enrolled[:included].sum()),
        enrolled=int(there.sum()),
        statistics=tuple(float(value) for value in step.evidence.statistic[0]) if told else (),
        success_at_least=_finite(limits.success),
        futility_at_most=_finite(limits.futility),
        decisions=_decisions(plan, step, before),
        changes=_changes(plan, step),
        futility_at_least=_finite(limits.futility_from),
        harm_at_most=_finite(limits.harm),
    )


def _finite(limit: float | Floats) -> float | None:
    """A limit of the one trial, or None where there is none."""
    value = float(np.asarray(limit).ravel()[0])
    return value if np.isfinite(value) else None


def _decisions(plan: Plan, step: Step, before: Step | None) -> tuple[str, ...]:
    """What was said of each hypothesis, by the rule or by the adaptation."""
    words = {decision: decision.name.lower() for decision in Decision}
    last = step.look == plan.looks.number - 1
    said = []
    earlier = np.zeros_like(step.settled[0]) if before is None else before.settled[0]
    for now, whole, then in zip(step.decision[0], step.settled[0], earlier, strict=True):
        word = words[Decision(int(now))]
        if then != Decision.CONTINUE:
            word = "settled"
        elif now == Decision.CONTINUE:
            word = "dropped" if whole != Decision.CONTINUE else "no success" if last else "continue"
        said.append(word)
    return tuple(said)


def _changes(plan: Plan, step: Step) -> tuple[str, ...]:
    """What an adaptation changed for those who come later."""
    before, now, goes_on = step.steering, step.after, bool((step.settled[0] == Decision.CONTINUE).any())
    if before is None or now is None or not goes_on:
        return ()
    changes = []
    if now.only_subgroup[0] and not before.only_subgroup[0]:
        changes.append(f"From now on only the subgroup is enrolled ({plan.subgroup}).")
    following = min(step.look + 1, plan.looks.number - 1)
    wanted = int(now.sizes[0, following])
    if wanted != int(before.sizes[0, following]):
        what = "events are" if plan.looks.counts == "events" else "participants are"
        changes.append(
            f"For the next look {wanted} {what} wanted in place of {int(before.sizes[0, following])}."
        )
    if now.most is not None and before.most is not None and now.most[0] != before.most[0]:
        changes.append(f"At most {now.most[0]} participants are enrolled in place of {before.most[0]}.")
    share, was = (steering.weights[0] / steering.weights[0].sum() for steering in (now, before))
    if not np.allclose(share, was):
        names = arm_names(plan)
        chances = ", ".join(f"{names[arm]} {100 * part:.0f}%" for arm, part in enumerate(share))
        changes.append(f"New participants are allocated anew: {chances}.")
    return tuple(changes)


def arm_names(plan: Plan) -> tuple[str, ...]:
    """What the arms of a plan are called, control first."""
    if plan.arms == 1:
        return ("control", "treated")
    named = {hypothesis.arm: hypothesis.name for hypothesis in plan.hypotheses if not hypothesis.in_subgroup}
    return ("control", *(named.get(arm, f"arm {arm}") for arm in range(1, plan.arms + 1)))


def _participant(plan: Plan, people: Participants, record: Record, i: int) -> ParticipantStory:
    """Tell one participant."""
    seen, made = record.observations, people.manufactured
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
    arm = int(seen.arm[0, i])
    start = _start(plan, people, record, i)
    lost = _lost(plan, people, seen, start, i)
    return ParticipantStory(
        number=i + 1,
        arrival=float(record.arrival[0, i]) if record.arrival is not None else None,
        arm=arm_names(plan)[arm],
        dosed=arm <= 0 or made is None or bool(made[0, i]),
        resolved=float(record.resolved[0, i]) if record.resolved is not None else None,
        observed=seen.observed is None or bool(seen.observed[0, i]),
        outcome=outcome,
        beside=beside,
        event=event,
        start=start,
        lost=lost,
        visits=_visits(seen, start, lost),
    )


def _start(plan: Plan, people: Participants, record: Record, i: int) -> float | None:
    """Month in which the follow-up of a participant starts."""
    if record.arrival is None:
        return None
    waiting = np.broadcast_to(people.waiting, people.shape)[0, i]
    return float(record.arrival[0, i] + waiting + plan.arrangement.lead_in)


def _lost(plan: Plan, people: Participants, seen: Observations, start: float | None, i: int) -> float | None:
    """Month in which a participant was lost, if that was before the end of follow-up."""
    if people.dropout is None or start is None:
        return None
    until = float(people.dropout[0, i])
    if isinstance(seen, Events):
        ends = bool(seen.event[0, i]) or float(seen.time[0, i]) != until
        return None if ends else start + until
    return start + until if until < plan.endpoint.known_after else None


def _visits(seen: Observations, start: float | None, lost: float | None) -> tuple[float, ...]:
    """Months of the visits of a participant that were held."""
    if not isinstance(seen, Courses) or start is None:
        return ()
    held = [start + float(time) for time in seen.times]
    return tuple(month for month in held if lost is None or month <= lost)
