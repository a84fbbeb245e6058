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


PROMISES = """
title: What is promised
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios:
  no effect: {untreated: 20%, effect: 0}
  hoped for: {base: no effect, effect: 0.3}
designs:
  as it stands: {kind: bayesian single arm, participants: 25, benchmark: 20%, rule: posterior, success above: 95%}
  searched: {kind: bayesian single arm, participants: 25, benchmark: 20%, target: 45%, rule: bop2}
  posterior: {kind: randomised, participants: 24, analysis: beta binomial two arms}
  watched: {kind: bayesian, participants: 24}
  calibrated: {kind: bayesian, participants: 24, calibrate: type I error}
  adaptive: {kind: response adaptive, participants: 20}
  randomisation test: {kind: response adaptive, participants: 20, test: randomisation}
  benchmark: {kind: single arm, participants: 25, benchmark: 20%, analysis: beta binomial}
  spent: {kind: single arm, participants: 24, benchmark: 20%, analysis: beta binomial, looks: [50%, 100%]}
  asymptotic: {kind: single arm, participants: 24, benchmark: 12%, analysis: z one proportion}
compute: {trials: 50}
"""
UNPROMISED = ["as it stands", "posterior", "watched", "adaptive", "benchmark"]


def test_what_promises_no_type_one_error_breaks_no_claim():
    comparison = compare(loads(PROMISES))
    said = {w.split("”")[0].removeprefix("“"): w for w in comparison.warnings}
    assert [name for name, words in said.items() if "promises no type I error; it is" in words] == UNPROMISED
    assert "claims a type I error of 2.5% and really spends" in said["asymptotic"]
    for design in comparison.designs:
        error = design.type_one
        assert (error.nominal is None) == (design.name in UNPROMISED)
        assert error.nominal is not None or not error.exceeded
    worst = {design.name: design.type_one for design in comparison.designs}
    told = f"it is {100 * worst['as it stands'].worst.value:.2f}% (exact), {worst['as it stands'].at}."
    assert said["as it stands"].endswith(told)
    assert worst["posterior"].remark == "none promised"
    assert worst["searched"].remark == ""
    assert worst["asymptotic"].remark == "above the nominal 2.5%"
