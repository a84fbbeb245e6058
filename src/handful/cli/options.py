"""Options that several commands share, each with one meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Trials = Annotated[
    int | None,
    typer.Option(min=1, max=10**9, help="Simulated trials, instead of the study's own number."),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, max=2**63 - 1, help="Seed of all randomness, instead of the study's own."),
]
Threads = Annotated[
    int | None, typer.Option(min=1, max=256, help="Threads; they change the time taken and nothing else.")
]
Force = Annotated[bool, typer.Option("--force", help="Use the folder even though it holds other things.")]
Run = Annotated[
    str, typer.Argument(help="The beginning of its identity, or “design / scenario”.", metavar="RUN")
]
Kept = Annotated[
    Path | None,
    typer.Option(help="Folder of the comparison. Default: the one found here.", metavar="FOLDER"),
]
