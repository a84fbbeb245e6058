"""Row 2, Zolgensma (STR1VE) [V:zolg-com, V:zolg-hcp]: 20 of 22 against 6 of 23 event-free; Fisher one-sided 9.9e-6 [G]."""

from __future__ import annotations

import pytest

from handful.analyses.base import Aim
from handful.analyses.one_proportion import Binomial
from handful.analyses.two_proportions import Fisher
from tests.cases.published import answered, compared, kept, responses, two_arms


def test_against_the_matched_natural_history():
    said = answered(Fisher(), two_arms(responses(20, 22), responses(6, 23)), Aim())
    assert -said.statistic == pytest.approx(9.9e-6, abs=5e-8)


def test_row_3_the_european_trial():
    sat = answered(Fisher(), two_arms(responses(14, 32), responses(0, 23)), Aim())
    survived = answered(Fisher(), two_arms(responses(31, 32), responses(6, 23)), Aim())
    assert -sat.statistic == pytest.approx(1.1e-4, abs=5e-6)  # [G]
    assert -survived.statistic == pytest.approx(2.3e-8, abs=5e-10)  # [G]


def test_against_a_quarter():
    # P(at least 20 of 22 | 1/4) by hand: 3^2 C(22,2) + 3 C(22,1) + 1 over 4^22.
    said = answered(Binomial(), two_arms(responses(20, 22)), Aim(null=0.25))
    assert -said.statistic == pytest.approx((9 * 231 + 3 * 22 + 1) / 4**22, rel=1e-9)


def test_the_effect_is_so_large_that_the_single_arm_suffices():
    results = compared("str1ve", 500)
    assert results.chosen == "against natural history"
    assert results.cell("against natural history", "as published").success.value > 0.999


def test_better_care_looks_like_the_product():
    results = compared("str1ve", 500)
    assert results.cell("against natural history", "better care").success.value == pytest.approx(
        0.355, abs=1e-3
    )
    assert results.cell("randomised 2:1", "better care").success.value < 0.025


def test_looks_are_calibrated_over_all_results():
    exact = next(d for d in compared("str1ve", 500).designs if d.name == "randomised with exact looks")
    assert exact.type_one.worst.how == "exact"
    assert exact.type_one.worst.value <= 0.025


def test_the_time_to_the_event_gives_the_same_answer():
    results = compared("str1ve", 1000, "survival.yaml")
    assert results.chosen == "against natural history" or "against natural history" in kept(results)
    assert results.cell("against natural history", "better care").success.value > 0.25
