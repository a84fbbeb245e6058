"""What the methods used in a comparison cannot do: only those that were used, each in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Set

from handful.select.figure import Figure, How
from handful.select.results import Comparison
from handful.study.model import Study


def limits(study: Study, comparison: Comparison) -> list[str]:
    """Say what the methods behind a comparison leave out.

    Args:
        study: The study.
        comparison: Its results.

    Returns:
        Sentences, the most consequential first.
    """
    how = {figure.how for figure in _figures(comparison)}
    told = [
        "Every figure is true of the scenarios assumed here and of nothing else; none was seen in a patient of the planned trial."
    ]
    told += dict.fromkeys(limit for name in study.designs for limit in study.design(name).limits)
    told += _of_engines(how, study)
    told.append(
        "Type I error is that of the null scenarios and of the enumerated null; where it is not exact, a worse null that was not "
        "declared as a scenario is not searched for."
    )
    if study.choose.best == "people helped over the horizon":
        told.append(
            "People helped over the horizon assumes that a claim of benefit leads to treatment of everybody in reach at once, "
            "that no claim leads to none, and weighs scenarios by the plausibilities stated under the assumptions."
        )
    told.append("Loss to follow-up and failed manufacture happen independently of the outcome.")
    if study.other_endpoints:
        told.append(
            "Designs are compared on the primary endpoint alone; the other endpoints of the study are only recorded."
        )
    return told


def _of_engines(how: Set[How], study: Study) -> list[str]:
    """Limits of the ways in which figures were computed."""
    told = []
    if "exact" in how:
        told.append(
            "Exact figures enumerate every possible count of the design under the scenario; they are exact for that model of "
            "independent participants, not for the world."
        )
    if "numeric" in how:
        told.append(
            "Numeric figures integrate the normal theory of the analysis, which is an approximation where participants are few."
        )
    if "simulated" in how:
        precise = (
            f" or until the standard error was at most {study.compute.precision:g}"
            if study.compute.precision
            else ""
        )
        told.append(
            f"Simulated figures come from up to {study.compute.trials} trials each{precise}. All designs see the same simulated "
            "people, so that differences between designs are more precise than their separate errors suggest."
        )
    return told


def _figures(comparison: Comparison) -> Iterator[Figure]:
    """The figures that a reader meets first."""
    for cell in comparison.cells:
        told = cell.characteristics
        yield from (told.success, told.bias, told.coverage, told.participants.mean)
        if told.nominal is not None:
            yield told.nominal
    for design in comparison.designs:
        if design.type_one.worst is not None:
            yield design.type_one.worst
