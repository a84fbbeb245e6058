"""Two proportions against R (stats, Exact, contingencytables), clinfun, gsDesign, published trials."""

import json
from pathlib import Path

import numpy as np
import pytest

from handful.stats.odds_ratio import odds_ratio
from handful.stats.risk_difference import constrained_proportions, risk_difference_interval
from handful.stats.two_by_two import p_value, p_value_table, power, sample_size
from tests.reference.exact_rational import p_value as rational_p_value

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "two_by_two.json").read_text())
TABLES = REFERENCE["exact_tests"]["rows"]


def ids(row):
    return "-".join(str(count) for count in row["table_rows"])


def groups(row):
    a, b, c, d = row["table_rows"]
    return a, a + b, c, c + d


@pytest.mark.parametrize("row", TABLES, ids=ids)
def test_r_fisher_test(row):
    assert p_value(*groups(row), "fisher", "two-sided") == pytest.approx(row["fisher_two"], rel=1e-13)
    assert p_value(*groups(row), "fisher") == pytest.approx(row["fisher_greater"], rel=1e-13)


@pytest.mark.parametrize("row", TABLES, ids=ids)
def test_r_fisher_odds_ratio(row):
    # R's uniroot stops at an absolute 1.22e-4 of the odds ratio, or of its reciprocal where that is below 1.
    ours = odds_ratio(*groups(row))
    for value, listed in zip(ours, [row["or_cond"], *row["or_ci"]], strict=True):
        expected = float(listed)
        if np.isinf(expected):
            assert np.isinf(value)
        elif expected <= 1.0:
            assert value == pytest.approx(expected, abs=1.22e-4)
        else:
            assert 1.0 / value == pytest.approx(1.0 / expected, abs=1.22e-4)


@pytest.mark.parametrize("row", TABLES, ids=ids)
@pytest.mark.parametrize("method", ["z-pooled", "z-unpooled", "boschloo"])
@pytest.mark.parametrize("alternative", ["greater", "two-sided"])
def test_r_exact_unconditional(row, method, alternative):
    # Exact prints 12 digits and its search over p stops up to 1e-10 below the maximum.
    listed = row["exact"][f"{method} {alternative.replace('-', '.')}"]
    assert float(p_value(*groups(row), method, alternative)) - listed == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("row", REFERENCE["power"]["rows"], ids=lambda row: f"{row['n1']}-{row['n2']}")
@pytest.mark.parametrize("method", ["fisher", "z-pooled", "boschloo"])
def test_r_exact_power(row, method):
    ours = power(row["n1"], row["n2"], row["p1"], row["p2"], 0.025, method)
    assert ours == pytest.approx(row[method], rel=1e-12)


@pytest.mark.parametrize(
    "row", REFERENCE["barnard_ties"]["rows"], ids=lambda row: "-".join(map(str, row[:4]))
)
def test_barnard_where_scipy_loses_ties(row):
    n1, n2, x1, x2, grid_maximum, scipy_value = row
    ours = float(p_value_table(n1, n2, "z-pooled")[x1, x2])
    # The listed value is a maximum over a grid of p: never above the true one, and below by 1e-7 at most.
    assert grid_maximum - 1e-15 <= ours <= grid_maximum + 1e-7
    assert ours - scipy_value > 1e-5
    # The true value itself, by fractions and with a certificate.
    assert ours == pytest.approx(rational_p_value(x1, n1, x2, n2, "z-pooled", False), abs=1e-12)


@pytest.mark.parametrize(
    "row", REFERENCE["fisher_sample_size"]["rows"], ids=lambda row: f"{row['p1']}-{row['p2']}"
)
def test_clinfun_fisher_sample_size(row):
    found = sample_size(row["p2"], row["p1"], 0.05, 0.8, "fisher", "two-sided")
    assert found == (row["n"], row["n"])
    # Both of clinfun's rows state exact powers of the two-sided test at 0.05.
    for n, listed in ((row["n"], row["power"]), (row["cps_n"], row["cps_power"])):
        assert power(n, n, row["p2"], row["p1"], 0.05, "fisher", "two-sided") == pytest.approx(
            listed, rel=1e-12
        )


def test_gsdesign_risk_difference_is_mees_interval():
    row = REFERENCE["risk_difference"]
    ours = risk_difference_interval(9, 12, 3, 12, score="mee")
    # gsDesign's root search stops at R's default, an absolute 1.22e-4.
    assert ours == pytest.approx([row["lower"], row["upper"]], abs=1.22e-4)
    miettinen_nurminen = risk_difference_interval(9, 12, 3, 12)
    assert np.all(np.abs(miettinen_nurminen - [row["lower"], row["upper"]]) > 1e-3)


def test_gsdesign_score_statistic():
    p1, p2 = constrained_proportions(*(np.array(value) for value in (9.0, 12.0, 3.0, 12.0, 0.0)))
    z = 0.5 / np.sqrt((p1 * (1 - p1) + p2 * (1 - p2)) / 12.0)
    assert z == pytest.approx(REFERENCE["risk_difference"]["z"], rel=1e-13)


@pytest.mark.parametrize("row", REFERENCE["score_intervals"]["rows"], ids=lambda row: row["score"])
def test_contingencytables_score_interval(row):
    ours = risk_difference_interval(*row["table"], score=row["score"])
    assert ours == pytest.approx(row["limits"], abs=0.5e-4)


@pytest.mark.parametrize("trial", REFERENCE["published"]["rows"], ids=lambda trial: trial[0])
def test_published_fisher_p_value(trial):
    _, x1, n1, x2, n2, alternative, published = trial
    half_a_digit = 0.05 * 10.0 ** np.floor(np.log10(published))
    assert p_value(x1, n1, x2, n2, "fisher", alternative) == pytest.approx(published, abs=half_a_digit)
