"""Sample sizes and t-test power against integration, optimisation and simple arithmetic."""

from __future__ import annotations

from itertools import pairwise
from math import log
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, ndtr, stdtrit

from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.sample_size import FixedTest, drift_with, group_sequential_size, whole_participants
from handful.stats.sample_size_counts import CountTrial, count_rate_ratio
from handful.stats.sample_size_means import StudentTest, one_mean_z, two_means_z
from handful.stats.sample_size_rates import odds_ratio, one_rate, rate_difference, rate_ratio
from handful.stats.sample_size_survival import PiecewiseExponential, SurvivalTrial, log_rank_events
from handful.stats.student import one_sample_t_power, two_sample_t_power


def integrated_power(degrees: float, noncentrality: float, alpha: float) -> float:
    """P(T > critical), by integrating the normal over the distribution of the standard deviation."""
    critical = stdtrit(degrees, 1 - alpha)

    def integrand(s: float) -> float:
        constant = log(2) + 0.5 * degrees * log(0.5 * degrees) - gammaln(0.5 * degrees)
        density = np.exp(constant + (degrees - 1) * log(s) - 0.5 * degrees * s * s)
        return float(density * ndtr(noncentrality - critical * s))

    return float(quad(integrand, 1e-300, 1.0, epsabs=1e-13)[0] + quad(integrand, 1.0, 12.0, epsabs=1e-13)[0])


@pytest.mark.parametrize("n", [3, 5.5, 12, 40])
@pytest.mark.parametrize("effect", [-0.5, 0.0, 0.4, 1.5])
def test_t_power_equals_a_numerical_integral(n: float, effect: float) -> None:
    expected = integrated_power(n - 1, effect * np.sqrt(n), 0.025)
    assert one_sample_t_power(n, effect) == pytest.approx(expected, abs=1e-10)
    treated, controls = 2 * n, n
    noncentrality = effect * np.sqrt(treated * controls / (treated + controls))
    expected = integrated_power(treated + controls - 2, noncentrality, 0.025)
    assert two_sample_t_power(treated, controls, effect) == pytest.approx(expected, abs=1e-10)


def test_two_sided_t_power_counts_both_tails_and_is_alpha_without_effect() -> None:
    assert one_sample_t_power(9, 0.0, alpha=0.05, sided=2) == pytest.approx(0.05, abs=1e-12)
    both = one_sample_t_power(9, 0.3, alpha=0.05, sided=2)
    one_by_one = one_sample_t_power(9, [0.3, -0.3], alpha=0.025).sum()
    assert both == pytest.approx(one_by_one, abs=1e-13)


def test_t_power_of_simulated_trials_within_four_standard_errors() -> None:
    trials = 100_000
    data = np.random.default_rng(7).normal(0.9, 1.0, (trials, 10))
    t = data.mean(axis=1) / (data.std(axis=1, ddof=1) / np.sqrt(10))
    power = float(one_sample_t_power(10, 0.9))
    simulated = np.mean(t > stdtrit(9, 0.975))
    assert abs(simulated - power) < 4 * np.sqrt(power * (1 - power) / trials)


TESTS = [
    one_mean_z(0.5, 1.2),
    two_means_z(0.5, 1.0, control_deviation=2.0, allocation_ratio=3.0),
    StudentTest(2.5, groups=1),
    StudentTest(0.3, allocation_ratio=2.0),
    one_rate(0.5, 0.2),
    rate_difference(0.4, 0.45, margin=-0.2, allocation_ratio=2.0),
    rate_ratio(0.4, 0.45, null_ratio=0.6),
    odds_ratio(0.4, 0.45, null_ratio=0.5),
    log_rank_events(0.6, allocation_ratio=2.0),
    count_rate_ratio(0.5, 1.0, exposure=2.0, overdispersion=0.7),
]


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("sided", [1, 2])
def test_a_size_has_its_power(test: FixedTest, sided: Any) -> None:
    n = test.size(alpha=0.05, power=0.83, sided=sided)
    assert test.power(n, alpha=0.05, sided=sided) == pytest.approx(0.83, abs=1e-10)
    design = group_sequential_boundaries([0.4, 1.0], alpha=0.05, power=0.83, sided=sided)
    size = group_sequential_size(n, design)
    assert size.looks == pytest.approx((0.4 * size.maximum, n * design.inflation))
    assert size.expected <= size.maximum
    # With the size of the fixed design, the drift is the fixed design's.
    assert drift_with(test, n, design) == pytest.approx(design.fixed_drift, abs=1e-9)


