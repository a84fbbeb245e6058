"""The conduct loop: one design on one block of trials, look by look.

This loop is written once. It knows no family, no endpoint and no analysis: a plan supplies the pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Evidence
from handful.analyses.hypotheses import concerned
from handful.designs.adaptation import Interim, Steering
from handful.designs.base import Plan
from handful.designs.pieces import Decision, Record
from handful.engine.trials import Trials
from handful.kernels.counting import allocated_prefix, arrived_by
from handful.kernels.several_arms import nth_enrolled
from handful.participants.observations import NOT_ENROLLED, Arms, Cut, Flags, Floats, Integers, Stage
from handful.participants.potential import Participants

Decisions = NDArray[np.int8]
CONTINUE, SUCCESS, FUTILITY = int(Decision.CONTINUE), int(Decision.SUCCESS), int(Decision.FUTILITY)
HARM = int(Decision.HARM)


@dataclass(frozen=True)
class Step:
    """What happened at one look of a block, for whoever watches (the replay of a trial).

    Attributes:
        look: Number of the look, from 0.
        record: The block as it would be seen if nobody stopped it, given everything decided so far.
        cut: What was looked at.
        evidence: What the analysis said, also of trials that had ended before.
        decision: What the rule said, shape (trials, hypotheses).
        settled: What each hypothesis has been told so far, likewise; futility where an adaptation dropped it at this look.
        running: Trials that were still running when the look was held.
        steering: How the trials had been steered when the look was held; None when nothing adapts.
        after: How those that go on are steered from then on; None likewise.
        reached: Information at this look and those before, shape (trials, look + 1); None where nothing follows it.
    """

    look: int
    record: Record
    cut: Cut
    evidence: Evidence
    decision: Decisions
    settled: Decisions
    running: Flags
    steering: Steering | None
    after: Steering | None
    reached: Integers | None = None


def steps(plan: Plan, people: Participants) -> Iterator[Step]:
    """Hold the looks of a plan one after the other until every trial of the block has ended.

    A trial ends when every hypothesis is decided (or the first benefit is claimed, if the plan says so), at the last look, or
    when participants run out before a look. Between looks the plan's adaptation steers the rest: those who come after the
    look are allocated anew where something changed for them, and what is seen of them follows. Enrolment is closed when there
    are as many as the last look waits for, and where looks wait for events, those who speak to nothing that is still tested
    are followed no further.
    """
    trials, last = people.block.trials, plan.looks.number - 1
    steering = _started(plan, trials)
    dealt = plan.allocation.assign(people)
    nobody = np.zeros(trials, dtype=np.int64)
    record = plan.arrangement.record(people, _let_in(plan, dealt, nobody, steering), plan.endpoint)
    running = np.ones(trials, dtype=np.bool_)
    settled = np.zeros((trials, len(plan.hypotheses)), dtype=np.int8)
    earlier: tuple[Stage, ...] = ()
    reached: Integers | None = None
    until: Floats | None = None
    for look in range(last + 1):
        sizes, tested = (None, None) if steering is None else (steering.sizes[:, look], steering.tested)
        cut = replace(plan.looks.cut(look, record, trials, sizes), earlier=earlier, tested=tested)
        held = running & np.isfinite(cut.month)
        live = replace(cut, included=cut.included * held)
        evidence = plan.analysis.evidence(record.observations, live, plan.aim)
        if plan.follows_information:
            now = plan.looks.reached(record, live)[:, None]
            reached = now if reached is None else np.hstack([reached, now])
        said = plan.rule.decide(look, evidence, reached)
        # To continue is 0: an ended trial says nothing more, and what a hypothesis was told first remains.
        said *= held[:, None]
        if len(plan.hypotheses) > 1:
            said *= settled == CONTINUE
        settled = settled + said
        step = Step(look, record, cut, evidence, said, settled, running, steering, steering, reached)
        running = held & _goes_on(plan, settled)
        if look < last and running.any() and steering is not None and plan.adaptation is not None:
            enrolled = cut.included if record.arrival is None else arrived_by(record.arrival, cut.month)
            interim = Interim(look, live, enrolled, record.observations, evidence, settled, running, steering)
            steering = plan.adaptation.adapt(interim)
            settled = np.where((settled == CONTINUE) & ~steering.tested & running[:, None], FUTILITY, settled)
            running &= _goes_on(plan, settled)
            step = replace(step, settled=settled, after=steering)
            if plan.looks.counts == "events":
                until = _followed_until(plan, until, interim, steering)
        yield step
        if look == last or not running.any():
            return
        if steering is None or step.steering is None:
            earlier = (*earlier, Stage(live.included, cut.month, tested))
        else:
            earlier = (*earlier, Stage(live.included, cut.month, tested, enrolled))
            came = np.arange(people.count) < enrolled[:, None]
            dealt = np.where(came, record.observations.arm, dealt)
            start = np.where(steering.allocates_as(step.steering), people.count, enrolled)
            dealt = plan.allocation.reassign(people, dealt, start, steering)
            record = plan.arrangement.record(people, _let_in(plan, dealt, enrolled, steering), plan.endpoint)
            if until is not None:
                record = record.followed_until(until)


def conduct(plan: Plan, people: Participants) -> Trials:
    """Conduct a design on the people of one block.

    Args:
        plan: The design.
        people: The people, at least `plan.participants` of them; more are not enrolled.

    Returns:
        What became of each trial.
    """
    trials, several = people.block.trials, len(plan.hypotheses) > 1
    look = np.zeros(trials, dtype=np.int8)
    claims = np.zeros((trials, len(plan.hypotheses)), dtype=np.bool_)
    harm = np.zeros(trials, dtype=np.bool_)
    hypothesis = np.zeros(trials, dtype=np.int8)
    included = np.zeros(trials, dtype=np.int64)
    month = np.zeros(trials)
    for step in steps(plan, people):
        here, record = step.running, step.record
        claims |= step.decision == SUCCESS
        if plan.rule.harm is not None:
            harm |= _of_any(step.decision == HARM)
        if several:
            np.copyto(hypothesis, _strongest(step, claims), where=here)
        np.copyto(look, step.look, where=here)
        np.copyto(included, step.cut.included, where=here)
        np.copyto(month, step.cut.month, where=here)
    finished = np.isfinite(month)
    if not finished.all():
        _close_unfinished(record, finished, included, month)
    there = included if record.arrival is None else arrived_by(record.arrival, month)
    allocated = allocated_prefix(record.observations.arm, there, plan.arms + 1).astype(np.int32)
    ended = Cut(included, month, step.cut.earlier)
    estimate = plan.estimate(record.observations, ended, look, hypothesis, step.reached)
    success = _of_any(claims)
    return Trials(
        success=success,
        harm=harm & ~success,
        look=look,
        enrolled=_total(allocated),
        analysed=_analysed(plan, record, included),
        allocated=allocated,
        month=month,
        finished=finished,
        estimate=estimate.value,
        lower=estimate.lower,
        upper=estimate.upper,
        claims=claims,
        hypothesis=hypothesis,
    )


def _started(plan: Plan, trials: int) -> Steering | None:
    """Every trial as planned; None when nothing adapts."""
    if plan.adaptation is None:
        return None
    start = Steering.at_the_start(trials, plan.allocation.weights, plan.looks.planned(), len(plan.hypotheses))
    if plan.looks.counts == "participants":
        return start
    return replace(start, most=np.full(trials, plan.participants, dtype=np.int64))


def _let_in(plan: Plan, dealt: Arms, there: NDArray[np.int64], steering: Steering | None) -> Arms:
    """Arms of those who are let in: once there are enough, nobody is enrolled who has not been so already."""
    people = dealt.shape[1]
    if steering is None:
        wanted = np.full(len(dealt), plan.participants, dtype=np.int64)
    else:
        wanted = steering.sizes[:, -1] if steering.most is None else steering.most
    if people <= wanted.min():
        return dealt
    end = nth_enrolled(dealt, wanted)
    end = np.where(end < 0, people, np.maximum(end, there))
    return np.where(np.arange(people) < end[:, None], dealt, np.int8(NOT_ENROLLED))


def _followed_until(plan: Plan, until: Floats | None, interim: Interim, steering: Steering) -> Floats:
    """Last calendar month in which each participant is followed, given what is tested from a look on; infinite for no end."""
    seen = interim.observations
    came = np.arange(seen.shape[1]) < interim.enrolled[:, None]
    left = came & interim.running[:, None] & ~concerned(plan.hypotheses, steering.tested, seen)
    ends = np.where(left, interim.cut.month[:, None], np.inf)
    return ends if until is None else np.minimum(until, ends)


def _goes_on(plan: Plan, settled: Decisions) -> Flags:
    """Whether a trial has something left to decide."""
    undecided = _of_any(settled == CONTINUE)
    if plan.ends == "all decided":
        return undecided
    return undecided & ~_of_any(settled == SUCCESS)


def _strongest(step: Step, claims: Flags) -> NDArray[np.int64]:
    """The hypothesis that a trial would report on: the strongest claim, else the strongest that is still tested."""
    candidates = claims.copy()
    still = np.ones_like(claims) if step.cut.tested is None else step.cut.tested
    none = ~claims.any(axis=1)
    candidates[none] = still[none]
    return np.asarray(np.where(candidates, step.evidence.statistic, -np.inf).argmax(axis=1))


def _of_any(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether any hypothesis is flagged; most designs have one, and a reduction over it would take longer than all else."""
    return flags[:, 0] if flags.shape[1] == 1 else np.asarray(flags.any(axis=1))


