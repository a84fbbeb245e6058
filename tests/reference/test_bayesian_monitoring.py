"""Bayesian monitoring beside published trials and other tools: dual criterion, predictive probability, calibration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from handful.stats.assurance import one_arm_assurance
from handful.stats.beta_binomial import probability_above, superiority_table
from handful.stats.calibration import constant_threshold, continuous_threshold
from handful.stats.dual_criterion import required_dual_estimate, required_responses
from handful.stats.lattice import Move, Stage
from handful.stats.normal_posterior import required_estimate
from handful.stats.normal_process import crossing_probabilities
from handful.stats.predictive_two_arms import predictive_table

PUBLISHED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "fixtures" / "bayesian_monitoring.json").read_text()
)


def test_gerber_and_gsponer_print_what_one_criterion_asks_for() -> None:
    case = PUBLISHED["gerber_2016"]["one_criterion"]
    information = case["per_arm"] / (2 * 88**2)
    needed = required_estimate(information, case["certainty"])
    assert needed == pytest.approx(case["smallest_significant_effect"], abs=0.05)


def test_gerber_and_gsponer_print_the_two_stage_dual_criterion() -> None:
    case = PUBLISHED["gerber_2016"]["dual_criterion"]
    information = np.array(case["per_arm"]) / (2 * 88**2)
    needed = required_dual_estimate(information, case["certainty"], case["decision_value"])
    # Pr(effect < 40) >= 0.9 stops for futility.
    futile = required_estimate(information, 1 - case["futility"]["certainty"], case["futility"]["effect"])
    upper, lower = needed * np.sqrt(information), futile * np.sqrt(information)

    def characteristics(effect: float) -> tuple[float, float, float]:
        crossing = crossing_probabilities(tuple(information), tuple(lower), tuple(upper), effect)
        success, futility = np.array(crossing.upper), np.array(crossing.lower)
        return success.sum(), futility.sum(), 40 + 40 * (1 - success[0] - futility[0])

    for effect in (0, 60):
        success, futility, _ = characteristics(effect)
        assert success == pytest.approx(case[f"success_at_{effect}"], abs=0.0005)
        assert futility == pytest.approx(case[f"futility_at_{effect}"], abs=0.0005)
    sizes = [np.ceil(characteristics(effect)[2]) for effect in (0, 40, 50, 60, 70)]
    # The paper rounds up.
    assert max(sizes) == case["expected_per_arm_times_two"]["largest"]
    assert characteristics(70)[2] == pytest.approx(case["expected_per_arm_times_two"]["smallest"], abs=1)


def test_neuenschwander_and_others_print_the_characteristics_of_a_double_criterion() -> None:
    case = PUBLISHED["neuenschwander_2011"]
    margin, information = 0.4, np.array(case["events"]) / 2.0**2
    # A smaller log hazard ratio is better, so benefits are minus it.
    decision_value = float(required_estimate(information[0], 0.95, null=-margin))
    needed = required_dual_estimate(information, 0.95, decision_value, null=-margin)
    spread = np.sqrt(information)
    np.testing.assert_allclose(
        ndtr((decision_value - needed) * spread), case["success_at_the_decision_value"], atol=0.005
    )
    np.testing.assert_allclose(ndtr((-margin - needed) * spread), case["success_at_the_margin"], atol=0.005)


def test_rbest_finds_the_same_boundary_when_relevance_asks_for_no_more() -> None:
    case = PUBLISHED["rbest_oc1s"]
    needed = required_responses(20, benchmark=0.3, decision_value=0.3, certainty=0.975)
    assert needed == case["largest_count_that_is_not_enough"] + 1


def test_saville_and_others_print_the_threshold_that_keeps_their_type_one_error() -> None:
    case = PUBLISHED["saville_2014"]
    posterior = probability_above(0.5, np.arange(101), 100)
    moves = (Move((1,), ("treated",)), Move((0,), ("not treated",)))
    found = constant_threshold(
        [Stage(((100, moves),))],
        [posterior],
        lambda nuisance: {"treated": np.full(len(nuisance), 0.5)},
        0.05,
        is_point=True,
    )
    assert int(np.searchsorted(posterior, found.threshold)) == case["responses_that_succeed"]
    # Printed cut off after three digits.
    assert 0 <= found.threshold - case["posterior_at_59"] < 0.001
    assert found.error == pytest.approx(case["type_one_error"], abs=0.0005)


def test_saville_and_others_need_so_many_responses_after_the_interim() -> None:
    case = PUBLISHED["saville_2014"]
    success = np.arange(101) >= case["responses_that_succeed"]
    # Nothing depends on a control arm of nobody.
    table = predictive_table(success[None], control=0, treated=20)
    to_come = success[12:93]
    assert int(to_come.argmax()) == case["needed_of_the_80_to_come_after_12_of_20"]
    assert 0.5 < table[0, 12] < 0.6


def test_phase1b_averages_success_over_the_same_future() -> None:
    case = PUBLISHED["phase1b_predprobdist"]
    beyond = superiority_table(40, 0, (0.6, 0.4), (7.0, 11.0), 0.1)[16:34, 0] > 0.9
    assert int(beyond.argmax()) + 16 == case["successes_from"]
    # Their figure is given to 14 digits and compared by them to 1.5e-8.
    assert one_arm_assurance(beyond, (0.6, 0.4)) == pytest.approx(case["value"], rel=1e-8)


@pytest.mark.parametrize("looks", [2, 3, 4, 5])
def test_a_flat_posterior_at_every_look_is_pococks_boundary(looks: int) -> None:
    information = tuple(np.arange(1.0, looks + 1))
    never = (-np.inf,) * looks
    found = continuous_threshold(
        lambda z: float(sum(crossing_probabilities(information, never, (z,) * looks, 0.0).upper)), 0.025
    )
    constant = PUBLISHED["jennison_turnbull_table_2_1"]["constants"][str(looks)]
    # Two-sided tests cross both boundaries with a probability of less than 1e-4: in the fourth digit of the constant.
    assert found.threshold == pytest.approx(constant, abs=1e-3)
