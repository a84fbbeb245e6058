"""What happens to disks and files: every misfortune ends in one sentence, and none is passed over in silence."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from handful.select.stored import rerun
from handful.store import files
from handful.store import project as projects
from handful.store.project import INDEX, Project, StoredRun, StoreError
from tests.faults.studies import begin, bytes_of, job, keep


@contextmanager
def one_sentence(*words: str) -> Iterator[None]:
    """What is raised inside is one line that holds the words and begins like a sentence with a place in it."""
    with pytest.raises(StoreError) as caught:
        yield
    said = str(caught.value)
    assert "\n" not in said
    assert 20 < len(said) < 400, said
    assert "Traceback" not in said
    for word in words:
        assert word in said, said


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, StoredRun]:
    """A folder with one complete run of three parts."""
    with Project(tmp_path) as project:
        return tmp_path, keep(project, job(3))


def settle(folder: Path) -> Path:
    """Bring everything into the one file of the index, as closing it does; the file."""
    with sqlite3.connect(folder / INDEX) as index:
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    index.close()
    return folder / INDEX


def test_an_index_truncated_anywhere_is_damaged(kept: tuple[Path, StoredRun]) -> None:
    index = settle(kept[0])
    whole = index.read_bytes()
    for size in range(100, len(whole) - 4095, 2048):  # a part of the last page may hold nothing
        index.write_bytes(whole[:size])
        with one_sentence(str(index), "is damaged", "away to start anew"), Project(kept[0]) as project:
            project.runs()
    index.write_bytes(whole)
    with Project(kept[0]) as project:
        assert project.runs() == [kept[1]]


def test_an_emptied_index_is_not_taken_for_a_new_one(kept: tuple[Path, StoredRun]) -> None:
    index = settle(kept[0])
    index.write_bytes(b"")
    before = sorted(kept[0].rglob("*.parquet"))
    with one_sentence(str(index), "it is empty, and there are runs"):
        Project(kept[0])
    assert sorted(kept[0].rglob("*.parquet")) == before != []


def test_a_lost_index_is_not_taken_for_a_new_one(kept: tuple[Path, StoredRun]) -> None:
    settle(kept[0]).unlink()
    with one_sentence("it is empty, and there are runs"):
        Project(kept[0])


def test_an_index_that_is_none_is_damaged(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("not a database, but long enough to be taken for one. " * 100)
    with one_sentence(INDEX, "is damaged"):
        Project(tmp_path)


def test_the_database_of_something_else_is_no_index(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / INDEX) as other:
        other.execute("CREATE TABLE runs (kilometres REAL)")
    other.close()
    with one_sentence(INDEX), Project(tmp_path) as project:
        project.runs()


@pytest.mark.parametrize("place", [0.25, 0.5, 0.75])
def test_flipped_bytes_in_the_index_are_found(kept: tuple[Path, StoredRun], place: float) -> None:
    index = settle(kept[0])
    content = bytearray(index.read_bytes())
    at = int(place * len(content))
    content[at : at + 64] = bytes(255 - byte for byte in content[at : at + 64])
    index.write_bytes(bytes(content))
    with one_sentence(str(kept[0])), Project(kept[0]) as project:
        for run in project.runs():
            project.study_text(run.study)


def test_an_index_of_a_newer_release_is_left_alone(kept: tuple[Path, StoredRun]) -> None:
    with sqlite3.connect(kept[0] / INDEX) as index:
        index.execute(f"PRAGMA user_version = {projects.SCHEMA + 1}")
    index.close()
    with one_sentence("newer release"):
        Project(kept[0])


def test_a_locked_index_is_in_use(kept: tuple[Path, StoredRun], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects, "PATIENCE", 0.05)
    holder = sqlite3.connect(kept[0] / INDEX, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with one_sentence("in use by another process"), Project(kept[0]) as project:
            begin(project, job(2))
    finally:
        holder.close()
    with Project(kept[0]) as project:
        assert keep(project, job(3)) == kept[1]


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Not as root, whom permissions do not stop."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are those of POSIX")
@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_cannot_be_written_says_so(there: bool) -> None:
    # Not in tmp_path, into which only its owner can look.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if there:
            with Project(folder) as project:
                keep(project, job(1))
        folder.chmod(0o555)
        try:
            with as_somebody_else(), one_sentence(name, "cannot be"), Project(folder) as project:
                begin(project, job(2))
        finally:
            folder.chmod(0o755)


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with one_sentence("file", "cannot be used"):
        Project(tmp_path / "file" / "project")


@pytest.mark.parametrize("parts", [0, 2])
def test_a_full_disk_says_so_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    written = 0

    def full(handle: int) -> None:
        nonlocal written
        written += 1
        if written > 2 * parts:  # the file and its folder, for each part
            raise OSError(errno.ENOSPC, "No space left on device")

    with Project(tmp_path) as project:
        with monkeypatch.context() as patch:
            patch.setattr(files.os, "fsync", full)
            with one_sentence(str(tmp_path), "is full", "what is done is kept"):
                keep(project, job(4))
        assert project.runs()[0].parts == parts
        assert len(list(tmp_path.rglob("part-*"))) == parts
        assert list(tmp_path.rglob("*.tmp")) == []
        keep(project, job(4))
    assert bytes_of(tmp_path) == _undisturbed(tmp_path / "undisturbed")


def _undisturbed(folder: Path) -> dict[str, bytes]:
    with Project(folder) as project:
        keep(project, job(4))
    return bytes_of(folder)


def test_an_index_that_cannot_grow_says_that_the_disk_is_full(tmp_path: Path) -> None:
    with Project(tmp_path) as project:
        pages = project._index.execute("PRAGMA page_count").fetchone()[0]
        project._index.execute(f"PRAGMA max_page_count = {pages}")
        with one_sentence("is full"):
            keep(project, job(4))
        project._index.execute("PRAGMA max_page_count = 100000")
        keep(project, job(4))
    assert bytes_of(tmp_path) == _undisturbed(tmp_path / "undisturbed")


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / INDEX) as index:
        index.execute(statement)
    index.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET summary = replace(summary, '\"unfinished\":0', '\"unfinished\":1')",
        "UPDATE runs SET record = replace(record, '\"seed\":20261122', '\"seed\":1')",
        "UPDATE runs SET design = 'fixed'",
        "UPDATE runs SET scenario = 'nothing'",
        "UPDATE runs SET complete = 0",
        "UPDATE runs SET parts = parts - 1",
        "UPDATE runs SET rows = 0",
        "UPDATE runs SET digests = '[]'",
        "UPDATE runs SET seal = ''",
    ],
)
def test_a_run_changed_in_the_index_is_recognised_when_it_is_read(
    kept: tuple[Path, StoredRun], statement: str
) -> None:
    change(kept[0], statement)
    with Project(kept[0]) as project:
        for read in (
            lambda: project.run(kept[1].identity),
            lambda: project.runs(),
            lambda: begin(project, job(3)),
            lambda: rerun(project, kept[1].identity),
        ):
            with one_sentence(kept[1].identity, "was changed after it was stored"):
                read()


def test_a_changed_study_is_recognised_when_it_is_read(kept: tuple[Path, StoredRun]) -> None:
    change(kept[0], "UPDATE studies SET text = replace(text, '20%', '30%')")
    with Project(kept[0]) as project, one_sentence("was changed after it was kept"):
        project.study_text(kept[1].study)


def test_a_changed_part_is_recognised_when_it_is_read_and_when_it_is_made_again(
    kept: tuple[Path, StoredRun],
) -> None:
    folder, run = kept
    part = folder / "runs" / run.identity / "part-00001.parquet"
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(bytes(content))
    with Project(folder) as project:
        with one_sentence("part-00001.parquet was changed"):
            project.trials(run)
        result = rerun(project, run.identity)
    assert not result.same
    assert result.differences == ("part-00001.parquet was changed after it was stored",)


def test_a_changed_record_beside_the_parts_is_recognised(kept: tuple[Path, StoredRun]) -> None:
    folder, run = kept
    whole = folder / "runs" / run.identity / "run.json"
    whole.write_text(whole.read_text().replace('"unfinished": 0', '"unfinished": 1'))
    with Project(folder) as project:
        with one_sentence("run.json was changed"):
            project.trials(run)
        assert not rerun(project, run.identity).same


def test_a_missing_part_is_said_and_comparing_again_makes_it_anew(kept: tuple[Path, StoredRun]) -> None:
    folder, run = kept
    before = bytes_of(folder)
    (folder / "runs" / run.identity / "part-00002.parquet").unlink()
    with Project(folder) as project:
        with one_sentence("part-00002.parquet is missing"):
            project.trials(run)
        assert keep(project, job(3)) == run
    assert bytes_of(folder) == before


def test_a_run_of_other_bytes_is_not_the_same(kept: tuple[Path, StoredRun]) -> None:
    # The same record with the trials of another seed: sealed as it should be, and still not what the record makes.
    folder, run = kept
    other = job(3)
    record = run.record | {"seed": 7}
    with Project(folder) as project:
        project._index.execute("DELETE FROM runs")
        wrong = project.begin(record, study=run.study, design=run.design, scenario=run.scenario, rows=True)
        from handful.select.stored import carry_on

        wrong = carry_on(project, wrong, other)
        result = rerun(project, wrong.identity)
    assert not result.same
    assert "the sums over all trials differ" in result.differences
    assert {"part 0 differs", "part 1 differs", "part 2 differs"} <= set(result.differences)


def test_an_incomplete_run_is_not_made_again(tmp_path: Path) -> None:
    with Project(tmp_path) as project:
        run = begin(project, job(3))
        with one_sentence("is not complete"):
            rerun(project, run.identity)


def test_two_processes_on_one_run_do_not_mix(tmp_path: Path) -> None:
    with Project(tmp_path) as one, Project(tmp_path) as other:
        mine, theirs = begin(one, job(3)), begin(other, job(3))
        one.add_part(mine, None, {"trials": 1})
        with one_sentence("carried on by another process"):
            other.add_part(theirs, None, {"trials": 2})
        assert one.run(mine.identity).summary == {"trials": 1}
