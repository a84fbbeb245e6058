"""The documents of the small study, made once for all tests."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from handful.report.documents.blocks import Document
from handful.report.documents.catalogue import FORMATS, KINDS
from handful.report.documents.material import Material
from handful.report.folder import ResultsFolder
from handful.study.file import StudyFile
from handful.study.loading import loads
from tests.unit.report.small_study import TEXT, compared, told

BEFORE = TEXT.replace("participants: 40", "participants: 44")
"""The version of the study that was compared before."""


@cache
def _before() -> Path:
    """Where the comparison of the version before lies."""
    folder = Path(mkdtemp(prefix="handful-before-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ResultsFolder(folder).fill(StudyFile(BEFORE, loads(BEFORE)), threads=1)
    return folder


@cache
def material() -> Material:
    """What they are made from."""
    return Material(*compared(), told(), TEXT, _before(), _before())


@cache
def document(kind: str) -> Document:
    """One of them."""
    return KINDS[kind](material())


@cache
def written(kind: str, ending: str) -> bytes:
    """One of them in one format."""
    return FORMATS[ending](document(kind))
