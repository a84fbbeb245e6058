"""The main job: the same participants through every design in every scenario, and a choice with its reasons."""

from __future__ import annotations

import importlib.metadata

from handful.designs.base import Plan
from handful.engine import exact
from handful.engine.truth import Truth
from handful.kernels.cache import kernel_hash
from handful.scenarios.draws import kept
from handful.select.answer import answer, warnings
from handful.select.bench import Bench
from handful.select.characteristics import Characteristics, exact_characteristics
from handful.select.figure import Figure
from handful.select.judge import judge
from handful.select.results import (
    Cell,
    Comparison,
    CurvePoint,
    DesignSummary,
    Provenance,
    ScenarioSummary,
    StressResult,
    TypeOneError,
)
from handful.select.runs import InMemory, Progress, Runner
from handful.select.stress import runs_under_stress, stress
from handful.select.utility import plausibilities
from handful.study.model import Study

CURVE = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Points of the power curve, as multiples of the effect hoped for."""


def compare(study: Study, runner: Runner | None = None, progress: Progress | None = None) -> Comparison:
    """Put the same participants through every design of a study and choose.

    Args:
        study: The study.
        runner: Who runs the jobs; in memory on one thread when None.
        progress: Told what is being done.

    Returns:
        The comparison; the same for the same study whatever the runner.

    Example:
        >>> from handful.study.loading import loads
        >>> study = loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios:
        ...   nothing: {untreated: 20%, effect: 0}
        ...   hoped for: {base: nothing, effect: 0.5}
        ... designs:
        ...   fixed: {kind: randomised, participants: 32}
        ... compute: {trials: 500}
        ... ''')
        >>> compare(study).cell("fixed", "hoped for").success.how
        'exact'
    """
    with kept():
        return _compare(Bench.of(study, runner or InMemory()), progress or (lambda done, total, label: None))


def _compare(bench: Bench, told: Progress) -> Comparison:
    """Run everything, one design after the other on the same people; progress counts runs, which take about as long."""
    study = bench.study
    plans = {name: study.plan(name) for name in study.designs}
    asked = {name: _runs(study, name, plan) for name, plan in plans.items()}
    total = len(plans) * len(study.scenarios) + sum(map(sum, asked.values()))
    done = 0
    cells: list[Cell] = []
    for name, plan in plans.items():
        for scenario in study.scenarios:
            told(done, total, f"{name} in {scenario}")
            cells.append(_cell(bench, name, plan, scenario))
            done += 1
    designs, stresses = [], []
    for name, plan in plans.items():
        told(done, total, f"power curve of {name}")
        designs.append(_summarise(bench, name, plan, cells))
        done += asked[name][0]
        told(done, total, f"stress on {name}")
        stresses += stress(bench, name, plan)
        done += asked[name][1]
    told(total, total, "choosing")
    return _conclude(bench, tuple(designs), tuple(cells), tuple(stresses))


def _runs(study: Study, name: str, plan: Plan) -> tuple[int, int]:
    """Runs that the curve of a design and its stresses ask for, about; where trials are enumerated that takes no time."""
    if exact.lattice_of(plan) is not None:
        return 1, 1
    return len(CURVE), runs_under_stress(study.design(name))


def _cell(bench: Bench, name: str, plan: Plan, scenario: str) -> Cell:
    """Run one design in one declared scenario."""
    run, told = bench.declared(name, plan, scenario)
    return Cell(design=name, scenario=scenario, run=run, characteristics=told)


def _summarise(bench: Bench, name: str, plan: Plan, cells: list[Cell]) -> DesignSummary:
    """Describe a design, with its type I error and power curve."""
    design = bench.study.design(name)
    own = {cell.scenario: cell.characteristics for cell in cells if cell.design == name}
    references = (*design.references, *(r for r in plan.analysis.references if r not in design.references))
    return DesignSummary(
        name=name,
        kind=design.kind,
        meaning=design.meaning,
        rule=tuple(design.describe(bench.study.question)),
        references=references,
        participants=plan.participants,
        type_one=type_one_error(bench, name, plan, own),
        curve=tuple(_curve(bench, name, plan)),
    )


def type_one_error(bench: Bench, name: str, plan: Plan, own: dict[str, Characteristics]) -> TypeOneError:
    """Type I error at the worst point of the null: over the declared scenarios that have weight, and over its boundary.

    With several hypotheses it is that of any false claim, be it beside a true one. The boundary is searched exactly where
    trials can be enumerated. Where they cannot and no scenario with weight lies in the null, one at the boundary is added.
    """
    nominal = plan.aim.alpha if plan.promises_level else None
    nulls = {
        f"in “{s}”": told.false_claims
        for s, told in own.items()
        if any(Truth.of(plan, bench.study.scenario(s)).nulls) and bench.study.scenario(s).weight > 0
    }
    lattice = exact.lattice_of(plan)
    if lattice is not None:
        value, nuisance = exact.worst_type_one_error(plan, lattice)
        chance = "" if nuisance is None else f", at {lattice.null.nuisance} of {nuisance:.3f}"
        nulls[f"at the boundary of the null{chance}"] = Figure.exact(value)
    if not nulls:
        nulls = {
            "at the boundary of the null": bench.told(
                name, plan, bench.null_for(plan), "boundary of the null"
            ).success
        }
    worst = max(nulls, key=lambda where: nulls[where].value or 0.0)
    figure = nulls[worst]
    exceeded = nominal is not None and not figure.at_most(nominal)
    return TypeOneError(worst=figure, at=worst, nominal=nominal, exceeded=exceeded)


def _curve(bench: Bench, name: str, plan: Plan) -> list[CurvePoint]:
    """Probability of success over the true benefit, from none to half as much again as hoped for."""
    points = []
    for fraction in CURVE:
        scenario = bench.hoped.scaled(fraction)
        counted = exact_characteristics(plan, scenario)
        success = (
            Figure.exact(counted.success)
            if counted is not None
            else bench.told(name, plan, scenario, f"{fraction:g} times the effect hoped for").success
        )
        points.append(CurvePoint(benefit=scenario.benefit(plan.endpoint), success=success))
    return points


def _conclude(
    bench: Bench,
    designs: tuple[DesignSummary, ...],
    cells: tuple[Cell, ...],
    stresses: tuple[StressResult, ...],
) -> Comparison:
    """Choose, and put everything together."""
    study = bench.study
    weights = plausibilities(study)
    verdicts = judge(study, study.choose, study.hoped_for, designs, cells, stresses)
    comparison = Comparison(
        title=study.title,
        hoped_for=study.hoped_for,
        measure=study.endpoint.measure.name,
        ratio=study.endpoint.measure.ratio,
        unit=study.endpoint.unit,
        designs=designs,
        scenarios=tuple(_scenario(study, name, weights[name]) for name in study.scenarios),
        cells=cells,
        stresses=stresses,
        verdicts=verdicts,
        answer=(),
        warnings=(),
        provenance=provenance(study),
    )
    said = comparison.model_copy(update={"warnings": tuple(warnings(study, comparison))})
    return said.model_copy(update={"answer": tuple(answer(study, said))})


def _scenario(study: Study, name: str, weight: float) -> ScenarioSummary:
    """Describe a scenario."""
    scenario = study.scenario(name)
    benefit = scenario.benefit(study.endpoint)
    return ScenarioSummary(
        name=name, note=scenario.note, benefit=benefit, weight=weight, is_null=benefit <= 0
    )


def provenance(study: Study) -> Provenance:
    """Where the results of a study come from."""
    compute = study.compute
    return Provenance(
        version=importlib.metadata.version("handful"),
        kernels=kernel_hash(),
        study_digest=study.digest(),
        seed=compute.seed,
        trials=compute.trials,
        precision=compute.precision,
    )
