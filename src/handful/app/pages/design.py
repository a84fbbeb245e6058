"""One design of a comparison: its rules, what it does in every scenario, and why it was or was not chosen."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from handful.app.choosing import Asked, query_of
from handful.app.page import Page, register
from handful.app.pages.compare import chosen, design_address
from handful.app.results import Results, changed_since, results_of
from handful.app.view import show, workspace
from handful.app.workspace import Outside, StudyPlace
from handful.report.design_results import of_design
from handful.select.reconsider import asked_otherwise, not_known
from handful.select.results import Comparison
from handful.spec.messages import SpecError

router = APIRouter()


# A design may have any name, also one with a slash in it.
@router.get("/study/{study}/designs/{design:path}")
def design(request: Request, study: str, design: str) -> Response:
    """Everything that is known of a design."""
    place = workspace(request).study(study)
    results = results_of(place)
    if results is None:
        raise Outside(f"“{place.name}” was not compared yet, so nothing is known of its designs")
    asked, comparison = chosen(request, results)
    names = [told.name for told in comparison.designs]
    if design not in names:
        raise Outside(f"there is no design “{design}” in this comparison; there are {', '.join(names)}")
    own = of_design(comparison, design)
    otherwise = asked_otherwise(results.study.choose, asked.choice, comparison.hoped_for)
    data = {
        "study": place.name,
        "design": own.designs[0].model_dump(mode="json"),
        "note": results.study.design(design).note,
        "verdict": own.verdicts[0].model_dump(mode="json"),
        "cells": [cell.model_dump(mode="json") for cell in own.cells],
        "stresses": [result.model_dump(mode="json") for result in own.stresses],
        "choice": asked.choice.canonical(),
        "otherwise": otherwise,
        "not known": not_known(results.study, comparison, asked.choice) if otherwise else [],
        "changed since": _changed(place, results),
    }
    drawn = _drawn(place, results, asked, comparison, design)
    within = f"/study/{place.name}/compare"
    return show(request, "design.html.j2", data, study=place, within=within, **drawn)


def _drawn(
    place: StudyPlace, results: Results, asked: Asked, comparison: Comparison, name: str
) -> dict[str, Any]:
    """The tables and figures, for people."""
    from handful.report import results as tables
    from handful.report.design_results import looks_table, scenarios_table
    from handful.report.figures.distributions import distributions
    from handful.report.figures.power import power_curves
    from handful.report.figures.stresses import reading, stress_figures
    from handful.report.papers import papers_of
    from handful.report.tags import percent, share

    study = results.study.replace(choose=asked.choice)
    own, series = of_design(comparison, name), tables.series_of(comparison)
    query = query_of(asked.choice, results.study.choose, comparison.hoped_for)
    order = [verdict.design for verdict in comparison.verdicts]
    at = order.index(name)
    address = f"/study/{quote(place.name)}"
    return {
        "told": own.designs[0],
        "share": share,
        "percent": percent,
        "ranked": tables.ranking(study, own, series)[0],
        "of": len(order),
        "hoped_for": comparison.hoped_for,
        "scenarios": scenarios_table(study, comparison, name),
        "looks": looks_table(results.study, comparison, name),
        "claims": tables.claims_table(study, own, series),
        "stopping": tables.stopping_table(own, series),
        "power": power_curves(study, comparison, tables.series_of(comparison, name)),
        "stress_figures": stress_figures(study, own, series),
        "stress_notes": reading(study, comparison),
        "spreads": distributions(own, series),
        "papers": papers_of(own.designs[0].references),
        "runs": [(cell.scenario, f"{address}/runs/{cell.run}") for cell in own.cells if cell.run is not None],
        "back": f"{address}/compare{query}",
        "before": (order[at - 1], design_address(place, order[at - 1]) + query) if at else None,
        "after": (order[at + 1], design_address(place, order[at + 1]) + query)
        if at + 1 < len(order)
        else None,
    }


def _changed(place: StudyPlace, results: Results) -> list[str]:
    """What was changed in the study since; nothing where that cannot be read."""
    try:
        return changed_since(place, results)
    except SpecError:
        return ["It has mistakes now."]


page = register(Page("", "/study/{study}/designs/{design}", router))
