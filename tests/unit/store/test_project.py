"""A project folder: what is kept comes back, and what was not finished is told from what was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handful.store.files import digest_of
from handful.store.project import Project, StoredRun, StoreError

RECORD = {"seed": 1, "trials": 6}
PARTS = [
    {"trial": np.arange(3), "estimate": np.array([0.1, np.nan, 0.3])},
    {"trial": np.arange(3, 6), "estimate": np.ones(3)},
]


def begin(project: Project, rows: bool = True, design: str = "fixed", **changes: object) -> StoredRun:
    project.keep_study("title: a", "digest of a")
    return project.begin(
        RECORD | changes, study="digest of a", design=design, scenario="no effect", rows=rows
    )


def fill(project: Project, run: StoredRun) -> StoredRun:
    for number, part in enumerate(PARTS[run.parts :], run.parts):
        run = project.add_part(run, part if run.rows else None, {"trials": 3 * (number + 1)})
    return project.complete(run)


def test_a_complete_run_comes_back_from_another_opening(tmp_path: Path):
    with Project(tmp_path) as project:
        run = fill(project, begin(project))
    with Project(tmp_path) as project:
        assert project.runs() == [run]
        assert project.run(run.identity[:5]) == run == project.find("fixed", "no effect")
        assert begin(project) == run
        assert project.trials(run).collect()["trial"].to_list() == list(range(6))
        assert project.changes(run) == []
        assert project.study_text(run.study) == "title: a"
    assert (run.parts, run.summary, run.complete, run.record) == (2, {"trials": 6}, True, RECORD)
    names = sorted(path.name for path in project.run_folder(run.identity).iterdir())
    assert names == ["part-00000.parquet", "part-00001.parquet", "run.json"]
    parts = sorted(project.run_folder(run.identity).glob("part-*"))
    assert run.digests == tuple(digest_of(part.read_bytes()) for part in parts)


def test_equal_records_are_one_run_and_others_are_others(tmp_path: Path):
    with Project(tmp_path) as project:
        one, same, other = begin(project), begin(project), begin(project, seed=2)
        assert one == same
        assert [run.identity for run in project.runs()] == [one.identity, other.identity]
        assert one.identity == digest_of('{"seed":1,"trials":6}')[:16]


def test_a_run_is_taken_up_after_its_last_part_and_leftovers_are_removed(tmp_path: Path):
    with Project(tmp_path) as project:
        run = project.add_part(begin(project), PARTS[0], {"trials": 3})
    folder = project.run_folder(run.identity)
    for leftover in ("part-00001.parquet", ".part-00001.parquet.x.tmp", "run.json"):
        (folder / leftover).write_text("cut short")
    with Project(tmp_path) as project:
        assert begin(project) == run
        assert [path.name for path in folder.iterdir()] == ["part-00000.parquet"]
        fill(project, run)
        assert project.trials(project.run(run.identity)).collect().height == 6


def test_rows_that_were_not_kept_are_made_when_they_are_wanted(tmp_path: Path):
    with Project(tmp_path) as project:
        without = fill(project, begin(project, rows=False))
        assert without.summary == {"trials": 6}
        with pytest.raises(StoreError, match=r"were not kept; set `rows: all`"):
            project.trials(without)
        anew = begin(project, rows=True)
        assert (anew.rows, anew.parts, anew.summary, anew.complete) == (True, 0, None, False)
        assert fill(project, anew).complete
        # And are kept when nobody asks for them any more.
        assert begin(project, rows=False).rows


def test_runs_are_found_by_names_and_the_latest_one_counts(tmp_path: Path):
    with Project(tmp_path) as project:
        begin(project)
        later = begin(project, seed=2)
        assert project.find("fixed", "no effect") == later
        for design, scenario in (("fixed", "other"), ("other", "no effect")):
            with pytest.raises(StoreError, match="no run of"):
                project.find(design, scenario)


def test_the_beginning_of_an_identity_must_mean_one_run(tmp_path: Path):
    with Project(tmp_path) as project:
        begin(project)
        begin(project, seed=2)
        with pytest.raises(StoreError, match="more than one run begins with ''"):
            project.run("")
        with pytest.raises(StoreError, match="no run begins with 'nothing'"):
            project.run("nothing")
        with pytest.raises(StoreError, match="no run begins with '%'"):
            project.run("%")


def test_a_study_that_was_not_kept_is_not_there(tmp_path: Path):
    with Project(tmp_path) as project, pytest.raises(StoreError, match="no study 0123"):
        project.study_text("0123")


def test_a_deleted_run_is_gone_with_its_files(tmp_path: Path):
    with Project(tmp_path) as project:
        run = fill(project, begin(project))
        project.delete(run.identity)
        assert project.runs() == []
        assert not project.run_folder(run.identity).exists()
        assert not begin(project).complete
