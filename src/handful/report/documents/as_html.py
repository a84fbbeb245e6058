"""A document as one HTML page: it loads nothing, runs no script, and prints."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from handful.report.document import environment
from handful.report.documents.blocks import Document, Section

if TYPE_CHECKING:
    from jinja2 import Template


def as_html(document: Document) -> str:
    """Set a document as HTML.

    Args:
        document: The document.

    Returns:
        The page, complete in itself; equal documents give equal text.
    """
    text: str = _template().render(document=document, sections=_numbered(document), kind_of=_kind_of)
    return text


@cache
def _template() -> Template:
    """The template of a whole document."""
    return environment().get_template("document.html.j2")


def _numbered(document: Document) -> list[dict[str, Any]]:
    """The sections with their numbers, names and levels, each with the sections in it."""
    told, count = [], 0
    for place, one in enumerate(document.sections, start=1):
        count += one.numbered
        told.append(_told(one, str(count) if one.numbered else "", f"s{place}", 2))
    return told


def _told(one: Section, number: str, name: str, level: int) -> dict[str, Any]:
    """One section for the template."""
    inside, count = [], 0
    for part in one.parts:
        if isinstance(part, Section):
            count += 1
            lower = f"{number}.{count}" if number else ""
            inside.append(_told(part, lower, f"{name}-{count}", min(level + 1, 6)))
    parts = [part for part in one.parts if not isinstance(part, Section)]
    tag = Markup("h{}").format(level)
    return {"title": one.title, "number": number, "name": name, "tag": tag, "parts": parts, "inside": inside}


def _kind_of(part: object) -> str:
    """What a part is, for the template."""
    return type(part).__name__
