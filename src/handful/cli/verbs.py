"""All verbs under one name."""

from __future__ import annotations

from typing import Annotated

import typer

from handful.cli.catalogue import analyses, families, scenarios
from handful.cli.check import check
from handful.cli.compare import compare
from handful.cli.design import design
from handful.cli.document import document
from handful.cli.failure import Verbs
from handful.cli.new import new
from handful.cli.optimise import optimise
from handful.cli.replay import replay
from handful.cli.rerun import rerun
from handful.cli.runs import runs
from handful.cli.serve import serve

app = typer.Typer(
    cls=Verbs,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _verb in (
    new,
    check,
    compare,
    optimise,
    document,
    serve,
    replay,
    rerun,
    runs,
    design,
    families,
    analyses,
    scenarios,
):
    app.command()(_verb)


def _version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"handful {version('handful')}")
        raise typer.Exit


@app.callback()
def handful(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Compare, choose and run clinical trial designs for small populations.

    Begin with `handful new my-study`, then `handful check` and `handful compare` the file that it writes.
    """
