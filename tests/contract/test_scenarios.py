"""Every registered kind of scenario keeps the contract of a scenario."""

from __future__ import annotations

import pytest

from handful.scenarios.registry import scenario_kinds
from handful.testing.scenarios import ScenarioCase, ScenarioContract
from tests.contract.truths import (
    BLEEDS,
    DEATH,
    IMPRESSION,
    RESPONSE,
    SCORE,
    binary,
    continuous,
    counts,
    deaths,
    impressions,
)

FACTORS = {"factors": [{"name": "young", "share": 0.3, "effect": 0.1}]}
OPERATIONS = {
    "recruitment": {"rate": "2 per month", "dropout": "5% per year", "until": 3},  # some never come
    "product": {"manufacturing failure": "10%", "waiting time": "2 months"},
}
LEVEL = {"baseline": {"mean": 50, "sd": 8, "within sd": 3, "visits": 2, "entry": {"at most": 48}}}

CASES = {
    "binary": ScenarioCase(binary(0.6), RESPONSE, lead_in=6),
    "binary, the event is bad": ScenarioCase(
        binary(0.1, 0.4, correlation=0.3), RESPONSE.replace(better="lower")
    ),
    "binary with everything": ScenarioCase(
        binary(0.6, correlation=0.4, contamination=0.3, drift=0.05, learning=0.02, **FACTORS, **OPERATIONS),
        RESPONSE,
    ),
    "continuous": ScenarioCase(continuous(4), SCORE),
    "continuous with everything": ScenarioCase(
        continuous(4, effect_sd=2, contamination=0.3, drift=0.5, **LEVEL, **FACTORS, **OPERATIONS),
        SCORE,
        lead_in=0,
        visits=(-12.0, -6.0, 0.0, 6.0, 12.0),
    ),
    "count": ScenarioCase(counts(0.4), BLEEDS, lead_in=6),
    "count with everything": ScenarioCase(
        counts(0.4, entry={"at least": 3}, contamination=0.3, learning=0.05, **FACTORS, **OPERATIONS),
        BLEEDS,
        lead_in=12,
    ),
    "time to event": ScenarioCase(deaths(0.4), DEATH),
    "time to event with everything": ScenarioCase(
        deaths(0.4, delay=2, cured=0.1, correlation=0.3, drift=0.1, **FACTORS, **OPERATIONS), DEATH
    ),
    "ordinal": ScenarioCase(impressions(4), IMPRESSION),
    "ordinal with everything": ScenarioCase(
        impressions(4, correlation=0.4, contamination=0.3, drift=0.1, **FACTORS, **OPERATIONS), IMPRESSION
    ),
}


class TestScenarios(ScenarioContract):
    @pytest.fixture(params=CASES)
    def case(self, request: pytest.FixtureRequest) -> ScenarioCase:
        return CASES[request.param]


def test_every_kind_of_scenario_keeps_the_contract():
    assert {one.scenario.kind for one in CASES.values()} == set(scenario_kinds.kinds())
