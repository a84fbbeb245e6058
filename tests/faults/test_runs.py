"""The same study and seed give the same bytes, whatever the threads, the layout, and the kills in between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handful.engine.simulate import conduct_block, simulate
from handful.engine.summary import Summary, add
from handful.participants.block import Block, Layout, blocks
from handful.select.stored import rerun
from handful.store.project import Project
from tests.faults.studies import LAYOUT, PARTS, bytes_of, job, keep

KILLS = 10
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with Project(folder) as project:
        keep(project, job())
    return bytes_of(folder)


def test_an_undisturbed_run_has_all_its_parts_and_its_record(undisturbed: dict[str, bytes]) -> None:
    names = [Path(name).name for name in undisturbed]
    assert names.count("run.json") == 1
    assert sum(name.endswith(".parquet") for name in names) == PARTS


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_no_byte(threads: int, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    with Project(tmp_path) as project, ThreadPoolExecutor(threads) as executor:
        keep(project, job(), executor)
    assert bytes_of(tmp_path) == undisturbed


class Backwards(ThreadPoolExecutor):
    """Conducts the last block first, as a schedule that nobody planned may."""

    def map(self, work, blocks, **_):  # type: ignore[no-untyped-def]
        done = [work(block) for block in reversed(list(blocks))]
        return iter(reversed(done))


def test_the_order_in_which_blocks_are_conducted_changes_no_byte(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    with Project(tmp_path) as project, Backwards() as executor:
        keep(project, job(), executor)
    assert bytes_of(tmp_path) == undisturbed


@pytest.mark.parametrize("size", [1, 7, 100, 1000, 5000])
def test_blocks_of_any_size_hold_the_same_trials(size: int) -> None:
    what, trials = job(), 1000 if size > 1 else 60
    whole = conduct_block(what, Block(what.seed, 0, trials)).columns()
    pieces = [conduct_block(what, block).columns() for block in blocks(what.seed, 0, trials, size)]
    for name, column in whole.items():
        cut = np.concatenate([piece[name] for piece in pieces])
        assert cut.dtype == column.dtype
        assert cut.tobytes() == column.tobytes(), name


@pytest.mark.parametrize(
    "layout", [Layout(64, 512), Layout(1024, 1024), Layout(1024, 65536), Layout(100, 333)]
)
def test_layouts_change_no_trial_and_sums_in_their_last_digits_only(layout: Layout) -> None:
    what = replace(job(8), trials=3925)
    usual, other = (list(simulate(replace(what, layout=cut), rows=True)) for cut in (LAYOUT, layout))
    for name, column in _rows(usual).items():
        assert _rows(other)[name].tobytes() == column.tobytes(), name
    a, b = (add(part.summary for part in parts).plain() for parts in (usual, other))
    for name, value in a.items():
        if np.asarray(value).dtype.kind == "i":
            assert b[name] == value, name
        else:
            # Sums of at most 3925 numbers, in another order.
            np.testing.assert_allclose(b[name], value, rtol=3925 * 2.0**-53, atol=1e-9, err_msg=name)


def _rows(parts):  # type: ignore[no-untyped-def]
    columns = [part.trials.columns() for part in parts]
    return {name: np.concatenate([column[name] for column in columns]) for name in columns[0]}


def test_sums_survive_being_written_down() -> None:
    whole = add(part.summary for part in simulate(job(3)))
    again = Summary.from_plain(whole.plain())
    assert again.plain() == whole.plain()


@pytest.mark.parametrize("done", [1, 7, PARTS - 1])
def test_a_run_stopped_between_parts_goes_on_to_the_same_bytes(
    done: int, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    with Project(tmp_path) as project, pytest.raises(KeyboardInterrupt):
        keep(project, job(), Stopping(done))
    with Project(tmp_path) as project:
        assert project.runs()[0].parts == done
        keep(project, job())
    assert bytes_of(tmp_path) == undisturbed


class Stopping(ThreadPoolExecutor):
    """Lets so many parts be done and then stops, as Ctrl-C does."""

    def __init__(self, parts: int) -> None:
        super().__init__(1)
        self.left = parts

    def map(self, work, blocks, **_):  # type: ignore[no-untyped-def]
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return map(work, blocks)


RUNNER = """
import os, sys
from pathlib import Path
from handful.engine.simulate import conduct_block
from handful.participants.block import Block
from handful.store.project import Project
from tests.faults.studies import job, keep

