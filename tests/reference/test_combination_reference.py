"""Combination tests, against rpact and the table of Bauer and Koehne."""

from __future__ import annotations

import json
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import chdtri, ndtr

from handful.stats.classical import WangTsiatis
from handful.stats.combination import cui_hung_wang, stage_statistics
from handful.stats.conditional_error import conditional_rejection_probability
from handful.stats.fisher_combination import FisherTest, bauer_koehne, fisher_critical_value, fisher_test
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


# Bauer and Koehne (1994), Biometrics 50:1029-1041, table 1 for alpha = 0.05: the level of the first stage by the p-value
# from which it stops for futility; 1 stands for never. Quoted at second hand, and so also solved for below.
FIRST_STAGE = {0.3: 0.0299, 0.4: 0.0263, 0.5: 0.0233, 0.6: 0.0207, 0.7: 0.0183, 1.0: 0.0087}


@pytest.mark.parametrize("futility", FIRST_STAGE)
def test_first_stage_levels_of_bauer_and_koehne(futility: float) -> None:
    """Their condition: the level alpha1 is the root of alpha1 + c * log(alpha0 / alpha1) = alpha above the last product c.

    The condition, and c as the chi-square quantile with four degrees of freedom, are those that the documentation of the
    R package adaptTest (tsT.Rd, M. Vandemeulebroecke) quotes from the paper.
    """
    alpha = 0.05
    product = exp(-0.5 * float(chdtri(4, alpha)))
    level = product
    if futility < 1:  # without futility the two are the same
        level = brentq(lambda a: a + product * log(futility / a) - alpha, product, alpha, xtol=1e-15)
    assert level == pytest.approx(FIRST_STAGE[futility], abs=5e-5)
    assert bauer_koehne(alpha, futility).critical == pytest.approx((level, product), rel=1e-10)


def test_the_example_of_adapttest_that_spends_half_at_the_first_stage() -> None:
    # tsT("b", a = 0.1, a1 = 0.05, a0 = 0.5) of adaptTest, stated in its documentation as 0.104877.
    second = fisher_critical_value(0.104877)
    assert second == pytest.approx(0.05 / log(10), rel=1e-5)
    test = FisherTest(critical=(0.05, second), weights=(1.0, 1.0), futility=(0.5,))
    assert test.type_one_error == pytest.approx(0.1, abs=1e-6)


def test_a_full_level_for_every_product_is_rpact_full_alpha() -> None:
    # getDesignFisher(kMax = 4, method = "fullAlpha") of the same file of tests: one product for all stages.
    assert fisher_critical_value(0.025, stages=4) == pytest.approx(0.00015574772, rel=1e-7)
    assert np.all(np.array([fisher_critical_value(0.025, k) for k in (1, 2, 3)]) > 0.00015574772)
