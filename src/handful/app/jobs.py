"""Comparisons in the background: each in a process of its own, so that pages stay quick and a crash costs nothing.

What a worker does stands in a small file in the folder of results, written whole or not at all, and while it is alive it
holds a lock there. Whoever looks sees how far the work has come, also after the app was killed and started again. Work whose
worker died is begun again and takes finished runs as they are.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from handful.app.workspace import StudyPlace
from handful.store.files import write_text
from handful.store.lock import held
from handful.store.project import INDEX, StoreError

STATE, LOCK, LOG = "work.json", ".work.lock", ".work.log"
State = Literal["waiting", "running", "done", "failed", "cancelled"]
MOST_STARTS = 3
"""How often work is begun when its worker dies each time without a word."""
_STARTING = 20.0
"""Seconds that a worker of another app may take until it has said its first word."""
_PATIENCE = 5.0
"""Seconds that a worker may take to stop when asked, before it is made to."""


@dataclass(frozen=True)
class Work:
    """How far the work on a study has come.

    Attributes:
        state: What it is doing.
        process: Number of its process; 0 until that has begun.
        began: When it began, in seconds since 1970.
        told: When it said so.
        done: Runs done.
        total: Runs in all; 0 while that is not known.
        label: What is being done.
        message: What went wrong, if anything.
        left: Seconds that were left then, by the pace of late; None while there is none.
        starts: How often it was begun.
    """

    state: State
    process: int
    began: float
    told: float
    done: int = 0
    total: int = 0
    label: str = ""
    message: str = ""
    left: float | None = None
    starts: int = 1

    @property
    def active(self) -> bool:
        """Whether it is to go on."""
        return self.state in ("waiting", "running")

    @property
    def seconds_left(self) -> float | None:
        """Time left now; None while nobody knows."""
        if not self.active or self.left is None:
            return None
        return max(0.0, self.left - (time.time() - self.told))

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        kept = {name: value for name, value in asdict(self).items() if name not in ("left", "process")}
        return kept | {"active": self.active, "seconds left": self.seconds_left}


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
    """Starts, watches and stops workers; every method may be called from any thread."""

    def __init__(self) -> None:
        self._children: dict[Path, subprocess.Popen[bytes]] = {}
        self._turns: defaultdict[Path, threading.RLock] = defaultdict(threading.RLock)

    def start(self, study: StudyPlace) -> Work:
        """Compare a study in the background; what is running already goes on.

        Raises:
            StoreError: When the folder of results is used for something else.
        """
        with self._turns[study.results]:
            there = self.look(study)
            if there is not None and there.active:
                return there
            return self._begin(study, 1)

    def look(self, study: StudyPlace) -> Work | None:
        """How far the work has come; work whose worker died is begun again, and takes up what was done."""
        work = read_work(study.results)
        if work is None or not work.active:
            return work
        with self._turns[study.results]:
            if self._at_work(study):
                return work
            # It may have said its last word between the two looks.
            last = read_work(study.results) or work
            if not last.active or self._begun_elsewhere(study, last):
                return last
            return self._died(study, last)

    def cancel(self, study: StudyPlace) -> Work | None:
        """Stop the work on a study; what is done is kept."""
        with self._turns[study.results]:
            work = read_work(study.results)
            if work is None or not work.active:
                return work
            for how in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
                until = time.monotonic() + _PATIENCE
                asked = False
                while self._at_work(study) and time.monotonic() < until:
                    asked = asked or self._signal(study, how)
                    time.sleep(0.02)
            self._children.pop(study.results, None)
            last = read_work(study.results) or work
            if last.active:
                last = replace(last, state="cancelled", told=time.time())
                write_work(study.results, last)
            return last

    def resume(self, studies: Iterable[StudyPlace]) -> None:
        """Take up what was under way when the app ended."""
        for study in studies:
            self.look(study)

    def _begin(self, study: StudyPlace, starts: int) -> Work:
        """Start a worker."""
        results = study.results
        _check_free(results)
        results.mkdir(parents=True, exist_ok=True)
        now = time.time()
        work = Work("waiting", 0, now, now, label="starting", starts=starts)
        write_work(results, work)
        with (results / LOG).open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "handful.app.worker", str(study.file), str(results)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,  # Ctrl-C ends the app, and not what it began
            )
        self._children[results] = child
        threading.Thread(target=child.wait, daemon=True).start()  # so that none is left a zombie
        return work

    def _at_work(self, study: StudyPlace) -> bool:
        """Whether a worker is alive, be it ours or that of an earlier app."""
        child = self._children.get(study.results)
        return (child is not None and child.poll() is None) or held(study.results / LOCK)

    def _begun_elsewhere(self, study: StudyPlace, work: Work) -> bool:
        """Whether another app may have started a worker just now."""
        return (
            work.state == "waiting"
            and study.results not in self._children
            and time.time() - work.began < _STARTING
        )

    def _died(self, study: StudyPlace, work: Work) -> Work:
        """Begin again what ended without a word, unless it did so too often."""
        child = self._children.pop(study.results, None)
        if work.starts < MOST_STARTS:
            return self._begin(study, work.starts + 1)
        how = "" if child is None else f" with code {child.returncode}"
        said = _last_line(study.results / LOG)
        message = f"The worker ended {MOST_STARTS} times without a word, the last time{how}"
        ended = replace(work, state="failed", message=f"{message}: {said}" if said else f"{message}.")
        write_work(study.results, ended)
        return ended

    def _signal(self, study: StudyPlace, how: int) -> bool:
        """Ask the worker to end; whether it could be asked."""
        child = self._children.get(study.results)
        work = read_work(study.results)
        process = child.pid if child is not None else work.process if work is not None else 0
        if not process:
            return False
        try:
            os.kill(process, how)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def _check_free(results: Path) -> None:
    """Refuse a folder that is used for something else."""
    if results.exists() and not results.is_dir():
        raise StoreError(
            f"“{results.name}” is a file, where the results of this study have to go; move it away"
        )
    if results.is_dir() and not (results / INDEX).exists():
        others = {path.name for path in results.iterdir()} - {STATE, LOCK, LOG}
        if any(not name.startswith(f".{STATE}") for name in others):
            raise StoreError(
                f"the folder “{results.name}” holds other things, where the results of this study have to go; move them away"
            )


def _last_line(log: Path) -> str:
    """The last line that a worker complained in."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""
