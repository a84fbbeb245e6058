"""Whole commands in processes of their own: the demo, memory, and how long it takes to start."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import ClassVar

from benchmarks.measuring import Bar, Benchmark, Spent, spent_by

STUDY = Path(__file__).parent.parent / "examples" / "stargardt_rpe" / "study.yaml"


class Demo(Benchmark):
    job = "demo: 6 designs, 6 scenarios and stress, 10,000 trials each, report; by the clock"
    unit: ClassVar[str] = "seconds"
    bar = Bar(15.0, "15 s on two idle processors, warm cache")
    better = "lower"
    known: ClassVar[Spent | None] = None

    def setup(self) -> None:
        # One run serves the three figures: it is long, and the cache is warm after the first benchmarks.
        if Demo.known is None:
            with tempfile.TemporaryDirectory(prefix="handful-benchmark-") as folder:
                out = str(Path(folder) / "demo")
                Demo.known = spent_by("-m", "handful", "compare", str(STUDY), "--out", out)

    def spent(self) -> Spent:
        """What the run took."""
        assert Demo.known is not None
        return Demo.known

    def track_figure(self) -> float:
        return self.spent().wall


class DemoProcessor(Demo):
    job = "the same, CPU of all threads"
    unit = "CPU-s"
    bar = Bar(None, "")

    def track_figure(self) -> float:
        return self.spent().cpu


class DemoMemory(Demo):
    job = "the same, largest resident memory"
    unit = "MiB"
    bar = Bar(1024.0, "1 GiB")

    def track_figure(self) -> float:
        return self.spent().peak


class Memory(Benchmark):
    job = "10 million trials: memory beyond that of 10 thousand"
    unit = "MiB more"
    # What a process takes moves by some MiB from run to run; a byte kept for each trial would be 10 MiB.
    bar = Bar(8.0, "the same memory, to 8 MiB")
    better = "lower"
    script = (
        "import handful as hf; "
        "hf.simulate(hf.SingleArm(participants=12, benchmark=0.2), hf.BinaryScenario(untreated=0.2, treated=0.5), "
        "hf.Endpoint(name='response', kind='binary'), trials={trials}, threads=1)"
    )

    def track_figure(self) -> float:
        few, many = (spent_by("-c", self.script.format(trials=n)).peak for n in (10_000, 10_000_000))
        return max(0.0, many - few)


class Import(Benchmark):
    job = "import handful"
    unit = "CPU-s"
    bar = Bar(0.2, "0.2 CPU-s")
    better = "lower"
    arguments: ClassVar[tuple[str, ...]] = ("-c", "import handful")

    def track_figure(self) -> float:
        return min(spent_by(*self.arguments).cpu for _ in range(4))


class Help(Import):
    job = "handful --help"
    bar = Bar(0.5, "0.5 CPU-s")
    arguments = ("-m", "handful", "--help")
