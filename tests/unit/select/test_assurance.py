"""Assurance beside closed forms and dense quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

import handful as hf
from handful.stats.assurance import expected_power, normal_assurance
from handful.stats.binomial import pmf
from handful.stats.normal_posterior import Normal

RESPONSE = hf.Endpoint(name="response", kind="binary")
SCORE = hf.Endpoint(name="score", kind="continuous")


def test_counted_it_is_the_power_averaged_over_the_belief():
    design, hoped = (
        hf.SingleArm(participants=25, benchmark=0.2),
        hf.BinaryScenario(untreated=0.2, treated=0.5),
    )
    told = hf.assurance(design, hoped, RESPONSE, sd=0.08)
    plan = design.plan(hf.Question(RESPONSE))
    claims = plan.analysis.table(25, 0.2) >= plan.rule.upper[0]

    def power(benefit):
        return pmf(25, np.clip(0.2 + benefit, 0, 1)) @ claims

    assert told.success.how == "numeric"
    assert told.success.value == pytest.approx(expected_power(power, Normal(0.3, 0.08**-2)), abs=1e-6)
    assert told.mean == pytest.approx(0.3)
    assert told.works == pytest.approx(1 - 8.8e-5, abs=1e-5)


def test_simulated_it_is_the_closed_form_within_its_error():
    design = hf.Randomised(participants=40, analysis={"kind": "z test", "sd": 1})
    hoped = hf.ContinuousScenario(untreated={"sd": 1}, effect=0.8)
    told = hf.assurance(design, hoped, SCORE, sd=0.4, mean=0.6, trials=20_000, threads=1)
    information = 10.0
    needed = -ndtri(0.025) / np.sqrt(information)
    exact = float(normal_assurance(information, needed, Normal(0.6, 0.4**-2)))
    assert told.success.how == "simulated"
    assert abs(told.success.value - exact) < 4 * told.success.error
    assert told.success.error < 0.005
    again = hf.assurance(design, hoped, SCORE, sd=0.4, mean=0.6, trials=20_000, threads=2)
    assert again == told


def test_whoever_is_sure_has_the_power():
    design, hoped = hf.Randomised(participants=48), hf.BinaryScenario(untreated=0.2, treated=0.6)
    power = hf.characteristics(design, hoped, RESPONSE).success.value
    assert hf.assurance(design, hoped, RESPONSE, sd=1e-6).success.value == pytest.approx(power, abs=1e-6)


def test_what_is_no_belief_is_refused():
    design, hoped = hf.Randomised(participants=48), hf.BinaryScenario(untreated=0.2, treated=0.6)
    with pytest.raises(ValueError, match="is above 0, not 0"):
        hf.assurance(design, hoped, RESPONSE, sd=0)
    with pytest.raises(ValueError, match="needs a scenario with a benefit"):
        hf.assurance(design, hoped.scaled(0), RESPONSE, sd=0.1)
