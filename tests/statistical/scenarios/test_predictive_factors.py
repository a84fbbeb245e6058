"""Closed forms of scenarios whose effect depends on factors, and of subgroups found by a diagnostic, against simulated people."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from handful.participants.block import Block
from handful.participants.potential import Exposure, Participants
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from handful.scenarios.time_to_event import TimeToEventScenario
from tests.unit.scenarios.people import ENDPOINTS, SEED

Floats = NDArray[np.float64]
TRIALS, COUNT = 500, 400
ERRORS = 4.5
"""Standard errors that a mean may lie off by chance: once in 150,000 comparisons."""

FACTORS = [
    {
        "name": "variant",
        "share": 0.4,
        "effect": 0.1,
        "effect without": 0.25,
        "sensitivity": 0.8,
        "specificity": 0.9,
    },
    {"name": "young", "share": 0.3, "effect with": 0.5, "effect": -0.05},
]
KINDS: dict[str, dict[str, object]] = {
    "binary": {"untreated": 0.3, "effect": 0.4, "contamination": 0.25, "drift": 0.02},
    "binary that harms some": {
        "untreated": 0.4,
        "effect": 0.4,
        "factors": [{"name": "variant", "share": 0.5, "effect without": -0.5}],
    },
    "continuous": {
        "untreated": {"mean": -1, "sd": 1, "correlation": 0.3},
        "effect": 0.8,
        "effect sd": 0.5,
        "contamination": 0.25,
    },
    "count": {
        "untreated": "4 per year",
        "rate ratio": 0.4,
        "dispersion": 0.3,
        "contamination": 0.25,
        "entry": {"at least": 3},
    },
    "time to event": {"untreated": {"median": 12}, "hazard ratio": 0.4, "contamination": 0.25, "drift": 0.2},
    "ordinal": {"untreated": {"worse": 0.4, "same": 0.4, "better": 0.2}, "odds ratio": 6, "drift": 0.2},
    "ordinal, by categories": {
        "untreated": {"worse": 0.4, "same": 0.4, "better": 0.2},
        "treated": {"worse": 0.2, "same": 0.3, "better": 0.5},
    },
}


def truth(name: str) -> Scenario:
    kind = name.split(",")[0].split(" that")[0]
    return scenario_kinds.get(kind).model_validate({"kind": kind, "factors": FACTORS} | KINDS[name])


def people(what: Scenario) -> Participants:
    return what.participants(Block(SEED, 0, TRIALS), COUNT, ENDPOINTS[what.kind])


def moments(values: Floats) -> tuple[float, float]:
    """Mean with its standard error."""
    return float(values.mean()), float(values.std() / math.sqrt(values.size))


def benefit_and_error(what: Scenario, treated: Floats, untreated: Floats) -> tuple[float, float]:
    """The benefit among some people, each seen under both exposures."""
    endpoint = ENDPOINTS[what.kind]
    if what.kind == "count":
        (a, error_a), (b, error_b) = moments(treated), moments(untreated)
        return endpoint.sign * math.log(a / b), math.hypot(error_a / a, error_b / b)
    if what.kind == "ordinal":
        categories = len(endpoint.categories)
        shares = [
            np.bincount(v.astype(int).ravel(), minlength=categories) / v.size for v in (treated, untreated)
        ]
        wins = [2 * (np.cumsum(s) - s) + s - 1 for s in shares]
        value = float(shares[0] @ wins[1])
        spread = [float(s @ np.square(w) - (s @ w) ** 2) for s, w in zip(shares, wins[::-1], strict=True)]
        return value, math.sqrt(sum(spread) / treated.size)
    if what.kind == "time to event":
        # With a constant hazard a person's hazard ratio is the inverse ratio of their times.
        value, error = moments(np.log(treated / untreated))
        return endpoint.sign * value, error
    value, error = moments(treated - untreated)
    return endpoint.sign * value, error


@pytest.mark.parametrize("name", KINDS)
def test_benefit_of_everybody_and_of_those_in_whom_the_factor_is_found(name: str) -> None:
    what = truth(name)
    drawn, endpoint = people(what), ENDPOINTS[what.kind]
    treated, untreated = drawn.outcome(Exposure.TREATED), drawn.outcome(Exposure.UNTREATED)
    value, error = benefit_and_error(what, treated, untreated)
    assert abs(what.benefit(endpoint) - value) < ERRORS * error
    subgroup = drawn.has("variant")
    share = what.share_with("variant")
    assert abs(subgroup.mean() - share) < ERRORS * math.sqrt(share * (1 - share) / subgroup.size)
    value, error = benefit_and_error(what, treated[subgroup], untreated[subgroup])
    there = what.within("variant", endpoint).benefit(endpoint)
    assert abs(there - value) < ERRORS * error
    # Both tests would see the one benefit taken for the other.
    assert abs(there - what.benefit(endpoint)) > 2 * ERRORS * error


@pytest.mark.parametrize("name", KINDS)
def test_a_trait_is_found_with_its_sensitivity_and_specificity(name: str) -> None:
    what = truth(name)
    drawn = people(what)
    factor = what.factors[0]
    exact = people(what.replace(factors=tuple(f.replace(sensitivity=1, specificity=1) for f in what.factors)))
    has, found = exact.has("variant"), drawn.has("variant")
    for chance, seen in ((factor.sensitivity, found[has]), (factor.specificity, ~found[~has])):
        assert abs(seen.mean() - chance) <= ERRORS * math.sqrt(chance * (1 - chance) / seen.size)
    # What happens to people follows from what they have, whatever was found.
    np.testing.assert_array_equal(drawn.outcome(Exposure.TREATED), exact.outcome(Exposure.TREATED))
    assert abs(has[found].mean() - factor.predictive_value) < ERRORS * math.sqrt(0.25 / found.sum())


@pytest.mark.parametrize("name", ["binary", "binary that harms some", "continuous"])
def test_variance_of_each_arm_and_of_a_pair(name: str) -> None:
    what = truth(name)
    drawn, endpoint = people(what), ENDPOINTS[what.kind]
    told = what.variance(endpoint)
    assert told is not None
    seen = {
        "control": drawn.outcome(Exposure.UNTREATED),
        "treated": drawn.outcome(Exposure.TREATED),
        "pair": drawn.outcome(Exposure.TREATED) - drawn.outcome(Exposure.BESIDE, 1),
    }
    for arm, values in seen.items():
        square, error = moments(np.square(values - values.mean()))
        assert abs(told[arm] - square) < ERRORS * error, arm


def test_variance_of_a_log_rate_by_the_delta_method() -> None:
    what = truth("count")
    drawn = people(what)
    told = what.variance(ENDPOINTS["count"])
    assert told is not None
    first, second = drawn.outcome(Exposure.TREATED), drawn.outcome(Exposure.BESIDE, 1)
    control = drawn.outcome(Exposure.UNTREATED)
    seen = {
        "control": control / control.mean(),
        "treated": first / first.mean(),
        "pair": first / first.mean() - second / second.mean(),
    }
    for arm, values in seen.items():
        square, error = moments(np.square(values - values.mean()))
        assert abs(told[arm] - square) < ERRORS * error, arm


@pytest.mark.parametrize("name", ["binary", "binary that harms some"])
def test_chances_of_results_and_of_pairs(name: str) -> None:
    what = truth(name)
    drawn, endpoint = people(what), ENDPOINTS["binary"]
    told = what.chances(endpoint)
    assert told is not None
    treated, beside = drawn.outcome(Exposure.TREATED), drawn.outcome(Exposure.BESIDE, 1)
    seen = {
        "control": drawn.outcome(Exposure.UNTREATED),
        "treated": treated,
        "treated only": treated * (1 - beside),
        "control only": beside * (1 - treated),
    }
    for result, values in seen.items():
        share, error = moments(values)
        assert abs(told[result] - share) < ERRORS * error, result


@pytest.mark.parametrize("name", KINDS)
def test_an_effect_can_be_taken_away_and_the_subgroup_keeps_its_share_of_any_effect(name: str) -> None:
    what = truth(name)
    endpoint = ENDPOINTS[what.kind]
    none = what.scaled(0.0)
    assert none.benefit(endpoint) == pytest.approx(0, abs=1e-12)
    assert none.within("variant", endpoint).benefit(endpoint) == pytest.approx(0, abs=1e-12)
    assert 0 < what.scaled(0.5).benefit(endpoint) < what.benefit(endpoint)


@pytest.mark.parametrize("delay", [0, 5])
def test_survival_where_treatment_does_not_do_the_same_in_everybody(delay: float) -> None:
    what = truth("time to event").replace(delay=delay, cured=0.1)
    assert isinstance(what, TimeToEventScenario)
    endpoint, drawn = ENDPOINTS[what.kind], people(what)
    alternate = np.broadcast_to(np.arange(COUNT) % 2 == 1, drawn.shape)
    mixed = drawn.outcome_under(alternate)
    for exposure in (Exposure.TREATED, Exposure.UNTREATED):
        times = drawn.outcome(exposure)
        same = alternate if exposure == Exposure.TREATED else ~alternate
        np.testing.assert_array_equal(mixed[same], times[same])
        for month, promised in zip((3.0, 12.0), what.survival(exposure, [3.0, 12.0], endpoint), strict=True):
            alive = float((times > month).mean())
            assert abs(alive - promised) < ERRORS * math.sqrt(promised * (1 - promised) / times.size)
