"""The process that compares one study: `python -m handful.app.worker STUDY.YAML RESULTS`."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from handful.app.jobs import State, Work, write_work

_BETWEEN = 0.25
"""Seconds between two words on how far it has come."""


class _Told:
    """Writes down how far the work has come, now and then."""

    def __init__(self, results: Path) -> None:
        now = time.time()
        self.results = results
        self.work = Work("running", os.getpid(), now, now, label="reading the study")
        write_work(results, self.work)

    def __call__(self, done: int, total: int, label: str) -> None:
        """Note that so many of all jobs are done and what comes now."""
        now = time.time()
        if now - self.work.told >= _BETWEEN or done == total:
            self.work = replace(self.work, done=done, total=total, label=label, told=now)
            write_work(self.results, self.work)

    def end(self, state: State, message: str = "") -> None:
        """Say the last word."""
        self.work = replace(self.work, state=state, message=message, told=time.time())
        write_work(self.results, self.work)


def main(study: Path, results: Path) -> int:
    """Compare a study; 0 when done, 2 when the study or the folder will not do."""
    if hasattr(os, "nice"):
        os.nice(10)  # pages first
    told = _Told(results)
    signal.signal(signal.SIGTERM, _stop)
    try:
        from handful.report.folder import ResultsFolder
        from handful.spec.messages import SpecError
        from handful.store.project import StoreError
        from handful.study.file import StudyFile

        try:
            ResultsFolder(results).fill(StudyFile.read(study), progress=told)
        except (SpecError, StoreError, OSError) as refused:
            told.end("failed", str(refused))
            return 2
    except KeyboardInterrupt:
        return 130
    except BaseException as broken:
        told.end("failed", f"handful made a mistake of its own: {type(broken).__name__}: {broken}")
        raise
    told.end("done")
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    """Leave at once; what is done is kept."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
