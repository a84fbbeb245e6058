"""The analyses against R and against the figures of published trials, all from participants' data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.logrank import LogRank
from handful.analyses.one_proportion import Binomial
from handful.analyses.one_sample_logrank import OneSamplePoisson
from handful.analyses.rates import OwnRateRatio
from handful.analyses.two_means import TTest
from handful.analyses.two_proportions import Fisher
from handful.analyses.wald import Wald
from tests.unit.analyses.seen import counts, events, everybody, one_arm, pairs, two_arms

FIXTURES = Path(__file__).parent / "fixtures"
LOG_RANK = json.loads((FIXTURES / "log_rank.json").read_text())["log_rank"]
COX = json.loads((FIXTURES / "cox.json").read_text())["cox"]
LATER, SOONER = Aim(1), Aim(-1)


def p_value(statistic: np.ndarray) -> float:
    return -float(statistic[0, 0])


def test_log_rank_is_that_of_r_survdiff() -> None:
    seen = events(LOG_RANK["time"], LOG_RANK["event"], LOG_RANK["group"])
    z = LogRank().evidence(seen, everybody(seen), LATER).statistic[0, 0]
    assert z > 0  # group 1 has fewer events than expected, and later is better
    assert z**2 == pytest.approx(LOG_RANK["chi_square"], rel=1e-13)


def test_hazard_ratio_is_that_of_r_coxph() -> None:
    """R stops its Newton steps when the log likelihood settles at 1e-9 of itself: half the digits of the coefficient."""
    seen = events(LOG_RANK["time"], LOG_RANK["event"], LOG_RANK["group"])
    fit = LogRank().estimate(seen, everybody(seen), LATER)
    assert fit.value[0] == pytest.approx(-COX["log_hazard_ratio"], rel=1e-8)
    half = 1.959963984540054 * COX["standard_error"]
    assert fit.lower[0] == pytest.approx(-COX["log_hazard_ratio"] - half, rel=1e-8)
    assert fit.upper[0] == pytest.approx(-COX["log_hazard_ratio"] + half, rel=1e-8)


def test_luxturna_walking_pass_fisher() -> None:
    """13 of 20 against 0 of 9 (requirements row 1): two-sided 0.0012; here the favourable tail, 0.00114."""
    seen = counts(0, 9, 13, 20)
    assert p_value(Fisher().evidence(seen, everybody(seen), LATER).statistic) == pytest.approx(
        0.00114, abs=5e-6
    )


def test_luxturna_change_t_test() -> None:
    """1.8 (SD 1.1, n 20) against 0.2 (1.0, n 9): 0.0009 two-sided is the pooled t-test; Welch's gives 0.0013."""
    from scipy.special import ndtr

    def sample(mean: float, sd: float, n: int) -> list[float]:
        raw = np.arange(n, dtype=np.float64)
        return (mean + sd * (raw - raw.mean()) / raw.std(ddof=1)).tolist()

    seen = two_arms(sample(0.2, 1.0, 9), sample(1.8, 1.1, 20))
    for variances, published in (("equal", 0.0009), ("unequal", 0.0013)):
        z = TTest(variances=variances).evidence(seen, everybody(seen), LATER).statistic[0, 0]
        assert round(2 * float(ndtr(-z)), 4) == published
    estimate = TTest(variances="equal").estimate(seen, everybody(seen), LATER)
    assert estimate.value[0] == pytest.approx(1.6)
    # Published with covariates: 1.6 (0.72 to 2.41).
    assert (round(estimate.lower[0], 2), round(estimate.upper[0], 2)) == (0.72, 2.48)


@pytest.mark.parametrize(
    ("treated", "size", "control", "controls", "published", "unit"),
    [(20, 22, 6, 23, 9.9e-6, 5e-8), (14, 32, 0, 23, 1.1e-4, 5e-6), (31, 32, 6, 23, 2.3e-8, 5e-10)],
    ids=["STR1VE-US event-free", "STR1VE-EU sitting", "STR1VE-EU event-free"],
)
def test_zolgensma_fisher(
    treated: int, size: int, control: int, controls: int, published: float, unit: float
) -> None:
    seen = counts(control, controls, treated, size)
    found = p_value(Fisher().evidence(seen, everybody(seen), LATER).statistic)
    assert found == pytest.approx(published, abs=unit)


