"""One design in one scenario at once, without a study file: rule, boundaries and operating characteristics.

Exact where every possible trial can be enumerated; else simulated, with the promise of the normal theory beside it where
there is one.
"""

from __future__ import annotations

from concurrent.futures import Executor
from math import isfinite
from typing import TYPE_CHECKING

from handful.designs.base import Design, Plan, Question
from handful.scenarios.base import Scenario
from handful.select.bench import Bench
from handful.select.characteristics import Characteristics, characteristics, exact_characteristics
from handful.select.compare import type_one_error
from handful.select.figure import Figure
from handful.select.results import Result, TypeOneError
from handful.select.runs import InMemory
from handful.select.tabulation import html_of, table_of
from handful.study.model import Choice, Compute, Constraints, Population, Study

if TYPE_CHECKING:
    import polars as pl

_NAME, _NULL, _HOPED = "design", "no effect", "hoped for"


class LookFigures(Result):
    """One planned look.

    Attributes:
        planned: Participants (or events) at the look, cumulative.
        success_at_least: Threshold of the statistic for a claim; None where none can be made.
        futility_at_most: Threshold for giving up; None where there is none.
        success: Probability of claiming benefit at this look.
        failure: Probability of ending without a claim at this look.
        futility_at_least: Where what is futile begins; None where everything below `futility_at_most` is.
        harm_at_most: Threshold for harm; None where the design does not look for it.
        harm: Probability of ending for harm at this look, which is part of ending without a claim; None likewise.
    """

    planned: int
    success_at_least: float | None
    futility_at_most: float | None
    success: Figure
    failure: Figure
    futility_at_least: float | None = None
    harm_at_most: float | None = None
    harm: Figure | None = None


class Assessment(Result):
    """What one design does in one scenario, and without any benefit.

    Attributes:
        kind: Family of the design.
        rule: The rule in plain words, a sentence an item.
        statistic: What the thresholds are on.
        participants: Most participants that can be enrolled.
        looks: The planned looks.
        type_one: Type I error.
        truth: True benefit in the scenario, on the scale of the endpoint's measure.
        success: Probability of claiming benefit in the scenario.
        nominal: The same as the normal theory promises; None where there is no such theory.
        analysed: Expected participants analysed.
        bias: Mean of the reported estimate minus the truth.
        rmse: Root mean squared error of the reported estimate.
        coverage: Probability that the reported interval covers the truth.
    """

    kind: str
    rule: tuple[str, ...]
    statistic: str
    participants: int
    looks: tuple[LookFigures, ...]
    type_one: TypeOneError
    truth: float
    success: Figure
    nominal: Figure | None
    analysed: Figure
    bias: Figure
    rmse: Figure
    coverage: Figure

    def figures(self) -> dict[str, Figure]:
        """Every figure by its name."""
        named = {
            "type I error": self.type_one.worst,
            "success": self.success,
            "success, normal theory": self.nominal,
        }
        named |= {"analysed": self.analysed, "bias": self.bias, "rmse": self.rmse, "coverage": self.coverage}
        for number, look in enumerate(self.looks, start=1):
            named |= {f"success at look {number}": look.success, f"failure at look {number}": look.failure}
            named[f"harm at look {number}"] = look.harm
        return {name: figure for name, figure in named.items() if figure is not None}

    def frame(self) -> pl.DataFrame:
        """The figures as a table: figure, value, how it was obtained, Monte Carlo standard error."""
        return table_of(self.figures())

    def _repr_html_(self) -> str:
        """The rule and the figures, for notebooks."""
        return html_of(self.kind, self.rule, self.frame())


