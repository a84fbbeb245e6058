"""A study as a form and as text, side by side and in step."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from handful.app.drafts import CHECKS, Draft, Sheet, drafted, spot
from handful.app.edits import changed_text, named, plain_text
from handful.app.forms import checked as marked
from handful.app.page import Page, register
from handful.app.view import part, show, wants_json, workspace
from handful.app.workspace import Outside, StudyPlace
from handful.report.folder import STUDY, results_folder
from handful.select.check import Checked
from handful.spec.messages import Problem, SpecError
from handful.spec.source import MOST_BYTES, checked_text, read_source
from handful.store.files import digest_of, write_text
from handful.study.differences import differences

router = APIRouter()

MOST_FIELDS = 20_000
MOST_DIFFERENT_LINES = 200
MISSING = "missing"
"""Version of a file that is not there."""


@dataclass
class State:
    """A study while it is written, between a page and the disk.

    Attributes:
        text: What is written.
        version: Digest of the file that this began from.
        notes: Sentences on what could not be done.
        checked: What a whole check found, if one was made.
        fresh: Whether the page has to take the text from here.
        saved: Whether it was just written to disk.
        theirs: What lies on disk, when that is something else than this began from.
        their_version: Its version.
        mine: What was written here before, when the text was taken from disk.
    """

    text: str
    version: str
    notes: tuple[str, ...] = ()
    checked: Checked | None = None
    fresh: bool = False
    saved: bool = False
    theirs: str | None = None
    their_version: str = ""
    mine: str | None = None


async def posted(request: Request) -> FormData:
    """The form that was sent, which brings the mark of its session; one of a large study has thousands of fields."""
    sent = await request.form(max_fields=MOST_FIELDS, max_part_size=MOST_BYTES)
    marked(request, str(sent.get("form-mark", "")))
    return sent


Sent = Annotated[FormData, Depends(posted)]


@router.get("/study/{study}")
def edit(request: Request, study: str) -> Response:
    """The study as it lies on disk."""
    place = workspace(request).study(study)
    text, version = _on_disk(place.file)
    return _answer(
        request, place, State(text, version, checked=CHECKS.made(text) if wants_json(request) else None)
    )


@router.post("/study/{study}/form")
def change_by_form(request: Request, study: str, sent: Sent) -> Response:
    """A change in the form, put into the text."""
    text, notes = changed_text(sent, _fields(sent))
    return _answer(request, _place(request, study), State(text, _version(sent), notes, fresh=True), sent)


@router.post("/study/{study}/text")
def change_by_text(request: Request, study: str, sent: Sent) -> Response:
    """A change in the text: the form is drawn anew."""
    return _answer(request, _place(request, study), State(plain_text(sent, "text"), _version(sent)), sent)


@router.post("/study/{study}/check")
def check_all(request: Request, study: str, sent: Sent) -> Response:
    """Everything that `handful check` does, which may take seconds."""
    text, notes = changed_text(sent, _fields(sent))
    state = State(text, _version(sent), notes, CHECKS.made(text), fresh="drawn" in sent)
    return _answer(request, _place(request, study), state, sent)


@router.post("/study/{study}/save")
def save(request: Request, study: str, sent: Sent) -> Response:
    """Write the text to the file, unless that was changed by somebody else meanwhile."""
    place = _place(request, study)
    text, notes = changed_text(sent, _fields(sent))
    state = State(text, _version(sent), notes, fresh="drawn" in sent)
    try:
        checked_text(text, None)
    except SpecError as unreadable:
        state.notes = (*notes, f"Not saved: {unreadable.problems[0]}.")
        return _answer(request, place, state, sent, status=422)
    theirs, version = _on_disk(place.file) if place.file.is_file() else ("", MISSING)
    if version not in (state.version, sent.get("over")) and (theirs != text or version == MISSING):
        state.theirs, state.their_version = theirs, version
        return _answer(request, place, state, sent, status=409)
    if theirs != text or version == MISSING:
        broken = version != MISSING and b"\r\n" in place.file.read_bytes()
        write_text(place.file, text.replace("\n", "\r\n") if broken else text)
    state.version, state.saved = _on_disk(place.file)[1], True
    return _answer(request, place, state, sent)


@router.post("/study/{study}/disk")
def take_from_disk(request: Request, study: str, sent: Sent) -> Response:
    """What lies on disk in place of what was written here, which stays in reach."""
    place = workspace(request).study(study)
    text, version = _on_disk(place.file)
    mine = plain_text(sent, "text")
    state = State(text, version, fresh=True, saved=True, mine=mine if mine != text else None)
    return _answer(request, place, state, sent)


def _answer(
    request: Request, place: StudyPlace, state: State, sent: FormData | None = None, status: int = 200
) -> Response:
    """The whole page, the parts of it that are different, or data."""
    draft = drafted(state.text)
    checked = state.checked or CHECKS.known(state.text)
    problems = draft.problems or (checked.problems if checked is not None else ())
    sheet = Sheet(draft, problems) if draft.data is not None else None
    data = {
        "study": place.name,
        "file_version": state.version,
        "text": state.text,
        "saved": state.saved,
        "notes": list(state.notes),
        "problems": [_plain(problem) for problem in problems],
        "checked": bool(draft.problems) or checked is not None,
        "explanation": [
            {"heading": section.heading, "sentences": list(section.sentences)}
            for section in (checked.explanation if checked is not None else ())
        ],
        "since": _since(place, draft),
        "conflict": _conflict(place, state),
    }
    if sent is None or "hx-request" not in request.headers:
        if wants_json(request):
            return JSONResponse(data, status_code=status)
        return show(request, "edit.html.j2", data, study=place, status=status, **_drawn(state, sheet, None))
    answer = part(request, "edit_parts.html.j2", **data, **_drawn(state, sheet, _have(sent)))
    answer.status_code = 200  # what is refused is said in the parts
    return answer


def _drawn(state: State, sheet: Sheet | None, have: dict[str, str] | None) -> dict[str, Any]:
    """What only people need: the form, or the panels of it that are different."""
    return {
        "sheet": sheet,
        "panels": sheet.changed(have) if sheet is not None and have is not None else None,
        "said": sheet.said if sheet is not None else {},
        "fresh": state.fresh,
        "mine": state.mine,
        "spot": spot,
        "named": named,
        "lines": state.text.count("\n") + 1,
    }


def _plain(problem: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    return {
        "line": problem.line,
        "column": problem.column,
        "field": problem.field,
        "found": problem.found,
        "wanted": problem.wanted,
    }


def _since(place: StudyPlace, draft: Draft) -> dict[str, Any] | None:
    """What is different from the study that was compared last; None when none was."""
    kept = place.results / STUDY
    if not place.compared or not kept.is_file():
        return None
    try:
        before = drafted(read_source(kept)).study
    except SpecError:
        before = None
    if before is None or draft.study is None:
        return {"told": False, "readable": before is not None, "differences": []}
    told = [difference.sentence for difference in differences(before, draft.study)]
    return {"told": True, "readable": True, "differences": told}


def _conflict(place: StudyPlace, state: State) -> dict[str, Any] | None:
    """How the file on disk differs from what is written here, when somebody else changed it."""
    if state.theirs is None:
        return None
    lines = unified_diff(
        state.theirs.splitlines(), state.text.splitlines(), "on disk", "written here", n=1, lineterm=""
    )
    return {
        "gone": state.their_version == MISSING,
        "version": state.their_version,
        "difference": list(lines)[:MOST_DIFFERENT_LINES],
        "file": place.file.name,
    }


def _place(request: Request, study: str) -> StudyPlace:
    """The study of a name, also when its file has gone away meanwhile: what was written is not to be lost with it."""
    try:
        return workspace(request).study(study)
    except Outside:
        file = workspace(request).path(study)
        return StudyPlace(study, file, results_folder(file))


def _on_disk(file: Path) -> tuple[str, str]:
    """What lies on disk: (its text with line breaks of one character, its version)."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError:
        raise Outside(f"{file.name} cannot be read any more") from None
    text = checked_text(content, file.name)
    return text.replace("\r\n", "\n").replace("\r", "\n"), digest_of(content)


def _version(sent: FormData) -> str:
    """The version that a page began from."""
    return str(sent.get("version", ""))


def _fields(sent: FormData) -> list[tuple[str, str]]:
    """All fields that were sent."""
    return [(name, str(value)) for name, value in sent.multi_items()]


def _have(sent: FormData) -> dict[str, str]:
    """Digests of the panels that a page shows."""
    try:
        have = json.loads(str(sent.get("have", "")))
    except ValueError:
        return {}
    return {str(key): str(digest) for key, digest in have} if isinstance(have, list) else {}


page = register(Page("Edit", "/study/{study}", router, order=20))
