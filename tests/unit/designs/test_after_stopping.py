"""Estimates that know of the looks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from handful.designs.after_stopping import AfterStopping, Passed, Repeated, StageWise, Stops, Told
from handful.designs.base import Plan, Question
from handful.designs.group_sequential import GroupSequential
from handful.engine import exact
from handful.engine.simulate import Job, conduct_block
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Cut, Outcomes
from handful.scenarios.registry import scenario_kinds
from handful.stats.sequential_inference import stage_wise_inference

SCORE = Endpoint(name="score", kind="continuous", known_after=12)
INFORMATION, UPPER = (20.0, 40.0), (2.797, 1.977)
NOTHING = (-np.inf, -np.inf)
QUANTILE = 1.959963984540054
Z = np.array([-0.5, 1.2, 2.1, 3.4])


def told(z: np.ndarray, error: float = 2.0) -> Told:
    value = z * error
    return Told(value, value - QUANTILE * error, value + QUANTILE * error, 0.0, QUANTILE)


def stops(look: int, passed: Passed) -> Stops:
    return Stops(np.arange(len(Z)), passed.before(look), passed.information[look], passed.upper[look])


def estimator(kind: type[AfterStopping], passed: Passed) -> AfterStopping:
    return kind(passed, 0.0, 0.025)


def plan(**fields: Any) -> Plan:
    spec = {"kind": "group sequential", "participants": 40, "analysis": {"kind": "z test", "sd": 1}} | fields
    return GroupSequential.model_validate(spec).plan(Question(SCORE))


def test_a_trial_that_stops_at_its_first_look_keeps_what_it_had():
    passed = Passed(INFORMATION, UPPER, NOTHING, NOTHING)
    plain = told(Z)
    adjusted = estimator(StageWise, passed).adjust(plain, stops(0, passed))
    for part in ("value", "lower", "upper"):
        np.testing.assert_allclose(getattr(adjusted, part), getattr(plain, part), atol=1e-9)


def test_later_stops_are_moved_as_the_stage_wise_ordering_moves_the_normal_process():
    passed = Passed(INFORMATION, UPPER, NOTHING, NOTHING)
    error = 2.0
    adjusted = estimator(StageWise, passed).adjust(told(Z, error), stops(1, passed))
    known = stage_wise_inference(INFORMATION, None, UPPER, 1, Z)
    scale = error * np.sqrt(
        INFORMATION[1]
    )  # from effects per root of information to the scale of the analysis
    np.testing.assert_allclose(adjusted.value, scale * known.estimate, atol=1e-7)
    np.testing.assert_allclose(adjusted.lower, scale * known.lower, atol=1e-7)
    np.testing.assert_allclose(adjusted.upper, scale * known.upper, atol=1e-7)
    assert (adjusted.value < told(Z, error).value).all()


def test_futility_that_need_not_be_obeyed_is_counted_on_the_cautious_side_only():
    futile = (0.5, -np.inf)
    alone = Passed(INFORMATION, UPPER, NOTHING, NOTHING).before(1)
    firm = Passed(INFORMATION, UPPER, futile, futile).before(1)
    free = Passed(INFORMATION, UPPER, NOTHING, futile).before(1)
    estimate, lower, upper = free.effects(40.0, Z, 0.025)
    np.testing.assert_array_equal(estimate, firm.effects(40.0, Z, 0.025)[0])
    np.testing.assert_array_equal(upper, firm.effects(40.0, Z, 0.025)[2])
    np.testing.assert_array_equal(lower, alone.effects(40.0, Z, 0.025)[1])
    assert (lower <= firm.effects(40.0, Z, 0.025)[1]).all()
    np.testing.assert_array_equal(free.p_value(40.0, Z), alone.p_value(40.0, Z))


def test_repeated_intervals_reach_as_far_as_the_boundary_is_high():
    passed = Passed(INFORMATION, UPPER, NOTHING, NOTHING)
    plain = told(Z)
    adjusted = estimator(Repeated, passed).adjust(plain, stops(0, passed))
    np.testing.assert_array_equal(adjusted.value, plain.value)
    np.testing.assert_allclose(adjusted.lower, 2 * (Z - UPPER[0]), atol=1e-12)
    np.testing.assert_allclose(adjusted.upper, 2 * (Z + UPPER[0]), atol=1e-12)


@pytest.mark.parametrize("kind", ["stage-wise", "repeated"])
def test_an_interval_excludes_no_effect_where_benefit_is_claimed(kind: str):
    truth = scenario_kinds.get("continuous").model_validate({"untreated": {"sd": 1}, "effect": 0.8})
    made = plan(estimate=kind, looks=["30%", "60%", 1], spending="pocock")
    trials = conduct_block(Job(made, truth, 5, 2000), Block(5, 0, 2000))
    claimed = trials.success & (np.abs(trials.lower) > 1e-9)
    assert (trials.lower[claimed] > 0).all()
    if kind == "stage-wise":
        assert (trials.lower[~trials.success] < 1e-9).all()


def test_an_estimate_without_an_interval_stays_as_it_is():
    arm, none = np.array([[0, 1, 0, 1]], dtype=np.int8), np.zeros((1, 4), dtype=np.bool_)
    constant = np.array([[1.0, 3.0, 1.0, 3.0]])
    cut, look = Cut(np.array([4]), np.zeros(1)), np.array([1], dtype=np.int8)
    made = plan(estimate="stage-wise", analysis="t test")
    for observed in (None, none):
        seen = Outcomes(arm, observed, constant)
        plain = made.analysis.estimate(seen, cut, made.aim)
        told_of_it = made.estimator.of_trials(made.analysis, seen, cut, made.aim, look, None)
        np.testing.assert_array_equal(
            (told_of_it.value, told_of_it.lower, told_of_it.upper), (plain.value, plain.lower, plain.upper)
        )


def test_every_count_has_the_estimate_of_its_trials():
    response = Endpoint(name="response", kind="binary", known_after=6)
    spec = {"kind": "group sequential", "participants": 24, "estimate": "stage-wise", "analysis": "z pooled"}
    made = GroupSequential.model_validate(spec).plan(Question(response))
    lattice = exact.lattice_of(made)
    assert lattice is not None
    plain, adjusted = lattice.estimate, made.estimator.of_counts(lattice)
    np.testing.assert_allclose(adjusted[0].value, plain[0].value, atol=1e-9)
    # Few who reach the end without a claim at half: the estimate is drawn back, and the claim is not.
    assert adjusted[1].value[2, 9] < plain[1].value[2, 9]
    assert adjusted[1].lower[2, 9] > 0


def test_the_real_trial_is_concluded_with_the_information_that_it_had():
    design = GroupSequential.model_validate({"kind": "group sequential", "participants": 40})
    question = Question(SCORE)
    at_plan = design.conclude(question, 1, 2.2)
    known = stage_wise_inference([20, 40], None, design.plan(question).rule.upper, 1, 2.2)
    assert at_plan.p_value == pytest.approx(known.p_value, abs=1e-12)
    assert at_plan.estimate == pytest.approx(known.estimate, abs=1e-9)
    fewer = design.conclude(question, 1, 2.2, information=[17, 36])
    assert fewer.p_value != at_plan.p_value
    with pytest.raises(ValueError, match="no look 2"):
        design.conclude(question, 2, 2.2)