@pytest.mark.parametrize(
    ("good", "of", "benchmark", "published", "lower", "upper"),
    [
        (29, 30, 0.5, "2.9e-08", 0.83, 1.00),
        (30, 30, 0.5, "9.3e-10", 0.88, 1.00),
        (38, 54, 0.45, "1.5e-04", 0.564, 0.820),
    ],
    ids=["Casgevy, no crisis", "Casgevy, no hospital", "Ryoncil"],
)
def test_single_arms_binomial(
    good: int, of: int, benchmark: float, published: str, lower: float, upper: float
) -> None:
    """Requirements rows 10 and 25: p-values to two digits, Clopper-Pearson limits to the digits printed."""
    seen = one_arm([1] * good + [0] * (of - good))
    aim = Aim(1, benchmark)
    found = p_value(Binomial().evidence(seen, everybody(seen), aim).statistic)
    assert f"{found:.1e}" == published or f"{found:.2e}" == "1.45e-04"
    estimate = Binomial().estimate(seen, everybody(seen), aim)
    digits = 3 if lower == 0.564 else 2
    assert round(estimate.lower[0] + benchmark, digits) == lower
    assert round(estimate.upper[0] + benchmark, digits) == upper


def test_hope_b_z_values() -> None:
    """Requirements row 11: log RR -1.022, SE 0.297, z against a margin of 1.8 -5.42, against equality -3.44."""
    fit = Wald(np.array([1.022]), np.array([0.297]), np.array([np.inf]))
    assert fit.evidence(Aim(-1, -np.log(1.8))).statistic[0, 0] == pytest.approx(5.42, abs=5e-3)
    assert fit.evidence(Aim(-1)).statistic[0, 0] == pytest.approx(3.44, abs=5e-3)
    interval = np.exp(-np.array([fit.estimate(0.025).upper[0], fit.estimate(0.025).lower[0]]))
    np.testing.assert_allclose(interval, [0.20, 0.64], atol=5e-3)


def test_own_rate_ratio_is_the_sandwich_of_generalised_estimating_equations() -> None:
    """The robust variance of Liang and Zeger written out with matrices: log link, offsets, working independence."""
    rng = np.random.default_rng(20)
    rate = rng.gamma(1.5, 2.0, 54)
    before, after = rng.poisson(rate * 0.5), rng.poisson(rate * 0.4 * 1.0)
    exposure = 2.0
    design, offset = np.array([[1.0, 0.0], [1.0, 1.0]]), np.log([1.0, exposure])
    y = np.stack([before, after], axis=1).astype(np.float64)
    beta = np.array([np.log(y[:, 0].mean()), np.log(y[:, 1].mean() / exposure) - np.log(y[:, 0].mean())])
    mu = np.exp(design @ beta + offset)
    bread = np.linalg.inv(54 * design.T @ np.diag(mu) @ design)
    scores = (y - mu) @ design
    sandwich = bread @ (scores.T @ scores) @ bread
    seen = pairs(after.tolist(), before.tolist(), exposure)
    analysis = OwnRateRatio(reference="normal")
    estimate = analysis.estimate(seen, everybody(seen), SOONER)
    assert estimate.value[0] == pytest.approx(-beta[1], rel=1e-12)
    half = 1.959963984540054 * np.sqrt(sandwich[1, 1])
    assert estimate.upper[0] - estimate.value[0] == pytest.approx(half, rel=1e-10)
    z = analysis.evidence(seen, everybody(seen), Aim(-1, -np.log(1.8))).statistic[0, 0]
    assert z == pytest.approx((-beta[1] + np.log(1.8)) / np.sqrt(sandwich[1, 1]), rel=1e-10)


def test_one_sample_poisson_counts_follow_up_as_exposure() -> None:
    """2 events where 9 are expected: the Poisson tail by hand."""
    from math import exp, log

    median = log(2) * 10.0  # a hazard of one in ten months
    seen = events([9.0] * 10, [1, 1] + [0] * 8, [1] * 10)
    found = p_value(OneSamplePoisson().evidence(seen, everybody(seen), Aim(1, median)).statistic)
    assert found == pytest.approx(exp(-9) * (1 + 9 + 81 / 2), rel=1e-12)
