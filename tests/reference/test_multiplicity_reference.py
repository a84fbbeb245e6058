"""Adjusted p-values and weights of graphs that R packages print, reproduced to the digits they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handful.stats import multiplicity
from handful.stats.graphical import Graph
from handful.stats.multiplicity import bonferroni_test, closed

FIXTURE = json.loads((Path(__file__).parent / "fixtures" / "multiplicity.json").read_text())
GRAPHS = FIXTURE["graphs"]
DECIMALS_15 = 1e-15  # both sides round in the last of 15 stated decimals: half a unit each


def graph_of(case: dict[str, Any]) -> Graph:
    return Graph(tuple(case["weights"]), tuple(map(tuple, case["transitions"])))


@pytest.mark.parametrize("method", ["bonferroni", "holm", "hochberg", "sidak", "holm_sidak"])
@pytest.mark.parametrize("case", FIXTURE["adjusted"]["cases"])
def test_adjusted_p_values_of_multtest(case: dict[str, list[float]], method: str) -> None:
    adjusted = getattr(multiplicity, method)(case["p"])
    assert adjusted == pytest.approx(case[method], rel=0, abs=DECIMALS_15)


def test_hommel_of_p_adjust() -> None:
    case = FIXTURE["hommel"]
    assert multiplicity.hommel(case["p"]) == pytest.approx(case["hommel"], rel=0, abs=DECIMALS_15)


def test_shortcut_of_graphicalmcp() -> None:
    case = GRAPHS["shortcut"]
    graph = graph_of(case)
    assert graph.adjusted(case["p"]) == pytest.approx(
        case["adjusted"], abs=5e-4
    )  # three decimals are printed
    assert graph.rejects(case["p"], 0.025).tolist() == case["rejected"]


def test_closure_of_graphicalmcp() -> None:
    case = GRAPHS["closure"]
    graph = graph_of(case)
    p = pytest.approx(case["adjusted"], abs=5e-4)
    assert graph.adjusted(case["p"]) == p

    def test(members: tuple[int, ...]) -> Any:
        return bonferroni_test([case["p"][member] for member in members], graph.weights_of(members))

    assert closed(6, test) == p


def test_weights_of_intersections_of_graphicalmcp() -> None:
    case = GRAPHS["weights_of_intersections"]
    graph = graph_of(case)
    for flags, weights in case["rows"]:
        members = [hypothesis for hypothesis, member in enumerate(flags) if member]
        expected = [weights[member] for member in members]
        assert graph.weights_of(members) == pytest.approx(expected, abs=5e-3)  # two decimals are printed
