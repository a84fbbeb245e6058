"""The command as a whole: what it costs, and how it ends when something goes wrong."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"numba", "numpy", "scipy", "polars", "pydantic", "rich", "ruamel.yaml", "altair", "jinja2"}


def handful(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "handful", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


def test_help_lists_every_verb_and_costs_next_to_nothing():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = handful("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result.returncode == 0
    for verb in (
        "new",
        "check",
        "compare",
        "replay",
        "rerun",
        "runs",
        "design",
        "families",
        "analyses",
        "scenarios",
    ):
        assert f"\n  {verb} " in result.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom handful.cli.verbs import app\n"
        "try: app(['--help'], prog_name='handful')\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(result.stderr.split())


@pytest.mark.parametrize("verb", ["new", "check", "compare", "replay", "rerun", "runs", "design", "families"])
def test_every_verb_has_help(run, verb):
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_version(run):
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("handful 0.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("compre", "x"), "compre"),
        (("compare",), "STUDY.YAML"),
        (("compare", "x", "--trails", "9"), "--trails"),
    ],
)
def test_a_wrong_command_ends_with_two_lines(run, arguments, said):
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "--help` says what is possible" in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_a_mistake_of_ours_ends_with_a_report_and_no_traceback(run, study, monkeypatch, tmp_path):
    def broken(*_: object) -> None:
        raise RuntimeError("the wheel came off")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("handful.select.explain.explain", broken)
    result = run("check", study)
    assert result.exit_code == 70
    assert "RuntimeError: the wheel came off" in result.stderr
    assert "Traceback" not in result.stderr
    report = next(tmp_path.glob("handful-report-*.txt"))
    assert str(report) in result.stderr
    assert "Traceback" in report.read_text(encoding="utf-8")


def test_the_traceback_is_shown_when_asked_for(run, study, monkeypatch, tmp_path):
    monkeypatch.setenv("HANDFUL_DEBUG", "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("handful.select.explain.explain", lambda study: 1 / 0)
    assert "Traceback" in run("check", study).stderr


def test_interrupting_any_verb_ends_with_130(run, study, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("handful.select.explain.explain", interrupted)
    result = run("check", study)
    assert (result.exit_code, result.stderr) == (130, "Stopped.\n")


def test_a_reader_that_goes_away_is_no_error():
    command = f"{sys.executable} -m handful check --schema | head -c 10; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert result.stdout.endswith("141\n")
    assert result.stderr == ""


def test_no_color_is_honoured_even_when_colour_is_forced_by_a_terminal(study: Path):
    assert "\x1b" not in handful("check", str(study), NO_COLOR="1").stdout
    assert "\x1b" not in handful("check", str(study)).stdout
