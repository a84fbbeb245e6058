"""A stress that changes what treatment does is tried also where the null has no effect to change."""

from __future__ import annotations

from handful.select.compare import compare
from handful.study.loading import loads

STUDY = """
title: A subgroup
population: {prevalence: 900}
endpoint: {name: score, kind: continuous, known after: 6 months}
scenarios:
  nothing: {untreated: {sd: 1}, effect: 0, factors: [{name: variant, share: 50%}]}
  hoped for: {base: nothing, effect: 1.2, factors: [{name: variant, share: 50%, effect without: 0}]}
designs:
  enriched: {kind: enrichment, subgroup: variant, participants: 40, analysis: t test}
compute: {trials: 400}
"""


def test_every_stress_of_an_enrichment_design_is_tried_and_the_null_stays_a_null():
    results = compare(loads(STUDY))
    by_name = {told.stress: told for told in results.stresses}
    assert set(by_name) == {
        "a diagnostic that errs",
        "a rarer subgroup",
        "a subgroup that is not special",
        "dropout",
    }
    for told in by_name.values():
        first, last = told.points[0], told.points[-1]
        assert first.power.value > last.power.value
        assert all(point.false_claim.value < 0.06 for point in told.points)
