"""Row 10, Casgevy (CLIMB SCD-121) [V:cas-pm]: 29 of 30 against 50%; golden numbers 2.9e-8 and 9.3e-10 [G]."""

from __future__ import annotations

import pytest

from handful.analyses.base import Aim
from handful.analyses.one_proportion import Binomial
from tests.cases.published import answered, compared, kept, responses, two_arms

AGAINST_HALF = Aim(null=0.5)


def test_29_of_30_against_a_half():
    said = answered(Binomial(), two_arms(responses(29, 30)), AGAINST_HALF)
    assert -said.statistic == pytest.approx(2.9e-8, rel=0.02)
    assert (said.lower + 0.5, said.upper + 0.5) == pytest.approx(
        (0.828, 0.999), abs=5e-4
    )  # published 83 to 100


def test_30_of_30_against_a_half():
    said = answered(Binomial(), two_arms(responses(30, 30)), AGAINST_HALF)
    assert -said.statistic == pytest.approx(9.3e-10, rel=0.02)
    assert said.lower + 0.5 == pytest.approx(0.88, abs=5e-3)  # published 88 to 100


def test_thirty_people_are_enough_and_exact():
    results = compared("casgevy")
    done = results.cell("all at once", "as published")
    assert done.success.how == "exact"
    assert done.success.value > 0.99
    # 21 of 30 is the first result with a one-sided p-value of at most 2.5%: P(at least 21 of 30 | 1/2) = 0.0214.
    assert results.designs[0].type_one.worst.value == pytest.approx(0.0214, abs=5e-5)
    assert {"all at once", "watched all along"} <= kept(results)
    assert results.chosen in {"all at once", "watched all along", "two stages"}


def test_a_benchmark_is_the_weak_point():
    drift = [s for s in compared("casgevy").stresses if s.stress == "drift of the benchmark"]
    assert drift
    assert all(0 < s.turns_at < 0.5 for s in drift)
