"""Sentences that the descriptions of several families share."""

from __future__ import annotations

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
