"""What python-docx leaves to its user: fields, bookmarks, links, numbering, and a file that knows no date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

_HEADINGS = 77
"""Number of the list that numbers headings, apart from those of the template."""


def _made(tag: str, **attributes: str) -> Any:
    """An element with attributes of Word."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element: Any = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _mark(kind: str) -> Any:
    """A run that begins, divides or ends a field."""
    run = _made("r")
    run.append(_made("fldChar", fldCharType=kind))
    return run


def field(paragraph: WordParagraph, code: str, shown: str | None, until: WordParagraph | None = None) -> None:
    """Add a field.

    Args:
        paragraph: Where it stands, or where it begins.
        code: What Word computes.
        shown: What it shows until it is computed again; None when that is what stands in the paragraphs already.
        until: The last paragraph of what it shows.
    """
    from docx.oxml.ns import qn

    instruction = _made("r")
    text = _made("instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {code} "
    instruction.append(text)
    begin = (_mark("begin"), instruction, _mark("separate"))
    if shown is None:
        first = next(iter(paragraph._p.findall(qn("w:r"))))
        for element in begin:
            first.addprevious(element)
        (until or paragraph)._p.append(_mark("end"))
        return
    for element in begin:
        paragraph._p.append(element)
    paragraph.add_run(shown)
    paragraph._p.append(_mark("end"))


def bookmark(paragraph: WordParagraph, name: str, number: int) -> None:
    """Name a paragraph, so that it can be linked to."""
    start, end = _made("bookmarkStart", id=str(number), name=name), _made("bookmarkEnd", id=str(number))
    properties = paragraph._p.pPr
    if properties is None:
        paragraph._p.insert(0, start)
    else:
        properties.addnext(start)
    paragraph._p.append(end)


def hyperlink(paragraph: WordParagraph, text: str, address: str) -> None:
    """Add a link to an address."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    link = _made("hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(text)
    run.style = "Link"
    link.append(run._r)
    paragraph._p.append(link)


def number_headings(word: WordDocument) -> None:
    """Let the heading styles count: 1, 1.1, 1.1.1."""
    numbering: Any = word.part.numbering_part.element
    abstract = _made("abstractNum", abstractNumId=str(_HEADINGS))
    abstract.append(_made("multiLevelType", val="multilevel"))
    for level in range(3):
        one = _made("lvl", ilvl=str(level))
        one.append(_made("start", val="1"))
        one.append(_made("numFmt", val="decimal"))
        one.append(_made("pStyle", val=f"Heading{level + 1}"))
        one.append(_made("suff", val="tab"))
        one.append(_made("lvlText", val=".".join(f"%{k + 1}" for k in range(level + 1))))
        one.append(_made("lvlJc", val="left"))
        indent = _made("pPr")
        indent.append(_made("ind", left="680", hanging="680"))
        one.append(indent)
        abstract.append(one)
    # Word wants all abstract lists before the lists.
    numbering.insert(0, abstract)
    number = _made("num", numId=str(_HEADINGS))
    number.append(_made("abstractNumId", val=str(_HEADINGS)))
    numbering.append(number)
    for level in range(3):
        properties: Any = word.styles[f"Heading {level + 1}"].element.get_or_add_pPr()
        counted = _made("numPr")
        counted.append(_made("ilvl", val=str(level)))
        counted.append(_made("numId", val=str(_HEADINGS)))
        properties.append(counted)


def restarted_list(word: WordDocument, paragraphs: Sequence[WordParagraph]) -> None:
    """Let a numbered list begin at 1, whatever was numbered before."""
    numbering: Any = word.part.numbering_part.element
    style: Any = word.styles["List Number"].element
    usual = style.pPr.numPr.numId.val
    lists = {num.numId: num for num in numbering.num_lst}
    number = max(lists) + 1
    fresh = _made("num", numId=str(number))
    fresh.append(_made("abstractNumId", val=str(lists[usual].abstractNumId.val)))
    override = _made("lvlOverride", ilvl="0")
    override.append(_made("startOverride", val="1"))
    fresh.append(override)
    numbering.append(fresh)
    for paragraph in paragraphs:
        properties: Any = paragraph._p.get_or_add_pPr()
        counted = properties.get_or_add_numPr()
        counted.get_or_add_ilvl().val = 0
        counted.get_or_add_numId().val = number


def same_bytes(made: bytes) -> bytes:
    """A Word file without dates, its parts in the order of their names.

    Args:
        made: The file as it was saved.

    Returns:
        The same file; the same for equal content.
    """
    packed = BytesIO()
    with ZipFile(BytesIO(made)) as given, ZipFile(packed, "w", ZIP_DEFLATED) as kept:
        # Readers look for the list of content types first.
        for name in sorted(given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = given.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>", b"", content)
            if name == "docProps/thumbnail.jpeg":
                continue
            if name in ("_rels/.rels", "[Content_Types].xml"):
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            kept.writestr(info, content)
    return packed.getvalue()
