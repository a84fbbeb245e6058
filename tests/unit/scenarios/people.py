"""What the tests of scenarios share: endpoints, blocks, and one scenario of each kind with everything switched on."""

from __future__ import annotations

from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Participants
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from handful.spec.base import spaced

SEED = 20261122

ENDPOINTS = {
    "binary": Endpoint(name="response", kind="binary", known_after=12),
    "continuous": Endpoint(name="acuity", kind="continuous", known_after=12),
    "count": Endpoint(name="bleeds", kind="count", better="lower", known_after=12),
    "time to event": Endpoint(name="death", kind="time to event", known_after=24),
    "ordinal": Endpoint(name="impression", kind="ordinal", categories=("worse", "same", "better")),
}

FACTOR = {"name": "young", "share": 0.3}

FULL = {
    "binary": {
        "untreated": 0.3,
        "effect": 0.3,
        "correlation": 0.4,
        "factors": [FACTOR | {"effect": 0.2}],
    },
    "continuous": {
        "untreated": {"mean": -2, "sd": 6, "correlation": 0.3},
        "effect": 4,
        "effect sd": 2,
        "baseline": {"mean": 50, "sd": 8, "within sd": 3, "visits": 2, "entry": {"at most": 48}},
        "factors": [FACTOR | {"effect": 3}],
    },
    "count": {
        "untreated": "4 per year",
        "rate ratio": 0.4,
        "dispersion": 0.7,
        "entry": {"at least": 3, "over": "12 months"},
        "factors": [FACTOR | {"effect": 0.5}],
    },
    "time to event": {
        "untreated": {"hazard": [[0, 0.1], [6, 0.05]]},
        "hazard ratio": 0.5,
        "delay": 3,
        "cured": 0.1,
        "cured treated": 0.3,
        "correlation": 0.4,
        "factors": [FACTOR | {"effect": 0.5}],
    },
    "ordinal": {
        "untreated": {"worse": 0.4, "same": 0.4, "better": 0.2},
        "odds ratio": 3,
        "correlation": 0.4,
        "factors": [FACTOR | {"effect": 0.5}],
    },
}

SHARED = {"contamination": 0.25, "drift": 0.02, "learning": 0.01}


def scenario(kind: str, **changes: object) -> Scenario:
    """The full scenario of a kind, with some fields changed."""
    return scenario_kinds.get(kind).model_validate(
        FULL[kind] | SHARED | {"kind": kind} | {spaced(name): value for name, value in changes.items()}
    )


def plain(kind: str, **fields: object) -> Scenario:
    """A scenario of a kind with these fields only."""
    return scenario_kinds.get(kind).model_validate(fields)


def draw(what: Scenario, trials: int = 1000, count: int = 40, first: int = 0) -> Participants:
    """People of a scenario for the endpoint of its kind."""
    return what.participants(Block(SEED, first, trials), count, ENDPOINTS[what.kind])
