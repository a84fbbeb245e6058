"""`handful runs`: the runs that a comparison keeps."""

from __future__ import annotations

from handful.cli.options import Kept


def runs(
    project: Kept = None,
) -> None:
    """List the runs that a comparison keeps."""
    from handful.cli.terminal import console, table
    from handful.select.finding import find_project
    from handful.store.project import Project

    rows = table("Run", "Design", "Scenario", "Trials", "Kept row by row", "Complete")
    with Project(find_project(project)) as kept:
        for run in kept.runs():
            trials = run.summary["trials"] if run.summary is not None else 0
            done, rowwise = ("yes" if run.complete else "no"), ("yes" if run.rows else "no")
            rows.add_row(run.identity, run.design, run.scenario, str(trials), rowwise, done)
    console().print(rows)
