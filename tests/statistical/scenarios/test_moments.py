"""Simulated moments beside closed forms, within 4 standard errors derived from the number of independent draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from handful.participants.potential import Exposure
from tests.unit.scenarios.people import ENDPOINTS, FULL, draw, plain, scenario

TREATED, UNTREATED, BESIDE = Exposure.TREATED, Exposure.UNTREATED, Exposure.BESIDE


def assert_mean(values, expected):
    """The mean of independent values is `expected` within 4 standard errors."""
    values = np.ravel(values)
    error = values.std(ddof=1) / math.sqrt(values.size)
    assert abs(values.mean() - expected) < 4 * error, (values.mean(), expected, error)


def assert_variance(values, expected):
    """The variance of independent values is `expected` within 4 standard errors (from the fourth moment)."""
    values = np.ravel(values)
    assert_mean((values - values.mean()) ** 2 * values.size / (values.size - 1), expected)


def assert_correlation(one, other, expected, mean, variance):
    """The correlation, given the known mean and variance, is `expected` within 4 standard errors."""
    assert_mean((one - mean) * (other - mean) / variance, expected)


@pytest.mark.parametrize("exposure", list(Exposure))
def test_binary_share_with_drift_learning_factors_and_contamination(exposure):
    what = scenario("binary")
    shares = {UNTREATED: 0.33, TREATED: 0.63, BESIDE: 0.405}
    assert what.share(exposure) == pytest.approx(shares[exposure], abs=1e-12)
    assert_mean(draw(what).outcome(exposure, 1), shares[exposure])


def test_binary_share_stops_at_0_and_1():
    what = plain("binary", untreated=0.9, effect=0.05, drift=0.2)
    assert what.benefit(ENDPOINTS["binary"]) == 0
    assert draw(what, 10).outcome(UNTREATED).all()


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.8, 1.0])
def test_binary_intraclass_correlation_is_exact(correlation):
    people = draw(plain("binary", untreated=0.2, effect=0, correlation=correlation))
    assert_correlation(people.outcome(UNTREATED, 0), people.outcome(UNTREATED, 3), correlation, 0.2, 0.16)


def test_binary_pair_chances():
    what = scenario("binary", product={"manufacturing failure": 0.1})
    chances = what.chances(
        ENDPOINTS["binary"].replace(estimand={"intercurrent": {"not dosed": "treatment policy"}})
    )
    people = draw(what)
    made = people.manufactured
    treated = np.where(made, people.outcome(TREATED, 0), people.outcome(UNTREATED, 0))
    control = np.where(made, people.outcome(BESIDE, 1), people.outcome(UNTREATED, 1))
    assert_mean(treated * (1 - control), chances["treated only"])
    assert_mean(control * (1 - treated), chances["control only"])
    assert_mean(treated, chances["treated"])


def test_continuous_moments_without_a_baseline():
    what = plain(
        "continuous",
        untreated={"mean": -0.5, "sd": 6, "correlation": 0.6},
        effect=8,
        effect_sd=4,
        contamination=0.5,
    )
    people, variance = draw(what), what.variance(ENDPOINTS["continuous"])
    untreated, treated = people.outcome(UNTREATED), people.outcome(TREATED)
    assert_mean(untreated, -0.5)
    assert_mean(treated, 7.5)
    assert_variance(untreated, variance["control"])
    assert_variance(treated, variance["treated"])
    assert_variance(treated - people.outcome(BESIDE, 1), variance["pair"])
    assert_correlation(untreated, people.outcome(UNTREATED, 1), 0.6, -0.5, 36.0)


@pytest.mark.parametrize("visits", [1, 3])
def test_measurement_error_leaves_the_stated_spread_and_correlation(visits):
    baseline = {"mean": 50, "sd": 8, "within sd": 3, "visits": visits}
    what = plain(
        "continuous", untreated={"mean": 1, "sd": 6, "correlation": 0.4}, effect=0, baseline=baseline
    )
    people = draw(what)
    change = people.outcome(UNTREATED)
    assert_variance(change, 36.0)
    assert_correlation(change, people.outcome(UNTREATED, 1), 0.4, 1.0, 36.0)
    assert_mean(people.before(0), 50)
    assert_variance(people.before(0), 64 + 9 / visits)


@pytest.mark.parametrize("entry", [{"at least": 56}, {"at most": 40}])
@pytest.mark.parametrize("visits", [1, 2])
def test_regression_to_the_mean_of_a_measurement_equals_its_closed_form(entry, visits):
    baseline = {"mean": 50, "sd": 8, "within sd": 5, "visits": visits, "entry": entry}
    what = plain("continuous", untreated={"sd": 8}, effect=0, baseline=baseline)
    endpoint = ENDPOINTS["continuous"]
    people = draw(what)
    assert_mean(people.outcome(UNTREATED), what.regression_to_the_mean(endpoint))
    assert_variance(people.outcome(UNTREATED), what.variance(endpoint)["control"])
    assert_variance(people.outcome(TREATED, 0) - people.outcome(BESIDE, 1), what.variance(endpoint)["pair"])


def test_everything_about_a_measurement_at_once():
    what, endpoint = scenario("continuous"), ENDPOINTS["continuous"]
    people, variance = draw(what), what.variance(ENDPOINTS["continuous"])
    untreated = people.outcome(UNTREATED)
    assert_mean(untreated, -2 + 0.03 + what.regression_to_the_mean(endpoint))
    assert_variance(untreated, variance["control"])
    assert_variance(people.outcome(TREATED), variance["treated"])
    assert_mean(people.outcome(TREATED) - untreated, what.benefit(endpoint))


def test_count_moments():
    what, endpoint = plain("count", untreated=4.2, rate_ratio=0.36, dispersion=0.8), ENDPOINTS["count"]
    people = draw(what)
    before, untreated, treated = people.before(12), people.outcome(UNTREATED), people.outcome(TREATED)
    for events, mean in ((before, 4.2), (untreated, 4.2), (treated, 4.2 * 0.36)):
        assert_mean(events, mean)
        assert_variance(events, mean + 0.8 * mean**2)
        assert what.variance(endpoint)["treated"] == pytest.approx((1.512 + 0.8 * 1.512**2) / 1.512**2)
    # A shared frailty: the covariance of two counts of a person is dispersion x the product of the means.
    assert_mean((before - 4.2) * (treated - 1.512), 0.8 * 4.2 * 1.512)
    assert_mean((untreated - 4.2) * (people.outcome(UNTREATED, 1) - 4.2), 0.8 * 4.2**2)


@pytest.mark.parametrize("dispersion", [0.0, 0.7])
def test_truncated_counts_and_regression_to_the_mean_of_a_rate(dispersion):
    what = scenario("count", dispersion=dispersion, drift=0, learning=0)
    endpoint = ENDPOINTS["count"]
    people = draw(what)
    qualifying, after = people.before(12), people.outcome(UNTREATED)
    assert qualifying.min() == 3
    mean_before = sum(share * past.moments_from(3)[0] for share, past in what._pasts())
    mean_after = mean_before * math.exp(-what.regression_to_the_mean(endpoint))
    assert what.regression_to_the_mean(endpoint) > 0
    assert_mean(qualifying, mean_before)
    assert_mean(after, mean_after)
    assert_variance(after, what.variance(endpoint)["control"] * mean_after**2)
    assert_mean(people.before(6), mean_after / 2)


def test_the_counts_of_the_pair_vary_only_by_chance_within_a_person():
    what = plain("count", untreated=6, rate_ratio=0.5, dispersion=1, contamination=0.5)
    people, pair = draw(what), what.variance(ENDPOINTS["count"])["pair"]
    treated, beside = people.outcome(TREATED, 0), people.outcome(BESIDE, 1)
    means = 3.0, 6 * 0.5**0.5
    assert_variance(treated / means[0] - beside / means[1], pair)


@pytest.mark.parametrize("exposure", list(Exposure))
def test_times_follow_the_closed_form_survival(exposure):
    what, endpoint = scenario("time to event"), ENDPOINTS["time to event"]
    times = draw(what).outcome(exposure)
    for month in (1.0, 3.0, 5.0, 8.0, 30.0, 200.0):
        assert_mean(times > month, float(what.survival(exposure, month, endpoint)))


def test_the_average_hazard_ratio_is_the_odds_of_being_first():
    what = scenario("time to event", factors=[], correlation=0)
    endpoint = ENDPOINTS["time to event"]
    people = draw(what)
    treated, untreated = people.outcome(TREATED, 0), people.outcome(UNTREATED, 1)
    first = np.minimum(treated, untreated) <= endpoint.known_after
    assert_mean(first & (treated < untreated), what._first(TREATED, UNTREATED, endpoint))
    assert_mean(first & (untreated < treated), what._first(UNTREATED, TREATED, endpoint))


@pytest.mark.parametrize("exposure", list(Exposure))
@pytest.mark.parametrize("change", [{}, {"odds ratio": None, "treated": [0.1, 0.3, 0.6]}])
def test_categories_have_the_closed_form_probabilities(exposure, change):
    what, endpoint = scenario("ordinal", **change), ENDPOINTS["ordinal"]
    ranks = draw(what).outcome(exposure, 1)
    for rank, probability in enumerate(what.probabilities(exposure, endpoint)):
        assert_mean(ranks == rank, probability)


def test_ordinal_benefit_is_wins_less_losses():
    what, endpoint = scenario("ordinal", correlation=0), ENDPOINTS["ordinal"]
    treated = draw(what).outcome(TREATED)
    untreated = draw(what, first=5000).outcome(UNTREATED)
    assert_mean(np.sign(treated - untreated), what.benefit(endpoint))
    lower = endpoint.replace(better="lower")
    mirrored = what.replace(drift=-what.drift, learning=-what.learning)
    assert mirrored.benefit(lower) == pytest.approx(-what.benefit(endpoint))


def test_ordinal_variance_is_that_of_the_estimate():
    what, endpoint = plain("ordinal", untreated=[0.4, 0.4, 0.2], odds_ratio=3), ENDPOINTS["ordinal"]
    treated = draw(what, 4000, 20).outcome(TREATED)
    untreated = draw(what, 4000, 20, first=5000).outcome(UNTREATED)
    estimate = np.sign(treated[:, :, None] - untreated[:, None, :]).mean(axis=(1, 2))
    variance = what.variance(endpoint)
    # The projection leaves out a term of order 1/n^2, which is at most 1/n^2 = 1/400 here.
    projected = (variance["control"] + variance["treated"]) / 20
    assert estimate.var() == pytest.approx(projected, abs=1 / 400 + 4 * projected * math.sqrt(2 / 4000))


@pytest.mark.parametrize("kind", ["time to event", "ordinal"])
def test_units_share_their_draw_with_the_stated_chance(kind):
    fields = FULL[kind] | {"factors": []}
    people = draw(plain(kind, **fields))
    same = people.unit_uniforms(0, 0.4) == people.unit_uniforms(1, 0.4)
    assert_mean(same, 0.4)


def test_factors_have_their_shares_and_effects():
    people = draw(scenario("continuous"))
    has = people.factors()[:, :, 0] == 1
    assert_mean(has, 0.3)
    change = people.outcome(UNTREATED)
    error = math.sqrt(change[has].var() / has.sum() + change[~has].var() / (~has).sum())
    assert abs(change[has].mean() - change[~has].mean() - 3) < 4 * error
