"""Simulated trials worth telling: found among the first few thousand, and replayed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from handful.engine.replay import TrialStory, replay
from handful.engine.simulate import Job, conduct_block
from handful.engine.trials import Trials
from handful.participants.block import blocks
from handful.select.results import Comparison
from handful.study.model import Study

SCANNED = 4096
"""Trials that are looked through for each story."""

ToldTrial = tuple[str, str, TrialStory]
"""(name of the design, name of the scenario, the trial)."""

_Wanted = Callable[[Trials], NDArray[np.bool_]]


def choose_stories(study: Study, comparison: Comparison) -> list[ToldTrial]:
    """Find instructive trials of the chosen design.

    Args:
        study: The study.
        comparison: Its results; the first design of the ranking is told when none was chosen.

    Returns:
        Where there are such: a success and a failure in the scenario hoped for, a false claim without benefit, and a trial
        that stopped early. Each is the first of its kind, by trial number, so that the same study tells the same stories.
    """
    design = comparison.chosen or (comparison.verdicts[0].design if comparison.verdicts else None)
    if design is None:
        return []
    hoped = comparison.hoped_for
    nulls = [s.name for s in comparison.scenarios if s.benefit == 0]
    last = study.plan(design).looks.number - 1
    wanted: list[tuple[str, _Wanted]] = [
        (hoped, lambda t: t.success & (t.look == last)),
        (hoped, lambda t: ~t.success & t.finished),
    ]
    wanted += [(nulls[0], lambda t: t.success)] if nulls else []
    if last > 0:
        wanted.append((hoped, lambda t: t.success & (t.look < last)))
        wanted.append((nulls[0] if nulls else hoped, lambda t: ~t.success & t.finished & (t.look < last)))
    told: list[ToldTrial] = []
    seen: set[tuple[str, int]] = set()
    for scenario, kind in wanted:
        job = _job(study, design, scenario)
        number = _first(job, kind, {trial for name, trial in seen if name == scenario})
        if number is not None:
            seen.add((scenario, number))
            told.append((design, scenario, replay(job, number)))
    return told


def kind_of_story(story: TrialStory, looks: int) -> str:
    """What a trial is an example of, in a few words.

    Args:
        story: The trial.
        looks: Looks that its design plans.

    Returns:
        A heading.
    """
    early = f" at look {len(story.looks)} of {looks}" if len(story.looks) < looks and story.finished else ""
    if story.truth <= 0:
        return f"A false claim{early}" if story.success else f"A correct end without a claim{early}"
    if story.success:
        return f"A success{early}"
    return f"A failure{early} although the product works" if story.finished else "Participants run out"


def _job(study: Study, design: str, scenario: str) -> Job:
    """The run whose trials are told, with the trial numbers of the comparison."""
    compute = study.compute
    return Job(study.plan(design), study.scenario(scenario), compute.seed, min(compute.trials, SCANNED))


def _first(job: Job, kind: _Wanted, taken: Sequence[int] | set[int]) -> int | None:
    """Number of the first trial of a kind that has not been told yet."""
    for block in blocks(job.seed, 0, job.trials):
        found = np.flatnonzero(kind(conduct_block(job, block))) + block.first
        fresh = [int(trial) for trial in found if int(trial) not in taken]
        if fresh:
            return fresh[0]
    return None
