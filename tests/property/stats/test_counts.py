"""What tests and intervals of event rates must keep, checked exactly by summing over all counts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln

from handful.stats.counts import rate_interval, rate_p_value, rate_ratio_p_value

COUNTS = np.arange(250)


def poisson_pmf(mean: float) -> np.ndarray:
    return np.exp(COUNTS * np.log(mean) - mean - gammaln(COUNTS + 1.0))


@given(st.floats(0.01, 60.0), st.sampled_from([0.5, 0.9, 0.95]))
def test_garwood_interval_covers(mean: float, confidence: float) -> None:
    lower, upper = rate_interval(COUNTS, 1.0, confidence).T
    assert poisson_pmf(mean)[(lower <= mean) & (mean <= upper)].sum() >= confidence - 1e-12


@given(st.floats(0.01, 60.0), st.sampled_from(["less", "greater", "two-sided"]))
def test_p_values_of_a_rate_are_valid(mean: float, alternative: str) -> None:
    p_values, mass = rate_p_value(COUNTS[:150], mean, 1.0, alternative), poisson_pmf(mean)[:150]
    order = np.argsort(p_values, kind="stable")
    levels, attained = p_values[order], mass[order].cumsum()
    # A level is attained once all counts with that p-value are in.
    last = np.append(np.diff(levels) > 0.0, True)
    assert np.all(attained[last] <= levels[last] * (1.0 + 1e-9) + 1e-12)


@given(
    st.integers(0, 40), st.floats(0.1, 50.0), st.integers(0, 40), st.floats(0.1, 50.0), st.floats(0.2, 5.0)
)
def test_one_sided_p_values_of_a_ratio_overlap_in_the_observed_split(
    events1: int, exposure1: float, events2: int, exposure2: float, ratio: float
) -> None:
    less, greater, two_sided = (
        float(rate_ratio_p_value(events1, exposure1, events2, exposure2, ratio, alternative))
        for alternative in ("less", "greater", "two-sided")
    )
    assert less + greater >= 1.0 - 1e-12
    assert min(less, greater) <= two_sided * (1.0 + 1e-9)
    assert two_sided <= 1.0
