"""The jobs of the peers whose trials change while they run, participant by participant; one thread."""

from __future__ import annotations

from typing import Any

import handful as hf
from benchmarks.measuring import Bar
from benchmarks.peers_jobs import Simulated


class R3(Simulated):
    job = "R3 three arms and control, 10 and 20 an arm, the best kept, Dunnett's closed test, inverse normal"
    bar = Bar(50 * 590, "50 x rpact 3.3.4 (590)")
    trials = 50_000

    def what(self) -> tuple[Any, Any, hf.Endpoint]:
        design = hf.ArmSelection.model_validate(
            {"arms": 3, "participants": 80, "analysis": {"kind": "z test", "sd": 1}}
        )
        scenario = hf.ContinuousScenario.model_validate(
            {"untreated": {"sd": 1}, "effect": 0.8, "arm effects": (0, 0.5, 1)}
        )
        return design, scenario, hf.Endpoint(name="change", kind="continuous")


class A2(Simulated):
    job = "A2 three arms, responses followed at 15, 20 ... 60, the best by posterior probability"
    bar = Bar(500 * 46.4, "500 x adaptr 1.4.0 (46.4)")
    trials = 50_000

    def what(self) -> tuple[Any, Any, hf.Endpoint]:
        design = hf.ResponseAdaptive.model_validate(
            {
                "arms": ("A", "B", "C"),
                "control": False,
                "participants": 60,
                "first look": 15,
                "rule": {"kind": "thall wathen", "exponent": 0.5, "least": 0.15},
            }
        )
        scenario = hf.BinaryScenario(untreated=0.3, treated=0.55, arm_effects=(0, 0, 1))
        return design, scenario, hf.Endpoint(name="response", kind="binary")
