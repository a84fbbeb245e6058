"""Figures, benefits and amounts in words."""

from __future__ import annotations

from handful.participants.endpoint import Endpoint
from handful.select.figure import Figure


def amount_words(amount: float, unit: str) -> str:
    """An amount of a stress with its unit; shares as percentages.

    Example:
        >>> amount_words(0.25, "of the effect hoped for"), amount_words(1.5, "standard deviations")
        ('25% of the effect hoped for', '1.5 standard deviations')
    """
    if unit.startswith(("of ", "lost ")):
        return f"{100 * amount:.3g}% {unit}"
    return f"{amount:.3g} {unit}"


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
