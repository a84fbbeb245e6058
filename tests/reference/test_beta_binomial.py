"""Two-arm posterior probabilities beside an exact enumeration of a Bayesian trial in plain Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handful.stats.beta_binomial import superiority_by_allocation

CASE: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "beta_binomial.json").read_text())[
    "exact_two_arm"
]


def shifted(mass: np.ndarray, by: tuple[int, int, int]) -> np.ndarray:
    """The mass after one more participant; indices are participants treated, their responses, the others'."""
    moved = np.zeros_like(mass)
    moved[tuple(slice(step, None) for step in by)] = mass[tuple(slice(None, -step or None) for step in by)]
    return moved


@pytest.mark.parametrize(
    "run", CASE["runs"], ids=lambda r: f"balanced={r['balanced']} treated={r['treated']}"
)
def test_enumeration_in_plain_python_gives_the_same_operating_characteristics(run: dict[str, Any]) -> None:
    treated, control = run["treated"], run["control"]
    mass = np.zeros((41, 41, 41))
    mass[0, 0, 0] = 1.0
    superior = inferior = size = 0.0
    for n in range(1, 41):
        # Alternate assignment is balanced at every look; which arm comes first is all the same.
        to_treated = 0.5 if not run["balanced"] else float(n % 2)
        mass = to_treated * (
            treated * shifted(mass, (1, 1, 0)) + (1 - treated) * shifted(mass, (1, 0, 0))
        ) + (1 - to_treated) * (control * shifted(mass, (0, 0, 1)) + (1 - control) * mass)
        if n not in (20, 30, 40):
            continue
        better = np.full_like(mass, np.nan)
        better[: n + 1, : n + 1, : n + 1] = superiority_by_allocation(n)
        wins, loses = mass[better > 0.99].sum(), mass[better < 0.01].sum()
        superior, inferior, size = superior + wins, inferior + loses, size + n * (wins + loses)
        mass = np.where((better > 0.99) | (better < 0.01), 0.0, mass)
    size += 40 * mass.sum()
    assert superior == pytest.approx(run["superior"], rel=1e-12)
    assert inferior == pytest.approx(run["inferior"], rel=1e-11)
    assert size == pytest.approx(run["expected_size"], rel=1e-12)
