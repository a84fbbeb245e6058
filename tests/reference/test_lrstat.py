"""A changed trial, estimates, boundaries and graphs against the numbers that the tests of lrstat state."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.conditional_error import conditional_rejection_probability
from handful.stats.dunnett import any_exceeds
from handful.stats.graphical import Graph
from handful.stats.multiplicity import Members, closed, simes_test
from handful.stats.normal_process import crossing_probabilities
from handful.stats.repeated import repeated_intervals, repeated_p_values
from handful.stats.sequential_inference import stage_wise_inference
from handful.stats.spending import HwangShihDeCani, OBrienFlemingType, PocockType

LRSTAT: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "lrstat.json").read_text())
THIRDS = (1 / 3, 2 / 3, 1)
FOUR_DECIMALS = 5e-5


def test_a_changed_trial_of_mueller_and_schaefer() -> None:
    """Three looks become one and two new ones, at the level that the first still leaves."""
    stated, sd = LRSTAT["adaptation"], 50.0
    plan = group_sequential_boundaries(THIRDS, efficacy=OBrienFlemingType(), alpha=0.025, power=0.9)
    total = np.ceil((2 * sd * plan.drift / 15.0) ** 2)
    participants = np.round(total * np.array(THIRDS))
    information = participants / (2 * sd) ** 2
    upper = group_sequential_boundaries(participants / total, efficacy=OBrienFlemingType(), alpha=0.025).upper
    z = 8 / (55 * sqrt(4 / participants[0]))
    given = (information, None, upper, 0, z)
    power = conditional_rejection_probability(*given, effect=10.0)
    assert float(power) == pytest.approx(stated["conditional_power"], abs=FOUR_DECIMALS)
    left = float(conditional_rejection_probability(*given))
    rest = group_sequential_boundaries([0.5, 1], efficacy=PocockType(), alpha=left, power=0.9)
    assert rest.upper == pytest.approx(stated["boundaries_of_the_rest"], abs=FOUR_DECIMALS)
    more = (rest.drift / 10.0) ** 2
    assert more == pytest.approx(stated["information_of_the_rest"], abs=FOUR_DECIMALS)
    reached = information[0] + np.array([0.5, 1]) * more
    assert reached[-1] == pytest.approx(stated["information_of_the_whole"], abs=FOUR_DECIMALS)
    score = z * sqrt(information[0]) + np.array(rest.upper) * np.sqrt(reached - information[0])
    whole = [upper[0], *(score / np.sqrt(reached))]
    assert whole == pytest.approx(stated["boundaries_of_the_whole"], abs=FOUR_DECIMALS)


def test_stage_wise_and_repeated_intervals_after_the_second_of_three_looks() -> None:
    stated, spending = LRSTAT["estimation"], HwangShihDeCani(-4)
    upper = group_sequential_boundaries(THIRDS, efficacy=spending, alpha=0.05).upper
    information = np.array(THIRDS) * 120 / (4 * 20**2)
    z = 7 / sqrt(4 / 80 * 20**2)
    found = stage_wise_inference(information, None, upper, 1, z, confidence=0.9)
    for name, value in stated["stage_wise"].items():
        assert float(getattr(found, name)) == pytest.approx(value, abs=FOUR_DECIMALS), name
    limits = repeated_intervals(information, upper, 1, z)
    expected = [stated["repeated"]["lower"], stated["repeated"]["upper"]]
    assert [float(limit) for limit in limits] == pytest.approx(expected, abs=FOUR_DECIMALS)
    p = float(repeated_p_values(THIRDS, spending, 1, z))
    assert p == pytest.approx(stated["repeated"]["p_value"], abs=FOUR_DECIMALS)


def test_boundaries_and_crossing_probabilities() -> None:
    solved = group_sequential_boundaries([0.5, 1], efficacy=OBrienFlemingType(), alpha=0.025)
    assert solved.upper == pytest.approx(LRSTAT["boundaries"]["upper"], rel=1e-8)
    information = np.array([50, 100, 150]) / 4
    found = crossing_probabilities(information, None, (3.471, 2.454, 2.004), -np.log(0.6))
    # With the probability of ending below, lrstat's three sum to 1 and 2.2e-7.
    assert found.upper == pytest.approx(np.array(LRSTAT["exit_probabilities"]["upper"]), abs=2.2e-7)


def test_repeated_p_values_and_decisions_of_the_case_study_of_maurer_and_bretz() -> None:
    case = LRSTAT["case_study"]
    looks = np.arange(2)[:, None]
    p = repeated_p_values(THIRDS, OBrienFlemingType(), looks, -ndtri(case["p"]))
    # lrstat searches the level until it moves by less than 1e-6.
    assert p == pytest.approx(np.array(case["repeated_p"]), abs=1e-6)
    graph = Graph(tuple(case["weights"]), tuple(map(tuple, case["transitions"])))
    rejected = [graph.rejects(np.minimum.accumulate(p)[look], 0.025) for look in range(2)]
    at_look = np.where(rejected[0], 1, np.where(rejected[1], 2, 0))
    assert at_look.tolist() == case["rejected_at_look"]


def dunnett(members: Members, p: list[float], weights: dict[int, float]) -> float:
    """The weighted parametric test of one pair, its statistics correlated by a half, at the pair's share of alpha."""
    share = sum(weights[member] for member in members)
    if share == 0.0:
        return 1.0
    smallest = min(p[member] / weights[member] for member in members if weights[member] > 0.0)
    bounds = [-ndtri(min(1.0, smallest * weights[member])) for member in members]
    return float(any_exceeds(bounds, np.full(len(members), sqrt(0.5)))) / share


def simes(members: Members, p: list[float], weights: dict[int, float]) -> float:
    """The weighted test of Simes of one pair, at the pair's share of alpha."""
    share = sum(weights[member] for member in members)
    if share == 0.0:
        return 1.0
    return float(simes_test([p[m] for m in members], [weights[m] / share for m in members])) / share


@pytest.mark.parametrize("case", LRSTAT["graphs"]["cases"], ids=["first", "second"])
def test_adjusted_p_values_of_a_graph_with_bonferroni_dunnett_and_simes(case: dict[str, list[float]]) -> None:
    graph = Graph(
        tuple(LRSTAT["graphs"]["weights"]), tuple(tuple(row) for row in LRSTAT["graphs"]["transitions"])
    )
    p = case["p"]
    assert graph.adjusted(p) == pytest.approx(np.array(case["bonferroni"]), abs=1e-14)

    def of_pairs(test: Callable[[Members, list[float], dict[int, float]], float]) -> Any:
        def intersection(members: Members) -> Any:
            weights = dict(zip(members, graph.weights_of(members), strict=True))
            pairs = [tuple(member for member in members if member in pair) for pair in ((0, 1), (2, 3))]
            return np.float64(min(1.0, *(test(some, p, weights) for some in pairs if some)))

        return closed(4, intersection)

    assert of_pairs(simes) == pytest.approx(np.array(case["simes"]), abs=1e-14)
    # Eight decimals are printed.
    assert of_pairs(dunnett) == pytest.approx(np.array(case["dunnett"]), abs=5e-9)
