"""Row 11, HOPE-B [V:hope-ov]: 4.19 to 1.51 bleeds a year, ratio 0.36 (0.20 to 0.64), margin 1.8.

Golden numbers [G]: log ratio -1.022, standard error 0.297, z -5.42 against the margin and -3.44 against no difference.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.rates import OwnRateRatio
from handful.participants.observations import Pairs
from tests.cases.published import answered, compared, kept

PEOPLE, LEAD_IN, WINDOW = 54, 0.5, 1.0
BENEFIT, ERROR = 1.022, 0.297
AGAINST_MARGIN = Aim(sign=-1, null=-math.log(1.8))
AGAINST_NONE = Aim(sign=-1)


@pytest.fixture
def bleeds():
    """Counts of 54 men whose total rates have the ratio 0.36 and whose robust standard error is that of the paper.

    Nine men have nearly all bleeds after treatment; in the paper most had none.
    """
    before = np.full(PEOPLE, 4.19 * LEAD_IN)
    apart = ERROR * PEOPLE**0.5 / (0.2**0.5)
    share = np.where(np.arange(PEOPLE) < 9, apart, -apart / 5)
    after = 0.36 * 4.19 * WINDOW * (1 + share)
    assert after.min() > 0
    arm = np.ones((1, PEOPLE), dtype=np.int8)
    return Pairs(arm, None, after[None, :, None], before[None, :, None], WINDOW / LEAD_IN)


def test_the_published_ratio_and_interval(bleeds):
    said = answered(OwnRateRatio(reference="normal"), bleeds, AGAINST_NONE)
    assert said.value == pytest.approx(BENEFIT, abs=5e-4)
    assert (math.exp(-said.upper), math.exp(-said.lower)) == pytest.approx((0.20, 0.64), abs=5e-3)


def test_first_not_worse_then_better(bleeds):
    analysis = OwnRateRatio(reference="normal")
    assert answered(analysis, bleeds, AGAINST_MARGIN).statistic == pytest.approx(5.42, abs=5e-3)
    assert answered(analysis, bleeds, AGAINST_NONE).statistic == pytest.approx(3.44, abs=5e-3)


def test_the_null_of_a_margin_is_the_margin():
    results = compared("hope_b", 1000)
    by_name = {d.name: d.type_one for d in results.designs}
    assert "worse by the margin" in by_name["own lead-in, not worse"].at
    assert by_name["own lead-in, not worse"].worst.at_most(0.025)
    assert results.cell("own lead-in, not worse", "no gain").success.value > 0.95


def test_an_own_control_wins_and_trusts_that_nothing_else_changes():
    results = compared("hope_b", 1000)
    assert results.chosen in {"own lead-in, better", "own lead-in of a year"}
    assert "own lead-in, not worse" in kept(results)
    assert results.cell("own lead-in, better", "fewer bleeds anyway").success.value > 0.7
    assert results.cell("against prophylaxis 1:1", "fewer bleeds anyway").success.at_most(0.025)
