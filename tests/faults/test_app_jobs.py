"""The app killed in the middle of a comparison: nothing is lost, and the bytes are those of an undisturbed one."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPErrorProcessor, Request, build_opener

import pytest

from handful.app.jobs import LOCK, Jobs, Work, read_work
from handful.app.workspace import StudyPlace, Workspace
from handful.report.folder import FIGURES, REPORT, STUDY, ResultsFolder
from handful.store.lock import held
from handful.study.file import StudyFile
from tests.browser.app import Served, serving
from tests.faults.studies import STUDY as TEXT
from tests.faults.studies import bytes_of

TRIALS = 300_000
"""So that each of the four simulated runs takes about a second, and has five parts."""
PATIENCE = 180.0


def comparison_in(folder: Path) -> dict[str, bytes]:
    """Every file of a comparison by its name, and what the index says of its runs."""
    return bytes_of(folder) | {name: (folder / name).read_bytes() for name in (FIGURES, REPORT, STUDY)}


def study_in(folder: Path) -> StudyPlace:
    """A study that takes some seconds to compare."""
    folder.mkdir()
    text = TEXT.replace("compute: {", f"compute: {{trials: {TRIALS}, ")
    assert text != TEXT
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return Workspace(folder).study("study")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    place = study_in(tmp_path_factory.mktemp("undisturbed") / "folder")
    ResultsFolder(place.results).fill(StudyFile.read(place.file), threads=1)
    return comparison_in(place.results)


def seen(look: Callable[[], Work | None], until: Callable[[Work], bool]) -> Work:
    """Look until the work is as it should be."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        work = look()
        if work is not None and until(work):
            return work
        time.sleep(0.02)
    raise AssertionError(f"still {look()}")


class _AsItIs(HTTPErrorProcessor):
    """Answers are taken as they are, redirects too."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response


def asked(app: Served, path: str, **form: str) -> tuple[int, str]:
    """What the app answers somebody who was let in."""
    data = urlencode(form).encode() if form else None
    headers = {"cookie": app.cookie, "origin": app.base}
    with build_opener(_AsItIs).open(Request(app.base + path, data, headers), timeout=60) as answer:
        return answer.status, answer.read().decode()


def start(app: Served) -> None:
    """Press the button of the page."""
    _, page = asked(app, "/study/study/compare")
    mark = page.split('name="form-mark" value="')[1].split('"')[0]
    assert asked(app, "/study/study/compare", **{"form-mark": mark})[0] == 303


def told(app: Served) -> dict[str, Any]:
    """How far the page says that the work has come."""
    found: dict[str, Any] = json.loads(asked(app, "/study/study/compare?format=json")[1])
    return found


def killed(process: int) -> None:
    """End a process as a power cut does."""
    os.kill(process, signal.SIGKILL)


def test_server_and_worker_killed_in_mid_run_and_the_page_goes_on(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    place = study_in(tmp_path / "folder")
    with serving(place.file.parent) as app:
        start(app)
        work = seen(lambda: read_work(place.results), lambda work: work.done > 0)
        killed(app.process.pid)
        killed(work.process)
        app.process.wait()
    assert not (place.results / FIGURES).exists()
    with serving(place.file.parent) as app:
        # Nobody has asked for the page: the app takes it up by itself.
        again = seen(
            lambda: read_work(place.results), lambda work: work.starts == 2 and work.state == "running"
        )
        assert again.process != work.process
        seen(lambda: read_work(place.results), lambda work: work.state == "done")
        assert told(app)["work"]["state"] == "done"
        assert told(app)["results"]["comparison"]["verdicts"]
    assert comparison_in(place.results) == undisturbed


def test_the_server_alone_killed_and_the_worker_goes_on(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    place = study_in(tmp_path / "folder")
    with serving(place.file.parent) as app:
        start(app)
        work = seen(lambda: read_work(place.results), lambda work: work.state == "running")
        killed(app.process.pid)
        app.process.wait()
    with serving(place.file.parent) as app:
        assert told(app)["work"]["starts"] == 1
        done = seen(lambda: read_work(place.results), lambda work: not work.active)
        assert (done.state, done.process) == ("done", work.process)
    assert comparison_in(place.results) == undisturbed


def test_the_worker_killed_at_any_moment_is_begun_again(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    place, jobs, chance = study_in(tmp_path / "folder"), Jobs(), random.Random(20261122)
    jobs.start(place)
    for starts in (1, 2):  # in the second run, and in the fourth and last that is simulated
        work = seen(
            lambda: jobs.look(place),
            lambda work, starts=starts: (work.starts, work.done) >= (starts, 2 * starts - 1),
        )
        time.sleep(chance.random() / 5)
        killed(work.process)
    done = seen(lambda: jobs.look(place), lambda work: not work.active)
    assert (done.state, done.starts) == ("done", 3)
    assert comparison_in(place.results) == undisturbed


def test_stopped_and_gone_on_with(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    place, jobs = study_in(tmp_path / "folder"), Jobs()
    jobs.start(place)
    seen(lambda: jobs.look(place), lambda work: work.done > 1)
    stopped = jobs.cancel(place)
    assert stopped is not None
    assert stopped.state == "cancelled"
    assert not held(place.results / LOCK)
    Jobs().resume([place])
    assert read_work(place.results) == stopped  # what was stopped stays so, also when the app begins anew
    jobs.start(place)
    assert seen(lambda: jobs.look(place), lambda work: not work.active).state == "done"
    assert comparison_in(place.results) == undisturbed
