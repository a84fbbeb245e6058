"""Figures for paper: everything at its place in pixels, in its own colours, and nothing left to a style sheet."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from handful.report.documents.pictures import picture
from handful.report.plot import Plot, Scale, Series
from handful.report.still import still
from handful.report.tables import Drawing
from tests.unit.report.documents.small_documents import document

SVG = "{http://www.w3.org/2000/svg}"


def plot() -> Plot:
    made = Plot("one", "One & only", "It <rises>.", Scale(0, 10), Scale(0, 1), height=200)
    made.y_axis("Power", [(0, "0%"), (1, "100%")])
    made.x_axis("Effect", [(0, "0"), (5, "5"), (10, "10")])
    made.line([(0, 0), (10, 1)], Series(1, "b").classes)
    made.marker(5, 0.5, Series(2, "c"))
    made.level(0.8, "wanted & <more>")
    return made


def test_places_are_pixels_and_colours_are_written_in() -> None:
    figure = still(plot().svg(), 500)
    root = ElementTree.fromstring(figure.svg)
    assert (root.get("width"), root.get("height")) == ("500", f"{26 + 200 + 46}")
    assert "%" not in " ".join(
        value for e in root.iter() for k, value in e.attrib.items() if k != "transform"
    )
    assert not [e for e in root.iter() if e.get("class") or e.get("style")]
    area = 500 - 46 - 16
    line = next(e for e in root.iter(f"{SVG}path") if e.get("stroke") == "#b3420d")
    assert line.get("d") == f"M0,200L{area},0"
    groups = [e for e in root.iter(f"{SVG}g") if e.get("transform") == f"translate({area / 2:g},100)"]
    assert len(groups) == 1
    assert next(iter(groups[0])).get("fill") == "#1a7a4c"


def test_what_it_shows_is_kept_in_words() -> None:
    figure = still(plot().svg())
    assert (figure.title, figure.description) == ("One & only", "It <rises>.")
    assert "wanted &amp; &lt;more&gt;" in figure.svg


def test_every_figure_of_a_report_can_be_set_and_no_class_is_forgotten() -> None:
    drawings = [part for part in document("simulation-report").within() if isinstance(part, Drawing)]
    assert drawings
    for drawing in drawings:
        for svg in drawing.svg:
            root = ElementTree.fromstring(still(str(svg)).svg)
            shapes = [e for e in root.iter() if e.tag in (f"{SVG}path", f"{SVG}line", f"{SVG}rect")]
            assert all(e.get("fill") or e.get("stroke") for e in shapes), drawing.name


def test_a_picture_is_the_same_every_time() -> None:
    svg = str(plot().svg())
    assert picture(svg).png == picture(svg).png
    assert re.match(rb"\x89PNG", picture(svg).png)


def test_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="no drawing of a report"):
        still("<svg/>")
