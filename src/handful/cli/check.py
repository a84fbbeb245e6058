"""`handful check`: validate a study and explain it in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check(
    study: Annotated[
        Path | None, typer.Argument(help="The study file.", metavar="STUDY.YAML", show_default=False)
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of study files, for editors.")
    ] = False,
) -> None:
    """Validate a study file and explain it in plain words.

    Every error is named with file, line, field, what was found and what would be right.
    """
    from handful.cli.failure import UserError

    if schema:
        import json

        from handful.spec.schema import json_schema
        from handful.study.model import Study

        print(json.dumps(json_schema(Study, "handful study"), indent=1, ensure_ascii=False))
        return
    if study is None:
        raise UserError("name a study file: handful check study.yaml")

    from rich.padding import Padding
    from rich.text import Text

    from handful.cli.terminal import console
    from handful.select.explain import explain
    from handful.select.rehearsal import rehearse
    from handful.study.file import StudyFile

    file = StudyFile.read(study)
    read = file.study
    rehearse(read, file.name, file.text)
    page = console()
    page.print(f"{study} is in order.\n")
    for section in explain(read):
        page.print(section.heading, style="bold")
        for sentence in section.sentences:
            page.print(Padding(Text(sentence), (0, 0, 0, 2)))
        page.print()
