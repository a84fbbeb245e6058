"""What the stages of an adaptive trial say one by one: evidence from what became known between two looks.

A trial that was changed at a look has stages that are independent given what was known then, whatever was changed; they are
combined by a rule fixed beforehand. An outcome that is known once belongs to one stage, whose evidence is that of its own
participants alone. People who are followed over time contribute to several stages: there a stage is what was added to the
score statistic of everybody, whose increments are independent (Wassmer 2006; Desseaux and Porcher 2007).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from handful.analyses.base import Aim, Analysis, Score
from handful.analyses.hypotheses import Hypothesis
from handful.kernels.counting import count_prefix
from handful.participants.observations import Cut, Events, Flags, Floats, Integers, Observations

# A z-value that stands for no evidence at all: a p-value of 1 as far as numbers can say it.
NOTHING = -38.0


@dataclass(frozen=True)
class StageEvidence:
    """What one stage says.

    Attributes:
        z: Evidence of the stage for each hypothesis, on the z scale and finite, shape (trials, hypotheses).
        tested: Hypotheses that were tested in it, likewise.
        sizes: Participants of the stage on each arm, control first, whose outcome is known or who were followed in it, shape
            (trials, arms).
        in_subgroup: Those of them who belong to the subgroup, likewise; None when the design asks about none, or `information`
            says more.
        information: Information about each hypothesis that the stage has added, shape (trials, hypotheses); None where it
            goes with the participants.
    """

    z: Floats
    tested: Flags
    sizes: Integers
    in_subgroup: Integers | None = None
    information: Floats | None = None


def has_stages(base: Analysis) -> Analysis:
    """Let an analysis pass that can tell the stages of a trial apart.

    Args:
        base: Analysis of one treatment against control.

    Raises:
        ValueError: For an analysis of times to events that gives no score.
    """
    if issubclass(base.reads, Events) and not base.gives_score:
        raise ValueError(
            f"analysis {base.kind!r} gives no score, and the stages of a time to event are the increments of one: take `log-rank`"
        )
    return base


def stages(
    base: Analysis, hypotheses: tuple[Hypothesis, ...], seen: Observations, cut: Cut, aim: Aim
) -> Iterator[StageEvidence]:
    """Evidence of each stage up to a cut, in order.

    Args:
        base: Analysis of one treatment against control, with a z scale.
        hypotheses: What is tested.
        seen: Data of all stages.
        cut: What is looked at, with the looks before.
        aim: What the design asks.

    Yields:
        The stages.

    Raises:
        ValueError: When the analysis cannot tell them apart.
    """
    told = _of_increments if has_stages(base).gives_score else _of_participants
    # A trial that has ended is looked at with nobody included: its later stages are empty.
    cuts = [Cut(np.minimum(then.included, cut.included), then.month) for then in cut.earlier]
    tested = [then.tested for then in cut.earlier] + [cut.tested]
    for stage, still in zip(told(base, hypotheses, seen, [*cuts, cut], aim), tested, strict=True):
        yield stage if still is None else replace(stage, tested=still)


def _of_participants(
    base: Analysis, hypotheses: tuple[Hypothesis, ...], seen: Observations, cuts: list[Cut], aim: Aim
) -> Iterator[StageEvidence]:
    """Stages of outcomes that are known once: the evidence of those who became known in each."""
    start = np.zeros(seen.shape[0], dtype=np.int64)
    arms = 1 + max(asked.arm for asked in hypotheses)
    for end in cuts:
        own = since(seen, start)
        part = Cut(end.included, cuts[-1].month)
        z = [base.as_z(base.evidence(asked.view(own), part, aim).statistic) for asked in hypotheses]
        yield _told(
            np.hstack(z),
            sizes=_sizes(own, end.included, arms),
            in_subgroup=None
            if own.subgroup is None
            else _sizes(_only_of(own, own.subgroup), end.included, arms),
        )
        start = end.included


def _of_increments(
    base: Analysis, hypotheses: tuple[Hypothesis, ...], seen: Observations, cuts: list[Cut], aim: Aim
) -> Iterator[StageEvidence]:
    """Stages of outcomes that are followed over time: what each has added to the scores."""
    assert isinstance(seen, Events)
    arms = 1 + max(asked.arm for asked in hypotheses)
    before: list[Score | None] = [None] * len(hypotheses)
    start = np.full(seen.shape[0], -np.inf)
    for end in cuts:
        now = [_score(base, asked, seen, end, aim) for asked in hypotheses]
        added = [score.since(then) for score, then in zip(now, before, strict=True)]
        followed = _only_of(
            seen, (seen.entry < end.month[:, None]) & (seen.entry + seen.time > start[:, None])
        )
        yield _told(
            np.column_stack([score.z for score in added]),
            sizes=_sizes(followed, end.included, arms),
            information=np.column_stack([score.information for score in added]),
        )
        before, start = [*now], end.month


def _told(
    z: Floats,
    sizes: Integers,
    in_subgroup: Integers | None = None,
    information: Floats | None = None,
) -> StageEvidence:
    """What a stage says in which every hypothesis is tested."""
    return StageEvidence(
        z=np.clip(z, NOTHING, -NOTHING),
        tested=np.ones(z.shape, dtype=np.bool_),
        sizes=sizes,
        in_subgroup=in_subgroup,
        information=information,
    )


def _score(base: Analysis, asked: Hypothesis, seen: Observations, cut: Cut, aim: Aim) -> Score:
    """The score of a hypothesis; that of everybody is stratified where a design asks about a subgroup.

    Who belongs to the subgroup is known at the looks and may foretell the outcome of those who are still followed. Within
    each stratum it does not.
    """
    view = asked.view(seen)
    if view.subgroup is None or asked.in_subgroup:
        return base.score(view, cut, aim)
    members, others = (
        base.score(_only_of(view, these), cut, aim) for these in (view.subgroup, ~view.subgroup)
    )
    return members.with_stratum(others)


def _sizes(seen: Observations, end: Integers, arms: int) -> Integers:
    """Participants on each arm whose outcome is seen."""
    return count_prefix(seen.arm, seen.arm, end, seen.observed, arms)[1]


def since(seen: Observations, start: Integers) -> Observations:
    """The data without the first participants of each trial, who belong to the stages before.

    Args:
        seen: Data of all stages.
        start: How many come before, shape (trials,).
    """
    if not start.any():
        return seen
    return _only_of(seen, np.arange(seen.shape[1]) >= start[:, None])


def _only_of(seen: Observations, these: Flags) -> Observations:
    """The data of some participants."""
    return replace(seen, observed=these if seen.observed is None else these & seen.observed)
