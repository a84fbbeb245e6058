"""Whole Bayesian designs beside published trials and enumerations, through the family as a user would write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import handful as hf
from handful.designs.base import Question
from handful.designs.bayesian import Bayesian
from handful.engine import exact
from handful.stats.dual_criterion import required_dual_estimate
from handful.stats.normal_posterior import required_estimate
from handful.stats.normal_process import crossing_probabilities

FIXTURES = Path(__file__).parent / "fixtures"
RUNS = json.loads((FIXTURES / "beta_binomial.json").read_text())["exact_two_arm"]["runs"]
GERBER = json.loads((FIXTURES / "bayesian_monitoring.json").read_text())["gerber_2016"]["dual_criterion"]
RESPONSE = hf.Endpoint(name="response", kind="binary")
INDEX = hf.Endpoint(name="fall of the Crohn's disease activity index", kind="continuous")


@pytest.mark.parametrize(
    "run", RUNS, ids=lambda r: f"balanced={r['balanced']} control={r['control']} treated={r['treated']}"
)
def test_the_job_of_adaptr_has_the_exact_characteristics_of_its_enumeration(run: dict[str, Any]) -> None:
    design = Bayesian(
        participants=40,
        first_look=20,
        look_every=10,
        success_above=0.99,
        futility_below=0.01,
        **({"blocks_of": 2} if run["balanced"] else {"method": "coin flips"}),
    )
    truth = hf.BinaryScenario(untreated=run["control"], treated=run["treated"])
    plan = design.plan(Question(RESPONSE))
    lattice, chances = exact.lattice_of(plan), truth.chances(RESPONSE)
    assert lattice is not None
    assert chances is not None
    at = {name: np.array([chance]) for name, chance in (chances | {"half": 0.5}).items()}
    stopped = [(stop.success.sum(), stop.failure.sum()) for stop in exact.walk(plan, lattice, at)]
    assert sum(success for success, _ in stopped) == pytest.approx(run["superior"], rel=1e-12)
    size = sum(n * (success + failure) for n, (success, failure) in zip((20, 30, 40), stopped, strict=True))
    assert size == pytest.approx(run["expected_size"], rel=1e-12)


def test_gerber_and_gsponer_print_the_characteristics_of_their_two_stage_trial() -> None:
    design = Bayesian.model_validate(
        {
            "participants": 2 * GERBER["per_arm"][1],
            "analysis": {
                "kind": "dual criterion mean difference",
                "sd": 88,
                "decision value": GERBER["decision_value"],
            },
            "success above": GERBER["certainty"],
            "futility below": 1 - GERBER["futility"]["certainty"],
            "futility value": GERBER["futility"]["effect"],
        }
    )
    information = np.array(GERBER["per_arm"]) / (2 * 88**2)
    upper = required_dual_estimate(information, GERBER["certainty"], GERBER["decision_value"])
    lower = required_estimate(information, 1 - GERBER["futility"]["certainty"], GERBER["futility"]["effect"])
    spread = np.sqrt(information)
    for effect in (0, 60):
        truth = hf.ContinuousScenario(untreated={"sd": 88}, effect=effect)
        told = hf.simulate(design, truth, INDEX, trials=40_000, threads=1).characteristics
        stated = GERBER[f"success_at_{effect}"]
        assert told.success.error is not None
        # Printed to three digits.
        assert abs(told.success.value - stated) < 0.0005 + 4 * told.success.error
        promised = crossing_probabilities(information, lower * spread, upper * spread, effect)
        for found, stated in (
            (told.success_at[0], promised.upper[0]),
            (told.success_at[1], promised.upper[1]),
            (told.failure_at[0], promised.lower[0]),
        ):
            assert abs(found.value - stated) < 4 * found.error
