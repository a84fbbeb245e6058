"""One design that is being explored, beside another: what it does over the effect, at its looks and under the null."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from handful.analyses.scales import natural_statistic
from handful.participants.endpoint import Endpoint
from handful.report.figures.power import axis_title, effect_ticks
from handful.report.plot import Plot, Scale, Series, percent_ticks, plain_ticks
from handful.report.tables import Drawing, Table, Text
from handful.report.tags import benefit, number, percent, plain, share, signed
from handful.select.explore import Effect, Exploration
from handful.select.figure import Figure

Shown = tuple[tuple[Series, Exploration], ...]
"""The design first, then what it is compared with."""
_ROWS = 4
"""Every so manyth point of a curve stands in its table."""


def side_by_side(told: Exploration, other: Exploration | None, name: str) -> Shown:
    """How a design and another look in every figure.

    Args:
        told: The design.
        other: What it is compared with; None for nothing.
        name: What the other is called.
    """
    now = (Series(0, "now", chosen=True), told)
    return (now,) if other is None else (now, (Series(1, name), other))


def power(shown: Shown, endpoint: Endpoint) -> Drawing:
    """Draw the probability of claiming benefit over the true benefit.

    Args:
        shown: The design, and what it is compared with.
        endpoint: The endpoint.
    """
    told = shown[0][1]
    plot = _over_effect("explored-power", "Power curve", shown, endpoint, Scale(0.0, 1.0))
    plot.y_axis("Probability of claiming benefit", percent_ticks(plot.y, 5))
    level = told.type_one.nominal if told.type_one is not None else None
    if level is not None:
        plot.level(level)
    _curves(plot, shown, lambda point: point.success)
    return Drawing(
        name="explored-power",
        svg=(plot.svg(),),
        caption="Probability of claiming benefit over the true benefit, all else as in the scenario."
        + (f" The dashed line is the level, {percent(level)}." if level is not None else ""),
        table=_effect_table(
            "Probability of claiming benefit", shown, endpoint, lambda point: share(point.success)
        ),
    )


def sizes(shown: Shown, endpoint: Endpoint) -> Drawing:
    """Draw the expected size over the true benefit.

    Args:
        shown: The design, and what it is compared with.
        endpoint: The endpoint.
    """
    told = shown[0][1]
    drawn = [point.analysed.value or 0.0 for _, one in shown for point in one.curve]
    plot = _over_effect(
        "explored-size",
        f"Expected {told.counted}",
        shown,
        endpoint,
        Scale.around(drawn, zero=True, room=0.05),
    )
    plot.y_axis(f"Expected {told.counted} analysed", plain_ticks(plot.y, 5))
    _curves(plot, shown, lambda point: point.analysed)
    return Drawing(
        name="explored-size",
        svg=(plot.svg(),),
        caption=f"Expected {told.counted} at the end of the trial over the true benefit: stopping early saves some.",
        table=_effect_table(
            f"Expected {told.counted}", shown, endpoint, lambda point: number(point.analysed)
        ),
    )


def boundaries(shown: Shown) -> Drawing:
    """Draw the thresholds over the looks, as people read the statistic.

    Args:
        shown: The design, and what it is compared with: drawn where it is judged by the same statistic.
    """
    told = shown[0][1]
    name, sign = natural_statistic(told.statistic)
    same = [one for one in shown if (one[1].statistic, one[1].counted) == (told.statistic, told.counted)]
    lines = [(series, _limits(one, sign)) for series, one in same]
    planned = [look.planned for _, one in same for look in one.looks]
    values = [y for _, limits in lines for line in limits.values() for _, y in line]
    whole = all(value == round(value) for value in values)
    y = Scale.around(values or [0.0, 1.0], room=0.12, zero=sign < 0 or whole)
    plot = Plot(
        "explored-looks",
        "Boundaries",
        _said_of_looks(told, name, sign),
        Scale.around([0.0, *planned], room=0.04),
        y,
    )
    plot.y_axis(name[:1].upper() + name[1:], plain_ticks(y, 5))
    plot.x_axis(f"{told.counted.capitalize()} at the look", plain_ticks(plot.x, 6))
    for series, limits in lines[::-1]:
        for kind, line in limits.items():
            if len(line) > 1:
                plot.line(line, f"{series.classes} {kind}")
            for x, value in line:
                plot.marker(x, value, series, hollow=kind != "claim")
    for kind, line in lines[0][1].items():
        x, value = line[-1]
        plot.text(x, plot.down(value) - 12, kind, "note", "end")
    sides = "at most" if sign < 0 else "at least"
    return Drawing(
        name="explored-looks",
        svg=(plot.svg(),),
        caption=f"Benefit is claimed where {name} is {sides} the filled markers; hollow markers limit giving up or harm.",
        table=_look_table(told, name, sign),
    )


def endings(told: Exploration) -> Drawing:
    """Draw how trials end, look by look: with the effect of the scenario, and without any.

    Args:
        told: The design.
    """
    worlds = [
        ("with the effect", [(look.success, look.failure) for look in told.looks]),
        ("without effect", list(told.ends_without)),
    ]
    height, row = 34, 48
    said = "; ".join(
        f"{world}: "
        + ", ".join(
            f"look {k} claim {_per_cent(c)}, no claim {_per_cent(f)}" for k, (c, f) in enumerate(ends, 1)
        )
        for world, ends in worlds
    )
    plot = Plot(
        "explored-ends",
        "How trials end",
        f"{said}.",
        Scale(0.0, 1.0),
        Scale(0.0, 1.0),
        height=2 * row,
        left=112,
        top=8,
    )
    plot.x_axis("Share of trials", percent_ticks(plot.x, 4), grid=True)
    for line, (world, ends) in enumerate(worlds):
        top, start = line * row + 7, 0.0
        plot.margin_text(top + height / 2, world, "note")
        parts = [("ends claim", c, k) for k, (c, _) in enumerate(ends, 1)]
        parts += [("ends none", f, k) for k, (_, f) in reversed(list(enumerate(ends, 1)))]
        for classes, figure, look in parts:
            size = figure.value or 0.0
            if size > 0.0005:
                plot.bar(start, start + size, top, top + height, classes)
                if size > 0.07:
                    plot.text(start + size / 2, top + height / 2, str(look), "on-bar", "middle")
            start += size
    rows: list[tuple[Text, ...]] = [
        (f"{world}, look {k}", share(c), share(f))
        for world, ends in worlds
        for k, (c, f) in enumerate(ends, 1)
    ]
    return Drawing(
        name="explored-ends",
        svg=(plot.svg(),),
        caption="Share of trials that end at each look, by its number: with a claim (coloured), and without one (grey).",
        table=Table("How trials end", ("Look", "Claim of benefit", "No claim"), tuple(rows)),
    )


def null(shown: Shown) -> Drawing | None:
    """Draw the type I error over the nuisance parameter.

    Args:
        shown: The design, and what it is compared with.

    Returns:
        The figure; None where the null hypothesis is one point, or its boundary cannot be walked.
    """
    told = shown[0][1]
    if not told.null:
        return None
    level = told.type_one.nominal if told.type_one is not None else None
    lines = [(series, [(p.nuisance, p.chance) for p in one.null]) for series, one in shown if one.null]
    top = max([y for _, line in lines for _, y in line] + ([level] if level is not None else []))
    worst = told.type_one.worst if told.type_one is not None else None
    said = f"The type I error over {told.nuisance}; at its worst {_per_cent(worst)}."
    plot = Plot("explored-null", "Type I error", said, Scale(0.0, 1.0), Scale(0.0, 1.1 * top))
    plot.y_axis("Type I error", percent_ticks(plot.y, 4))
    plot.x_axis(told.nuisance[:1].upper() + told.nuisance[1:], percent_ticks(plot.x, 5))
    if level is not None:
        plot.level(level, f"level {percent(level)}")
    for series, line in lines[::-1]:
        plot.line(line, series.classes)
    rows = tuple(
        (percent(round(p.nuisance, 3)), share(Figure.exact(p.chance))) for p in told.null[:: 2 * _ROWS]
    )
    return Drawing(
        name="explored-null",
        svg=(plot.svg(),),
        caption=f"Type I error at every value of {told.nuisance}, which nobody knows: the design has to keep its level at all.",
        table=Table("Type I error", (told.nuisance[:1].upper() + told.nuisance[1:], "Type I error"), rows),
    )


def _over_effect(name: str, title: str, shown: Shown, endpoint: Endpoint, y: Scale) -> Plot:
    """A plot over the true benefit, with a line at that of the scenario."""
    told = shown[0][1]
    x = Scale.around([point.benefit for _, one in shown for point in one.curve])
    here = f"{_per_cent(told.success)} and {signed((told.analysed or Figure.exact(0)).value or 0.0, 1)} {told.counted}"
    plot = Plot(name, title, f"At a benefit of {benefit(told.truth, endpoint)}: {here}.", x, y)
    plot.x_axis(axis_title(endpoint), effect_ticks(x, endpoint))
    plot.upright(told.truth)
    return plot


def _curves(plot: Plot, shown: Shown, value: Callable[[Effect], Figure]) -> None:
    """Draw the curve of each, that of the design itself on top, with a marker at the benefit of the scenario."""
    ends = []
    for series, one in shown[::-1]:
        points = [(point.benefit, value(point).value or 0.0) for point in one.curve]
        plot.line(points, series.classes)
        plot.marker(one.truth, _between(points, one.truth), series)
        ends.append((series, [y for _, y in points]))
    if len(shown) > 1:
        plot.end_labels(ends)


def _between(points: Sequence[tuple[float, float]], x: float) -> float:
    """The height of a curve at a place, along straight lines."""
    for (left, low), (right, high) in pairwise(points):
        if left <= x <= right:
            return low + (high - low) * (x - left) / (right - left) if right > left else low
    return points[-1][1] if points else 0.0


def _effect_table(
    caption: str,
    shown: Shown,
    endpoint: Endpoint,
    cell: Callable[[Effect], Text],
) -> Table:
    """Some points of the curves."""
    places = [point.benefit for point in shown[0][1].curve]
    same = [(series, one.curve) for series, one in shown if [p.benefit for p in one.curve] == places]
    rows: list[tuple[Text, ...]] = [
        (benefit(places[k], endpoint), *(cell(curve[k]) for _, curve in same))
        for k in range(0, len(places), _ROWS)
    ]
    return Table(caption, ("True benefit", *(series.name.capitalize() for series, _ in same)), tuple(rows))


def _limits(told: Exploration, sign: int) -> dict[str, list[tuple[float, float]]]:
    """The lines of thresholds that there are, by what they are for."""
    lines = {
        "claim": [look.success_at_least for look in told.looks],
        "give up": [look.futility_at_most for look in told.looks],
        "harm": [look.harm_at_most for look in told.looks],
    }
    found = {
        kind: [
            (float(look.planned), sign * limit)
            for look, limit in zip(told.looks, line, strict=True)
            if limit is not None and math.isfinite(limit)
        ]
        for kind, line in lines.items()
    }
    return {kind: line for kind, line in found.items() if line}


def _said_of_looks(told: Exploration, name: str, sign: int) -> str:
    """The thresholds in words."""
    sides = "at most" if sign < 0 else "at least"
    said = [
        f"look {k} at {look.planned} {told.counted}: claim if {name} is {sides} {plain(_rounded(sign * look.success_at_least))}"
        for k, look in enumerate(told.looks, 1)
        if look.success_at_least is not None
    ]
    return f"{'; '.join(said) or 'No look can claim benefit'}."


def _look_table(told: Exploration, name: str, sign: int) -> Table:
    """The looks with their thresholds and what happens at them in the scenario."""
    high, low = ("at most", "above") if sign < 0 else ("at least", "at most")
    harmful = any(look.harm_at_most is not None for look in told.looks)
    head = ("Look", f"{told.counted.capitalize()}", f"Claim: {name} {high}", f"Give up: {low}")
    rows: list[tuple[Text, ...]] = []
    for k, look in enumerate(told.looks, 1):
        limits = [look.success_at_least, look.futility_at_most, *([look.harm_at_most] if harmful else [])]
        shown = ["none" if limit is None else plain(_rounded(sign * limit)) for limit in limits]
        rows.append((str(k), str(look.planned), *shown, share(look.success), share(look.failure)))
    return Table(
        "Looks", (*head, *(("Harm",) if harmful else ()), "Ends with a claim", "Ends without"), tuple(rows)
    )


def _rounded(value: float) -> float:
    """A threshold to four significant digits."""
    return float(f"{value:.4g}")


def _per_cent(figure: Figure | None) -> str:
    """A probability in words, for who hears it."""
    return "not known" if figure is None or figure.value is None else f"{100 * figure.value:.1f}%"
