"""Constants and boundaries that books and papers print, each to the digits printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.classical import o_brien_fleming, pocock
from handful.stats.spending import OBrienFlemingType, PocockType

TABLES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "fixtures" / "group_sequential_tables.json").read_text()
)
SHAPES = {"pocock": pocock(), "obrien_fleming": o_brien_fleming()}
PRINTED = [
    (shape, float(alpha), int(looks), constant)
    for shape in SHAPES
    for alpha, row in TABLES[shape]["constants"].items()
    for looks, constant in row.items()
]


@pytest.mark.parametrize(("shape", "alpha", "looks", "printed"), PRINTED)
def test_constants_of_jennison_and_turnbull(shape: str, alpha: float, looks: int, printed: float) -> None:
    fractions = np.arange(1, looks + 1) / looks
    solved = group_sequential_boundaries(fractions, efficacy=SHAPES[shape], alpha=alpha, sided=2)
    # O'Brien and Fleming's constant for ten looks is 2.0865: the tables round it up.
    assert solved.upper[-1] == pytest.approx(printed, abs=5e-4 + 1e-6)


@pytest.mark.parametrize(
    ("name", "spending"), [("obrien_fleming", OBrienFlemingType()), ("pocock", PocockType())]
)
def test_spending_boundaries_of_reboussin_and_others(name: str, spending: Any) -> None:
    solved = group_sequential_boundaries(np.arange(1, 6) / 5, efficacy=spending, alpha=0.025)
    assert np.array(solved.upper) == pytest.approx(np.array(TABLES["lan_demets"][name]), abs=2e-4)
