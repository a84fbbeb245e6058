"""Assumptions in words: units, defaults, and the attributes of the estimand."""

from __future__ import annotations

from markupsafe import Markup

from handful.participants.endpoint import Endpoint
from handful.report.assumptions import differences, estimand_table, scenario_table, set_fields
from handful.study.model import Population
from tests.unit.report.small_study import compared


def test_quantities_have_their_units() -> None:
    population = Population(prevalence=900, incidence="25 per year", reachable="20%", horizon="10 years")
    assert [(n, v) for n, v, _ in set_fields(population)] == [
        ("prevalence", "900"),
        ("incidence", "25 a year"),
        ("reachable", "20%"),
    ]
    assert {n: v for n, v, _ in set_fields(population.replace(horizon=60))}["horizon"] == "5 years"


def test_a_scenario_tells_recruitment_and_manufacture() -> None:
    study, _ = compared()
    table = scenario_table("hoped for", study.scenario("hoped for"), study.endpoint, 0.5)
    told = {str(row[0]): str(Markup(row[1]).striptags()) for row in table.rows}
    assert told["true benefit"] == "50 points"
    assert told["untreated"] == "20%"
    assert told["recruitment: rate"] == "1.5 a month"
    assert told["recruitment: dropout"] == "5% lost a year"
    assert told["product: manufacturing failure"] == "10%"
    assert told["product: waiting time"] == "2 months"


def test_the_estimand_has_its_five_attributes_and_says_what_is_a_default() -> None:
    endpoint = Endpoint.model_validate(
        {"name": "response", "kind": "binary", "estimand": {"intercurrent": {"rescue": "composite"}}}
    )
    rows = {str(row[0]): str(row[1]) for row in estimand_table(endpoint).rows}
    assert list(rows) == [
        "Treatment",
        "Population",
        "Variable",
        "Intercurrent events",
        "Population-level summary",
    ]
    assert rows["Intercurrent events"] == (
        "not dosed: composite (by default); dropout: composite (by default); rescue: composite"
    )


def test_a_later_scenario_is_told_by_what_differs() -> None:
    study, _ = compared()
    first, second = (
        scenario_table(n, study.scenario(n), study.endpoint, 0.5) for n in ("no effect", "hoped for")
    )
    changed = {str(row[0]): str(row[1]) for row in differences(second, first, "no effect").rows}
    assert changed == {"true benefit": "50 points", "effect": "0.5"}
    assert differences(first, first, "no effect").rows == ()
