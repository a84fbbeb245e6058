"""Selection of arms against rpact: the closed test of real data to its printed digits, and a simulated trial."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import handful as hf
from handful.analyses.base import Aim
from handful.analyses.closed import Closed, ClosedByProducts
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.registry import make
from handful.participants.observations import Cut, Outcomes, Stage
from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.conditional_error import conditional_rejection_probability
from handful.stats.fisher_combination import fisher_test
from handful.stats.spending import KimDeMets

RPACT = json.loads((Path(__file__).parent / "fixtures" / "rpact_multi_arm.json").read_text())
CASES = RPACT["analyses"]["cases"]
ARMS = (Hypothesis(name="arm 1", arm=1), Hypothesis(name="arm 2", arm=2))
FRACTIONS = (0.15, 0.4, 0.7, 1.0)
ALPHA = 0.02
NORMAL = group_sequential_boundaries(FRACTIONS, efficacy=KimDeMets(1.2), alpha=ALPHA)
FISHER = fisher_test(FRACTIONS, alpha=ALPHA, futility=(0.7, 0.5, 0.3))


def observed(stages: list[Any]) -> tuple[Outcomes, list[int]]:
    """One trial with these patients and events, and how many have been seen by the end of each stage."""
    arm: list[int] = []
    event: list[float] = []
    ends = []
    for stage in stages:
        for number, (patients, events) in enumerate(stage):
            arm += [number] * patients
            event += [1.0] * events + [0.0] * (patients - events)
        ends.append(len(arm))
    return Outcomes(np.array([arm], dtype=np.int8), None, np.array([event])), ends


def statistics(case: dict[str, Any]) -> list[np.ndarray]:
    """The statistic of each arm after each stage."""
    seen, ends = observed(case["stages"])
    by_products = case["design"] == "fisher"
    weights = np.square(FISHER.weights) if by_products else np.diff(FRACTIONS, prepend=0.0)
    analysis = (ClosedByProducts if by_products else Closed)(
        base=make("fisher" if case["exact"] else "z pooled"),
        hypotheses=ARMS,
        weights=tuple(weights.tolist()),
        intersection=case["intersection"],
    )
    aim = Aim(sign=1 if case["better"] == "higher" else -1)
    month, kept = np.zeros(1), np.array([[True, False]])
    looks = [
        Cut(np.array([ends[0]]), month),
        Cut(np.array([ends[1]]), month, (Stage(np.array([ends[0]]), month),), kept),
    ]
    return [analysis.evidence(seen, look, aim).statistic[0] for look in looks]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['design']}, {case['name']}")
def test_the_closed_test_of_an_arm_is_that_of_rpact(case: dict[str, Any]) -> None:
    # rpact prints what is left to reject later, which falls strictly with the combined statistic that it stands for.
    first, second = statistics(case)
    stated_first, stated_second = case["conditional rejection"]
    if case["design"] == "inverse normal":
        bounds = (FRACTIONS, (-0.5, 0.0, 0.5, -np.inf), NORMAL.upper)
        found = conditional_rejection_probability(*bounds, 0, first)
        then = float(conditional_rejection_probability(*bounds, 1, second[0]))
    else:
        p = np.exp(-first)
        found = FISHER.conditional_error(0, p)
        # The p-value of the second stage alone, from the products up to each; its exponent is not 1.
        alone = np.exp(-(second[0] - first.min()) / FISHER.weights[1])
        then = float(FISHER.conditional_error(1, alone, np.exp(-second[0])))
    np.testing.assert_allclose(found, stated_first, rtol=1e-5)
    if stated_second is not None:
        assert then == pytest.approx(stated_second[0], rel=1e-5)


def test_rpacts_simulated_power_of_keeping_the_best_arm() -> None:
    stated = RPACT["simulation"]
    design = hf.ArmSelection(arms=3, participants=80, analysis={"kind": "z test", "sd": 1})
    truth = hf.ContinuousScenario(untreated={"sd": 1}, effect=0.8, arm_effects=(0, 0.5, 1))
    found = hf.simulate(design, truth, hf.Endpoint(name="change", kind="continuous"), trials=20_000)
    power = found.characteristics.success
    assert power.value is not None
    assert power.error is not None
    theirs = (power.value * (1 - power.value) / stated["iterations"]) ** 0.5
    assert abs(power.value - stated["rejectAtLeastOne"]) < 4 * (theirs**2 + power.error**2) ** 0.5
