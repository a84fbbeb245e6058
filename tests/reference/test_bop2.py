"""BOP2 boundaries beside the R package BOP2FE."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handful.stats.bop2 import bop2_boundaries
from handful.stats.count_boundaries import CountBoundaries

CASE: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "bop2.json").read_text())["bop2fe"]


def test_bop2fe_prints_the_same_futility_boundary() -> None:
    ours = bop2_boundaries(CASE["looks"], 0.2, lambda_=0.909, gamma=1.0)
    assert list(ours.futility_if_at_most) == CASE["futility"]


def test_bop2fe_simulates_the_characteristics_that_enumeration_gives() -> None:
    design = CountBoundaries(tuple(CASE["looks"]), tuple(CASE["futility"]), tuple(CASE["superiority"]))
    trials = CASE["simulated_trials"]
    success, futility = design.stopping_probabilities([0.2, 0.4])
    for ours, simulated in (
        (success.sum(axis=1), CASE["null_rejected_percent"]),
        (success[:, :-1].sum(axis=1), CASE["stopped_early_for_superiority_percent"]),
    ):
        standard_error = np.sqrt(ours * (1.0 - ours) / trials)
        assert np.all(np.abs(ours - np.array(simulated) / 100.0) < 4.0 * standard_error)
    sizes = np.array(CASE["looks"])
    variance = (success + futility) @ sizes**2 - design.expected_size([0.2, 0.4]) ** 2
    # Four standard errors, and half a unit of the one digit that is printed.
    allowed = 4.0 * np.sqrt(variance / trials) + 0.05
    assert np.all(np.abs(design.expected_size([0.2, 0.4]) - CASE["average_size"]) < allowed)


def test_the_first_boundary_of_bop2fe_needs_a_prior_worth_one_participant() -> None:
    uniform = bop2_boundaries(CASE["looks"], 0.2, lambda_=0.909, gamma=1.0, prior=(1.0, 1.0))
    assert list(uniform.futility_if_at_most) != CASE["futility"]
    assert uniform.futility_if_at_most == pytest.approx(CASE["futility"], abs=1)
