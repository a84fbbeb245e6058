"""The choice: constraints first, then the utility, and for every rejected design the reason with its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handful.select.characteristics import Characteristics
from handful.select.figure import Figure
from handful.select.results import StressResult, TypeOneError, Verdict
from handful.select.words import amount_words
from handful.study.model import Constraints


@dataclass(frozen=True)
class Candidate:
    """A design before the choice.

    Attributes:
        name: Its name.
        type_one: Type I error.
        by_scenario: What it does in each scenario.
        utility: What the choice makes as good as possible.
        participants: Most participants it can enrol.
        stresses: How it bears the stresses that its family names.
    """

    name: str
    type_one: TypeOneError
    by_scenario: Mapping[str, Characteristics]
    utility: Figure
    participants: int
    stresses: tuple[StressResult, ...] = ()


def broken_constraints(candidate: Candidate, limits: Constraints, hoped_for: str) -> list[str]:
    """The constraints that a design breaks, one sentence with its number an item.

    A simulated figure breaks a constraint when it does so by more than two Monte Carlo standard errors.
    """
    broken = []
    worst = candidate.type_one.worst
    if worst is not None and not worst.at_most(limits.type_I_error):
        broken.append(
            f"Its type I error is {_percent(worst)} ({candidate.type_one.at}), above the {_plain(limits.type_I_error)} allowed."
        )
    for scenario, least in limits.power.items():
        power = candidate.by_scenario[scenario].success
        if not power.at_least(least):
            broken.append(
                f"Its power in “{scenario}” is {_percent(power)}, below the {_plain(least)} wanted."
            )
    told = candidate.by_scenario[hoped_for]
    if (
        limits.duration is not None
        and told.months is not None
        and not told.months.mean.at_most(limits.duration)
    ):
        broken.append(
            f"It is expected to take {told.months.mean.value:.0f} months in “{hoped_for}”, longer than the "
            f"{limits.duration:.0f} allowed."
        )
    if limits.participants is not None and candidate.participants > limits.participants:
        broken.append(
            f"It may enrol {candidate.participants} participants, more than the {limits.participants} allowed."
        )
    if limits.on_control is not None:
        enrolled, left = told.participants.mean.value or 0.0, told.inferior.value or 0.0
        share = left / enrolled if enrolled else 0.0
        if told.truth > 0 and share > limits.on_control + 1e-9:
            broken.append(
                f"It leaves {_plain(share)} of participants on control, more than {_plain(limits.on_control)}."
            )
    for result in candidate.stresses:
        demanded = limits.withstand.get(result.stress)
        if demanded is not None and result.turns_at is not None and result.turns_at < demanded:
            broken.append(
                f"It does not withstand {result.stress}: it no longer keeps {result.broken} from "
                f"{amount_words(result.turns_at, result.unit)} on, and {amount_words(demanded, result.unit)} is asked for."
            )
    return broken


def choose(candidates: list[Candidate], limits: Constraints, hoped_for: str, best: str) -> list[Verdict]:
    """Rank designs and say why.

    Args:
        candidates: The designs.
        limits: What a design must keep.
        hoped_for: The scenario that is hoped for.
        best: What is made as good as possible, in words.

    Returns:
        Verdicts, best first: designs that keep every constraint by utility, then the others by how many they break.
    """
    broken = {c.name: broken_constraints(c, limits, hoped_for) for c in candidates}
    ranked = sorted(candidates, key=lambda c: (len(broken[c.name]), -_value(c.utility)))
    winner = ranked[0] if ranked and not broken[ranked[0].name] else None
    sound = [c for c in candidates if not broken[c.name]] or candidates
    front = {c.name for c in candidates if not any(_dominates(o, c, hoped_for) for o in sound)}
    verdicts = []
    for rank, candidate in enumerate(ranked, start=1):
        reasons = list(broken[candidate.name])
        if candidate is winner:
            reasons = [_why_best(candidate, ranked, broken, best)]
        elif not reasons and winner is not None:
            reasons = [_why_not(candidate, winner, best)]
        if candidate.name not in front and candidate is not winner:
            over = next(o for o in sound if _dominates(o, candidate, hoped_for))
            reasons.append(
                f"“{over.name}” is at least as good in power, type I error, participants and duration."
            )
        verdicts.append(
            Verdict(
                design=candidate.name,
                rank=rank,
                chosen=candidate is winner,
                kept=not broken[candidate.name],
                utility=candidate.utility,
                frontier=candidate.name in front,
                reasons=tuple(reasons),
            )
        )
    return verdicts


def _why_best(winner: Candidate, ranked: list[Candidate], broken: Mapping[str, list[str]], best: str) -> str:
    """Why the winner won."""
    rivals = [c for c in ranked[1:] if not broken[c.name]]
    if not rivals:
        return "It is the only design that keeps every constraint."
    ahead = _value(winner.utility) - _value(rivals[0].utility)
    if best == "people helped over the horizon":
        return (
            f"It keeps every constraint and is expected to help {_value(winner.utility):.1f} people over the horizon, "
            f"{ahead:.1f} more than “{rivals[0].name}”."
        )
    return (
        f"It keeps every constraint and is best in {best}: ahead of “{rivals[0].name}” by {abs(ahead):.3g}."
    )


def _why_not(candidate: Candidate, winner: Candidate, best: str) -> str:
    """Why a design that keeps every constraint was not chosen."""
    behind = _value(winner.utility) - _value(candidate.utility)
    doubt = 2 * ((winner.utility.error or 0.0) ** 2 + (candidate.utility.error or 0.0) ** 2) ** 0.5
    close = " The difference is within Monte Carlo error." if behind <= doubt else ""
    if best == "people helped over the horizon":
        return f"It keeps every constraint but helps {behind:.1f} fewer people than “{winner.name}”.{close}"
    return f"It keeps every constraint but is behind “{winner.name}” in {best} by {abs(behind):.3g}.{close}"


def _dominates(one: Candidate, other: Candidate, hoped_for: str) -> bool:
    """Whether one design is at least as good as another in everything, and better in something."""
    if one.name == other.name:
        return False
    a, b = _merits(one, hoped_for), _merits(other, hoped_for)
    return all(x >= y for x, y in zip(a, b, strict=True)) and a != b


def _merits(candidate: Candidate, hoped_for: str) -> tuple[float, ...]:
    """Power, type I error, expected participants and duration, each so that larger is better."""
    told = candidate.by_scenario[hoped_for]
    worst = candidate.type_one.worst
    return (
        _value(told.success),
        -(_value(worst) if worst is not None else 0.0),
        -_value(told.participants.mean),
        -(_value(told.months.mean) if told.months is not None else 0.0),
    )


def _value(figure: Figure) -> float:
    """The number, or minus infinity when it is not defined."""
    return figure.value if figure.value is not None else -float("inf")


def _plain(share: float) -> str:
    """A share as a percentage.

    Example:
        >>> _plain(0.025)
        '2.5%'
    """
    return f"{100 * share:.3g}%"


def _percent(figure: Figure) -> str:
    """A figure as a percentage with its origin."""
    if figure.value is None:
        return "not defined"
    doubt = f" ± {100 * figure.error:.2g}, simulated" if figure.error is not None else f", {figure.how}"
    return f"{100 * figure.value:.2f}%{doubt}"
