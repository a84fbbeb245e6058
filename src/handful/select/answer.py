"""The answer in about five sentences, and the warnings that a reader must not miss."""

from __future__ import annotations

from handful.designs.stresses import REGRESSION_TO_THE_MEAN
from handful.participants.endpoint import Endpoint
from handful.select.figure import Figure
from handful.select.results import Comparison, StressResult
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
        first = min(turning, key=lambda s: (s.turns_at or 0.0) / max(p.amount for p in s.points))
        return f"What can sink it is {first.stress}: {turn_words(first)}"
    if own:
        names = " and ".join(sorted({s.stress for s in own}))
        return f"None of the amounts of {names} that were tried makes it break a constraint."
    return ""


def turn_words(result: StressResult) -> str:
    """How much of a stress turns the conclusion, in words."""
    if result.turns_at is None:
        most = max(p.amount for p in result.points)
        return f"up to {amount_words(most, result.unit)} it keeps every constraint that it kept without."
    return f"from about {amount_words(result.turns_at, result.unit)} on it no longer keeps {result.broken}."


def amount_words(amount: float, unit: str) -> str:
    """An amount of a stress with its unit; shares as percentages.

    Example:
        >>> amount_words(0.25, "of the effect hoped for"), amount_words(1.5, "standard deviations")
        ('25% of the effect hoped for', '1.5 standard deviations')
    """
    if unit.startswith(("of ", "lost ")):
        return f"{100 * amount:.3g}% {unit}"
    return f"{amount:.3g} {unit}"


def _runners_up(comparison: Comparison, chosen: str) -> str:
    """Why the next design was not taken."""
    others = [v for v in comparison.verdicts if v.design != chosen]
    if not others:
        return ""
    if not others[0].kept:
        return f"Every other design breaks a constraint; the nearest is “{others[0].design}”. {others[0].reasons[0]}"
    return f"Next comes “{others[0].design}”. {others[0].reasons[0]}"


def warnings(study: Study, comparison: Comparison) -> list[str]:
    """What a reader must not miss: inflated type I error, regression to the mean, trials that cannot be finished.

    Args:
        study: The study.
        comparison: All results; its own warnings are ignored.

    Returns:
        Sentences, the gravest first.
    """
    inflated = [
        f"“{design.name}” claims a type I error of {100 * design.type_one.nominal:.3g}% and really spends "
        f"{percent(design.type_one.worst)}, {design.type_one.at}."
        for design in comparison.designs
        if design.type_one.exceeded and design.type_one.worst is not None
    ]
    shift = study.scenario(study.hoped_for).regression_to_the_mean(study.endpoint)
    regressing = [
        f"Regression to the mean: people enter “{name}” because they were doing badly, so that without any treatment they "
        f"would seem to improve by {benefit_words(shift, study.endpoint)}."
        for name in study.designs
        if shift > 0 and REGRESSION_TO_THE_MEAN in study.design(name).fragile_to
    ]
    unfinished = [
        f"“{cell.design}” runs out of participants before it can be finished in {percent(cell.characteristics.unfinished)} "
        f"of trials in “{cell.scenario}”."
        for cell in comparison.cells
        if (cell.characteristics.unfinished.value or 0.0) > 0.05
    ]
    return [*inflated, *regressing, *unfinished]


def benefit_words(benefit: float, endpoint: Endpoint) -> str:
    """A benefit on the scale that people use.

    Example:
        >>> benefit_words(0.4, Endpoint(name="response", kind="binary"))
        'a difference of 40 percentage points'
    """
    if endpoint.measure.ratio:
        return f"a {endpoint.measure.name} of {endpoint.natural(benefit):.3g}"
    if endpoint.kind == "binary":
        return f"a difference of {100 * benefit:.3g} percentage points"
    if endpoint.kind == "ordinal":
        return f"a net chance of doing better of {100 * benefit:.3g} percentage points"
    unit = f" {endpoint.unit}" if endpoint.unit else ""
    return f"a benefit of {benefit:.3g}{unit}"


def percent(figure: Figure) -> str:
    """A share with its origin.

    Example:
        >>> percent(Figure.exact(0.025)), percent(Figure.share(800, 1000))
        ('2.50% (exact)', '80.00% ± 1.3% (simulated)')
    """
    if figure.value is None:
        return "not defined"
    doubt = f" ± {100 * figure.error:.2g}%" if figure.error is not None else ""
    return f"{100 * figure.value:.2f}%{doubt} ({figure.how})"
