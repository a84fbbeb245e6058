"""Designs without a second randomised group: own control, fellow eye, and single arms against a benchmark."""

from __future__ import annotations

from handful.participants.endpoint import Endpoint
from verification.case import BLEEDS, MEDIAN_UNBIASED, RESPONSE, SCORE, Case

_DEATH = Endpoint(name="death", kind="time to event", known_after=24)
_ONE_IN_FIVE = {"untreated": 0.2, "treated": 0.2}
_EYES = {f"both {p:.0%}": {"untreated": p, "treated": p, "correlation": 0.4} for p in (0.05, 0.2, 0.5, 0.8)}

CASES = (
    Case(
        name="own control, change from baseline, t test, 16",
        design={"kind": "own control", "participants": 16},
        endpoint=SCORE,
        nulls={"no effect": {"untreated": {"sd": 1}, "effect": 0}},
        hoped={"0.8 sd": {"untreated": {"sd": 1}, "effect": 0.8}},
    ),
    Case(
        name="own control, bleeds before and after, 20",
        design={"kind": "own control", "participants": 20, "lead in": 6},
        endpoint=BLEEDS,
        nulls={"no effect": {"untreated": 8, "dispersion": 0.5, "rate ratio": 1}},
        hoped={"60% fewer": {"untreated": 8, "dispersion": 0.5, "rate ratio": 0.4}},
        known_inflation="a quasi-Poisson t-statistic of skewed counts",
    ),
    Case(
        name="within participant, fellow eye, exact McNemar, 18",
        design={"kind": "within participant", "participants": 18},
        endpoint=RESPONSE,
        nulls=_EYES,
        hoped={"20% against 70%": {"untreated": 0.2, "treated": 0.7, "correlation": 0.4}},
    ),
    Case(
        name="within participant, fellow eye, 12",
        design={"kind": "within participant", "participants": 12},
        endpoint=SCORE,
        nulls={"no effect": {"untreated": {"sd": 1}, "effect": 0}},
        hoped={"1 sd": {"untreated": {"sd": 1}, "effect": 1}},
    ),
    Case(
        name="single arm, exact binomial against 20%, 20",
        design={"kind": "single arm", "participants": 20, "benchmark": 0.2},
        endpoint=RESPONSE,
        nulls={"no effect": _ONE_IN_FIVE},
        hoped={"60%": {"untreated": 0.2, "treated": 0.6}},
    ),
    Case(
        name="single arm, exact binomial against 20%, two looks of 30, boundaries calibrated",
        design={
            "kind": "single arm",
            "participants": 30,
            "benchmark": 0.2,
            "looks": ["50%", 1],
            "boundaries": "exact",
            "futility": {"binding": True},
        },
        endpoint=RESPONSE,
        nulls={"no effect": _ONE_IN_FIVE},
        hoped={"60%": {"untreated": 0.2, "treated": 0.6}},
    ),
    Case(
        name="single arm, t test against no change, 16",
        design={"kind": "single arm", "participants": 16, "benchmark": 0},
        endpoint=SCORE,
        nulls={"no effect": {"untreated": {"sd": 1}, "effect": 0}},
        hoped={"0.8 sd": {"untreated": {"sd": 1}, "effect": 0.8}},
        estimates=MEDIAN_UNBIASED,
    ),
    Case(
        name="single arm, deaths against a median of 12 months, 30",
        design={"kind": "single arm", "participants": 30, "benchmark": 12},
        endpoint=_DEATH,
        nulls={"no effect": {"untreated": {"median": 12}, "hazard ratio": 1}},
        hoped={"hazard ratio 0.4": {"untreated": {"median": 12}, "hazard ratio": 0.4}},
        known_inflation="the one-sample log-rank statistic of few events is skewed",
    ),
    Case(
        name="Simon's optimal two stages, 20% against 45%",
        design={"kind": "simon", "benchmark": 0.2, "target": 0.45},
        endpoint=RESPONSE,
        nulls={"no effect": _ONE_IN_FIVE},
        hoped={"45%": {"untreated": 0.2, "treated": 0.45}},
    ),
    Case(
        name="Bayesian single arm, posterior probability of 0.99 against 20%, 25",
        design={
            "kind": "bayesian single arm",
            "participants": 25,
            "benchmark": 0.2,
            "rule": "posterior",
            "success above": 0.99,
        },
        endpoint=RESPONSE,
        nulls={"no effect": _ONE_IN_FIVE},
        hoped={"50%": {"untreated": 0.2, "treated": 0.5}},
        known_inflation="a posterior probability is read at every look and calibrated to nothing",
    ),
    Case(
        name="Bayesian single arm, BOP2, 20% against 45%, 25",
        design={
            "kind": "bayesian single arm",
            "participants": 25,
            "benchmark": 0.2,
            "target": 0.45,
            "rule": "bop2",
        },
        endpoint=RESPONSE,
        nulls={"no effect": _ONE_IN_FIVE},
        hoped={"50%": {"untreated": 0.2, "treated": 0.5}},
    ),
)
