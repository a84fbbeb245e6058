"""Assurance: closed forms, exact sums and quadrature agree with each other and with draws from the prior."""

import numpy as np
import pytest
from scipy.special import ndtr

from handful.stats.assurance import expected_power, normal_assurance, one_arm_assurance, two_arm_assurance
from handful.stats.beta_binomial import Beta, superiority_table
from handful.stats.binomial import pmf
from handful.stats.normal_posterior import Normal


@pytest.mark.parametrize("information", [0.5, 10.0, 900.0])
@pytest.mark.parametrize("prior", [Normal(0.5, 4.0), Normal(-0.2, 9.0)])
def test_closed_form_is_the_average_of_the_power_curve(information, prior):
    needed = 1.96 / np.sqrt(information)

    def power(effect):
        return ndtr((effect - needed) * np.sqrt(information))

    assert normal_assurance(information, needed, prior) == pytest.approx(
        expected_power(power, prior), abs=1e-9
    )


def test_a_large_trial_is_as_sure_as_the_prior():
    # O'Hagan, Stevens and Campbell 2005: assurance tends to the prior probability that the effect is there.
    prior = Normal(0.5, 4.0)
    information = 1e12
    found = normal_assurance(information, 1.96 / np.sqrt(information), prior)
    assert found == pytest.approx(ndtr(0.5 * 2), abs=1e-5)


def test_a_prior_around_what_is_required_is_a_coin():
    for worth in (0.1, 5.0, 1e6):
        assert normal_assurance(7.0, 0.8, Normal(0.8, worth)) == pytest.approx(0.5)


@pytest.mark.parametrize("prior", [Beta(2.0, 6.0), Beta(0.4, 0.7), Beta(30.0, 20.0), Beta(0.1, 3.0)])
def test_exact_sum_is_the_average_of_exact_power(prior):
    success = np.arange(26) >= 5
    average = expected_power(lambda p: pmf(25, p) @ success, prior)
    assert one_arm_assurance(success, prior) == pytest.approx(average, abs=1e-7)


def test_two_arms_beside_draws_from_the_prior():
    success = superiority_table(20, 15).T >= 0.95
    prior_c, prior_t = (4.0, 9.0), (6.0, 5.0)
    exact = two_arm_assurance(success, prior_c, prior_t)
    rng = np.random.default_rng(20261122)
    draws = 200_000
    x = rng.binomial(15, rng.beta(*prior_c, draws))
    y = rng.binomial(20, rng.beta(*prior_t, draws))
    assert abs(success[x, y].mean() - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)


def test_a_table_of_chances_is_averaged_like_a_table_of_decisions():
    half = np.full((4, 6), 0.5)
    assert two_arm_assurance(half, (2, 1), (1, 3)) == pytest.approx(0.5)
    assert one_arm_assurance(np.full(9, 0.25), (2, 1)) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: normal_assurance(1.0, 0.5, Normal(0.0, 0.0)), "says something"),
        (lambda: expected_power(np.sin, Normal(0.0, 0.0)), "says something"),
        (lambda: expected_power(np.sin, Beta(0.0, 1.0)), "weights"),
        (lambda: one_arm_assurance([[1.0]]), "one count"),
        (lambda: one_arm_assurance([]), "one count"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
