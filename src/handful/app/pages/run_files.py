"""What can be taken away: the study, the comparison and the report, and the trials of a run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from handful.app.kept import opened, run_of
from handful.app.page import Page, register
from handful.app.pages.runs import FILES
from handful.app.view import workspace
from handful.app.workspace import Outside

router = APIRouter()

_KINDS = {".yaml": "application/yaml", ".json": "application/json", ".html": "text/html"}


@router.get("/study/{study}/files/{name}")
def file(request: Request, study: str, name: str) -> Response:
    """A file of the comparison."""
    place = workspace(request).study(study)
    if name not in FILES or not (place.results / name).is_file():
        raise Outside("there is no such file of this study")
    path = place.results / name
    return FileResponse(path, media_type=_KINDS[path.suffix], filename=f"{place.name}-{name}")


@router.get("/study/{study}/runs/{run}/study.yaml")
def study_of_a_run(request: Request, study: str, run: str) -> Response:
    """The study that a run was made from, as it was written then."""
    place = workspace(request).study(study)
    with opened(place) as project:
        text = project.study_text(run_of(project, run).study)
    return _attached(text, "application/yaml", f"{run}-study.yaml")


@router.get("/study/{study}/runs/{run}/trials.parquet")
def trials(request: Request, study: str, run: str) -> Response:
    """The trials of a run, one row each with its number, checked against the digests under which they were stored."""
    place = workspace(request).study(study)
    handle, name = tempfile.mkstemp(prefix="handful-", suffix=".parquet")
    os.close(handle)
    path = Path(name)
    try:
        with opened(place) as project:
            kept = run_of(project, run)
            project.trials(kept).with_row_index("trial").sink_parquet(path, compression="zstd")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return FileResponse(
        path,
        media_type="application/vnd.apache.parquet",
        filename=f"{run}-trials.parquet",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


def _attached(text: str, kind: str, name: str) -> Response:
    """Text to be saved."""
    return Response(text, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


page = register(Page("", "/study/{study}/files", router))
