"""Which documents there are, in which formats, and where they are read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from handful.report.documents.blocks import Document
from handful.report.documents.material import Material
from handful.report.folder import ResultsFolder
from handful.report.stories import choose_stories

Format = Callable[[Document], bytes]


def simulation_report(material: Material) -> Document:
    """The simulation report."""
    from handful.report.documents import simulation_report as written

    return written.simulation_report(material)


def protocol(material: Material) -> Document:
    """The sections of protocol and analysis plan."""
    from handful.report.documents.protocol import protocol_sections

    return protocol_sections(material)


def changes(material: Material) -> Document:
    """What is different between two versions of the study, and what it did."""
    from handful.report.documents.changes import changes as written
    from handful.report.documents.versions import versions

    return written(versions(material))


def design_record(material: Material) -> bytes:
    """The chosen design as JSON for other systems."""
    import json

    from handful.report.documents.design_record import design_record as described

    return (json.dumps(described(material), indent=1, ensure_ascii=False) + "\n").encode()


def _pdf(document: Document) -> bytes:
    from handful.report.documents.as_pdf import as_pdf

    return as_pdf(document)


def _word(document: Document) -> bytes:
    from handful.report.documents.as_word import as_word

    return as_word(document)


def _html(document: Document) -> bytes:
    from handful.report.documents.as_html import as_html

    return as_html(document).encode()


def _markdown(document: Document) -> bytes:
    from handful.report.documents.as_markdown import as_markdown

    return as_markdown(document).encode()


CHANGES = "changes"
"""The document that needs two versions of the study."""

KINDS: Mapping[str, Callable[[Material], Document]] = {
    "simulation-report": simulation_report,
    "protocol": protocol,
    CHANGES: changes,
}
"""The documents of a comparison, by the name of their file."""

RECORDS: Mapping[str, Callable[[Material], bytes]] = {"design-record": design_record}
"""What is data and no document, by the name of its JSON file."""

FORMATS: Mapping[str, Format] = {"html": _html, "pdf": _pdf, "docx": _word, "md": _markdown}
"""The formats, by the ending of the file."""


def kinds_in(folder: Path) -> tuple[str, ...]:
    """The documents that can be written from a folder: all, but for the one on changes where nothing was compared before.

    Args:
        folder: The folder of a comparison.
    """
    return tuple(kind for kind in KINDS if kind != CHANGES or ResultsFolder(folder).earlier())


def read_material(folder: Path, since: Path | None = None) -> Material:
    """Read what `handful compare` left in a folder.

    Args:
        folder: The folder of a comparison.
        since: Folder of the comparison that it is held against, for the document on changes; that of the version before, in the
            same folder, when None.

    Returns:
        The study with its results and the trials to be told.

    Raises:
        StoreError: When the folder holds no comparison, or one of another version.
    """
    file, comparison = ResultsFolder(folder).read()
    stories = choose_stories(file.study, comparison)
    return Material(file.study, comparison, stories, file.kept(), folder, since)
