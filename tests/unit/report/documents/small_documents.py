"""The documents of the small study, made once for all tests."""

from __future__ import annotations

from functools import cache

from handful.report.documents.blocks import Document
from handful.report.documents.catalogue import FORMATS, KINDS
from handful.report.documents.material import Material
from tests.unit.report.small_study import TEXT, compared, told


@cache
def material() -> Material:
    """What they are made from."""
    return Material(*compared(), told(), TEXT)


@cache
def document(kind: str) -> Document:
    """One of them."""
    return KINDS[kind](material())


@cache
def written(kind: str, ending: str) -> bytes:
    """One of them in one format."""
    return FORMATS[ending](document(kind))
