"""The adaptive designs of times to events under verification: their stages are increments of the log-rank statistic."""

from __future__ import annotations

from typing import Any

from handful.participants.endpoint import Endpoint
from verification.case import Case

_DEATH = Endpoint(name="death", kind="time to event", known_after=36)
_ARMS: dict[str, Any] = {"kind": "arm selection", "arms": 3, "participants": 240, "events": 144}
_ENRICHED: dict[str, Any] = {"kind": "enrichment", "subgroup": "variant"}
_UNBLINDED: dict[str, Any] = {"kind": "unblinded reassessment", "participants": 240, "events": 80}
_ONE_OF_THREE = {"arm effects": [0, 0, 1]}
_ASYMPTOTIC = "the log-rank test is one for large samples, and a comparison has some forty events in a stage"


def _truth(hazard_ratio: float, **more: Any) -> dict[str, Any]:
    """People who come over ten months or more, half of whom would have the event in a year."""
    fields = {"untreated": {"median": 12}, "hazard ratio": hazard_ratio}
    return fields | {"recruitment": {"rate": "16 per month"}} | more


def _variant(**more: Any) -> dict[str, Any]:
    """A trait that half of the people have."""
    return {
        "factors": [{"name": "variant", "share": 0.5} | {k.replace("_", " "): v for k, v in more.items()}]
    }


_OF_ONE_POPULATION: dict[str, Any] = {
    "nulls": {"no effect": _truth(1), "no effect, all at once": _truth(1, recruitment={})},
    "hoped": {"hazard ratio 0.6": _truth(0.6)},
    "known_inflation": _ASYMPTOTIC,
}

CASES = (
    Case(
        name="group sequential, log-rank, looks at 40 and 80 events of 240 people, beside which the adaptive ones stand",
        design={"kind": "group sequential", "participants": 240, "events": 80},
        endpoint=_DEATH,
        **_OF_ONE_POPULATION,
    ),
    Case(
        name="arm selection, log-rank, the best of three by its z, 72 and then 72 events, Dunnett, inverse normal",
        design=_ARMS | {"keep": {"kind": "best", "by": "z"}, "later": "same total"},
        endpoint=_DEATH,
        nulls={"no effect": _truth(1), "one arm works": _truth(0.6, **_ONE_OF_THREE)},
        hoped={"0.5, half of it, none": _truth(0.5, **{"arm effects": [0, 0.5, 1]})},
        known_inflation=_ASYMPTOTIC,
    ),
    Case(
        name="arm selection, log-rank, arms within a margin to a decision each, 48, 96 and 144 events, Simes, Fisher",
        design=_ARMS
        | {
            "looks": ["33%", "67%", 1],
            "keep": {"kind": "within", "margin": 0.3},
            "intersection": "simes",
            "combination": "fisher",
            "ends": "all decided",
        },
        endpoint=_DEATH,
        nulls={
            "no effect": _truth(1),
            "one arm works": _truth(0.6, **_ONE_OF_THREE),
            "two arms work": _truth(0.6, **{"arm effects": [0, 1, 1]}),
        },
        hoped={"0.5, half of it, none": _truth(0.5, **{"arm effects": [0, 0.5, 1]})},
        known_inflation=_ASYMPTOTIC,
    ),
    Case(
        name="enrichment, log-rank, the better alone, 75 and then 75 events, Spiessens and Debois",
        design=_ENRICHED
        | {"participants": 240, "events": 150, "go on with": {"kind": "difference", "margin": 0}},
        endpoint=_DEATH,
        nulls={
            "no effect": _truth(1, **_variant()),
            "no effect, a subgroup that does worse anyway": _truth(1, **_variant(effect=1.0)),
            "no effect, a subgroup that does better anyway": _truth(1, **_variant(effect=-1.0)),
            "helps the others alone": _truth(0.6, **_variant(effect_with=0)),
        },
        hoped={"helps the subgroup alone": _truth(0.5, **_variant(effect_without=0))},
        known_inflation=_ASYMPTOTIC,
    ),
    Case(
        name="enrichment, log-rank, 640 people, 200 and then 200 events, the better alone, Spiessens and Debois",
        design=_ENRICHED
        | {"participants": 640, "events": 400, "go on with": {"kind": "difference", "margin": 0}},
        endpoint=_DEATH,
        nulls={"no effect, a subgroup that does worse anyway": _truth(1, **_variant(effect=1.0))},
        hoped={"helps the subgroup alone": _truth(0.6, **_variant(effect_without=0))},
    ),
    *(
        Case(
            name=f"unblinded reassessment, log-rank, {test}, 40 of 80 events up to 160",
            design=_UNBLINDED | {"test": test} | ({} if test == "promising zone" else {"promising from": 0}),
            endpoint=_DEATH,
            **_OF_ONE_POPULATION,
        )
        for test in ("inverse normal", "fisher", "conditional error", "promising zone")
    ),
)
