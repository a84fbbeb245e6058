"""The designs under verification: each family, with the truths at which its claims are hardest to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handful.designs.base import Plan, Question
from handful.designs.registry import families
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds

RESPONSE = Endpoint(name="response", kind="binary", known_after=6)
SCORE = Endpoint(name="score", kind="continuous", known_after=12)


@dataclass(frozen=True)
class Case:
    """One design and the truths it is put through.

    Attributes:
        name: What the design is, in words.
        design: The design as a study file would say it.
        endpoint: What is measured.
        nulls: Truths in which some claim would be false; the worst point of the null among them.
        hoped: Truths with benefit, for estimates and intervals.
        known_inflation: Why the family does not promise to keep its level, where it does not; its error is then reported.
    """

    name: str
    design: dict[str, Any]
    endpoint: Endpoint
    nulls: dict[str, dict[str, Any]]
    hoped: dict[str, dict[str, Any]]
    known_inflation: str = ""

    @property
    def plan(self) -> Plan:
        """The executable plan."""
        design = families.get(self.design["kind"]).model_validate(self.design)
        return design.plan(Question(self.endpoint))

    def scenario(self, fields: dict[str, Any]) -> Scenario:
        """A truth of this case."""
        kind = self.endpoint.kind
        return scenario_kinds.get(kind).model_validate({"kind": kind} | fields)


_MEANS = {"untreated": {"sd": 1}}
_RATES_AT = (0.05, 0.2, 0.5, 0.8)

CASES = (
    Case(
        name="randomised, t test, 40",
        design={"kind": "randomised", "participants": 40},
        endpoint=SCORE,
        nulls={"no effect": _MEANS | {"effect": 0}},
        hoped={"0.8 sd": _MEANS | {"effect": 0.8}},
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
)
