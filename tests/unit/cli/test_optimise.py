"""`handful optimise`: what it writes, prints and refuses, and that a stopped search goes on."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import handful as hf
from handful.cli.verbs import app
from handful.store.shelf import SHELF
from tests.unit.cli.small_study import STUDY

SEARCH = ("--design", "randomised", "--over", "participants=28..44 by 4")


@pytest.fixture(scope="module", name="searched")
def searched_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a search that was made once for all tests that only read it, and what was printed."""
    folder = tmp_path_factory.mktemp("searched")
    file = folder / "study.yaml"
    file.write_text(STUDY, encoding="utf-8")
    result = CliRunner(env={"COLUMNS": None}).invoke(app, ["optimise", str(file), *SEARCH, "--threads", "1"])
    assert result.exit_code == 0, result.stderr
    return folder / "study-results", result.stdout


def test_the_folder_holds_the_page_the_figures_the_study_and_what_was_searched(searched: tuple[Path, str]):
    folder, _ = searched
    assert (folder / "optimisation.html").read_text(encoding="utf-8").startswith("<!")
    assert json.loads((folder / "optimisation.json").read_text(encoding="utf-8"))["title"] == "A first study"
    assert (folder / "study.yaml").read_text(encoding="utf-8") == STUDY
    assert (folder / SHELF).is_file()


def test_the_answer_the_curve_the_design_and_the_place_of_the_page_are_printed(searched: tuple[Path, str]):
    folder, printed = searched
    assert printed.startswith("Take “randomised”")
    assert "Type I error" in printed
    assert "exact" in printed
    assert "simulated" in printed
    assert printed.splitlines()[-1] == f"Report: {folder / 'optimisation.html'}"


def test_what_is_printed_can_be_pasted_and_then_compares_as_was_said(searched: tuple[Path, str]):
    folder, printed = searched
    pasted = printed.split("designs:\n")[1].split("\n\n")[0]
    study = hf.loads(STUDY.replace("designs:\n", f"designs:\n{pasted}\n"))
    found = json.loads((folder / "optimisation.json").read_text(encoding="utf-8"))
    cell = hf.compare(study).cell("randomised, optimised", "hoped for")
    assert cell.success.model_dump() == found["chosen"]["power"]
    assert cell.months is not None
    assert cell.months.mean.model_dump() == found["chosen"]["months"]


def test_json_is_all_that_is_printed_when_asked_for(run: Any, study: Path, searched: tuple[Path, str]):
    result = run("optimise", study, *SEARCH, "--json")
    assert result.exit_code == 0
    folder, _ = searched
    assert json.loads(result.stdout) == json.loads((folder / "optimisation.json").read_text(encoding="utf-8"))


def test_the_same_study_gives_the_same_bytes_whatever_the_threads(
    run: Any, study: Path, searched: tuple[Path, str], tmp_path: Path
):
    assert run("optimise", study, *SEARCH, "--out", tmp_path / "again", "--threads", "2").exit_code == 0
    for name in ("optimisation.json", "optimisation.html", "study.yaml"):
        assert (tmp_path / "again" / name).read_bytes() == (searched[0] / name).read_bytes(), name


def test_what_is_done_is_not_done_again(run: Any, study: Path, monkeypatch: pytest.MonkeyPatch):
    assert run("optimise", study, *SEARCH).exit_code == 0

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("simulated again")

    monkeypatch.setattr("handful.engine.simulate.simulate_part", refuse)
    monkeypatch.setattr("handful.select.optimise.sample.conduct_block", refuse)
    assert run("optimise", study, *SEARCH).exit_code == 0


def test_the_runs_of_a_comparison_and_of_a_search_lie_in_one_folder(run: Any, study: Path):
    assert run("compare", study).exit_code == 0
    assert run("optimise", study, *SEARCH).exit_code == 0
    folder = study.with_name("study-results")
    assert (folder / "report.html").is_file()
    listed = run("runs", "--project", folder).stdout
    assert "randomised: participants 28" in " ".join(listed.split())
    assert run("compare", study).exit_code == 0


