"""Where a design's false claims are looked for: at its own margin, and in declared truths that are given weight."""

from __future__ import annotations

import pytest

from handful.select.compare import compare
from handful.study.loading import loads

MARGIN = """
title: Not worse
population: {prevalence: 900}
endpoint: {name: bleeds, kind: count, better: lower, known after: 12 months}
scenarios:
  worse by the margin: {untreated: 4 per year, rate ratio: 1.8, dispersion: 0.5}
  no gain: {base: worse by the margin, rate ratio: 1}
  hoped for: {base: worse by the margin, rate ratio: 0.5}
designs:
  not worse: {kind: own control, participants: 40, lead in: 6 months, margin: 1.8}
  better: {kind: own control, participants: 40, lead in: 6 months}
compute: {trials: 2000, seed: 4}
"""


def test_a_margin_moves_the_null_hypothesis():
    results = compare(loads(MARGIN))
    margin, plain = (design.type_one for design in results.designs)
    assert "worse by the margin" in margin.at
    assert margin.worst.value == pytest.approx(0.025, abs=4 * (0.025 * 0.975 / 2000) ** 0.5)
    assert "no gain" in plain.at
    assert not margin.exceeded


def test_a_margin_without_a_scenario_at_it_adds_one():
    study = loads(MARGIN)
    scenarios = {"hoped for": study.scenario("hoped for")}
    results = compare(study.replace(scenarios=scenarios))
    margin = results.designs[0].type_one
    assert margin.worst.value == pytest.approx(0.025, abs=4 * (0.025 * 0.975 / 2000) ** 0.5)


def test_stress_on_a_margin_looks_for_false_claims_at_the_margin():
    results = compare(loads(MARGIN))
    first = next(s for s in results.stresses if s.design == "not worse").points[0]
    assert first.false_claim.value < 0.05


BENCHMARK = """
title: Care improves
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios:
  as then: {untreated: 45%, effect: 0}
  care has improved: {base: as then, drift: 0.1, weight: WEIGHT}
  hoped for: {base: as then, treated: 70%}
designs:
  one arm: {kind: single arm, participants: 54, benchmark: 45%}
compute: {trials: 200, seed: 4}
"""


def test_a_truth_without_weight_is_shown_and_not_held_against_a_design():
    weighed = compare(loads(BENCHMARK.replace("WEIGHT", "1"))).designs[0].type_one
    shown = compare(loads(BENCHMARK.replace("WEIGHT", "0"))).designs[0].type_one
    assert "care has improved" in weighed.at
    assert weighed.worst.value == pytest.approx(0.313, abs=0.001)
    assert "care has improved" not in shown.at
    assert shown.worst.value < 0.025


def test_what_is_broken_from_the_start_is_not_said_to_hold():
    text = MARGIN.replace("rate ratio: 1}", "rate ratio: 1, entry: {at least: 6, over: 6 months}}")
    text = text.replace("rate ratio: 0.5}", "rate ratio: 0.5, entry: {at least: 6, over: 6 months}}")
    study = loads(text.replace("  worse by the margin: {untr", "  worse by the margin: {weight: 0, untr"))
    results = compare(study)
    drift = next(
        s for s in results.stresses if s.design == "better" and s.stress == "change without treatment"
    )
    assert drift.points[0].false_claim.value > 0.5
    assert drift.turns_at == 0
