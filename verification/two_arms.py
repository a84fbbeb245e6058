"""Two randomised arms: analysed once, and with looks."""

from __future__ import annotations

from verification.case import (
    KNOWN_SD,
    LIMITS_HOLD,
    MEANS,
    MEDIAN_UNBIASED,
    NONE,
    POOLED_T,
    RATES_AT,
    RESPONSE,
    SCORE,
    Case,
)

CASES = (
    Case(
        name="randomised, t test, 40",
        design={"kind": "randomised", "participants": 40},
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
    ),
    Case(
        name="randomised, t test of equal variances, 12",
        design={"kind": "randomised", "participants": 12, "analysis": POOLED_T},
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"1.5 sd": MEANS | {"effect": 1.5}},
        estimates=MEDIAN_UNBIASED,
    ),
    Case(
        name="group sequential, t test, looks at a third, two thirds and all of 60",
        design={"kind": "group sequential", "participants": 60, "looks": ["33%", "67%", 1]},
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
        known_inflation="boundaries of the normal process, held against t-statistics on the z scale",
    ),
    Case(
        name="group sequential, Boschloo with exact boundaries, two looks of 40",
        design={"kind": "group sequential", "participants": 40, "looks": ["50%", 1], "boundaries": "exact"},
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT},
        hoped={"20% against 60%": {"untreated": 0.2, "treated": 0.6}},
    ),
    *(
        Case(
            name=f"group sequential, known sd, Pocock's spending, looks at a third, two thirds and all of 60, {kind} estimate",
            design={
                "kind": "group sequential",
                "participants": 60,
                "looks": ["33%", "67%", 1],
                "spending": "pocock",
                "estimate": kind,
                "analysis": KNOWN_SD,
            },
            endpoint=SCORE,
            nulls={"no effect": MEANS | {"effect": 0}},
            hoped={"0.4 sd": MEANS | {"effect": 0.4}, "0.8 sd": MEANS | {"effect": 0.8}},
            estimates=promise,
        )
        for kind, promise in (("plain", NONE), ("stage-wise", MEDIAN_UNBIASED), ("repeated", LIMITS_HOLD))
    ),
    Case(
        name="group sequential, known sd, for harm too, futility around no effect, looks at half and all of 120",
        design={
            "kind": "group sequential",
            "participants": 120,
            "sided": 2,
            "futility": {"spending": "pocock"},
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}, "harm": MEANS | {"effect": -0.4}},
        hoped={"0.6 sd": MEANS | {"effect": 0.6}},
    ),
    Case(
        name="group sequential, known sd, looks at 18 and 24 months, error spent at what is observed, repeated intervals, 60",
        design={
            "kind": "group sequential",
            "participants": 60,
            "looks at": [18, 24],
            "spending": "pocock",
            "estimate": "repeated",
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0, "recruitment": {"rate": "3 per month"}}},
        hoped={"0.8 sd": MEANS | {"effect": 0.8, "recruitment": {"rate": "3 per month"}}},
        estimates=LIMITS_HOLD,
    ),
    Case(
        name="group sequential, Boschloo for benefit and for harm, exact boundaries, two looks of 40, stage-wise estimate",
        design={
            "kind": "group sequential",
            "participants": 40,
            "sided": 2,
            "boundaries": "exact",
            "estimate": "stage-wise",
        },
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT},
        hoped={"20% against 60%": {"untreated": 0.2, "treated": 0.6}},
    ),
)
