"""Which documents there are, in which formats, and where they are read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from handful.report.documents.blocks import Document
from handful.report.documents.material import Material
from handful.report.folder import FIGURES, STUDY
from handful.report.stories import choose_stories
from handful.select.results import Comparison
from handful.store.project import StoreError
from handful.study.file import StudyFile

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
    figures = folder / FIGURES
    if not figures.is_file():
        raise StoreError(
            f"{folder} holds no comparison (no {FIGURES} in it); make one with `handful compare study.yaml`, and name its folder"
        )
    file = StudyFile.read(folder / STUDY)
    try:
        comparison = Comparison.model_validate_json(figures.read_bytes())
    except ValidationError:
        raise StoreError(
            f"{figures} was not written by this version of handful; run `handful compare` again, which takes finished runs as "
            "they are"
        ) from None
    if comparison.provenance.study_digest != file.study.digest():
        raise StoreError(
            f"{folder / STUDY} is not the study that {FIGURES} was made from; run `handful compare` again"
        )
    return Material(file.study, comparison, choose_stories(file.study, comparison), file.kept())
