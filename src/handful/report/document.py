"""The report: one self-contained HTML file, the answer first and everything behind it after."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from handful.report import results
from handful.report.assumptions import (
    choice_table,
    differences,
    estimand_table,
    population_table,
    scenario_table,
    set_fields,
)
from handful.report.figures.distributions import distributions
from handful.report.figures.frontier import frontier
from handful.report.figures.lanes import lanes, participants_table
from handful.report.figures.power import power_curves
from handful.report.figures.stresses import reading, stress_figures
from handful.report.limits import limits
from handful.report.papers import papers
from handful.report.stories import ToldTrial, kind_of_story
from handful.report.story import compared_with, tell
from handful.report.tags import benefit, number, percent, share
from handful.select.results import Comparison
from handful.study.model import Study

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def render(
    study: Study, comparison: Comparison, stories: Sequence[ToldTrial], source: str | None = None
) -> str:
    """Write the report of a comparison.

    Args:
        study: The study.
        comparison: Its results.
        stories: Simulated trials to be told, from `choose_stories`.
        source: The study file as it was written; the study with every default written out when None.

    Returns:
        One HTML document that loads nothing: style sheet and figures are in it, and it has no script. Equal input gives
        equal bytes.
    """
    series = results.series_of(comparison)
    frontier_figure = frontier(comparison, series)
    success = results.success_table(comparison, series)
    text: str = _template().render(
        study=study,
        comparison=comparison,
        series=series,
        key_figures=_key_figures(study, comparison),
        ranking=results.ranking(study, comparison, series),
        power=power_curves(study, comparison, series),
        frontier=frontier_figure,
        success=success,
        scenario_results=results.scenario_tables(study, comparison, series),
        claims=results.claims_table(study, comparison, series),
        stopping=results.stopping_table(comparison, series),
        stresses=stress_figures(study, comparison, series),
        stress_notes=reading(study, comparison),
        spreads=distributions(comparison, series),
        stories=[_told(study, k, *story) for k, story in enumerate(stories, start=1)],
        assumptions=_assumptions(study, comparison),
        limits=limits(study, comparison),
        papers=papers(study, comparison),
        source=source if source is not None else _written(study),
        percent=percent,
    )
    return text


@cache
def _template() -> Template:
    """The template of the whole document."""
    return environment().get_template("report.html.j2")


def environment() -> Environment:
    """Where templates are found and how they are filled: what is not marked as markup is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("handful.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _key_figures(study: Study, comparison: Comparison) -> list[tuple[str, Any]]:
    """The few figures that stand beside the answer: those of the chosen design."""
    if comparison.chosen is None:
        return []
    told = comparison.cell(comparison.chosen, comparison.hoped_for)
    design = next(d for d in comparison.designs if d.name == comparison.chosen)
    figures: list[tuple[str, Any]] = [
        (f"power if the benefit is {benefit(told.truth, study.endpoint)}", share(told.success)),
        ("claims by mistake, at worst", share(design.type_one.worst)),
        ("participants expected", number(told.participants.mean, 1)),
    ]
    if told.months is not None:
        figures.append(("months expected", number(told.months.mean, 1)))
    return figures


def _told(study: Study, number_of_story: int, design: str, scenario: str, story: Any) -> dict[str, Any]:
    """One story for the template."""
    plan = study.plan(design)
    heading = kind_of_story(story, plan.looks.number)
    sentences = tell(story, study.endpoint, plan.analysis.statistic_name, compared_with(plan))
    return {
        "number": number_of_story,
        "heading": heading,
        "design": design,
        "scenario": scenario,
        "trial": story.trial,
        "said": [s for s in sentences if not s.startswith("Participant ")],
        "drawing": lanes(
            f"story-{number_of_story}", f"{heading}, trial {story.trial}", story, study.endpoint
        ),
        "table": participants_table(story, study.endpoint),
    }


def _assumptions(study: Study, comparison: Comparison) -> dict[str, Any]:
    """Everything that was assumed, as tables: the first scenario in full, the others by what differs."""
    weights = {s.name: s.weight for s in comparison.scenarios}
    tables = {n: scenario_table(n, study.scenario(n), study.endpoint, weights[n]) for n in study.scenarios}
    first = next(iter(tables))
    return {
        "estimand": estimand_table(study.endpoint),
        "population": population_table(study),
        "choice": choice_table(study),
        "scenarios": [
            (n, study.scenario(n).note, table if n == first else differences(table, tables[first], first))
            for n, table in tables.items()
        ],
        "other": [
            (e.name, "; ".join(f"{n}: {v}" for n, v, _ in set_fields(e, ("name",))))
            for e in study.other_endpoints
        ],
    }


def _written(study: Study) -> str:
    """The study with every default written out, as JSON, which is YAML too."""
    return json.dumps(study.canonical(), indent=2, ensure_ascii=False)
