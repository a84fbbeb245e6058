"""What a document is made of: sections of paragraphs, lists, tables and figures, without a word on how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from handful.report.tables import Drawing, Table, Text

Manner = Literal["plain", "lead", "note", "warning", "open"]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph.

    Attributes:
        said: Its text.
        manner: `lead` for the sentence that says it all, `note` for small print, `warning` for what a reader must not miss,
            `open` for what only the sponsor can write.
    """

    said: Text
    manner: Manner = "plain"


@dataclass(frozen=True)
class Items:
    """A list.

    Attributes:
        items: Its items.
        ordered: Whether they are numbered.
    """

    items: tuple[Text, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Listing:
    """Text that is printed as it stands: a file, or commands.

    Attributes:
        text: The text.
        caption: What it is.
    """

    text: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A section with its heading.

    Attributes:
        title: Heading.
        parts: What is in it, sections after everything else.
        numbered: Whether it counts; appendices and references do not.
    """

    title: str
    parts: tuple[Part, ...]
    numbered: bool = True

    def within(self) -> Iterator[Part]:
        """Everything in it at any depth, in reading order."""
        for part in self.parts:
            yield part
            if isinstance(part, Section):
                yield from part.within()


Part = Paragraph | Items | Listing | Table | Drawing | Section


@dataclass(frozen=True)
class Document:
    """A whole document.

    Attributes:
        title: Its title.
        kind: What kind of document it is, such as `Simulation report`.
        facts: What stands under the title: (label, text).
        sections: Its sections.
        version: Version of handful that wrote it.
    """

    title: str
    kind: str
    facts: tuple[tuple[str, Text], ...]
    sections: tuple[Section, ...]
    version: str

    def within(self) -> Iterator[Part]:
        """Everything in it, in reading order."""
        for section in self.sections:
            yield section
            yield from section.within()


def section(title: str, *parts: Part | None, numbered: bool = True) -> Section:
    """A section of the parts that there are.

    Example:
        >>> [type(part).__name__ for part in section("Aims", Paragraph("To choose."), None).parts]
        ['Paragraph']
    """
    return Section(title, tuple(part for part in parts if part is not None), numbered)


def sections(*given: Section | None) -> tuple[Section, ...]:
    """The sections that there are.

    Example:
        >>> [told.title for told in sections(section("Aims"), None)]
        ['Aims']
    """
    return tuple(one for one in given if one is not None)
