"""What the documentation makes from the code is all there: no kind, field, verb or option is missing from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from docs._ext.from_code import MAKERS, PLACE, filled
from handful.analyses.registry import analyses
from handful.cli.verbs import app
from handful.designs.registry import families
from handful.scenarios.registry import scenario_kinds
from handful.spec.base import Spec
from handful.spec.references import BIBLIOGRAPHY
from handful.spec.registry import Registry
from handful.spec.shape import kinds_of, written_names
from handful.study.model import Constraints, Study
from tests.docs.code_blocks import ROOT, pages

PLACES = [(page, place) for page in pages() for place in PLACE.finditer(page.read_text(encoding="utf-8"))]


def made(what: str) -> str:
    return filled(f"<!-- from code: {what} -->")


def rows_in(text: str) -> set[str]:
    """First cells of all tables."""
    return {line.split("|")[1].strip().strip("`") for line in text.splitlines() if line.startswith("| ")}


def test_every_part_that_can_be_made_stands_on_a_page():
    assert {place["what"] for _, place in PLACES} == {*MAKERS, "papers of"}


@pytest.mark.parametrize(
    ("page", "place"), PLACES, ids=[f"{page.relative_to(ROOT)}: {place['what']}" for page, place in PLACES]
)
def test_nothing_that_a_page_asks_for_is_empty(page: Path, place: re.Match[str]):
    text = filled(place[0])
    assert "<!--" not in text
    assert len(text.splitlines()) >= 1
    assert "None" not in text.split()


def test_what_nobody_makes_is_an_error():
    with pytest.raises(KeyError):
        made("nothing of the kind")


@pytest.mark.parametrize(
    ("what", "registry"), [("families", families), ("analyses", analyses), ("scenarios", scenario_kinds)]
)
def test_every_kind_is_there_with_every_field(what: str, registry: Registry[Any]):
    text = made(what)
    for cls in registry:
        kind = kinds_of(cls)[0]
        assert f"### {kind}\n" in text
        assert {*written_names(cls)} - {"kind"} <= rows_in(text)


@pytest.mark.parametrize("cls", [Study, Constraints], ids=lambda cls: cls.__name__)
def test_every_field_of_a_study_is_there(cls: type[Spec]):
    assert {*written_names(cls)} <= rows_in(made("study file"))


def test_the_kind_of_an_endpoint_is_there_since_it_must_be_written():
    assert "| `kind` | one of binary, continuous, count, time to event, ordinal | `required` |" in made(
        "study file"
    )


def test_every_verb_and_every_option_is_there():
    text, group = made("commands"), typer.main.get_command(app)
    assert len(group.commands) >= 10
    for name, verb in group.commands.items():
        assert f"### handful {name}\n" in text
        for option in (p.opts[0] for p in verb.params if p.opts[0].startswith("--")):
            assert f"`{option}" in text


def test_every_stress_and_every_paper_is_there():
    assert {stress.name for family in families for stress in family.fragile_to} <= rows_in(made("stresses"))
    assert all(paper.title in made("bibliography") for paper in BIBLIOGRAPHY)
