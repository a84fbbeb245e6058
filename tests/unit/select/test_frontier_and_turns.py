"""A design that breaks a constraint outshines no other, and a threshold is not spoken of between those that were tried."""

from __future__ import annotations

from handful.select.compare import compare
from handful.study.loading import load

TRIALS = 300


def _compared(example):
    study = load(f"examples/{example}/study.yaml")
    return compare(study.replace(compute=study.compute.replace(trials=TRIALS)))


def test_what_breaks_a_constraint_dominates_nothing():
    results = _compared("reverse")
    verdicts = {v.design: v for v in results.verdicts}
    assert not verdicts["fellow eye"].kept
    assert not any("“fellow eye” is at least as good" in r for v in verdicts.values() for r in v.reasons)


def test_entry_thresholds_turn_at_one_that_was_tried():
    results = _compared("hope_b")
    turned = [s for s in results.stresses if s.stress == "regression to the mean" and s.turns_at]
    assert turned
    assert all(s.turns_at in {p.amount for p in s.points} for s in turned)
