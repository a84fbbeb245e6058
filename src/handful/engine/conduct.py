"""The conduct loop: one design on one block of trials, look by look.

This loop is written once. It knows no family, no endpoint and no analysis: a plan supplies the pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Evidence
from handful.designs.base import Plan
from handful.designs.pieces import Decision, Record
from handful.engine.trials import Trials
from handful.kernels.counting import arrived_by, treated_prefix
from handful.participants.observations import Arms, Cut
from handful.participants.potential import Participants

CONTINUE, SUCCESS = int(Decision.CONTINUE), int(Decision.SUCCESS)


@dataclass(frozen=True)
class Step:
    """What happened at one look of a block, for whoever watches (the replay of a trial).

    Attributes:
        look: Number of the look, from 0.
        cut: What was looked at.
        evidence: What the analysis said, also of trials that had ended before.
        decision: What the rule said, shape (trials, hypotheses).
        running: Trials that were still running when the look was held.
    """

    look: int
    cut: Cut
    evidence: Evidence
    decision: NDArray[np.int8]
    running: NDArray[np.bool_]


def steps(plan: Plan, record: Record, trials: int) -> Iterator[Step]:
    """Hold the looks of a plan one after the other until every trial of the block has ended.

    A trial ends when every hypothesis is decided, at the last look, or when participants run out before a look.
    """
    running = np.ones(trials, dtype=np.bool_)
    settled: NDArray[np.int8] | None = None
    for look in range(plan.looks.number):
        cut = plan.looks.cut(look, record, trials)
        reached = np.isfinite(cut.month)
        held = running & reached
        live = Cut(cut.included * held, cut.month)
        evidence = plan.analysis.evidence(record.observations, live, plan.aim)
        said = plan.rule.decide(look, evidence)
        # To continue is 0: an ended trial says nothing more, and what a hypothesis was told first remains.
        said *= held[:, None]
        settled = said if settled is None else settled + said * (settled == CONTINUE)
        yield Step(look, cut, evidence, said, running)
        running = held & _of_any(settled == CONTINUE)
        if not running.any():
            return


def conduct(plan: Plan, people: Participants) -> Trials:
    """Conduct a design on the people of one block.

    Args:
        plan: The design.
        people: The people, at least `plan.participants` of them; more are not enrolled.

    Returns:
        What became of each trial.
    """
    trials = people.block.trials
    arm = plan.allocation.assign(people)
    record = plan.arrangement.record(people, arm, plan.endpoint)
    look = np.zeros(trials, dtype=np.int8)
    success = np.zeros(trials, dtype=np.bool_)
    included = np.zeros(trials, dtype=np.int64)
    month = np.zeros(trials)
    for step in steps(plan, record, trials):
        here = step.running
        success |= _of_any(step.decision == SUCCESS)
        np.copyto(look, step.look, where=here)
        np.copyto(included, step.cut.included, where=here)
        np.copyto(month, step.cut.month, where=here)
    finished = np.isfinite(month)
    if not finished.all():
        _close_unfinished(record, finished, included, month)
    enrolled, treated = _enrolled(record, arm, included, month)
    end = Cut(included, month)
    estimate = plan.estimate(record.observations, end, look)
    return Trials(
        success=success,
        look=look,
        enrolled=enrolled,
        analysed=included.astype(np.int32),
        treated=treated,
        month=month,
        finished=finished,
        estimate=estimate.value,
        lower=estimate.lower,
        upper=estimate.upper,
    )


def _of_any(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether any hypothesis is flagged; most designs have one, and a reduction over it would take longer than all else."""
    return flags[:, 0] if flags.shape[1] == 1 else np.asarray(flags.any(axis=1))


def _close_unfinished(
    record: Record, finished: NDArray[np.bool_], included: NDArray[np.int64], month: NDArray[np.float64]
) -> None:
    """A trial that ran out of participants ends when the last one it has is resolved; it claims nothing.

    Participants who are never resolved (cured, and followed until an event) are not waited for.
    """
    assert record.arrival is not None
    assert record.resolved is not None
    came = np.isfinite(record.arrival)
    resolved = np.where(np.isfinite(record.resolved), record.resolved, 0.0)
    for t in np.flatnonzero(~finished):
        included[t] = min(int(included[t]), int(came[t].sum()))
        month[t] = resolved[t, came[t]].max(initial=0.0)


def _enrolled(
    record: Record, arm: Arms, included: NDArray[np.int64], month: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Participants enrolled when the trial ended, and those of them on treatment."""
    there = included if record.arrival is None else arrived_by(record.arrival, month)
    return there.astype(np.int32), treated_prefix(arm, there).astype(np.int32)
