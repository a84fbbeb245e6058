"""Compare: start it, see how far it has come, and read what it found, ranked by any choice that is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse

from handful.app.choosing import FIELDS, UTILITIES, Asked, as_written, asked_of, query_of
from handful.app.forms import Mark
from handful.app.guard import DOCUMENT_POLICY
from handful.app.jobs import Jobs, Work
from handful.app.page import Page, register
from handful.app.results import Results, Stamp, changed_since, results_of
from handful.app.view import environment, events, show, wants_json, workspace
from handful.app.workspace import StudyPlace
from handful.report.folder import ResultsFolder
from handful.select.reconsider import asked_otherwise, effect_of_choice, not_known, reconsider
from handful.select.results import Comparison
from handful.spec.messages import SpecError
from handful.store.project import StoreError
from handful.study.model import Choice

router = APIRouter()

_BETWEEN = 0.5
"""Seconds between two looks at a comparison that runs."""
_SILENCE = 20
"""Looks without news after which a sign of life is sent."""


@router.get("/study/{study}/compare")
def compare(request: Request, study: str) -> Response:
    """The comparison of a study, whatever state it is in."""
    place = workspace(request).study(study)
    work = _jobs(request).look(place)
    results, unread = _read(place)
    told: dict[str, Any] | None = None
    drawn: dict[str, Any] = {}
    if results is not None:
        asked, comparison = chosen(request, results)
        told = standing(place, results, asked, comparison)
        drawn = {
            "title": comparison.title,
            "fields": FIELDS,
            "utilities": UTILITIES,
            "figures": Markup() if wants_json(request) else _figures(place, results.stamp, asked.choice),
        }
    data = {
        "study": place.name,
        "work": plain_work(work),
        "unread": unread,
        "report": ResultsFolder(place.results).report.is_file(),
        "results": told,
    }
    status = 422 if told is not None and told["problems"] else 200
    return show(request, "compare.html.j2", data, study=place, status=status, **drawn)


@router.post("/study/{study}/compare")
def start(request: Request, mark: Mark, study: str) -> Response:
    """Begin to compare, or join what runs."""
    place = workspace(request).study(study)
    _jobs(request).start(place)
    return _back(place)


@router.post("/study/{study}/compare/cancel")
def cancel(request: Request, mark: Mark, study: str) -> Response:
    """Stop; what is done is kept."""
    place = workspace(request).study(study)
    _jobs(request).cancel(place)
    return _back(place)


@router.get("/study/{study}/compare/progress")
async def progress(request: Request, study: str) -> Response:
    """How far a comparison has come, as server-sent events until it ends."""
    place = await run_in_threadpool(workspace(request).study, study)
    return StreamingResponse(_told(request, place), media_type="text/event-stream")


@router.get("/study/{study}/report")
def report(request: Request, study: str) -> Response:
    """The report as it lies in the folder of results."""
    file = ResultsFolder(workspace(request).study(study).results).report
    if not file.is_file():
        raise HTTPException(404, f"“{study}” was not compared yet, so there is no report of it")
    headers = {"content-security-policy": DOCUMENT_POLICY}
    return FileResponse(file, media_type="text/html; charset=utf-8", headers=headers)


def chosen(request: Request, results: Results) -> tuple[Asked, Comparison]:
    """What an address asks for, and the comparison with the verdicts that follow."""
    asked = asked_of(request.query_params, results.study.choose, results.comparison.hoped_for)
    return asked, judged(results, asked.choice)


def judged(results: Results, choice: Choice) -> Comparison:
    """Results with the verdicts of a choice."""
    own = choice == results.study.choose
    return results.comparison if own else reconsider(results.study, results.comparison, choice)


def standing(place: StudyPlace, results: Results, asked: Asked, comparison: Comparison) -> dict[str, Any]:
    """What is to be said of results beside their figures, as plain data."""
    own = results.study.choose
    otherwise = asked_otherwise(own, asked.choice, comparison.hoped_for)
    changed, broken = _changed(place, results)
    return {
        "choice": asked.choice.canonical(),
        "typed": dict(asked.typed),
        "problems": dict(asked.problems),
        "otherwise": otherwise,
        "effect": effect_of_choice(results.comparison, comparison) if otherwise else [],
        "not known": not_known(results.study, comparison, asked.choice) if otherwise else [],
        "to put into the study": as_written(asked.choice) if otherwise else "",
        "query": query_of(asked.choice, own, comparison.hoped_for),
        "changed since": changed,
        "wrong now": broken,
        "made by": results.by_other_software,
        "comparison": comparison.model_dump(mode="json"),
    }


def plain_work(work: Work | None) -> dict[str, Any] | None:
    """How far work has come, with words for people."""
    if work is None:
        return None
    share = work.done / work.total if work.total else 0.0
    return work.plain() | {"percent": int(100 * share), "left in words": left_words(work.seconds_left)}


def left_words(seconds: float | None) -> str:
    """Time left, as roughly as it is known.

    Example:
        >>> left_words(None), left_words(2), left_words(37), left_words(250), left_words(9000)
        ('time left not yet known', 'a few seconds left', 'about 40 seconds left', 'about 4 minutes left', 'about 2.5 hours left')
    """
    if seconds is None:
        return "time left not yet known"
    if seconds < 5:
        return "a few seconds left"
    if seconds < 95:
        return f"about {max(5, 5 * round(seconds / 5) if seconds < 30 else 10 * round(seconds / 10))} seconds left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes left"
    return f"about {seconds / 3600:.2g} hours left"


@lru_cache(maxsize=16)
def _figures(place: StudyPlace, stamp: Stamp, choice: Choice) -> Markup:
    """The tables and figures of results, as they are since their stamp, for people."""
    from handful.report import results as tables
    from handful.report.figures.distributions import distributions
    from handful.report.figures.frontier import frontier
    from handful.report.figures.power import power_curves
    from handful.report.figures.stresses import reading, stress_figures

    results = results_of(place)
    if results is None or results.stamp != stamp:
        raise StoreError("the results were replaced just now; load the page again")
    comparison = judged(results, choice)
    study = results.study.replace(choose=choice)
    series = tables.series_of(comparison)
    query = query_of(choice, results.study.choose, comparison.hoped_for)
    filled = (
        environment()
        .get_template("compare_figures.html.j2")
        .render(
            best=choice.best,
            comparison=comparison,
            ranking=tables.ranking(study, comparison, series),
            links={d.name: design_address(place, d.name) + query for d in comparison.designs},
            power=power_curves(study, comparison, series),
            frontier=frontier(comparison, series),
            stress_figures=stress_figures(study, comparison, series),
            stress_notes=reading(study, comparison),
            spreads=distributions(comparison, series),
            success=tables.success_table(comparison, series),
        )
    )
    return Markup(filled)


def design_address(place: StudyPlace, design: str) -> str:
    """The address of the page of a design."""
    return f"/study/{quote(place.name)}/designs/{quote(design, safe='')}"


def _read(place: StudyPlace) -> tuple[Results | None, str]:
    """The results of a study, and why they cannot be read."""
    try:
        return results_of(place), ""
    except StoreError as refused:
        return None, str(refused)


def _changed(place: StudyPlace, results: Results) -> tuple[list[str], str]:
    """What was changed in the study since, and what is wrong with it now."""
    try:
        return changed_since(place, results), ""
    except SpecError as wrong:
        return [], str(wrong)


async def _told(request: Request, place: StudyPlace) -> AsyncIterator[str]:
    """The events of a comparison that runs."""
    said, silent = "", 0
    while True:
        work = await run_in_threadpool(_jobs(request).look, place)
        if work is None or not work.active:
            yield f"event: ended\ndata: {work.state if work is not None else 'none'}\n\n"
            return
        now = events(request, "compare_progress.html.j2", work=plain_work(work))
        silent = 0 if now != said else silent + 1
        if silent == 0:
            yield now
        elif silent % _SILENCE == 0:
            yield ": still at it\n\n"
        said = now
        await asyncio.sleep(_BETWEEN)


def _jobs(request: Request) -> Jobs:
    """The work in the background."""
    jobs: Jobs = request.app.state.jobs
    return jobs


def _back(place: StudyPlace) -> Response:
    """To the page, after something was asked for."""
    return RedirectResponse(f"/study/{quote(place.name)}/compare", status_code=303)


page = register(Page("Compare", "/study/{study}/compare", router, order=30))
