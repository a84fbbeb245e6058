"""What a design is worth: the expected net benefit to everybody who has the disease, over the horizon that matters.

After Stallard, Miller, Day, Hee, Madan, Zohar and Posch (2017, Biometrical Journal 59:609) and Pearce, Hee, Madan, Posch,
Day, Miller, Zohar and Stallard (2018, BMC Medical Research Methodology 18:20): a trial is worth what it does for the
people in it plus what its decision does for those who are treated after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from handful.participants.endpoint import Endpoint
from handful.select.characteristics import Characteristics
from handful.select.figure import Figure
from handful.study.model import Choice, Population, Study


def helped_per_person(benefit: float, endpoint: Endpoint, hoped: float) -> float:
    """People helped for each person treated, given the true benefit.

    For a binary endpoint the benefit is a difference in proportions and counts people itself. On other scales one person
    helped is one person who gains the `worthwhile` benefit, or the benefit hoped for where none is stated; less than that is
    a part of a person, and nobody is helped more than once.

    Args:
        benefit: True benefit on the scale of the endpoint's measure.
        endpoint: The endpoint.
        hoped: Benefit hoped for.

    Returns:
        People helped a person treated, -1 to 1; negative when the product harms.

    Example:
        >>> endpoint = Endpoint(name="letters", kind="continuous", worthwhile=5)
        >>> helped_per_person(3, endpoint, hoped=6), helped_per_person(12, endpoint, hoped=6)
        (0.6, 1.0)
    """
    if endpoint.kind in ("binary", "ordinal") and endpoint.worthwhile is None:
        return benefit
    whole = endpoint.worthwhile if endpoint.worthwhile is not None else abs(hoped)
    return max(-1.0, min(1.0, benefit / whole)) if whole > 0 else 0.0


def people_helped(
    told: Characteristics,
    endpoint: Endpoint,
    population: Population,
    burden: float,
    made: float,
    hoped: float,
) -> tuple[float, float]:
    """Expected net number of people helped by running a design in one scenario.

    Participants who are treated gain what the product does, less the burden of treatment. When the trial ends with a
    claim, everybody who can still be reached is treated, its controls too; without one nobody is. People for whom no product
    can be made gain nothing and bear nothing.

    Args:
        told: What the design does in the scenario.
        endpoint: The endpoint.
        population: The people who have the disease.
        burden: What treatment costs a person, in people helped.
        made: Share of people for whom a product can be made.
        hoped: Benefit hoped for.

    Returns:
        (people helped, its Monte Carlo standard error).
    """
    gain = made * (helped_per_person(told.truth, endpoint, hoped) - burden)
    averages = averages_of(told)
    worth = net_helped(gain, told.truth, averages, population)
    later = max(0.0, population.to_treat_after(averages.months) - _treated(told.truth, averages))
    doubt = (told.success.error or 0.0) * later + (told.participants.mean.error or 0.0)
    if told.months is not None:
        missed = population.to_treat_after(averages.months) - population.to_treat_after(averages.months + 1)
        doubt += averages.success * missed * (told.months.mean.error or 0.0)
    return worth, abs(gain) * doubt


class Averages(NamedTuple):
    """What a design does on average in one scenario.

    Attributes:
        success: Probability of claiming benefit.
        participants: Participants enrolled.
        inferior: Participants left with the inferior option.
        months: Duration, 0 when recruitment has no timing.
    """

    success: float
    participants: float
    inferior: float
    months: float


def averages_of(told: Characteristics) -> Averages:
    """The averages among the characteristics of a design; 0 for what is not defined."""
    months = told.months.mean.value if told.months is not None else None
    return Averages(
        told.success.value or 0.0,
        told.participants.mean.value or 0.0,
        told.inferior.value or 0.0,
        months or 0.0,
    )


def net_helped(gain: float, truth: float, averages: Averages, population: Population) -> float:
    """Expected net number of people helped, from averages alone.

    Args:
        gain: People helped for each person treated, less the burden, less those for whom no product can be made.
        truth: True benefit in the scenario.
        averages: What the design does there.
        population: The people who have the disease.

    Returns:
        People helped by the trial and by what is decided after it.

    Example:
        >>> people = Population(prevalence=100)
        >>> net_helped(0.5, 0.6, Averages(success=0.8, participants=20, inferior=10, months=0), people)
        41.0
    """
    treated = _treated(truth, averages)
    later = max(0.0, population.to_treat_after(averages.months) - treated)
    return gain * (treated + averages.success * later)


def _treated(truth: float, averages: Averages) -> float:
    """Participants treated: where the product helps, those who are left with the inferior option are not."""
    return averages.participants - averages.inferior if truth > 0 else averages.inferior


def plausibilities(study: Study) -> dict[str, float]:
    """Plausibility of each scenario of a study, as a share of all; equal where no scenario has weight."""
    raw = {name: study.scenario(name).weight for name in study.scenarios}
    total = sum(raw.values())
    return {name: weight / total if total else 1.0 / len(raw) for name, weight in raw.items()}


def made_for(study: Study) -> dict[str, float]:
    """Share of people for whom a product can be made, in each scenario of a study."""
    return {name: 1 - study.scenario(name).product.manufacturing_failure for name in study.scenarios}


def utility(
    by_scenario: Mapping[str, Characteristics],
    weights: Mapping[str, float],
    hoped_for: str,
    choice: Choice,
    endpoint: Endpoint,
    population: Population,
    made: Mapping[str, float],
) -> Figure:
    """What the choice makes as good as possible, larger is better.

    Args:
        by_scenario: What the design does in each scenario.
        weights: Plausibility of each scenario, summing to 1.
        hoped_for: The scenario in which `power` is read.
        choice: What counts as good.
        endpoint: The endpoint.
        population: The people who have the disease.
        made: Share of people for whom a product can be made, in each scenario.

    Returns:
        The utility; expected sizes and durations are negated.
    """
    if choice.best == "power":
        return by_scenario[hoped_for].success
    if choice.best == "people helped over the horizon":
        hoped = by_scenario[hoped_for].truth
        parts = [
            (weights[s], people_helped(told, endpoint, population, choice.burden, made[s], hoped))
            for s, told in by_scenario.items()
        ]
        value, error = sum(w * v for w, (v, _) in parts), sum(w * e for w, (_, e) in parts)
        return Figure.simulated(value, error)
    total, doubt = 0.0, 0.0
    for name, told in by_scenario.items():
        spread = told.participants if choice.best == "expected participants" else told.months
        if spread is None:
            return Figure(value=None, how="simulated")
        total += weights[name] * (spread.mean.value or 0.0)
        doubt += weights[name] * (spread.mean.error or 0.0)
    return Figure.simulated(-total, doubt)
