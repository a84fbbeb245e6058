"""Finding simulated trials by how they ended: in the stored rows of a run where they were kept, else by conducting some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from handful.engine.simulate import Job, conduct_block
from handful.engine.truth import Truth
from handful.participants.block import blocks
from handful.store.project import Project, StoredRun

if TYPE_CHECKING:
    from handful.designs.base import Plan

CONDUCTED = 4096
"""Trials that are conducted to find one, where those of a run were not kept."""

Columns = Mapping[str, NDArray[np.generic]]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Ending:
    """A way in which trials end.

    Attributes:
        words: What is said of such a trial.
        needs: Columns that decide it, beside those of the claims (`handful.engine.trials.Trials.columns`).
        holds: Which trials end so, from those columns and the number of the last look.
    """

    words: str
    needs: tuple[str, ...]
    holds: Callable[[Columns, int], Flags]


def _flag(columns: Columns, name: str) -> Flags:
    """A column of yes and no."""
    return np.asarray(columns[name], dtype=np.bool_)


ENDINGS: Mapping[str, Ending] = {
    "success": Ending("ended in a success", ("success",), lambda c, last: _flag(c, "success")),
    "failure": Ending(
        "ended without a claim",
        ("success", "finished"),
        lambda c, last: ~_flag(c, "success") & _flag(c, "finished"),
    ),
    "false-claim": Ending("ended in a false claim", (), lambda c, last: _flag(c, "false claim")),
    "stopped-early": Ending(
        "stopped early", ("look", "finished"), lambda c, last: np.less(c["look"], last) & _flag(c, "finished")
    ),
    "stopped-for-harm": Ending("stopped for harm", ("harm",), lambda c, last: _flag(c, "harm")),
    "ran-out": Ending("ran out of participants", ("finished",), lambda c, last: ~_flag(c, "finished")),
}
"""The ways in which trials end, by the name in addresses."""


def endings_of(job: Job) -> tuple[str, ...]:
    """The endings that can occur at all in a run.

    Args:
        job: Its plan and scenario.

    Returns:
        Names in `ENDINGS`.

    Example:
        >>> from handful.study.loading import loads
        >>> study = loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios: {hoped for: {untreated: 20%, effect: 0.5}}
        ... designs: {fixed: {kind: randomised, participants: 32}}
        ... ''')
        >>> endings_of(Job(study.plan("fixed"), study.scenario("hoped for"), seed=1, trials=100))
        ('success', 'failure')
    """
    plan, recruitment = job.plan, job.scenario.recruitment
    possible = {
        "false-claim": any(Truth.of(plan, job.scenario).nulls),
        "stopped-early": plan.looks.number > 1,
        "stopped-for-harm": plan.rule.harm is not None,
        "ran-out": recruitment.pool is not None or recruitment.until is not None,
    }
    return tuple(name for name in ENDINGS if possible.get(name, True))


def find_trial(project: Project, run: StoredRun, job: Job, ending: str, after: int = -1) -> int | None:
    """Find the first trial of a run, after a given one, that ended in a given way.

    Args:
        project: Where the run is kept.
        run: The run.
        job: What it simulates, from `handful.select.stored.job_of`.
        ending: Name in `ENDINGS`.
        after: Number of the trial after which to look; -1 to look from the first.

    Returns:
        Number of the trial. None when there is none among the trials of the run, or, where they were not kept, among the next
        `CONDUCTED`.

    Raises:
        StoreError: When the stored trials are not what was stored.
        KeyError: When there is no such ending.
    """
    wanted, plan = ENDINGS[ending], job.plan
    nulls = np.flatnonzero(Truth.of(plan, job.scenario).nulls)
    columns: Columns
    if run.rows and run.parts:
        columns = _stored(project, run, wanted, nulls, plan, after + 1)
        return _first(wanted, columns, plan, after + 1)
    for block in blocks(job.seed, after + 1, CONDUCTED, job.layout.block):
        trials = conduct_block(job, block)
        columns = {**trials.columns(), "false claim": np.asarray(trials.claims[:, nulls].any(axis=1))}
        found = _first(wanted, columns, plan, block.first)
        if found is not None:
            return found
    return None


def _stored(
    project: Project, run: StoredRun, wanted: Ending, nulls: NDArray[np.intp], plan: Plan, first: int
) -> Columns:
    """What decides an ending, of the stored trials from a given one on."""
    import polars as pl

    several = len(plan.hypotheses) > 1
    claims = [f"claim {k + 1}" if several else "success" for k in nulls]
    frame = project.trials(run).slice(first)
    false = pl.any_horizontal(claims) if claims else pl.lit(False)
    found = frame.select(*wanted.needs, **{"false claim": false}).collect()
    return {name: found[name].to_numpy() for name in found.columns}


def _first(wanted: Ending, columns: Columns, plan: Plan, first: int) -> int | None:
    """The first trial that ended as wanted."""
    places = np.flatnonzero(wanted.holds(columns, plan.looks.number - 1))
    return first + int(places[0]) if len(places) else None
