"""`handful rerun`: make a run again from its own record."""

from __future__ import annotations

import typer

from handful.cli.options import Kept, Run, Threads


def rerun(
    run: Run,
    project: Kept = None,
    threads: Threads = None,
) -> None:
    """Make a run again and say whether every byte is the same.

    It is made from its own record, elsewhere; nothing that is kept is touched.

    The exit code is 1 when it is not.
    """
    from contextlib import nullcontext

    from handful.engine.simulate import worker_threads
    from handful.select.finding import find_project, find_run
    from handful.select.stored import rerun as make_again
    from handful.store.project import Project

    executor = worker_threads(threads)
    with Project(find_project(project)) as kept, executor or nullcontext():
        result = make_again(kept, find_run(kept, run).identity, executor)
    if result.same:
        print(f"Run {result.identity}: every byte is the same; compared were {result.compared}.")
    else:
        print(f"Run {result.identity} is not the same; compared were {result.compared}.")
    for difference in result.differences:
        print(f"- {difference}")
    if not result.same:
        raise typer.Exit(1)
