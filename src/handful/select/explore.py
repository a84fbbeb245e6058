"""One design as somebody moves its numbers: boundaries and operating characteristics over the effect, at once.

Everything here is exact or numeric. All effects are walked side by side over the lattice of possible trials, so that a whole
power curve costs little more than one point of it, and nothing is computed that is not drawn: estimates wait until they are
asked for. Where trials can neither be enumerated nor integrated there are no figures, and `rehearsed` simulates a few trials.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from handful.designs.base import Design, Plan, Question
from handful.engine import exact, numeric
from handful.scenarios.base import Scenario
from handful.select.assess import LookFigures, look_figures
from handful.select.characteristics import Characteristics, characteristics, countable, exact_characteristics
from handful.select.figure import Figure, How
from handful.select.results import CurvePoint, Result, TypeOneError
from handful.select.runs import InMemory
from handful.select.size import plans_its_own_size, resized

Floats = NDArray[np.float64]

MOST_ENUMERATED = 120
"""Participants beyond which all possible trials are too many to be walked while somebody waits for a drawing."""
MOST_EXPLORED = 1000
"""Participants of the largest design that is explored; larger ones are compared."""
MOST_TABULATED = 240
"""Participants beyond which exact tests of proportions need tables of all trials that are made in no moment."""
FEW_TRIALS = 1024
"""Trials that are simulated where there is no exact and no numeric answer: one block."""
_INTEGRATED = 1e-6
"""What boundaries found by integration may miss the level by."""
_EFFECTS = 33
_NUISANCES = 49
_STEPS = (-2, -1, 1, 2)


class NullPoint(Result):
    """Probability of a false claim at one point of the boundary of the null hypothesis.

    Attributes:
        nuisance: Nuisance parameter.
        chance: Probability of claiming benefit there.
    """

    nuisance: float
    chance: float


class Effect(CurvePoint):
    """A design under one true benefit.

    Attributes:
        analysed: Expected participants (or events) analysed.
    """

    analysed: Figure


class Exploration(Result):
    """What one design does in one scenario, and over the effect.

    Attributes:
        kind: Family of the design.
        rule: The rule in plain words, a sentence an item.
        statistic: What the thresholds are on.
        counted: What looks count: `participants` or `events`.
        participants: Most participants that can be enrolled.
        block: Participants by which sizes go up.
        how: Where the figures come from; None where trials can neither be enumerated nor integrated.
        why: Why there are no figures, in one sentence; empty where there are.
        truth: True benefit in the scenario, on the scale of the endpoint's measure.
        success: Probability of claiming benefit in the scenario; None without figures, and so on.
        without: The same when treatment does nothing and all else is as in the scenario, drift included.
        nominal: Probability of success that the normal theory promises, beside an exact one.
        type_one: Type I error at the worst point of the null hypothesis.
        analysed: Expected participants (or events) analysed in the scenario.
        analysed_without: The same when treatment does nothing.
        looks: The planned looks, with what happens at them in the scenario.
        ends_without: (claim, no claim) at each look when treatment does nothing.
        curve: The design over the true benefit.
        nuisance: What the nuisance parameter is, in words; empty where there is none.
        null: Type I error over the nuisance parameter.
    """

    kind: str
    rule: tuple[str, ...]
    statistic: str
    counted: str
    participants: int
    block: int
    how: How | None
    why: str
    truth: float
    success: Figure | None = None
    without: Figure | None = None
    nominal: Figure | None = None
    type_one: TypeOneError | None = None
    analysed: Figure | None = None
    analysed_without: Figure | None = None
    looks: tuple[LookFigures, ...] = ()
    ends_without: tuple[tuple[Figure, Figure], ...] = ()
    curve: tuple[Effect, ...] = ()
    nuisance: str = ""
    null: tuple[NullPoint, ...] = ()


class Neighbour(Result):
    """The same design with a few participants more or fewer.

    Attributes:
        participants: Participants.
        success: Probability of claiming benefit in the scenario.
        type_one: Type I error at the worst point of the null hypothesis.
        analysed: Expected participants (or events) analysed in the scenario.
    """

    participants: int
    success: Figure
    type_one: Figure | None
    analysed: Figure


class Estimated(Result):
    """How good the reported estimate is.

    Attributes:
        bias: Mean of the reported estimate minus the truth.
        rmse: Root mean squared error of it.
        coverage: Probability that the reported interval covers the truth.
    """

    bias: Figure
    rmse: Figure
    coverage: Figure


class Rehearsed(Result):
    """A few simulated trials, every figure with its error.

    Attributes:
        hoped: In the scenario.
        without: When treatment does nothing.
    """

    hoped: Characteristics
    without: Characteristics


@dataclass(frozen=True)
class _Ends:
    """Probabilities of ending at each look with a claim and without, shapes (looks, points)."""

    success: Floats
    failure: Floats
    harm: Floats | None
    how: How


@lru_cache(maxsize=256)
def explored(design: Design, scenario: Scenario, question: Question) -> Exploration:
    """Boundaries and operating characteristics of a design over the effect, without a simulated trial.

    Args:
        design: The design, of at most `MOST_EXPLORED` participants.
        scenario: The truth; its effect is one point of the curve.
        question: Endpoint and level.

    Returns:
        The exploration; it is remembered, so that going back costs nothing.

    Raises:
        ValueError: When the design cannot answer the question, or is too large.

    Example:
        >>> from handful.designs.simon import Simon
        >>> from handful.participants.endpoint import Endpoint
        >>> from handful.scenarios.binary import BinaryScenario
        >>> question = Question(Endpoint(name="response", kind="binary"), alpha=0.05)
        >>> told = explored(Simon(benchmark=0.1, target=0.3), BinaryScenario(untreated=0.1, treated=0.3), question)
        >>> print(told.success, told.analysed_without)
        0.8051 (exact) 15.0141 (exact)
    """
    plan = _planned(design, question)
    truths = _truths(scenario, question)
    benefits = [truth.benefit(question.endpoint) for truth in truths]
    without = scenario.scaled(0.0)
    ends = _ends(plan, [scenario, without, *truths])
    told = Exploration(
        kind=design.kind,
        rule=tuple(design.describe(question)),
        statistic=plan.analysis.statistic_name,
        counted=plan.looks.counts,
        participants=plan.participants,
        block=plan.allocation.block,
        how=None if ends is None else ends.how,
        why=_why_not(plan, scenario) if ends is None else "",
        truth=scenario.benefit(question.endpoint),
    )
    if ends is None:
        return told
    figure = Figure.exact if ends.how == "exact" else Figure.numeric
    claims = ends.success.sum(axis=0)
    analysed = np.asarray(plan.looks.planned()) @ (ends.success + ends.failure)
    promised = numeric.characteristics(plan, scenario) if ends.how == "exact" else None
    nuisance, null = _over_the_null(plan) if ends.how == "exact" else ("", ())
    harm = () if ends.harm is None else tuple(figure(p) for p in ends.harm[:, 0])
    return told.model_copy(
        update={
            "success": figure(claims[0]),
            "without": figure(claims[1]),
            "nominal": None if promised is None else Figure.numeric(promised.success),
            "type_one": _type_one_error(plan, scenario, ends.how),
            "analysed": figure(analysed[0]),
            "analysed_without": figure(analysed[1]),
            "looks": look_figures(
                plan,
                tuple(figure(p) for p in ends.success[:, 0]),
                tuple(figure(p) for p in ends.failure[:, 0]),
                harm,
            ),
            "ends_without": tuple(
                (figure(s), figure(f)) for s, f in zip(ends.success[:, 1], ends.failure[:, 1], strict=True)
            ),
            "curve": tuple(
                Effect(benefit=b, success=figure(c), analysed=figure(a))
                for b, c, a in zip(benefits, claims[2:], analysed[2:], strict=True)
            ),
            "nuisance": nuisance,
            "null": null,
        }
    )


def neighbours(design: Design, scenario: Scenario, question: Question) -> tuple[Neighbour, ...]:
    """What some participants fewer would cost, and what some more would buy.

    Args:
        design: The design.
        scenario: The truth.
        question: Endpoint and level.

    Returns:
        The design with one and two blocks fewer and more, and as it is, by size; nothing for a design that plans its own size
        and where there is no exact and no numeric answer. A size that the design cannot have is left out.

    Example:
        >>> from handful.designs.single_arm import SingleArm
        >>> from handful.participants.endpoint import Endpoint
        >>> from handful.scenarios.binary import BinaryScenario
        >>> question = Question(Endpoint(name="response", kind="binary"))
        >>> there = BinaryScenario(untreated=0.2, treated=0.6)
        >>> for told in neighbours(SingleArm(participants=16, benchmark=0.2), there, question):
        ...     print(told.participants, told.success)
        12 0.8418 (exact)
        14 0.8499 (exact)
        16 0.8577 (exact)
        18 0.9424 (exact)
        20 0.9435 (exact)
    """
    here = explored(design, scenario, question)
    if here.how is None or plans_its_own_size(design, question):
        return ()
    events: int | None = getattr(design, "events", None)
    step = max(here.block, 2) if events is None else max(1, round(events / 20))
    size = here.participants if events is None else events
    found = []
    for steps in sorted((*_STEPS, 0)):
        try:
            changed = design if steps == 0 else resized(design, question, size + steps * step)
            told = explored(changed, scenario, question)
        except ValueError:
            continue
        if told.success is not None and told.analysed is not None:
            worst = None if told.type_one is None else told.type_one.worst
            found.append(
                Neighbour(
                    participants=told.participants,
                    success=told.success,
                    type_one=worst,
                    analysed=told.analysed,
                )
            )
    return tuple(found)


@lru_cache(maxsize=64)
def rehearsed(
    design: Design, scenario: Scenario, question: Question, trials: int = FEW_TRIALS, seed: int = 1
) -> Rehearsed:
    """Simulate a few trials in the scenario, and on the same people when treatment does nothing.

    Args:
        design: The design, of at most `MOST_EXPLORED` participants.
        scenario: The truth.
        question: Endpoint and level.
        trials: Trials in each.
        seed: Seed of the simulation.

    Returns:
        Both, remembered; figures that depend on counts alone are exact where all trials can be enumerated in a moment.

    Raises:
        ValueError: When the design cannot answer the question in the scenario, or is too large.

    Example:
        >>> from handful.designs.randomised import Randomised
        >>> from handful.participants.endpoint import Endpoint
        >>> from handful.scenarios.continuous import ContinuousScenario
        >>> question = Question(Endpoint(name="score", kind="continuous"))
        >>> truth = ContinuousScenario(untreated={"sd": 6}, effect=6)
        >>> told = rehearsed(Randomised(participants=20, analysis="permutation"), truth, question, trials=64)
        >>> told.hoped.success.how, told.hoped.trials
        ('simulated', 64)
    """
    from handful.engine.simulate import Job
    from handful.select.characteristics import simulated_characteristics

    plan = _planned(design, question)
    if plan.endpoint.kind == "binary" and plan.participants > MOST_TABULATED:
        raise ValueError(
            f"trials of more than {MOST_TABULATED} participants with a binary outcome are simulated by a comparison alone"
        )
    both = []
    for truth in (scenario, scenario.scaled(0.0)):
        _, summary = InMemory().run(Job(plan, truth, seed, trials), design.kind, "", declared=False)
        tell = characteristics if _walkable(plan) else simulated_characteristics
        both.append(tell(plan, truth, summary))
    return Rehearsed(hoped=both[0], without=both[1])


@lru_cache(maxsize=128)
def estimated(design: Design, scenario: Scenario, question: Question) -> Estimated | None:
    """How good the estimate is that the design reports, by enumeration; None where trials cannot be enumerated.

    Args:
        design: The design, of at most `MOST_EXPLORED` participants.
        scenario: The truth.
        question: Endpoint and level.

    Raises:
        ValueError: When the design cannot answer the question, or is too large.

    Example:
        >>> from handful.designs.single_arm import SingleArm
        >>> from handful.participants.endpoint import Endpoint
        >>> from handful.scenarios.binary import BinaryScenario
        >>> question = Question(Endpoint(name="response", kind="binary"))
        >>> truth = BinaryScenario(untreated=0.2, treated=0.6)
        >>> print(estimated(SingleArm(participants=16, benchmark=0.2), truth, question).rmse)
        0.1225 (exact)
    """
    plan = _planned(design, question)
    told = exact_characteristics(plan, scenario) if _walkable(plan) else None
    if told is None:
        return None
    return Estimated(
        bias=Figure.exact(told.bias), rmse=Figure.exact(told.rmse), coverage=Figure.exact(told.coverage)
    )


@lru_cache(maxsize=256)
def _planned(design: Design, question: Question) -> Plan:
    """Plan a design once, unless it is so large that its plan alone would take long."""
    size: int = getattr(design, "participants", 0)
    if size > MOST_EXPLORED:
        raise ValueError(
            f"designs of up to {MOST_EXPLORED} participants are explored, and this one has {size}; a comparison takes any size"
        )
    if getattr(design, "boundaries", "normal") == "exact" and size > MOST_ENUMERATED:
        raise ValueError(
            f"exact boundaries are found at once for up to {MOST_ENUMERATED} participants, and this design has {size}; "
            "take normal ones here, or compare"
        )
    return design.plan(question)


def _walkable(plan: Plan) -> bool:
    """Whether all possible trials can be walked in a moment: they are few, and how many are on each arm is known."""
    known = all(plan.allocation.sizes(n) is not None for n in plan.looks.planned())
    return known and plan.adaptation is None and plan.participants <= MOST_ENUMERATED


def _truths(scenario: Scenario, question: Question) -> list[Scenario]:
    """The scenario with other effects, from none (or the harm in the scenario) to well beyond its own."""
    endpoint = question.endpoint
    some = _with_an_effect(scenario, question)
    if some is None:
        return [scenario]
    of_one, hoped = some.benefit(endpoint), scenario.benefit(endpoint)
    most = (
        some.scaled(1e9).benefit(endpoint)
        if endpoint.kind == "binary"
        else _round_up(1.5 * max(hoped, of_one))
    )
    return [some.scaled(float(b) / of_one) for b in np.linspace(min(0.0, hoped), most, _EFFECTS)]


def _with_an_effect(scenario: Scenario, question: Question) -> Scenario | None:
    """The scenario itself when it has a benefit, else with one that its curve can be drawn from; None without."""
    endpoint = question.endpoint
    if scenario.benefit(endpoint) > 0:
        return scenario
    variance = scenario.variance(endpoint)
    size = 0.1 if endpoint.kind == "binary" else 0.5 * float(np.sqrt((variance or {}).get("control", 1.0)))
    halved = 2.0 if endpoint.better in ("higher", "sooner") else 0.5
    for field, value in {
        "effect": endpoint.sign * size,
        "rate_ratio": halved,
        "hazard_ratio": halved,
    }.items():
        if getattr(scenario, field, None) is not None:
            try:
                changed = scenario.replace(**{field: value})
            except ValueError:
                continue
            if changed.benefit(endpoint) > 0:
                return changed
    return None


def _round_up(value: float) -> float:
    """The next round number: an axis that ends there stays put while the effect is dragged a little.

    Example:
        >>> _round_up(0.7), _round_up(12.0), _round_up(31.0)
        (0.8, 15.0, 40.0)
    """
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if m * power >= value * (1 - 1e-9)))


def _ends(plan: Plan, truths: Sequence[Scenario]) -> _Ends | None:
    """What happens at each look under each truth; None where that can neither be counted nor integrated."""
    counted = _counted(plan, truths)
    if counted is not None:
        return counted
    told = [numeric.characteristics(plan, truth) for truth in truths]
    there = [one for one in told if one is not None]
    if len(there) < len(told):
        return None
    return _Ends(
        np.stack([one.success_at for one in there], axis=1),
        np.stack([one.failure_at for one in there], axis=1),
        None,
        "numeric",
    )


def _counted(plan: Plan, truths: Sequence[Scenario]) -> _Ends | None:
    """All truths walked side by side."""
    if not _walkable(plan):
        return None
    known = [countable(plan, truth) for truth in truths]
    found = [one for one in known if one is not None]
    if len(found) < len(known):
        return None
    lattice = found[0][0]
    chances = {name: np.array([one[1][name] for one in found]) for name in found[0][1]}
    success, failure, harm = [], [], []
    for stopped in exact.walk(plan, lattice, chances):
        success.append(_mass(stopped.success))
        failure.append(_mass(stopped.failure))
        if stopped.harm is not None:
            harm.append(_mass(stopped.harm))
    return _Ends(np.array(success), np.array(failure), np.array(harm) if harm else None, "exact")


def _mass(grid: Floats) -> Floats:
    """Probability over the whole grid, at each point."""
    return np.asarray(grid.reshape(len(grid), -1).sum(axis=1))


def _type_one_error(plan: Plan, scenario: Scenario, how: How) -> TypeOneError | None:
    """Type I error at the worst point of the null hypothesis, by the engine that answers."""
    nominal = plan.aim.alpha if plan.promises_level else None
    lattice = exact.lattice_of(plan) if how == "exact" else None
    if lattice is not None:
        value, nuisance = exact.worst_type_one_error(plan, lattice)
        worst = Figure.exact(value)
        at = "" if nuisance is None else f", at {lattice.null.nuisance} of {nuisance:.3f}"
    else:
        promised = numeric.characteristics(plan, scenario, plan.null_benefit)
        if promised is None:
            return None
        worst, at = Figure.numeric(promised.success), ""
    exceeded = nominal is not None and not worst.at_most(nominal + (0.0 if how == "exact" else _INTEGRATED))
    return TypeOneError(
        worst=worst, at=f"at the boundary of the null{at}", nominal=nominal, exceeded=exceeded
    )


def _over_the_null(plan: Plan) -> tuple[str, tuple[NullPoint, ...]]:
    """(what the nuisance parameter is, type I error over it); nothing when the null is one point."""
    lattice = exact.lattice_of(plan)
    if lattice is None or lattice.null.is_point:
        return "", ()
    places = np.linspace(0.0, 1.0, _NUISANCES)
    at: Mapping[str, Floats] = lattice.null.at(places)
    chances = exact.success_probability(plan, lattice, at)
    points = zip(places.tolist(), chances.tolist(), strict=True)
    return lattice.null.nuisance, tuple(NullPoint(nuisance=p, chance=c) for p, c in points)


def _why_not(plan: Plan, scenario: Scenario) -> str:
    """Why trials can neither be enumerated nor integrated, in one sentence."""
    unknown = [n for n in plan.looks.planned() if plan.allocation.sizes(n) is None]
    block = plan.allocation.block
    if plan.adaptation is not None:
        return "What this design does next depends on its data; a comparison of the study counts its trials where it can."
    if plan.arms > 1:
        return "This design has several treatment arms."
    if unknown and block > 1 and plan.looks.counts == "participants":
        return (
            f"Participants are randomised in blocks of {block}, and a look at {unknown[0]} cuts one: how many are on each arm is "
            f"then left to chance. Sizes and looks at multiples of {block} have exact answers."
        )
    if unknown:
        return "How many participants are on each arm is left to chance."
    if scenario.trend != 0:
        return "People change with the time of their enrolment."
    if plan.endpoint.kind == "binary" and scenario.chances(plan.endpoint) is None:
        return "Outcomes go missing by chance."
    if plan.participants > MOST_ENUMERATED:
        return (
            f"Trials of more than {MOST_ENUMERATED} participants are too many to be counted while one waits."
        )
    return f"The test of this design, “{plan.analysis.kind}”, is no function of counts and no normal process in this scenario."
