"""Predictive probability with a normal estimate: conditional power averaged over what is believed."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from handful.stats.normal_posterior import FLAT, Normal, updated
from handful.stats.predictive_normal import normal_predictive_probability


@pytest.mark.parametrize("prior", [FLAT, Normal(0.4, 1.5), Normal(-1.0, 0.3)])
@pytest.mark.parametrize("estimate", [-0.5, 0.3, 1.2])
def test_it_is_conditional_power_averaged_over_the_posterior(prior, estimate):
    now, final, required = 3.0, 8.0, 0.6
    belief = updated(estimate, now, prior)

    def integrand(effect):
        to_come = (final * required - now * estimate) / (final - now)
        conditional_power = ndtr((effect - to_come) * np.sqrt(final - now))
        off = (effect - belief.mean) * np.sqrt(belief.information)
        return conditional_power * np.exp(-0.5 * off**2) * np.sqrt(belief.information / (2 * np.pi))

    exact = quad(integrand, -12, 12, epsabs=1e-12, points=[float(belief.mean)])[0]
    found = normal_predictive_probability(estimate, now, final, required, prior)
    assert found == pytest.approx(exact, abs=1e-10)


def test_with_nothing_to_come_it_is_the_decision():
    assert normal_predictive_probability([0.4, 0.5, 0.6], 2.0, 2.0, 0.5).tolist() == [0.0, 1.0, 1.0]


def test_flat_prior_gives_the_textbook_form():
    # Phi((z - c sqrt(t)) / sqrt(1 - t)) with t the share of information (Jennison and Turnbull 2000, equation 8.18).
    z, c, t = np.array([-1.0, 0.8, 2.0]), 1.96, 0.4
    found = normal_predictive_probability(z / np.sqrt(t), t, 1.0, c)
    assert found == pytest.approx(ndtr((z - c * np.sqrt(t)) / np.sqrt(1 - t)), abs=1e-14)


def test_before_any_data_only_the_prior_speaks():
    found = normal_predictive_probability(np.nan, 0.0, 4.0, 0.5, Normal(0.5, 2.0))
    assert found == pytest.approx(0.5)
    with pytest.raises(ValueError, match="flat prior"):
        normal_predictive_probability(1.0, 0.0, 4.0, 0.5)
    with pytest.raises(ValueError, match="final information"):
        normal_predictive_probability(1.0, 4.0, 3.0, 0.5)
