"""What a design is worth: the expected net benefit to everybody who has the disease, over the horizon that matters.

After Stallard, Miller, Day, Hee, Madan, Zohar and Posch (2017, Biometrical Journal 59:609) and Pearce, Hee, Madan, Posch,
Day, Miller, Zohar and Stallard (2018, BMC Medical Research Methodology 18:20): a trial is worth what it does for the
people in it plus what its decision does for those who are treated after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from handful.participants.endpoint import Endpoint
from handful.select.characteristics import Characteristics
from handful.select.figure import Figure
from handful.study.model import Choice, Population


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
    enrolled = told.participants.mean
    control = told.inferior.value or 0.0
    treated = (enrolled.value or 0.0) - control if told.truth > 0 else control
    months = told.months.mean.value if told.months is not None and told.months.mean.value is not None else 0.0
    later = max(0.0, population.to_treat_after(months) - treated)
    success = told.success
    worth = gain * (treated + (success.value or 0.0) * later)
    return worth, abs(gain) * ((success.error or 0.0) * later + (enrolled.error or 0.0))


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
