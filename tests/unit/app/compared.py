"""A folder with a study that was compared, with hostile words in it, and the names of its runs."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from handful.report.folder import ResultsFolder, results_folder
from handful.store.project import Project
from handful.study.file import StudyFile

HOSTILE = '=1+1<script>alert("x")</script>&{{7*7}}'
DESIGN = "looks <img src=x onerror=alert(1)>"
STUDY = f"""\
title: '{HOSTILE}'
disease: '=cmd|calc'
note: <b>bold</b>
population: {{prevalence: 900}}
endpoint: {{name: '=2+2 <i>response</i>', kind: binary, known after: 6 months}}
recruitment: {{rate: 2 per month, dropout: 5% per year}}
product: {{manufacturing failure: 10%, waiting time: 2 months}}
scenarios:
  nothing: {{untreated: 20%, effect: 0, note: '@SUM(1) <u>x</u>'}}
  hoped for: {{base: nothing, effect: 0.5}}
designs:
  single arm: {{kind: single arm, participants: 16, benchmark: 20%}}
  '{DESIGN}': {{kind: group sequential, participants: 24, futility: {{}}}}
compute: {{trials: 300, seed: 5}}
"""
BEFORE = STUDY.replace("participants: 16", "participants: 14")
"""The version of the study that was compared first."""


@cache
def _once(twice: bool) -> Path:
    """The folder, compared once for all tests of a process."""
    folder = Path(mkdtemp(prefix="handful-compared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    study = folder / "hard.yaml"
    for text in (BEFORE, STUDY) if twice else (STUDY,):
        study.write_text(text, encoding="utf-8")
        ResultsFolder(results_folder(study)).fill(StudyFile.read(study), threads=1)
    return folder


def put_compared(folder: Path, *, twice: bool = False) -> None:
    """Put study `hard` with its results into a folder, of two versions one after the other if so wished."""
    shutil.copytree(_once(twice), folder, dirs_exist_ok=True)


def run_named(folder: Path, design: str, scenario: str) -> str:
    """Identity of a run of study `hard`."""
    with Project(folder / "hard-results") as project:
        return project.find(design, scenario).identity
