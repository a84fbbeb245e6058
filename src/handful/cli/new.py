"""`handful new`: a commented study file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    name: Annotated[
        Path | None,
        typer.Argument(
            help="Folder to make, or a file that ends in .yaml.", metavar="NAME", show_default=False
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(help="The published trial to start from; `--list` shows them.", metavar="TEMPLATE"),
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
) -> None:
    """Write a commented study file to start from.

    `handful new my-study` makes the folder my-study with study.yaml in it. Nothing is ever overwritten.
    """
    from handful.cli.failure import UserError
    from handful.cli.terminal import console, table
    from handful.study.templates import BY_IDEA, DEFAULT, template_titles, write_template

    if show:
        ideas = {named: idea for idea, named in BY_IDEA.items()}
        rows = table("Template", "or", "Study")
        for each, title in template_titles().items():
            rows.add_row(each, ideas.get(each, ""), title)
        console().print(rows)
        return
    if name is None:
        raise UserError("say how the study is to be called: handful new my-study")
    try:
        written = write_template(template or DEFAULT, name)
    except FileExistsError as error:
        raise UserError(
            f"{error.filename} is there already and is left as it is; choose another name"
        ) from None
    print(f"Wrote {written}")
    print(f"Next: handful check {written}")