def test_tests_refuse_what_no_trial_can_be() -> None:
    for build in (
        lambda: one_mean_z(0.0, 1.0).size(),
        lambda: one_mean_z(1.0, 0.0),
        lambda: StudentTest(0.0).size(),
        lambda: StudentTest(1.0, groups=3),
        lambda: one_sample_t_power(1, 0.5),
        lambda: one_sample_t_power(5, 0.5, alpha=2.0),
        lambda: rate_difference(1.0, 0.5),
        lambda: rate_difference(0.5, 0.5, margin=1.0),
        lambda: rate_difference(0.5, 0.5, allocation_ratio=0.0),
        lambda: rate_ratio(0.5, 0.4, null_ratio=0.0),
        lambda: odds_ratio(0.5, 0.4, null_ratio=-1.0),
        lambda: log_rank_events(0.0),
        lambda: PiecewiseExponential((0.1, 0.2), (0.0,)),
        lambda: PiecewiseExponential((-0.1,)),
        lambda: count_rate_ratio(0.0, 1.0, exposure=1.0),
        lambda: count_rate_ratio(0.5, 1.0, exposure=0.0),
        lambda: CountTrial(0.5, 1.0, 0.0, 0.0, 0.0),
        lambda: one_mean_z(1.0, 1.0).size(alpha=0.7),
        lambda: group_sequential_size(0.0, group_sequential_boundaries([1.0])),
    ):
        with pytest.raises(ValueError, match=r".+"):
            build()


def likelihood(rate: float, control: float, rates: tuple[float, float], ratio: float) -> float:
    """Expected log-likelihood of two rates when the true ones are others."""
    if not (0 < rate < 1 and 0 < control < 1):
        return -np.inf
    true, true_control = rates
    treated = ratio * (true * np.log(rate) + (1 - true) * np.log(1 - rate))
    return float(treated + true_control * np.log(control) + (1 - true_control) * np.log(1 - control))


@pytest.mark.parametrize("rates", [(0.4, 0.45), (0.9, 0.2), (0.05, 0.3)])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 3.0])
def test_null_variances_are_those_of_the_most_likely_rates_under_the_null(
    rates: tuple[float, float], ratio: float
) -> None:
    def most_likely(partner: Any, low: float, high: float) -> tuple[float, float]:
        found = minimize_scalar(
            lambda p: -likelihood(partner(p), p, rates, ratio),
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-11},
        )
        return partner(found.x), found.x

    def variance(p1: float, p2: float, factor: float = 1.0) -> float:
        return (1 + ratio) * (p1 * (1 - p1) / ratio + factor**2 * p2 * (1 - p2))

    p1, p2 = most_likely(lambda p: p - 0.1, 0.1, 1.0)
    test = rate_difference(*rates, margin=-0.1, allocation_ratio=ratio)
    assert test.null_deviation**2 == pytest.approx(variance(p1, p2), rel=1e-6)

    p1, p2 = most_likely(lambda p: 0.7 * p, 0.0, 1.0)
    test = rate_ratio(*rates, null_ratio=0.7, allocation_ratio=ratio)
    assert test.null_deviation**2 == pytest.approx(variance(p1, p2, 0.7), rel=1e-6)

    p1, p2 = most_likely(lambda p: 0.7 * p / (1 - 0.3 * p), 0.0, 1.0)
    test = odds_ratio(*rates, null_ratio=0.7, allocation_ratio=ratio)
    expected = (1 + ratio) * (1 / (ratio * p1 * (1 - p1)) + 1 / (p2 * (1 - p2)))
    assert test.null_deviation**2 == pytest.approx(expected, rel=1e-6)


