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


KINDS: Mapping[str, Callable[[Material], Document]] = {
    "simulation-report": simulation_report,
    "protocol": protocol,
}
"""The documents of a comparison, by the name of their file."""

RECORDS: Mapping[str, Callable[[Material], bytes]] = {"design-record": design_record}
"""What is data and no document, by the name of its JSON file."""

FORMATS: Mapping[str, Format] = {"html": _html, "pdf": _pdf, "docx": _word, "md": _markdown}
"""The formats, by the ending of the file."""


def read_material(folder: Path) -> Material:
    """Read what `handful compare` left in a folder.

    Args:
        folder: The folder of a comparison.

    Returns:
        The study with its results and the trials to be told.

    Raises:
        StoreError: When the folder holds no comparison, or one of another version.
    """
    file, comparison = ResultsFolder(folder).read()
    return Material(file.study, comparison, choose_stories(file.study, comparison), file.kept())
