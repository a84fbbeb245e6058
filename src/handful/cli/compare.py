"""`handful compare`: every design in every scenario, and the choice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handful.cli.options import Force, Seed, Threads, Trials

if TYPE_CHECKING:
    from rich.table import Table

    from handful.select.results import Comparison, DesignSummary, Verdict


def compare(
    study: Annotated[Path, typer.Argument(help="The study file.", metavar="STUDY.YAML")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the report and the runs. Default: beside the study file.", metavar="FOLDER"
        ),
    ] = None,
    trials: Trials = None,
    seed: Seed = None,
    threads: Threads = None,
    force: Force = False,
) -> None:
    """Put the same participants through every design, and choose.

    Every design is conducted in every scenario and under the stresses that it is fragile to.

    The folder holds report.html, comparison.json, a copy of the study, and the runs. What is done is kept: a comparison
    that was stopped is taken up where it was when the same command is given again.
    """
    from handful.cli.failure import STOPPED, say
    from handful.cli.progress import Told
    from handful.cli.terminal import console
    from handful.report.folder import ResultsFolder, results_folder
    from handful.study.file import StudyFile

    asked = StudyFile.read(study).asked(trials=trials, seed=seed)
    folder = ResultsFolder(out if out is not None else results_folder(study))
    folder.claim(asked.study.title, force=force)
    try:
        with Told() as told:
            comparison = folder.fill(asked, threads=threads, progress=told)
    except KeyboardInterrupt:
        say("Stopped; what is done is kept. Run the same command again to go on.")
        raise typer.Exit(STOPPED) from None
    page = console()
    for sentence in comparison.answer:
        page.print(sentence)
    for warning in comparison.warnings:
        page.print(f"Warning: {warning}")
    page.print()
    page.print(_ranked(comparison, asked.study.choose.best))
    page.print("\nWhy, design by design:")
    for verdict in comparison.verdicts:
        page.print(f"{verdict.rank}. {verdict.design}: {' '.join(verdict.reasons)}")
    page.print()
    # Printed as it is: a path must not be broken into lines.
    print(f"Report: {folder.report}")


def _ranked(comparison: Comparison, best: str) -> Table:
    """The designs in the order of the choice; every number says how it was obtained."""
    from handful.cli.terminal import table

    power = f"Power, {comparison.hoped_for}"
    worth = f"Minus {best}" if best.startswith("expected") else best.capitalize()
    rows = table("", "Design", "Keeps all", "Type I error", power, "Participants", "Months", worth)
    designs = {design.name: design for design in comparison.designs}
    for verdict in comparison.verdicts:
        rows.add_row(*_cells(comparison, designs[verdict.design], verdict))
    return rows


def _cells(comparison: Comparison, design: DesignSummary, verdict: Verdict) -> list[str]:
    """One row of the ranked table."""
    from handful.cli.terminal import amount, share

    told = comparison.cell(design.name, comparison.hoped_for)
    worst = design.type_one.worst
    return [
        f"{verdict.rank}{' *' if verdict.chosen else ''}",
        design.name,
        "yes" if verdict.kept else "no",
        share(worst) if worst is not None else "not defined",
        share(told.success),
        amount(told.participants.mean),
        amount(told.months.mean) if told.months is not None else "-",
        amount(verdict.utility),
    ]
