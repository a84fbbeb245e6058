"""EMBARK: 2.57 against 1.92 points, difference 0.65 (-0.45 to 1.74); Study 102: an effect in the youngest alone.

Golden numbers: what the published interval implies is a standard error of 0.56, z of 1.16, a standard deviation of 3.1.
"""

from __future__ import annotations

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.two_means import TTest
from tests.cases.published import answered, compared, two_arms, with_moments

TREATED, CONTROL = (63, 2.57), (61, 1.92)
SD = 3.1


def test_the_published_difference_and_interval():
    seen = two_arms(with_moments(*TREATED, SD), with_moments(*CONTROL, SD))
    said = answered(TTest(), seen, Aim())
    assert said.value == pytest.approx(0.65)
    # The published interval is that of a mixed model; a standard deviation of two digits leaves 0.02 of its length.
    assert (said.lower, said.upper) == pytest.approx((-0.45, 1.74), abs=0.02)
    assert said.statistic == pytest.approx(1.16, abs=0.02)


def test_a_trial_of_everybody_asks_the_wrong_question_where_only_the_youngest_gain():
    results = compared("embark", 500)
    power = {
        name: results.cell(name, "as in Study 102").success.value
        for name in ("everybody", "both asked", "turn or stop")
    }
    assert power["everybody"] + 0.15 < power["both asked"] < power["turn or stop"]
    claims = {
        claim.name: claim.chance.value for claim in results.cell("turn or stop", "as in Study 102").claims
    }
    assert claims["the subgroup (aged 4 or 5)"] > 0.7
    assert claims["the whole population"] < 0.3


def test_a_look_comes_too_late_when_boys_are_found_fast():
    results = compared("embark", 500)
    slow, fast = (
        results.cell("turn or stop", name) for name in ("as in Study 102", "found as fast as EMBARK did")
    )
    assert slow.months.mean.value > 2 * fast.months.mean.value
    assert fast.success.value < slow.success.value
    as_asked = results.cell("both asked", "found as fast as EMBARK did")
    assert abs(fast.success.value - as_asked.success.value) < 0.1
    np.testing.assert_allclose(fast.participants.least, 124)


def test_the_level_is_kept_for_both_questions():
    results = compared("embark", 500)
    for name in ("both asked", "turn to the youngest", "turn or stop"):
        assert results.cell(name, "no effect").false_claims.at_most(0.025)


def test_everything_rests_on_the_youngest_being_special():
    results = compared("embark", 500)
    turns = {told.stress: told for told in results.stresses if told.design == "turn or stop"}
    assert turns["a subgroup that is not special"].turns_at < 0.25
    assert turns["a diagnostic that errs"].turns_at < 0.2
