"""What a search says: the design to take, what it gains, how it was found, and what the figures are worth."""

from __future__ import annotations

from handful.designs.words import list_words
from handful.select.figure import Figure
from handful.select.optimise.results import Judged, Optimisation
from handful.select.optimise.tradeoff import HELPED
from handful.select.words import percent


def answer(found: Optimisation) -> list[str]:
    """The answer in a few sentences.

    Args:
        found: Everything else that was found.

    Returns:
        Sentences.
    """
    if found.chosen is None:
        return [*_nothing(found), _how(found)]
    chosen = found.chosen
    return [
        _taken(chosen),
        *_gained(found),
        _figures(found, chosen),
        *_beyond(found),
        *_passed_over(found),
        _how(found),
    ]


def _taken(chosen: Judged) -> str:
    """The design to take."""
    changes = chosen.name.removeprefix(f"{chosen.origin}: ")
    return (
        f"Take “{chosen.origin}” with {changes}."
        if chosen.changes
        else f"Take “{chosen.origin}” as it is written."
    )


def _gained(found: Optimisation) -> list[str]:
    """What it gains over the design as it is written."""
    chosen, gain = found.chosen, found.gain
    written = next((d for d in found.declared if chosen is not None and d.origin == chosen.origin), None)
    if chosen is None or gain is None or gain.value is None or written is None:
        return []
    if chosen.most == written.most and gain.value == 0:
        return ["As it is written it is the best that was found."]
    if not written.kept:
        return [f"As it is written it does not do: {written.broken[0][:1].lower()}{written.broken[0][1:]}"]
    doubt = f" ± {gain.error:.2g}" if gain.error else ""
    if found.best == HELPED:
        return [
            f"That helps {gain.value:.2f}{doubt} more people over the horizon than the design as it is written."
        ]
    if found.best == "power":
        points = f"{100 * gain.value:.2f}" + (f" ± {100 * gain.error:.2g}" if gain.error else "")
        return [f"That is {points} points of power more than the design as it is written has."]
    unit = "participants" if found.best.endswith("participants") else "months"
    return [f"That takes {gain.value:.2f}{doubt} fewer {unit} on average than the design as it is written."]


def _figures(found: Optimisation, chosen: Judged) -> str:
    """Its figures."""
    worst = chosen.type_one.worst
    claims = f" and a type I error of {percent(worst)}" if worst is not None else ""
    time = (
        f" over {chosen.months.value:.0f} months" if chosen.months is not None and chosen.months.value else ""
    )
    return (
        f"If the effect is as in “{found.hoped_for}” it has a power of {percent(chosen.power)}{claims}, with "
        f"{_amount(chosen.participants)} participants on average{time}."
    )


def _beyond(found: Optimisation) -> list[str]:
    """That the space may have been too narrow."""
    if not found.at_the_end:
        return []
    fields = list_words(list(found.at_the_end))
    return [
        f"It lies at the end of the range that was searched ({fields}); a wider one may hold a better design."
    ]


def _passed_over(found: Optimisation) -> list[str]:
    """Designs that seemed better."""
    return [
        f"“{told.name}” seemed better and was passed over: in new trials {told.broken[0][:1].lower()}{told.broken[0][1:]}"
        for told in found.passed_over
    ]


def _nothing(found: Optimisation) -> list[str]:
    """What to say when nothing keeps the constraints."""
    said = ["No design that was searched keeps every constraint, so none is recommended."]
    if found.passed_over:
        said += _passed_over(found)
    elif found.curve:
        nearest = found.curve[-1]
        said.append(
            f"The strongest is “{nearest.name}”. {nearest.broken[0] if nearest.broken else ''}".strip()
        )
    return [*said, "A wider space, a looser constraint or another design would be needed."]


def _how(found: Optimisation) -> str:
    """How it was found, and how sure that is."""
    looked = f"{found.variants:,} designs were searched, of {found.combinations:,} combinations"
    if found.enumerated == found.variants:
        return f"{looked}; each was judged exactly, so that there is no better one among them."
    trials = max(told.trials for told in found.rounds)
    who = f", {found.enumerated:,} of them exactly, the others" if found.enumerated else ","
    return (
        f"{looked}{who} in a race over up to {trials:,} simulated trials that all of them shared. The best of them left it by "
        f"chance with a probability of at most {100 * found.lost:g}%. The figures are of other trials than those by which the "
        "design was chosen."
    )


def _amount(figure: Figure) -> str:
    """A number with its error."""
    if figure.value is None:
        return "an unknown number of"
    return f"{figure.value:.1f}" + (f" ± {figure.error:.2g}" if figure.error else "")
