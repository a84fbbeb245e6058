"""The designs under verification: each family, with the truths at which its claims are hardest to keep."""

from __future__ import annotations

from typing import Any

from handful.participants.endpoint import Endpoint, Estimand
from verification import single_groups, times_to_events
from verification.case import (
    AT_ONCE,
    BLEEDS,
    LIMITS_HOLD,
    LOWER_LIMIT_CAUTIOUS,
    MEDIAN_UNBIASED,
    NONE,
    RESPONSE,
    SCORE,
    Case,
)

_MEANS = {"untreated": {"sd": 1}}
_KNOWN_SD = {"kind": "z test", "sd": 1}
_ONE_OF_THREE = {"arm effects": [0, 0, 1]}
_RATES_AT = (0.05, 0.2, 0.5, 0.8)
_VARIANT = {"name": "variant", "share": 0.4}
_ENRICHED: dict[str, Any] = {"kind": "enrichment", "subgroup": "variant"}
_UNBLINDED: dict[str, Any] = {"kind": "unblinded reassessment"}
_POOLED_T = {"kind": "t test", "variances": "equal"}
_BLINDED = "the variance that sets the size is in the t-statistic, too (Kieser and Friede 2003)"
_THOMPSON: dict[str, Any] = {
    "kind": "response adaptive",
    "participants": 40,
    "rule": {"kind": "thall wathen", "exponent": 1},
}
_BANDIT: dict[str, Any] = {"kind": "optimal allocation", "participants": 40}
_STEADY: dict[str, dict[str, Any]] = {f"both {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT}
# Forty come in ten months.
_DRIFTING: dict[str, dict[str, Any]] = {
    "both rise from 10% by 80% a year": {
        "untreated": 0.1,
        "effect": 0,
        "trend": 0.8,
        "recruitment": {"rate": "4 per month"},
    },
    "both fall from 80% by 60% a year": {
        "untreated": 0.8,
        "effect": 0,
        "trend": -0.6,
        "recruitment": {"rate": "4 per month"},
    },
}

CASES = (
    *single_groups.CASES,
    *times_to_events.CASES,
    Case(
        name="randomised, t test, 40",
        design={"kind": "randomised", "participants": 40},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
    ),
    Case(
        name="randomised, t test of equal variances, 12",
        design={"kind": "randomised", "participants": 12, "analysis": _POOLED_T},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"1.5 sd": _MEANS | {"effect": 1.5}},
        estimates=MEDIAN_UNBIASED,
    ),
    Case(
        name="group sequential, t test, looks at a third, two thirds and all of 60",
        design={"kind": "group sequential", "participants": 60, "looks": ["33%", "67%", 1]},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
        known_inflation="boundaries of the normal process, held against t-statistics on the z scale",
    ),
    Case(
        name="group sequential, Boschloo with exact boundaries, two looks of 40",
        design={"kind": "group sequential", "participants": 40, "looks": ["50%", 1], "boundaries": "exact"},
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT},
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
                "analysis": _KNOWN_SD,
            },
            endpoint=SCORE,
            nulls={"no effect": _MEANS | {"effect": 0}},
            hoped={"0.4 sd": _MEANS | {"effect": 0.4}, "0.8 sd": _MEANS | {"effect": 0.8}},
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
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}, "harm": _MEANS | {"effect": -0.4}},
        hoped={"0.6 sd": _MEANS | {"effect": 0.6}},
    ),
    Case(
        name="group sequential, known sd, looks at 18 and 24 months, error spent at what is observed, repeated intervals, 60",
        design={
            "kind": "group sequential",
            "participants": 60,
            "looks at": [18, 24],
            "spending": "pocock",
            "estimate": "repeated",
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0, "recruitment": {"rate": "3 per month"}}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8, "recruitment": {"rate": "3 per month"}}},
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
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT},
        hoped={"20% against 60%": {"untreated": 0.2, "treated": 0.6}},
    ),
    Case(
        name="arm selection, three arms and control, 10 and then 10 of the best and control, Dunnett, inverse normal",
        design={"kind": "arm selection", "arms": 3, "participants": 80, "analysis": _KNOWN_SD},
        endpoint=SCORE,
        nulls={
            "no effect": _MEANS | {"effect": 0},
            "one arm works": _MEANS | _ONE_OF_THREE | {"effect": 0.8},
        },
        hoped={"0.8 sd, half of it, none": _MEANS | {"effect": 0.8, "arm effects": [0, 0.5, 1]}},
    ),
    Case(
        name="arm selection, all arms within a margin to a decision each, Dunnett, inverse normal",
        design={
            "kind": "arm selection",
            "arms": 3,
            "participants": 80,
            "keep": {"kind": "within", "margin": 1},
            "ends": "all decided",
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={
            "no effect": _MEANS | {"effect": 0},
            "one arm works": _MEANS | _ONE_OF_THREE | {"effect": 0.8},
            "one arm cannot be missed": _MEANS | _ONE_OF_THREE | {"effect": 3},
            "two arms work": _MEANS | {"effect": 0.8, "arm effects": [0, 1, 1]},
        },
        hoped={"0.8 sd, half of it, none": _MEANS | {"effect": 0.8, "arm effects": [0, 0.5, 1]}},
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
        nulls={"no effect": _MEANS | {"effect": 0}, "one arm works": _MEANS | _ONE_OF_THREE | {"effect": 1}},
        hoped={"1 sd, half of it, none": _MEANS | {"effect": 1, "arm effects": [0, 0.5, 1]}},
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
        nulls={f"all {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT}
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
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd, half of it, none": _MEANS | {"effect": 0.8, "arm effects": [0, 0.5, 1]}},
    ),
    Case(
        name="multi arm, three arms and control, 10 and 20 an arm, triangular boundaries",
        design={"kind": "multi arm", "arms": 3, "participants": 80, "analysis": _KNOWN_SD},
        endpoint=SCORE,
        nulls={
            "no effect": _MEANS | {"effect": 0},
            "one arm works": _MEANS | _ONE_OF_THREE | {"effect": 0.8},
        },
        hoped={"0.8 sd, half of it, none": _MEANS | {"effect": 0.8, "arm effects": [0, 0.5, 1]}},
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
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={
            "no effect": _MEANS | {"effect": 0},
            "one arm cannot be missed": _MEANS | {"effect": 3, "arm effects": [0, 1]},
        },
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
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
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"1 sd": _MEANS | {"effect": 1}},
        known_inflation="boundaries of the normal process, held against t-statistics on the z scale",
    ),
    Case(
        name="enrichment, t test, 60, both while they are close, Spiessens and Debois",
        design=_ENRICHED | {"participants": 60},
        endpoint=SCORE,
        nulls={
            "no effect": _MEANS | {"effect": 0, "factors": [_VARIANT]},
            "no effect, a rare subgroup that does better anyway": _MEANS
            | {"effect": 0, "factors": [_VARIANT | {"share": 0.2, "effect": 1}]},
            "helps the subgroup, harms the others as much": _MEANS
            | {"effect": 0.8, "factors": [_VARIANT | {"effect without": -2 / 3}]},
            "helps the others alone": _MEANS | {"effect": 0.8, "factors": [_VARIANT | {"effect with": 0}]},
        },
        hoped={
            "helps the subgroup alone": _MEANS
            | {"effect": 0.8, "factors": [_VARIANT | {"effect without": 0}]},
            "helps everybody": _MEANS | {"effect": 0.8, "factors": [_VARIANT]},
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
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0, "factors": [_VARIANT]}},
        hoped={
            "helps the subgroup alone": _MEANS
            | {"effect": 0.4, "factors": [_VARIANT | {"effect without": 0}]}
        },
    ),
    Case(
        name="enrichment, known sd, 400, the better alone, one list, Spiessens and Debois",
        design=_ENRICHED
        | {
            "participants": 400,
            "stratified": False,
            "go on with": {"kind": "difference", "margin": 0},
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={
            "no effect": _MEANS | {"effect": 0, "factors": [_VARIANT]},
            "no effect, people come slowly": _MEANS
            | {"effect": 0, "factors": [_VARIANT], "recruitment": {"rate": "5 per month"}},
        },
        hoped={
            "helps the subgroup alone": _MEANS
            | {"effect": 0.4, "factors": [_VARIANT | {"effect without": 0}]}
        },
    ),
    Case(
        name="enrichment, Boschloo, 48, by thresholds",
        design=_ENRICHED | {"participants": 48, "go on with": {"kind": "thresholds", "subgroup": 0.5}},
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p, "factors": [_VARIANT]} for p in _RATES_AT}
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
    Case(
        name="blinded reassessment, t test, look at 20 of 40, up to 80",
        design={"kind": "blinded reassessment", "participants": 40, "effect": 1, "analysis": _POOLED_T},
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
            "analysis": _POOLED_T,
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
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT},
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
        design=_UNBLINDED | {"participants": 100, "test": "promising zone", "analysis": _KNOWN_SD},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.5 sd": _MEANS | {"effect": 0.5}},
    ),
    Case(
        name="promising zone, t test, look at 20 of 40, up to 120",
        design=_UNBLINDED | {"participants": 40, "at most": 120, "test": "promising zone"},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
        known_inflation="a zone found for a normal statistic, held against t-statistics on the z scale",
    ),
    Case(
        name="promising zone, t test, that begins at a conditional power of 5%",
        design=_UNBLINDED
        | {"participants": 40, "at most": 120, "test": "promising zone", "promising from": "5%"},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
        known_inflation="a zone that begins too early for the ordinary test (Proschan and Hunsberger 1995)",
    ),
    Case(
        name="unblinded reassessment, Welch's t, inverse normal with early claims, 20 of 40, from 28 to 100 for any trend",
        design=_UNBLINDED | {"participants": 40, "at least": 28, "at most": 100, "promising from": 0},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
    ),
    Case(
        name="unblinded reassessment, binary, Boschloo, Fisher's product with giving up above a half, 24 of 48 up to 120",
        design=_UNBLINDED
        | {"participants": 48, "at most": 120, "test": {"kind": "fisher", "futility above": "50%"}},
        endpoint=RESPONSE,
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT},
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
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.3 sd": _MEANS | {"effect": 0.3}, "0.6 sd": _MEANS | {"effect": 0.6}},
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
            "analysis": _KNOWN_SD,
        },
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
    ),
    Case(
        name="unblinded reassessment, t test, conditional error, 20 of 40 up to 100",
        design=_UNBLINDED | {"participants": 40, "at most": 100, "test": "conditional error"},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
        known_inflation="boundaries of the normal process, held against t-statistics on the z scale",
    ),
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
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT},
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
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT},
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
        nulls={f"both {p:.0%}": {"untreated": p, "treated": p} for p in _RATES_AT},
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
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
    ),
    Case(
        name="Bayesian, means, two looks of 24, unknown variances, calibrated by simulation",
        design={
            "kind": "bayesian",
            "participants": 24,
            "calibrate": {"simulated in": [{"kind": "continuous", **_MEANS, "effect": 0}]},
        },
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"1 sd": _MEANS | {"effect": 1}},
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
    Case(
        name="response adaptive, Thompson's rule, posterior probability above 98%, looks after every 5 of 40",
        design=_THOMPSON,
        endpoint=AT_ONCE,
        nulls=_STEADY | _DRIFTING,
        hoped={"30% against 70%": {"untreated": 0.3, "treated": 0.7}},
        known_inflation="a posterior probability keeps no level, and knows nothing of time",
    ),
    Case(
        name="response adaptive, Thompson's rule, randomisation test at the end, looks after every 5 of 40",
        design=_THOMPSON | {"test": "randomisation"},
        endpoint=AT_ONCE,
        nulls=_STEADY | _DRIFTING,
        hoped={"30% against 70%": {"untreated": 0.3, "treated": 0.7}},
    ),
    Case(
        name="response adaptive, randomisation test at the end, 40, outcomes known after half a year, some never",
        design={"kind": "response adaptive", "participants": 40, "test": "randomisation"},
        endpoint=Endpoint(
            name="response",
            kind="binary",
            known_after=6,
            estimand=Estimand(intercurrent={"dropout": "hypothetical"}),
        ),
        nulls={
            name: fields | {"recruitment": {"rate": "4 per month", "dropout": "20% per year"}}
            for name, fields in (_STEADY | _DRIFTING).items()
        },
        hoped={"30% against 70%": {"untreated": 0.3, "treated": 0.7, "recruitment": {"rate": "4 per month"}}},
    ),
    Case(
        name="optimal allocation of 40, conditional exact test, people who stay the same",
        design=_BANDIT,
        endpoint=AT_ONCE,
        nulls=_STEADY,
        hoped={"30% against 70%": {"untreated": 0.3, "treated": 0.7}},
    ),
    Case(
        name="optimal allocation of 40, conditional exact test, people who change",
        design=_BANDIT,
        endpoint=AT_ONCE,
        nulls=_DRIFTING,
        hoped={"30% against 70%": {"untreated": 0.3, "treated": 0.7}},
        known_inflation="the conditional test takes people to be the same throughout",
    ),
    Case(
        name="optimal allocation of 40, randomisation test",
        design=_BANDIT | {"test": "randomisation"},
        endpoint=AT_ONCE,
        nulls=_STEADY | _DRIFTING,
        hoped={"30% against 70%": {"untreated": 0.3, "treated": 0.7}},
    ),
)


def cases(named: str) -> tuple[Case, ...]:
    """The cases whose name contains a text, whatever its capitals."""
    return tuple(case for case in CASES if named.lower() in case.name.lower())