def _close_unfinished(
    record: Record, finished: NDArray[np.bool_], included: NDArray[np.int64], month: NDArray[np.float64]
) -> None:
    """A trial that ran out of participants ends when the last one it has is resolved; it claims nothing.

    Participants who are never resolved (cured, and followed until an event) are not waited for, nor are those not let in.
    """
    if record.arrival is None or record.resolved is None:
        month[~finished] = 0.0
        return
    came = np.isfinite(record.arrival)
    awaited = came & np.isfinite(record.resolved) & (record.observations.arm >= 0)
    for t in np.flatnonzero(~finished):
        included[t] = min(int(included[t]), int(came[t].sum()))
        month[t] = record.resolved[t, awaited[t]].max(initial=0.0)


def _total(allocated: NDArray[np.int32]) -> NDArray[np.int32]:
    """Participants on all arms; a sum over two columns would take longer than all else."""
    if allocated.shape[1] == 2:
        return np.asarray(allocated[:, 0] + allocated[:, 1])
    return np.asarray(allocated.sum(axis=1, dtype=np.int32))


def _analysed(plan: Plan, record: Record, included: NDArray[np.int64]) -> NDArray[np.int32]:
    """Participants whose outcome entered the analysis; whoever was not let in did not."""
    if plan.adaptation is None:
        return included.astype(np.int32)
    return _total(allocated_prefix(record.observations.arm, included, plan.arms + 1).astype(np.int32))
