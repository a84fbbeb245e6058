"""Dunnett's critical values against another implementation and the published table; p-values of graphicalMCP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from handful.stats.dunnett import any_exceeds, dunnett_critical_value, loadings
from handful.stats.graphical import Graph
from handful.stats.multiplicity import Members, bonferroni_test, closed, simes_test

FIXTURES = Path(__file__).parent / "fixtures"
DUNNETT = json.loads((FIXTURES / "dunnett.json").read_text())
CLOSURE = json.loads((FIXTURES / "multiplicity.json").read_text())["graphs"]["closure"]


@pytest.mark.parametrize("case", DUNNETT["critical_values"]["cases"])
def test_critical_values_of_an_integration_in_r(case: dict[str, Any]) -> None:
    b = loadings([1.0] * case["K"], case["ratio_control"])
    assert b[0] * b[1] == pytest.approx(case["rho"], abs=1e-14)
    for name, degrees, sided in (
        ("z_one", None, 1),
        ("z_two", None, 2),
        ("t12_one", 12.0, 1),
        ("t40_one", 40.0, 1),
        ("t12_two", 12.0, 2),
    ):
        found = dunnett_critical_value(b, case["alpha"], degrees=degrees, sided=sided)
        # Both solve for the root to about 1e-12; the values differ by up to 1.6e-12.
        assert found == pytest.approx(case[name], abs=1e-11), name


def test_one_sided_table_of_dunnett_1955() -> None:
    """Two decimals; the table itself is off by up to 0.0065 in 10 of its 169 entries."""
    table = DUNNETT["table_1955"]
    errors = np.array(
        [
            dunnett_critical_value(loadings([1.0] * arms, 1.0), 0.05, degrees=degrees) - printed
            for name, row in table["rows"].items()
            for degrees in [None if name == "inf" else float(name)]
            for arms, printed in zip(table["arms"], row, strict=True)
        ]
    )
    assert np.all(abs(errors) < 0.01)  # one unit of the last decimal
    assert np.mean(abs(errors) <= 0.005) > 0.9


def parametric(members: Members, p: list[float], weights: dict[int, float]) -> float:
    """P-value of the weighted parametric test of some hypotheses, scaled to their share of alpha (Xi et al. 2017)."""
    share = sum(weights[member] for member in members)
    if share == 0.0:
        return 1.0
    smallest = min(p[member] / weights[member] for member in members if weights[member] > 0.0)
    bounds = [-ndtri(min(1.0, smallest * weights[member])) for member in members]
    return min(1.0, float(any_exceeds(bounds, np.full(len(members), np.sqrt(0.5)))) / share)


@pytest.mark.parametrize("groups", ["groups_parametric", "groups_parametric_simes"])
def test_parametric_closure_of_graphicalmcp(groups: str) -> None:
    """The graph's weights of every intersection, tested with the known correlation of the two doses."""
    p, case = CLOSURE["p"], CLOSURE[groups]
    graph = Graph(tuple(CLOSURE["weights"]), tuple(map(tuple, CLOSURE["transitions"])))

    def test(members: Members) -> Any:
        weights = dict(zip(members, graph.weights_of(members), strict=True))
        found = [1.0]
        if first := tuple(member for member in members if member in case["parametric"]):
            found.append(parametric(first, p, weights))
        for name, one_test in (("bonferroni", bonferroni_test), ("simes", simes_test)):
            blocks = case.get(name, [])
            for block in blocks if name == "simes" else [blocks]:
                some = [member for member in members if member in block]
                if some and (share := sum(weights[member] for member in some)) > 0.0:
                    scaled = [weights[member] / share for member in some]
                    found.append(float(one_test([p[member] for member in some], scaled)) / share)
        return min(found)

    # Eight decimals are printed; the edges of 1e-5 are those of the source.
    assert closed(6, test) == pytest.approx(case["adjusted"], abs=1e-8)
