"""`handful replay`: one simulated trial, told participant by participant and look by look."""

from __future__ import annotations

from typing import Annotated

import typer

from handful.cli.options import Kept, Run


def replay(
    run: Run,
    trial: Annotated[int, typer.Option(min=0, max=2**62, help="Number of the trial, from 0.")],
    project: Kept = None,
) -> None:
    """Tell one simulated trial, participant by participant.

    Any trial can be told in the same time, whatever its number, because every random number has an address of its own.
    """
    from handful.cli.terminal import console
    from handful.engine.replay import replay as conduct_again
    from handful.report.story import compared_with, tell
    from handful.select.finding import find_project, find_run
    from handful.select.stored import job_of
    from handful.store.project import Project

    with Project(find_project(project)) as kept:
        found = find_run(kept, run)
    job = job_of(found.record)
    story = conduct_again(job, trial)
    page = console()
    page.print(f"Trial {trial} of “{found.design}” in “{found.scenario}” (run {found.identity})\n")
    plan = job.plan
    for sentence in tell(story, plan.endpoint, plan.analysis.statistic_name, compared_with(plan)):
        page.print(sentence)
