"""Row 26, Papzimeos [V:pap1-3]: 18 of 35 complete responses, entry with 3 surgeries or more; interval 0.340 to 0.686 [G]."""

from __future__ import annotations

import pytest

from handful.analyses.base import Aim
from handful.analyses.one_proportion import Binomial
from tests.cases.published import answered, compared, responses, two_arms

TRIALS = 2000


def test_18_of_35():
    said = answered(Binomial(), two_arms(responses(18, 35)), Aim(null=0.5))
    assert (said.lower + 0.5, said.upper + 0.5) == pytest.approx((0.340, 0.686), abs=5e-4)


def test_without_any_effect_the_year_before_claims_success_again_and_again():
    results = compared("papzimeos", TRIALS)
    # Simulated once with 10,000 trials: about 0.46 when people differ, 0.83 when a bad year is bad luck alone.
    assert results.cell("own year before", "no effect").success.value > 0.4
    assert results.cell("own year before", "everybody alike").success.value > 0.8


def test_a_lead_in_after_entry_and_concurrent_controls_do_not():
    results = compared("papzimeos", TRIALS)
    four_errors = 4 * (0.025 * 0.975 / TRIALS) ** 0.5
    for design in ("own lead-in", "treated later 1:1"):
        assert results.cell(design, "no effect").success.value == pytest.approx(0.025, abs=four_errors)


def test_the_warning_names_the_design_and_the_size():
    said = [w for w in compared("papzimeos", TRIALS).warnings if w.startswith("Regression to the mean")]
    assert len(said) == 1
    assert "“own year before”" in said[0]
    assert "a rate ratio of 0.818" in said[0]  # closed form, see Scenario.regression_to_the_mean
    assert "“own lead-in”" not in said[0]


def test_the_year_before_is_never_chosen():
    results = compared("papzimeos", TRIALS)
    assert results.chosen in {"own lead-in", "treated later 1:1"}
    rejected = next(v for v in results.verdicts if v.design == "own year before")
    assert not rejected.kept
    assert rejected.reasons[0].startswith("Its type I error is")
