"""One proportion against R's binom.test, clinfun, gsDesign, contingencytables and published trials."""

import json
from pathlib import Path

import numpy as np
import pytest

from handful.stats.binomial import (
    exact_interval,
    exact_p_value,
    mid_p_interval,
    mid_p_value,
    wilson_interval,
)
from handful.stats.single_stage import single_stage, single_stage_designs

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "binomial.json").read_text())
FOUR_DIGITS = 0.5e-4


@pytest.mark.parametrize("row", REFERENCE["binom_test"]["rows"], ids=lambda row: f"{row['x']}of{row['n']}")
def test_r_binom_test(row):
    # R prints 15 significant digits at most and its own beta quantile is good to about 1e-12.
    assert exact_p_value(row["x"], row["n"], row["p0"]) == pytest.approx(row["p_greater"], rel=1e-12)
    assert exact_p_value(row["x"], row["n"], row["p0"], "two-sided") == pytest.approx(row["p_two"], rel=1e-12)
    assert exact_interval(row["x"], row["n"]) == pytest.approx(row["cp95"], abs=1e-12)
    assert exact_interval(row["x"], row["n"])[0] == pytest.approx(row["cp_lower_onesided975"][0], abs=1e-12)


def test_contingencytables_intervals_and_mid_p_of_13_in_16():
    row = REFERENCE["thirteen_of_sixteen"]
    assert exact_interval(13, 16) == pytest.approx(row["clopper_pearson"], abs=FOUR_DIGITS)
    assert mid_p_interval(13, 16) == pytest.approx(row["mid_p_interval"], abs=FOUR_DIGITS)
    assert wilson_interval(13, 16) == pytest.approx(row["wilson"], abs=FOUR_DIGITS)
    assert exact_p_value(13, 16, 0.5, "two-sided") == pytest.approx(row["exact_two_sided"], abs=0.5e-5)
    assert mid_p_value(13, 16, 0.5, "two-sided") == pytest.approx(row["mid_p_two_sided"], abs=0.5e-5)


@pytest.mark.parametrize("setting", range(0, len(REFERENCE["single_stage"]["rows"]), 2))
def test_clinfun_single_stage_lists_the_two_smallest_sizes(setting):
    rows = REFERENCE["single_stage"]["rows"][setting : setting + 2]
    first = rows[0]
    designs = single_stage_designs(first["p0"], first["p1"], first["alpha"], 1.0 - first["beta"])
    for design, row in zip(designs, rows, strict=False):
        assert (design.n, design.critical - 1) == (row["n"], row["r"])
        assert design.type_one_error == pytest.approx(row["type_one_error"], rel=1e-12)
        assert 1.0 - design.power == pytest.approx(row["type_two_error"], rel=1e-12)


def test_gsdesign_conservative_size_is_the_stable_one():
    # The call searches n = 10..40 for the size from which on the power stays above 0.8.
    assert single_stage(0.2, 0.5, 0.025, 0.8).stable.n == REFERENCE["conservative_size"]["value"]


@pytest.mark.parametrize("trial", REFERENCE["published"]["intervals"], ids=lambda trial: trial[0])
def test_published_exact_interval(trial):
    _, successes, n, lower, upper = trial
    assert exact_interval(successes, n) == pytest.approx([lower, upper], abs=0.5e-3)


@pytest.mark.parametrize("trial", REFERENCE["published"]["p_values"], ids=lambda trial: trial[0])
def test_published_exact_p_value(trial):
    _, successes, n, benchmark, published = trial
    half_a_digit = 10.0 ** np.floor(np.log10(published)) * (0.05 if published < 1e-5 else 0.005)
    assert exact_p_value(successes, n, benchmark) == pytest.approx(published, abs=half_a_digit)
