"""Tables as plain data: what a template needs to write one that screen readers can read."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

Text = str | Markup
"""Plain text, which the template escapes, or text that is markup already."""


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        caption: What it shows.
        head: Headings of the columns; the first is that of the row headings.
        rows: Cells; the first of a row is its heading.
    """

    caption: Text
    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]

    def without_empty_columns(self) -> Table:
        """The table without the columns in which no row has anything to say.

        Example:
            >>> Table("T", ("a", "b", "c"), (("x", "", "1"), ("y", "", ""))).without_empty_columns().head
            ('a', 'c')
        """
        kept = [k for k in range(len(self.head)) if any(row[k] for row in self.rows)]
        rows = tuple(tuple(row[k] for k in kept) for row in self.rows)
        return Table(self.caption, tuple(self.head[k] for k in kept), rows)


@dataclass(frozen=True)
class Drawing:
    """One figure.

    Attributes:
        name: Identity in the page.
        svg: The drawing.
        caption: What it shows and how to read it.
        table: The same data as a table.
        said: Sentences under the figure.
    """

    name: str
    svg: tuple[Markup, ...]
    caption: Text
    table: Table
    said: tuple[Text, ...] = ()
