"""The boundaries of rpact and gsDesign, and the power they state, through a study's own design."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handful.designs.base import Plan, Question
from handful.designs.group_sequential import GroupSequential
from handful.engine import numeric
from handful.participants.endpoint import Endpoint
from handful.scenarios.registry import scenario_kinds

HERE = Path(__file__).parent / "fixtures"
RPACT = json.loads((HERE / "group_sequential_rpact.json").read_text())["designs"]
TWO_SIDED = json.loads((HERE / "group_sequential_rpact_two_sided.json").read_text())["designs"]
GSDESIGN = json.loads((HERE / "group_sequential_gsdesign.json").read_text())["designs"]

PEOPLE = 12_000
"""So many that every share of information here is a whole number of blocks."""
THIRDS, QUARTERS = [1 / 3, 2 / 3, 1], [0.25, 0.5, 0.75, 1]
LATE, EARLY = {"kind": "obrien fleming"}, {"kind": "pocock"}


def hsd(gamma: float) -> dict[str, Any]:
    return {"kind": "hwang shih decani", "gamma": gamma}


def power(rho: float) -> dict[str, Any]:
    return {"kind": "kim demets", "rho": rho}


def plan(alpha: float, beta: float, **fields: Any) -> Plan:
    """A plan with a known standard deviation; alpha is one-sided."""
    spec = {"participants": PEOPLE, "analysis": {"kind": "z test", "sd": 1}} | fields
    design = GroupSequential.model_validate({"kind": "group sequential"} | spec)
    return design.plan(Question(Endpoint(name="score", kind="continuous"), alpha, 1 - beta))


ONE_SIDED = {
    "D04": ((0.025, 0.2), {"looks": [0.5, 1]}),
    "D07": ((0.025, 0.1), {"looks": QUARTERS, "spending": hsd(-4)}),
    "D08": ((0.05, 0.2), {"looks": [0.4, 0.8, 1], "spending": power(1.5)}),
    "D10": ((0.025, 0.1), {"looks": THIRDS, "futility": {"spending": LATE, "binding": True}}),
    "D11": (
        (0.025, 0.2),
        {"looks": [0.35, 0.65, 1], "spending": hsd(-4), "futility": {"spending": hsd(-2)}},
    ),
    "D13": ((0.025, 0.1), {"looks": QUARTERS, "spending": "haybittle peto"}),
    "D17": ((0.1, 0.2), {"looks": [0.5, 1], "spending": EARLY, "futility": {"spending": EARLY}}),
    "D05": ((0.025, 0.1), {"looks": [0.2, 0.4, 0.6, 0.8, 1], "sided": 2}),
}


def chances(made: Plan, drift: float) -> numeric.NumericCharacteristics:
    """What the normal process promises at a drift of the whole trial."""
    truth = scenario_kinds.get("continuous").model_validate({"untreated": {"sd": 1}, "effect": 0})
    found = numeric.characteristics(made, truth, drift / sqrt(PEOPLE / 4))
    assert found is not None
    return found


@pytest.mark.parametrize("name", ONE_SIDED)
def test_thresholds_and_power_of_rpact(name: str):
    rates, fields = ONE_SIDED[name]
    theirs, made = RPACT[name], plan(*rates, **fields)
    # rpact's own searches end within 1e-8 of the spending; its bounds are then right to about 1e-6.
    np.testing.assert_allclose(made.rule.upper, theirs["criticalValues"], atol=2e-6)
    if "futility" in fields:
        np.testing.assert_allclose(made.rule.lower[:-1], np.atleast_1d(theirs["futilityBounds"]), atol=2e-5)
    if fields.get("sided") == 2:
        assert made.rule.harm == tuple(-limit for limit in made.rule.upper)
    told = chances(made, sqrt(theirs["shift"]))
    np.testing.assert_allclose(told.success_at, theirs["rejectionProbabilities"], atol=1e-6)
    assert told.success + told.failure_at.sum() == pytest.approx(1, abs=1e-12)


def test_two_sided_design_with_a_region_of_futility_of_rpact():
    theirs = TWO_SIDED["T1"]
    futility = {"spending": power(1.5)}
    made = plan(0.025, 0.1, looks=[0.3, 0.4, 0.8, 1], spending=power(2.5), futility=futility, sided=2)
    # Stated to eight digits of a search that ends within 1e-7.
    np.testing.assert_allclose(made.rule.upper, theirs["criticalValues"], atol=1e-5)
    wanted = [-np.inf if bound is None else bound for bound in theirs["futilityBounds"]]
    np.testing.assert_allclose(made.rule.lower[:-1], wanted, atol=1e-5)
    assert made.rule.futility_from == tuple(-limit for limit in made.rule.lower)
    drift = sqrt(theirs["inflationFactor"]) * 3.2415155
    told = chances(made, drift)
    np.testing.assert_allclose(told.success_at, theirs["rejectionProbabilities"], atol=2e-6)
    np.testing.assert_allclose(told.failure_at[:3], theirs["futilityProbabilities"], atol=2e-6)
    # Without an effect both sides together spend twice the one-sided level at most.
    assert chances(made, 0.0).success <= 0.025 + 1e-9


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("G06", {"looks": [0.3, 0.7, 1], "spending": EARLY}),
        ("G09", {"looks": THIRDS, "futility": {"spending": LATE}}),
        ("G18", {"looks": [k / 10 for k in range(1, 11)]}),
    ],
)
def test_thresholds_and_power_of_gsdesign(name: str, fields: dict[str, Any]):
    theirs = GSDESIGN[name]
    made = plan(0.025, 0.2 if name == "G06" else 0.1, **fields)
    # gsDesign integrates on a grid that leaves about 1e-5 at a boundary, and more at the last of ten.
    np.testing.assert_allclose(made.rule.upper, theirs["upper"], atol=1e-4)
    drift = theirs["delta"] * sqrt(theirs["n.I"][-1])
    under_the_effect = [at_look[1] for at_look in theirs["upper_prob"]]
    np.testing.assert_allclose(chances(made, drift).success_at, under_the_effect, atol=2e-5)