PIECEWISE = PiecewiseExponential((0.1, 0.0, 0.4), (0.0, 2.0, 3.5), dropout=0.05)


@pytest.mark.parametrize(
    "arm", [PIECEWISE, PiecewiseExponential((0.2, 0.0), (0.0, 1.0)), PiecewiseExponential((1e-9,))]
)
@pytest.mark.parametrize("time", [-1.0, 0.0, 0.7, 2.0, 3.0, 9.0])
def test_incidence_is_the_integral_of_hazard_times_survival(arm: PiecewiseExponential, time: float) -> None:
    def hazard(t: float) -> float:
        return arm.rates[int(np.searchsorted(arm.starts, t, side="right")) - 1]

    def staying(t: float) -> float:
        lengths = np.clip(t - np.array(arm.starts), 0.0, np.diff((*arm.starts, np.inf)))
        return float(np.exp(-lengths @ np.array(arm.rates) - arm.dropout * t))

    kinks = [start for start in arm.starts if 0.0 < start < time]

    def incidence(t: float) -> float:
        edges = [0.0, *(kink for kink in kinks if kink < t), t]
        return sum(quad(lambda u: hazard(u) * staying(u), a, b)[0] for a, b in pairwise(edges))

    expected = incidence(time) if time > 0.0 else 0.0
    assert arm.incidence(time) == pytest.approx(expected, rel=1e-9)
    integral = quad(incidence, 0.0, time, points=kinks or None)[0] if time > 0.0 else 0.0
    assert arm.incidence_integral(time) == pytest.approx(integral, rel=1e-8)


def test_time_and_events_are_each_other_s_inverse() -> None:
    trial = SurvivalTrial(
        PIECEWISE, PiecewiseExponential((0.3,)), (6.0, 10.0), enrolment_rates=(1.0, 3.0), allocation_ratio=2.0
    )
    assert trial.enrolled(6.0) == pytest.approx(6 / 18)
    assert trial.enrolled(99.0) == 1.0
    for events in (1.0, 20.0, 60.0):
        assert trial.events(90.0, trial.time_of(events, 90.0)) == pytest.approx(events, rel=1e-10)
    assert trial.participants(trial.events(90.0, 15.0), 15.0) == pytest.approx(90.0)
    with pytest.raises(ValueError, match="never expected"):
        trial.time_of(89.0, 90.0)
    with pytest.raises(ValueError, match="proportional"):
        trial.lachin_foulkes(20.0)


def test_events_of_simulated_participants_within_four_standard_errors() -> None:
    trial = SurvivalTrial(PiecewiseExponential((0.1,), dropout=0.02), PiecewiseExponential((0.2,)), (5.0,))
    generator, n = np.random.default_rng(3), 100_000
    follow_up = 8.0 - generator.uniform(0.0, 5.0, n)
    event, leaving = generator.exponential(10.0, n), generator.exponential(50.0, n)
    observed = np.mean((event < follow_up) & (event < leaving))
    expected = trial.event_probability(trial.treatment, 8.0)
    assert abs(observed - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_count_information_with_everyone_at_once_is_the_fixed_exposure_formula() -> None:
    trial = CountTrial(0.5, 1.0, overdispersion=0.7, enrolment=0.0, follow_up=2.0)
    test = count_rate_ratio(0.5, 1.0, exposure=2.0, overdispersion=0.7)
    assert trial.information((20, 20), 2.0) == pytest.approx(40 / test.deviation**2, rel=1e-12)
    assert trial.participants(trial.information((20, 20), 2.0) * 0.999) == (20, 20)
    assert trial.information((20, 20), 0.0) == 0.0
    with pytest.raises(ValueError, match="can reach"):
        trial.time_of(1e3, (20, 20))


def test_whole_participants_round_each_arm_up_but_not_rounding_errors() -> None:
    assert whole_participants(20.0) == (10, 10)
    assert whole_participants(20.0 + 1e-12) == (10, 10)
    assert whole_participants(20.1) == (11, 11)
    assert whole_participants(30.0, allocation_ratio=2.0) == (20, 10)
