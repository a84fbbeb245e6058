"""The documents of a comparison: what each is for, made when it is asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from handful.app.guard import DOCUMENT_POLICY
from handful.app.page import Page, register
from handful.app.results import Results, changed_since, results_of
from handful.app.view import show, workspace
from handful.app.workspace import StudyPlace
from handful.report.documents.catalogue import CHANGES, FORMATS, KINDS, RECORDS, kinds_in
from handful.spec.messages import SpecError
from handful.store.project import StoreError

router = APIRouter()


@dataclass(frozen=True)
class Told:
    """What is said of a document or a format.

    Attributes:
        title: Its name.
        words: What it is for.
        media: Its media type, of a format.
    """

    title: str
    words: str
    media: str = ""


ABOUT = {
    "simulation-report": Told(
        "Simulation report",
        "What a regulator asks of a design that rests on simulation: purpose and estimand, the design and its rules, the "
        "scenarios and why they cover the null, example trials, operating characteristics with their errors, sensitivity, how "
        "all of it was computed, and its limits.",
    ),
    "protocol": Told(
        "Sections of the protocol and the analysis plan",
        "Objectives, estimand, design, sample size, interim analyses, statistical methods and randomisation of the chosen "
        "design, to be worked on by a medical writer. Every number names the run that it comes from.",
    ),
    CHANGES: Told(
        "What changed since the version before",
        "The version of the study that was compared before beside this one: what is different, and what that did to the choice "
        "and to each design, with differences on common participants.",
    ),
    "design-record": Told(
        "The design as data",
        "The chosen design for other systems: its study as USDM shapes it, with the summary fields of a trial register.",
    ),
}
MADE_AS = {
    "docx": Told(
        "Word",
        "With styles, fields and a table of contents, to be written on. Word fills in page numbers when it is asked to update "
        "fields.",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "pdf": Told("PDF", "Tagged for screen readers (PDF/UA-1), to be filed or sent.", "application/pdf"),
    "html": Told(
        "HTML",
        "One page that loads nothing from elsewhere, to be read in a browser.",
        "text/html; charset=utf-8",
    ),
    "md": Told(
        "Markdown",
        "Plain text, to be compared line by line with another version.",
        "text/markdown; charset=utf-8",
    ),
    "json": Told("JSON", "For programs.", "application/json"),
}


class Shelf:
    """Documents that were made lately; one that two people ask for at once is made once.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int = 24) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._making: dict[tuple[str, ...], threading.Lock] = {}
        self._door = threading.Lock()

    def get(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        """The document of a key, made when it is not there."""
        with self._door:
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            with self._door:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            made = make()
            with self._door:
                self._kept[key] = made
                self._making.pop(key, None)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return made


_SHELF = Shelf()


@router.get("/study/{study}/documents")
def documents(request: Request, study: str) -> Response:
    """Which documents there are, and what for."""
    place = workspace(request).study(study)
    unread = ""
    try:
        results = results_of(place)
    except StoreError as refused:
        results, unread = None, str(refused)
    data = {
        "study": place.name,
        "title": results.comparison.title if results is not None else "",
        "design": results.material.told.name if results is not None else "",
        "chosen": results is not None and results.comparison.chosen is not None,
        "unread": unread,
        "changed since": _changed(place, results) if results is not None else [],
        "documents": [_listed(place, kind) for kind in (*kinds_in(place.results), *RECORDS)]
        if results is not None
        else [],
    }
    return show(request, "documents.html.j2", data, study=place)


@router.get("/study/{study}/documents/{kind}.{format}")
def document(request: Request, study: str, kind: str, format: str) -> Response:
    """One document in one format."""
    place = workspace(request).study(study)
    if format not in formats_of(kind):
        offered = ", ".join(f"{name}.{ending}" for name in (*KINDS, *RECORDS) for ending in formats_of(name))
        raise HTTPException(404, f"there is no document of that name; there are {offered}")
    results = results_of(place)
    if results is None:
        raise HTTPException(404, f"“{place.name}” was not compared yet, so there is nothing to write about")
    if kind == CHANGES and kind not in kinds_in(place.results):
        raise HTTPException(
            404,
            f"one version of “{place.name}” was compared; change it and compare it again, and the two are held together",
        )
    digest = results.comparison.provenance.study_digest
    key = (str(place.results), digest, str(results.stamp), kind, format)
    made = _SHELF.get(key, lambda: _written(results, kind, format))
    headers = {"content-disposition": _disposition(place, kind, format)}
    if format == "html":
        headers["content-security-policy"] = DOCUMENT_POLICY
    return Response(made, media_type=MADE_AS[format].media, headers=headers)


def formats_of(kind: str) -> tuple[str, ...]:
    """The formats that a document is offered in, the one to work on first; none when there is no such document."""
    if kind in RECORDS:
        return ("json",)
    return tuple(sorted(FORMATS, key=list(MADE_AS).index)) if kind in KINDS else ()


def _written(results: Results, kind: str, format: str) -> bytes:
    """Write a document."""
    if kind in RECORDS:
        return RECORDS[kind](results.material)
    return FORMATS[format](KINDS[kind](results.material))


def _listed(place: StudyPlace, kind: str) -> dict[str, object]:
    """One document of the list."""
    about = ABOUT.get(kind, Told(kind.replace("-", " ").capitalize(), ""))
    address = f"/study/{quote(place.name)}/documents/{kind}"
    return {
        "kind": kind,
        "title": about.title,
        "words": about.words,
        "formats": [
            {"format": f, "title": MADE_AS[f].title, "words": MADE_AS[f].words, "address": f"{address}.{f}"}
            for f in formats_of(kind)
        ],
    }


def _disposition(place: StudyPlace, kind: str, format: str) -> str:
    """How the file is called where it is saved: letters and digits alone, and for browsers that can, the study's own name."""
    name = f"{place.name.replace('~', ' ')} {kind}.{format}"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " .-_") else "_" for c in name)
    how = "inline" if format == "html" else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _changed(place: StudyPlace, results: Results) -> list[str]:
    """What was changed in the study since; a word where that cannot be read."""
    try:
        return changed_since(place, results)
    except SpecError:
        return ["It has mistakes now."]


page = register(Page("Documents", "/study/{study}/documents", router, order=60))
