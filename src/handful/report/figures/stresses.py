"""Stress figures: what growing amounts of an assumption gone wrong do to false claims and to power."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from handful.participants.endpoint import Endpoint
from handful.report.plot import Plot, Scale, Series, percent_ticks
from handful.report.tables import Drawing, Table, Text
from handful.report.tags import benefit_figure, benefit_unit, percent, plain, share
from handful.select.answer import turn_words
from handful.select.figure import Figure
from handful.select.results import Comparison, StressPoint, StressResult
from handful.select.stress import DOUBLED
from handful.select.words import amount_words
from handful.study.model import Study

_TURN = '<circle class="turn" r="8"/>'


def stress_figures(
    study: Study, comparison: Comparison, series: Mapping[str, Series]
) -> list[tuple[str, str, Drawing]]:
    """Draw every stress that a design of the study names.

    Args:
        study: The study.
        comparison: Its results.
        series: How each design looks.

    Returns:
        (name of the stress, why it matters, figure), in the order in which designs name them.
    """
    by_stress: dict[str, list[StressResult]] = {}
    for result in comparison.stresses:
        by_stress.setdefault(result.stress, []).append(result)
    return [
        (name, results[0].why, _drawing(f"stress-{k}", study, comparison.hoped_for, results, series))
        for k, (name, results) in enumerate(by_stress.items(), start=1)
    ]


def _drawing(
    name: str, study: Study, hoped_for: str, results: Sequence[StressResult], series: Mapping[str, Series]
) -> Drawing:
    """Two drawings side by side: false claims and power."""
    limits = study.choose.subject_to
    what, alpha = results[0].stress, limits.type_I_error
    wanted = limits.power.get(hoped_for)
    turned = {
        r.design: "power" if r.broken.startswith("a power") else "claims" for r in results if r.turns_at
    }
    claims = _panel(
        f"{name}-claims",
        f"False claims under {what}",
        "Claims without benefit",
        results,
        lambda p: p.false_claim,
        [alpha, DOUBLED * alpha],
        {d for d, side in turned.items() if side == "claims"},
        series,
    )
    power = _panel(
        f"{name}-power",
        f"Power under {what}",
        "Power",
        results,
        lambda p: p.power,
        [] if wanted is None else [wanted],
        {d for d, side in turned.items() if side == "power"},
        series,
    )
    said: list[Text] = [
        Markup("{}<strong>{}</strong>: {}").format(series[r.design].swatch(), r.design, turn_words(r))
        for r in results
    ]
    return Drawing(
        name=name,
        svg=(claims, power),
        caption=f"Claims of benefit when there is none, and power in “{hoped_for}”, under growing amounts of {what}.",
        table=_table(study.endpoint, results),
        said=tuple(said),
    )


def reading(study: Study, comparison: Comparison) -> str:
    """How to read every stress figure, said once."""
    limits = study.choose.subject_to
    wanted = limits.power.get(comparison.hoped_for)
    demand = "" if wanted is None else f"; beside, the power wanted ({percent(wanted)})"
    return (
        f"Dashed lines: the type I error allowed ({percent(limits.type_I_error)}) and twice that{demand}. A ring marks where the "
        "conclusion turns, with false claims beyond twice what is allowed or power below what is wanted, interpolated "
        "between the amounts tried. Filled markers are exact, hollow ones simulated."
    )


def _panel(
    name: str,
    title: str,
    axis: str,
    results: Sequence[StressResult],
    figure: Callable[[StressPoint], Figure | None],
    limits: Sequence[float],
    turned: set[str],
    series: Mapping[str, Series],
) -> Markup:
    """One drawing over the amounts of a stress."""
    told = {r.design: _values(r, figure) for r in results}
    values = [y for points in told.values() for _, y, _ in points] + [*limits]
    top = max([*values, 0.05])
    x = Scale.around([p.amount for r in results for p in r.points])
    plot = Plot(name, title, _described(results, told), x, Scale(0, min(1.0, 1.08 * top)), height=220)
    plot.y_axis(axis, percent_ticks(plot.y, 4))
    plot.x_axis(axis_unit(results[0].unit), amount_ticks(x, results[0].unit))
    for limit in limits:
        plot.level(limit)
    ends = []
    for r in results:
        look = series[r.design]
        points = told[r.design]
        if not points:
            continue
        plot.line([(a, y) for a, y, _ in points], look.classes)
        for a, y, simulated in points:
            plot.marker(a, y, look, hollow=simulated)
        crossing = (
            _interpolated(points, r.turns_at) if r.design in turned and r.turns_at is not None else None
        )
        if crossing is not None and r.turns_at is not None:
            plot.glyph(r.turns_at, plot.down(crossing), _TURN)
        ends.append((look, [y for _, y, _ in points]))
    plot.end_labels(ends, letters=14)
    return plot.svg()


def axis_unit(unit: str) -> str:
    """The unit of a stress as the title of an axis.

    Example:
        >>> axis_unit("of the effect hoped for"), axis_unit("intra-class correlation")
        ('share of the effect hoped for', 'intra-class correlation')
    """
    if unit.startswith("of "):
        return f"share {unit}"
    return f"share {unit}" if unit.startswith("lost ") else unit


def amount_ticks(scale: Scale, unit: str) -> list[tuple[float, str]]:
    """Ticks over the amounts of a stress; shares in per cent."""
    if unit.startswith(("of ", "lost ")):
        return percent_ticks(scale, 4)
    return [(t, plain(t)) for t in scale.ticks(4)]


def _values(
    result: StressResult, figure: Callable[[StressPoint], Figure | None]
) -> list[tuple[float, float, bool]]:
    """(amount, value, whether simulated) where the figure is defined."""
    told = []
    for point in result.points:
        found = figure(point)
        if found is not None and found.value is not None:
            told.append((point.amount, found.value, found.how == "simulated"))
    return sorted(told)


def _interpolated(points: Sequence[tuple[float, float, bool]], amount: float) -> float | None:
    """The value at an amount, by straight lines."""
    for (a, y, _), (b, z, _) in pairwise(points):
        if a <= amount <= b:
            return y if a == b else y + (z - y) * (amount - a) / (b - a)
    return None


def _described(results: Sequence[StressResult], told: Mapping[str, list[tuple[float, float, bool]]]) -> str:
    """What there is to see, in words."""
    said = []
    for r in results:
        points = told[r.design]
        if points:
            most = amount_words(points[-1][0], r.unit)
            said.append(f"{r.design}: from {100 * points[0][1]:.1f}% to {100 * points[-1][1]:.1f}% at {most}")
    return "; ".join(said) + "."


def _table(endpoint: Endpoint, results: Sequence[StressResult]) -> Table:
    """All points of a stress."""
    rows: list[tuple[Text, ...]] = []
    for r in results:
        for point in r.points:
            amount = percent(point.amount) if r.unit.startswith(("of ", "lost ")) else plain(point.amount)
            bias = benefit_figure(point.bias, endpoint) if point.bias is not None else ""
            rows.append((r.design, amount, share(point.false_claim), share(point.power), bias))
    head = (
        "Design",
        f"Amount ({results[0].unit})",
        "Claims without benefit",
        "Power",
        f"Bias ({benefit_unit(endpoint)})",
    )
    return Table(f"Every design under {results[0].stress}", head, tuple(rows))
