"""`handful optimise`: the best sizes, looks and thresholds by the study's own utility, and what they trade."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handful.cli.options import Force, Seed, Threads, Trials

if TYPE_CHECKING:
    from rich.table import Table

    from handful.select.optimise.results import Judged, Optimisation

_NAME = 34
"""Width of the names of designs in the table: they say what was changed."""


def optimise(
    study: Annotated[Path, typer.Argument(help="The study file.", metavar="STUDY.YAML")],
    design: Annotated[
        str | None,
        typer.Option(
            help="The one design to search. Default: those under `optimise` in the study, or all.",
            metavar="NAME",
        ),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(
            help="A field of that design with its values, such as participants=20..60 or 'looks=[[100%], [50%, 100%]]'; may be "
            "given again. Default: the usual fields of its family.",
            metavar="FIELD=VALUES",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the page and what was searched. Default: beside the study file.",
            metavar="FOLDER",
        ),
    ] = None,
    trials: Trials = None,
    seed: Seed = None,
    threads: Threads = None,
    force: Force = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print what was found as JSON, and nothing else.")
    ] = False,
) -> None:
    """Search sizes, looks and thresholds for the best design by the study's own utility, under its constraints.

    Exact where trials can be enumerated, else by a race over simulated trials that all designs share. The figures of the best
    come from trials that had no part in choosing it.

    The folder holds optimisation.html, optimisation.json and what was searched: a search that was stopped is taken up where
    it was when the same command is given again.
    """
    from handful.cli.failure import STOPPED, say
    from handful.cli.progress import Told
    from handful.cli.terminal import console
    from handful.report.folder import ResultsFolder, results_folder
    from handful.select.optimise.asked import asked
    from handful.study.file import StudyFile

    file = StudyFile.read(study).asked(trials=trials, seed=seed)
    fields = _fields(over or [])
    asked(file.study, design, fields)
    folder = ResultsFolder(out if out is not None else results_folder(study))
    folder.claim(file.study.title, force=force)
    try:
        with Told() as told:
            found = folder.fill_search(file, design=design, over=fields, threads=threads, progress=told)
    except KeyboardInterrupt:
        say("Stopped; what is done is kept. Run the same command again to go on.")
        raise typer.Exit(STOPPED) from None
    if json:
        print(found.model_dump_json(indent=1))
        return
    page = console()
    for sentence in found.answer:
        page.print(sentence)
    page.print()
    page.print(_traded(found))
    if found.paste:
        page.print("\nTo be pasted into the study file:\n")
        # Printed as it is: YAML must not be broken into lines.
        print(found.paste)
    print(f"Report: {folder.search_page}")


def _fields(over: list[str]) -> dict[str, Any]:
    """Fields with their values from `field=values`; a single value is a list of one."""
    from handful.study.fields import parsed

    found = {}
    for written in over:
        path, value = parsed(written)
        ranges = isinstance(value, list) or (isinstance(value, str) and ".." in value)
        found[".".join(path)] = value if ranges else [value]
    return found


def _traded(found: Optimisation) -> Table:
    """The designs as written and along the trade-off; every number says how it was obtained."""
    from handful.cli.terminal import table
    from handful.select.optimise.tradeoff import HELPED

    best = "People helped" if found.best == HELPED else found.best.capitalize()
    if found.best.startswith("expected"):
        best = f"Minus {found.best}"
    rows = table("", "Design", "Type I error", f"Power, {found.hoped_for}", "Participants", best)
    rows.columns[1].width = _NAME
    rows.caption = "* chosen, - breaks a constraint"
    rows.caption_justify = "left"
    written = {told.name for told in found.declared}
    for told in (*found.declared, *(told for told in found.curve if told.name not in written)):
        chosen = found.chosen is not None and told.name == found.chosen.name
        name = told.name.removeprefix(f"{told.origin}: ") if len(written) == 1 else told.name
        rows.add_row("*" if chosen else "" if told.kept else "-", name, *_cells(told))
    return rows


def _cells(told: Judged) -> list[str]:
    """The figures of one row."""
    from handful.cli.terminal import amount, share

    worst = told.type_one.worst
    return [
        share(worst) if worst is not None else "not defined",
        share(told.power),
        amount(told.participants),
        amount(told.utility),
    ]
