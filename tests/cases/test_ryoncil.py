"""Row 25, Ryoncil [V:ryon]: 38 of 54 against 45%; golden 1.45e-4, doubled 2.9e-4, interval 0.564 to 0.820 [G]."""

from __future__ import annotations

import pytest

from handful.analyses.base import Aim
from handful.analyses.one_proportion import Binomial
from tests.cases.published import answered, compared, kept, responses, two_arms


def test_38_of_54_against_45_percent():
    said = answered(Binomial(), two_arms(responses(38, 54)), Aim(null=0.45))
    assert -said.statistic == pytest.approx(1.45e-4, abs=5e-7)
    assert -2 * said.statistic == pytest.approx(2.9e-4, abs=5e-6)  # published two-sided p = 0.0003
    assert (said.lower + 0.45, said.upper + 0.45) == pytest.approx((0.564, 0.820), abs=5e-4)


def test_the_single_arm_wins_by_its_duration():
    results = compared("ryoncil", 500)
    assert results.chosen == "as it was done"
    assert "randomised with looks" not in kept(results)
    said = next(v for v in results.verdicts if v.design == "randomised with looks").reasons[0]
    assert "longer than the 60 allowed" in said


def test_ten_points_of_better_care_are_claimed_as_benefit_in_a_third_of_trials():
    results = compared("ryoncil", 500)
    assert results.cell("as it was done", "care has improved").success.value == pytest.approx(0.313, abs=5e-4)
    assert results.cell("randomised with looks", "care has improved").success.value < 0.025


def test_exact_looks_keep_the_level_over_all_results():
    worst = next(
        d for d in compared("ryoncil", 500).designs if d.name == "randomised with looks"
    ).type_one.worst
    assert worst.how == "exact"
    assert worst.value <= 0.025
