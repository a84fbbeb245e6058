"""Distributions of sample size and duration: one lane a design, as many bars as there were values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import wrap

from markupsafe import Markup

from handful.report.figures.frontier import room_of_names
from handful.report.plot import LINE, Plot, Scale, Series, plain_ticks
from handful.report.tables import Drawing, Table, Text
from handful.report.tags import number, plain, simulated
from handful.select.characteristics import Spread
from handful.select.results import Comparison

_LANE = 54
_FULL = 38


def distributions(comparison: Comparison, series: Mapping[str, Series]) -> list[Drawing]:
    """Draw how many participants trials enrol and how long they take, in the scenario hoped for.

    Args:
        comparison: All results.
        series: How each design looks.

    Returns:
        One figure for participants and, where there is timing, one for months.
    """
    cells = {d.name: comparison.cell(d.name, comparison.hoped_for) for d in comparison.designs}
    told = [
        _drawing(
            "sizes",
            "Participants enrolled",
            {n: c.participants for n, c in cells.items()},
            comparison,
            series,
        )
    ]
    months = {n: c.months for n, c in cells.items() if c.months is not None}
    if months:
        told.append(_drawing("durations", "Duration in months", months, comparison, series))
    return told


def _drawing(
    name: str, what: str, spreads: Mapping[str, Spread], comparison: Comparison, series: Mapping[str, Series]
) -> Drawing:
    """One figure."""
    trials = max(cell.characteristics.trials for cell in comparison.cells)
    rows: list[tuple[Text, ...]] = [
        (
            n,
            number(s.mean),
            simulated(plain(s.least)),
            simulated(plain(s.lower)),
            simulated(plain(s.median)),
            simulated(plain(s.upper)),
            simulated(plain(s.most)),
        )
        for n, s in spreads.items()
    ]
    head = ("Design", "Mean", "Least", "5% quantile", "Median", "95% quantile", "Most")
    return Drawing(
        name=name,
        svg=(_lanes(name, what, spreads, series),),
        caption=(
            f"{what} in “{comparison.hoped_for}”: shares of up to {trials:,} simulated trials, each lane scaled to its own "
            f"highest bar; the upright stroke is the mean. The Monte Carlo error of a share is at most {50 / trials**0.5:.2g} "
            "percentage points."
        ),
        table=Table(f"{what} in “{comparison.hoped_for}”", head, tuple(rows)),
    )


def _lanes(name: str, what: str, spreads: Mapping[str, Spread], series: Mapping[str, Series]) -> Markup:
    """One lane a design."""
    low = min(s.least for s in spreads.values())
    high = max(s.most for s in spreads.values())
    x = Scale.around([low, high], zero=True, room=0.03)
    said = "; ".join(
        f"{n}: mean {s.mean.value:.1f}, from {plain(s.least)} to {plain(s.most)}" for n, s in spreads.items()
    )
    plot = Plot(name, what, f"{said}.", x, Scale(0, 1), height=_LANE * len(spreads), left=0, top=8)
    plot.left = min(130, 16 + room_of_names(list(spreads)))
    plot.x_axis(what, plain_ticks(x, 6), grid=True)
    for k, (n, spread) in enumerate(spreads.items()):
        floor = _LANE * (k + 1) - 4
        _bars(plot, spread, floor, series[n])
        mean = spread.mean.value
        if mean is not None:
            plot.glyph(mean, floor, f'<path class="mean" d="M0,0V{-_FULL}"/>')
        _name(plot, floor - 12, series[n])
    return plot.svg()


def _name(plot: Plot, pixels: float, series: Series) -> None:
    """Write the name of a design in the left margin, on as many lines as it needs."""
    lines = wrap(series.name, 16)[:3] or [""]
    for k, part in enumerate(lines):
        plot.margin_text(pixels - LINE * (len(lines) - 1 - k), part, f"label {series.classes}")


def _bars(plot: Plot, spread: Spread, floor: float, series: Series) -> None:
    """Bars over the values that occurred."""
    width = _width(spread.values, plot.x)
    tallest = max(spread.shares)
    for value, part in zip(spread.values, spread.shares, strict=True):
        height = max(1.0, _FULL * part / tallest)
        plot.bar(value - width / 2, value + width / 2, floor - height, floor, series.classes)


def _width(values: Sequence[float], scale: Scale) -> float:
    """Width of a bar: the smallest step between values, but never too thin to see nor wider than a fiftieth."""
    steps = [b - a for a, b in pairwise(values)]
    span = scale.high - scale.low
    return min(max(0.9 * min(steps, default=span / 60), span / 200), span / 40)
