"""`handful document`: the documents that a regulator expects, from the folder of a comparison."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from handful.cli.options import Kept


class Kind(StrEnum):
    """Which documents there are."""

    SIMULATION_REPORT = "simulation-report"
    PROTOCOL = "protocol"
    CHANGES = "changes"
    DESIGN_RECORD = "design-record"


class Format(StrEnum):
    """In which formats."""

    HTML = "html"
    PDF = "pdf"
    WORD = "docx"
    MARKDOWN = "md"


def document(
    kind: Annotated[
        Kind,
        typer.Argument(
            help="`simulation-report` for the report on the simulations, `protocol` for the sections of protocol and analysis "
            "plan that follow from the chosen design, `changes` for what is different between two versions of a study and what "
            "it did, `design-record` for that design as JSON (USDM, ICH M11) for other systems.",
            metavar="KIND",
        ),
    ],
    project: Kept = None,
    since: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the comparison to hold this one against, for `changes`. Default: the version of the study that was "
            "compared in the same folder before.",
            metavar="FOLDER",
        ),
    ] = None,
    format: Annotated[
        list[Format] | None,
        typer.Option("--format", "-f", help="Format; may be given several times. Default: pdf and docx."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write to. Default: that of the comparison.", metavar="FOLDER"),
    ] = None,
) -> None:
    """Write a document about a comparison, as PDF, Word, HTML or Markdown.

    Nothing is computed anew but the few trials that are told. Equal results give equal bytes.
    """
    from handful.cli.failure import UserError
    from handful.report.documents.catalogue import FORMATS, KINDS, RECORDS, read_material
    from handful.select.finding import find_project
    from handful.store.files import write_whole

    if since is not None and kind is not Kind.CHANGES:
        raise UserError(f"--since belongs to {Kind.CHANGES.value}, and this is {kind.value}; leave it out")
    folder = find_project(project)
    target = out if out is not None else folder
    if kind.value in RECORDS:
        if format:
            raise UserError(f"{kind.value} is data and always JSON; leave --format out")
        made = [(target / f"{kind.value}.json", RECORDS[kind.value](read_material(folder)))]
    else:
        written = KINDS[kind.value](read_material(folder, since))
        made = [
            (target / f"{kind.value}.{one.value}", FORMATS[one.value](written))
            for one in dict.fromkeys(format or (Format.PDF, Format.WORD))
        ]
    target.mkdir(parents=True, exist_ok=True)
    for path, content in made:
        write_whole(path, partial(Path.write_bytes, data=content))
        print(f"Written: {path}")
