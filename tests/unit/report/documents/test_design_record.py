"""The chosen design as data: whole, with identities that are used once and references that lead somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from handful.report.documents.design_record import design_record
from handful.report.documents.material import Material
from handful.select.compare import compare
from handful.study.loading import loads
from tests.unit.report.documents.small_documents import material

ONE_DESIGN = """
title: One design
disease: A rare one
population: {{prevalence: 900}}
endpoint: {{name: response, kind: binary, known after: 6 months}}
other endpoints: [{{name: score, kind: continuous, unit: points}}]
scenarios:
  no effect: {{untreated: 20%, effect: 0}}
  hoped for: {{untreated: 20%, effect: 0.5}}
designs:
  it: {design}
compute: {{trials: 100, seed: 3}}
"""
DESIGNS = {
    "fellow eye": "{kind: within participant, participants: 10}",
    "single arm": "{kind: simon, benchmark: 0.2, target: 0.6}",
    "two arms": "{kind: randomised, participants: 20}",
    "three doses": "{kind: multi arm, arms: [low, middle, high], participants: 48}",
}


@cache
def record(design: str) -> dict[str, Any]:
    text = ONE_DESIGN.format(design=DESIGNS[design])
    study = loads(text)
    return design_record(Material(study, compare(study), (), text))


def within(told: Any) -> Iterator[dict[str, Any]]:
    if isinstance(told, dict):
        yield told
        for value in told.values():
            yield from within(value)
    elif isinstance(told, list):
        for value in told:
            yield from within(value)


@pytest.mark.parametrize("design", DESIGNS)
def test_identities_are_used_once_and_references_lead_somewhere(design: str) -> None:
    instances = [one for one in within(record(design)["study"]) if "instanceType" in one]
    identities = [one["id"] for one in instances]
    assert len(identities) == len(set(identities))
    for one in instances:
        for name, value in one.items():
            if name.endswith("Id"):
                assert value in identities, name


@pytest.mark.parametrize(
    ("design", "model", "allocation", "arms"),
    [
        ("fellow eye", "Intra-individual comparison", "Randomized", 2),
        ("single arm", "Single Group Study", "N/A", 1),
        ("two arms", "Parallel Study", "Randomized", 2),
        ("three doses", "Parallel Study", "Randomized", 4),
    ],
)
def test_registers_are_told_what_the_design_is(design: str, model: str, allocation: str, arms: int) -> None:
    told = record(design)["register"]
    assert (told["Intervention Model"], told["Allocation"], len(told["Arms"])) == (model, allocation, arms)
    assert told["Primary Outcome Measures"][0]["time frame"] == "6 months"


def test_arms_bear_their_names() -> None:
    assert [arm["label"] for arm in record("three doses")["register"]["Arms"]] == [
        "low",
        "middle",
        "high",
        "control",
    ]


def test_every_figure_says_how_it_was_obtained() -> None:
    for row in design_record(material())["operating characteristics"]:
        assert row["claims benefit"]["how"] in ("exact", "numeric", "simulated")
    json.dumps(design_record(material()))
