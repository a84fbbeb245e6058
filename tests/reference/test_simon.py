"""Simon's designs beside his tables, clinfun and OneArmPhaseTwoStudy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handful.stats.simon import TwoStage, search_two_stage

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "simon.json").read_text())


def design_of(row: dict[str, Any]) -> TwoStage:
    return TwoStage(row["n1"], row["r1"], row["n"], row["r"])


def name_of(row: dict[str, Any]) -> str:
    return f"{row['type']} {row['p0']}-{row['p1']} {row['alpha']} {row['beta']}"


@pytest.mark.parametrize("row", PUBLISHED["clinfun"]["designs"], ids=name_of)
def test_clinfun_finds_the_same_design_with_the_same_characteristics(row: dict[str, Any]) -> None:
    p0, p1 = row["p0"], row["p1"]
    design = getattr(search_two_stage(p0, p1, row["alpha"], row["beta"]), row["type"])
    assert design == design_of(row)
    # clinfun's figures carry twelve significant digits.
    assert design.expected_size(p0) == pytest.approx(row["EN_p0"], rel=5e-12)
    assert design.early_termination_probability(p0) == pytest.approx(row["PET_p0"], rel=5e-12)
    assert design.rejection_probability(p0) == pytest.approx(row["typeI"], rel=5e-12)
    assert design.rejection_probability(p1) == pytest.approx(row["power"], rel=5e-12)


@pytest.mark.parametrize("row", PUBLISHED["simon_1989"]["designs"], ids=name_of)
def test_simon_1989_tabulates_the_same_design(row: dict[str, Any]) -> None:
    choices = search_two_stage(row["p0"], row["p1"], row["alpha"], row["beta"], n_max=70)
    assert getattr(choices, row["type"]) == design_of(row)


def test_clinfun_lists_the_same_admissible_designs() -> None:
    case = PUBLISHED["clinfun_admissible"]
    ours = search_two_stage(case["p0"], case["p1"], case["alpha"], case["beta"]).admissible
    assert [choice.design for choice in ours] == [design_of(row) for row in case["designs"]]
    for choice, row in zip(ours, case["designs"], strict=True):
        assert choice.design.expected_size(case["p0"]) == pytest.approx(row["EN_p0"], abs=5e-6)
        assert choice.design.early_termination_probability(case["p0"]) == pytest.approx(
            row["PET_p0"], abs=5e-8
        )
        assert choice.lowest_weight == pytest.approx(row["q_low"], abs=5e-4)
        assert choice.highest_weight == pytest.approx(row["q_high"], abs=5e-4)


@pytest.mark.parametrize(
    "row", PUBLISHED["one_arm_phase_two_study"]["designs"], ids=lambda r: f"{r['n1']}/{r['n']}"
)
def test_one_arm_phase_two_study_gives_the_same_characteristics(row: dict[str, Any]) -> None:
    case, design = PUBLISHED["one_arm_phase_two_study"], design_of(row)
    rates = [case["p0"], case["p1"]]
    printed_to_2, printed_to_4 = 0.00501, 0.0000501
    assert design.expected_size(rates) == pytest.approx([row["EN_p0"], row["EN_p1"]], abs=printed_to_2)
    stops = design.early_termination_probability(rates)
    assert stops == pytest.approx([row["PET_p0"], row["PET_p1"]], abs=printed_to_4)
    claims = design.rejection_probability(rates)
    assert claims == pytest.approx([row["alpha"], 1.0 - row["beta"]], abs=printed_to_4)
