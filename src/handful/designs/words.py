"""Sentences that the descriptions of several families share."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from handful.analyses.scales import natural_statistic
from handful.designs.base import Plan
from handful.designs.pieces import AllTreated
from handful.participants.endpoint import Endpoint


def count_words(number: int, noun: str) -> str:
    """A number with its noun in the right number.

    Example:
        >>> count_words(1, "participant"), count_words(14, "participant")
        ('1 participant', '14 participants')
    """
    return f"{number} {noun}" + ("" if number == 1 else "s")


def level_words(alpha: float) -> str:
    """A one-sided level.

    Example:
        >>> level_words(0.025)
        'a one-sided level of 2.5%'
    """
    return f"a one-sided level of {100 * alpha:.4g}%"


def claim_words(plan: Plan) -> str:
    """When a design with one analysis claims benefit: at a level, or at a posterior probability that promises none."""
    alpha = plan.aim.alpha
    if plan.promises_level:
        return f"benefit is claimed at {level_words(alpha)}"
    return f"benefit is claimed when the {plan.analysis.statistic_name} is at least {plan.analysis.critical(alpha):.6g}"


def limit_words(statistic: str, limits: Sequence[float], *, above: bool, looks: str = "looks") -> str:
    """When a statistic is beyond its limits, as people would say it: a p-value has to be small.

    Args:
        statistic: Name of the statistic, such as `z` or `minus the one-sided p-value`.
        limits: Its limit at each look; infinite where nothing can reach it.
        above: Whether it has to be at least the limit, or at most.
        looks: What the looks are called when all of them have a limit.

    Example:
        >>> limit_words("z", (2.797, 1.977), above=True)
        'the statistic (z) is at least 2.797 and 1.977 at the looks'
        >>> limit_words("minus the one-sided p-value", (float("inf"), -0.005, -0.023), above=True)
        'the one-sided p-value is at most 0.005 at look 2 and 0.023 at look 3'
    """
    name, sign = natural_statistic(statistic)
    subject = f"the statistic ({name})" if sign > 0 else name
    compared = "at least" if above == (sign > 0) else "at most"
    said = [(look, f"{sign * value:.4g}") for look, value in enumerate(limits, 1) if isfinite(value)]
    if len(said) == len(limits):
        where = looks if len(limits) > 1 else looks.removesuffix("s")
        return f"{subject} is {compared} {list_words([value for _, value in said])} at the {where}"
    return f"{subject} is {compared} {list_words([f'{value} at look {look}' for look, value in said])}"


def by_the(meaning: str) -> str:
    """What something is done by; a test that bears a name takes no article.

    Example:
        >>> by_the("paired t-test"), by_the("Fisher's exact test")
        ('by the paired t-test', "by Fisher's exact test")
    """
    named = meaning.split(" ", 1)[0].endswith("'s")
    return f"by {meaning}" if named else f"by the {meaning}"


def size_words(plan: Plan) -> str:
    """How many take part, and how they are allocated."""
    people = count_words(plan.participants, "participant")
    if isinstance(plan.allocation, AllTreated):
        verb = "is" if plan.participants == 1 else "are"
        return f"{people} {verb} enrolled, and every one is treated."
    return f"Up to {people} are enrolled. {plan.allocation.describe()}"


def list_words(items: list[str]) -> str:
    """Items as a list in a sentence.

    Example:
        >>> list_words(["a", "b", "c"])
        'a, b and c'
    """
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def late_words(endpoint: Endpoint) -> list[str]:
    """What the delay of outcomes means for an allocation that follows them; nothing where they are known at once.

    Example:
        >>> late_words(Endpoint(name="response", kind="binary", known_after=6))
        ['Outcomes take 6 months: whoever comes before one is known is allocated without it.']
    """
    months = endpoint.known_after
    if months == 0:
        return []
    how_long = "1 month" if months == 1 else f"{months:.3g} months"
    return [f"Outcomes take {how_long}: whoever comes before one is known is allocated without it."]
