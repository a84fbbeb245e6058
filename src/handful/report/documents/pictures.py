"""Figures as pictures, for files that hold no drawings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from handful.report.still import still

_DENSITY = 220.0
_PAGE = '#set page(width: auto, height: auto, margin: 0pt)\n#image("figure.svg")\n'


@dataclass(frozen=True)
class Picture:
    """A figure as picture.

    Attributes:
        png: The file.
        title: What it shows, in a few words.
        description: What there is to see.
    """

    png: bytes
    title: str
    description: str


def picture(drawing: str) -> Picture:
    """Draw a figure at a density fit for print; equal drawings give equal bytes.

    Args:
        drawing: What `Plot.svg` made.
    """
    import typst

    figure = still(drawing)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "figure.svg").write_text(figure.svg, encoding="utf-8")
        (folder / "page.typ").write_text(_PAGE, encoding="utf-8")
        png: bytes = typst.compile(folder / "page.typ", format="png", ppi=_DENSITY, ignore_system_fonts=True)
    return Picture(png, figure.title, figure.description)
