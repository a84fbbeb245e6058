"""Crossing probabilities of boundaries that other programs solved, against what they say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handful.stats.boundaries import fixed_drift
from handful.stats.normal_process import crossing_probabilities

FIXTURES = Path(__file__).parent / "fixtures"
QUADRATURE = json.loads((FIXTURES / "group_sequential_quadrature.json").read_text())["designs"]
RPACT = json.loads((FIXTURES / "group_sequential_rpact.json").read_text())["designs"]
GSDESIGN = json.loads((FIXTURES / "group_sequential_gsdesign.json").read_text())["designs"]

ALPHA = {"D08": 0.05, "D17": 0.1}  # one-sided, 0.025 in the other designs
POWER = {"D04": 0.8, "D08": 0.8, "D11": 0.8, "D17": 0.8}  # 0.9 in the other designs
BINDING = {"D05", "D10"}  # D05 is two-sided: its lower boundary is always obeyed


@pytest.mark.parametrize("identifier", QUADRATURE)
def test_boundaries_of_the_400_node_quadrature_spend_alpha_and_reach_power(identifier: str) -> None:
    case = QUADRATURE[identifier]
    obeyed = case["lower"] if identifier in BINDING else None
    # The fixture is stated to 1e-13 in the boundaries; densities there are below 1, so 1e-12 is generous.
    null = crossing_probabilities(case["t"], obeyed, case["upper"], 0.0).upper.sum()
    assert null == pytest.approx(ALPHA.get(identifier, 0.025), abs=1e-12)
    alternative = crossing_probabilities(case["t"], case["lower"], case["upper"], case["drift"]).upper.sum()
    assert alternative == pytest.approx(POWER.get(identifier, 0.9), abs=1e-12)


@pytest.mark.parametrize("identifier", [key for key, case in RPACT.items() if case["rejectionProbabilities"]])
def test_rejection_and_futility_probabilities_of_rpact(identifier: str) -> None:
    case = RPACT[identifier]
    futility = np.array(case["futilityBounds"], dtype=float, ndmin=1)
    futility = np.where(futility <= -6, -np.inf, futility)  # rpact writes -6 for no boundary
    upper, lower, inner = case["criticalValues"], None, None
    if case["call"]["sided"] == 2:
        lower = [-bound for bound in upper]
        inner = None if np.isneginf(futility).all() else (*np.nan_to_num(futility), upper[-1])
    elif np.isfinite(futility).any():
        lower = (*futility, upper[-1])
    one_sided, power = case["call"]["alpha"] / case["call"]["sided"], 1 - case["call"]["beta"]
    drift = fixed_drift(one_sided, power) * np.sqrt(case["inflationFactor"])
    crossing = crossing_probabilities(case["informationRates"], lower, upper, drift, inner=inner)
    # rpact's own integration is off by up to 1.1e-8 in the boundaries, and so is its power.
    assert crossing.upper == pytest.approx(np.array(case["rejectionProbabilities"]), abs=1.1e-8)
    futile = crossing.inner if inner is not None else crossing.lower
    if inner is not None or (lower is not None and case["call"]["sided"] == 1):
        assert futile[:-1] == pytest.approx(np.array(case["futilityProbabilities"], ndmin=1), abs=1.1e-8)


@pytest.mark.parametrize("identifier", GSDESIGN)
def test_crossing_probabilities_of_gsdesign(identifier: str) -> None:
    case: dict[str, Any] = GSDESIGN[identifier]
    drift = case["theta"][1] * np.sqrt(case["n.I"][-1])  # theta is the effect in units of the fixed design
    crossing = crossing_probabilities(case["timing"], case["lower"], case["upper"], [0.0, drift])
    # gsDesign's default grid is accurate to about 1e-5, and its boundaries are converged to 1e-6 only.
    assert pytest.approx(np.array(case["upper_prob"]), abs=2e-5) == crossing.upper.T
    if case["lower"] is not None:
        assert pytest.approx(np.array(case["lower_prob"]), abs=2e-5) == crossing.lower.T
