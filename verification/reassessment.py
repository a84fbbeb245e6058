"""Sizes that are chosen again: at a blinded look and with open eyes."""

from __future__ import annotations

from typing import Any

from verification.case import (
    BLEEDS,
    KNOWN_SD,
    LOWER_LIMIT_CAUTIOUS,
    MEANS,
    POOLED_T,
    RATES_AT,
    RESPONSE,
    SCORE,
    Case,
)

_UNBLINDED: dict[str, Any] = {"kind": "unblinded reassessment"}
_BLINDED = "the variance that sets the size is in the t-statistic, too (Kieser and Friede 2003)"

CASES = (
    Case(
        name="blinded reassessment, t test, look at 20 of 40, up to 80",
        design={"kind": "blinded reassessment", "participants": 40, "effect": 1, "analysis": POOLED_T},
        endpoint=SCORE,
        nulls={f"sd {sd:g}": {"untreated": {"sd": sd}, "effect": 0} for sd in (0.5, 1, 1.5, 2)},
        hoped={f"sd {sd:g}": {"untreated": {"sd": sd}, "effect": 1} for sd in (1, 1.5)},
        known_inflation=_BLINDED,
    ),
    Case(
        name="blinded reassessment, t test, look at 10 of 40, unrestricted from 10 up to 100",
        design={
            "kind": "blinded reassessment",
            "participants": 40,
            "look": "25%",
            "at most": 100,
            "effect": 1,
            "restricted": False,
            "blocks of": 2,
            "analysis": POOLED_T,
        },
        endpoint=SCORE,
        nulls={f"sd {sd:g}": {"untreated": {"sd": sd}, "effect": 0} for sd in (0.5, 1, 1.5, 2)},
        hoped={f"sd {sd:g}": {"untreated": {"sd": sd}, "effect": 1} for sd in (1, 1.5)},
        known_inflation=_BLINDED,
    ),
    Case(
        name="blinded reassessment, binary, Boschloo, look at 24 of 48, unrestricted up to 120",
        design={
            "kind": "blinded reassessment",
            "participants": 48,
            "at most": 120,
            "effect": "40%",
            "restricted": False,
        },
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT},
        hoped={"20% against 60%": {"untreated": 0.2, "treated": 0.6}},
        known_inflation="the exact test does not know that the responses of both arms together have set its size",
    ),
    Case(
        name="blinded reassessment, counts, look at 20 of 40, up to 80",
        design={"kind": "blinded reassessment", "participants": 40, "effect": 0.5},
        endpoint=BLEEDS,
        nulls={
            f"{rate} a year, dispersion {k:g}": {"untreated": rate, "rate ratio": 1, "dispersion": k}
            for rate, k in ((4, 0.3), (4, 1), (1, 0.3))
        },
        hoped={"4 a year halved": {"untreated": 4, "rate ratio": 0.5, "dispersion": 0.3}},
        known_inflation="an asymptotic test of small arms; the size adds little to it",
    ),
    Case(
        name="promising zone, known variance, look at 50 of 100, up to 200",
        design=_UNBLINDED | {"participants": 100, "test": "promising zone", "analysis": KNOWN_SD},
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.5 sd": MEANS | {"effect": 0.5}},
    ),
    Case(
        name="promising zone, t test, look at 20 of 40, up to 120",
        design=_UNBLINDED | {"participants": 40, "at most": 120, "test": "promising zone"},
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
        known_inflation="a zone found for a normal statistic, held against t-statistics on the z scale",
    ),
    Case(
        name="promising zone, t test, that begins at a conditional power of 5%",
        design=_UNBLINDED
        | {"participants": 40, "at most": 120, "test": "promising zone", "promising from": "5%"},
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
        known_inflation="a zone that begins too early for the ordinary test (Proschan and Hunsberger 1995)",
    ),
    Case(
        name="unblinded reassessment, Welch's t, inverse normal with early claims, 20 of 40, from 28 to 100 for any trend",
        design=_UNBLINDED | {"participants": 40, "at least": 28, "at most": 100, "promising from": 0},
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
    ),
    Case(
        name="unblinded reassessment, binary, Boschloo, Fisher's product with giving up above a half, 24 of 48 up to 120",
        design=_UNBLINDED
        | {"participants": 48, "at most": 120, "test": {"kind": "fisher", "futility above": "50%"}},
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT},
        hoped={"20% against 60%": {"untreated": 0.2, "treated": 0.6}},
    ),
    Case(
        name="unblinded reassessment, known variance, inverse normal, 24 of 60 up to 240, futility, stage-wise estimate",
        design=_UNBLINDED
        | {
            "participants": 60,
            "at most": 240,
            "look": "40%",
            "futility below": "10%",
            "estimate": "stage-wise",
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.3 sd": MEANS | {"effect": 0.3}, "0.6 sd": MEANS | {"effect": 0.6}},
        estimates=LOWER_LIMIT_CAUTIOUS,
    ),
    Case(
        name="unblinded reassessment, known variance, conditional error, 20 of 40 up to 100 for an effect, 0.5 sd",
        design=_UNBLINDED
        | {
            "participants": 40,
            "at most": 100,
            "effect": 0.5,
            "promising from": 0,
            "test": "conditional error",
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
    ),
    Case(
        name="unblinded reassessment, t test, conditional error, 20 of 40 up to 100",
        design=_UNBLINDED | {"participants": 40, "at most": 100, "test": "conditional error"},
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
        known_inflation="boundaries of the normal process, held against t-statistics on the z scale",
    ),
)
