"""Trials of a design under verification, on all threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

from handful.designs.base import Plan
from handful.engine.simulate import Job, Part, simulate, worker_threads
from handful.engine.summary import Summary, add
from handful.engine.trials import Trials
from handful.scenarios.base import Scenario

SEED = 20261122


def summed(plan: Plan, scenario: Scenario, trials: int) -> Summary:
    """Sums over so many trials."""
    return add(part.summary for part in _parts(plan, scenario, trials, rows=False))


def conducted(plan: Plan, scenario: Scenario, trials: int) -> Trials:
    """What became of each of so many trials."""
    parts = _parts(plan, scenario, trials, rows=True)
    return Trials.joined([part.trials for part in parts if part.trials is not None])


def _parts(plan: Plan, scenario: Scenario, trials: int, *, rows: bool) -> Iterator[Part]:
    """The parts of a run."""
    with worker_threads() or nullcontext() as executor:
        yield from simulate(Job(plan, scenario, SEED, trials), rows=rows, executor=executor)
