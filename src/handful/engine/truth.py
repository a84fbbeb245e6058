"""What is true in a scenario of everything that a plan asks, for judging what its trials say."""

from __future__ import annotations

from dataclasses import dataclass

from handful.designs.base import Plan
from handful.scenarios.base import Scenario

# Benefits are closed forms; what differs by less than rounding is the same.
_SAME = 1e-9


@dataclass(frozen=True)
class Truth:
    """What is true.

    Attributes:
        benefits: What the estimand asks for, for each hypothesis: estimates and intervals are judged by it.
        nulls: Whether each null hypothesis is true: to reject it is a false claim.
        best: Whether each arm, control first, is one that a participant could not do better than.
    """

    benefits: tuple[float, ...]
    nulls: tuple[bool, ...]
    best: tuple[bool, ...]

    @classmethod
    def of(cls, plan: Plan, scenario: Scenario) -> Truth:
        """What is true of a plan in a scenario.

        Args:
            plan: The design.
            scenario: The truth.

        Raises:
            ValueError: When the scenario says nothing about one of the arms or about the subgroup.
        """
        endpoint = plan.endpoint
        asked = [plan.truth(hypothesis, scenario) for hypothesis in plan.hypotheses]
        gains = [scenario.on_arm(arm, plan.arms).benefit(endpoint) for arm in range(1, plan.arms + 1)]
        most = max(gains)
        return cls(
            benefits=tuple(truth.assigned_benefit(endpoint) for truth in asked),
            nulls=tuple(truth.benefit(endpoint) <= plan.null_benefit + _SAME for truth in asked),
            # A treatment without benefit is a burden: whoever gets it would have done better on control.
            best=(most <= 0, *(gain > 0 and gain >= most - _SAME for gain in gains)),
        )
