"""Regression to the mean is said of the designs that suffer from it, once, and only where it matters."""

from __future__ import annotations

from handful.select.compare import compare
from handful.study.loading import loads

COUNTS = """
title: A bad year
population: {prevalence: 900}
endpoint: {name: surgeries, kind: count, better: lower, known after: 12 months}
scenarios:
  no effect: {untreated: 3 per year, rate ratio: 1, dispersion: 0.4, entry: {at least: 3, over: 12 months}}
  hoped for: {base: no effect, rate ratio: 0.4}
designs:
  year before: {kind: own control, participants: 20, lead in: 12 months}
  lead-in: {kind: own control, participants: 20, lead in: 6 months}
  by lot: {kind: randomised, participants: 20}
compute: {trials: 50}
"""


def _regression(study):
    return [w for w in compare(loads(study)).warnings if w.startswith("Regression")]


def test_a_lead_in_after_entry_is_not_flattered():
    said = _regression(COUNTS)
    assert len(said) == 1
    assert "“year before”" in said[0]
    assert "“lead-in”" not in said[0]
    assert "“by lot”" not in said[0]


def test_a_trifle_is_not_warned_of():
    assert (
        _regression(COUNTS.replace("dispersion: 0.4", "dispersion: 9").replace("at least: 3", "at least: 1"))
        == []
    )
