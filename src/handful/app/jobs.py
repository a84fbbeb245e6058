"""Comparisons in the background: each in a process of its own, so that pages stay quick and a crash costs nothing.

What a worker does stands in a small file in the folder of results, written whole or not at all. Whoever reads it sees how
far the work has come, also after the app was killed and started again; a worker that died is started once more and takes
finished runs as they are.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from handful.app.workspace import StudyPlace
from handful.store.files import write_text

STATE = "work.json"
State = Literal["waiting", "running", "done", "failed", "cancelled"]
_STARTING = 20.0
"""Seconds that a worker may take until it has said its first word."""


@dataclass(frozen=True)
class Work:
    """How far the work on a study has come.

    Attributes:
        state: What it is doing.
        process: Number of its process.
        began: When it began, in seconds since 1970.
        told: When it said so.
        done: Jobs done.
        total: Jobs in all; 0 while that is not known.
        label: What is being done.
        message: What went wrong, if anything.
    """

    state: State
    process: int
    began: float
    told: float
    done: int = 0
    total: int = 0
    label: str = ""
    message: str = ""

    @property
    def active(self) -> bool:
        """Whether it is to go on."""
        return self.state in ("waiting", "running")

    @property
    def seconds_left(self) -> float | None:
        """Time left by the pace so far; None while there is none."""
        if not self.active or self.done == 0:
            return None
        return (self.told - self.began) / self.done * (self.total - self.done)

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self) | {"active": self.active, "seconds left": self.seconds_left}


def read_work(results: Path) -> Work | None:
    """What is known of the work in a folder of results; None when there never was any."""
    try:
        found = json.loads((results / STATE).read_text(encoding="utf-8"))
        return Work(**found)
    except (OSError, ValueError, TypeError):
        return None


def write_work(results: Path, work: Work) -> None:
    """Keep it, whole or not at all."""
    write_text(results / STATE, json.dumps(asdict(work)))


class Jobs:
    """Starts, watches and stops workers."""

    def __init__(self) -> None:
        self._children: dict[Path, subprocess.Popen[bytes]] = {}

    def start(self, study: StudyPlace) -> Work:
        """Compare a study in the background; what is running already goes on."""
        there = self.look(study)
        if there is not None and there.active:
            return there
        study.results.mkdir(parents=True, exist_ok=True)
        now = time.time()
        write_work(study.results, Work("waiting", 0, now, now, label="starting"))
        child = subprocess.Popen(
            [sys.executable, "-m", "handful.app.worker", str(study.file), str(study.results)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._children[study.results] = child
        return Work("waiting", child.pid, now, now, label="starting")

    def look(self, study: StudyPlace) -> Work | None:
        """How far the work has come; work whose process died is begun again, and takes up what was done."""
        work = read_work(study.results)
        if work is None or not work.active:
            return work
        child = self._children.get(study.results)
        if child is not None and child.poll() is not None:
            # It may have said its last word between the two looks.
            last = read_work(study.results) or work
            if not last.active:
                return last
            return self._ended(study, last, f"the worker ended with code {child.returncode}")
        if child is None and not self._alive(work):
            write_work(study.results, replace(work, state="cancelled"))
            return self.start(study)
        return work

    def cancel(self, study: StudyPlace) -> Work | None:
        """Stop the work on a study; what is done is kept."""
        work = read_work(study.results)
        if work is None or not work.active:
            return work
        child = self._children.pop(study.results, None)
        process = work.process or (child.pid if child is not None else 0)
        if process and _is_worker(process, study.results):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        if child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
        stopped = replace(read_work(study.results) or work, state="cancelled", told=time.time())
        write_work(study.results, stopped)
        return stopped

    def _ended(self, study: StudyPlace, work: Work, message: str) -> Work:
        """Note that a worker ended without a word."""
        self._children.pop(study.results, None)
        ended = replace(work, state="failed", message=message)
        write_work(study.results, ended)
        return ended

    def _alive(self, work: Work) -> bool:
        """Whether a worker that an earlier app started is still at it."""
        if work.process == 0:
            return time.time() - work.began < _STARTING
        return _is_worker(work.process, None)


def _is_worker(process: int, results: Path | None) -> bool:
    """Whether a process is there and is a worker, not another that was given its number."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, PermissionError):
        return False
    command = Path(f"/proc/{process}/cmdline")
    try:
        said = command.read_bytes().split(b"\0")
    except OSError:
        return True  # no such file system here
    return b"handful.app.worker" in said and (results is None or str(results).encode() in said)
