"""Trials are found by how they ended, the same in stored rows and by conducting them again."""

from __future__ import annotations

from dataclasses import replace as changed
from pathlib import Path

import numpy as np
import pytest

from handful.engine.simulate import Job, conduct_block
from handful.engine.truth import Truth
from handful.participants.block import Block
from handful.select.endings import ENDINGS, endings_of, find_trial
from handful.select.stored import Stored, job_of
from handful.store.project import Project, StoredRun
from handful.study.loading import loads

TEXT = """
title: Endings
population: {prevalence: 900}
endpoint: {name: response, kind: binary, known after: 6 months}
recruitment: {rate: 2 per month, pool: 30, new cases: 0.2 per month, until: 36 months}
scenarios:
  nothing: {untreated: 30%, effect: 0}
  hoped for: {untreated: 20%, effect: 0.4}
  one works: {untreated: 20%, effect: 0, arm effects: [0, 0.5]}
designs:
  looks: {kind: group sequential, participants: 40, looks: [50%, 100%], futility: {}, sided: 2}
  arms: {kind: drop the losers, participants: 30, arms: [low, high]}
compute: {trials: 600, seed: 9, rows: ROWS}
"""
TRIALS = 600


def kept(folder: Path, design: str, scenario: str, rows: str) -> tuple[Project, StoredRun, Job]:
    study = loads(TEXT.replace("ROWS", rows))
    project = Project(folder)
    project.keep_study(TEXT, study.digest())
    job = Job(study.plan(design), study.scenario(scenario), study.compute.seed, TRIALS)
    Stored(project, study).run(job, design, scenario, declared=True)
    run = project.find(design, scenario)
    return project, run, job_of(run.record)


def by_hand(job: Job, ending: str) -> list[int]:
    """Every trial that ended so, from the trials themselves."""
    trials = conduct_block(job, Block(job.seed, 0, TRIALS))
    last = job.plan.looks.number - 1
    nulls = np.asarray(Truth.of(job.plan, job.scenario).nulls)
    found = {
        "success": trials.success,
        "failure": ~trials.success & trials.finished,
        "false-claim": (trials.claims & nulls).any(axis=1),
        "stopped-early": (trials.look < last) & trials.finished,
        "stopped-for-harm": trials.harm,
        "ran-out": ~trials.finished,
    }
    return [int(k) for k in np.flatnonzero(found[ending])]


@pytest.mark.parametrize("rows", ["declared", "none"])
@pytest.mark.parametrize(
    ("design", "scenario"), [("looks", "nothing"), ("looks", "hoped for"), ("arms", "one works")]
)
def test_the_next_trial_of_every_kind_is_found(tmp_path: Path, design: str, scenario: str, rows: str) -> None:
    project, run, job = kept(tmp_path, design, scenario, rows)
    assert run.rows == (rows == "declared")
    with project:
        for ending in endings_of(job):
            wanted = by_hand(job, ending)
            for after in (-1, 0, 37, 200):
                later = next((k for k in wanted if k > after), None)
                found = find_trial(project, run, job, ending, after)
                if later is not None or run.rows:
                    assert found == later
                else:  # beyond the trials of the run others are conducted
                    assert found is None or found >= TRIALS


def test_only_what_can_occur_is_offered(tmp_path: Path) -> None:
    study = loads(TEXT.replace("ROWS", "none"))
    looks, arms = study.plan("looks"), study.plan("arms")
    told = {
        (plan is looks, name): endings_of(Job(plan, study.scenario(name), 1, 10))
        for plan in (looks, arms)
        for name in ("nothing", "one works")
        if not (plan is looks and name == "one works")
    }
    assert set(told[True, "nothing"]) == set(ENDINGS)
    assert "stopped-for-harm" not in told[False, "nothing"]
    assert "false-claim" in told[False, "one works"]
    hoped = endings_of(Job(looks, study.scenario("hoped for"), 1, 10))
    assert "false-claim" not in hoped


def test_none_is_found_where_there_is_none(tmp_path: Path) -> None:
    project, run, job = kept(tmp_path, "looks", "hoped for", "declared")
    with project:
        assert find_trial(project, run, job, "success", TRIALS - 1) is None
        assert find_trial(project, run, job, "false-claim") is None
        with pytest.raises(KeyError):
            find_trial(project, run, job, "nonsense")
        lost = changed(run, rows=False)
        assert find_trial(project, lost, job, "success", 10**12) is not None
