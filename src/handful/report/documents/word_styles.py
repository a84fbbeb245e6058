"""The styles of Word files: Word's own names, so that a template of the reader's house takes over, and a few more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from handful.report.documents.blocks import Manner

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_CM = 360_000
WIDTH = 16.6 * _CM
"""Width of the text, in the units of Word."""

MANNERS: Mapping[Manner, str] = {
    "plain": "Body Text",
    "lead": "Lead",
    "note": "Note",
    "warning": "Warning",
    "open": "To Be Completed",
}
"""Style of each manner of a paragraph."""

_FONT, _BLUE, _GREY = "Calibri", "0B5A94", "4A525B"


def set_styles(word: WordDocument) -> None:
    """Set page and styles of an empty file.

    Args:
        word: The file.
    """
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    page = word.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin, page.bottom_margin = Cm(2.4), Cm(2.2)
    styles: Any = word.styles

    def paragraph(name: str, base: str = "Normal", **given: Any) -> Any:
        made = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if made.name != base:
            made.base_style = styles[base]
        _font(made, given)
        space = made.paragraph_format
        space.space_before, space.space_after = Pt(given.get("before", 0)), Pt(given.get("after", 6))
        return made

    paragraph("Normal", size=10.5)
    styles["Normal"].element.get_or_add_rPr().append(_language("en-GB"))
    paragraph("Body Text")
    paragraph("Title", size=22, after=10, colour="111111")
    paragraph("Subtitle", size=11, bold=True, italic=False, colour=_BLUE, after=2)
    for level, size in ((1, 16), (2, 12.5), (3, 11)):
        paragraph(f"Heading {level}", size=size, bold=True, colour="1B2027", before=16 - 2 * level)
    paragraph("Heading Unnumbered", "Normal", size=16, bold=True, colour="1B2027", before=14)
    _outline_level(styles["Heading Unnumbered"], 0)
    styles["Heading Unnumbered"].paragraph_format.keep_with_next = True
    paragraph("TOC Heading", size=14, bold=True, before=14)
    paragraph("TOC 1", after=2)
    paragraph("TOC 2", after=2)
    paragraph("Caption", size=9, bold=False, colour=_GREY, before=4)
    paragraph("Lead", size=13, after=8)
    paragraph("Note", size=9.5, colour=_GREY)
    _shaded(paragraph("Warning"), "FDF3E7")
    _shaded(paragraph("To Be Completed", italic=True), "EFEFEF")
    paragraph("Listing", size=8, font="Consolas", after=0)
    paragraph("Table Text", size=8.5, after=1)
    paragraph("Table Small", size=7.5, after=1)
    paragraph("After Table", size=4, after=4)
    paragraph("Figure", after=2).paragraph_format.keep_with_next = True
    for name, given in (
        ("Method", {"size": 7, "colour": _GREY}),
        ("Code", {"font": "Consolas", "size": 9}),
        ("Link", {"colour": _BLUE}),
    ):
        made = styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        _font(made, given, usual=None)
    styles["Link"].font.underline = True
    styles["Link"].font.color.rgb = RGBColor.from_string(_BLUE)


def _font(style: Any, given: Mapping[str, Any], usual: str | None = _FONT) -> None:
    """Letters of a style."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    name = given.get("font", usual)
    if name is not None:
        style.font.name = name
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:cs"), name)
        fonts.set(qn("w:eastAsia"), name)
    if "size" in given:
        style.font.size = Pt(given["size"])
    if "colour" in given:
        style.font.color.rgb = RGBColor.from_string(given["colour"])
    for manner in ("bold", "italic"):
        if manner in given:
            setattr(style.font, manner, given[manner])


def _language(code: str) -> Any:
    """The language that words are spelled in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made: Any = OxmlElement("w:lang")
    made.set(qn("w:val"), code)
    return made


def _shaded(style: Any, fill: str) -> None:
    """A coloured ground."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made: Any = OxmlElement("w:shd")
    made.set(qn("w:val"), "clear")
    made.set(qn("w:color"), "auto")
    made.set(qn("w:fill"), fill)
    style.element.get_or_add_pPr().append(made)


def _outline_level(style: Any, level: int) -> None:
    """Its place in the outline, for contents and navigation."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made: Any = OxmlElement("w:outlineLvl")
    made.set(qn("w:val"), str(level))
    style.element.get_or_add_pPr().append(made)
