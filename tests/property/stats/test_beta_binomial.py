"""What two-arm posterior probabilities must keep for every prior, size and margin."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handful.stats.beta_binomial import predictive_pmf, superiority_table

weights = st.floats(0.1, 20.0)
priors = st.tuples(weights, weights)
sizes = st.integers(0, 30)
margins = st.one_of(st.just(0.0), st.floats(-0.9, 0.9))


def table_of(
    n1: int, n2: int, prior1: tuple[float, float], prior2: tuple[float, float], margin: float
) -> np.ndarray:
    return superiority_table.__wrapped__(n1, n2, prior1, prior2, margin)


@given(sizes, sizes, priors, priors, margins)
def test_more_responses_in_an_arm_speak_for_it(
    n1: int, n2: int, prior1: tuple[float, float], prior2: tuple[float, float], margin: float
) -> None:
    table = table_of(n1, n2, prior1, prior2, margin)
    assert table.shape == (n1 + 1, n2 + 1)
    assert table.min() >= 0.0
    assert table.max() <= 1.0
    assert np.all(np.diff(table, axis=0) >= -1e-13)
    assert np.all(np.diff(table, axis=1) <= 1e-13)


@given(sizes, sizes, priors, priors, margins)
def test_the_arms_change_places(
    n1: int, n2: int, prior1: tuple[float, float], prior2: tuple[float, float], margin: float
) -> None:
    other = table_of(n2, n1, prior2, prior1, -margin).T
    np.testing.assert_allclose(table_of(n1, n2, prior1, prior2, margin), 1.0 - other, atol=1e-12)


@given(sizes, sizes, priors, priors, margins)
def test_responses_and_failures_change_places(
    n1: int, n2: int, prior1: tuple[float, float], prior2: tuple[float, float], margin: float
) -> None:
    # p1 - p2 > margin says that failures are rarer in arm 1 by more than the margin.
    mirrored = table_of(n2, n1, prior2[::-1], prior1[::-1], margin)[::-1, ::-1].T
    np.testing.assert_allclose(table_of(n1, n2, prior1, prior2, margin), mirrored, atol=1e-12)


@given(sizes, sizes, priors, priors, margins)
def test_the_prior_probability_is_the_mean_posterior_probability(
    n1: int, n2: int, prior1: tuple[float, float], prior2: tuple[float, float], margin: float
) -> None:
    mean = predictive_pmf(n1, prior1) @ table_of(n1, n2, prior1, prior2, margin) @ predictive_pmf(n2, prior2)
    np.testing.assert_allclose(mean, table_of(0, 0, prior1, prior2, margin)[0, 0], atol=1e-12)


@given(sizes, priors)
def test_predictions_are_a_distribution_with_the_beta_mean(n: int, prior: tuple[float, float]) -> None:
    mass = predictive_pmf(n, prior)
    np.testing.assert_allclose(mass.sum(), 1.0, rtol=1e-12)
    np.testing.assert_allclose(mass @ np.arange(n + 1), n * prior[0] / sum(prior), rtol=1e-11, atol=1e-12)
