"""Numbers as they are printed: each with a small tag that says how it was obtained and how wrong it may be.

The notation is compact and explained once at the top of a report: `exact` by enumeration, `numeric` by integration, and
`±0.4 sim` for a simulated figure, where 0.4 is its Monte Carlo standard error in the same unit.
"""

from __future__ import annotations

import math

from markupsafe import Markup, escape

from handful.participants.endpoint import Endpoint
from handful.select.figure import Figure

MINUS = "\u2212"
NARROW = "\u202f"
_UNDEFINED = Markup('<span class="none">not defined</span>')


def share(figure: Figure | None) -> Markup:
    """A probability as a percentage with its tag.

    Args:
        figure: The probability; None where there is none.

    Returns:
        Text with its tag in a span.

    Example:
        >>> share(Figure.exact(0.0371)).striptags(), share(Figure.share(8240, 10000)).striptags()
        ('3.71% exact', '82.4% ±0.4 sim')
    """
    if figure is None or figure.value is None:
        return _UNDEFINED
    percent = 100 * figure.value
    error = None if figure.error is None else 100 * figure.error
    digits = 2 if percent < 10 else 1
    return _tagged(f"{percent:.{digits}f}%", figure, _error(error, digits))


def number(figure: Figure | None, digits: int | None = None) -> Markup:
    """A number with its tag, to the digits that its error leaves meaningful.

    Args:
        figure: The number; None where there is none.
        digits: Decimals; chosen from the error when None, or three significant digits when there is no error.

    Returns:
        Text with its tag in a span.

    Example:
        >>> number(Figure.simulated(21.438, 0.062)).striptags(), number(Figure.exact(-0.01234)).striptags()
        ('21.44 ±0.06 sim', '−0.0123 exact')
    """
    if figure is None or figure.value is None:
        return _UNDEFINED
    places = _places(figure.error, figure.value) if digits is None else digits
    return _tagged(signed(figure.value, places), figure, _error(figure.error, places))


def scaled(figure: Figure, factor: float) -> Figure:
    """The same figure in other units.

    Example:
        >>> scaled(Figure.simulated(0.012, 0.002), 100).value
        1.2
    """
    if figure.value is None:
        return figure
    error = None if figure.error is None else figure.error * factor
    return figure.model_copy(update={"value": figure.value * factor, "error": error})


def signed(value: float, places: int) -> str:
    """A number with so many decimals and a real minus sign; a rounded zero has no sign.

    Example:
        >>> signed(-1.26, 1), signed(-0.001, 1), signed(1234567.0, 0)
        ('−1.3', '0.0', '1\u202f234\u202f567')
    """
    text = f"{abs(value):,.{places}f}".replace(",", NARROW)
    return (MINUS if value < 0 and float(f"{value:.{places}f}") != 0 else "") + text


def plain(value: float) -> str:
    """An assumption or a setting: the shortest decimal that says it, without an exponent.

    Example:
        >>> plain(0.25), plain(30.0), plain(-2.5), plain(1234567.0)
        ('0.25', '30', '−2.5', '1\u202f234\u202f567')
    """
    text = f"{abs(value):,.10f}".rstrip("0").rstrip(".") if abs(value) < 1e4 else f"{abs(value):,.6g}"
    if 0 < abs(value) < 1e-9 or "e" in text:
        text = f"{abs(value):,.0f}" if abs(value) >= 1 else f"{abs(value):.3g}"
    return (MINUS if value < 0 else "") + text.replace(",", NARROW)


def percent(value: float) -> str:
    """A share that is no result: a setting or an assumption.

    Example:
        >>> percent(0.025), percent(0.8)
        ('2.5%', '80%')
    """
    return f"{plain(round(100 * value, 10))}%"


def as_assigned(treated: float, assigned: float, endpoint: Endpoint) -> str:
    """The benefit of being assigned to treatment, where it is not that of getting it; nothing where both are the same.

    Args:
        treated: True benefit of getting treatment.
        assigned: True benefit of being assigned to it, when no product can be made for some.
        endpoint: The endpoint.

    Example:
        >>> letters = Endpoint(name="letters", kind="continuous", unit="letters")
        >>> as_assigned(6.0, 5.1, letters), as_assigned(6.0, 6.0, letters)
        ('5.1 letters', '')
    """
    words = benefit(assigned, endpoint)
    return words if words != benefit(treated, endpoint) else ""


def benefit(value: float, endpoint: Endpoint) -> str:
    """A benefit on the scale that people read, with its unit.

    Example:
        >>> benefit(0.4, Endpoint(name="response", kind="binary"))
        '40 points'
        >>> benefit(0.0, Endpoint(name="bleeds", kind="count", better="lower"))
        'ratio 1'
    """
    if endpoint.measure.ratio:
        return f"ratio {plain(float(f'{endpoint.natural(value):.3g}'))}"
    if endpoint.kind in ("binary", "ordinal"):
        return f"{plain(float(f'{100 * value:.4g}'))} points"
    unit = f" {endpoint.unit}" if endpoint.unit else ""
    return f"{plain(float(f'{value:.4g}'))}{unit}"


def benefit_unit(endpoint: Endpoint) -> str:
    """In what a bias of the benefit is counted.

    Example:
        >>> benefit_unit(Endpoint(name="response", kind="binary"))
        'percentage points'
    """
    if endpoint.measure.ratio:
        return f"log {endpoint.measure.name}"
    if endpoint.kind in ("binary", "ordinal"):
        return "percentage points"
    return endpoint.unit or "units of the outcome"


def benefit_figure(figure: Figure, endpoint: Endpoint) -> Markup:
    """A bias or an error of the reported benefit, in `benefit_unit`.

    Example:
        >>> benefit_figure(Figure.exact(0.0125), Endpoint(name="response", kind="binary")).striptags()
        '1.25 exact'
    """
    return number(scaled(figure, 100.0) if endpoint.kind in ("binary", "ordinal") else figure)


def tag(figure: Figure) -> str:
    """How a figure was obtained, in one word of the notation.

    Example:
        >>> tag(Figure.exact(1)), tag(Figure.share(1, 2))
        ('exact', 'sim')
    """
    return "sim" if figure.how == "simulated" else figure.how


def simulated(text: str) -> Markup:
    """A summary of simulated trials that has no single error, such as a range, with its tag.

    Example:
        >>> simulated("12 to 30").striptags()
        '12 to 30 sim'
    """
    return Markup('{} <span class="how sim">sim</span>').format(text)


def _tagged(text: str, figure: Figure, error: str) -> Markup:
    """The number and its tag, kept on one line."""
    said = f"±{error} sim" if error else tag(figure)
    return Markup('<span class="fig">{}&#32;<span class="how {}">{}</span></span>').format(
        escape(text), tag(figure), said
    )


def _error(error: float | None, places: int) -> str:
    """A standard error, to the decimals of its number or to its own first digit."""
    if error is None:
        return ""
    if error == 0:
        return "0"
    if error < 10.0**-places / 2:
        return f"{error:.1g}" if error >= 1e-4 else "<0.0001"
    return f"{error:.{places}f}"


def _places(error: float | None, value: float) -> int:
    """Decimals that mean something: to the first digit of the error, or the second when the first is 1 or 2."""
    if error is None or error == 0:
        size = abs(value)
        return 1 if size == 0 or error == 0 else min(6, max(0, 2 - math.floor(math.log10(size))))
    exponent = math.floor(math.log10(error))
    leading = error / 10.0**exponent
    return min(6, max(0, -exponent + (1 if leading < 3 else 0)))
