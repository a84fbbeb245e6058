"""Power curves: the probability of claiming benefit over the true benefit, every design in one figure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from handful.participants.endpoint import Endpoint
from handful.report.plot import Plot, Scale, Series, percent_ticks
from handful.report.tables import Drawing, Table
from handful.report.tags import benefit, percent, plain, share
from handful.select.results import Comparison, DesignSummary
from handful.study.model import Study

_RATIOS = (
    0.05,
    0.1,
    0.2,
    0.25,
    1 / 3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    1.0,
    1.25,
    1.5,
    2.0,
    2.5,
    3.0,
    4.0,
    5.0,
    7.5,
    10.0,
    20.0,
)
_BAND = 2.0


def power_curves(study: Study, comparison: Comparison, series: Mapping[str, Series]) -> Drawing:
    """Draw the power curves.

    Args:
        study: The study.
        comparison: Its results.
        series: How each design looks.

    Returns:
        The figure; bands are two Monte Carlo standard errors either side of simulated points.
    """
    endpoint = study.endpoint
    hoped = study.scenario(comparison.hoped_for).benefit(endpoint)
    limits = study.choose.subject_to
    x = Scale.around([p.benefit for d in comparison.designs for p in d.curve] or [0.0, 1.0])
    plot = Plot("power", "Power curves", _described(comparison, endpoint, hoped), x, Scale(0, 1), height=380)
    plot.y_axis("Probability of claiming benefit", percent_ticks(plot.y, 5))
    plot.x_axis(axis_title(endpoint), effect_ticks(x, endpoint))
    plot.upright(hoped, "hoped for")
    plot.level(limits.type_I_error)
    wanted = limits.power.get(comparison.hoped_for)
    if wanted is not None:
        plot.level(wanted, f"wanted: {percent(wanted)}")
    ends = []
    for design in sorted(comparison.designs, key=lambda d: series[d.name].chosen):
        ends += _draw(plot, design, series[design.name])
    plot.end_labels(ends)
    return Drawing(
        name="power",
        svg=(plot.svg(),),
        caption=(
            "Probability of claiming benefit over the true benefit. Filled markers are exact or numeric, hollow ones simulated; "
            "the band around simulated points is two Monte Carlo standard errors either side. The dashed lines are the "
            f"type I error allowed ({percent(limits.type_I_error)})"
            + (f", the power wanted ({percent(wanted)})" if wanted is not None else "")
            + f" and the benefit hoped for ({benefit(hoped, endpoint)})."
        ),
        table=_table(comparison, endpoint),
    )


def effect_ticks(scale: Scale, endpoint: Endpoint, about: int = 6) -> list[tuple[float, str]]:
    """Ticks of a benefit with the labels that people read: ratios as ratios, proportions in percentage points."""
    if not endpoint.measure.ratio:
        factor = 100.0 if endpoint.kind in ("binary", "ordinal") else 1.0
        return [(t, plain(round(factor * t, 6))) for t in scale.ticks(about)]
    direction = 1.0 if endpoint.natural(1.0) > 1 else -1.0
    inside = [(direction * math.log(r), r) for r in _RATIOS]
    kept = sorted((t, r) for t, r in inside if scale.low - 1e-9 <= t <= scale.high + 1e-9)
    return [(t, plain(round(r, 2))) for t, r in kept]


def axis_title(endpoint: Endpoint) -> str:
    """The scale of the benefit, with its unit."""
    if endpoint.measure.ratio:
        return f"True {endpoint.measure.name}, treated over control"
    if endpoint.kind in ("binary", "ordinal"):
        return "True benefit, percentage points"
    return f"True benefit, {endpoint.unit}" if endpoint.unit else "True benefit"


def _draw(plot: Plot, design: DesignSummary, series: Series) -> list[tuple[Series, list[float]]]:
    """Draw one curve; its values, for the label."""
    told = [
        (p.benefit, p.success.value, p.success.error) for p in design.curve if p.success.value is not None
    ]
    if not told:
        return []
    bands = [(x, max(0.0, y - _BAND * e), min(1.0, y + _BAND * e)) for x, y, e in told if e is not None]
    if len(bands) > 1:
        plot.band(bands, series.classes)
    plot.line([(x, y) for x, y, _ in told], series.classes)
    for x, y, error in told:
        plot.marker(x, y, series, hollow=error is not None)
    return [(series, [y for _, y, _ in told])]


def _described(comparison: Comparison, endpoint: Endpoint, hoped: float) -> str:
    """What there is to see, in words."""
    said = []
    for design in comparison.designs:
        told = comparison.cell(design.name, comparison.hoped_for).success
        if told.value is not None:
            said.append(f"{design.name} {100 * told.value:.1f}%")
    return (
        f"One line for each of {len(comparison.designs)} designs, rising with the true benefit. "
        f"At the benefit hoped for, {benefit(hoped, endpoint)}: {', '.join(said)}."
    )


def _table(comparison: Comparison, endpoint: Endpoint) -> Table:
    """The points of all curves."""
    places = sorted({p.benefit for d in comparison.designs for p in d.curve})
    rows = []
    for design in comparison.designs:
        at = {p.benefit: p.success for p in design.curve}
        rows.append((design.name, *(share(at[x]) if x in at else "" for x in places)))
    head = ("Design", *(benefit(x, endpoint) for x in places))
    return Table("Probability of claiming benefit at each true benefit", head, tuple(rows))
