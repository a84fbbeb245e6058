"""Figures for paper: a drawing that flows with a page, set at a fixed width with its colours written in.

A drawing of `handful.report.plot` leaves widths and colours to the page around it. A document that is no page needs them in
the drawing: percentages become pixels, stretched paths their coordinates, and classes of the style sheet what it says of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

_PAPER, _INK, _SOFT, _GRID = "#ffffff", "#111111", "#4a525b", "#e3e6e2"
_SERIES = ("#0b63a5", "#b3420d", "#1a7a4c", "#8a3a8f", "#856000", "#0f7683", "#b0275f", "#5a5f6b")
_FONT = "Libertinus Sans, Libertinus Serif, Liberation Sans, Arial, sans-serif"

Paint = dict[str, str]

# What the style sheet says of a class; SERIES stands for the colour of a series. Later classes go before earlier ones.
_STYLES: Mapping[str, Paint] = {
    "grid": {"stroke": _GRID, "stroke-width": "1"},
    "axis": {"stroke": _SOFT, "stroke-width": "1"},
    "limit": {"stroke": _SOFT, "stroke-width": "1", "stroke-dasharray": "4 4"},
    "look": {"stroke": _INK, "stroke-width": "1.2"},
    "tick": {"fill": _SOFT},
    "title": {"fill": _SOFT},
    "note": {"fill": _SOFT},
    "label": {"fill": "SERIES"},
    "line": {"fill": "none", "stroke": "SERIES", "stroke-width": "1.7", "stroke-linejoin": "round"},
    "band": {"fill": "SERIES", "opacity": "0.16"},
    "marker": {"fill": "SERIES", "stroke": "SERIES", "stroke-width": "1.3"},
    "hollow": {"fill": _PAPER},
    "leader": {"fill": "none", "stroke": "SERIES", "stroke-width": "1", "opacity": "0.6"},
    "bar": {"fill": "SERIES", "opacity": "0.8"},
    "mean": {"stroke": _INK, "stroke-width": "1.6"},
    "turn": {"fill": "none", "stroke": _INK, "stroke-width": "1.8"},
    "arm-treated": {"fill": _SERIES[0], "opacity": "0.55"},
    "arm-control": {"fill": _SERIES[7], "opacity": "0.4"},
    "arm-undosed": {"fill": "none", "stroke": _SERIES[0], "stroke-dasharray": "3 2", "opacity": "1"},
    "arm": {"fill": "SERIES", "opacity": "0.55"},
    "arm-waiting": {"fill": _SOFT, "opacity": "0.6"},
    "dose": {"stroke": _INK, "stroke-width": "1.6"},
    "visit": {"fill": _INK},
    "outcome": {"stroke": _INK, "stroke-width": "1.4", "fill": "none"},
    "good": {"fill": _INK},
    "bad": {"fill": _PAPER},
    "d1": {"stroke-dasharray": "7 4"},
    "d2": {"stroke-dasharray": "2 3"},
    "d3": {"stroke-dasharray": "9 3 2 3"},
}
_CHOSEN: Mapping[str, Paint] = {"line": {"stroke-width": "3"}, "label": {"font-weight": "bold"}}
_ACROSS, _DOWN = ("x", "x1", "x2", "width", "cx", "dx"), ("y", "y1", "y2", "height", "cy", "dy")


@dataclass(frozen=True)
class Still:
    """A figure of fixed size.

    Attributes:
        svg: The drawing, complete in itself.
        width: Width in pixels.
        height: Height in pixels.
        title: What it shows, in a few words.
        description: What there is to see, for those who do not see it.
    """

    svg: str
    width: float
    height: float
    title: str
    description: str


def still(drawing: str, width: float = 640) -> Still:
    """Set a drawing at a fixed width.

    Args:
        drawing: What `Plot.svg` made.
        width: Width of the whole in pixels, margins included.

    Returns:
        The figure.

    Raises:
        ValueError: When this is no such drawing.

    Example:
        >>> from handful.report.plot import Plot, Scale
        >>> plot = Plot("one", "One line", "It rises.", Scale(0, 1), Scale(0, 1), height=100)
        >>> plot.line([(0, 0), (1, 1)], "s0")
        >>> figure = still(plot.svg(), 400)
        >>> figure.height, 'd="M0,100L338,0"' in figure.svg
        (172.0, True)
    """
    root = ElementTree.fromstring(drawing)
    room = dict(re.findall(r"--([lrtbh]):([\d.]+)px", root.get("style", "")))
    if set(room) != set("lrtbh"):
        raise ValueError("this is no drawing of a report: it does not say what room it needs")
    left, right, top, bottom, height = (float(room[side]) for side in "lrtbh")
    area = (width - left - right, height)
    whole = top + height + bottom
    title, description = (root.findtext(tag) or "" for tag in ("title", "desc"))
    inside = "".join(_flat(child, area) for child in root if child.tag not in ("title", "desc"))
    return Still(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{whole:g}" viewBox="0 0 {width:g} {whole:g}" '
        f'font-family="{_FONT}" font-size="12"><rect width="{width:g}" height="{whole:g}" fill="{_PAPER}"/>'
        f'<g transform="translate({left:g},{top:g})">{inside}</g></svg>',
        width,
        whole,
        title,
        description,
    )


def _flat(element: ElementTree.Element, area: tuple[float, float]) -> str:
    """One element with all that is in it, in pixels and with its paint."""
    if element.tag == "svg":
        return _viewport(element, area)
    attributes = {name: _pixels(name, value, area) for name, value in element.attrib.items()}
    attributes |= _paint(attributes.pop("class", "").split())
    said = "".join(f' {name}="{_quoted(value)}"' for name, value in attributes.items())
    halo = _halo(element, said, area)
    return f"{halo}<{element.tag}{said}>{_content(element, area)}</{element.tag}>"


def _content(element: ElementTree.Element, area: tuple[float, float]) -> str:
    """Text and children of an element."""
    parts = [_text(element.text)]
    for child in element:
        parts += [_flat(child, area), _text(child.tail)]
    return "".join(parts)


def _halo(element: ElementTree.Element, said: str, area: tuple[float, float]) -> str:
    """Paper behind letters that lie over lines."""
    if element.tag != "text" or not {"note", "label"} & set(element.get("class", "").split()):
        return ""
    behind = re.sub(r' fill="[^"]*"', "", said)
    paint = f'fill="{_PAPER}" stroke="{_PAPER}" stroke-width="4" stroke-linejoin="round"'
    return f'<text{behind} {paint} aria-hidden="true">{_content(element, area)}</text>'


def _viewport(element: ElementTree.Element, area: tuple[float, float]) -> str:
    """A viewport of its own: one that stretches has its paths stretched, any other its origin moved."""
    box = element.get("viewBox")
    if box is not None:
        factor = area[0] / float(box.split()[2])
        for path in element.iter("path"):
            path.set("d", _stretched(path.get("d", ""), factor))
        return _content(element, area)
    x, y = (_pixels(name, element.get(name, "0"), area) for name in ("x", "y"))
    return f'<g transform="translate({x},{y})">{_content(element, area)}</g>'


def _stretched(path: str, factor: float) -> str:
    """A path of straight lines, wider by a factor."""
    return re.sub(
        r"(-?[\d.]+),(-?[\d.]+)",
        lambda pair: f"{_short(float(pair[1]) * factor)},{_short(float(pair[2]))}",
        path,
    )


def _pixels(name: str, value: str, area: tuple[float, float]) -> str:
    """A place or a length without percentages and without units of letters."""
    if value.endswith("em"):
        return _short(12 * float(value[:-2]))
    if not value.endswith("%"):
        return value
    whole = area[0] if name in _ACROSS else area[1]
    return _short(whole * float(value[:-1]) / 100)


def _paint(classes: list[str]) -> Paint:
    """What the style sheet says of some classes."""
    number = next((int(name[1:]) for name in classes if re.fullmatch(r"s\d", name)), None)
    colour = _INK if number is None else _SERIES[number]
    found: Paint = {}
    for name in _STYLES:
        if name in classes:
            found |= _STYLES[name]
    if "chosen" in classes:
        for name, more in _CHOSEN.items():
            found |= more if name in classes else {}
    return {what: colour if value == "SERIES" else value for what, value in found.items()}


def _text(said: str | None) -> str:
    """Text with what XML needs."""
    return (said or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(value: str) -> str:
    """The value of an attribute."""
    return _text(value).replace('"', "&quot;")


def _short(value: float) -> str:
    """A coordinate with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
