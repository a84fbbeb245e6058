"""A small canvas for figures that flow: the drawing stretches with the page and its text does not.

Horizontal places are per cent of the plotting area and vertical ones are pixels. Paths are drawn in a nested viewport
that stretches sideways with strokes of constant width; letters and markers are anchored in viewports that do not. So one
drawing is readable at 360 pixels, on a wide screen and on paper, with the reader's own font size and colour scheme: colours
are classes of the style sheet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from markupsafe import Markup, escape

from handful.report.tags import plain

LINE = 15
"""Height of a line of text in a figure, in pixels."""
LETTER = 6.6
"""Width of an average letter in a figure, in pixels, for the room that labels need."""
SERIES = 8
"""Colours of the palette; further series repeat them with other strokes and markers."""
_SHAPES = (
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z",
    "M-3.7,-3.7H3.7V3.7H-3.7Z",
    "M0,-5L4.6,3.4H-4.6Z",
    "M0,-5.2L4.6,0L0,5.2L-4.6,0Z",
    "M0,5L4.6,-3.4H-4.6Z",
    "M-5,-1.6H-1.6V-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5Z",
    "M-5,0L-2.5,-4.4H2.5L5,0L2.5,4.4H-2.5Z",
    "M0,-5.2L1.5,-1.6L5.2,-1.4L2.4,1L3.3,4.8L0,2.7L-3.3,4.8L-2.4,1L-5.2,-1.4L-1.5,-1.6Z",
)


@dataclass(frozen=True)
class Series:
    """How one design looks in every figure and table of a report.

    Attributes:
        number: Its place in the study, from 0; decides colour, marker and stroke.
        name: Its name.
        chosen: Whether it is the design to take, drawn stronger.
    """

    number: int
    name: str
    chosen: bool = False

    @property
    def classes(self) -> str:
        """Classes of the style sheet."""
        dashes = f" d{self.number // SERIES}" if self.number >= SERIES else ""
        return f"s{self.number % SERIES}{dashes}{' chosen' if self.chosen else ''}"

    @property
    def marker(self) -> str:
        """Outline of the marker, around the origin."""
        return _SHAPES[(self.number + self.number // SERIES) % len(_SHAPES)]

    def swatch(self) -> Markup:
        """The marker beside the name of a design in a text or a table; decoration, hidden from readers of the text."""
        return Markup(
            '<svg class="swatch" aria-hidden="true" focusable="false" width="12" height="12" viewBox="-6 -6 12 12">'
            '<path class="marker {}" d="{}"/></svg>'
        ).format(self.classes, self.marker)


@dataclass(frozen=True)
class Scale:
    """A linear scale.

    Attributes:
        low: Value at the start.
        high: Value at the end.
    """

    low: float
    high: float

    @classmethod
    def around(cls, values: Sequence[float], *, zero: bool = False, room: float = 0.0) -> Scale:
        """The scale that holds the values, with some room at either end (a share of the range)."""
        low, high = min(values), max(values)
        if zero:
            low, high = min(0.0, low), max(0.0, high)
        if low == high:
            spare = abs(low) * 0.1 or 1.0
            low, high = (low, high + spare) if zero and low == 0 else (low - spare, high + spare)
        spare = room * (high - low)
        return cls(low if zero and low == 0 else low - spare, high + spare)

    def share(self, value: float) -> float:
        """Where a value lies, 0 at the start and 1 at the end."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values inside the scale, about so many.

        Example:
            >>> Scale(0, 47).ticks()
            [0.0, 10.0, 20.0, 30.0, 40.0]
        """
        rough = (self.high - self.low) / max(1, about)
        power = 10.0 ** math.floor(math.log10(rough))
        step = min((m * power for m in (1, 2, 2.5, 5, 10)), key=lambda s: abs(s - rough))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(k * step, 12) + 0.0 for k in range(first, last + 1)]


@dataclass
class Plot:
    """One drawing.

    Attributes:
        name: Identity in the page, from which those of title and description are made.
        title: What it shows, in a few words.
        description: What there is to see, in sentences, for those who do not see it.
        x: Scale from left to right.
        y: Scale from bottom to top.
        height: Height of the plotting area, in pixels.
        left: Room for labels at the left, in pixels.
        right: Room at the right.
        top: Room above.
        bottom: Room below.
    """

    name: str
    title: str
    description: str
    x: Scale
    y: Scale
    height: int = 300
    left: int = 46
    right: int = 16
    top: int = 26
    bottom: int = 46
    _under: list[str] = field(default_factory=list)
    _paths: list[str] = field(default_factory=list)
    _over: list[str] = field(default_factory=list)

    def across(self, value: float) -> str:
        """A horizontal place, in per cent of the plotting area."""
        return f"{_short(100 * self.x.share(value))}%"

    def down(self, value: float) -> float:
        """A vertical place, in pixels from the top."""
        return round(self.height * (1 - self.y.share(value)), 1)

    def x_axis(self, title: str, ticks: Sequence[tuple[float, str]], *, grid: bool = False) -> None:
        """Draw the horizontal axis with its title under it; every other label of many is left out on a narrow page."""
        for k, (value, label) in enumerate(ticks):
            place = self.across(value)
            rare = " rare" if len(ticks) > 4 and k % 2 else ""
            if grid:
                self._under.append(
                    f'<line class="grid" x1="{place}" x2="{place}" y1="0" y2="{self.height}"/>'
                )
            self._under.append(
                f'<text class="tick{rare}" x="{place}" y="{self.height + 18}" text-anchor="middle">{escape(label)}</text>'
            )
        self._under.append(f'<line class="axis" x1="0" x2="100%" y1="{self.height}" y2="{self.height}"/>')
        for k, part in enumerate(wrap(title, 30)):
            place = f'x="100%" y="{self.height + 38 + LINE * k}"'
            self._under.append(f'<text class="title" {place} text-anchor="end">{escape(part)}</text>')
            self.bottom = max(self.bottom, 46 + LINE * k)

    def y_axis(self, title: str, ticks: Sequence[tuple[float, str]]) -> None:
        """Draw horizontal grid lines with their labels, and the title above."""
        for value, label in ticks:
            place = _short(self.down(value))
            self._under.append(f'<line class="grid" x1="0" x2="100%" y1="{place}" y2="{place}"/>')
            self._under.append(
                f'<text class="tick" x="-8" y="{place}" dy="0.32em" text-anchor="end">{escape(label)}</text>'
            )
        self._under.append(f'<text class="title" x="{-self.left + 2}" y="-12">{escape(title)}</text>')

    def level(self, value: float, label: str = "") -> None:
        """Draw a dashed horizontal line at a limit, its label above it at the left."""
        place = self.down(value)
        self._under.append(
            f'<line class="limit" x1="0" x2="100%" y1="{_short(place)}" y2="{_short(place)}"/>'
        )
        if label:
            self._over.append(f'<text class="note" x="4" y="{_short(place - 5)}">{escape(label)}</text>')

    def upright(self, value: float, label: str = "", *, kind: str = "limit") -> None:
        """Draw a vertical line, its label beside its foot."""
        place = self.across(value)
        self._under.append(f'<line class="{kind}" x1="{place}" x2="{place}" y1="0" y2="{self.height}"/>')
        if label:
            self._over.append(
                f'<text class="note" x="{place}" dx="5" y="{self.height - 10}">{escape(label)}</text>'
            )

    def line(self, points: Sequence[tuple[float, float]], classes: str) -> None:
        """Draw a line through points."""
        self._paths.append(f'<path class="line {classes}" d="{self._trace(points)}"/>')

    def band(self, points: Sequence[tuple[float, float, float]], classes: str) -> None:
        """Fill between a lower and an upper value at each place."""
        there = [(x, high) for x, _, high in points]
        back = [(x, low) for x, low, _ in reversed(points)]
        self._paths.append(f'<path class="band {classes}" d="{self._trace(there + back)}Z"/>')

    def bar(self, start: float, end: float, top: float, bottom: float, classes: str) -> None:
        """Fill a rectangle between two values and two heights, the heights in pixels."""
        left = self.across(start)
        width = _short(100 * (self.x.share(end) - self.x.share(start)))
        self._under.append(
            f'<rect class="bar {classes}" x="{left}" width="{width}%" y="{_short(top)}" height="{_short(bottom - top)}"/>'
        )

    def marker(self, x: float, y: float, series: Series, *, hollow: bool = False) -> None:
        """Draw the marker of a series at a point."""
        inside = f'<path class="marker {series.classes}{" hollow" if hollow else ""}" d="{series.marker}"/>'
        self._over.append(self._anchored(x, self.down(y), inside))

    def glyph(self, x: float, pixels: float, inside: str) -> None:
        """Draw something of fixed size around a place given by a value and a height in pixels."""
        self._over.append(self._anchored(x, pixels, inside))

    def text(
        self, x: float, pixels: float, said: str, classes: str = "note", anchor: str = "start", dx: float = 0
    ) -> None:
        """Write at a place given by a value and a height in pixels."""
        self._over.append(
            f'<text class="{classes}" x="{self.across(x)}" y="{_short(pixels)}" dx="{_short(dx)}" dy="0.32em" '
            f'text-anchor="{anchor}">{escape(said)}</text>'
        )

    def margin_text(self, pixels: float, said: str, classes: str = "label", *, left: bool = True) -> None:
        """Write in the margin at the left or at the right."""
        place, anchor, dx = ("0", "end", -10) if left else ("100%", "start", 8)
        self._over.append(
            f'<text class="{classes}" x="{place}" y="{_short(pixels)}" dx="{dx}" dy="0.32em" text-anchor="{anchor}">'
            f"{escape(said)}</text>"
        )

    def end_labels(self, ends: Sequence[tuple[Series, Sequence[float]]], letters: int = 17) -> None:
        """Name lines at their right ends, moved apart so that no two overlap; `ends` holds the values along each line."""
        named = sorted(ends, key=lambda end: (self.down(end[1][-1]), -sum(end[1])))
        lines = [wrap(series.name, letters)[:3] or [""] for series, _ in named]
        wanted = [self.down(values[-1]) for _, values in named]
        heights = [LINE * len(said) + 3 for said in lines]
        places = spread_out(wanted, heights, -self.top + 8, self.height + self.bottom - 20)
        room = max((len(part) for said in lines for part in said), default=0)
        self.right = max(self.right, int(24 + room * LETTER))
        for (series, _), said, start, place in zip(named, lines, wanted, places, strict=True):
            rows = "".join(
                f'<tspan x="18" dy="{LINE if k else _short(-LINE * (len(said) - 1) / 2)}">{escape(part)}</tspan>'
                for k, part in enumerate(said)
            )
            self._over.append(
                f'<svg x="100%" y="0" class="free"><path class="leader {series.classes}" d="M3,{_short(start)}L15,'
                f'{_short(place)}"/><text class="label {series.classes}" x="18" y="{_short(place)}">'
                f'<tspan dy="0.32em"></tspan>{rows}</text></svg>'
            )

    def svg(self) -> Markup:
        """The drawing, to be placed in a page."""
        style = (
            f"--l:{self.left}px;--r:{self.right}px;--t:{self.top}px;--b:{self.bottom}px;--h:{self.height}px"
        )
        paths = (
            f'<svg class="free" width="100%" height="{self.height}" viewBox="0 0 1000 {self.height}" '
            f'preserveAspectRatio="none">{"".join(self._paths)}</svg>'
            if self._paths
            else ""
        )
        return Markup(
            f'<svg class="plot" style="{style}" role="img" aria-labelledby="{self.name}-t {self.name}-d">'
            f'<title id="{self.name}-t">{escape(self.title)}</title><desc id="{self.name}-d">{escape(self.description)}</desc>'
            f"{''.join(self._under)}{paths}{''.join(self._over)}</svg>"
        )

    def _trace(self, points: Sequence[tuple[float, float]]) -> str:
        """A path through points, in the coordinates of the stretched viewport."""
        places = (f"{_short(1000 * self.x.share(x))},{_short(self.down(y))}" for x, y in points)
        return "M" + "L".join(places)

    def _anchored(self, x: float, pixels: float, inside: str) -> str:
        """A viewport that does not stretch, with its origin at a place."""
        return f'<svg class="free" x="{self.across(x)}" y="{_short(pixels)}">{inside}</svg>'


def spread_out(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels apart as little as needed.

    Args:
        wanted: Where the middle of each label would be best, ascending.
        heights: Height of each.
        low: Where the first may begin.
        high: Where the last should end; it is passed only when all labels together are too tall.

    Returns:
        Middles, ascending, no two labels overlapping.

    Example:
        >>> spread_out([10, 12, 60], [10, 10, 10], 0, 100)
        [6.0, 16.0, 60.0]
    """
    groups: list[tuple[float, float, list[float]]] = []

    def inside(start: float, size: float) -> float:
        return max(low, min(start, high - size))

    for middle, height in zip(wanted, heights, strict=True):
        groups.append((inside(middle - height / 2, height), height, [height]))
        while len(groups) > 1 and groups[-2][0] + groups[-2][1] > groups[-1][0]:
            start, size, members = groups.pop()
            before, above, others = groups.pop()
            weight = len(others) / (len(others) + len(members))
            joined = weight * before + (1 - weight) * (start - above)
            groups.append((inside(joined, above + size), above + size, others + members))
    placed: list[float] = []
    floor = low
    for start, size, members in groups:
        top = max(start, floor)
        floor = top + size
        for height in members:
            placed.append(top + height / 2)
            top += height
    return [float(place) for place in placed]


def percent_ticks(scale: Scale, about: int = 5) -> list[tuple[float, str]]:
    """Ticks of a probability, labelled in per cent."""
    return [(t, f"{plain(round(100 * t, 6))}%") for t in scale.ticks(about)]


def plain_ticks(scale: Scale, about: int = 5) -> list[tuple[float, str]]:
    """Ticks labelled with their value."""
    return [(t, plain(t)) for t in scale.ticks(about)]


def _short(value: float) -> str:
    """A coordinate with at most one decimal in pixels, two in per cent."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
