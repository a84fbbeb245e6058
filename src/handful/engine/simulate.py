"""Simulation: parts of a run in order, each cut into blocks that any number of threads may conduct.

A part is the unit that is kept and resumed; blocks are the unit of work inside it. Both are cut by trial number alone, so
threads, memory and interruptions change no byte of the result.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from handful.designs.base import Plan
from handful.engine.conduct import conduct
from handful.engine.summary import Summary, add, summarise
from handful.engine.trials import Trials
from handful.engine.truth import Truth
from handful.participants.block import CAUTIOUS_LAYOUT, USUAL_LAYOUT, Block, Layout, blocks
from handful.scenarios.base import Scenario


@dataclass(frozen=True)
class Job:
    """One run to be simulated: a plan in a scenario.

    Attributes:
        plan: The design.
        scenario: The truth.
        seed: Seed of the study.
        trials: Trials to simulate, or the most when `precision` is given.
        precision: Monte Carlo standard error of the chance of success at which to stop; None for all trials.
        layout: How the trials are cut into parts and blocks.
    """

    plan: Plan
    scenario: Scenario
    seed: int
    trials: int
    precision: float | None = None
    layout: Layout = USUAL_LAYOUT

    @classmethod
    def of(cls, plan: Plan, scenario: Scenario, seed: int, trials: int, precision: float | None) -> Job:
        """A job in the layout that suits it: small parts when it may stop after any of them."""
        layout = USUAL_LAYOUT if precision is None else CAUTIOUS_LAYOUT
        return cls(plan, scenario, seed, trials, precision, layout)

    @property
    def parts(self) -> int:
        """Parts that the run has at most."""
        return math.ceil(self.trials / self.layout.part)

    def part(self, number: int) -> Block:
        """The trials of a part."""
        first = number * self.layout.part
        return Block(self.seed, first, min(self.layout.part, self.trials - first))


@dataclass(frozen=True)
class Part:
    """A simulated part of a run.

    Attributes:
        number: Number of the part, from 0.
        trials: What became of each trial; None when rows were not asked for.
        summary: Sums over the trials.
    """

    number: int
    trials: Trials | None
    summary: Summary


def _keep_freed_memory() -> None:
    """Let the C library keep the columns of a block that are freed for those of the next.

    glibc hands large arrays back to the system as soon as they are freed, and the next array then faults in page by page,
    which takes ten times as long as filling it. How large that is adapts to the largest array that was freed, up to 32 MiB:
    one such array, whose pages are never touched, is enough. Elsewhere this does nothing.
    """
    np.empty(31 * 2**20, dtype=np.uint8)


_keep_freed_memory()


def conduct_block(job: Job, block: Block) -> Trials:
    """Draw the people of a block and conduct the design on them.

    Args:
        job: Plan and scenario.
        block: The trials.

    Returns:
        What became of each trial.
    """
    return conduct(job.plan, job.plan.people(job.scenario, block))


def simulate_part(job: Job, number: int, *, rows: bool, executor: Executor | None = None) -> Part:
    """Simulate one part.

    Args:
        job: What to simulate.
        number: Number of the part.
        rows: Whether to keep the trials beside their sums.
        executor: Threads to spread the blocks over; this thread alone when None.

    Returns:
        The part; the same bytes whatever the executor.
    """
    whole = job.part(number)
    truth = Truth.of(job.plan, job.scenario)
    looks, most = job.plan.looks.number, job.plan.participants

    def work(block: Block) -> tuple[Trials | None, Summary]:
        trials = conduct_block(job, block)
        return (trials if rows else None), summarise(trials, looks, most, truth)

    cut = list(blocks(whole.seed, whole.first, whole.trials, job.layout.block))
    results = list(executor.map(work, cut) if executor is not None else map(work, cut))
    kept = Trials.joined([trials for trials, _ in results if trials is not None]) if rows else None
    return Part(number, kept, add(summary for _, summary in results))


def simulate(
    job: Job,
    *,
    rows: bool = False,
    executor: Executor | None = None,
    done: Summary | None = None,
    first_part: int = 0,
) -> Iterator[Part]:
    """Simulate the parts of a run one after the other, until all trials are done or the figures are precise enough.

    Args:
        job: What to simulate.
        rows: Whether to keep the trials beside their sums.
        executor: Threads to spread blocks over.
        done: Sums of the parts that are done already, when a run is resumed.
        first_part: The first part that is not done.

    Yields:
        The parts, in order.
    """
    so_far = done
    for number in range(first_part, job.parts):
        if so_far is not None and precise_enough(so_far, job.precision):
            return
        part = simulate_part(job, number, rows=rows, executor=executor)
        so_far = part.summary if so_far is None else so_far + part.summary
        yield part


def precise_enough(summary: Summary, precision: float | None) -> bool:
    """Whether the Monte Carlo standard error of the chance of success is small enough.

    The error is that of (successes + 1) / (trials + 2), so that no success in a few trials is not taken for certainty.
    """
    if precision is None:
        return False
    chance = (int(summary.success_at.sum()) + 1) / (summary.trials + 2)
    return math.sqrt(chance * (1 - chance) / summary.trials) <= precision


def worker_threads(threads: int | None = None) -> ThreadPoolExecutor | None:
    """Threads for simulation, or None when one is enough.

    Args:
        threads: How many; as many as this process may use when None.

    Returns:
        An executor to be closed by the caller, or None.
    """
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    number = threads or available
    return ThreadPoolExecutor(number, thread_name_prefix="handful") if number > 1 else None
