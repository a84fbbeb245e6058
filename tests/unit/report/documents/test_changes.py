"""Two versions of a study: what is different, what that did, and which version is held against which."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from handful.report.documents.blocks import Document, Items, Listing, Paragraph, Section
from handful.report.documents.catalogue import CHANGES, KINDS, kinds_in, read_material
from handful.report.documents.runs import plain_text
from handful.report.documents.versions import versions
from handful.report.folder import ResultsFolder
from handful.report.tables import Table
from handful.select.results import Comparison
from handful.store.project import Project, StoreError
from handful.study.file import StudyFile
from handful.study.loading import loads
from tests.unit.cli.small_study import STUDY

SMALLER = STUDY.replace("participants: 16", "participants: 14")
OTHERS = SMALLER.replace("  randomised:", "  by lot:").replace("effect: 0.5", "effect: 0.2")


def put(folder: Path, *texts: str) -> Path:
    """Compare versions of a study one after the other in one folder."""
    for text in texts:
        study = folder / "study.yaml"
        study.write_text(text, encoding="utf-8")
        ResultsFolder(folder / "results").fill(StudyFile.read(study), threads=1)
    return folder / "results"


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("twice"), STUDY, SMALLER)


def changes(folder: Path, since: Path | None = None) -> Document:
    return KINDS[CHANGES](read_material(folder, since))


def part(document: Document, title: str) -> Section:
    return next(p for p in document.within() if isinstance(p, Section) and p.title == title)


def run_of(comparison: Comparison, design: str) -> str:
    """Identity of a design's run in the scenario that is hoped for."""
    cells = (c for c in comparison.cells if (c.design, c.scenario) == (design, "hoped for"))
    return str(next(cells).run)


def lead(document: Document) -> str:
    return next(str(p.said) for p in document.within() if isinstance(p, Paragraph) and p.manner == "lead")


def test_what_was_changed_and_what_it_did(twice: Path) -> None:
    told = changes(twice)
    (items,) = part(told, "What was changed").parts
    assert items == Items(("Design “single arm”: participants was 16, is now 14.",))
    before, after = (ResultsFolder(twice).read(v)[1] for v in (ResultsFolder(twice).earlier()[0], ""))
    assert (before.designs[0].participants, after.designs[0].participants) == (16, 14)
    table = next(p for p in part(told, "single arm").parts if isinstance(p, Table) and len(p.head) == 4)
    row = next(r for r in table.rows if r[0] == "Claims benefit")
    shares = [c.cell("single arm", "hoped for").success.value or 0.0 for c in (before, after)]
    assert plain_text(row[1]).startswith(f"{100 * shares[0]:.1f}%")
    assert plain_text(row[2]).startswith(f"{100 * shares[1]:.1f}%")
    assert part(told, "randomised").parts == (Paragraph("Its run is the same, byte for byte."),)
    claims = part(told, "What it did to the chance of claiming benefit").parts
    assert claims[-1] == Paragraph("The same in every scenario of both: “randomised”.")
    assert isinstance(claims[1], Table)
    assert claims[1].head == ("", "single arm, before", "single arm, now")
    assert "2 runs of 4 are in both" in " ".join(
        str(p.said) for p in part(told, "How the figures were computed").parts if isinstance(p, Paragraph)
    )
    (lines,) = part(told, "Appendix: lines that differ").parts
    assert isinstance(lines, Listing)
    assert [line for line in lines.text.splitlines() if line[0] in "+-"][2:] == [
        "-  single arm: {kind: single arm, participants: 16, benchmark: 20%}",
        "+  single arm: {kind: single arm, participants: 14, benchmark: 20%}",
    ]


def test_differences_are_those_of_the_stored_trials(twice: Path) -> None:
    pairing = versions(read_material(twice)).pairs["single arm"]
    participants = next(f for f in pairing.figures if f.name == "Participants enrolled")
    assert participants.difference.value == -2
    months = next(f for f in pairing.figures if f.name == "Months")
    kept = {}
    results = ResultsFolder(twice)
    with Project(twice) as project:
        for version, size in ((results.earlier()[0], 16), ("", 14)):
            run = run_of(results.read(version)[1], "single arm")
            kept[size] = project.trials(project.run(run)).collect()["month"].to_numpy().astype(float)
    gap = kept[14] - kept[16]
    assert months.difference.value == pytest.approx(np.mean(gap), rel=1e-12)
    assert months.difference.error == pytest.approx(np.std(gap, ddof=1) / math.sqrt(len(gap)), rel=1e-12)


def test_designs_that_came_and_went_are_said(tmp_path: Path) -> None:
    told = changes(put(tmp_path, SMALLER, OTHERS))
    said = [str(p.said) for p in part(told, "What it did to each design").parts if isinstance(p, Paragraph)]
    assert "New, with nothing to be held against: “by lot”." in said
    assert "No longer a candidate: “randomised”." in said
    ranking = next(p for p in told.within() if isinstance(p, Table) and p.caption == "The ranking")
    assert {row[0]: "not in it" in row for row in ranking.rows} == {
        "single arm": False,
        "by lot": True,
        "randomised": True,
    }
    assert (
        lead(told)
        == "The design to take was “single arm”, and is now none, since none keeps every constraint."
    )


def test_without_an_earlier_version_it_is_not_offered_and_says_why(tmp_path: Path) -> None:
    folder = put(tmp_path, STUDY)
    assert CHANGES not in kinds_in(folder)
    with pytest.raises(
        StoreError, match="holds one version of the study; change the study and compare it again"
    ):
        changes(folder)
    put(tmp_path, STUDY)
    assert ResultsFolder(folder).earlier() == ()  # the same version again is no other one


def test_the_version_before_is_the_one_that_was_compared_last(tmp_path: Path) -> None:
    folder = put(tmp_path, STUDY, SMALLER, OTHERS)
    results = ResultsFolder(folder)
    first, second = results.earlier()
    assert results.read(first)[0].study.design("single arm").model_dump()["participants"] == 14
    assert results.read(second)[0].study.design("single arm").model_dump()["participants"] == 16
    put(tmp_path, STUDY)  # back to the first, which is no earlier version of itself
    assert [results.read(v)[0].study.digest() for v in results.earlier()] == [
        loads(text).digest() for text in (OTHERS, SMALLER)
    ]


def test_another_folder_and_the_same_one(twice: Path, tmp_path: Path) -> None:
    other = put(tmp_path, OTHERS)
    told = changes(twice, since=other)
    assert "Design “by lot” is now called “randomised”." in str(part(told, "What was changed").parts)
    same = changes(twice, since=twice)
    assert isinstance(part(same, "What was changed").parts[0], Paragraph)
    assert lead(same) == "The design to take is the same: “single arm”."
    with pytest.raises(StoreError, match="holds no comparison"):
        changes(twice, since=tmp_path / "nowhere")


def test_a_run_that_was_deleted_leaves_what_was_told_of_it(tmp_path: Path) -> None:
    folder = put(tmp_path, STUDY, SMALLER)
    earlier = ResultsFolder(folder).read(ResultsFolder(folder).earlier()[0])[1]
    gone = run_of(earlier, "single arm")
    with Project(folder) as project:
        project.delete(gone)
    told = changes(folder)
    assert [len(p.head) for p in part(told, "single arm").parts if isinstance(p, Table)] == [3]
