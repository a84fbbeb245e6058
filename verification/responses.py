"""Allocation that follows the responses."""

from __future__ import annotations

from typing import Any

from handful.participants.endpoint import Endpoint, Estimand
from verification.case import AT_ONCE, RATES_AT, Case

_THOMPSON: dict[str, Any] = {
    "kind": "response adaptive",
    "participants": 40,
    "rule": {"kind": "thall wathen", "exponent": 1},
}
_BANDIT: dict[str, Any] = {"kind": "optimal allocation", "participants": 40}
_STEADY: dict[str, dict[str, Any]] = {f"both {p:.0%}": {"untreated": p, "treated": p} for p in RATES_AT}
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
