"""Endpoints and scenarios that the contract tests share."""

from __future__ import annotations

from typing import Any

from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds

RESPONSE = Endpoint(name="response", kind="binary", known_after=6)
SCORE = Endpoint(name="score", kind="continuous", known_after=12)
BLEEDS = Endpoint(name="bleeds", kind="count", better="lower", known_after=12)
DEATH = Endpoint(name="death", kind="time to event", known_after=24)
IMPRESSION = Endpoint(name="impression", kind="ordinal", categories=("worse", "same", "better"))

RECRUITED = {"recruitment": {"rate": "2 per month", "dropout": "5% per year"}}


def scenario(kind: str, **fields: Any) -> Scenario:
    """A scenario of a kind, fields as in a study file with underscores for spaces."""
    data = {name.replace("_", " "): value for name, value in fields.items()}
    return scenario_kinds.get(kind).model_validate({"kind": kind} | data)


def binary(treated: float, untreated: float = 0.2, **more: Any) -> Scenario:
    """A share of people respond."""
    return scenario("binary", untreated=untreated, treated=treated, **more)


def continuous(effect: float, **more: Any) -> Scenario:
    """A score changes."""
    fields = {"untreated": {"mean": 0.0, "sd": 6, "correlation": 0.5}, "effect": effect} | more
    return scenario("continuous", **fields)


def counts(ratio: float, **more: Any) -> Scenario:
    """People bleed."""
    return scenario("count", **({"untreated": 4, "rate_ratio": ratio, "dispersion": 0.3} | more))


def deaths(ratio: float, **more: Any) -> Scenario:
    """People die."""
    return scenario("time to event", **({"untreated": {"median": 12}, "hazard_ratio": ratio} | more))


def impressions(odds: float, **more: Any) -> Scenario:
    """People feel worse, the same or better."""
    shares = {"worse": 0.4, "same": 0.4, "better": 0.2}
    return scenario("ordinal", **({"untreated": shares, "odds_ratio": odds} | more))
