"""One design under verification, and what it is put through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handful.designs.base import Plan, Question
from handful.designs.registry import families
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from verification.verdicts import Relation

RESPONSE = Endpoint(name="response", kind="binary", known_after=6)
AT_ONCE = Endpoint(name="response", kind="binary")
SCORE = Endpoint(name="score", kind="continuous", known_after=12)
BLEEDS = Endpoint(name="bleeds", kind="count", better="lower", known_after=12)


@dataclass(frozen=True)
class Promise:
    """What a design promises of its estimates.

    Attributes:
        above: How often the estimate lies above the truth, held against one half.
        lower: How often the lower limit lies above the truth, held against the level.
        upper: How often the upper limit lies below it, likewise.
    """

    above: Relation = "reported"
    lower: Relation = "reported"
    upper: Relation = "reported"


NONE = Promise()
MEDIAN_UNBIASED = Promise("equal to", "equal to", "equal to")
LOWER_LIMIT_CAUTIOUS = Promise("equal to", "at most", "equal to")
LIMITS_HOLD = Promise("reported", "at most", "at most")


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
        estimates: What it promises of estimate and interval.
    """

    name: str
    design: dict[str, Any]
    endpoint: Endpoint
    nulls: dict[str, dict[str, Any]]
    hoped: dict[str, dict[str, Any]]
    known_inflation: str = ""
    estimates: Promise = NONE

    @property
    def plan(self) -> Plan:
        """The executable plan."""
        design = families.get(self.design["kind"]).model_validate(self.design)
        return design.plan(Question(self.endpoint))

    def scenario(self, fields: dict[str, Any]) -> Scenario:
        """A truth of this case."""
        kind = self.endpoint.kind
        return scenario_kinds.get(kind).model_validate({"kind": kind} | fields)


MEANS = {"untreated": {"sd": 1}}
KNOWN_SD = {"kind": "z test", "sd": 1}
RATES_AT = (0.05, 0.2, 0.5, 0.8)
POOLED_T = {"kind": "t test", "variances": "equal"}
