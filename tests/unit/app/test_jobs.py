"""Work in the background: begun once, seen by everybody, stopped when asked, and begun again when its worker dies."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handful.app.jobs import LOCK, LOG, MOST_STARTS, STATE, Jobs, Work, read_work, write_work
from handful.app.workspace import StudyPlace, Workspace
from handful.store.lock import Lock, held
from handful.store.project import StoreError


@pytest.fixture(name="place")
def place_of_small(folder: Path) -> StudyPlace:
    return Workspace(folder).study("small")


@pytest.fixture(name="jobs")
def jobs_that_are_stopped(place: StudyPlace) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.cancel(place)


def seen(jobs: Jobs, place: StudyPlace, until: Callable[[Work], bool], seconds: float = 60) -> Work:
    """Look until the work is as it should be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work = jobs.look(place)
        if work is not None and until(work):
            return work
        time.sleep(0.05)
    raise AssertionError(f"still {jobs.look(place)}")


def test_a_comparison_runs_to_its_end_and_a_second_start_joins_it(jobs: Jobs, place: StudyPlace) -> None:
    assert jobs.look(place) is None
    first = jobs.start(place)
    assert first.active
    child = jobs._children[place.results]
    assert jobs.start(place).active
    assert jobs._children[place.results] is child
    done = seen(jobs, place, lambda work: not work.active)
    assert (done.state, done.message) == ("done", "")
    assert done.done == done.total > 0
    assert place.compared
    assert child.wait(60) == 0  # its last word comes before it leaves
    assert not held(place.results / LOCK)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: small\ndesigns: 1\nscenarios: 2\n", "line 2, designs"),
        (None, "benchmark"),
    ],
)
def test_what_is_wrong_with_a_study_is_said_with_its_line(
    jobs: Jobs, place: StudyPlace, text: str | None, said: str
) -> None:
    study = place.file.read_text()
    place.file.write_text(text or study.replace("benchmark: 20%", "benchmark: 120%"))
    jobs.start(place)
    failed = seen(jobs, place, lambda work: not work.active)
    assert failed.state == "failed"
    assert said in failed.message
    assert f"{place.file.name}, line " in failed.message
    assert str(place.file.parent) not in failed.message


def test_cancelled_work_stays_cancelled_until_it_is_started_again(jobs: Jobs, place: StudyPlace) -> None:
    place.file.write_text(place.file.read_text().replace("trials: 300", "trials: 2000000"))
    jobs.start(place)
    seen(jobs, place, lambda work: work.state == "running")
    stopped = jobs.cancel(place)
    assert stopped is not None
    assert stopped.state == "cancelled"
    assert not held(place.results / LOCK)
    assert jobs.look(place) == stopped
    assert jobs.cancel(place) == stopped
    jobs.start(place)
    seen(jobs, place, lambda work: work.state == "running")


def test_another_app_sees_stops_and_does_not_double_what_runs(jobs: Jobs, place: StudyPlace) -> None:
    place.file.write_text(place.file.read_text().replace("trials: 300", "trials: 2000000"))
    jobs.start(place)
    other = Jobs()
    assert other.start(place).active  # while it is starting
    running = seen(jobs, place, lambda work: work.state == "running")
    assert other.start(place).process == running.process
    assert other._children == {}
    stopped = other.cancel(place)
    assert stopped is not None
    assert stopped.state == "cancelled"
    assert not held(place.results / LOCK)


def test_a_worker_that_always_dies_is_not_begun_for_ever(
    jobs: Jobs, place: StudyPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen
    begun = []

    def dies(command: list[str], **how: object) -> subprocess.Popen[bytes]:
        begun.append(command)
        return real([sys.executable, "-c", "raise SystemExit('no memory is left')"], **how)

    monkeypatch.setattr(subprocess, "Popen", dies)
    jobs.start(place)
    failed = seen(jobs, place, lambda work: not work.active)
    assert len(begun) == MOST_STARTS
    assert (
        failed.message
        == f"The worker ended {MOST_STARTS} times without a word, the last time with code 1: no memory is left"
    )
    assert (place.results / LOG).read_text().strip() == "no memory is left"


def test_a_number_that_another_process_has_now_is_not_taken_for_the_worker(
    jobs: Jobs, place: StudyPlace
) -> None:
    """After the machine was started again, the process of that number is somebody else."""
    place.results.mkdir()
    now = time.time()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        write_work(place.results, Work("running", stranger.pid, now, now))
        again = jobs.look(place)
        assert again is not None
        assert (again.starts, again.process) == (2, 0)
        jobs.cancel(place)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_folder_with_other_things_is_left_alone(jobs: Jobs, place: StudyPlace) -> None:
    place.results.mkdir()
    (place.results / "thesis.docx").write_text("years of work")
    with pytest.raises(StoreError, match="holds other things"):
        jobs.start(place)
    assert [path.name for path in place.results.iterdir()] == ["thesis.docx"]
    (place.results / "thesis.docx").unlink()
    place.results.rmdir()
    place.results.write_text("a file")
    with pytest.raises(StoreError, match="is a file"):
        jobs.start(place)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "running"}', '{"nonsense": 1}'])
def test_a_broken_word_is_no_word(place: StudyPlace, jobs: Jobs, text: str) -> None:
    place.results.mkdir()
    (place.results / STATE).write_text(text)
    assert read_work(place.results) is None
    assert jobs.look(place) is None


def test_the_time_left_goes_by(place: StudyPlace) -> None:
    now = time.time()
    work = Work("running", 1, now - 60, now - 10, 50, 100, left=40.0)
    assert work.seconds_left == pytest.approx(30, abs=1)
    assert Work("running", 1, now - 60, now - 60, 50, 100, left=40.0).seconds_left == 0
    assert Work("running", 1, now, now).seconds_left is None
    assert Work("done", 1, now, now, left=3.0).seconds_left is None
    told = json.loads(json.dumps(work.plain()))
    assert told["active"] is True
    assert "process" not in told


def test_a_lock_is_let_go_when_its_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not held(path)
    code = (
        "import sys, time; from pathlib import Path; from handful.store.lock import Lock; "
        "lock = Lock(Path(sys.argv[1])); print(lock.take(), flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    assert held(path)
    assert not Lock(path).take(0.1)
    holder.kill()
    holder.communicate()
    assert not held(path)
    lock = Lock(path)
    assert lock.take()
    assert held(path)
    lock.release()
