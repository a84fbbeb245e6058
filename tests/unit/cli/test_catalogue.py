"""`handful families`, `analyses` and `scenarios`, and the papers that they cite."""

from __future__ import annotations

import pytest

from handful.analyses.registry import analyses
from handful.designs.registry import families
from handful.scenarios.registry import scenario_kinds
from handful.spec.references import BIBLIOGRAPHY

REGISTRIES = {"families": families, "analyses": analyses, "scenarios": scenario_kinds}
KINDS = [(verb, kind) for verb, registry in REGISTRIES.items() for kind in registry.kinds()]


@pytest.mark.parametrize("verb", REGISTRIES)
def test_every_kind_is_listed_with_its_meaning(run, verb):
    result = run(verb)
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    for cls in REGISTRIES[verb]:
        assert cls.model_fields["kind"].default in told
        assert cls.meaning.split()[0] in told


@pytest.mark.parametrize(("verb", "kind"), KINDS)
def test_one_kind_is_shown_with_fields_and_papers(run, verb, kind):
    result = run(verb, kind)
    assert result.exit_code == 0, result.stderr
    told = " ".join(result.stdout.split())
    cls = REGISTRIES[verb].get(kind)
    assert cls.meaning in told
    for key in cls.references:
        assert BIBLIOGRAPHY[key].title.split()[0] in told


@pytest.mark.parametrize(("verb", "kind"), KINDS)
def test_every_paper_that_is_cited_is_known(verb, kind):
    for key in REGISTRIES[verb].get(kind).references:
        assert " " in key or key in BIBLIOGRAPHY


def test_every_paper_is_complete():
    for paper in BIBLIOGRAPHY:
        assert paper.authors
        assert paper.title
        assert paper.journal
        assert 1900 <= paper.year <= 2026
        assert str(paper.year) in paper.key
        assert not paper.doi or paper.doi.startswith("10.")


def test_a_kind_that_is_not_there_suggests_one(run):
    result = run("families", "simons")
    assert result.exit_code == 2
    assert 'did you mean "simon"?' in result.stderr


def test_hyphens_stand_for_spaces(run):
    assert run("families", "single-arm").exit_code == 0
