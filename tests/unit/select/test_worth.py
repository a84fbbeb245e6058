"""What a design is worth: nobody is helped twice, waiting costs people, and who gets no product is not helped."""

from __future__ import annotations

import math

import pytest

from handful.participants.endpoint import Endpoint
from handful.scenarios.binary import BinaryScenario
from handful.scenarios.continuous import ContinuousScenario
from handful.scenarios.count import CountScenario
from handful.select.compare import compare
from handful.select.utility import helped_per_person
from handful.study.loading import loads
from handful.study.model import Population

LETTERS = Endpoint(name="letters", kind="continuous", known_after=12, worthwhile=5)


def test_nobody_is_helped_more_than_once():
    assert helped_per_person(15, LETTERS, hoped=6) == 1
    assert helped_per_person(2.5, LETTERS, hoped=6) == 0.5
    assert helped_per_person(-15, LETTERS, hoped=6) == -1


def test_without_a_worthwhile_benefit_the_one_hoped_for_counts_as_one_person():
    endpoint = Endpoint(name="letters", kind="continuous", known_after=12)
    assert helped_per_person(6, endpoint, hoped=6) == 1
    assert helped_per_person(3, endpoint, hoped=6) == 0.5


def test_a_proportion_counts_people_itself():
    assert helped_per_person(0.3, Endpoint(name="response", kind="binary"), hoped=0.6) == 0.3


def test_waiting_costs_the_people_who_come_too_late_for_treatment():
    people = Population(prevalence=900, incidence=25, reachable=0.2, horizon=120)
    # As many leave as come while the trial runs, so that 900 are there at its end, and then 25 a year come.
    assert people.to_treat_after(0) == pytest.approx(0.2 * (900 + 25 * 10))
    assert people.to_treat_after(60) == pytest.approx(0.2 * (900 + 25 * 5))
    assert people.to_treat_after(120) == 0


def test_the_estimand_of_the_assigned_counts_those_without_a_product():
    scenario = ContinuousScenario(untreated={"sd": 6}, effect=6, product={"manufacturing failure": 0.25})
    assert scenario.assigned_benefit(LETTERS) == pytest.approx(4.5)
    dosed = LETTERS.replace(estimand={"intercurrent": {"not dosed": "principal stratum"}})
    assert scenario.assigned_benefit(dosed) == 6


def test_the_estimand_of_a_ratio_mixes_rates():
    endpoint = Endpoint(name="bleeds", kind="count", better="lower", known_after=12)
    scenario = CountScenario(untreated=4, rate_ratio=0.2, product={"manufacturing failure": 0.5})
    assert scenario.assigned_benefit(endpoint) == pytest.approx(-math.log(0.6))


def test_the_composite_estimand_counts_losses_as_failures():
    endpoint = Endpoint(name="response", kind="binary", known_after=12)
    scenario = BinaryScenario(
        untreated=0.2,
        treated=0.8,
        product={"manufacturing failure": 0.5},
        recruitment={"dropout": "10% per year"},
    )
    assert scenario.assigned_benefit(endpoint) == pytest.approx(0.9 * (0.5 * 0.8 - 0.2))


STUDY = """
title: Many get no product
population: {prevalence: 900}
endpoint: {name: letters, kind: continuous, known after: 12 months, worthwhile: 5}
product: {manufacturing failure: 40%}
scenarios:
  no effect: {untreated: {sd: 6}, effect: 0}
  hoped for: {base: no effect, effect: 6}
designs:
  one arm: {kind: single arm, participants: 20, benchmark: 0}
compute: {trials: 2000, seed: 3}
"""


def test_coverage_is_that_of_the_estimand():
    told = compare(loads(STUDY)).cell("one arm", "hoped for")
    assert told.truth == 6
    # 2,000 trials: four standard errors of a coverage of 95% are 2 points, and the arm is a mixture of two normals.
    assert told.coverage.value == pytest.approx(0.95, abs=0.03)
    assert abs(told.bias.value) < 4 * told.bias.error


def test_people_without_a_product_are_not_helped():
    some = compare(loads(STUDY)).verdicts[0].utility.value
    every = compare(loads(STUDY.replace("40%", "0%"))).verdicts[0].utility.value
    assert some < 0.65 * every
