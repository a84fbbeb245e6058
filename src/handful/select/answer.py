"""The answer in about five sentences, and the warnings that a reader must not miss."""

from __future__ import annotations

from handful.designs.arrangements import Repeated
from handful.designs.stresses import REGRESSION_TO_THE_MEAN
from handful.designs.words import list_words
from handful.select.results import Comparison, StressResult
from handful.select.words import amount_words, benefit_words, percent
from handful.study.model import Study


def answer(study: Study, comparison: Comparison) -> list[str]:
    """The answer in about five sentences, the chosen design first.

    Args:
        study: The study.
        comparison: All results; its own answer is ignored.

    Returns:
        Sentences.
    """
    chosen = comparison.chosen
    if chosen is None:
        return _no_answer(study, comparison)
    told = comparison.cell(chosen, comparison.hoped_for)
    design = next(d for d in comparison.designs if d.name == chosen)
    verdict = next(v for v in comparison.verdicts if v.design == chosen)
    size = told.participants.mean
    time = (
        f" over {told.months.mean.value:.0f} months"
        if told.months is not None and told.months.mean.value
        else ""
    )
    sentences = [
        f"Take “{chosen}”: {design.meaning}. {verdict.reasons[0]}",
        f"If the effect is as hoped for ({benefit_words(told.truth, study.endpoint)}), it succeeds with a probability of "
        f"{percent(told.success)}, with {size.value:.1f} participants on average{time}.",
    ]
    if design.type_one.worst is not None:
        sentences.append(
            f"If there is no effect, it claims one by mistake with a probability of {percent(design.type_one.worst)}, "
            f"{design.type_one.at}."
        )
    sentences.append(_weakest(comparison, chosen))
    sentences.append(_runners_up(comparison, chosen))
    return [s for s in sentences if s]


def _no_answer(study: Study, comparison: Comparison) -> list[str]:
    """What to say when no design keeps the constraints."""
    nearest = comparison.verdicts[0]
    return [
        "No design in this study keeps every constraint, so none is recommended.",
        f"“{nearest.design}” comes nearest. {nearest.reasons[0]}",
        "More participants, a longer trial, a looser constraint or another design would be needed; the table below shows what "
        "each design breaks.",
    ]


def _weakest(comparison: Comparison, chosen: str) -> str:
    """The stress that turns the chosen design first."""
    own = [s for s in comparison.stresses if s.design == chosen]
    turning = [s for s in own if s.turns_at is not None]
    if turning:
        first = min(turning, key=_gravity)
        return f"What can sink it is {first.stress}: {turn_words(first)}{_passes_to(comparison, first)}"
    if own:
        names = " and ".join(sorted({s.stress for s in own}))
        return f"None of the amounts of {names} that were tried turns the conclusion."
    return ""


def _gravity(turned: StressResult) -> tuple[bool, float]:
    """False claims come before lost power, and then what turns the conclusion at the smaller part of what was tried."""
    loses_power = turned.broken.startswith("a power")
    return loses_power, (turned.turns_at or 0.0) / max(p.amount for p in turned.points)


def _passes_to(comparison: Comparison, turned: StressResult) -> str:
    """The design to which the choice then passes."""
    same = {s.design: s for s in comparison.stresses if s.stress == turned.stress}
    amount = turned.turns_at or 0.0
    for verdict in comparison.verdicts:
        rival = same.get(verdict.design)
        holds = rival is None or rival.turns_at is None or rival.turns_at > amount
        if verdict.kept and verdict.design != turned.design and holds:
            return f" The choice then passes to “{verdict.design}”."
    return " No other design here that keeps every constraint bears it better."


def turn_words(result: StressResult) -> str:
    """How much of a stress turns the conclusion, in words."""
    if result.turns_at is None:
        most = max(p.amount for p in result.points)
        return f"up to {amount_words(most, result.unit)} it holds."
    if result.turns_at == 0:
        return f"it does not keep {result.broken} even without."
    return f"from about {amount_words(result.turns_at, result.unit)} on, it no longer keeps {result.broken}."


def _runners_up(comparison: Comparison, chosen: str) -> str:
    """Why the next design was not taken."""
    others = [v for v in comparison.verdicts if v.design != chosen]
    if not others:
        return ""
    if not others[0].kept:
        return f"Every other design breaks a constraint; the nearest is “{others[0].design}”. {others[0].reasons[0]}"
    return f"Next comes “{others[0].design}”. {others[0].reasons[0]}"


def warnings(study: Study, comparison: Comparison) -> list[str]:
    """What a reader must not miss: type I error beyond its promise or without one, regression to the mean, unfinished trials.

    Args:
        study: The study.
        comparison: All results; its own warnings are ignored.

    Returns:
        Sentences, the gravest first.
    """
    unfinished = [
        f"“{cell.design}” runs out of participants before it can be finished in {percent(cell.characteristics.unfinished)} "
        f"of trials in “{cell.scenario}”."
        for cell in comparison.cells
        if (cell.characteristics.unfinished.value or 0.0) > 0.05
    ]
    return [*_of_the_level(comparison), *_regressing(study), *unfinished]


def _of_the_level(comparison: Comparison) -> list[str]:
    """Promises of a type I error that are not kept; then what designs make of it that promise none."""
    broken, open_ = [], []
    for design in comparison.designs:
        error = design.type_one
        if error.worst is None:
            continue
        spent = f"{percent(error.worst)}, {error.at}."
        if error.nominal is None:
            open_.append(f"“{design.name}” promises no type I error; it is {spent}")
        elif error.exceeded:
            broken.append(
                f"“{design.name}” claims a type I error of {100 * error.nominal:.3g}% and really spends {spent}"
            )
    return [*broken, *open_]


NOTICEABLE = 0.05
"""Regression to the mean below this share of the effect hoped for is not warned of."""


def _regressing(study: Study) -> list[str]:
    """The warning that people enter because they were doing badly; it names the designs that compare them with that time."""
    scenario, endpoint = study.scenario(study.hoped_for), study.endpoint
    shift = scenario.regression_to_the_mean(endpoint)
    flattered = [
        f"“{name}”"
        for name in study.designs
        if REGRESSION_TO_THE_MEAN in study.design(name).fragile_to
        and not isinstance(arrangement := study.plan(name).arrangement, Repeated)
        and scenario.judged_over(arrangement.lead_in)
    ]
    if not flattered or shift <= NOTICEABLE * abs(scenario.benefit(endpoint)):
        return []
    return [
        "Regression to the mean: people enter because they were doing badly, so that without any treatment they would seem to "
        f"improve by {benefit_words(shift, endpoint)} in {list_words(flattered)}."
    ]
