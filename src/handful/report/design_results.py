"""The results of one design of a comparison: every scenario in a table, and its planned looks."""

from __future__ import annotations

from handful.analyses.scales import natural_statistic
from handful.report.results import true_benefit
from handful.report.tables import Table, Text
from handful.report.tags import as_assigned, benefit_figure, benefit_unit, number, plain, share
from handful.select.assess import LookFigures, look_figures
from handful.select.results import Comparison
from handful.study.model import Study


def of_design(comparison: Comparison, name: str) -> Comparison:
    """A comparison with one design alone, for tables and figures about it.

    Args:
        comparison: All results.
        name: The design.

    Raises:
        KeyError: When there is no such design.
    """
    designs = tuple(design for design in comparison.designs if design.name == name)
    if not designs:
        raise KeyError(name)
    return comparison.model_copy(
        update={
            "designs": designs,
            "cells": tuple(cell for cell in comparison.cells if cell.design == name),
            "stresses": tuple(result for result in comparison.stresses if result.design == name),
            "verdicts": tuple(verdict for verdict in comparison.verdicts if verdict.design == name),
        }
    )


def scenarios_table(study: Study, comparison: Comparison, name: str) -> Table:
    """Operating characteristics of one design, one row a scenario.

    Args:
        study: The study.
        comparison: Its results.
        name: The design.

    Returns:
        The table, without columns in which nothing is to be said.
    """
    unit = benefit_unit(study.endpoint)
    head = (
        "Scenario",
        f"True benefit, {unit}",
        "As assigned",
        "Claims benefit",
        "Normal theory says",
        "False claims",
        "Participants",
        "Analysed",
        "Enrolled, not analysed",
        "Months",
        f"Bias, {unit}",
        f"RMSE, {unit}",
        "Coverage",
        "Inferior option",
        "Runs out",
    )
    rows: list[tuple[Text, ...]] = []
    for scenario in comparison.scenarios:
        told = comparison.cell(name, scenario.name)
        rows.append(
            (
                scenario.name,
                true_benefit(told.truth, study.endpoint),
                as_assigned(
                    told.truth, study.scenario(scenario.name).assigned_benefit(study.endpoint), study.endpoint
                ),
                share(told.success),
                share(told.nominal) if told.nominal is not None else "",
                share(told.false_claims) if told.claims else "",
                number(told.participants.mean, 1),
                number(told.analysed, 1),
                number(told.overrun, 1) if told.overrun.value else "",
                number(told.months.mean, 1) if told.months is not None else "",
                benefit_figure(told.bias, study.endpoint),
                benefit_figure(told.rmse, study.endpoint),
                share(told.coverage),
                number(told.inferior, 1),
                share(told.unfinished) if told.unfinished.value else "",
            )
        )
    return Table(f"What “{name}” does in every scenario", head, tuple(rows)).without_empty_columns()


def looks_table(study: Study, comparison: Comparison, name: str) -> Table:
    """The planned looks of a design: what they are held against, and how often trials end there if the hope comes true.

    Args:
        study: The study.
        comparison: Its results.
        name: The design.

    Returns:
        One row a look at which something can be decided.
    """
    plan, told = study.plan(name), comparison.cell(name, comparison.hoped_for)
    statistic, sign = natural_statistic(plan.analysis.statistic_name)
    more, less = ("at least", "at most") if sign > 0 else ("at most", "at least")
    looks = look_figures(plan, told.success_at, told.failure_at, told.harm_at)
    head = (
        "Look",
        f"After {plan.looks.counts}",
        f"Claims benefit where {statistic} is {more}",
        f"Gives up where it is {less}",
        f"Stops for harm where it is {less}",
        f"Claims here, in “{comparison.hoped_for}”",
        "Ends here without a claim",
        "Of these for harm",
    )
    rows: list[tuple[Text, ...]] = []
    for number_of_look, look in enumerate(looks, start=1):
        if number_of_look < len(looks) and _nothing_is_decided(look):
            continue
        futility = _threshold(sign, look.futility_at_most)
        if look.futility_at_least is not None:
            futility = f"{futility}, and {more} {_threshold(sign, look.futility_at_least)}"
        rows.append(
            (
                str(number_of_look),
                str(look.planned),
                _threshold(sign, look.success_at_least),
                futility,
                _threshold(sign, look.harm_at_most),
                share(look.success),
                share(look.failure),
                share(look.harm) if look.harm is not None else "",
            )
        )
    return Table("The planned looks, with their thresholds", head, tuple(rows)).without_empty_columns()


def _nothing_is_decided(look: LookFigures) -> bool:
    """Whether no threshold can be met at a look."""
    return look.success_at_least is None and look.futility_at_most is None and look.harm_at_most is None


def _threshold(sign: int, value: float | None) -> str:
    """A threshold as people read it; nothing where there is none."""
    return "" if value is None else plain(float(f"{sign * value + 0.0:.5g}"))
