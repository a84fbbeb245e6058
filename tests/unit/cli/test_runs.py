"""`handful runs`, `handful replay` and `handful rerun`, on a comparison that was made once."""

from __future__ import annotations

import shutil

import pytest

from handful.select.stored import job_of
from handful.store.project import Project


@pytest.fixture(name="simulated")
def one_run(compared):
    with Project(compared) as project:
        return project.find("randomised", "hoped for")


def test_runs_lists_every_run_of_the_study(run, compared):
    result = run("runs", "--project", compared)
    assert result.exit_code == 0
    with Project(compared) as project:
        for each in project.runs():
            assert each.identity in result.stdout


def test_a_trial_is_told_participant_by_participant_and_look_by_look(run, compared, simulated):
    result = run("replay", simulated.identity[:8], "--trial", "7", "--project", compared)
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    assert f"Trial 7 of “randomised” in “hoped for” (run {simulated.identity})" in told
    assert "Participant 1, enrolled in month" in told
    assert "Participant 24," in told
    assert "The analysis in month" in told
    assert "The truth in this scenario is a difference of 50 percentage points." in told


def test_what_is_told_is_what_was_simulated(run, compared, simulated):
    with Project(compared) as project:
        success = project.trials(simulated).collect()["success"].to_list()
    for trial in (success.index(True), success.index(False)):
        told = run("replay", "randomised / hoped for", "--trial", trial, "--project", compared).stdout
        assert ("with a claim of benefit" in told) == success[trial]


def test_a_trial_beyond_the_run_is_told_too(run, compared):
    assert run("replay", "randomised/hoped for", "--trial", 9_999_999, "--project", compared).exit_code == 0


def test_rerun_finds_every_byte_the_same(run, compared, simulated):
    result = run("rerun", simulated.identity, "--project", compared, "--threads", "2")
    assert result.exit_code == 0
    assert (
        result.stdout
        == f"Run {simulated.identity}: every byte is the same; compared were 1 Parquet file and the sums.\n"
    )


def test_rerun_finds_what_was_tampered_with(run, compared, simulated, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(compared, folder)
    part = next((folder / "runs" / simulated.identity).glob("part-*.parquet"))
    part.write_bytes(part.read_bytes() + b"x")
    result = run("rerun", simulated.identity, "--project", folder)
    assert result.exit_code == 1
    assert "was changed after it was stored" in result.stdout


def test_rerun_needs_no_study_file(compared, simulated):
    assert job_of(simulated.record).trials == 300


@pytest.mark.parametrize("verb", [("replay", "x", "--trial", "1"), ("rerun", "x"), ("runs",)])
def test_a_folder_without_a_comparison_is_refused_and_not_made(run, tmp_path, verb):
    result = run(*verb, "--project", tmp_path / "none")
    assert result.exit_code == 2
    assert "no folder of a comparison" in result.stderr
    assert not (tmp_path / "none").exists()


def test_the_comparison_below_is_found_by_itself(run, compared, monkeypatch):
    monkeypatch.chdir(compared.parent)
    assert run("runs").exit_code == 0
    monkeypatch.chdir(compared)
    assert run("runs").exit_code == 0


def test_two_comparisons_below_must_be_told_apart(run, compared, tmp_path, monkeypatch):
    for name in ("a", "b"):
        shutil.copytree(compared, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    result = run("runs")
    assert result.exit_code == 2
    assert "(a, b); name one with --project" in result.stderr


@pytest.mark.parametrize("name", ["zzzz", "randomised / nowhere", " "])
def test_a_run_that_is_not_there_ends_with_one_message(run, compared, name):
    result = run("rerun", name, "--project", compared)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_an_index_that_is_no_index_ends_with_one_message(run, tmp_path):
    (tmp_path / "handful.sqlite").write_text("not a database, and long enough to be looked at" * 9)
    result = run("runs", "--project", tmp_path)
    assert result.exit_code == 2
    assert str(tmp_path / "handful.sqlite") in result.stderr
    assert "to start anew" in result.stderr
