"""Bayesian analyses of means, rates and hazards: what they are without a prior, with one, and with nobody."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammainc, ndtr

from handful.analyses.base import Aim
from handful.analyses.logrank import LogRank
from handful.analyses.one_mean import OneSampleT
from handful.analyses.one_sample_logrank import OneSamplePoisson
from handful.analyses.posterior_hazards import PosteriorHazardAgainstBenchmark, PosteriorHazardRatio
from handful.analyses.posterior_means import (
    NormalPrior,
    PosteriorMeanAgainstBenchmark,
    PosteriorMeanDifference,
)
from handful.analyses.posterior_rates import PosteriorRateAgainstBenchmark, PosteriorRateRatio
from handful.analyses.two_means import TTest, ZTest
from handful.spec.messages import SpecError
from handful.spec.validation import validate
from tests.unit.analyses.seen import events, everybody, one_arm, two_arms

CONTROL, TREATED = [3.1, 2.0, 4.4, 0.7, 2.9], [5.2, 4.1, 6.6, 3.0, 4.8, 7.7]
PRIOR = NormalPrior(mean=3.0, participants=4.0, sd=2.0, degrees=3.0)
DRAWS = 400_000


def told(analysis, seen, aim=None, month=0.0):
    asked = aim or Aim()
    cut = everybody(seen, month)
    estimate = analysis.estimate(seen, cut, asked)
    return (
        float(analysis.evidence(seen, cut, asked).statistic[0, 0]),
        float(estimate.value[0]),
        float(estimate.lower[0]),
        float(estimate.upper[0]),
    )


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("bayesian", "classical"),
    [
        (PosteriorMeanDifference(variances="equal"), TTest(variances="equal")),
        (PosteriorMeanDifference(sd=1.7), ZTest(sd=1.7)),
    ],
)
def test_reference_prior_has_the_numbers_of_the_test(bayesian, classical, sign):
    seen, aim = two_arms(CONTROL, TREATED), Aim(sign, 0.5)
    ours, theirs = told(bayesian, seen, aim), told(classical, seen, aim)
    assert ours == pytest.approx((ndtr(theirs[0]), *theirs[1:]), rel=1e-12)


def test_one_arm_with_the_reference_prior_is_the_t_test():
    seen, aim = one_arm(TREATED), Aim(1, 4.0)
    theirs = told(OneSampleT(), seen, aim)
    ours = told(PosteriorMeanAgainstBenchmark(), seen, aim)
    assert ours == pytest.approx((ndtr(theirs[0]), *theirs[1:]), rel=1e-12)


def test_own_variances_are_more_careful_than_welchs():
    seen = two_arms(CONTROL, TREATED)
    ours, theirs = told(PosteriorMeanDifference(), seen), told(TTest(), seen)
    assert 0.5 < ours[0] < ndtr(theirs[0])
    assert ours[2] < theirs[2] < theirs[3] < ours[3]


@pytest.mark.parametrize("variances", ["unequal", "equal"])
def test_difference_of_means_beside_draws_from_the_posterior(variances):
    analysis = PosteriorMeanDifference(variances=variances, prior_treated=PRIOR)
    probability, value, lower, upper = told(analysis, two_arms(CONTROL, TREATED), Aim(1, 1.0))
    rng = np.random.default_rng(11)
    t, c = np.array(TREATED), np.array(CONTROL)
    squares_t = np.square(t - t.mean()).sum() + 4 * 6 / 10 * (t.mean() - 3) ** 2 + 3 * 2.0**2
    squares_c = np.square(c - c.mean()).sum()
    if variances == "equal":
        variance_t = variance_c = (squares_t + squares_c) / rng.chisquare(9 + 4, DRAWS)
    else:
        variance_t, variance_c = squares_t / rng.chisquare(9, DRAWS), squares_c / rng.chisquare(4, DRAWS)
    difference = rng.normal((12 + 6 * t.mean()) / 10, np.sqrt(variance_t / 10))
    difference = difference - rng.normal(c.mean(), np.sqrt(variance_c / 5))
    # A share of draws is within 4 standard errors of its probability.
    for place, expected in ((1.0, 1 - probability), (value, 0.5), (lower, 0.025), (upper, 0.975)):
        share = (difference <= place).mean()
        assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / DRAWS))


def test_a_prior_speaks_for_an_empty_arm():
    seen = two_arms(CONTROL, [])
    assert told(PosteriorMeanDifference(), seen)[0] == 0.5
    probability, value, lower, upper = told(PosteriorMeanDifference(prior_treated=PRIOR), seen)
    assert value == pytest.approx(3.0 - np.mean(CONTROL))
    assert 0.5 < probability < 0.9
    assert np.isfinite([lower, upper]).all()


def test_one_outcome_an_arm_cannot_be_judged_without_a_prior():
    seen = two_arms([1.0], [3.0])
    assert told(PosteriorMeanDifference(), seen) == (0.5, 2.0, -np.inf, np.inf)
    assert told(PosteriorMeanDifference(sd=1.0), seen)[0] == pytest.approx(ndtr(2 / np.sqrt(2)))


def test_rates_beside_draws_from_the_posterior():
    seen = two_arms([5, 4, 0, 7], [1, 2, 0, 3, 1])
    analysis = PosteriorRateRatio(prior_treated=(2.0, 1.5))
    probability, value, lower, upper = told(analysis, seen, Aim(-1, 0.2))
    rng = np.random.default_rng(12)
    benefit = np.log(rng.gamma(16.5, 1 / 4.0, DRAWS)) - np.log(rng.gamma(9.0, 1 / 6.5, DRAWS))
    for place, expected in ((0.2, 1 - probability), (value, 0.5), (lower, 0.025), (upper, 0.975)):
        share = (benefit <= place).mean()
        assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / DRAWS))


def test_one_rate_is_a_gamma_probability():
    seen = one_arm([1, 0, 2, 1])
    probability, value, _, _ = told(PosteriorRateAgainstBenchmark(prior=(1.0, 0.5)), seen, Aim(-1, 2.0))
    assert probability == pytest.approx(gammainc(5.0, 2.0 * 4.5), rel=1e-14)
    assert gammainc(5.0, 2.0 * np.exp(-value) * 4.5) == pytest.approx(0.5)


def test_no_event_is_an_estimate_under_jeffreys_prior():
    probability, value, lower, upper = told(PosteriorRateRatio(), two_arms([0, 0], [0, 0, 0]), Aim(-1))
    assert probability == pytest.approx(0.5, abs=0.15)
    assert np.isfinite([value, lower, upper]).all()


@pytest.mark.parametrize("sign", [1, -1])
def test_flat_hazard_ratio_is_the_log_rank_test(sign):
    seen = events([2, 5, 6, 9, 11, 12, 3, 8], [1, 1, 0, 1, 1, 0, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1])
    ours, theirs = told(PosteriorHazardRatio(), seen, Aim(sign), 99.0), told(LogRank(), seen, Aim(sign), 99.0)
    assert ours[0] == pytest.approx(ndtr(theirs[0]), rel=1e-12)
    assert np.sign(ours[1]) == np.sign(theirs[1])


def test_a_sceptical_prior_draws_towards_no_effect():
    seen = events([2, 5, 6, 9, 11, 12, 3, 8], [1, 1, 0, 1, 1, 0, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1])
    flat = told(PosteriorHazardRatio(), seen, month=99.0)
    sceptical = told(PosteriorHazardRatio(prior_events=30.0), seen, month=99.0)
    assert 0.5 < sceptical[0] < flat[0]
    assert 0 < sceptical[1] < flat[1]
    assert sceptical[3] - sceptical[2] < flat[3] - flat[2]


def test_prior_hazard_ratio_is_told_before_any_event():
    seen = events([5, 6], [0, 0], [0, 1])
    probability, value, _, _ = told(
        PosteriorHazardRatio(prior_ratio=0.5, prior_events=16.0), seen, month=99.0
    )
    assert value == pytest.approx(np.log(2))
    assert probability == pytest.approx(ndtr(np.log(2) * 2))


def test_hazard_against_a_benchmark_is_a_gamma_probability():
    seen = events([4.0, 10.0, 7.0], [1, 0, 1], [1, 1, 1])
    aim = Aim(1, 8.0)
    expected = np.log(2) / 8.0 * 21.0
    tally = OneSamplePoisson().tally(seen, everybody(seen, 99.0), aim)
    assert (tally.seen[0], tally.expected[0]) == pytest.approx((2.0, expected))
    analysis = PosteriorHazardAgainstBenchmark(prior=(1.5, 2.0))
    assert told(analysis, seen, aim, 99.0)[0] == pytest.approx(gammainc(3.5, 2.0 + expected), rel=1e-13)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"mean": 1, "participants": 3, "degrees": 4}, "standard deviation together with"),
        ({"mean": 1, "participants": 3, "sd": 4}, "standard deviation together with"),
        ({"mean": 1, "participants": 3, "sd": 4, "degrees": 0.5}, "at least 1 degree"),
        ({"mean": 1, "participants": 0}, "above 0"),
    ],
)
def test_what_is_no_prior_is_said(written, message):
    with pytest.raises(SpecError, match=message):
        validate(NormalPrior, written)


@pytest.mark.parametrize("analysis", [PosteriorMeanDifference(), PosteriorMeanDifference(variances="equal")])
def test_without_a_prior_the_process_is_that_of_the_difference(analysis):
    variance = {"control": 4.0, "treated": 9.0}
    process = analysis.process([(10, 10), (20, 20)], Aim(1, 0.5), 2.0, variance)
    assert process.information == pytest.approx((10 / 13, 20 / 13))
    assert process.effect == 1.5


def test_with_a_prior_or_another_spread_there_is_no_process():
    variance = {"control": 4.0, "treated": 4.0}
    for analysis in (PosteriorMeanDifference(prior_control=PRIOR), PosteriorMeanDifference(sd=1.9)):
        assert analysis.process([(10, 10)], Aim(), 1.0, variance) is None
    assert PosteriorMeanDifference(sd=2.0).process([(10, 10)], Aim(), 1.0, variance) is not None
    assert PosteriorHazardRatio(prior_events=3.0).process([(10, 10)], Aim(), 1.0, {}) is None
    assert PosteriorHazardRatio().process([(10, 10)], Aim(), 1.0, {}).information == (5.0,)