def assess(
    design: Design,
    scenario: Scenario,
    question: Question,
    *,
    trials: int = 10_000,
    seed: int = 1,
    executor: Executor | None = None,
) -> Assessment:
    """Find out what one design does in one scenario.

    Args:
        design: The design.
        scenario: The truth.
        question: Endpoint, level and power.
        trials: Trials to simulate where trials cannot be enumerated; 0 to do without simulation.
        seed: Seed of the simulation.
        executor: Threads to simulate with.

    Returns:
        The assessment. Simulation is only used where the exact engine has no answer.

    Raises:
        ValueError: When the design cannot answer the question, or when `trials` is 0 and only simulation could answer.

    Example:
        >>> from handful.designs.single_arm import SingleArm
        >>> from handful.participants.endpoint import Endpoint
        >>> from handful.scenarios.binary import BinaryScenario
        >>> question = Question(Endpoint(name="response", kind="binary"))
        >>> told = assess(SingleArm(participants=20, benchmark=0.2), BinaryScenario(untreated=0.2, treated=0.6), question)
        >>> print(told.success, told.type_one.worst)
        0.9435 (exact) 0.0100 (exact)
    """
    plan = design.plan(question)
    counted = exact_characteristics(plan, scenario)
    if counted is None and trials == 0:
        raise ValueError(
            f"this {design.kind} design in this scenario can only be simulated; say how many trials"
        )
    bench = Bench.of(_as_study(design, scenario, question, trials, seed), InMemory(executor))
    if counted is not None:
        told = {
            "success": Figure.exact(counted.success),
            "nominal": _promised(plan, scenario),
            "analysed": Figure.exact(counted.analysed),
            "bias": Figure.exact(counted.bias),
            "rmse": Figure.exact(counted.rmse),
            "coverage": Figure.exact(counted.coverage),
        }
        ends = (counted.success_at, counted.failure_at, counted.harm_at)
        at = [() if part is None else tuple(Figure.exact(p) for p in part) for part in ends]
    else:
        seen = _simulated(bench, plan, scenario)
        told = {
            name: getattr(seen, name)
            for name in ("success", "nominal", "analysed", "bias", "rmse", "coverage")
        }
        at = [seen.success_at, seen.failure_at, seen.harm_at]
    return Assessment(
        kind=design.kind,
        rule=tuple(design.describe(question)),
        statistic=plan.analysis.statistic_name,
        participants=plan.participants,
        looks=look_figures(plan, *at),
        type_one=type_one_error(bench, _NAME, plan, {}),
        truth=scenario.benefit(question.endpoint),
        **told,
    )


def _as_study(design: Design, scenario: Scenario, question: Question, trials: int, seed: int) -> Study:
    """The smallest study around one design and one scenario, which need not be of registered kinds."""
    return Study.model_construct(
        title="One design in one scenario",
        population=Population(prevalence=0),
        endpoint=question.endpoint,
        scenarios={_NULL: scenario.scaled(0.0), _HOPED: scenario},
        designs={_NAME: design},
        choose=Choice(subject_to=Constraints(type_I_error=question.alpha, power={_HOPED: question.power})),
        compute=Compute(trials=max(1, trials), seed=seed),
    )


def _simulated(bench: Bench, plan: Plan, scenario: Scenario) -> Characteristics:
    """Characteristics by simulation."""
    _, summary = bench.runner.run(bench.job(plan, scenario), _NAME, _HOPED, declared=True)
    return characteristics(plan, scenario, summary)


def _promised(plan: Plan, scenario: Scenario) -> Figure | None:
    """What the normal theory promises."""
    from handful.engine import numeric

    promised = numeric.characteristics(plan, scenario)
    return None if promised is None else Figure.numeric(promised.success)


def look_figures(
    plan: Plan, success: tuple[Figure, ...], failure: tuple[Figure, ...], harm: tuple[Figure, ...]
) -> tuple[LookFigures, ...]:
    """The planned looks with their thresholds and what happens at them.

    Args:
        plan: The design.
        success: Probability of claiming benefit at each look.
        failure: Probability of ending without a claim at each look.
        harm: Probability of ending for harm at each look; empty where the design does not look for it.

    Example:
        >>> from handful.designs.single_arm import SingleArm
        >>> from handful.participants.endpoint import Endpoint
        >>> plan = SingleArm(participants=16, benchmark=0.2).plan(Question(Endpoint(name="response", kind="binary")))
        >>> look_figures(plan, (Figure.exact(0.9),), (Figure.exact(0.1),), ())[0].planned
        16
    """
    rule = plan.rule
    return tuple(
        LookFigures(
            planned=planned,
            success_at_least=_at(rule.upper, look),
            futility_at_most=_at(rule.lower, look),
            success=success[look],
            failure=failure[look],
            futility_at_least=_at(rule.futility_from, look),
            harm_at_most=_at(rule.harm, look),
            harm=harm[look] if harm else None,
        )
        for look, planned in enumerate(plan.looks.planned())
    )


def _at(thresholds: tuple[float, ...] | None, look: int) -> float | None:
    """The threshold of a look, or None where nothing can reach it."""
    return None if thresholds is None or not isfinite(thresholds[look]) else thresholds[look]
