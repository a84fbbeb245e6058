"""A document as PDF: tagged for screen readers (PDF/UA-1), set by typst with its own fonts, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from handful.report.documents.blocks import Document, Items, Listing, Paragraph, Part, Section
from handful.report.documents.runs import Run, runs
from handful.report.still import still
from handful.report.tables import Drawing, Table, Text

_WIDE = 6
"""Columns from which a table is set in smaller type."""

_PREAMBLE = """#set document(title: {title}, date: none, author: "handful {version}")
#set text(lang: "en", font: "Libertinus Serif", size: 10pt)
#set page(paper: "a4", margin: (x: 22mm, top: 24mm, bottom: 22mm), numbering: "1 / 1", header: context if here().page() > 1 [
  #set text(size: 8pt, fill: luma(90))
  {kind} #h(1fr) {short}
])
#set par(justify: false, leading: 0.62em)
#set heading(numbering: "1.1")
#show heading: set block(above: 1.5em, below: 0.7em)
#show heading.where(level: 1): set text(size: 15pt)
#show heading.where(level: 2): set text(size: 11.5pt)
#show heading.where(level: 3): set text(size: 10.5pt)
#show figure.where(kind: table): set block(breakable: true)
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.caption: set text(size: 9pt)
#show figure.caption: set align(left)
#show link: set text(fill: rgb("#0b5a94"))
#show raw: set text(size: 8pt)
#set table(stroke: (x, y) => (bottom: 0.4pt + luma(200)), inset: (x: 4pt, y: 3.2pt), align: left)
#show table.cell.where(y: 0): set text(weight: "bold")
#let how(it) = text(size: 0.8em, fill: luma(90), it)
#let note(it) = text(size: 9pt, fill: luma(70), it)
#let lead(it) = text(size: 12pt, it)
#let warning(it) = block(fill: rgb("#fdf3e7"), stroke: (left: 2pt + rgb("#dfa15a")), inset: 7pt, width: 100%, it)
#let open(it) = block(fill: luma(240), inset: 7pt, width: 100%, [_To be completed._ #it])

#text(size: 9pt, fill: rgb("#0b5a94"), weight: "bold")[{kind}]
#v(-0.4em)
#title()
"""


def as_pdf(document: Document) -> bytes:
    """Set a document as PDF.

    Args:
        document: The document.

    Returns:
        The file: PDF/UA-1, without a date; equal documents give equal bytes.
    """
    import typst

    source, figures = as_typst(document)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, drawing in figures.items():
            (folder / file).write_text(drawing, encoding="utf-8")
        (folder / "document.typ").write_text(source, encoding="utf-8")
        made: bytes = typst.compile(folder / "document.typ", ignore_system_fonts=True, pdf_standards=["ua-1"])
    return made


def as_typst(document: Document) -> tuple[str, dict[str, str]]:
    """The source of a document with its figures, by file name."""
    figures: dict[str, str] = {}
    title = document.title if len(document.title) <= 70 else document.title[:69].rstrip() + "…"
    parts = [
        _PREAMBLE.format(
            title=_string(document.title),
            version=document.version,
            kind=_escaped(document.kind),
            short=_escaped(title),
        ),
        _table(Table("", ("", ""), document.facts), captioned=False) if document.facts else "",
        '#outline(depth: 2, title: "Contents")',
        "#pagebreak()",
    ]
    for one in document.sections:
        parts += _section(one, 1, figures)
    return "\n\n".join(parts) + "\n", figures


def _section(one: Section, level: int, figures: dict[str, str]) -> Iterator[str]:
    """A heading with what is under it."""
    numbering = "" if one.numbered else ", numbering: none"
    yield f"#heading(level: {level}{numbering})[{_escaped(one.title)}]"
    for part in one.parts:
        if isinstance(part, Section):
            yield from _section(part, level + 1, figures)
        else:
            yield _part(part, figures)


def _part(part: Part, figures: dict[str, str]) -> str:
    """Anything but a section."""
    if isinstance(part, Paragraph):
        said = _said(part.said)
        return said if part.manner == "plain" else f"#{part.manner}[{said}]"
    if isinstance(part, Items):
        mark = "+" if part.ordered else "-"
        return "\n".join(f"{mark} {_said(item)}" for item in part.items)
    if isinstance(part, Listing):
        return f"#raw({_string(part.text)}, block: true)"
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Drawing):
        return _drawing(part, figures)
    raise TypeError(f"{type(part).__name__} is no part of a document")


def _table(table: Table, *, captioned: bool = True) -> str:
    """A table with its caption; the first column heads the rows."""
    columns = len(table.head)
    widths = "auto, " + ", ".join(["1fr"] * (columns - 1))
    cells = []
    if captioned:
        cells.append("table.header(" + ", ".join(f"[{_said(head)}]" for head in table.head) + "),")
    cells += [", ".join(f"[{_said(cell)}]" for cell in row) + "," for row in table.rows]
    size = "7.5pt" if columns >= _WIDE else "8.5pt"
    body = f"table(columns: ({widths}),\n  " + "\n  ".join(cells) + "\n)"
    if not captioned:
        return "#text(size: 9pt, grid(columns: (auto, 1fr), gutter: 6pt,\n  " + "\n  ".join(cells) + "\n))"
    return f"#figure(kind: table, caption: [{_said(table.caption)}], text(size: {size}, {body}))"


def _drawing(drawing: Drawing, figures: dict[str, str]) -> str:
    """A figure with its caption and, for those who do not see it, its description."""
    images = []
    for svg in drawing.svg:
        figure = still(str(svg))
        name = f"figure-{len(figures) + 1}.svg"
        figures[name] = figure.svg
        images.append(f'image("{name}", width: 100%, alt: {_string(figure.description or figure.title)})')
    inside = images[0] if len(images) == 1 else "stack(spacing: 8pt, " + ", ".join(images) + ")"
    return f"#figure(kind: image, caption: [{_said(drawing.caption)}], {inside})"


def _said(text: Text) -> str:
    """A text with its manners."""
    return "".join(_run(run) for run in runs(text))


def _run(run: Run) -> str:
    """One stretch."""
    said = _escaped(run.text)
    if run.code:
        said = f"#raw({_string(run.text)})"
    if run.strong:
        said = f"#strong[{said}]"
    if run.how:
        said = f"#how[{said}]"
    if run.address and not run.address.startswith("#"):
        said = f"#link({_string(run.address)})[{said}]"
    return said


def _escaped(text: str) -> str:
    """Text in which nothing means anything to typst."""
    return f"#{_string(text)}" if text.strip() != text or any(c in _SPECIAL for c in text) else text


_SPECIAL = frozenset("\\#$*_`<>@=-+/[]~'\"\n\t:;.")


def _string(text: str) -> str:
    """A string literal of typst."""
    inside = (
        text.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", "\\n")
        .replace("\r", "")
        .replace("\t", "\\t")
    )
    return f'"{inside}"'
