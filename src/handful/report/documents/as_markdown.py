"""A document as Markdown, for those who go on in a text editor: headings, lists, tables, and figures told in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handful.report.documents.blocks import Document, Items, Listing, Paragraph, Part, Section
from handful.report.documents.runs import Run, runs
from handful.report.still import still
from handful.report.tables import Drawing, Table, Text

_MEANS_SOMETHING = re.compile(r"([\\`*_\[\]<>|#])")


def as_markdown(document: Document) -> str:
    """Write a document as Markdown (CommonMark with pipe tables).

    Args:
        document: The document.

    Returns:
        The text; figures are told by their caption and description, with their data as a table.
    """
    parts = [f"# {_said(document.title)}", f"*{_said(document.kind)}*"]
    parts += ["\n".join(f"- **{_said(label)}:** {_said(said)}" for label, said in document.facts)]
    count = 0
    for one in document.sections:
        count += one.numbered
        parts += _section(one, 2, str(count) if one.numbered else "")
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(one: Section, level: int, number: str) -> Iterator[str]:
    """A heading with what is under it."""
    yield f"{'#' * min(level, 6)} {f'{number} ' if number else ''}{_said(one.title)}"
    count = 0
    for part in one.parts:
        if isinstance(part, Section):
            count += 1
            yield from _section(part, level + 1, f"{number}.{count}" if number else "")
        else:
            yield _part(part)


def _part(part: Part) -> str:
    """Anything but a section."""
    if isinstance(part, Paragraph):
        said = _said(part.said)
        return {"warning": f"> **Warning.** {said}", "open": f"> **To be completed.** {said}"}.get(
            part.manner, said
        )
    if isinstance(part, Items):
        return "\n".join(
            f"{f'{k}.' if part.ordered else '-'} {_said(i)}" for k, i in enumerate(part.items, 1)
        )
    if isinstance(part, Listing):
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", part.text)), default=0))
        return f"{fence}\n{part.text}\n{fence}"
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Drawing):
        told = " ".join(still(str(svg)).description for svg in part.svg)
        return f"**Figure.** {_said(part.caption)} {_said(told)}\n\n{_table(part.table)}"
    raise TypeError(f"{type(part).__name__} is no part of a document")


def _table(table: Table) -> str:
    """A pipe table under its caption."""
    rows = [table.head, ("---",) * len(table.head), *table.rows]
    lines = [
        "| " + " | ".join(_said(c) if k != 1 else str(c) for c in row) + " |" for k, row in enumerate(rows)
    ]
    return f"**Table.** {_said(table.caption)}\n\n" + "\n".join(lines)


def _said(text: Text) -> str:
    """A text with its manners."""
    return "".join(_run(run) for run in runs(text)).replace("\n", " ")


def _run(run: Run) -> str:
    """One stretch."""
    if run.code:
        return f"`{run.text}`"
    said = _MEANS_SOMETHING.sub(r"\\\1", run.text)
    if run.strong and said.strip():
        said = f"**{said.strip()}**" + " " * said.endswith(" ")
    if run.address and not run.address.startswith("#"):
        said = f"[{said}]({run.address})"
    return said
