"""Conjugate posteriors of means, rates and normal effects, against integrals of likelihood times prior."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.special import gammaln, stdtr

from handful.stats.gamma_poisson import (
    rate_above,
    rate_below,
    rate_quantile,
    ratio_above,
    ratio_below,
    ratio_quantile,
)
from handful.stats.normal_inverse_gamma import REFERENCE, NormalInverseGamma
from handful.stats.normal_posterior import FLAT, Normal, required_estimate, updated

OUTCOMES = np.array([2.1, 4.0, 3.3, 6.2, 1.4])
SQUARES = float(np.square(OUTCOMES - OUTCOMES.mean()).sum())


def test_posterior_of_a_mean_is_likelihood_times_prior():
    prior = NormalInverseGamma(mean=1.0, participants=2.5, sd=1.5, degrees=3.0)

    def joint(log_variance, mean):
        variance = np.exp(log_variance)
        # Normal around 1 with variance / 2.5, and 3 * 1.5**2 / variance a chi-square with 3 degrees of freedom.
        log = -1.5 * log_variance - 3 * 1.5**2 / (2 * variance)
        log += -0.5 * np.log(variance) - 2.5 * (mean - 1.0) ** 2 / (2 * variance)
        log += -2.5 * np.log(variance) - np.square(OUTCOMES - mean).sum() / (2 * variance)
        return np.exp(log)

    def above(value):
        return dblquad(joint, value, 30.0, -6.0, 9.0, epsabs=1e-12)[0]

    found = prior.updated(5, OUTCOMES.mean(), SQUARES)
    exact = above(2.0) / above(-30.0)
    assert stdtr(found.degrees, (found.mean - 2.0) / found.scale) == pytest.approx(exact, abs=1e-7)


def test_reference_prior_has_the_numbers_of_the_t_test():
    found = REFERENCE.updated(5, OUTCOMES.mean(), SQUARES)
    assert found.mean == pytest.approx(OUTCOMES.mean(), rel=1e-15)
    assert found.degrees == 4
    assert found.scale == pytest.approx(OUTCOMES.std(ddof=1) / np.sqrt(5), rel=1e-14)


def test_updating_twice_is_updating_once():
    prior = NormalInverseGamma(0.5, 2.0, 1.0, 4.0)
    half = prior.updated(2, OUTCOMES[:2].mean(), np.square(OUTCOMES[:2] - OUTCOMES[:2].mean()).sum())
    between = NormalInverseGamma(
        float(half.mean),
        float(half.participants),
        float(np.sqrt(half.squares / half.degrees)),
        float(half.degrees),
    )
    rest = OUTCOMES[2:]
    twice = between.updated(3, rest.mean(), np.square(rest - rest.mean()).sum())
    once = prior.updated(5, OUTCOMES.mean(), SQUARES)
    for ours, theirs in zip(twice, once, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-13)


def test_nothing_known_is_said_to_be_unknown():
    nobody = REFERENCE.updated(0, np.nan, 0.0)
    assert np.isnan(nobody.mean)
    assert (nobody.degrees, nobody.scale) == (0, 0)
    alone = REFERENCE.updated(1, 3.0, 0.0)
    assert (alone.mean, alone.degrees, alone.scale) == (3.0, 0, 0)
    believed = NormalInverseGamma(2.0, 4.0, 3.0, 5.0).updated(0, np.nan, np.nan)
    assert believed.mean == 2.0
    assert believed.scale == pytest.approx(1.5)


@pytest.mark.parametrize("prior", [(0, -1, 1, 1), (0, 1, -1, 1), (0, 1, 1, 0.5)])
def test_what_is_no_prior_of_a_mean_is_refused(prior):
    with pytest.raises(ValueError, match="prior"):
        NormalInverseGamma(*prior).updated(3, 1.0, 1.0)


def test_ratio_of_two_rates_is_the_integral():
    events1, exposure1, events2, exposure2 = 4.5, 11.0, 9.0, 8.0

    def density(rate):
        return np.exp(
            events2 * np.log(exposure2) + (events2 - 1) * np.log(rate) - exposure2 * rate - gammaln(events2)
        )

    exact = quad(lambda r: rate_below(0.6 * r, events1, exposure1) * density(r), 0, np.inf, epsabs=1e-13)[0]
    assert ratio_below(0.6, events1, exposure1, events2, exposure2) == pytest.approx(exact, abs=1e-10)


def test_both_sides_of_a_rate_and_of_a_ratio_add_up_to_one():
    grid = np.array([0.01, 0.5, 1.0, 3.0])
    assert rate_below(grid, 3.5, 4.0) + rate_above(grid, 3.5, 4.0) == pytest.approx(np.ones(4), abs=1e-15)
    sides = ratio_below(grid, 3.5, 4.0, 1.5, 2.0) + ratio_above(grid, 3.5, 4.0, 1.5, 2.0)
    assert sides == pytest.approx(np.ones(4), abs=1e-15)


@pytest.mark.parametrize("level", [1e-6, 0.025, 0.5, 0.975, 1 - 1e-6])
def test_quantiles_of_rates_and_ratios_are_where_the_probabilities_say(level):
    events = np.array([0.5, 3.5, 40.5])
    assert rate_below(rate_quantile(level, events, 7.0), events, 7.0) == pytest.approx(
        np.full(3, level), rel=1e-10
    )
    place = ratio_quantile(level, events, 7.0, 2.5, 9.0)
    assert ratio_below(place, events, 7.0, 2.5, 9.0) == pytest.approx(np.full(3, level), rel=1e-9)
    # The ratio the other way round.
    assert ratio_quantile(1 - level, 2.5, 9.0, events, 7.0) == pytest.approx(1 / place, rel=1e-9)


def test_ratio_of_chi_squares_is_f():
    # Events of 2.5 and 4 on exposures of as much: F with 5 and 8 degrees of freedom, 97.5 % point 4.8173.
    assert ratio_quantile(0.975, 2.5, 2.5, 4.0, 4.0) == pytest.approx(4.8173, abs=5e-5)


@pytest.mark.parametrize(
    "call", [lambda: rate_below(-1, 1, 1), lambda: rate_above(1, 0, 1), lambda: ratio_below(1, 1, 1, 1, 0)]
)
def test_what_is_no_rate_is_refused(call):
    with pytest.raises(ValueError, match=r"gamma|rates"):
        call()


def test_normal_prior_is_as_good_as_that_many_events():
    # A prior worth 20 events at a hazard ratio of 0.8 beside 60 events at 0.7 is 80 events at their weighted mean.
    found = updated(np.log(0.7), 60 / 4, Normal(np.log(0.8), 20 / 4))
    assert found.mean == pytest.approx((60 * np.log(0.7) + 20 * np.log(0.8)) / 80, rel=1e-14)
    assert found.information == 20.0


def test_no_information_is_a_half():
    found = updated([np.nan, 1.0], [0.0, 0.0])
    assert np.isnan(found.mean).all()
    assert found.above(0.0).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("prior", [FLAT, Normal(0.3, 2.0), Normal(-0.5, 9.0)])
@pytest.mark.parametrize("certainty", [0.5, 0.8, 0.975])
def test_required_estimate_is_just_certain_enough(prior, certainty):
    information = np.array([1.0, 4.0, 30.0])
    needed = required_estimate(information, certainty, null=0.2, prior=prior)
    assert updated(needed, information, prior).above(0.2) == pytest.approx(np.full(3, certainty), abs=1e-13)


def test_negative_information_is_refused():
    with pytest.raises(ValueError, match="information"):
        updated(1.0, -1.0)
    with pytest.raises(ValueError, match="information"):
        required_estimate(0.0, 0.9)
