"""The jobs of the peers, participant by participant, through `handful.simulate`; one thread.

The peers' figures were measured on 2026-11-22 on 2 virtual processors (Xeon, Debian 12, R 4.2.2), in one process on one core.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

import handful as hf
from benchmarks.measuring import Bar, Benchmark, cpu_seconds
from handful.kernels.streams import Purpose, uniforms
from handful.participants.block import BLOCK_TRIALS

TO_EVENTS: dict[str, object] = {"untreated": {"median": "12 months"}, "hazard ratio": 0.4}
"""Survival that R2 and S1 share."""


def three_looks() -> tuple[hf.GroupSequential, hf.BinaryScenario, hf.Endpoint]:
    """20 + 20 participants, looks at 7, 14 and 20 an arm, pooled z, O'Brien-Fleming-type bounds, futility; 0.3 against 0.6.

    The type II error is spent so that a trial stops for futility at the first look when treatment is behind, and at the
    second when it is not ahead.
    """
    fractions = (0.35, 0.7, 1.0)
    futility = {"spending": {"kind": "given", "fractions": fractions, "cumulative": (0.12, 0.145, 1.0)}}
    design = hf.GroupSequential.model_validate(
        {
            "participants": 40,
            "blocks of": 2,
            "looks": fractions,
            "futility": futility,
            "analysis": {"kind": "z pooled"},
        }
    )
    return design, hf.BinaryScenario(untreated=0.3, treated=0.6), hf.Endpoint(name="response", kind="binary")


class Simulated(Benchmark):
    """Trials per CPU-second of one design in one scenario."""

    unit: ClassVar[str] = "trials/CPU-s"
    trials: ClassVar[int]

    def what(self) -> tuple[Any, Any, hf.Endpoint]:
        """Design, scenario and endpoint."""
        raise NotImplementedError

    def run(self, trials: int) -> hf.Simulation:
        """Simulate on one thread."""
        return hf.simulate(*self.what(), trials=trials, threads=1)

    def setup(self) -> None:
        self.run(2 * BLOCK_TRIALS)

    def track_figure(self) -> float:
        return self.trials / cpu_seconds(lambda: self.run(self.trials), repeats=15)


class ThreeLooks(Simulated):
    job = "two arms, binary, three looks, 40 participants"
    bar = Bar(1e6, "1 million a CPU-second")
    trials = 200_000

    def what(self) -> tuple[Any, Any, hf.Endpoint]:
        return three_looks()


class RandomNumbers(ThreeLooks):
    job = "RNG-only bound: drawing 40 uniform numbers a trial (says how free the machine is)"
    bar = Bar(None, "")

    def track_figure(self) -> float:
        return self.trials / cpu_seconds(self.draw)

    def draw(self) -> None:
        """Draw the uniform numbers of all trials, block by block."""
        for first in range(0, self.trials, BLOCK_TRIALS):
            uniforms(1, first, BLOCK_TRIALS, 40, Purpose.OUTCOME_UNIT)


class ThreeLooksAgainstRandomNumbers(RandomNumbers):
    job = "three looks as a share of the RNG-only bound"
    unit = "of the bound"
    bar = Bar(0.1, "a tenth, in the same run")

    def track_figure(self) -> float:
        # In turn, so that what neighbours take from the machine they take from both.
        ours = bound = float("inf")
        for _ in range(5):
            ours = min(ours, cpu_seconds(lambda: self.run(self.trials), repeats=1))
            bound = min(bound, cpu_seconds(self.draw, repeats=1))
        return bound / ours


class R1(Simulated):
    job = "R1 two arms, continuous, looks at 20, 40 and 60, z-test (rpact draws statistics)"
    bar = Bar(10 * 58_754, "10 x rpact 3.3.4 (58,754)")
    trials = 100_000

    def what(self) -> tuple[Any, Any, hf.Endpoint]:
        design = hf.GroupSequential.model_validate(
            {
                "participants": 60,
                "blocks of": 2,
                "looks": (1 / 3, 2 / 3, 1.0),
                "analysis": {"kind": "z test", "sd": 1},
            }
        )
        scenario = hf.ContinuousScenario.model_validate({"untreated": {"sd": 1}, "effect": 0.8})
        return design, scenario, hf.Endpoint(name="change", kind="continuous")


class R2(Simulated):
    job = "R2 survival, 60 participants, looks at 15 and 30 events, hazard ratio 0.4"
    bar = Bar(5 * 19_231, "5 x rpact 3.3.4 (19,231)")
    trials = 20_000

    def what(self) -> tuple[Any, Any, hf.Endpoint]:
        design = hf.GroupSequential(participants=60, blocks_of=2, events=30, looks=(0.5, 1.0))
        scenario = hf.TimeToEventScenario.model_validate(
            TO_EVENTS | {"recruitment": {"rate": "2.5 per month"}}
        )
        return design, scenario, hf.Endpoint(name="event", kind="time to event")


class S1(Simulated):
    job = "S1 survival with dropout, 60 participants, log-rank at 30 events"
    bar = Bar(500 * 74.05, "500 x simtrial 1.0.2 (74.05)")
    trials = 20_000

    def what(self) -> tuple[Any, Any, hf.Endpoint]:
        recruitment = {"rate": "2.5 per month", "dropout": 0.005}
        scenario = hf.TimeToEventScenario.model_validate(TO_EVENTS | {"recruitment": recruitment})
        return (
            hf.Randomised(participants=60, events=30),
            scenario,
            hf.Endpoint(name="event", kind="time to event"),
        )


class KernelAgainstTwin(Benchmark):
    job = "log-rank kernel, how many times its plain NumPy twin (60 participants)"
    unit = "times the twin"
    bar = Bar(None, "")

    def setup(self) -> None:
        months = -12 * np.log(uniforms(1, 0, 200, 60, Purpose.EVENT))
        self.seen = (
            0 * months,
            months,
            months > 0,
            (months > 9).astype(np.int8),
            np.full(200, 24.0),
            months > 0,
        )
        self.track_figure()

    def track_figure(self) -> float:
        from handful.kernels import survival
        from handful.kernels.twins import survival as twin

        ours = cpu_seconds(lambda: [survival.logrank(*self.seen) for _ in range(20)], repeats=3) / 20
        return cpu_seconds(lambda: twin.logrank(*self.seen), repeats=3) / ours
