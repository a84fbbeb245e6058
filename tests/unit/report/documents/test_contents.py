"""What the documents say: every heading that regulators ask for, every design, and where each number comes from."""

from __future__ import annotations

import re

from handful.report.documents.blocks import Paragraph, Section
from handful.report.documents.material import turned
from handful.report.documents.runs import plain_text
from handful.report.tables import Table
from tests.unit.report.documents.small_documents import document, material, written

EXPECTED = (
    "Purpose and estimand",
    "Design and rationale",
    "Rules and timing",
    "Scenarios",
    "Example trials",
    "Operating characteristics",
    "Sensitivity",
    "How the figures were computed",
    "Limits",
    "References",
)


def test_the_simulation_report_has_the_headings_that_are_asked_for() -> None:
    titles = [one.title for one in document("simulation-report").sections]
    assert [title for title in titles if title in EXPECTED] == list(EXPECTED)
    assert titles[0] == "Summary"


def test_it_tells_every_design_and_every_scenario_and_how_to_compute_them_again() -> None:
    said = written("simulation-report", "md").decode()
    comparison = material().comparison
    for design in comparison.designs:
        for sentence in design.rule:
            assert sentence.split(".")[0] in said.replace("\\", "")
    for scenario in comparison.scenarios:
        assert f" {scenario.name}" in said
    assert comparison.provenance.study_digest in said
    assert "handful compare study.yaml" in said


def test_nominal_stands_beside_what_is_spent() -> None:
    tables = [part for part in document("simulation-report").within() if isinstance(part, Table)]
    table = next(table for table in tables if "what is promised" in plain_text(table.caption))
    assert {plain_text(row[0]) for row in table.rows} == {d.name for d in material().comparison.designs}
    simon = next(row for row in table.rows if plain_text(row[0]).startswith("two-stage"))
    assert "exact" in plain_text(simon[2])


def test_example_trials_end_differently() -> None:
    told = next(s for s in document("simulation-report").sections if s.title == "Example trials")
    headings = [part.title.split(":")[0] for part in told.parts if isinstance(part, Section)]
    assert len(headings) == len(material().stories) == len(set(headings))


def test_the_protocol_leaves_open_what_no_design_can_know() -> None:
    left = [
        plain_text(part.said)
        for part in document("protocol").within()
        if isinstance(part, Paragraph) and part.manner == "open"
    ]
    assert any("Inclusion and exclusion" in said for said in left)
    assert any("missing data" in said for said in left)


def test_every_result_in_the_protocol_names_its_run() -> None:
    stored = material().runs
    assert not stored or all(re.fullmatch(r"R\d+", name) for name, _ in stored.values())
    table = next(
        part
        for part in document("protocol").within()
        if isinstance(part, Table) and plain_text(part.caption) == "The design in every scenario"
    )
    for row in table.rows:
        for cell in row[2:4]:
            assert "sim" in plain_text(cell) or "exact" in plain_text(cell)
            if stored:
                assert re.search(r"\[R\d+\]", plain_text(cell))


def test_wide_tables_are_turned_without_losing_a_cell() -> None:
    wide = Table("T", ("Design", "a", "b"), tuple((f"d{k}", f"a{k}", f"b{k}") for k in range(7)))
    parts = turned(wide, 3)
    assert [len(part.head) for part in parts] == [4, 4, 2]
    cells = {cell for part in parts for row in part.rows for cell in row[1:]}
    assert cells == {f"{letter}{k}" for letter in "ab" for k in range(7)}
    assert parts[1].caption == "T, continued"
