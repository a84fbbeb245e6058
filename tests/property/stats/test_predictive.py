"""What predictive-probability monitoring must keep for every setting."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handful.stats.beta_binomial import predictive_pmf
from handful.stats.predictive import final_success_threshold, predictive_boundaries, predictive_probability

priors = st.tuples(st.floats(0.1, 10.0), st.floats(0.1, 10.0))
rates = st.floats(0.05, 0.95)


@given(st.integers(1, 25), st.integers(0, 25), rates, st.floats(0.5, 0.99), priors)
def test_the_predictive_probability_is_a_martingale(
    n: int, remaining: int, benchmark: float, certainty: float, prior: tuple[float, float]
) -> None:
    threshold = final_success_threshold(n + remaining, benchmark, certainty, prior)
    now = predictive_probability(n, n + remaining, threshold, prior)
    assert np.all(np.diff(now) >= -1e-13)
    # Before the trial its expectation is the prior predictive probability of success.
    at_the_start = predictive_probability(0, n + remaining, threshold, prior)[0]
    np.testing.assert_allclose(predictive_pmf(n, prior) @ now, at_the_start, atol=1e-12)


@given(
    st.sets(st.integers(1, 40), min_size=1, max_size=6),
    rates,
    st.floats(0.5, 0.99),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    priors,
)
def test_boundaries_are_sound_and_futility_only_takes_power_away(
    looks: set[int],
    benchmark: float,
    certainty: float,
    one: float,
    other: float,
    prior: tuple[float, float],
) -> None:
    low, high = sorted((one, other))
    sizes = sorted(looks)
    monitored = predictive_boundaries(sizes, benchmark, certainty, low, high, prior)
    success, futility = monitored.stopping_probabilities([0.0, 0.3, 1.0])
    np.testing.assert_allclose((success + futility).sum(axis=1), 1.0, rtol=1e-12)
    unmonitored = predictive_boundaries(sizes, benchmark, certainty, 0.0, 1.0, prior)
    for_futility = predictive_boundaries(sizes, benchmark, certainty, low, 1.0, prior)
    rates = np.linspace(0.0, 1.0, 11)
    assert np.all(for_futility.success_probability(rates) <= unmonitored.success_probability(rates) + 1e-12)
