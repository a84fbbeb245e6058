"""MND-SMART: two drugs and placebo, 183, 185 and 186 people from 27 February 2020 to 24 July 2023; both drugs dropped."""

from __future__ import annotations

from datetime import date

import pytest

from handful.study.loading import load
from tests.cases.published import EXAMPLES, compared, kept

TRIALS = 1000


def test_the_pace_of_the_example_is_that_of_the_trial():
    months = (date(2023, 7, 24) - date(2020, 2, 27)).days / 30.4375
    study = load(EXAMPLES / "mnd_smart" / "study.yaml")
    assert (183 + 185 + 186) / months == pytest.approx(study.recruitment.rate, abs=0.1)


def test_looks_save_people_and_time_where_neither_drug_works():
    results = compared("mnd_smart", TRIALS)
    looked, waited = (
        results.cell(design, "neither works") for design in ("dropped at looks", "both to the end")
    )
    assert waited.participants.mean.value == 450
    assert looked.participants.mean.value < 450 - 50
    assert looked.months.mean.value < waited.months.mean.value - 9


def test_the_better_of_two_is_one_of_two():
    results = compared("mnd_smart", TRIALS)
    chances = {
        design: [claim.chance.value for claim in results.cell(design, "both work").claims]
        for design in ("dropped at looks", "the better of two")
    }
    assert min(chances["dropped at looks"]) > 0.7
    assert max(chances["the better of two"]) < 0.6


def test_no_design_makes_too_many_false_claims():
    results = compared("mnd_smart", TRIALS)
    for design in results.designs:
        for scenario in ("neither works", "hoped for", "one harms"):
            false = results.cell(design.name, scenario).false_claims
            assert false.value <= 0.025 + 4 * (0.025 * 0.975 / TRIALS) ** 0.5
    assert "both to the end" in kept(results)
