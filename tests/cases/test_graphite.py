"""GRAPHITE: 24 of 168 with an event against 47 of 165, in a trial that was designed to grow if it looked promising."""

from __future__ import annotations

import pytest

from handful.analyses.base import Aim
from handful.analyses.two_proportions import PooledZ
from tests.cases.published import answered, compared, kept, responses, two_arms


def test_the_published_shares():
    said = answered(PooledZ(), two_arms(responses(168 - 24, 168), responses(165 - 47, 165)), Aim())
    assert said.value == pytest.approx(0.1420, abs=5e-5)
    # The pooled z-test by hand; the published two-sided p-value of the log-rank test is 0.0009.
    pooled = (144 + 118) / 333
    by_hand = (144 / 168 - 118 / 165) / (pooled * (1 - pooled) * (1 / 168 + 1 / 165)) ** 0.5
    assert said.statistic == pytest.approx(by_hand, rel=1e-12)
    assert said.lower > 0


def test_only_a_blinded_look_makes_up_for_more_events():
    results = compared("graphite", 1000)

    def enrolled(design: str, scenario: str) -> float:
        return results.cell(design, scenario).participants.mean.value

    assert enrolled("blinded", "more events") - enrolled("blinded", "hoped for") > 80
    assert abs(enrolled("promising zone", "more events") - enrolled("promising zone", "hoped for")) < 25
    assert 340 < enrolled("promising zone", "hoped for") < 390


def test_a_trial_that_may_stop_spares_people_when_there_is_no_effect():
    results = compared("graphite", 1000)
    may_stop = results.cell("weighted as planned, may stop", "no effect")
    assert may_stop.participants.mean.value < 300
    assert may_stop.success.value < 0.04


def test_levels_are_kept():
    results = compared("graphite", 1000)
    assert "group sequential" in kept(results)
    fixed = next(design for design in results.designs if design.name == "fixed")
    assert fixed.type_one.worst.how == "exact"
    assert fixed.type_one.worst.value < 0.025
