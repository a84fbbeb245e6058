"""How much of what a family is fragile to it takes to turn the conclusion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handful.designs.base import Design, Plan, Stress
from handful.scenarios.base import Scenario
from handful.select.bench import Bench
from handful.select.characteristics import Characteristics, exact_characteristics
from handful.select.figure import Figure
from handful.select.results import StressPoint, StressResult
from handful.study.model import Constraints


def stress(bench: Bench, name: str, plan: Plan) -> list[StressResult]:
    """Put a design under every stress that its family names.

    Args:
        bench: The study and who runs jobs.
        name: Name of the design.
        plan: Its plan.

    Returns:
        One result for each stress that the scenarios of the study admit.
    """
    results = []
    for one in bench.study.design(name).fragile_to:
        result = _under(bench, name, plan, one)
        if result is not None:
            results.append(result)
    return results


def runs_under_stress(design: Design) -> int:
    """Runs that the stresses of a design ask for at most: each amount without benefit and with the benefit hoped for."""
    return sum(2 * (1 + len(one.amounts)) for one in design.fragile_to)


def _under(bench: Bench, name: str, plan: Plan, one: Stress) -> StressResult | None:
    """Put a design under growing amounts of one stress; None when the scenarios do not admit it."""
    endpoint, limits = plan.endpoint, bench.study.choose.subject_to
    hoped = bench.hoped.benefit(endpoint)
    boundary = bench.null_for(plan)
    points = [_point(bench, name, plan, one.name, 0.0, boundary, bench.hoped)]
    for amount in one.amounts:
        good = one.apply(bench.hoped, endpoint, hoped, amount)
        if good is None:
            continue
        # Where there is no effect, a stress of the effect has nothing to change.
        null = one.apply(boundary, endpoint, hoped, amount) or boundary
        points.append(_point(bench, name, plan, one.name, amount, null, good))
    if len(points) == 1:
        return None
    turns_at, broken = turning(points, limits, bench.study.hoped_for, gradual=one.gradual)
    return StressResult(
        design=name,
        stress=one.name,
        why=one.why,
        unit=one.unit,
        points=tuple(points),
        turns_at=turns_at,
        broken=broken,
    )


def _point(
    bench: Bench, name: str, plan: Plan, stress_name: str, amount: float, null: Scenario, good: Scenario
) -> StressPoint:
    """A design under one amount, without benefit and with the benefit hoped for."""

    def told(scenario: Scenario, side: str) -> tuple[Figure, Figure]:
        counted = exact_characteristics(plan, scenario)
        if counted is not None:
            return Figure.exact(counted.success), Figure.exact(counted.bias)
        seen: Characteristics = bench.told(name, plan, scenario, f"{stress_name} {amount:g}, {side}")
        return seen.success, seen.bias

    false_claim, _ = told(null, "no effect")
    power, bias = told(good, "hoped for")
    return StressPoint(amount=amount, false_claim=false_claim, power=power, bias=bias)


DOUBLED = 2.0
"""A type I error of so many times what is allowed turns a conclusion: a little more than allowed is no sharp line."""


def turning(
    points: Sequence[StressPoint], limits: Constraints, hoped_for: str, *, gradual: bool
) -> tuple[float | None, str]:
    """Find where a conclusion turns.

    Args:
        points: A design under growing amounts of a stress, the first of them none.
        limits: What a design must keep.
        hoped_for: The scenario in which the power of the points is read.
        gradual: Whether an amount between two that were tried may be spoken of.

    Returns:
        The smallest amount at which the conclusion turns, None when no amount that was tried turns it, and what is no longer
        kept then.
    """
    least_power = limits.power.get(hoped_for)
    turns: list[tuple[float, str]] = []
    worst = _crossing(points, lambda p: p.false_claim, DOUBLED * limits.type_I_error, above=True)
    if worst is not None:
        turns.append((worst, f"false claims within twice the {100 * limits.type_I_error:.3g}% allowed"))
    if least_power is not None:
        weak = _crossing(points, lambda p: p.power, least_power, above=False)
        if weak is not None:
            turns.append((weak, f"a power of at least {100 * least_power:.3g}%"))
    if not turns:
        return None, ""
    turns_at, broken = min(turns)
    return (turns_at if gradual else min(p.amount for p in points if p.amount >= turns_at)), broken


def _crossing(
    points: Sequence[StressPoint],
    figure: Callable[[StressPoint], Figure | None],
    limit: float,
    *,
    above: bool,
) -> float | None:
    """Where a figure first crosses a limit, by straight lines between amounts; None when it never does, 0 when it is beyond
    without any stress.

    Simulated figures count as crossing only beyond two Monte Carlo standard errors.
    """
    before: tuple[float, float] | None = None
    for point in points:
        told = figure(point)
        if told is None or told.value is None:
            continue
        kept = told.at_most(limit) if above else told.at_least(limit)
        if not kept:
            if before is None:
                return 0.0
            amount, value = before
            share = (limit - value) / (told.value - value) if told.value != value else 1.0
            return amount + min(1.0, max(0.0, share)) * (point.amount - amount)
        before = (point.amount, told.value)
    return None
