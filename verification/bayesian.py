"""Designs that are watched by posterior and predictive probability."""

from __future__ import annotations

from verification.case import MEANS, RATES_AT, RESPONSE, SCORE, Case

CASES = (
    Case(
        name="Bayesian, binary, five looks of 40, posterior probability of 0.975 read as it stands",
        design={
            "kind": "bayesian",
            "participants": 40,
            "first look": 8,
            "look every": 8,
            "success above": 0.975,
        },
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT},
        hoped={"20% against 60%": {"untreated": 0.2, "treated": 0.6}},
        known_inflation="a posterior probability is read at every look and calibrated to nothing",
    ),
    Case(
        name="Bayesian, binary, five looks of 40, calibrated exactly, giving up by predictive probability",
        design={
            "kind": "bayesian",
            "participants": 40,
            "first look": 8,
            "look every": 8,
            "predictive below": 0.05,
            "calibrate": "type I error",
        },
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT},
        hoped={"20% against 60%": {"untreated": 0.2, "treated": 0.6}},
    ),
    Case(
        name="Bayesian, binary, prior of eight successes in ten for treatment, calibrated, counting on giving up",
        design={
            "kind": "bayesian",
            "participants": 36,
            "allocation": "2:1",
            "analysis": {"kind": "beta binomial two arms", "prior treated": [8, 2]},
            "futility below": 0.2,
            "calibrate": {"binding": True},
        },
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT},
        hoped={"20% against 60%": {"untreated": 0.2, "treated": 0.6}},
    ),
    Case(
        name="Bayesian, means, three looks of 48, known sd, calibrated by the normal theory, counting on giving up",
        design={
            "kind": "bayesian",
            "participants": 48,
            "looks": ["33%", "67%", 1],
            "analysis": {"kind": "posterior mean difference", "sd": 1},
            "predictive below": 0.1,
            "calibrate": {"binding": True},
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
    ),
    Case(
        name="Bayesian, means, two looks of 24, unknown variances, calibrated by simulation",
        design={
            "kind": "bayesian",
            "participants": 24,
            "calibrate": {"simulated in": [{"kind": "continuous", **MEANS, "effect": 0}]},
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"1 sd": MEANS | {"effect": 1}},
    ),
    Case(
        name="Bayesian, dual criterion of means, two looks of 80, read as it stands (Gerber and Gsponer 2016)",
        design={
            "kind": "bayesian",
            "participants": 80,
            "analysis": {"kind": "dual criterion mean difference", "sd": 88, "decision value": 50},
            "success above": 0.975,
            "futility below": 0.1,
            "futility value": 40,
        },
        endpoint=SCORE,
        nulls={"no effect": {"untreated": {"sd": 88}, "effect": 0}},
        hoped={"60": {"untreated": {"sd": 88}, "effect": 60}},
        known_inflation="a proof of concept whose certainty is read as it stands",
    ),
)
