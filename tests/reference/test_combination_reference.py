"""Combination tests, against rpact and the table of Bauer and Koehne."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from handful.stats.classical import WangTsiatis
from handful.stats.combination import cui_hung_wang, stage_statistics
from handful.stats.conditional_error import conditional_rejection_probability
from handful.stats.fisher_combination import bauer_koehne, fisher_critical_value, fisher_test
from handful.stats.sequential_inference import stage_wise_inference

RPACT = json.loads((Path(__file__).parent / "fixtures" / "rpact_analysis.json").read_text())
FISHER = RPACT["fisher"]


@pytest.mark.parametrize("name", [name for name in FISHER if "stages" in name or "futility" in name])
def test_critical_values_and_spent_error_of_rpact_fisher_designs(name: str) -> None:
    case = FISHER[name]
    spent = case["alpha_spent"] if name.startswith("spent") else None
    found = fisher_test(case["rates"], alpha=case["alpha"], futility=case["futility"], spent=spent)
    assert found.critical == pytest.approx(case["critical"], rel=FISHER["tolerance"])
    assert found.spent == pytest.approx(case["alpha_spent"], rel=FISHER["tolerance"])


def test_conditional_rejection_probabilities_of_rpact_fisher_analysis() -> None:
    case: dict[str, Any] = FISHER["analysis"]
    test = fisher_test(case["rates"], futility=case["futility"])
    p = ndtr(-stage_statistics(case["events"], case["z"]))
    products = test.products(p)
    found = [float(test.conditional_error(k, p[k], products[k])) for k in range(2)]
    assert found == pytest.approx(case["conditional_rejection"], rel=FISHER["tolerance"])


def test_weighted_statistics_give_the_final_p_value_and_conditional_error_of_rpact_inverse_normal() -> None:
    case = RPACT["inverse_normal"]
    upper = WangTsiatis(0.25).upper(tuple(case["fractions"]), 0.025)
    combined = cui_hung_wang(case["fractions"], case["events"], case["z"])
    final = stage_wise_inference(case["fractions"], None, upper, 2, combined[2])
    assert final.p_value == pytest.approx(case["p_value"], rel=case["tolerance"])
    found = [
        float(conditional_rejection_probability(case["fractions"], None, upper, k, combined[k]))
        for k in range(2)
    ]
    assert found == pytest.approx(case["conditional_rejection"], rel=case["tolerance"])


def test_first_stage_levels_of_bauer_and_koehne() -> None:
    # Bauer and Koehne (1994), Biometrics 50:1029-1041, table 1 for alpha = 0.05; 1 stands for no futility.
    published = {0.3: 0.0299, 0.4: 0.0263, 0.5: 0.0233, 0.6: 0.0207, 0.7: 0.0183, 1.0: 0.0087}
    for futility, level in published.items():
        assert bauer_koehne(0.05, futility).critical[0] == pytest.approx(level, abs=5e-5)
    assert bauer_koehne(0.025, 0.5).critical == pytest.approx((0.0102, 0.0038), abs=5e-5)
    assert fisher_critical_value(0.05) == pytest.approx(0.0087, abs=5e-5)


def test_a_full_level_for_every_product_is_rpact_full_alpha() -> None:
    # getDesignFisher(kMax = 4, method = "fullAlpha") of the same file of tests: one product for all stages.
    assert fisher_critical_value(0.025, stages=4) == pytest.approx(0.00015574772, rel=1e-7)
    assert np.all(np.array([fisher_critical_value(0.025, k) for k in (1, 2, 3)]) > 0.00015574772)
