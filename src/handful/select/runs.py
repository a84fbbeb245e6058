"""Who runs the jobs of a comparison: in memory here, or kept in a project folder by the store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Protocol

from handful.engine.simulate import Job, simulate
from handful.engine.summary import Summary, add

Progress = Callable[[int, int, str], None]
"""Called with (jobs done, jobs in all, what is being done)."""


class Runner(Protocol):
    """Runs jobs."""

    def run(self, job: Job, design: str, scenario: str, *, declared: bool) -> tuple[str | None, Summary]:
        """Simulate a job, or take what is already known of it.

        Args:
            job: What to simulate.
            design: Name of the design.
            scenario: Name of the scenario.
            declared: Whether the scenario stands in the study, and not a stress or a point of a curve.

        Returns:
            (identity of the stored run or None, sums over its trials).
        """
        ...


class InMemory:
    """Runs jobs and keeps nothing."""

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor = executor

    def run(self, job: Job, design: str, scenario: str, *, declared: bool) -> tuple[str | None, Summary]:
        """Simulate the job."""
        parts = simulate(job, executor=self._executor)
        return None, add(part.summary for part in parts)
