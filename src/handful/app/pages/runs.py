"""The runs of a study: where each comes from, what it says, made again, and deleted."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from handful.app.forms import Mark
from handful.app.kept import bytes_of, declared, opened, plain, provenance, run_of
from handful.app.page import Page, register
from handful.app.reruns import Again, TooMany
from handful.app.view import part, show, workspace
from handful.app.workspace import StudyPlace
from handful.report.folder import FIGURES, REPORT, STUDY
from handful.store.project import StoreError

router = APIRouter()

PATIENCE = 2.0
"""Seconds that the answer waits for a run that is made again, so that short ones are there at once."""
FILES = {STUDY: "the study as it was compared", FIGURES: "the comparison as JSON", REPORT: "the report"}


@router.get("/study/{study}/runs")
def runs(request: Request, study: str) -> Response:
    """All runs, grouped by what they were made from."""
    place = workspace(request).study(study)
    groups: list[dict[str, Any]] = []
    if place.compared:
        named = declared(place)
        with opened(place) as project:
            told = [
                plain(project, run) | {"declared": run.scenario in named, "from": provenance(run)}
                for run in project.runs()
            ]
        groups = _grouped(told)
    data = {
        "study": study,
        "groups": groups,
        "bytes": bytes_of(place.results),
        "files": {name: said for name, said in FILES.items() if (place.results / name).is_file()},
    }
    return show(request, "runs.html.j2", data, study=place, now=_now())


@router.get("/study/{study}/runs/{run}")
def one_run(request: Request, study: str, run: str) -> Response:
    """One run with everything that was recorded."""
    from handful.report.run_tables import (
        characteristics_table,
        endings_table,
        provenance_table,
        spec_tables,
    )
    from handful.select.kept import read_run

    place = workspace(request).study(study)
    unread, told, drawn = "", None, {}
    with opened(place) as project:
        kept = run_of(project, run)
        others = [(r.identity, r.design, r.scenario) for r in project.runs() if r.identity != run]
        facts = plain(project, kept)
    try:
        read = read_run(kept)
        told = read.told
        endpoint = read.job.plan.endpoint
        figures = characteristics_table(told, endpoint, read.job.scenario.assigned_benefit(endpoint))
        drawn = {"figures": figures, "endings": endings_table(told)}
    except StoreError as refused:
        unread = str(refused)
    data = {
        "run": facts | {"digests": list(kept.digests)},
        "record": kept.record,
        "characteristics": told.model_dump(mode="json") if told is not None else None,
        "unread": unread,
        "again": _plain_again(request, place, run),
    }
    return show(
        request,
        "run.html.j2",
        data,
        study=place,
        drawn=drawn,
        provenance=provenance_table(kept.record, _now()),
        specs=spec_tables(kept.record),
        others=others,
    )


@router.get("/study/{study}/runs/{run}/rerun")
def how_far(request: Request, study: str, run: str) -> Response:
    """How far a rerun is: the part of the page that says so."""
    place = workspace(request).study(study)
    with opened(place) as project:
        run_of(project, run)
    if request.headers.get("hx-request") != "true":
        return RedirectResponse(f"/study/{place.name}/runs/{run}#rerun", status_code=303)
    return part(
        request,
        "rerun.html.j2",
        again=_plain_again(request, place, run),
        study_name=place.name,
        identity=run,
    )


@router.post("/study/{study}/runs/{run}/rerun")
def make_again(request: Request, mark: Mark, study: str, run: str) -> Response:
    """Make a run again, elsewhere; nothing that is kept is touched."""
    place = workspace(request).study(study)
    with opened(place) as project:
        run_of(project, run)
    try:
        request.app.state.reruns.start(place.results, run, PATIENCE)
    except TooMany as refused:
        raise HTTPException(429, str(refused)) from None
    return RedirectResponse(f"/study/{place.name}/runs/{run}#rerun", status_code=303)


@router.get("/study/{study}/runs/{run}/delete")
def ask_before_deleting(request: Request, study: str, run: str) -> Response:
    """What would be lost."""
    place = workspace(request).study(study)
    with opened(place) as project:
        kept = run_of(project, run)
        facts = plain(project, kept)
    data = {"run": facts, "used": _used(place, run), "busy": _busy(request, place)}
    return show(request, "run_delete.html.j2", data, study=place)


@router.post("/study/{study}/runs/{run}/delete")
def delete(request: Request, mark: Mark, study: str, run: str) -> Response:
    """Delete a run with its files."""
    place = workspace(request).study(study)
    if _busy(request, place):
        raise HTTPException(409, "this study is being compared; cancel that or wait, then delete the run")
    with opened(place) as project:
        project.delete(run_of(project, run).identity)
    request.app.state.reruns.forget(place.results, run)
    return RedirectResponse(f"/study/{place.name}/runs", status_code=303)


def _grouped(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Runs by what they were made from, the latest group first."""
    found: dict[str, dict[str, Any]] = {}
    for run in told:
        made = run.pop("from")
        group = found.setdefault(json.dumps(made, sort_keys=True), {"from": made, "runs": []})
        group["runs"].append(run)
    return list(reversed(found.values()))


def _now() -> dict[str, str]:
    """The software that is running, by the names in records."""
    from importlib.metadata import version

    from handful.kernels.cache import kernel_hash
    from handful.select.stored import method_hash

    return {"handful": version("handful"), "kernels": kernel_hash(), "methods": method_hash()}


def _used(place: StudyPlace, run: str) -> bool:
    """Whether the comparison that lies there speaks of a run."""
    try:
        return run in (place.results / FIGURES).read_text(encoding="utf-8")
    except OSError:
        return False


def _busy(request: Request, place: StudyPlace) -> bool:
    """Whether the study is being compared."""
    work = request.app.state.jobs.look(place)
    return work is not None and bool(work.active)


def _plain_again(request: Request, place: StudyPlace, run: str) -> dict[str, Any] | None:
    """What is known of a rerun, as plain data."""
    again: Again | None = request.app.state.reruns.look(place.results, run)
    return again.plain() if again is not None else None


page = register(Page("Runs", "/study/{study}/runs", router, order=50))
