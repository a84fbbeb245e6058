"""The figures of the pages of the families: every page has one, and it is what is drawn now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.figures import FOLDER, PICTURES, drawn
from handful.designs.registry import families

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
PIXELS = 0.2
"""What another machine may draw otherwise: one simulated trial of 2,000 is an eighth of a pixel."""


def test_every_family_has_a_figure():
    assert set(PICTURES) == {kind.replace(" ", "-") for kind in families.kinds()}
    assert {file.stem for file in FOLDER.iterdir()} == set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_shows_what_is_drawn_now(name: str):
    assert f"](../_static/families/{name}.svg)" in (PAGES / f"{name}.md").read_text(encoding="utf-8")
    kept, now = (FOLDER / f"{name}.svg").read_text(encoding="utf-8"), drawn(name)
    assert NUMBER.sub("", kept) == NUMBER.sub("", now), f"python docs/figures.py {name} draws another figure"
    moved = [abs(float(a) - float(b)) for a, b in zip(NUMBER.findall(kept), NUMBER.findall(now), strict=True)]
    assert max(moved) <= PIXELS, f"python docs/figures.py {name} draws another figure"
