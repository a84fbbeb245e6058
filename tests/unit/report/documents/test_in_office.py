"""Word files in LibreOffice, PDF files in poppler: they open, and fields, headings and pictures survive."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from handful.report.tables import Drawing, Table
from tests.unit.report.documents.small_documents import document, written

KIND = "simulation-report"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"

needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice opens Word files; `make office` installs it"
)
needs_poppler = pytest.mark.skipif(
    shutil.which("pdfinfo") is None, reason="poppler opens PDF files; `make office` installs it"
)


@cache
def opened() -> ElementTree.Element:
    """The Word file as LibreOffice understands it, saved in its own format."""
    folder = Path(mkdtemp())
    (folder / "report.docx").write_bytes(written(KIND, "docx"))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "fodt",
            "report.docx",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=170,
    )
    return ElementTree.parse(folder / "report.fodt").getroot()


@needs_office
def test_headings_keep_their_levels() -> None:
    headings = {
        "".join(heading.itertext()).strip(): heading.get(f"{TEXT}outline-level")
        for heading in opened().iter(f"{TEXT}h")
    }
    for section in document(KIND).sections:
        assert headings[section.title] == "1"


@needs_office
def test_contents_captions_and_pages_are_still_fields() -> None:
    root = opened()
    assert len(list(root.iter(f"{TEXT}table-of-content"))) == 1
    told = [part for part in document(KIND).within() if isinstance(part, Table | Drawing)]
    assert len(list(root.iter(f"{TEXT}sequence"))) == len(told)
    assert list(root.iter(f"{TEXT}page-number"))
    assert list(root.iter(f"{TEXT}page-count"))


@needs_office
def test_pictures_keep_what_is_said_of_them() -> None:
    frames = [frame for frame in opened().iter(f"{DRAW}frame") if frame.find(f"{DRAW}image") is not None]
    described = [frame.findtext(f"{SVG}desc") for frame in frames]
    assert len(described) == sum(len(p.svg) for p in document(KIND).within() if isinstance(p, Drawing))
    assert all(described)


@needs_poppler
def test_poppler_reads_pages_title_and_tags(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(written(KIND, "pdf"))
    said = subprocess.run(
        ["pdfinfo", "report.pdf"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    told = dict(re.findall(r"^([^:\n]+):\s+(.*)$", said, re.MULTILINE))
    assert told["Title"].strip() == document(KIND).title
    assert told["Tagged"] == "yes"
    assert int(told["Pages"]) > 5


@needs_poppler
def test_the_structure_of_the_pdf_has_headings_tables_and_described_figures(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(written(KIND, "pdf"))
    tree = subprocess.run(
        ["pdfinfo", "-struct", "report.pdf"], cwd=tmp_path, check=True, capture_output=True
    ).stdout.decode(errors="replace")
    for kind in ("H1", "Table", "TH", "Figure", "L", "Caption"):
        assert re.search(rf"^\s*{kind}\b", tree, re.MULTILINE), kind


def test_the_word_file_is_a_package_that_names_every_part() -> None:
    folder = Path(mkdtemp())
    (folder / "report.docx").write_bytes(written(KIND, "docx"))
    with ZipFile(folder / "report.docx") as packed:
        types = packed.read("[Content_Types].xml").decode()
        for name in packed.namelist():
            ending = name.rsplit(".", 1)[-1]
            assert f'PartName="/{name}"' in types or f'Extension="{ending}"' in types, name
