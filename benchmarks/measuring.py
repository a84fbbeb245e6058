"""What a benchmark is, and how one is measured: in CPU seconds of one process, best of several."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Bar:
    """What a figure is held against.

    Attributes:
        value: The figure to reach, or to stay below; None where nothing was promised.
        source: Where it comes from.
    """

    value: float | None
    source: str


class Benchmark(ABC):
    """One job; asv runs `setup` and `track_figure` of every subclass, and so does `python -m benchmarks`.

    Attributes:
        job: What is measured, in a few words.
        unit: Unit of the figure.
        bar: What it is held against.
        reference: A figure of a peer to compare with where nothing was promised; None where there is none.
        better: Whether more or less is better.
    """

    job: ClassVar[str]
    unit: ClassVar[str]
    bar: ClassVar[Bar]
    reference: ClassVar[float | None] = None
    better: ClassVar[Literal["higher", "lower"]] = "higher"

    def setup(self) -> None:  # noqa: B027 - a benchmark may have nothing to prepare
        """Compile and fill caches."""

    @abstractmethod
    def track_figure(self) -> float:
        """The figure."""


def cpu_seconds(work: Callable[[], object], repeats: int = 7) -> float:
    """CPU seconds of this process for a piece of work, the best of several, garbage collection aside."""
    best = float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(repeats):
            start = time.process_time()
            work()
            best = min(best, time.process_time() - start)
    finally:
        gc.enable()
    return best


@dataclass(frozen=True)
class Spent:
    """What a process took.

    Attributes:
        wall: Seconds on the clock.
        cpu: CPU seconds of all its threads.
        peak: Largest resident memory in MiB.
    """

    wall: float
    cpu: float
    peak: float


def spent_by(*arguments: str) -> Spent:
    """Run this interpreter with the arguments and say what it took.

    Raises:
        RuntimeError: When it fails.
    """
    # The command is started by a small helper: a process forked from this one would count this one's memory as its own.
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", _HELPER, sys.executable, *arguments], stdout=subprocess.PIPE, text=True
    )
    told, _ = child.communicate()
    wall = time.perf_counter() - started
    if child.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {child.returncode}")
    cpu, peak = (float(word) for word in told.split()[-2:])
    return Spent(wall, cpu, peak)


_HELPER = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
