"""Two runs side by side: their figures with differences on common participants, and what differs in their records."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from handful.app.kept import opened, plain, run_of
from handful.app.page import Page, register
from handful.app.view import show, workspace

router = APIRouter()


@router.get("/study/{study}/runs/{run}/beside")
def two_runs(request: Request, study: str, run: str, second: str) -> Response:
    """A run with a second one beside it."""
    from handful.report.run_tables import differences_table, pairing_table
    from handful.select.kept import read_run
    from handful.select.pairing import pair

    place = workspace(request).study(study)
    with opened(place) as project:
        one, two = (read_run(run_of(project, identity)) for identity in (run, second))
        pairing = pair(project, one, two)
        told = [plain(project, side.run) for side in (one, two)]
    names = ("First", "Second")
    data = {
        "runs": told,
        "trials": pairing.trials,
        "common": pairing.common,
        "figures": [
            {
                "name": f.name,
                "unit": f.unit,
                "first": f.first.model_dump(),
                "second": f.second.model_dump(),
                "difference": f.difference.model_dump(),
            }
            for f in pairing.figures
        ],
        "differences": [{"field": field, "first": a, "second": b} for field, a, b in pairing.differences],
    }
    return show(
        request,
        "run_pair.html.j2",
        data,
        study=place,
        table_of_figures=pairing_table(pairing, names, one.job.plan.endpoint),
        changed=differences_table(pairing, names),
    )


page = register(Page("", "/study/{study}/runs/{run}/beside", router))
