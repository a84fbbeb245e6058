"""PREVAIL II: 13 of 35 and 8 of 36 died, posterior probability 91.2% with uniform priors, 97.5% asked for."""

from __future__ import annotations

import pytest

from handful.analyses.base import Aim
from handful.analyses.registry import make
from handful.designs.base import Question
from handful.designs.bayesian import keeps
from handful.study.loading import load
from tests.cases.published import EXAMPLES, answered, compared, kept, responses, two_arms


def test_the_published_posterior_probability():
    alive = two_arms(responses(36 - 8, 36), responses(35 - 13, 35))
    assert answered(make("beta binomial two arms"), alive, Aim()).statistic == pytest.approx(0.912, abs=5e-4)


def test_a_posterior_probability_is_no_error_rate():
    results = compared("prevail_ii", 500)
    by_name = {design.name: design.type_one for design in results.designs}
    assert by_name["read as it stands"].worst.value == pytest.approx(0.0825, abs=5e-5)
    assert by_name["read as it stands"].nominal is None
    assert any("promises no type I error; it is 8.25%" in warning for warning in results.warnings)
    assert not by_name["calibrated"].exceeded


def test_what_is_spent_early_is_missing_late():
    results = compared("prevail_ii", 500)
    assert kept(results) == {"careful early"}
    power = {design.name: results.cell(design.name, "hoped for").success.value for design in results.designs}
    assert (
        power["calibrated, gives up"]
        < power["calibrated"]
        < power["careful early"]
        < power["read as it stands"]
    )


def test_the_threshold_that_keeps_the_level():
    study = load(EXAMPLES / "prevail_ii" / "study.yaml")
    for name in ("read as it stands", "calibrated"):
        assert keeps(study.designs[name], Question(study.endpoint)) == pytest.approx(0.9919, abs=5e-5)


def test_giving_up_spares_people_when_there_is_no_gain():
    results = compared("prevail_ii", 500)
    spared = (
        results.cell("calibrated", "no gain").participants.mean.value
        - results.cell("calibrated, gives up", "no gain").participants.mean.value
    )
    assert 95 < spared < 120
