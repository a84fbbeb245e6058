"""`handful compare`: what it writes, prints and refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.cli.small_study import STUDY


def test_the_folder_holds_the_report_the_figures_the_study_and_the_runs(compared):
    assert (compared / "report.html").read_text(encoding="utf-8").startswith("<!")
    assert (compared / "study.yaml").read_text(encoding="utf-8") == STUDY
    assert json.loads((compared / "comparison.json").read_text(encoding="utf-8"))["title"] == "A first study"
    assert (compared / "handful.sqlite").is_file()
    assert list((compared / "runs").glob("*/run.json"))


def test_the_answer_the_table_and_the_place_of_the_report_are_printed(run, study):
    result = run("compare", study)
    assert result.exit_code == 0
    assert "Take “" in result.stdout
    assert "Type I error" in result.stdout
    assert "exact" in result.stdout
    assert "simulated" in result.stdout
    report = study.with_name("study-results") / "report.html"
    assert result.stdout.splitlines()[-1] == f"Report: {report}"
    assert report.is_file()


def test_every_number_of_the_table_says_how_it_was_obtained(run, study):
    table = run("compare", study).stdout.split("Why, design by design")[0].split("Type I error")[-1]
    numbers = sum(line.count("%") - line.count("± ") for line in table.splitlines() if "±" not in line)
    assert numbers == 4  # two error rates and two powers
    assert (
        table.count("exact") + table.count("simulated") == 4 + 2 * 3
    )  # and participants, months, people helped


def test_the_same_study_gives_the_same_bytes_whatever_the_threads(run, study, compared, tmp_path):
    assert run("compare", study, "--out", tmp_path / "again", "--threads", "2").exit_code == 0
    names = ["comparison.json", "report.html", "study.yaml"]
    names += [str(path.relative_to(compared)) for path in compared.glob("runs/*/*")]
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (compared / name).read_bytes(), name


def test_runs_that_are_kept_are_not_made_again(run, study, monkeypatch):
    assert run("compare", study).exit_code == 0
    before = (study.with_name("study-results") / "comparison.json").read_bytes()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("simulated again")

    monkeypatch.setattr("handful.engine.simulate.simulate_part", refuse)
    assert run("compare", study).exit_code == 0
    assert (study.with_name("study-results") / "comparison.json").read_bytes() == before


def test_other_trials_and_seed_are_used_and_said_in_the_kept_study(run, study, tmp_path):
    assert run("compare", study, "--out", tmp_path / "out", "--trials", "100", "--seed", "9").exit_code == 0
    provenance = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))["provenance"]
    assert (provenance["trials"], provenance["seed"]) == (100, 9)
    first, *rest = (tmp_path / "out" / "study.yaml").read_text(encoding="utf-8").splitlines()
    assert first == "# Compared with trials: 100, seed: 9, whatever is written below."
    assert "\n".join(rest) + "\n" == STUDY


def test_a_wrong_study_ends_with_its_line_and_writes_nothing(run, study, tmp_path):
    study.write_text(STUDY.replace("participants: 16", "participants: many"), encoding="utf-8")
    result = run("compare", study, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "line 10, designs > single arm > participants" in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_design_that_cannot_be_conducted_is_named_before_anything_is_written(run, study, tmp_path):
    text = STUDY.replace("kind: binary", "kind: ordinal, categories: [worse, same, better]")
    text = text.replace("untreated: 20%, effect: 0", "untreated: [0.3, 0.4, 0.3], odds ratio: 1")
    text = text.replace("effect: 0.5", "odds ratio: 3").replace("analysis: fisher", "analysis: mann-whitney")
    text = text.replace("untreated: [0.3, 0.4, 0.3]", "untreated: [0.5, 0.5]")
    text = "\n".join(line for line in text.splitlines() if "single arm" not in line)
    study.write_text(text, encoding="utf-8")
    result = run("compare", study, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "probabilities" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_other_things_is_left_alone_unless_forced(run, study, tmp_path):
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work")
    refused = run("compare", study, "--out", other)
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert [path.name for path in other.iterdir()] == ["chapter.txt"]
    assert run("compare", study, "--out", other, "--force").exit_code == 0
    assert (other / "chapter.txt").read_text() == "years of work"


def test_the_results_of_another_study_are_left_alone_unless_forced(run, study, compared, tmp_path):
    assert run("compare", study, "--out", tmp_path / "out").exit_code == 0
    study.write_text(STUDY.replace("A first study", "A second study"), encoding="utf-8")
    refused = run("compare", study, "--out", tmp_path / "out")
    assert refused.exit_code == 2
    assert "A first study" in refused.stderr
    assert run("compare", study, "--out", tmp_path / "out", "--force").exit_code == 0


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_an_out_that_cannot_be_a_folder_ends_with_one_message(run, study, tmp_path, place):
    (tmp_path / "file").write_text("x")
    result = run("compare", study, "--out", tmp_path / place)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert str(tmp_path / "file") in result.stderr


def test_interrupting_is_clean_and_the_same_command_goes_on(study, tmp_path):
    study.write_text(STUDY.replace("trials: 300", "trials: 20_000_000".replace("_", "")), encoding="utf-8")
    command = [sys.executable, "-m", "handful", "compare", str(study), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    index = tmp_path / "out" / "runs"
    deadline = time.monotonic() + 60
    while not list(index.glob("*/part-*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr.splitlines()[-1] == "Stopped; what is done is kept. Run the same command again to go on."
    assert "Traceback" not in stderr
    assert list(index.glob("*/part-*.parquet"))
    assert not list(Path(tmp_path / "out").rglob("*.tmp"))


def test_output_to_a_file_has_no_colour_and_full_sentences(study):
    environment = {
        name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")
    }
    command = [sys.executable, "-m", "handful", "compare", str(study)]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert "\x1b" not in result.stdout + result.stderr
