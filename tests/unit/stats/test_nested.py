"""The larger of two nested statistics beside the bivariate normal distribution of SciPy, and simulated data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from handful.stats.nested import nested_correlation, nested_p_value


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7071, 0.95])
@pytest.mark.parametrize("z", [-2.0, 0.0, 1.0, 1.96, 3.5])
def test_p_value_is_the_chance_of_the_larger_statistic(z: float, rho: float) -> None:
    below = stats.multivariate_normal.cdf([z, z], cov=[[1, rho], [rho, 1]], abseps=1e-12, releps=1e-12)
    # SciPy integrates the bivariate normal distribution to about 1e-9.
    assert nested_p_value([z, z - 1], rho) == pytest.approx(1 - below, abs=1e-8)


def test_far_in_the_tail_it_keeps_its_digits() -> None:
    # Without correlation it is 2p - p^2.
    one = stats.norm.sf(12.0)
    assert float(nested_p_value([12.0, 0.0], 0.0)) == pytest.approx(2 * one, rel=1e-12)
    assert float(nested_p_value([12.0, 0.0], 1.0)) == pytest.approx(one, rel=1e-12)


def test_no_evidence_at_all_has_a_p_value_of_one() -> None:
    assert nested_p_value([-38.0, -38.0], 0.6) == 1.0


def test_correlation_is_that_of_differences_in_means_whatever_the_split() -> None:
    rng = np.random.default_rng(20261122)
    sizes = {"control": 12, "treated": 20, "in_control": 9, "in_treated": 5}
    outcome = rng.normal(size=(200_000, 32))
    control, treated = outcome[:, :12], outcome[:, 12:]
    whole = treated.mean(axis=1) - control.mean(axis=1)
    part = treated[:, :5].mean(axis=1) - control[:, :9].mean(axis=1)
    rho = float(nested_correlation(**sizes))
    seen = np.corrcoef(whole, part)[0, 1]
    assert abs(seen - rho) < 4 * (1 - rho**2) / np.sqrt(200_000)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nested_correlation(5, 5, 6, 1), "at most those of everybody"),
        (lambda: nested_correlation(5, 5, -1, 1), "0 or more"),
        (lambda: nested_p_value([1.0, 2.0, 3.0], 0.5), "two statistics"),
        (lambda: nested_p_value([1.0, 2.0], 1.5), "between -1 and 1"),
    ],
)
def test_nonsense_is_refused(call, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=words):
        call()
