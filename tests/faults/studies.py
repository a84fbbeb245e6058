"""What the tests of faults share: a run in small parts, kept in a project folder, and what lies in one."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

from handful.engine.simulate import Job
from handful.participants.block import Layout
from handful.select.stored import carry_on, record_of
from handful.store.files import canonical
from handful.store.project import Project, StoredRun
from handful.study.loading import loads

STUDY = """
title: Faults
population: {prevalence: 900}
endpoint: {name: response, kind: binary, known after: 6 months}
recruitment: {rate: 2 per month, dropout: 5% per year}
scenarios:
  nothing: {untreated: 20%, effect: 0}
  hoped for: {base: nothing, effect: 0.4}
designs:
  looks: {kind: group sequential, participants: 40, looks: [50%, 100%], analysis: z pooled, futility: {}}
  fixed: {kind: randomised, participants: 24, analysis: fisher}
compute: {seed: 20261122}
"""
LAYOUT = Layout(block=128, part=512)
PARTS = 40


def job(parts: int = PARTS, design: str = "looks", layout: Layout = LAYOUT) -> Job:
    """A run that ends with a short part."""
    study = loads(STUDY)
    trials = parts * layout.part - layout.part // 3
    return Job(study.plan(design), study.scenario("hoped for"), study.compute.seed, trials, layout=layout)


def keep(
    project: Project, what: Job, executor: Executor | None = None, *, design: str = "looks", rows: bool = True
) -> StoredRun:
    """Begin the run, or take it up, and bring it to its end."""
    return carry_on(project, begin(project, what, design=design, rows=rows), what, executor)


def begin(project: Project, what: Job, *, design: str = "looks", rows: bool = True) -> StoredRun:
    """Begin the run, or take it up."""
    study = loads(STUDY)
    project.keep_study(STUDY, study.digest())
    record = record_of(what, study.design(design), study.question)
    return project.begin(record, study=study.digest(), design=design, scenario="hoped for", rows=rows)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file of the runs by its name, and what the index says of each run."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "runs").rglob("*"))
        if path.is_file()
    }
    with Project(folder) as project:
        said = {
            run.identity: canonical([run.summary, run.digests, run.complete]).encode()
            for run in project.runs()
        }
    return files | said
