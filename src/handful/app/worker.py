"""The process that compares one study: `python -m handful.app.worker STUDY.YAML RESULTS`."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from handful.app.jobs import LOCK, State, Work, read_work, write_work
from handful.store.lock import Lock

_BETWEEN = 0.5
"""Seconds between two words on how far it has come."""
_PACE = 30.0
"""Seconds over which the pace is taken that the time left follows from."""
_SOON = 4.0
"""Seconds after which there is a pace."""
_PATIENCE = 10.0
"""Seconds to wait for another worker to end."""


class _Told:
    """Writes down how far the work has come, now and then."""

    def __init__(self, results: Path, starts: int) -> None:
        now = time.time()
        self.results = results
        self.work = Work("running", os.getpid(), now, now, label="reading the study", starts=starts)
        self.past = [(now, 0)]
        write_work(results, self.work)

    def __call__(self, done: int, total: int, label: str) -> None:
        """Note that so many of all runs are done and what comes now."""
        now = time.time()
        left = self._left(now, done, total)
        if now - self.work.told >= _BETWEEN or done == total:
            self.work = replace(self.work, done=done, total=total, label=label, told=now, left=left)
            write_work(self.results, self.work)

    def _left(self, now: float, done: int, total: int) -> float | None:
        """Seconds left by the pace of late: runs that were done before are taken up in no time and say nothing of it."""
        self.past.append((now, done))
        while len(self.past) > 2 and now - self.past[1][0] > _PACE:
            self.past.pop(0)
        since, before = self.past[0]
        if done == before or now - self.work.began < _SOON:
            return None
        return (now - since) / (done - before) * (total - done)

    def end(self, state: State, message: str = "") -> None:
        """Say the last word."""
        self.work = replace(self.work, state=state, message=message, told=time.time(), left=None)
        write_work(self.results, self.work)


def main(study: Path, results: Path) -> int:
    """Compare a study; 0 when done or not needed, 2 when the study or the folder will not do."""
    if hasattr(os, "nice"):
        os.nice(10)  # pages first
    signal.signal(signal.SIGTERM, _stop)
    lock = Lock(results / LOCK)
    if not lock.take(_PATIENCE):
        return 0
    asked = read_work(results)
    if asked is not None and not asked.active:
        return 0
    told = _Told(results, asked.starts if asked is not None else 1)
    try:
        return _compare(study, results, told)
    except KeyboardInterrupt:
        return 130
    except BaseException as broken:
        told.end("failed", f"handful made a mistake of its own: {type(broken).__name__}: {broken}")
        raise


def _compare(study: Path, results: Path, told: _Told) -> int:
    """Compare, and say how that ended."""
    from handful.report.folder import ResultsFolder
    from handful.spec.messages import SpecError
    from handful.spec.source import read_source
    from handful.store.project import StoreError
    from handful.study.file import StudyFile
    from handful.study.loading import loads

    try:
        text = read_source(study)
        ResultsFolder(results).fill(StudyFile(text, loads(text, study.name)), progress=told)
    except (SpecError, StoreError, OSError) as refused:
        told.end("failed", str(refused))
        return 2
    told.end("done")
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    """Leave at once; what is done is kept."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
