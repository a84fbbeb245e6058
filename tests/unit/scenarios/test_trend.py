"""People who do better the later they come: each kind of outcome moves, towards benefit, and no closed form claims otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from handful.designs.base import Question
from handful.designs.registry import families
from handful.participants.potential import Exposure
from handful.select.characteristics import exact_characteristics
from tests.unit.scenarios.people import ENDPOINTS, draw, scenario

RECRUITED = {"rate": "2 per month"}
TRENDS = {"binary": 0.1, "continuous": 3.0, "count": 0.5, "time to event": 0.5, "ordinal": 0.5}


@pytest.mark.parametrize("kind", TRENDS)
@pytest.mark.parametrize("exposure", [Exposure.UNTREATED, Exposure.TREATED])
def test_later_people_do_better_whatever_their_arm_and_the_first_ones_are_the_same(
    kind: str, exposure: Exposure
) -> None:
    trends = (0.0, TRENDS[kind])
    steady, changing = (draw(scenario(kind, trend=trend, recruitment=RECRUITED)) for trend in trends)
    before, after = steady.outcome(exposure), changing.outcome(exposure)
    known = np.isfinite(before)  # the cured never have the event
    gain = np.zeros(before.shape)
    np.subtract(after, before, out=gain, where=known)
    gain *= ENDPOINTS[kind].sign
    assert (gain >= -1e-12).all()
    early, late = gain[:, :5].mean(), gain[:, -5:].mean()
    assert late > 3 * early >= 0


def test_the_trend_of_a_score_is_so_many_units_a_year() -> None:
    steady, changing = (
        draw(scenario("continuous", trend=trend, recruitment=RECRUITED), trials=3) for trend in (0.0, 3.0)
    )
    gain = changing.outcome(Exposure.UNTREATED) - steady.outcome(Exposure.UNTREATED)
    assert changing.arrival is not None
    np.testing.assert_allclose(gain, 3 * changing.arrival / 12, atol=1e-12)


def test_a_trend_needs_a_recruitment_rate() -> None:
    with pytest.raises(ValueError, match="needs a recruitment rate"):
        draw(scenario("binary", trend=0.1)).outcome(Exposure.UNTREATED)


def test_no_exact_figure_is_given_of_people_who_change() -> None:
    plan = (
        families.get("randomised")
        .model_validate({"kind": "randomised", "participants": 20})
        .plan(Question(ENDPOINTS["binary"]))
    )
    truth = scenario("binary", recruitment=RECRUITED, factors=[])
    assert exact_characteristics(plan, truth) is not None
    assert exact_characteristics(plan, truth.replace(trend=0.1)) is None
