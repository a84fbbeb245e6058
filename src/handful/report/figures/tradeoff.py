"""The trade-off of a search: what each further participant buys, and where the chosen design lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from handful.report.plot import Plot, Scale, Series, percent_ticks, plain_ticks
from handful.report.tables import Drawing, Table, Text
from handful.report.tags import number, plain, share
from handful.select.figure import Figure
from handful.select.optimise.results import Judged, Optimisation
from handful.select.optimise.tradeoff import HELPED

_ROOM = 0.1


def tradeoff(found: Optimisation) -> Drawing:
    """Draw what is had for participants, along the designs of which none costs less and gives as much.

    Args:
        found: The search.

    Returns:
        The figure: power, and the utility too where it counts people helped.
    """
    svg = [_curve("tradeoff-power", "Power", found, lambda told: told.power, percent=True)]
    if found.best == HELPED:
        svg.insert(
            0, _curve("tradeoff-utility", "People helped", found, lambda told: told.utility, percent=False)
        )
    rows: list[tuple[Text, ...]] = [
        (told.name, number(told.participants), share(told.power), _utility(told, found))
        for told in _all(found)
    ]
    head = ("Design", "Expected participants", "Power", found.best.capitalize())
    return Drawing(
        name="tradeoff",
        svg=tuple(svg),
        caption=(
            f"What participants buy, in “{found.hoped_for}”; up and to the left is better. On the line no design of those "
            "searched costs fewer participants and gives as much; designs as they are written may lie off it. Filled designs "
            "keep every constraint, hollow ones do not."
        ),
        table=Table("What participants buy", head, tuple(rows)),
    )


def judged_table(found: Optimisation) -> Table:
    """The designs as written and along the trade-off, with every figure.

    Args:
        found: The search.

    Returns:
        The table.
    """
    rows = [_row(told, found) for told in _all(found)]
    head = ("Design", "Keeps all", "Type I error", "Power", "Participants", "At most", "Months")
    return Table(
        f"Designs along the trade-off in “{found.hoped_for}”", (*head, found.best.capitalize()), tuple(rows)
    )


def _all(found: Optimisation) -> list[Judged]:
    """Every design that was judged, those as written first."""
    written = {told.name for told in found.declared}
    return [*found.declared, *(told for told in found.curve if told.name not in written)]


def _row(told: Judged, found: Optimisation) -> tuple[Text, ...]:
    """One design."""
    chosen = found.chosen is not None and told.name == found.chosen.name
    return (
        f"{told.name} (chosen)" if chosen else told.name,
        "yes" if told.kept else "no",
        share(told.type_one.worst),
        share(told.power),
        number(told.participants),
        plain(told.most),
        number(told.months) if told.months is not None else "no timing",
        _utility(told, found),
    )


def _utility(told: Judged, found: Optimisation) -> Markup:
    """The utility; sizes and durations without the minus sign that makes less of them better."""
    figure = told.utility
    if found.best == "power":
        return share(figure)
    if found.best.startswith("expected") and figure.value is not None:
        figure = figure.model_copy(update={"value": -figure.value})
    return number(figure)


def _curve(
    name: str, what: str, found: Optimisation, value: Callable[[Judged], Figure], *, percent: bool
) -> Markup:
    """One drawing: the line of the trade-off with its designs, and the designs as written."""
    series = _series(found)
    points = [(told, *_place(told, value)) for told in _all(found)]
    x = Scale.around([p for _, p, _ in points] or [0.0, 1.0], room=_ROOM)
    y = Scale.around([v for _, _, v in points] or [0.0, 1.0], room=_ROOM)
    if percent:
        y = Scale(max(0.0, y.low), min(1.0, y.high + 0.02))
    said = "; ".join(
        f"{told.name}: {p:.1f} participants, {100 * v if percent else v:.1f}" for told, p, v in points
    )
    plot = Plot(name, f"{what} against participants", f"{said}.", x, y, height=280)
    plot.y_axis(what, percent_ticks(y, 4) if percent else plain_ticks(y, 4))
    plot.x_axis(f"Expected participants in “{found.hoped_for}”", plain_ticks(x, 5))
    on_curve = [_place(told, value) for told in found.curve]
    if len(on_curve) > 1:
        plot.line(on_curve, "s7")
    for told, p, v in points:
        plot.marker(p, v, series[told.origin], hollow=not told.kept)
    _name(plot, points, found)
    return plot.svg()


def _place(told: Judged, value: Callable[[Judged], Figure]) -> tuple[float, float]:
    """Where a design lies."""
    return told.participants.value or 0.0, value(told).value or 0.0


def _series(found: Optimisation) -> dict[str, Series]:
    """A marker and a colour for each design of the study and its variants."""
    taken = found.chosen.origin if found.chosen is not None else None
    return {
        told.origin: Series(k, told.origin, told.origin == taken) for k, told in enumerate(found.declared)
    }


def _name(plot: Plot, points: Sequence[tuple[Judged, float, float]], found: Optimisation) -> None:
    """Write the names of the chosen design and of those as written; the table names the others."""
    for told, p, v in points:
        chosen = found.chosen is not None and told.name == found.chosen.name
        if not chosen and told.changes:
            continue
        left = plot.x.share(p) > 0.5
        words = (
            "chosen" if chosen and told.changes else f"{told.origin}, {'chosen' if chosen else 'as written'}"
        )
        anchor, dx = ("end", -10) if left else ("start", 10)
        plot.text(p, plot.down(v), words, "label" if chosen else "note", anchor, dx)
