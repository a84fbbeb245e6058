"""Means of one and two arms: t, z, permutation, and what a z-value stands for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from handful.analyses.base import Aim
from handful.analyses.one_mean import OneSampleT
from handful.analyses.permutation import TwoSamplePermutation
from handful.analyses.two_means import TTest, ZTest
from handful.analyses.wald import Wald, as_z
from tests.unit.analyses.seen import everybody, one_arm, two_arms

CONTROL, TREATED = [3.1, 2.0, 4.4, 0.7, 2.9], [5.2, 4.1, 6.6, 3.0, 4.8, 7.7]


def p(z: float) -> float:
    return float(ndtr(-z))


@pytest.mark.parametrize(("variances", "equal"), [("equal", True), ("unequal", False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_two_arm_t_is_scipys(variances: str, equal: bool, sign: int) -> None:
    seen, analysis = two_arms(CONTROL, TREATED), TTest(variances=variances)
    expected = stats.ttest_ind(TREATED, CONTROL, equal_var=equal)
    found = analysis.evidence(seen, everybody(seen), Aim(sign)).statistic[0, 0]
    side = "greater" if sign > 0 else "less"
    assert p(found) == pytest.approx(
        stats.ttest_ind(TREATED, CONTROL, equal_var=equal, alternative=side).pvalue, rel=1e-9
    )
    estimate = analysis.estimate(seen, everybody(seen), Aim(sign))
    limits = expected.confidence_interval(0.95)
    ends = (limits.low, limits.high) if sign > 0 else (-limits.high, -limits.low)
    np.testing.assert_allclose([estimate.lower[0], estimate.upper[0]], ends, rtol=1e-9)


def test_margin_moves_the_null() -> None:
    seen = two_arms(CONTROL, TREATED)
    shifted = two_arms(CONTROL, [x + 1.5 for x in TREATED])
    for analysis in (TTest(), ZTest(sd=1.3), TwoSamplePermutation()):
        ours = analysis.evidence(seen, everybody(seen), Aim(1, -1.5)).statistic
        np.testing.assert_allclose(
            ours, analysis.evidence(shifted, everybody(seen), Aim()).statistic, rtol=1e-9
        )


@pytest.mark.parametrize("sign", [1, -1])
def test_one_sample_t_is_scipys(sign: int) -> None:
    seen = one_arm(CONTROL)
    side = "greater" if sign > 0 else "less"
    expected = stats.ttest_1samp(CONTROL, 2.0, alternative=side).pvalue
    found = OneSampleT().evidence(seen, everybody(seen), Aim(sign, 2.0)).statistic[0, 0]
    assert p(found) == pytest.approx(expected, rel=1e-9)
    estimate = OneSampleT().estimate(seen, everybody(seen), Aim(sign, 2.0))
    assert estimate.value[0] == pytest.approx(sign * (np.mean(CONTROL) - 2.0))


def test_z_test_knows_its_error() -> None:
    seen = two_arms(CONTROL, TREATED)
    z = ZTest(sd=2.0).evidence(seen, everybody(seen), Aim()).statistic[0, 0]
    assert z == pytest.approx((np.mean(TREATED) - np.mean(CONTROL)) / (2 * np.sqrt(1 / 5 + 1 / 6)))
    assert ZTest(sd=2.0).process([(5, 5)], Aim(), 1.0, {"control": 4.0, "treated": 4.0}) is not None
    assert ZTest(sd=2.0).process([(5, 5)], Aim(), 1.0, {"control": 4.0, "treated": 5.0}) is None


@pytest.mark.parametrize(
    ("control", "treated"), [([], [1.0, 2.0]), ([1.0], [5.0]), ([0.1 + 0.2] * 3, [0.7] * 4), ([1.0, 1.0], [])]
)
def test_no_spread_or_no_arm_is_no_evidence(control: list[float], treated: list[float]) -> None:
    seen = two_arms(control, treated)
    for variances in ("equal", "unequal"):
        analysis = TTest(variances=variances)
        assert analysis.evidence(seen, everybody(seen), Aim()).statistic[0, 0] == 0
        estimate = analysis.estimate(seen, everybody(seen), Aim())
        if control and treated:
            assert (estimate.lower[0], estimate.upper[0]) == (-np.inf, np.inf)
        else:
            assert np.isnan(estimate.value[0])


def test_equal_outcomes_off_the_benchmark_are_no_evidence() -> None:
    seen = one_arm([50.1] * 6)
    assert OneSampleT().evidence(seen, everybody(seen), Aim(1, 50.0)).statistic[0, 0] == 0


def test_permutation_counts_all_allocations() -> None:
    """scipy's exact permutation test of the difference in means."""
    seen = two_arms(CONTROL, TREATED)
    expected = stats.permutation_test(
        (TREATED, CONTROL), lambda x, y: np.mean(x) - np.mean(y), alternative="greater", n_resamples=np.inf
    ).pvalue
    assert -TwoSamplePermutation().evidence(seen, everybody(seen), Aim()).statistic[0, 0] == pytest.approx(
        expected
    )


def test_z_of_a_t_keeps_its_p_value_far_into_the_tail() -> None:
    t, degrees = np.array([2.5, 30.0, -4.0, 0.0, 1e9]), np.array([5.0, 12.0, 3.0, 8.0, 400.0])
    z = as_z(t, degrees)
    np.testing.assert_allclose(ndtr(-z[:4]), stats.t.sf(t[:4], degrees[:4]), rtol=1e-10)
    assert z[4] == 38
    assert as_z(np.array([1.7]), np.array([np.inf])).tolist() == [1.7]


def test_group_sequential_z_bounds_hold_on_the_p_value_scale() -> None:
    """One-sample t, looks at 10 and 20 at O'Brien-Fleming bounds: 0.0364 with raw t (peers' error), 0.0254 here."""
    rng = np.random.default_rng(8)
    trials, bounds = 100_000, np.array([2.796511, 1.977432])
    data = rng.normal(size=(trials, 20))
    z, raw = [], []
    for n in (10, 20):
        mean, error = data[:, :n].mean(axis=1), data[:, :n].std(axis=1, ddof=1) / np.sqrt(n)
        fit = Wald(mean, error, np.full(trials, n - 1.0))
        z.append(fit.evidence(Aim()).statistic[:, 0])
        raw.append(mean / error)
    error = np.sqrt(0.025 * 0.975 / trials)
    assert ((np.array(z) >= bounds[:, None]).any(axis=0)).mean() == pytest.approx(0.0254, abs=4 * error)
    assert ((np.array(raw) >= bounds[:, None]).any(axis=0)).mean() == pytest.approx(0.0364, abs=5 * error)
