"""Every example loads, says where its figures come from, and its page says what handful says."""

from __future__ import annotations

import re

import pytest

from handful.study.loading import load
from tests.cases.published import EXAMPLES, compared

NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())
FILES = sorted(EXAMPLES.glob("*/*.yaml"))
TRIALS = {
    "embark": 500,
    "papzimeos": 2000,
    "prevail_ii": 500,
    "ryoncil": 500,
    "str1ve": 500,
    "reverse": 600,
    "troxacitabine": 500,
}
ROW = re.compile(r"^\| (.+?) \| (.+?) \| ([0-9.]+)% \|$", re.MULTILINE)


def test_nine_trials_and_more():
    assert len(NAMES) >= 9


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_it_is_a_whole_study(file):
    study = load(file)
    assert len(study.designs) >= 3
    assert len(study.scenarios) >= 3
    assert study.sources
    assert study.population.prevalence + study.population.incidence > 0
    assert study.choose.subject_to.power


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_is_assumed_is_marked(file):
    text = file.read_text(encoding="utf-8")
    assert "ASSUMPTION" in text
    assert "SOURCE" in text
    assert "http" in text


@pytest.mark.parametrize("name", NAMES)
def test_its_page_names_its_source_and_its_assumptions(name):
    page = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    for heading in ("## What is published", "## What we assume", "## What handful says"):
        assert heading in page
    assert "](https://" in page


@pytest.mark.parametrize("name", NAMES)
def test_its_page_has_the_figures_that_come_out(name):
    rows = ROW.findall((EXAMPLES / name / "README.md").read_text(encoding="utf-8"))
    assert len(rows) >= 5
    results = compared(name, TRIALS.get(name, 1000))
    for design, scenario, stated in rows:
        found, share = results.cell(design, scenario).success, float(stated) / 100
        # The page rounds to a tenth of a percent, from at least 4,000 trials, of which these are the first; a share that
        # should be `share` has this standard error here.
        error = (max(share * (1 - share), 1e-3) / results.cell(design, scenario).trials) ** 0.5
        doubt = 0.0005 + 1e-9 + (0 if found.error is None else 4 * error)
        assert abs(found.value - share) <= doubt, f"{design} in {scenario}: {found} and not {stated}%"
