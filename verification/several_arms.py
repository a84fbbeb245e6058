"""Several arms against control: selection, drop the losers, boundaries that drop arms."""

from __future__ import annotations

from verification.case import KNOWN_SD, MEANS, RATES_AT, RESPONSE, SCORE, Case

_ONE_OF_THREE = {"arm effects": [0, 0, 1]}

CASES = (
    Case(
        name="arm selection, three arms and control, 10 and then 10 of the best and control, Dunnett, inverse normal",
        design={"kind": "arm selection", "arms": 3, "participants": 80, "analysis": KNOWN_SD},
        endpoint=SCORE,
        nulls={
            "no effect": MEANS | {"effect": 0},
            "one arm works": MEANS | _ONE_OF_THREE | {"effect": 0.8},
        },
        hoped={"0.8 sd, half of it, none": MEANS | {"effect": 0.8, "arm effects": [0, 0.5, 1]}},
    ),
    Case(
        name="arm selection, all arms within a margin to a decision each, Dunnett, inverse normal",
        design={
            "kind": "arm selection",
            "arms": 3,
            "participants": 80,
            "keep": {"kind": "within", "margin": 1},
            "ends": "all decided",
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={
            "no effect": MEANS | {"effect": 0},
            "one arm works": MEANS | _ONE_OF_THREE | {"effect": 0.8},
            "one arm cannot be missed": MEANS | _ONE_OF_THREE | {"effect": 3},
            "two arms work": MEANS | {"effect": 0.8, "arm effects": [0, 1, 1]},
        },
        hoped={"0.8 sd, half of it, none": MEANS | {"effect": 0.8, "arm effects": [0, 0.5, 1]}},
    ),
    Case(
        name="arm selection of small arms, 5 and then 5, Welch's t, same total, Simes, Fisher with giving up above a half",
        design={
            "kind": "arm selection",
            "arms": 3,
            "participants": 40,
            "later": "same total",
            "intersection": "simes",
            "combination": {"kind": "fisher", "futility above": "50%"},
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}, "one arm works": MEANS | _ONE_OF_THREE | {"effect": 1}},
        hoped={"1 sd, half of it, none": MEANS | {"effect": 1, "arm effects": [0, 0.5, 1]}},
    ),
    Case(
        name="arm selection, binary, Boschloo, the arms that are not behind, three looks, a graph",
        design={
            "kind": "arm selection",
            "arms": 2,
            "participants": 72,
            "looks": ["33%", "67%", 1],
            "keep": {"kind": "above", "at least": 0},
            "intersection": {"weights": [0.7, 0.3], "transitions": [[0, 1], [1, 0]]},
        },
        endpoint=RESPONSE,
        nulls={f"all {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT}
        | {"the second works": {"untreated": 0.3, "treated": 0.7, "arm effects": [0, 1]}},
        hoped={"30% against 70%": {"untreated": 0.3, "treated": 0.7}},
    ),
    Case(
        name="drop the losers, three arms and control, 8 each, then two, then one, known sd",
        design={
            "kind": "drop the losers",
            "arms": 3,
            "participants": 72,
            "keep": [2, 1],
            "looks": ["33%", "67%", 1],
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"0.8 sd, half of it, none": MEANS | {"effect": 0.8, "arm effects": [0, 0.5, 1]}},
    ),
    Case(
        name="multi arm, three arms and control, 10 and 20 an arm, triangular boundaries",
        design={"kind": "multi arm", "arms": 3, "participants": 80, "analysis": KNOWN_SD},
        endpoint=SCORE,
        nulls={
            "no effect": MEANS | {"effect": 0},
            "one arm works": MEANS | _ONE_OF_THREE | {"effect": 0.8},
        },
        hoped={"0.8 sd, half of it, none": MEANS | {"effect": 0.8, "arm effects": [0, 0.5, 1]}},
    ),
    Case(
        name="multi arm, each arm to a decision, four looks, boundaries of O'Brien and Fleming, not binding, 1:2",
        design={
            "kind": "multi arm",
            "arms": 2,
            "participants": 96,
            "allocation": "1:2",
            "looks": ["25%", "50%", "75%", 1],
            "upper": "obrien fleming",
            "lower": [-0.5, 0, 0.5],
            "binding": False,
            "ends": "all decided",
            "analysis": KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={
            "no effect": MEANS | {"effect": 0},
            "one arm cannot be missed": MEANS | {"effect": 3, "arm effects": [0, 1]},
        },
        hoped={"0.8 sd": MEANS | {"effect": 0.8}},
    ),
    Case(
        name="multi arm, three small arms and control, 5 and 10 an arm, t test",
        design={
            "kind": "multi arm",
            "arms": 3,
            "participants": 40,
            "analysis": {"kind": "t test", "variances": "equal"},
        },
        endpoint=SCORE,
        nulls={"no effect": MEANS | {"effect": 0}},
        hoped={"1 sd": MEANS | {"effect": 1}},
        known_inflation="boundaries of the normal process, held against t-statistics on the z scale",
    ),
)
