"""The same scenario with outcomes that differ more between people."""

from __future__ import annotations

import pytest

from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure
from handful.scenarios.binary import BinaryScenario
from handful.scenarios.continuous import ContinuousScenario
from handful.scenarios.count import CountScenario
from handful.scenarios.ordinal import OrdinalScenario

RESPONSE = Endpoint(name="response", kind="binary")
SCORE = Endpoint(name="score", kind="continuous", known_after=12)
BLEEDS = Endpoint(name="bleeds", kind="count", better="lower", known_after=6)
PEOPLE = Block(3, 0, 2000)


@pytest.mark.parametrize(
    ("scenario", "endpoint"),
    [
        (ContinuousScenario(untreated={"mean": 2, "sd": 6}, effect=3), SCORE),
        (BinaryScenario(untreated=0.1, treated=0.4), RESPONSE),
        (BinaryScenario(untreated=0.9, effect=-0.2), Endpoint(name="death", kind="binary", better="lower")),
        (CountScenario(untreated=6, rate_ratio=0.5, dispersion=0.3), BLEEDS),
        (CountScenario(untreated=6, rate_ratio=0.5), BLEEDS),
    ],
)
def test_the_spread_grows_as_asked_and_the_benefit_stays(scenario, endpoint):
    more = scenario.with_more_spread(1.25, endpoint)
    before, after = (
        one.participants(PEOPLE, 100, endpoint).outcome(Exposure.UNTREATED).astype(float).std()
        for one in (scenario, more)
    )
    # The standard error of a standard deviation of 200,000 outcomes is 0.2 % for normal ones; that of these counts less than 1 %.
    assert after / before == pytest.approx(1.25, rel=0.02)
    assert more.benefit(endpoint) == pytest.approx(scenario.benefit(endpoint))


def test_there_is_none_where_outcomes_cannot_differ_more():
    assert BinaryScenario(untreated=0.4, treated=0.6).with_more_spread(1.5, RESPONSE) is None
    assert BinaryScenario(untreated=0.1, treated=0.95).with_more_spread(1.2, RESPONSE) is None
    selected = CountScenario(untreated=6, rate_ratio=0.5, entry={"at least": 3})
    assert selected.with_more_spread(1.2, BLEEDS) is None
    assert CountScenario(untreated=6, rate_ratio=0.5, dispersion=9).with_more_spread(2, BLEEDS) is None
    endpoint = Endpoint(name="impression", kind="ordinal", categories=("worse", "same", "better"))
    alike = OrdinalScenario(untreated={"worse": 0.4, "same": 0.4, "better": 0.2}, odds_ratio=2)
    assert alike.with_more_spread(1.2, endpoint) is None
