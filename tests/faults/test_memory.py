"""Memory does not grow with the number of trials, and no trial is further away than another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from handful.engine.replay import replay
from handful.engine.simulate import conduct_block
from handful.participants.block import Block
from handful.scenarios import base
from tests.faults.studies import job

ROOT = Path(__file__).parents[2]

FEW, MANY = 100_000, 2_000_000
ROW = 48
"""Bytes of one trial: four bytes, three counts of four and four numbers of eight."""
BOUND = (MANY - FEW) * ROW // 4
"""A quarter of what the rows of the further trials would take (22 MB); what is not kept is well below it."""

GROWTH = """
import resource, sys
from handful.engine.simulate import simulate
from handful.engine.summary import add
from handful.select.stored import carry_on, record_of
from handful.store.project import Project
from handful.engine.simulate import Job
from handful.study.loading import loads

study = loads('''
title: Memory
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios: {hoped for: {untreated: 20%, treated: 60%}}
designs: {cheap: {kind: single arm, participants: 3, benchmark: 20%}}
''')

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

def work(trials):
    job = Job(study.plan("cheap"), study.scenario("hoped for"), 1, trials)
    if len(sys.argv) == 1:
        assert add(part.summary for part in simulate(job)).trials == trials
        return
    with Project(sys.argv[1]) as project:
        project.keep_study("", study.digest())
        record = record_of(job, study.design("cheap"), study.question)
        run = project.begin(record, study=study.digest(), design="cheap", scenario="hoped for", rows=True)
        assert carry_on(project, run, job).summary["trials"] == trials

few, many = FEW, MANY
work(few)
before = peak()
work(many)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is read from the POSIX resource module")
@pytest.mark.parametrize("kept", [False, True])
def test_many_trials_take_the_memory_of_few(kept: bool, tmp_path: Path) -> None:
    program = GROWTH.replace("FEW", str(FEW)).replace("MANY", str(MANY))
    command = [sys.executable, "-c", program, *([str(tmp_path)] if kept else [])]
    grown = int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    assert grown < BOUND, f"{grown / 2**20:.0f} MiB more for {MANY:,} trials than for {FEW:,}"


def test_what_the_bound_of_memory_is_made_of_is_the_size_of_a_row() -> None:
    what = job(1)
    columns = conduct_block(what, Block(what.seed, 0, 100)).columns()
    assert sum(column.nbytes for column in columns.values()) == 100 * ROW


FAR = 9_999_999


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many random numbers each call to a stream gave."""
    numbers: list[int] = []
    plain = base.drawn

    def counted(*address, **more):  # type: ignore[no-untyped-def]
        array = plain(*address, **more)
        numbers.append(array.size)
        return array

    monkeypatch.setattr(base, "drawn", counted)
    return numbers


def test_the_replay_of_a_far_trial_draws_as_many_numbers_as_that_of_the_first(drawn: list[int]) -> None:
    what = job(1)
    replay(what, 0)
    near = list(drawn)
    drawn.clear()
    replay(what, FAR)
    assert drawn == near
    # A few numbers for each participant of one trial: their arrival, loss, outcome ...
    assert 0 < sum(near) <= 20 * what.plan.participants


@pytest.mark.parametrize("trial", [0, FAR])
def test_a_replayed_trial_is_the_one_of_its_block(trial: int) -> None:
    what = job(1)
    first = max(0, trial - 50)
    block = conduct_block(what, Block(what.seed, first, 100))
    story, place = replay(what, trial), trial - first
    assert story.success == bool(block.success[place])
    assert len(story.looks) == int(block.look[place]) + 1
    assert len(story.participants) == int(block.enrolled[place])
    assert story.months == block.month[place]
    np.testing.assert_array_equal(
        story.estimate, [block.estimate[place], block.lower[place], block.upper[place]]
    )
