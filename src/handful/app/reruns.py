"""Runs that are made again in the background: one after the other, at low priority, while pages go on being answered.

What came out is kept as long as the app runs. A rerun that was interrupted has lost nothing: it compares, and changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from handful.select.stored import Rerun, rerun
from handful.store.project import Project, StoreError

MOST = 20
"""Reruns that may be under way or wait."""


class TooMany(Exception):
    """More reruns than are kept waiting."""


@dataclass(frozen=True)
class Again:
    """A run that is made again.

    Attributes:
        state: How far it is.
        result: What it has shown, once it is done.
        message: What went wrong, if anything.
    """

    state: Literal["running", "done", "failed"] = "running"
    result: Rerun | None = None
    message: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class Reruns:
    """Makes runs again and remembers what came out."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, str], Again] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def look(self, results: Path, identity: str) -> Again | None:
        """What is known of a run that was or is made again; None when it was not since the app was started."""
        return self._known.get((results, identity))

    def start(self, results: Path, identity: str, patience: float = 0.0) -> Again:
        """Make a run again; one that is under way goes on.

        Args:
            results: Folder of results that keeps it.
            identity: The run.
            patience: Seconds to wait for it.

        Returns:
            How far it is by then.

        Raises:
            TooMany: When `MOST` are waiting already.
        """
        key = (results, identity)
        with self._lock:
            there = self._known.get(key)
            if there is None or there.state != "running":
                if sum(again.state == "running" for again in self._known.values()) >= MOST:
                    raise TooMany(f"{MOST} runs are being made again already; wait until one is done")
                self._known[key] = Again()
                # A thread that does not keep the app from ending: nothing is lost with it.
                threading.Thread(target=self._make, args=key, name="handful-rerun", daemon=True).start()
        until = time.monotonic() + patience
        while (again := self._known.get(key, Again())).state == "running" and time.monotonic() < until:
            time.sleep(0.02)
        return again

    def forget(self, results: Path, identity: str) -> None:
        """Forget a run that is deleted."""
        with self._lock:
            self._known.pop((results, identity), None)

    def _make(self, results: Path, identity: str) -> None:
        """Make one again when it is its turn."""
        with self._turn:
            if sys.platform == "linux":  # where a thread has a priority of its own
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
            ended = self._made(results, identity)
        with self._lock:
            if (results, identity) in self._known:
                self._known[results, identity] = ended

    def _made(self, results: Path, identity: str) -> Again:
        """What making it again shows."""
        try:
            with Project(results) as project:
                return Again("done", rerun(project, identity))
        except StoreError as refused:
            return Again("failed", message=str(refused))
        except Exception as broken:  # said on the page in place of a log that nobody reads
            said = f"handful made a mistake of its own: {type(broken).__name__}: {broken}"
            return Again("failed", message=said)