def test_the_section_of_the_study_says_what_is_searched(run: Any, study: Path):
    study.write_text(STUDY + "optimise: {single arm: {participants: 14..18}}\n", encoding="utf-8")
    found = json.loads(run("optimise", study, "--json").stdout)
    assert found["searched"] == [{"design": "single arm", "fields": {"participants": [14, 15, 16, 17, 18]}}]
    # On the command line a single value stands for itself.
    found = json.loads(
        run("optimise", study, "--over", "looks=[[50%, 100%]]", "--over", "spending=pocock", "--json").stdout
    )
    fields = found["searched"][0]["fields"]
    assert set(fields) == {"participants", "looks", "spending"}
    assert fields["spending"] == ["pocock"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--design", "randomized"], 'design: found "randomized", wanted the name of a design'),
        (["--over", "participants=20..30"], "over: found 2 designs to search, wanted the name of one"),
        (
            ["--design", "randomised", "--over", "participants"],
            'found "participants", wanted a field such as',
        ),
        (["--design", "randomised", "--over", "participants=20..10"], "an end that is not below the start"),
        (["--design", "randomised", "--over", "partcipants=20..30"], 'did you mean "participants"?'),
        (["--design", "randomised", "--over", "participants=some"], "wanted a whole number of at least 1"),
        (["--design", "randomised", "--over", "participants=[1, 2"], "participants: found"),
        (
            ["--design", "randomised", "--over", "participants=2..1001", "--over", "alpha=0.1%..30% by 0.1%"],
            "combinations",
        ),
        (["--design", "single arm", "--over", "looks=[[50%]]"], "no combination that can be planned"),
        (["--trials", "0"], "--trials"),
    ],
)
def test_wrong_input_ends_with_one_message_and_exit_code_2(
    run: Any, study: Path, tmp_path: Path, arguments: list[str], said: str
):
    result = run("optimise", study, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_wrong_section_ends_with_its_line_and_writes_nothing(run: Any, study: Path, tmp_path: Path):
    study.write_text(STUDY + "optimise: {single arm: {participants: 0..18}}\n", encoding="utf-8")
    result = run("optimise", study, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "line 14, optimise > single arm > participants" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_other_things_is_left_alone(run: Any, study: Path, tmp_path: Path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    refused = run("optimise", study, *SEARCH, "--out", tmp_path / "thesis")
    assert refused.exit_code == 2
    assert "--force" in refused.stderr


def test_the_results_of_another_study_are_left_alone(run: Any, study: Path, tmp_path: Path):
    assert run("optimise", study, *SEARCH, "--out", tmp_path / "out").exit_code == 0
    study.write_text(STUDY.replace("A first study", "A second study"), encoding="utf-8")
    refused = run("optimise", study, *SEARCH, "--out", tmp_path / "out")
    assert refused.exit_code == 2
    assert "A first study" in refused.stderr


def begun(out: Path) -> bool:
    """Whether the first run of the best design has a part that is done."""
    if not (out / "handful.sqlite").is_file():
        return False
    with sqlite3.connect(out / "handful.sqlite") as index:
        tables = index.execute("SELECT count(*) FROM sqlite_master WHERE name = 'runs'").fetchone()[0]
        return bool(tables and index.execute("SELECT count(*) FROM runs WHERE parts > 0").fetchone()[0])


def test_interrupting_is_clean_and_the_same_command_goes_on(study: Path, tmp_path: Path):
    # Enough trials of the best design for the signal to come while it is judged.
    study.write_text(STUDY.replace("trials: 300", "trials: 30000000"), encoding="utf-8")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "handful", "optimise", str(study), "--out", str(out), *SEARCH]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not begun(out) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert stdout == ""
    assert stderr.splitlines()[-1] == "Stopped; what is done is kept. Run the same command again to go on."
    assert "Traceback" not in stderr
    assert not (out / "optimisation.json").exists()

    # The same search with fewer trials takes up what it can and ends.
    fewer = [*command, "--trials", "500", "--json"]
    again = subprocess.run(fewer, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    afresh = subprocess.run(
        [*command[:6], str(tmp_path / "afresh"), *SEARCH, "--trials", "500", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(again.stdout) == json.loads(afresh.stdout)
