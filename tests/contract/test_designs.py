"""Every registered family keeps the contract of a family."""

from __future__ import annotations

from typing import Any

import pytest

from handful.designs.base import Design, Question
from handful.designs.registry import families
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.testing.designs import DesignCase, DesignContract
from tests.contract.truths import (
    BLEEDS,
    DEATH,
    IMPRESSION,
    RECRUITED,
    RESPONSE,
    SCORE,
    binary,
    continuous,
    counts,
    deaths,
    impressions,
)


def design(kind: str, **fields: Any) -> Design:
    """A design of a family, fields as in a study file with underscores for spaces."""
    data = {name.replace("_", " "): value for name, value in fields.items()}
    return families.get(kind).model_validate({"kind": kind} | data)


def case(what: Design, endpoint: Endpoint, null: Scenario, hoped: Scenario, **more: Any) -> DesignCase:
    return DesignCase(what, Question(endpoint), null, hoped, **more)


AT_ONCE = Endpoint(name="response", kind="binary")
VARIANT = [{"name": "variant", "share": 0.5, "effect without": 0.25}]
RELAXED = {"baseline": {"mean": 50, "sd": 8, "within sd": 3}}

# Where a family promises no level, `type_one_error` is what it really spends: exact and rounded up, or simulated on 60,000
# trials with four of its standard errors added.
CASES = {
    "own control, score": case(
        design("own control", participants=16), SCORE, continuous(0, **RELAXED), continuous(6, **RELAXED)
    ),
    "own control, bleeds": case(
        design("own control", participants=20, lead_in=6),
        BLEEDS,
        counts(1),
        counts(0.4),
        type_one_error=0.0302,
    ),
    "own control, slopes": case(
        design("own control", participants=16, lead_in=12, visits_every=3, analysis="slope break"),
        SCORE,
        continuous(0, **RELAXED),
        continuous(8, **RELAXED),
    ),
    "fellow eye, response": case(
        design("within participant", participants=18),
        RESPONSE,
        binary(0.2, correlation=0.4),
        binary(0.7, correlation=0.4),
    ),
    "fellow eye, score": case(
        design("within participant", participants=12), SCORE, continuous(0), continuous(8)
    ),
    "pairs of wounds": case(
        design("within participant", participants=10, pairs=3), RESPONSE, binary(0.2), binary(0.7)
    ),
    "single arm, response": case(
        design("single arm", participants=20, benchmark=0.2),
        RESPONSE,
        binary(0.2, **RECRUITED),
        binary(0.6, **RECRUITED),
    ),
    "single arm with looks": case(
        design(
            "single arm",
            participants=30,
            benchmark=0.2,
            looks=["50%", "100%"],
            boundaries="exact",
            futility={"binding": True},
        ),
        RESPONSE,
        binary(0.2),
        binary(0.6),
    ),
    "single arm, score": case(
        design("single arm", participants=16, benchmark=0), SCORE, continuous(0), continuous(5)
    ),
    "single arm, deaths": case(
        design("single arm", participants=30, benchmark=12),
        DEATH,
        deaths(1),
        deaths(0.4),
        type_one_error=0.0311,
    ),
    "simon": case(design("simon", benchmark=0.2, target=0.45), RESPONSE, binary(0.2), binary(0.45)),
    # Probability statements keep no level.
    "posterior": case(
        design("bayesian single arm", participants=25, benchmark=0.2, rule="posterior", success_above=0.99),
        RESPONSE,
        binary(0.2),
        binary(0.5),
        type_one_error=0.0536,
    ),
    "predictive": case(
        design("bayesian single arm", participants=25, benchmark=0.2, rule="predictive"),
        RESPONSE,
        binary(0.2),
        binary(0.5),
        type_one_error=0.0436,
    ),
    "bop2": case(
        design("bayesian single arm", participants=25, benchmark=0.2, target=0.45, rule="bop2"),
        RESPONSE,
        binary(0.2),
        binary(0.5),
    ),
    "randomised, response": case(
        design("randomised", participants=28), RESPONSE, binary(0.2, **RECRUITED), binary(0.8, **RECRUITED)
    ),
    "randomised by coin flips": case(
        design("randomised", participants=10, method="coin flips", analysis="fisher"),
        RESPONSE,
        binary(0.2),
        binary(0.95),
    ),
    "randomised by minimisation": case(
        design("randomised", participants=24, method="minimisation", analysis="permutation"),
        RESPONSE,
        binary(0.3, 0.3, factors=[{"name": "young", "share": 0.4, "effect": 0.2}]),
        binary(0.8, 0.2, factors=[{"name": "young", "share": 0.4, "effect": 0.2}]),
    ),
    "randomised, large": case(
        design("randomised", participants=240, allocation="2:1"), SCORE, continuous(0), continuous(2)
    ),
    "randomised, bleeds": case(
        design("randomised", participants=30), BLEEDS, counts(1), counts(0.35), type_one_error=0.0285
    ),
    "randomised, impressions": case(
        design("randomised", participants=24), IMPRESSION, impressions(1), impressions(12)
    ),
    "group sequential, response": case(
        design(
            "group sequential",
            participants=36,
            looks=["33%", "67%", "100%"],
            analysis="boschloo",
            boundaries="exact",
            futility={},
        ),
        RESPONSE,
        binary(0.2),
        binary(0.8),
    ),
    # The exact type I error of a z-rule that claims 0.025, at the worst point, rounded up.
    "group sequential, z": case(
        design("group sequential", participants=24, looks=["50%", "100%"], analysis="z pooled"),
        RESPONSE,
        binary(0.2),
        binary(0.8),
        type_one_error=0.0321,
    ),
    "group sequential, score": case(
        design("group sequential", participants=200, looks=["50%", "100%"], futility={"binding": True}),
        SCORE,
        continuous(0, **RECRUITED),
        continuous(3, **RECRUITED),
    ),
    "group sequential, harm and futility around no effect": case(
        design(
            "group sequential",
            participants=240,
            looks=["33%", "67%", 1],
            sided=2,
            futility={"spending": "pocock"},
            analysis={"kind": "z test", "sd": 6},
        ),
        SCORE,
        continuous(0),
        continuous(3),
    ),
    "group sequential, harm, calibrated, stage-wise": case(
        design("group sequential", participants=40, sided=2, boundaries="exact", estimate="stage-wise"),
        RESPONSE,
        binary(0.2),
        binary(0.7),
    ),
    "group sequential, stage-wise, z": case(
        design(
            "group sequential",
            participants=60,
            looks=["33%", "67%", 1],
            spending="pocock",
            futility={"spending": "pocock"},
            estimate="stage-wise",
            analysis="z pooled",
        ),
        RESPONSE,
        binary(0.2),
        binary(0.5),
        type_one_error=0.0316,
    ),
    "group sequential, repeated": case(
        design("group sequential", participants=48, allocation="2:1", blocks_of=6, estimate="repeated"),
        RESPONSE,
        binary(0.2, **RECRUITED),
        binary(0.6, **RECRUITED),
    ),
    "group sequential, months": case(
        design(
            "group sequential",
            participants=40,
            looks_at=["16 months", "2 years"],
            spending="pocock",
            futility={"spending": "pocock"},
            estimate="stage-wise",
        ),
        SCORE,
        continuous(0, **RECRUITED),
        continuous(6, **RECRUITED),
    ),
    "group sequential, months, deaths": case(
        design(
            "group sequential",
            participants=60,
            events=40,
            looks_at=["12 months", "18 months"],
            sided=2,
            estimate="repeated",
        ),
        DEATH,
        deaths(1, **RECRUITED),
        deaths(0.4, **RECRUITED),
        type_one_error=0.0275,
    ),
    "group sequential, as observed": case(
        design("group sequential", participants=40, spend_at="observed", futility={"binding": True}),
        SCORE,
        continuous(0, recruitment={"rate": "2 per month", "dropout": "20% per year"}),
        continuous(6, recruitment={"rate": "2 per month", "dropout": "20% per year"}),
    ),
    "single arm, months": case(
        design("single arm", participants=30, benchmark=0.2, looks_at="18 months", estimate="stage-wise"),
        RESPONSE,
        binary(0.2, **RECRUITED),
        binary(0.6, **RECRUITED),
    ),
    "group sequential, deaths": case(
        design("group sequential", participants=60, looks=["50%", "100%"], events=40),
        DEATH,
        deaths(1, **RECRUITED),
        deaths(0.35, **RECRUITED),
        type_one_error=0.0294,
    ),
    "blinded reassessment, score": case(
        design("blinded reassessment", participants=40, effect=6, at_most=88),
        SCORE,
        continuous(0, **RECRUITED),
        continuous(7, **RECRUITED),
        type_one_error=0.0276,
    ),
    "blinded reassessment, response": case(
        design("blinded reassessment", participants=36, effect="50%", restricted=False, analysis="z pooled"),
        RESPONSE,
        binary(0.2),
        binary(0.8),
        type_one_error=0.0278,
    ),
    "blinded reassessment, bleeds": case(
        design("blinded reassessment", participants=30, effect=0.4, look="60%", allocation="2:1"),
        BLEEDS,
        counts(1),
        counts(0.35),
        type_one_error=0.0275,
    ),
    "unblinded reassessment, score": case(
        design("unblinded reassessment", participants=40, at_most=80, futility_below="10%"),
        SCORE,
        continuous(0, **RECRUITED),
        continuous(7, **RECRUITED),
    ),
    "promising zone, score": case(
        design("unblinded reassessment", participants=48, test="promising zone"),
        SCORE,
        continuous(0),
        continuous(6),
    ),
    "unblinded reassessment, stage-wise estimate": case(
        design("unblinded reassessment", participants=40, at_most=80, estimate="stage-wise"),
        SCORE,
        continuous(0, **RECRUITED),
        continuous(7, **RECRUITED),
    ),
    "unblinded reassessment, response": case(
        design(
            "unblinded reassessment",
            participants=40,
            at_least=28,
            promising_from=0,
            effect="40%",
            test={"kind": "fisher", "futility above": "50%"},
        ),
        RESPONSE,
        binary(0.2),
        binary(0.8),
    ),
    "unblinded reassessment, bleeds": case(
        design(
            "unblinded reassessment", participants=36, effect=0.4, test="conditional error", allocation="2:1"
        ),
        BLEEDS,
        counts(1),
        counts(0.35),
        type_one_error=0.0285,
    ),
    "unblinded reassessment, deaths": case(
        design(
            "unblinded reassessment",
            participants=100,
            events=40,
            at_most=70,
            effect=0.6,
            futility_below="10%",
        ),
        DEATH,
        deaths(1, **RECRUITED),
        deaths(0.4, **RECRUITED),
        type_one_error=0.0268,
    ),
    "unblinded reassessment, deaths, conditional error": case(
        design(
            "unblinded reassessment",
            participants=100,
            events=36,
            allocation="2:1",
            test="conditional error",
        ),
        DEATH,
        deaths(1),
        deaths(0.4),
        type_one_error=0.0330,
    ),
    "promising zone, deaths": case(
        design("unblinded reassessment", participants=100, events=40, test="promising zone"),
        DEATH,
        deaths(1),
        deaths(0.4),
        type_one_error=0.0274,
    ),
    "arm selection, score": case(
        design("arm selection", arms=["low dose", "high dose"], participants=60),
        SCORE,
        continuous(0, arm_effects=[0.5, 1], **RECRUITED),
        continuous(8, arm_effects=[0.5, 1], **RECRUITED),
    ),
    "arm selection, response": case(
        design(
            "arm selection",
            arms=3,
            participants=64,
            keep={"kind": "within", "margin": "10%", "at least": 0},
            later="same total",
            intersection="simes",
            combination={"kind": "fisher", "futility above": "50%"},
            ends="all decided",
        ),
        RESPONSE,
        binary(0.2),
        binary(0.8, arm_effects=[0, 0.5, 1]),
    ),
    "arm selection, bleeds, by a graph": case(
        design(
            "arm selection",
            arms=["new process", "old process"],
            participants=48,
            allocation="2:1",
            looks=["33%", "67%", "100%"],
            keep={"kind": "above", "by": "z", "at least": 0.5},
            intersection={"weights": [0.7, 0.3], "transitions": [[0, 1], [1, 0]]},
            combination="fisher",
        ),
        BLEEDS,
        counts(1),
        counts(0.4),
    ),
    "arm selection, deaths": case(
        design("arm selection", arms=["low dose", "high dose"], participants=90, events=54),
        DEATH,
        deaths(1, arm_effects=[0.5, 1], **RECRUITED),
        deaths(0.35, arm_effects=[0.5, 1], **RECRUITED),
        type_one_error=0.0287,
    ),
    "arm selection, deaths, without a calendar": case(
        design(
            "arm selection",
            arms=3,
            participants=96,
            events=60,
            looks=["33%", "67%", "100%"],
            keep={"kind": "within", "margin": 0.5},
            later="same total",
            intersection="simes",
            combination="fisher",
            ends="all decided",
        ),
        DEATH,
        deaths(1),
        deaths(0.35, arm_effects=[0, 0.5, 1]),
    ),
    "drop the losers, score": case(
        design(
            "drop the losers",
            arms=3,
            participants=72,
            keep=[2, 1],
            looks=["33%", "67%", "100%"],
            allocation="1:2",
        ),
        SCORE,
        continuous(0, **RECRUITED),
        continuous(8, arm_effects=[0, 0.5, 1], **RECRUITED),
        type_one_error=0.0285,
    ),
    "multi arm, score": case(
        design("multi arm", arms=3, participants=72),
        SCORE,
        continuous(0, **RECRUITED),
        continuous(8, arm_effects=[0, 0.5, 1], **RECRUITED),
        type_one_error=0.0285,
    ),
    "multi arm, response": case(
        design(
            "multi arm",
            arms=["low dose", "high dose"],
            participants=60,
            allocation="1:2",
            looks=["50%", "75%", "100%"],
            upper="obrien fleming",
            lower=[0, 0.5],
            binding=False,
            ends="all decided",
        ),
        RESPONSE,
        binary(0.2),
        binary(0.8, arm_effects=[0.5, 1]),
    ),
    "response adaptive, response": case(
        design("response adaptive", participants=40, rule={"kind": "thall wathen", "least": 0.2}),
        RESPONSE,
        binary(0.2, **RECRUITED),
        binary(0.7, **RECRUITED),
        type_one_error=0.0402,
    ),
    "response adaptive, doses": case(
        design(
            "response adaptive",
            arms=["low dose", "high dose"],
            participants=48,
            rule="trippa",
            drop_below=0.05,
        ),
        RESPONSE,
        binary(0.3),
        binary(0.8, arm_effects=[0.2, 1]),
        type_one_error=0.2269,
    ),
    "response adaptive, known at once": case(
        design("response adaptive", participants=24, first_look=8, look_every=4),
        AT_ONCE,
        binary(0.2),
        binary(0.8),
        type_one_error=0.0386,
    ),
    "response adaptive, tested by randomisation": case(
        design("response adaptive", participants=30, rule="trippa", test="randomisation"),
        RESPONSE,
        binary(0.2, **RECRUITED),
        binary(0.8, **RECRUITED),
    ),
    "optimal allocation, response": case(
        design("optimal allocation", participants=30, at_least="20%"),
        AT_ONCE,
        binary(0.2),
        binary(0.8),
    ),
    "optimal allocation, late outcomes": case(
        design("optimal allocation", participants=24, test="randomisation", afterwards=100),
        RESPONSE,
        binary(0.2, **RECRUITED),
        binary(0.8, **RECRUITED),
    ),
    "enrichment, score": case(
        design("enrichment", subgroup="variant", participants=60, enriched_participants=50),
        SCORE,
        continuous(0, factors=VARIANT, **RECRUITED),
        continuous(8, factors=VARIANT, **RECRUITED),
    ),
    "enrichment, response": case(
        design(
            "enrichment",
            subgroup="variant",
            participants=48,
            looks=["34%", "67%", "100%"],
            stratified=False,
            go_on_with={"kind": "thresholds", "whole": 0, "subgroup": 0.5},
            intersection="simes",
            combination="fisher",
        ),
        RESPONSE,
        binary(0.2, factors=VARIANT),
        binary(0.8, factors=VARIANT),
    ),
    "enrichment, deaths": case(
        design(
            "enrichment",
            subgroup="variant",
            participants=80,
            enriched_participants=72,
            events=56,
            enriched_events=48,
        ),
        DEATH,
        deaths(1, factors=VARIANT, **RECRUITED),
        deaths(0.35, factors=VARIANT, **RECRUITED),
        type_one_error=0.0302,
    ),
    "bayesian, response": case(
        design(
            "bayesian",
            participants=40,
            first_look=20,
            look_every=8,
            calibrate="type I error",
            predictive_below=0.05,
        ),
        RESPONSE,
        binary(0.2),
        binary(0.7),
    ),
    "bayesian, response, as it stands": case(
        design("bayesian", participants=36, allocation="2:1", futility_below=0.1),
        RESPONSE,
        binary(0.2, **RECRUITED),
        binary(0.7, **RECRUITED),
        type_one_error=0.0402,
    ),
    "bayesian, score": case(
        design(
            "bayesian",
            participants=32,
            analysis={"kind": "dual criterion mean difference", "decision value": 3, "sd": 6},
            success_above="97.5%",
            futility_below="10%",
            futility_value=2,
        ),
        SCORE,
        continuous(0, **RECRUITED),
        continuous(8, **RECRUITED),
        type_one_error=0.0452,
    ),
    "bayesian, score, large": case(
        design("bayesian", participants=200, calibrate={"binding": True}, predictive_below=0.1),
        SCORE,
        continuous(0),
        continuous(3),
    ),
    "bayesian, bleeds": case(
        design(
            "bayesian",
            participants=32,
            calibrate={
                "simulated in": [{"kind": "count", "untreated": 4, "rate ratio": 1, "dispersion": 0.3}],
                "trials": 20_000,
            },
            predictive_below=0.05,
        ),
        BLEEDS,
        counts(1),
        counts(0.35),
    ),
    "bayesian, deaths": case(
        design(
            "bayesian",
            participants=60,
            events=40,
            looks=["50%", "75%", "100%"],
            analysis={"kind": "posterior hazard ratio", "prior events": 6},
            early_success=False,
            futility_below=0.1,
        ),
        DEATH,
        deaths(1, **RECRUITED),
        deaths(0.35, **RECRUITED),
    ),
}


class TestDesigns(DesignContract):
    @pytest.fixture(params=CASES)
    def case(self, request: pytest.FixtureRequest) -> DesignCase:
        return CASES[request.param]


def test_every_family_keeps_the_contract():
    assert {one.design.kind for one in CASES.values()} == set(families.kinds())
