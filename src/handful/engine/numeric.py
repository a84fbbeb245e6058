"""The numeric engine: operating characteristics by integrating the canonical normal process.

It answers for statistics that behave like a normal process with independent increments. In small trials that is an
approximation, and its figures are shown as what the theory promises (`nominal`) beside what is exact or simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Analysis, Process
from handful.designs.base import Plan
from handful.scenarios.base import Scenario
from handful.stats.normal_process import crossing_probabilities


@dataclass(frozen=True)
class NumericCharacteristics:
    """What the normal process promises.

    Attributes:
        success_at: Probability of claiming benefit at each look.
        failure_at: Probability of ending without a claim at each look.
    """

    success_at: NDArray[np.float64]
    failure_at: NDArray[np.float64]

    @property
    def success(self) -> float:
        """Probability of claiming benefit."""
        return float(self.success_at.sum())


def process_of(plan: Plan, scenario: Scenario, benefit: float | None = None) -> Process | None:
    """The normal process of a plan in a scenario, or None when there is none.

    Args:
        plan: The design.
        scenario: The truth.
        benefit: Benefit in place of the scenario's own.
    """
    variance = scenario.variance(plan.endpoint)
    if variance is None or not scenario.steady or plan.looks.counts != plan.analysis.information_comes_from:
        return None
    if not plan.looks.known_sizes:
        return None
    if plan.adaptation is not None:
        return None  # the information at a look depends on the data
    sizes = []
    for planned in plan.looks.planned():
        split = plan.allocation.sizes(planned)
        sizes.append(split if split is not None else (planned // 2, planned - planned // 2))
    true_benefit = scenario.benefit(plan.endpoint) if benefit is None else benefit
    return plan.analysis.process(sizes, plan.aim, true_benefit, variance)


def characteristics(
    plan: Plan, scenario: Scenario, benefit: float | None = None
) -> NumericCharacteristics | None:
    """Integrate the process over the looks.

    Args:
        plan: The design.
        scenario: The truth.
        benefit: Benefit in place of the scenario's own; `plan.aim.null` gives the nominal type I error.

    Returns:
        The characteristics, or None when the statistic has no normal process.
    """
    process = process_of(plan, scenario, benefit)
    if process is None:
        return None
    rule = plan.rule
    if rule.futility_from is not None and rule.futility_from != tuple(-limit for limit in rule.lower):
        return None  # the integration knows regions of futility around no effect alone
    upper = _on_z(plan.analysis, rule.upper)
    lower = _on_z(plan.analysis, rule.lower if rule.harm is None else rule.harm)
    inner = None
    if rule.futility_from is not None:
        lower = (-np.inf,) * len(upper) if rule.harm is None else lower
        inner = tuple(max(0.0, limit) for limit in _on_z(plan.analysis, rule.lower))
    crossing = crossing_probabilities(process.information, lower, upper, process.effect, inner=inner)
    failure = np.asarray(crossing.lower + crossing.inner)
    failure[-1] = max(0.0, 1.0 - crossing.upper.sum() - failure[:-1].sum())
    return NumericCharacteristics(np.asarray(crossing.upper), failure)


def _on_z(analysis: Analysis, thresholds: tuple[float, ...]) -> tuple[float, ...]:
    """Thresholds on the z scale; infinite ones stay."""
    return tuple(analysis.to_z(limit) if np.isfinite(limit) else limit for limit in thresholds)
