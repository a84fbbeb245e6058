"""Two runs beside each other: differences with the error that common participants leave."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from handful.engine.simulate import Job, conduct_block
from handful.participants.block import Block
from handful.select.kept import KeptRun, kept_job, read_run
from handful.select.pairing import Paired, pair, record_differences
from handful.select.stored import Stored
from handful.store.project import Project, StoredRun, StoreError
from handful.study.loading import loads

TEXT = """
title: Pairs
population: {prevalence: 900}
endpoint: {name: score, kind: continuous, known after: 6 months}
recruitment: {rate: 2 per month}
scenarios:
  nothing: {untreated: {mean: 0, sd: 1}, effect: 0}
  hoped for: {untreated: {mean: 0, sd: 1}, effect: 0.8}
designs:
  small: {kind: randomised, participants: 30}
  large: {kind: randomised, participants: 40}
compute: {trials: 800, seed: 9, rows: ROWS}
"""
TRIALS = 800


def sides(folder: Path, rows: str, *runs: tuple[str, str]) -> tuple[Project, list[KeptRun]]:
    study = loads(TEXT.replace("ROWS", rows))
    project = Project(folder)
    project.keep_study(TEXT, study.digest())
    for design, scenario in runs:
        job = Job(study.plan(design), study.scenario(scenario), study.compute.seed, TRIALS)
        Stored(project, study).run(job, design, scenario, declared=True)
    return project, [read_run(project.find(*run)) for run in runs]


def named(figures: tuple[Paired, ...]) -> dict[str, Paired]:
    return {figure.name: figure for figure in figures}


@pytest.mark.parametrize("rows", ["declared", "none"])
def test_differences_are_those_of_the_same_trials(tmp_path: Path, rows: str) -> None:
    project, (small, large) = sides(tmp_path, rows, ("small", "hoped for"), ("large", "hoped for"))
    with project:
        told = pair(project, small, large)
    assert (told.trials, told.common) == (TRIALS, True)
    one, two = (conduct_block(side.job, Block(9, 0, TRIALS)) for side in (small, large))
    gap = two.success.astype(float) - one.success
    claims = named(told.figures)["Claims benefit"]
    assert claims.difference.value == pytest.approx(gap.mean(), abs=1e-12)
    assert claims.difference.error == pytest.approx(gap.std(ddof=1) / math.sqrt(TRIALS), rel=1e-12)
    assert claims.first.value is not None
    assert claims.second.value is not None
    assert claims.difference.value == pytest.approx(claims.second.value - claims.first.value, abs=1e-12)
    assert claims.first.error is not None
    assert claims.second.error is not None
    # What they have in common cancels.
    assert claims.difference.error < 0.9 * math.hypot(claims.first.error, claims.second.error)
    bias = named(told.figures)["Bias of the estimate"]
    assert bias.difference.value == pytest.approx(np.mean(two.estimate - one.estimate), abs=1e-12)
    assert ("design.participants", "30", "40") in told.differences
    assert len(told.differences) == 1


def test_a_share_that_differs_in_no_trial_is_not_known_for_certain(tmp_path: Path) -> None:
    project, (small, again) = sides(tmp_path, "declared", ("small", "hoped for"), ("small", "hoped for"))
    with project:
        told = pair(project, small, again)
    assert told.differences == ()
    claims = named(told.figures)["Claims benefit"].difference
    assert claims.value == 0
    assert claims.error == pytest.approx(1 / TRIALS)
    assert "Runs out of participants" not in named(told.figures)


def test_runs_in_two_scenarios_have_no_participants_in_common(tmp_path: Path) -> None:
    project, (null, hoped) = sides(tmp_path, "declared", ("small", "nothing"), ("small", "hoped for"))
    with project:
        told = pair(project, null, hoped)
    assert not told.common
    assert {field.split(".")[0] for field, _, _ in told.differences} == {"scenario"}


def test_fields_of_lists_and_missing_ones_are_told() -> None:
    assert record_differences(
        {"a": [{"b": 1}, {"b": 2}], "c": True}, {"a": [{"b": 1}, {"b": 3}], "d": []}
    ) == (("a.2.b", "2", "3"), ("c", "yes", ""), ("d", "", "none"))


def test_a_record_that_this_release_cannot_read_is_refused_in_a_sentence() -> None:
    run = StoredRun("0" * 16, "s", "d", "c", {"handful": "9.9", "design": {"kind": "unheard of"}}, rows=False)
    with pytest.raises(StoreError, match=r"made by handful 9\.9, and this release cannot read"):
        kept_job(run)
    with pytest.raises(StoreError, match="nothing of run"):
        read_run(run)
