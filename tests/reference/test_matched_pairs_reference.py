"""Matched pairs against contingencytables (R), the paper on mid-p, and VIITAL."""

import json
from pathlib import Path

import numpy as np
import pytest

from handful.stats.clustered_pairs import durkalski_test, effective_pairs, inflated_mcnemar
from handful.stats.matched_pairs import (
    discordant_pmf,
    mcnemar_p_value,
    paired_difference_interval,
)

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "matched_pairs.json").read_text())
CAVO = REFERENCE["cavo"]
RESULT = (CAVO["b"], CAVO["c"], CAVO["pairs"])


def test_contingencytables_conditional_tests():
    assert mcnemar_p_value(*RESULT, "exact", "two-sided") == pytest.approx(CAVO["exact"], abs=0.5e-6)
    assert mcnemar_p_value(*RESULT, "mid-p", "two-sided") == pytest.approx(CAVO["mid_p"], abs=0.5e-6)


def test_contingencytables_unconditional_test_is_a_local_maximum_of_ours():
    # It searches only a confidence interval of the discordance and adds the level of that interval.
    local = CAVO["unconditional_local"] - CAVO["berger_boos_gamma"]
    b, c = np.indices((CAVO["pairs"] + 1,) * 2)
    discordant = np.maximum(b + c, 1)
    extreme = (b - c) ** 2 * (CAVO["b"] + CAVO["c"]) >= (CAVO["b"] - CAVO["c"]) ** 2 * discordant
    chances = np.linspace(0.0, 1.0, 501)
    tail = [float(discordant_pmf(CAVO["pairs"], p / 2, p / 2)[extreme].sum()) for p in chances]
    assert max(tail[:100]) == pytest.approx(local, abs=0.5e-6 + 1e-6)
    ours = float(mcnemar_p_value(*RESULT, "unconditional", "two-sided"))
    assert max(tail) <= ours + 1e-12
    assert ours == pytest.approx(max(tail), abs=1e-5)


def test_contingencytables_tango_interval():
    assert paired_difference_interval(*RESULT) == pytest.approx(CAVO["tango"], abs=0.5e-4)


def test_contingencytables_asymptotic_test_is_ours_without_clustering():
    test = inflated_mcnemar(CAVO["b"], CAVO["c"], 1.0, "two-sided")
    assert test.z == pytest.approx(CAVO["asymptotic_z"], abs=0.5e-3)
    assert test.p_value == pytest.approx(CAVO["asymptotic_p"], abs=0.5e-6)
    one_pair_each = np.repeat([[1, 0], [0, 1], [0, 0]], [CAVO["b"], CAVO["c"], 139], axis=0)
    robust = durkalski_test(one_pair_each[:, 0], one_pair_each[:, 1], 1, "two-sided")
    assert robust.z == pytest.approx(CAVO["asymptotic_z"], abs=0.5e-3)


def test_fagerland_mid_p_formula_on_bentur():
    # Table 1 and equation (2): twice the one-sided exact p-value, less the point probability.
    row = REFERENCE["bentur"]
    result = (row["b"], row["c"], row["pairs"])
    assert mcnemar_p_value(*result, "exact", "two-sided") == pytest.approx(2 * 9 / 256, rel=1e-14)
    assert mcnemar_p_value(*result, "mid-p", "two-sided") == pytest.approx(2 * 9 / 256 - 8 / 256, rel=1e-14)


def test_viital_effective_pairs():
    row = REFERENCE["viital"]
    ours = effective_pairs(row["pairs"], row["participants"], row["icc"])
    assert ours == pytest.approx(row["effective"], abs=0.5)
    assert ours[2] == pytest.approx(17.5, abs=0.05)
