"""Inference after group-sequential trials, against what rpact's tests expect of the same trials."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from handful.stats.classical import WangTsiatis
from handful.stats.repeated import repeated_intervals, repeated_p_values
from handful.stats.sequential_inference import stage_wise_inference

RPACT = json.loads((Path(__file__).parent / "fixtures" / "rpact_analysis.json").read_text())
TRIALS = RPACT["group_sequential"]


@pytest.mark.parametrize("name", TRIALS)
def test_final_p_value_median_unbiased_estimate_and_interval_of_rpact(name: str) -> None:
    case = TRIALS[name]
    futility = (*case["futility"], -np.inf)
    # rpact lets the final inference count on futility only where it is binding.
    lower = futility if case["binding"] else None
    upper = WangTsiatis(0.25).upper(tuple(case["fractions"]), 0.025, lower=lower)
    last = len(upper) - 1
    # The boundaries are those of the planned fractions, and so are rpact's probabilities of crossing them.
    information = np.array(case["fractions"]) * case["events"][last] / 4
    found = stage_wise_inference(information, lower, upper, last, case["z"][last])
    assert found.p_value == pytest.approx(case["p_value"], rel=case["tolerance"])
    hazard_ratios = np.exp([found.estimate, found.lower, found.upper])
    assert hazard_ratios == pytest.approx([case["estimate"], *case["interval"]], rel=case["tolerance"])


@pytest.mark.parametrize("name", TRIALS)
def test_repeated_confidence_intervals_of_rpact(name: str) -> None:
    case = TRIALS[name]
    lower = (*case["futility"], -np.inf) if case["binding"] else None
    upper = WangTsiatis(0.25).upper(tuple(case["fractions"]), 0.025, lower=lower)
    limits = repeated_intervals(np.array(case["events"]) / 4, upper, range(len(upper)), case["z"])
    # rpact searches these limits with a tolerance of 1e-6.
    assert np.exp(np.stack(limits, axis=1)) == pytest.approx(np.array(case["repeated_interval"]), rel=1e-6)


@pytest.mark.parametrize("case", [TRIALS["three stages, futility not binding"], RPACT["inverse_normal"]])
def test_repeated_p_values_of_rpact(case: dict[str, list[float]]) -> None:
    z = np.array(case["z"])
    if case is RPACT["inverse_normal"]:
        growth = np.diff(case["events"], prepend=0.0)
        steps = np.diff(z * np.sqrt(case["events"]), prepend=0.0) / np.sqrt(growth)
        weights = np.sqrt(np.diff(case["fractions"], prepend=0.0))
        z = np.cumsum(weights * steps) / np.sqrt(case["fractions"])
    found = repeated_p_values(case["fractions"], WangTsiatis(0.25), range(z.size), z)
    # rpact bisects the level to 1e-6.
    assert found == pytest.approx(np.array(case["repeated_p_values"]), abs=1e-6)
