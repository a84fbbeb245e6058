"""Explore: one design whose numbers are moved, with its boundaries and operating characteristics redrawn at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from handful.app.exploring import Start, State, served, start_of_family, start_of_study, state_of
from handful.app.forms import Mark
from handful.app.page import Page, register
from handful.app.view import part, show, wants_json, workspace
from handful.app.workspace import StudyPlace
from handful.designs.registry import families
from handful.report.explored import (
    brief,
    estimate_table,
    key_figures,
    rehearsal_table,
    size_table,
    summary,
    type_one_words,
)
from handful.report.figures.exploration import boundaries, endings, null, power, side_by_side, sizes
from handful.report.tables import Drawing
from handful.select.explore import Exploration, Rehearsed, estimated, explored, neighbours, rehearsed
from handful.spec.editing import CannotEdit, put
from handful.spec.messages import clean
from handful.spec.registry import UnknownKind
from handful.spec.source import read_source
from handful.spec.writing import block
from handful.store.files import write_text
from handful.study.loading import load, loads
from handful.study.model import Study

alone, of_study = APIRouter(), APIRouter()

FIRST_FAMILY, FIRST_ENDPOINT = "group sequential", "binary"
LONGEST_PIN = 4000
"""Characters of the design that is kept to compare with, in an address."""
_LONGEST_NAME = 80
_simulating = threading.Lock()


@dataclass(frozen=True)
class Looked:
    """What a request looks at.

    Attributes:
        place: The study; None without one.
        state: The design, the scenario and the endpoint.
        told: What the design does; None when there are problems.
        refused: Why there is no such design, in one sentence; empty when there is.
        other: What it is compared with; None for nothing.
        against: The state of the other.
        pin: The address of the design that was pinned; empty without one.
        milliseconds: How long the computation took.
    """

    place: StudyPlace | None
    state: State
    told: Exploration | None
    refused: str
    other: Exploration | None
    against: State | None
    pin: str
    milliseconds: float

    @property
    def beside(self) -> str:
        """What the other is called in a sentence; empty without one."""
        return "" if self.other is None else "the pinned design" if self.pin else "the start"

    @property
    def label(self) -> str:
        """What it is called in a figure."""
        return "pinned" if self.pin else "start"

    @property
    def address(self) -> str:
        """The page itself."""
        return "/explore" if self.place is None else f"/study/{self.place.name}/explore"

    def at(self, **more: str) -> str:
        """The address of this state, with more behind it."""
        rest = urlencode({name: value for name, value in more.items() if value})
        return f"{self.address}?{self.state.query}" + (f"&{rest}" if rest else "")


@alone.get("/explore")
def explore(request: Request) -> Response:
    """A design of any family, from usual numbers."""
    return _page(request, None)


@alone.get("/explore/figures")
def figures(request: Request) -> Response:
    """What changes while numbers are moved."""
    return _part(request, None)


@alone.get("/explore/more")
def more(request: Request) -> Response:
    """What takes longer than a moment."""
    return _more(request, None)


@alone.post("/explore/add")
def add(
    request: Request,
    mark: Mark,
    query: Annotated[str, Form(max_length=8 * LONGEST_PIN)],
    name: Annotated[str, Form(max_length=1000)],
    study: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Add the design to a study of the folder."""
    state = state_of(_start(dict(parse_qsl(query)), None), parse_qsl(query))
    return _added(workspace(request).study(study), state, name, with_scenario=False)


@of_study.get("/study/{study}/explore")
def explore_study(request: Request, study: str) -> Response:
    """A design of the study, in the scenario that is hoped for."""
    return _page(request, workspace(request).study(study))


@of_study.get("/study/{study}/explore/figures")
def figures_of_study(request: Request, study: str) -> Response:
    """What changes while numbers are moved."""
    return _part(request, workspace(request).study(study))


@of_study.get("/study/{study}/explore/more")
def more_of_study(request: Request, study: str) -> Response:
    """What takes longer than a moment."""
    return _more(request, workspace(request).study(study))


