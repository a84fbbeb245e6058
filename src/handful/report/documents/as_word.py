"""A document as Word file: in the styles of Word, with its fields, so that a medical writer can go on from there.

Headings are numbered by their styles, captions by fields, and the table of contents is a field that is filled already. Equal
documents give equal bytes: nothing in the file knows when it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from handful.report.documents.blocks import Document, Items, Listing, Paragraph, Part, Section
from handful.report.documents.pictures import picture
from handful.report.documents.runs import Run, runs
from handful.report.documents.word_fields import (
    bookmark,
    field,
    hyperlink,
    number_headings,
    restarted_list,
    same_bytes,
)
from handful.report.documents.word_styles import MANNERS, WIDTH, set_styles
from handful.report.tables import Drawing, Table, Text

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as WordParagraph

_WIDE = 6


def as_word(document: Document) -> bytes:
    """Write a document as Word file (.docx).

    Args:
        document: The document.

    Returns:
        The file; equal documents give equal bytes.
    """
    writer = _Writer(document)
    writer.write()
    return writer.bytes()


class _Writer:
    """Writes one document."""

    def __init__(self, document: Document) -> None:
        import docx

        self.document = document
        self.word: WordDocument = docx.Document()
        set_styles(self.word)
        # Looked up once: python-docx goes through all styles each time it is given a name.
        self.styles = {style.name: style.style_id for style in self.word.styles}
        self.counted = {"Table": 0, "Figure": 0}
        self.marks = 0

    def write(self) -> None:
        """Write everything in reading order."""
        number_headings(self.word)
        self._properties()
        self._margins()
        self._paragraph("Subtitle", self.document.kind)
        self._paragraph("Title", self.document.title)
        self._facts()
        self._contents()
        for one in self.document.sections:
            self._section(one, 1)

    def bytes(self) -> bytes:
        """The file."""
        made = BytesIO()
        self.word.save(made)
        return same_bytes(made.getvalue())

    def _paragraph(self, style: str, text: str = "") -> WordParagraph:
        """A new paragraph at the end."""
        made = self.word.add_paragraph(text)
        made._p.style = self.styles[style]
        return made

    def _properties(self) -> None:
        """Title, author and language; no dates."""
        told = self.word.core_properties
        told.title, told.author = self.document.title, f"handful {self.document.version}"
        told.subject, told.language, told.comments = self.document.kind, "en-GB", ""
        told.last_modified_by = told.author

    def _margins(self) -> None:
        """Header with the title, footer with the page."""
        page = self.word.sections[0]
        page.header.paragraphs[0].text = f"{self.document.kind}: {self.document.title}"
        foot = page.footer.paragraphs[0]
        foot.add_run("Page ")
        field(foot, "PAGE", "1")
        foot.add_run(" of ")
        field(foot, "NUMPAGES", "1")

    def _facts(self) -> None:
        """What stands under the title."""
        table = self.word.add_table(rows=0, cols=2)
        for label, said in self.document.facts:
            cells = table.add_row().cells
            self._fill(cells[0], label)
            self._fill(cells[1], said)
        _widths(table, (0.25, 0.75))

    def _contents(self) -> None:
        """The table of contents: a field with its entries."""
        from docx.enum.text import WD_BREAK

        self._paragraph("TOC Heading", "Contents")
        entries = []
        for number, one in enumerate((s for s in self.document.sections if s.numbered), start=1):
            entries.append((1, f"{number}\t{one.title}"))
        entries += [(1, one.title) for one in self.document.sections if not one.numbered]
        paragraphs = [self._paragraph(f"TOC {level}", text) for level, text in entries]
        field(paragraphs[0], 'TOC \\o "1-2" \\h \\z \\u', None, until=paragraphs[-1])
        paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)

    def _section(self, one: Section, level: int) -> None:
        """A heading with what is under it."""
        style = f"Heading {level}" if one.numbered else "Heading Unnumbered"
        heading = self._paragraph(style, one.title)
        self.marks += 1
        bookmark(heading, f"section_{self.marks}", self.marks)
        for part in one.parts:
            if isinstance(part, Section):
                self._section(part, min(level + 1, 3))
            else:
                self._part(part)

    def _part(self, part: Part) -> None:
        """Anything but a section."""
        if isinstance(part, Paragraph):
            self._say(self._paragraph(MANNERS[part.manner]), part.said)
        elif isinstance(part, Items):
            self._items(part)
        elif isinstance(part, Listing):
            for line in part.text.splitlines() or [""]:
                self._paragraph("Listing", line)
        elif isinstance(part, Table):
            self._table(part)
        elif isinstance(part, Drawing):
            self._drawing(part)
        else:
            raise TypeError(f"{type(part).__name__} is no part of a document")

    def _items(self, part: Items) -> None:
        """A list; a numbered one begins at 1."""
        style = "List Number" if part.ordered else "List Bullet"
        paragraphs = [self._paragraph(style) for _ in part.items]
        for paragraph, item in zip(paragraphs, part.items, strict=True):
            self._say(paragraph, item)
        if part.ordered:
            restarted_list(self.word, paragraphs)

    def _caption(self, kind: str, said: Text, *, before: bool) -> None:
        """A caption that Word numbers."""
        self.counted[kind] += 1
        paragraph = self._paragraph("Caption")
        paragraph.paragraph_format.keep_with_next = before
        paragraph.add_run(f"{kind} ")
        field(paragraph, f"SEQ {kind} \\* ARABIC", str(self.counted[kind]))
        paragraph.add_run(". ")
        self._say(paragraph, said)

    def _table(self, part: Table) -> None:
        """A table: its head is repeated on every page, and no row is broken."""
        from docx.oxml import OxmlElement

        self._caption("Table", part.caption, before=True)
        columns = len(part.head)
        table = self.word.add_table(rows=0, cols=columns, style="Table Grid")
        for number, row in enumerate((part.head, *part.rows)):
            made = table.add_row()
            properties = made._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, said in zip(made.cells, row, strict=True):
                self._fill(cell, said, strong=number == 0, small=columns >= _WIDE)
        first = 0.22 if columns > 2 else 0.3
        _widths(table, (first, *((1 - first) / (columns - 1) for _ in range(columns - 1))))
        self._paragraph("After Table")

    def _drawing(self, part: Drawing) -> None:
        """A figure with what it shows for those who do not see it."""
        from docx.shared import Emu

        for svg in part.svg:
            made = picture(str(svg))
            paragraph = self._paragraph("Figure")
            shape = paragraph.add_run().add_picture(BytesIO(made.png), width=Emu(int(WIDTH)))
            described: Any = shape._inline.docPr
            described.set("descr", made.description or made.title)
            described.set("title", made.title)
        self._caption("Figure", part.caption, before=False)

    def _fill(self, cell: _Cell, said: Text, *, strong: bool = False, small: bool = False) -> None:
        """The text of a cell."""
        paragraph = cell.paragraphs[0]
        paragraph._p.style = self.styles["Table Small" if small else "Table Text"]
        self._say(paragraph, said, strong=strong)

    def _say(self, paragraph: WordParagraph, said: Text, *, strong: bool = False) -> None:
        """Text with its manners."""
        for run in _printable(runs(said)):
            if run.address and not run.address.startswith("#"):
                hyperlink(paragraph, run.text, run.address)
                continue
            made = paragraph.add_run(run.text)
            made.bold = True if run.strong or strong else None
            if run.code:
                made._r.style = self.styles["Code"]
            elif run.how:
                made._r.style = self.styles["Method"]


def _printable(told: Iterable[Run]) -> Iterable[Run]:
    """Runs without characters that XML cannot hold."""
    from dataclasses import replace

    for run in told:
        yield replace(run, text="".join(c for c in run.text if c >= " " or c in "\t\n"))


def _widths(table: Any, shares: tuple[float, ...]) -> None:
    """Set the widths of columns as shares of the text."""
    from docx.shared import Emu

    table.autofit = False
    for column, part in zip(table.columns, shares, strict=True):
        column.width = Emu(int(WIDTH * part))
        for cell in column.cells:
            cell.width = Emu(int(WIDTH * part))
