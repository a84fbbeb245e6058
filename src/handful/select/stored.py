"""Runs kept in a project folder: simulated once, taken up after a kill, made again from their own record."""

from __future__ import annotations

import tempfile
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import handful
from handful.designs.base import Design, Question
from handful.designs.registry import families
from handful.engine.simulate import Job, simulate
from handful.engine.summary import Summary
from handful.kernels.cache import hash_of_sources, kernel_hash
from handful.participants.block import Layout
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from handful.store.files import digest_of
from handful.store.project import Project, StoredRun, StoreError
from handful.study.model import Study


class Stored:
    """Runs jobs and keeps them.

    Args:
        project: Where to keep them.
        study: The study, whose text must have been kept in the project.
        executor: Threads to spread blocks over.
    """

    def __init__(self, project: Project, study: Study, executor: Executor | None = None) -> None:
        self._project = project
        self._study = study
        self._digest = study.digest()
        self._executor = executor

    def run(self, job: Job, design: str, scenario: str, *, declared: bool) -> tuple[str | None, Summary]:
        """Simulate what is not yet done of a job."""
        kept = self._study.compute.rows
        rows = kept == "all" or (kept == "declared" and declared)
        record = record_of(job, self._study.design(design), self._study.question)
        run = self._project.begin(record, study=self._digest, design=design, scenario=scenario, rows=rows)
        run = carry_on(self._project, run, job, self._executor)
        assert run.summary is not None
        return run.identity, Summary.from_plain(run.summary)


def carry_on(project: Project, run: StoredRun, job: Job, executor: Executor | None = None) -> StoredRun:
    """Bring a run to its end from wherever it is.

    Args:
        project: Where it is kept.
        run: The run.
        job: What it simulates.
        executor: Threads to spread blocks over.

    Returns:
        The complete run.
    """
    if run.complete:
        return run
    so_far = None if run.summary is None else Summary.from_plain(run.summary)
    for part in simulate(job, rows=run.rows, executor=executor, done=so_far, first_part=run.parts):
        so_far = part.summary if so_far is None else so_far + part.summary
        columns = part.trials.columns() if part.trials is not None else None
        run = project.add_part(run, columns, so_far.plain())
    return project.complete(run)


_METHODS = ("stats", "participants", "scenarios", "analyses", "designs", "engine")
"""Packages that decide, with the kernels, what a simulated trial is."""


@cache
def method_hash() -> str:
    """Hash of the sources of everything between the kernels and the comparison that a run depends on.

    Returns:
        16 hexadecimal digits.

    Example:
        >>> len(method_hash())
        16
    """
    root = Path(handful.__file__).parent
    return digest_of("".join(hash_of_sources(root / package) for package in _METHODS))[:16]


def record_of(job: Job, design: Design, question: Question) -> dict[str, Any]:
    """Everything that a run depends on.

    Args:
        job: What is simulated.
        design: The spec behind its plan.
        question: The question that the plan answers.

    Returns:
        Plain data; equal data mean equal bytes of the run.
    """
    return {
        "handful": version("handful"),
        "kernels": kernel_hash(),
        "methods": method_hash(),
        "endpoint": question.endpoint.canonical(),
        "alpha": question.alpha,
        "power": question.power,
        "design": design.canonical(),
        "scenario": job.scenario.canonical(),
        "seed": job.seed,
        "trials": job.trials,
        "precision": job.precision,
        "layout": asdict(job.layout),
    }


def job_of(record: dict[str, Any]) -> Job:
    """The job that a record describes, for making the run again or telling one of its trials.

    Args:
        record: The record of a stored run.

    Returns:
        The job.
    """
    question = Question(Endpoint.model_validate(record["endpoint"]), record["alpha"], record["power"])
    design: Design = families.get(record["design"]["kind"]).model_validate(record["design"])
    scenario: Scenario = scenario_kinds.get(record["scenario"]["kind"]).model_validate(record["scenario"])
    return Job(
        plan=design.plan(question),
        scenario=scenario,
        seed=record["seed"],
        trials=record["trials"],
        precision=record["precision"],
        layout=Layout(**record["layout"]),
    )


@dataclass(frozen=True)
class Rerun:
    """What making a run again has shown.

    Attributes:
        identity: The run.
        same: Whether every byte is the same.
        compared: What was compared, in words.
        differences: What differs: other software first, then files, sums and parts.
    """

    identity: str
    same: bool
    compared: str
    differences: tuple[str, ...]


def rerun(project: Project, identity: str, executor: Executor | None = None) -> Rerun:
    """Make a run again from its own record, elsewhere, and compare every byte.

    Args:
        project: Where the run is kept.
        identity: The run, or the beginning of its identity.
        executor: Threads to spread blocks over.

    Returns:
        Whether it is the same, and if not, what differs.

    Raises:
        StoreError: When there is no such run, when it is not complete, or when the index of it was changed.
    """
    old = project.run(identity)
    if not old.complete:
        raise StoreError(
            f"run {old.identity} in {project.folder} is not complete; compare again to finish it first"
        )
    software = [
        f"{what}: the run was made with {old.record[what]}, this is {now}"
        for what, now in (
            ("handful", version("handful")),
            ("kernels", kernel_hash()),
            ("methods", method_hash()),
        )
        if old.record[what] != now
    ]
    differences = [f"{change} after it was stored" for change in project.changes(old)]
    with tempfile.TemporaryDirectory(prefix="handful-") as folder, Project(folder) as elsewhere:
        elsewhere.keep_study(project.study_text(old.study), old.study)
        new = elsewhere.begin(
            old.record, study=old.study, design=old.design, scenario=old.scenario, rows=old.rows
        )
        new = carry_on(elsewhere, new, job_of(old.record), executor)
    if new.summary != old.summary:
        differences.append("the sums over all trials differ")
    pairs = zip(old.digests, new.digests, strict=False)
    differences += [f"part {number} differs" for number, (a, b) in enumerate(pairs) if a != b]
    if new.parts != old.parts:
        differences.append(f"{new.parts} parts instead of {old.parts}")
    files = "file" if old.parts == 1 else "files"
    compared = f"{old.parts} Parquet {files} and the sums" if old.rows else "the sums (trials were not kept)"
    return Rerun(old.identity, not differences, compared, (*software, *differences))