what, folder = job(), Path(sys.argv[1])
conduct_block(what, Block(what.seed, 0, 1))  # loads the kernels, once for all attempts
for _ in sys.stdin:
    attempt = os.fork()
    if attempt == 0:
        with Project(folder) as project:
            keep(project, what)
        os._exit(0)
    print(attempt, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(attempt, 0)[1]), flush=True)
"""


class Runner:
    """Starts a process for every attempt at the run, from one that has imported everything."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", RUNNER, str(folder)]
        self.parent = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True, bufsize=1
        )

    def start(self) -> int:
        """Start an attempt; its process number."""
        assert self.parent.stdin is not None
        self.parent.stdin.write("go\n")
        return int(self._said())

    def end(self) -> int:
        """Wait for the attempt; its exit code."""
        return int(self._said())

    def _said(self) -> str:
        assert self.parent.stdout is not None
        return self.parent.stdout.readline()


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    one = Runner(tmp_path)
    with one.parent:
        yield one


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills are those of POSIX")
def test_kills_at_random_moments_change_no_byte_and_leave_a_store_that_can_be_read(
    runner: Runner, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    # Each attempt is killed after a random share of what is left, so that all ten are cut short and most get further.
    chance = random.Random(20261122)
    reached, seen = 0, []
    for kill in range(KILLS):
        target = reached + chance.uniform(0, 2) * (PARTS - KILLS - reached) / (KILLS - kill + 1)
        attempt = runner.start()
        _wait_for(tmp_path, target)
        time.sleep(chance.uniform(0, 0.02))
        os.kill(attempt, signal.SIGKILL)
        assert runner.end() == -signal.SIGKILL
        with Project(tmp_path) as project:
            for run in project.runs():
                assert run.parts >= reached
                reached = run.parts
                assert project.changes(run) == []
                if run.summary is not None:
                    assert project.trials(run).collect().height == run.summary["trials"] >= 1
        seen.append(reached)
    assert 0 < reached < PARTS, seen
    assert len(set(seen)) > KILLS // 2, seen
    runner.start()
    assert runner.end() == 0
    assert bytes_of(tmp_path) == undisturbed


def _wait_for(folder: Path, target: float) -> None:
    """Wait until so many part files are there; the kill then falls anywhere in the making of the next."""
    end = time.monotonic() + 120
    while sum(1 for _ in folder.glob("runs/*/part-*.parquet")) < target:
        assert time.monotonic() < end, "the run does not get on"
        time.sleep(0.0005)


def test_a_run_is_made_again_with_the_layout_it_was_made_with(tmp_path: Path) -> None:
    with Project(tmp_path) as project:
        run = keep(project, job(4))
        result = rerun(project, run.identity)
    assert result.same, result.differences
    assert "4 Parquet" in result.compared


def test_a_run_without_rows_is_taken_up_too_and_made_again(tmp_path: Path) -> None:
    with Project(tmp_path / "a") as project, pytest.raises(KeyboardInterrupt):
        keep(project, job(6), Stopping(3), rows=False)
    with Project(tmp_path / "a") as project, Project(tmp_path / "b") as whole:
        resumed, straight = keep(project, job(6), rows=False), keep(whole, job(6), rows=False)
        assert resumed == straight
        assert rerun(project, resumed.identity).same
    assert not (tmp_path / "a" / "runs").exists()