@of_study.post("/study/{study}/explore/add")
def add_to_study(
    request: Request,
    mark: Mark,
    study: str,
    query: Annotated[str, Form(max_length=8 * LONGEST_PIN)],
    name: Annotated[str, Form(max_length=1000)],
    scenario: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Add the design to this study, with the scenario if that is wanted."""
    place = workspace(request).study(study)
    state = state_of(_start(dict(parse_qsl(query)), place), parse_qsl(query))
    return _added(place, state, name, with_scenario=bool(scenario))


def _page(request: Request, place: StudyPlace | None) -> Response:
    """The whole page."""
    looked = _look(request, place)
    studies = [] if place is not None else [found.name for found in workspace(request).studies()]
    data = _plain(looked) | {
        "studies": studies,
        "added": clean(request.query_params.get("added", ""), _LONGEST_NAME),
    }
    deep = _deep(looked) if "more" in request.query_params and looked.told is not None else None
    answer = show(
        request, "explore.html.j2", data, study=place, **_drawn(looked), deep=deep, **_choices(looked)
    )
    return _timed(answer, looked)


def _part(request: Request, place: StudyPlace | None) -> Response:
    """The figures and the controls, to be put into a page that is there."""
    looked = _look(request, place)
    if wants_json(request):
        return _timed(JSONResponse(_plain(looked)), looked)
    answer = part(request, "explore_part.html.j2", **_plain(looked), **_drawn(looked))
    return _timed(answer, looked)


def _more(request: Request, place: StudyPlace | None) -> Response:
    """Sizes around this one, how good the estimate is, and a few simulated trials where they are needed."""
    looked = _look(request, place)
    if looked.told is None:
        raise HTTPException(422, looked.refused or "this design cannot be: see the fields")
    deep = _deep(looked)
    if wants_json(request):
        return JSONResponse({name: _dumped(value) for name, value in deep.items() if name != "tables"})
    return part(request, "explore_more.html.j2", deep=deep)


def _look(request: Request, place: StudyPlace | None) -> Looked:
    """Read the address and compute what it asks for."""
    began = time.perf_counter()
    asked = request.query_params.multi_items()
    start = _start(dict(asked), place)
    state = state_of(start, asked)
    told, refused = _explored(state)
    pin = request.query_params.get("pin", "")[:LONGEST_PIN]
    against = None
    if pin:
        against = state_of(_start(dict(parse_qsl(pin)), place), parse_qsl(pin))
    elif state.changes:
        against = state_of(start, ())
    other = None
    if against is not None and against.made is not None and against.made[2].kind == start.endpoint["kind"]:
        other = _explored(against)[0]
    if other is None:
        against = None
    return Looked(place, state, told, refused, other, against, pin, 1000 * (time.perf_counter() - began))


def _start(asked: Mapping[str, str], place: StudyPlace | None) -> Start:
    """Where an address begins."""
    try:
        if place is not None:
            study = _study(place.file)
            wanted = asked.get("of", next(iter(study.designs)))
            if wanted not in study.designs:
                raise HTTPException(404, f"this study has no design “{clean(wanted)}”")
            return start_of_study(study, wanted)
        family = asked.get("family", FIRST_FAMILY)
        kinds = served(family)
        wanted = asked.get("endpoint", FIRST_ENDPOINT)
        return start_of_family(family, wanted if wanted in kinds else kinds[0])
    except UnknownKind as unknown:
        raise HTTPException(404, str(unknown)) from None


def _study(file: Path) -> Study:
    """A study as its file says it now."""
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _read(file: Path, changed: int) -> Study:
    """Read a study once for every change of its file."""
    return load(file)


def _explored(state: State) -> tuple[Exploration | None, str]:
    """(what a design does, why there is none)."""
    if state.made is None:
        return None, ""
    design, scenario, _ = state.made
    try:
        return explored(design, scenario, state.question), ""
    except ValueError as refused:
        return None, str(refused)


def _deep(looked: Looked) -> dict[str, Any]:
    """What takes longer: sizes around, the estimate, and simulated trials where there is no exact answer."""
    state, told = looked.state, looked.told
    assert told is not None
    design, scenario, endpoint = state.whole
    around = neighbours(design, scenario, state.question)
    found = estimated(design, scenario, state.question)
    seen, why = _rehearsed(state) if told.how != "exact" else (None, "")
    before, _ = _rehearsed(looked.against) if seen is not None and looked.against is not None else (None, "")
    tables = [
        size_table(around, told.participants, told.counted) if around else None,
        estimate_table(found, endpoint) if found is not None else None,
        rehearsal_table(seen, before, looked.label) if seen is not None else None,
    ]
    return {
        "sizes": around,
        "estimate": found,
        "simulated": seen,
        "simulated before": before,
        "why": why,
        "how": told.how,
        "tables": [table for table in tables if table is not None],
    }


def _rehearsed(state: State) -> tuple[Rehearsed | None, str]:
    """(a few simulated trials, why there are none); one request at a time, so that pages come first."""
    design, scenario, _ = state.whole
    try:
        with _simulating:
            return rehearsed(design, scenario, state.question), ""
    except ValueError as refused:
        return None, str(refused)


def _plain(looked: Looked) -> dict[str, Any]:
    """Everything that is shown, as plain data."""
    state, told = looked.state, looked.told
    blocks = told.block if told is not None else 1
    controls = {p: [c.plain() for c in state.controls(p, block=blocks)] for p in state.start.changeable}
    shown = {control["name"] for group in controls.values() for control in group if control["problem"]}
    elsewhere = [
        words
        for name, words in state.problems.items()
        if not any(name == s or name.startswith(f"{s}.") for s in shown)
    ]
    return {
        "address": looked.at(pin=looked.pin),
        "query": state.query,
        "base": dict(state.start.base),
        "scenario": state.start.hoped,
        "controls": controls,
        "problems": dict(state.problems),
        "elsewhere": elsewhere,
        "refused": looked.refused,
        "figures": _dumped(told),
        "compared": _dumped(looked.other),
        "beside": looked.beside,
        "pin": looked.pin,
        "brief": "" if told is None else brief(told, looked.other),
        "summary": "" if told is None else summary(told, looked.other, looked.beside, state.whole[2]),
        "snippet": "" if told is None else _snippet(state),
        "milliseconds": round(looked.milliseconds, 1),
    }


def _drawn(looked: Looked) -> dict[str, Any]:
    """What only people need: tables and drawings."""
    told, other = looked.told, looked.other
    links = {
        "path": looked.address,
        "pin_here": looked.at(pin=looked.state.query),
        "unpin": looked.at(),
        "more_here": looked.at(pin=looked.pin, more="yes"),
    }
    if told is None:
        return {"told": None, "key": [], "drawings": [], "type_one": "", **links}
    endpoint = looked.state.whole[2]
    drawings: list[Drawing | None] = []
    if told.how is not None:
        pair = side_by_side(told, other, looked.label)
        drawings = [power(pair, endpoint), boundaries(pair), endings(told), sizes(pair, endpoint), null(pair)]
    return {
        "told": told,
        "key": key_figures(told, other, endpoint),
        "drawings": [drawing for drawing in drawings if drawing is not None],
        "type_one": type_one_words(told),
        **links,
    }


def _choices(looked: Looked) -> dict[str, Any]:
    """What a page can begin with: families and endpoints, or the designs of the study."""
    if looked.place is not None:
        return {"families": [], "endpoints": [], "designs": list(_study(looked.place.file).designs)}
    family = dict(looked.state.start.base)["family"]
    return {"families": families.kinds(), "endpoints": served(family), "designs": []}


def _dumped(value: Any) -> Any:
    """Results as plain data."""
    if isinstance(value, tuple):
        return [_dumped(one) for one in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _snippet(state: State) -> str:
    """What a study file would say of what is explored."""
    said = state.snippet(_usual_name(state))
    return "".join(f"{section}:{block(data, 0, spread=True)}\n" for section, data in said.items())


def _usual_name(state: State) -> str:
    """A name for the design, from where it began."""
    base = dict(state.start.base)
    name = base.get("of", base.get("family", ""))
    return f"{name} explored" if "of" in base else name


def _added(place: StudyPlace, state: State, name: str, *, with_scenario: bool) -> Response:
    """Write the design into the file of a study, every other line of which stays as it is."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or clean(name, _LONGEST_NAME) != name:
        raise HTTPException(422, f"a design has a name of 1 to {_LONGEST_NAME} characters on one line")
    if state.made is None:
        raise HTTPException(
            422, "this design cannot be: " + "; ".join(f"wanted {words}" for words in state.problems.values())
        )
    study = _study(place.file)
    if name in study.designs:
        raise HTTPException(409, f"the study has a design “{name}” already; choose another name")
    if study.endpoint.kind != state.made[2].kind:
        raise HTTPException(
            422,
            f"this design was explored for a {state.made[2].kind} endpoint, and that of the study is {study.endpoint.kind}",
        )
    said = state.snippet(name)
    new = {("designs", name): said["designs"][name]}
    if with_scenario:
        new |= {("scenarios", own): truth for own, truth in said.get("scenarios", {}).items()}
    text = read_source(place.file)
    try:
        for path, value in new.items():
            text = put(text, path, value)
    except CannotEdit as cannot:
        raise HTTPException(409, f"the designs of this study are {cannot}") from None
    loads(text, place.file.name)
    write_text(place.file, text)
    where = urlencode({"of": name, "added": name})
    return RedirectResponse(f"/study/{place.name}/explore?{where}", status_code=303)


def _timed(answer: Response, looked: Looked) -> Response:
    """Say how long the computation took."""
    answer.headers["Server-Timing"] = f"explore;dur={looked.milliseconds:.1f}"
    return answer


page = register(Page("Explore", "/explore", alone, order=20))
page_of_study = register(Page("Explore", "/study/{study}/explore", of_study, order=40))
