"""The frontier: power against what it costs, in participants and in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

from markupsafe import Markup, escape

from handful.report.plot import LETTER, LINE, Plot, Scale, Series, percent_ticks, plain_ticks, spread_out
from handful.report.tables import Drawing, Table, Text
from handful.report.tags import number, share
from handful.select.figure import Figure
from handful.select.results import Comparison

_LETTERS = 16


def frontier(comparison: Comparison, series: Mapping[str, Series]) -> Drawing:
    """Draw power against expected participants, and against expected duration where there is timing.

    Args:
        comparison: All results.
        series: How each design looks.

    Returns:
        The figure, one or two drawings.
    """
    names = [d.name for d in comparison.designs]
    told = {name: comparison.cell(name, comparison.hoped_for) for name in names}
    front = {v.design for v in comparison.verdicts if v.frontier}
    sizes = {n: told[n].participants.mean for n in names}
    times = {n: t.months.mean for n, t in told.items() if t.months is not None}
    power = {n: told[n].success for n in names}
    svg = [_scatter("frontier-size", "participants", "Expected participants", sizes, power, front, series)]
    if times:
        svg.append(
            _scatter("frontier-time", "duration", "Expected duration, months", times, power, front, series)
        )
    rows: list[tuple[Text, ...]] = [
        (n, share(power[n]), number(sizes[n]), number(times.get(n)), "yes" if n in front else "no")
        for n in names
    ]
    head = ("Design", "Power", "Expected participants", "Expected months", "On the frontier")
    return Drawing(
        name="frontier",
        svg=tuple(svg),
        caption=(
            f"Power against cost, in “{comparison.hoped_for}”; up and to the left is better. Filled designs are on the frontier: "
            "no other design is at least as good in power, type I error, participants and duration, and better in one of them."
        ),
        table=Table(f"Power and cost of each design in “{comparison.hoped_for}”", head, tuple(rows)),
    )


def _scatter(
    name: str,
    what: str,
    axis: str,
    cost: Mapping[str, Figure],
    power: Mapping[str, Figure],
    front: set[str],
    series: Mapping[str, Series],
) -> Markup:
    """One drawing: a marker and a name for each design."""
    points = [(n, c.value, power[n].value) for n, c in cost.items()]
    placed = [(n, c, p) for n, c, p in points if c is not None and p is not None]
    x = Scale.around([c for _, c, _ in placed] or [0.0, 1.0], room=0.12)
    said = "; ".join(f"{n}: {c:.1f} and {100 * p:.1f}%" for n, c, p in placed)
    y = Scale.around([p for _, _, p in placed] or [0.0, 1.0], room=0.12)
    y = Scale(max(0.0, y.low), min(1.0, y.high + 0.02))
    plot = Plot(name, f"Power against {what}", f"{axis} and power of each design. {said}.", x, y, height=260)
    plot.y_axis("Power", percent_ticks(plot.y, 4))
    plot.x_axis(axis, plain_ticks(x, 5))
    _name_points(plot, placed, series)
    for n, c, p in placed:
        plot.marker(c, p, series[n], hollow=n not in front)
    return plot.svg()


def _name_points(
    plot: Plot, points: Sequence[tuple[str, float, float]], series: Mapping[str, Series]
) -> None:
    """Write names beside points, towards the middle of the drawing, no two at the same height while there is room."""
    ordered = sorted(points, key=lambda point: plot.down(point[2]))
    right = [plot.x.share(c) > 0.5 for _, c, _ in ordered]
    lines = [wrap(n, _LETTERS)[:3] or [""] for n, _, _ in ordered]
    wanted = [plot.down(p) for _, _, p in ordered]
    places = _heights_of_names(wanted, [float(LINE * len(said) + 2) for said in lines], right, plot.height)
    for (n, c, _), said, start, place, left in zip(ordered, lines, wanted, places, right, strict=True):
        side, anchor = (-1, "end") if left else (1, "start")
        shift = place - start
        first = shift - LINE * (len(said) - 1) / 2
        rows = "".join(
            f'<tspan x="{18 * side}" dy="{LINE if k else 0}">{escape(part)}</tspan>'
            for k, part in enumerate(said)
        )
        leader = f'<path class="leader {series[n].classes}" d="M{6 * side},0L{15 * side},{shift:.1f}"/>'
        words = f'<text class="label {series[n].classes}" y="{first + 4:.1f}" text-anchor="{anchor}">{rows}</text>'
        plot.glyph(c, start, leader + words)


def _heights_of_names(
    wanted: Sequence[float], heights: Sequence[float], right: Sequence[bool], height: int
) -> list[float]:
    """Where names go: moved apart all together, or on either side alone when all together are too tall."""
    if sum(heights) <= height:
        return spread_out(wanted, heights, -8, height - 4)
    placed = [0.0] * len(wanted)
    for side in (False, True):
        own = [k for k, there in enumerate(right) if there == side]
        moved = spread_out([wanted[k] for k in own], [heights[k] for k in own], -8, height - 4)
        for k, place in zip(own, moved, strict=True):
            placed[k] = place
    return placed


def room_of_names(names: Sequence[str]) -> int:
    """Room that the longest of some names needs, in pixels."""
    return int(max((len(part) for n in names for part in wrap(n, _LETTERS)), default=0) * LETTER)
