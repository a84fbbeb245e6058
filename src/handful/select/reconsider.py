"""Another choice among the same results: other constraints or another utility, and no new run."""

from __future__ import annotations

from functools import lru_cache

from handful.designs.base import Design, Question
from handful.designs.words import list_words
from handful.select.answer import answer
from handful.select.judge import judge
from handful.select.results import Comparison, StressResult
from handful.select.stress import turning
from handful.study.model import Choice, Study


def reconsider(study: Study, comparison: Comparison, choice: Choice) -> Comparison:
    """Choose among the designs of a comparison by something else than its study does.

    What every design does is taken as it was found; utilities, the amounts of stress that turn a conclusion, verdicts and
    the answer follow from it anew. Power is read in the scenario that was hoped for when the designs were compared.

    Args:
        study: The study that was compared.
        comparison: Its results.
        choice: What counts as a good choice now.

    Returns:
        The comparison with other verdicts; the same when the choice is the study's own.

    Example:
        >>> from handful.select.compare import compare
        >>> from handful.study.loading import loads
        >>> study = loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios:
        ...   nothing: {untreated: 20%, effect: 0}
        ...   hoped for: {base: nothing, effect: 0.5}
        ... designs:
        ...   small: {kind: single arm, participants: 10, benchmark: 20%}
        ...   large: {kind: single arm, participants: 30, benchmark: 20%}
        ... compute: {trials: 200}
        ... ''')
        >>> found = compare(study)
        >>> found.chosen, reconsider(study, found, Choice(best="expected participants")).chosen
        ('large', 'small')
    """
    stresses = tuple(_turned(study, result, comparison.hoped_for, choice) for result in comparison.stresses)
    verdicts = judge(study, choice, comparison.hoped_for, comparison.designs, comparison.cells, stresses)
    found = comparison.model_copy(update={"stresses": stresses, "verdicts": verdicts})
    return found.model_copy(update={"answer": tuple(answer(study, found))})


def _turned(study: Study, result: StressResult, hoped_for: str, choice: Choice) -> StressResult:
    """Where a stress turns the conclusion under the constraints of a choice."""
    gradual = {one.name: one.gradual for one in study.design(result.design).fragile_to}[result.stress]
    turns_at, broken = turning(result.points, choice.subject_to, hoped_for, gradual=gradual)
    return result.model_copy(update={"turns_at": turns_at, "broken": broken})


def asked_otherwise(before: Choice, after: Choice, hoped_for: str) -> list[str]:
    """What one choice asks otherwise than another.

    Args:
        before: The one choice.
        after: The other.
        hoped_for: The scenario in which power is read.

    Returns:
        A few words an item; nothing when they ask the same.

    Example:
        >>> from handful.study.model import Constraints
        >>> asked_otherwise(Choice(), Choice(burden=0.2, subject_to=Constraints(duration=48)), "hoped for")
        ['expected duration at most 48 months instead of without limit', 'burden of treatment 0.2 instead of 0.1']
    """
    old, new = _in_words(before, hoped_for), _in_words(after, hoped_for)
    return [f"{name} {new[name]} instead of {old[name]}" for name in new if new[name] != old[name]]


def _in_words(choice: Choice, hoped_for: str) -> dict[str, str]:
    """Everything that a choice asks, by its name."""
    limits = choice.subject_to
    told = {
        "best by": f"“{choice.best}”",
        "type I error": f"at most {100 * limits.type_I_error:.6g}%",
        f"power in “{hoped_for}”": _limit(limits.power.get(hoped_for), "at least", 100, "%"),
        "expected duration": _limit(limits.duration, "at most", 1, " months"),
        "participants": _limit(limits.participants, "at most", 1, ""),
        "on control": _limit(limits.on_control, "at most", 100, "% of participants"),
        "burden of treatment": f"{choice.burden:.6g}",
    }
    others = {scenario: least for scenario, least in limits.power.items() if scenario != hoped_for}
    told |= {f"power in “{name}”": _limit(least, "at least", 100, "%") for name, least in others.items()}
    return told


def _limit(value: float | None, words: str, factor: float, unit: str) -> str:
    """A limit with its unit."""
    return "without limit" if value is None else f"{words} {factor * value:.6g}{unit}"


def effect_of_choice(before: Comparison, after: Comparison) -> list[str]:
    """What another choice does to the ranking.

    Args:
        before: The comparison with the one choice.
        after: The same results with the other.

    Returns:
        Sentences: which design is to be taken now, and which others changed places.
    """
    old, new = before.chosen, after.chosen
    if old == new:
        said = [f"“{new}” is still the design to take." if new else "Still no design keeps every constraint."]
    elif new is None:
        said = [f"No design keeps every constraint any more; “{old}” was the design to take."]
    elif old is None:
        said = [f"“{new}” is now the design to take; before, no design kept every constraint."]
    else:
        said = [f"“{new}” is now the design to take, in place of “{old}”."]
    ranks = {verdict.design: verdict.rank for verdict in before.verdicts}
    moved = [
        f"“{v.design}” from {ranks[v.design]} to {v.rank}"
        for v in after.verdicts
        if ranks[v.design] != v.rank
    ]
    return [*said, f"Places in the ranking: {list_words(moved)}." if moved else "The ranking is the same."]


def not_known(study: Study, comparison: Comparison, choice: Choice) -> list[str]:
    """What a choice would need and the results of a comparison do not say.

    Args:
        study: The study that was compared.
        comparison: Its results.
        choice: What counts as a good choice now.

    Returns:
        Sentences; nothing when a new comparison would give the same verdicts.
    """
    said = []
    told = {name: comparison.cell(name, comparison.hoped_for) for name in study.designs}
    untimed = [f"“{name}”" for name, here in told.items() if here.months is None]
    if untimed and choice.best == "expected duration":
        said.append(
            f"The study gives no timing for {list_words(untimed)}, so no duration is known to rank by."
        )
    elif untimed and choice.subject_to.duration is not None:
        said.append(
            f"The study gives no timing for {list_words(untimed)}, so the limit on duration is not applied there."
        )
    then = study.replace(choose=choice)
    if then.hoped_for != comparison.hoped_for:
        said.append(
            f"Power is read in “{comparison.hoped_for}”, as when the designs were compared; a new comparison with this choice "
            f"would hope for “{then.hoped_for}”."
        )
    planned = [
        f"“{name}”"
        for name in study.designs
        if _planned_otherwise(study.design(name), study.question, then.question)
    ]
    if planned:
        names = list_words(planned) if len(planned) < len(study.designs) else "All designs"
        said.append(
            f"{names} would be planned otherwise by a study that asks for this, with other looks, thresholds or "
            "sizes. They are judged here as they were compared; put the choice into the study and compare again to see more."
        )
    return said


def _planned_otherwise(design: Design, before: Question, after: Question) -> bool:
    """Whether the rule of a design would be another for another question."""
    return _rule(design, before) != _rule(design, after)


@lru_cache(maxsize=1024)
def _rule(design: Design, question: Question) -> tuple[str, ...] | None:
    """The rule of a design in words; None where it cannot answer."""
    try:
        return tuple(design.describe(question))
    except ValueError:
        return None
