"""A small study, and a way to run a verb as a user does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handful.cli.verbs import app
from tests.unit.cli.small_study import STUDY


@pytest.fixture(name="study")
def small_study(tmp_path: Path) -> Path:
    file = tmp_path / "study.yaml"
    file.write_text(STUDY, encoding="utf-8")
    return file


@pytest.fixture(name="run")
def runner() -> Any:
    """Run `handful` with some arguments; the result has exit_code, stdout and stderr."""

    def invoke(*arguments: object) -> Any:
        # Whoever runs the tests may have set a width; a pipe has none.
        return CliRunner(env={"COLUMNS": None}).invoke(app, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture(scope="session", name="compared")
def compared_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a comparison that was made once for all tests that only read it."""
    folder = tmp_path_factory.mktemp("compared")
    file = folder / "study.yaml"
    file.write_text(STUDY, encoding="utf-8")
    result = CliRunner().invoke(
        app, ["compare", str(file), "--out", str(folder / "results"), "--threads", "1"]
    )
    assert result.exit_code == 0, result.stderr
    return folder / "results"
