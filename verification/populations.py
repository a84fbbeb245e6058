"""Enrichment: a subgroup beside everybody."""

from __future__ import annotations

from typing import Any

from verification.case import KNOWN_SD, MEANS, RATES_AT, RESPONSE, SCORE, Case

_VARIANT = {"name": "variant", "share": 0.4}
_ENRICHED: dict[str, Any] = {"kind": "enrichment", "subgroup": "variant"}

CASES = (
    Case(
        name="enrichment, t test, 60, both while they are close, Spiessens and Debois",
        design=_ENRICHED | {"participants": 60},
        endpoint=SCORE,
        nulls={
            "no effect": MEANS | {"effect": 0, "factors": [_VARIANT]},
            "no effect, a rare subgroup that does better anyway": MEANS
            | {"effect": 0, "factors": [_VARIANT | {"share": 0.2, "effect": 1}]},
            "helps the subgroup, harms the others as much": MEANS
            | {"effect": 0.8, "factors": [_VARIANT | {"effect without": -2 / 3}]},
            "helps the others alone": MEANS | {"effect": 0.8, "factors": [_VARIANT | {"effect with": 0}]},
        },
        hoped={
            "helps the subgroup alone": MEANS
            | {"effect": 0.8, "factors": [_VARIANT | {"effect without": 0}]},
            "helps everybody": MEANS | {"effect": 0.8, "factors": [_VARIANT]},
        },
    ),
    Case(
        name="enrichment, known sd, 400, the better alone, three looks, Fisher's product, Simes",
        design=_ENRICHED
        | {
            "participants": 400,
            "looks": ["33%", "67%", 1],
            "go on with": {"kind": "difference", "margin": 0},
            "combination": "fisher",
            "intersection": "simes",
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0, "factors": [_VARIANT]}},
        hoped={
            "helps the subgroup alone": MEANS | {"effect": 0.4, "factors": [_VARIANT | {"effect without": 0}]}
        },
    ),
    Case(
        name="enrichment, known sd, 400, the better alone, one list, Spiessens and Debois",
        design=_ENRICHED
        | {
            "participants": 400,
            "stratified": False,
            "go on with": {"kind": "difference", "margin": 0},
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={
            "no effect": MEANS | {"effect": 0, "factors": [_VARIANT]},
            "no effect, people come slowly": MEANS
            | {"effect": 0, "factors": [_VARIANT], "recruitment": {"rate": "5 per month"}},
        },
        hoped={
            "helps the subgroup alone": MEANS | {"effect": 0.4, "factors": [_VARIANT | {"effect without": 0}]}
        },
    ),
    Case(
        name="enrichment, Boschloo, 48, by thresholds",
        design=_ENRICHED | {"participants": 48, "go on with": {"kind": "thresholds", "subgroup": 0.5}},
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p, "factors": [_VARIANT]} for p in RATES_AT}
        | {
            "helps the subgroup, harms the others as much": {
                "untreated": 0.4,
                "treated": 0.8,
                "factors": [_VARIANT | {"effect without": -2 / 3}],
            }
        },
        hoped={
            "30% against 70% in the subgroup": {
                "untreated": 0.3,
                "treated": 0.7,
                "factors": [_VARIANT | {"effect without": 0}],
            }
        },
    ),
)
