"""Documents in every format: the same bytes every time, complete, safe, and readable without seeing them."""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from handful.report.documents.blocks import Document, Items, Listing, Paragraph, section
from handful.report.documents.catalogue import FORMATS, KINDS
from handful.report.tables import Drawing, Table
from tests.unit.report.documents.small_documents import document, material, written
from tests.unit.report.small_study import HOSTILE
from tests.unit.report.test_document import Tree

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BOTH = pytest.mark.parametrize("kind", list(KINDS))


def word_text(content: bytes) -> str:
    body = ElementTree.fromstring(ZipFile(BytesIO(content)).read("word/document.xml"))
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter(f"{WORD}t")) for paragraph in body.iter(f"{WORD}p")
    )


@BOTH
@pytest.mark.parametrize("ending", list(FORMATS))
def test_equal_documents_give_equal_bytes(kind: str, ending: str) -> None:
    assert FORMATS[ending](KINDS[kind](material())) == written(kind, ending)


@BOTH
def test_every_heading_is_in_every_format_in_the_same_order(kind: str) -> None:
    titles = [one.title for one in document(kind).sections]
    page = written(kind, "html").decode()
    markdown = written(kind, "md").decode()
    word = word_text(written(kind, "docx"))
    for said in (page, markdown, word):
        places = [said.rfind(title) for title in titles]
        assert all(place >= 0 for place in places)
    headings = re.findall(r"^## (?:\d+ )?(.+)$", markdown, re.MULTILINE)
    assert headings == titles


@BOTH
def test_the_page_is_well_formed_loads_nothing_and_runs_nothing(kind: str) -> None:
    page = written(kind, "html").decode()
    tree = Tree(page)
    names = [node.name for node in tree.root.all()]
    assert "script" not in names
    assert "img" not in names
    loaded = [
        v for node in tree.root.all() for k, v in node.attributes.items() if k in ("src", "srcset", "data")
    ]
    assert loaded == []
    links = [node.attributes.get("href") or "" for node in tree.root.all("a", "link")]
    assert all(link.startswith(("#", "data:,", "https://doi.org/")) for link in links)
    assert names.count("h1") == 1


@BOTH
def test_hostile_words_stay_words(kind: str) -> None:
    assert HOSTILE in word_text(written(kind, "docx"))
    page = written(kind, "html").decode()
    assert "<script>alert" not in page
    assert "<b>rare</b>" not in page
    prose = re.sub(r"```.*?```", "", written(kind, "md").decode(), flags=re.DOTALL)
    assert "<b>" not in prose.replace("\\<", "")


@BOTH
def test_the_word_file_knows_no_date_and_its_parts_can_be_read(kind: str) -> None:
    with ZipFile(BytesIO(written(kind, "docx"))) as packed:
        assert packed.testzip() is None
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"dcterms" not in re.sub(rb'xmlns:\w+="[^"]*"', b"", packed.read("docProps/core.xml"))
        for name in packed.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(packed.read(name))


@BOTH
def test_captions_contents_and_pages_are_fields_that_begin_and_end(kind: str) -> None:
    with ZipFile(BytesIO(written(kind, "docx"))) as packed:
        body = ElementTree.fromstring(packed.read("word/document.xml"))
        foot = b"".join(packed.read(n) for n in packed.namelist() if n.startswith("word/footer"))
    codes = [(code.text or "").split()[0] for code in body.iter(f"{WORD}instrText")]
    assert codes[0] == "TOC"
    captions = sum(style.get(f"{WORD}val") == "Caption" for style in body.iter(f"{WORD}pStyle"))
    assert codes.count("SEQ") == captions > 0
    marks = [mark.get(f"{WORD}fldCharType") for mark in body.iter(f"{WORD}fldChar")]
    assert marks.count("begin") == marks.count("separate") == marks.count("end") == len(codes)
    assert b"NUMPAGES" in foot


@BOTH
def test_pictures_are_described_and_heads_of_tables_are_repeated(kind: str) -> None:
    body = ElementTree.fromstring(ZipFile(BytesIO(written(kind, "docx"))).read("word/document.xml"))
    described = [element.get("descr") for element in body.iter() if element.tag.endswith("}docPr")]
    drawings = [part for part in document(kind).within() if isinstance(part, Drawing)]
    assert len(described) == sum(len(drawing.svg) for drawing in drawings)
    assert all(described)
    tables = [part for part in document(kind).within() if isinstance(part, Table)]
    assert len(list(body.iter(f"{WORD}tblHeader"))) == len(tables)


@BOTH
def test_the_pdf_is_tagged_titled_and_dateless(kind: str) -> None:
    made = written(kind, "pdf")
    assert made.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in made
    assert b"/CreationDate" not in made
    assert b"pdfuaid" in made


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext reads the text of PDF files")
def test_the_text_of_the_pdf_comes_in_reading_order(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(written("simulation-report", "pdf"))
    text = subprocess.run(
        ["pdftotext", "report.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    flat = " ".join(text.split())
    titles = [f"{k} {s.title}" for k, s in enumerate(document("simulation-report").sections, 1) if s.numbered]
    places = [flat.rfind(title) for title in titles]
    assert places == sorted(places)
    assert places[0] >= 0


def test_what_means_something_to_a_format_is_kept_as_it_is_written() -> None:
    said = r"""#let x = 5 $a^2$ *not* _this_ @ref <label> \\ `code` [x](y) | pipe ~ "quoted" // slash = + - 1. 'q' é"""
    parts = (
        Paragraph(said),
        Paragraph(said, "open"),
        Items((said, "second"), ordered=True),
        Listing(f"```\n{said}\n```", "Commands"),
        Table(said, (said, said), ((said, said),)),
    )
    hostile = Document(said, "Test", ((said, said),), (section(said, *parts),), "0")
    assert word_text(FORMATS["docx"](hostile)).count(said) == 14
    assert FORMATS["pdf"](hostile).startswith(b"%PDF")
    Tree(FORMATS["html"](hostile).decode())
    assert "````" in FORMATS["md"](hostile).decode()


def test_a_numbered_list_begins_at_one_again() -> None:
    lists = tuple(Items(("one", "two"), ordered=True) for _ in range(2))
    twice = Document("T", "Test", (), (section("S", *lists),), "0")
    body = ElementTree.fromstring(ZipFile(BytesIO(FORMATS["docx"](twice))).read("word/document.xml"))
    numbers = [number.get(f"{WORD}val") for number in body.iter(f"{WORD}numId")]
    assert len(set(numbers)) == 2
