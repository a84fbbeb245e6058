"""What must hold for every sample size: validity, symmetry, monotonicity, and agreement with fractions."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handful.stats.binomial import cdf, exact_interval, exact_p_value, mid_p_interval, mid_p_value, pmf, tail
from handful.stats.matched_pairs import (
    discordant_pmf,
    mcnemar_p_value_table,
    mcnemar_power,
    mcnemar_worst_case_size,
    paired_difference_interval,
)
from handful.stats.odds_ratio import odds_ratio_table
from handful.stats.risk_difference import risk_difference_interval_table
from handful.stats.two_by_two import METHODS, p_value_table, power, region_size, worst_case_size
from tests.reference.exact_rational import fisher as rational_fisher
from tests.reference.exact_rational import p_value as rational_p_value

ALTERNATIVES = ["greater", "less", "two-sided"]
UNCONDITIONAL = ["z-pooled", "z-unpooled", "boschloo"]
FINE_GRID = np.linspace(0.0, 1.0, 2001)
ROUNDING = 1.0 + 1e-12
sizes = st.integers(1, 14)
small_sizes = st.integers(1, 6)
methods = st.sampled_from(METHODS)
alternatives = st.sampled_from(ALTERNATIVES)
levels = st.sampled_from([0.005, 0.01, 0.025, 0.05, 0.1, 0.2])


def rational_pmf(n, p):
    """Binomial probabilities as fractions of the exact value of a float."""
    exact = Fraction(p)
    return [comb(n, k) * exact**k * (1 - exact) ** (n - k) for k in range(n + 1)]


@given(n=st.integers(0, 40), p=st.floats(0.0, 1.0, width=16))
def test_binomial_distribution_equals_fractions(n, p):
    exact = rational_pmf(n, p)
    # Each log-factorial and each logarithm is good to about one unit in its last place.
    scale = 1e-15 * (10 + n * np.log(n + 2.0) + n * abs(np.log(max(min(p, 1 - p), 1e-300))))
    lower = [float(sum(exact[: k + 1])) for k in range(n + 1)]
    upper = [float(sum(exact[k:])) for k in range(n + 1)]
    np.testing.assert_allclose(pmf(n, p), [float(value) for value in exact], rtol=scale, atol=1e-300)
    np.testing.assert_allclose(cdf(n, p), lower, rtol=scale, atol=1e-300)
    np.testing.assert_allclose(tail(n, p), upper, rtol=scale, atol=1e-300)


@given(n=st.integers(1, 40), p=st.floats(0.01, 0.99), alternative=alternatives, level=levels)
def test_binomial_test_keeps_its_level(n, p, alternative, level):
    values = exact_p_value(np.arange(n + 1), n, p, alternative)
    assert pmf(n, p)[values <= level].sum() <= level * ROUNDING


@given(n=st.integers(1, 40), p=st.floats(0.01, 0.99), alternative=st.sampled_from(["greater", "less"]))
def test_mid_p_values_average_to_one_half(n, p, alternative):
    # The defining property of mid-p (Lancaster 1961): its mean under the null is exactly 1/2.
    values = mid_p_value(np.arange(n + 1), n, p, alternative)
    assert pmf(n, p) @ values == pytest.approx(0.5, abs=1e-12)


@settings(max_examples=40)
@given(n=st.integers(0, 130), data=st.data(), confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_interval_limits_are_where_the_test_turns(n, data, confidence):
    k = data.draw(st.integers(0, n))
    level = 0.5 * (1.0 - confidence)
    for interval, p_of in ((exact_interval, exact_p_value), (mid_p_interval, mid_p_value)):
        lower, upper = (float(limit) for limit in interval(k, n, confidence))
        assert 0.0 <= lower <= upper <= 1.0
        if lower > 0.0:
            assert p_of(k, n, lower, "greater") == pytest.approx(level, rel=1e-9)
        if upper < 1.0:
            assert p_of(k, n, upper, "less") == pytest.approx(level, rel=1e-9)
        assert (lower == 0.0) == (k == 0)
        assert (upper == 1.0) == (k == n)


@given(n1=sizes, n2=sizes, method=methods, alternative=alternatives, level=levels)
def test_two_by_two_test_keeps_its_level_everywhere(n1, n2, method, alternative, level):
    rejection = power(n1, n2, FINE_GRID, FINE_GRID, level, method, alternative)
    assert rejection.max() <= level * ROUNDING
    size = worst_case_size(n1, n2, level, method, alternative)
    assert rejection.max() <= size * ROUNDING
    assert size <= level * ROUNDING


@given(n1=sizes, n2=sizes, method=st.sampled_from(["fisher", "z-pooled", "boschloo"]), level=levels)
def test_one_sided_size_holds_where_treatment_is_worse(n1, n2, method, level):
    control = np.linspace(0.0, 1.0, 21)
    rejection = power(n1, n2, control[:, None] * control, control, level, method)
    assert rejection.max() <= level * ROUNDING


@given(n1=sizes, n2=sizes, method=methods)
def test_every_p_value_is_the_size_of_its_own_region(n1, n2, method):
    table = p_value_table(n1, n2, method)
    value = np.quantile(table, 0.2, method="nearest")
    region_worst = region_size(table <= value * ROUNDING)
    if method == "fisher":
        assert region_worst <= value * ROUNDING
    else:
        assert region_worst == pytest.approx(value, rel=1e-10)


@given(n1=sizes, n2=sizes, method=methods, alternative=alternatives)
def test_swapping_arms_or_outcomes_changes_nothing_else(n1, n2, method, alternative):
    table = p_value_table(n1, n2, method, alternative)
    opposite = {"greater": "less", "less": "greater", "two-sided": "two-sided"}[alternative]
    np.testing.assert_allclose(p_value_table(n2, n1, method, opposite).T, table, rtol=1e-10)
    # Success called failure: group 1 is better when it fails less.
    np.testing.assert_allclose(p_value_table(n1, n2, method, opposite)[::-1, ::-1], table, rtol=1e-10)


@given(n1=sizes, n2=sizes, method=st.sampled_from(["fisher", "z-pooled", "boschloo"]))
def test_barnard_convexity(n1, n2, method):
    # One more success on treatment, or one fewer on control, never makes the evidence weaker.
    table = p_value_table(n1, n2, method)
    assert np.all(np.diff(table, axis=0) <= 1e-12)
    assert np.all(np.diff(table, axis=1) >= -1e-12)


@given(n1=sizes, n2=sizes, alternative=alternatives)
def test_boschloo_never_exceeds_fisher(n1, n2, alternative):
    boschloo = p_value_table(n1, n2, "boschloo", alternative)
    assert np.all(boschloo <= p_value_table(n1, n2, "fisher", alternative) * (1.0 + 1e-10))


@settings(max_examples=40)
@given(n1=small_sizes, n2=small_sizes, two_sided=st.booleans(), data=st.data())
def test_p_values_equal_their_recomputation_in_fractions(n1, n2, two_sided, data):
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    alternative = "two-sided" if two_sided else "greater"
    exact = float(rational_fisher(x1, n1, x2, n2, two_sided))
    assert p_value_table(n1, n2, "fisher", alternative)[x1, x2] == exact
    for method in UNCONDITIONAL:
        ours = float(p_value_table(n1, n2, method, alternative)[x1, x2])
        assert ours == pytest.approx(rational_p_value(x1, n1, x2, n2, method, two_sided), abs=1e-12)


@settings(max_examples=15)
@given(n1=st.integers(12, 35), n2=st.integers(12, 35), data=st.data())
def test_no_maximum_over_the_nuisance_is_missed(n1, n2, data):
    # Larger trials, where the tail probability has several humps: compared with certified maxima.
    table = p_value_table(n1, n2, method := data.draw(st.sampled_from(UNCONDITIONAL)))
    x1, x2 = np.argwhere((table > 1e-4) & (table < 0.2))[data.draw(st.integers(0, 5))]
    exact = rational_p_value(int(x1), n1, int(x2), n2, method, False)
    assert table[x1, x2] == pytest.approx(exact, abs=1e-12)


@settings(max_examples=30)
@given(n1=sizes, n2=sizes, data=st.data())
def test_odds_ratio_limits_solve_the_conditional_tail_equations(n1, n2, data):
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    estimate, lower, upper = (float(table[x1, x2]) for table in odds_ratio_table(n1, n2))
    total = x1 + x2
    support = range(max(0, total - n2), min(n1, total) + 1)

    def mass(odds):
        weights = {k: comb(n1, k) * comb(n2, total - k) * Fraction(odds) ** k for k in support}
        return {k: weight / sum(weights.values()) for k, weight in weights.items()}

    assert (lower == 0.0) == (x1 == support[0])
    assert (upper == np.inf) == (x1 == support[-1])
    if lower > 0.0:
        assert float(sum(p for k, p in mass(lower).items() if k >= x1)) == pytest.approx(0.025, rel=1e-9)
    if upper < np.inf:
        assert float(sum(p for k, p in mass(upper).items() if k <= x1)) == pytest.approx(0.025, rel=1e-9)
    if 0.0 < estimate < np.inf:
        assert float(sum(p * k for k, p in mass(estimate).items())) == pytest.approx(x1, rel=1e-9)


@settings(max_examples=40)
@given(n1=sizes, n2=sizes)
def test_risk_difference_interval_holds_the_estimate_and_mirrors(n1, n2):
    table = risk_difference_interval_table(n1, n2)
    observed = np.arange(n1 + 1)[:, None] / n1 - np.arange(n2 + 1) / n2
    assert np.all(table[..., 0] <= observed + 1e-12)
    assert np.all(observed <= table[..., 1] + 1e-12)
    np.testing.assert_allclose(
        -risk_difference_interval_table(n2, n1)[..., ::-1].swapaxes(0, 1), table, atol=1e-9
    )
    np.testing.assert_allclose(-table[::-1, ::-1, ::-1], table, atol=1e-9)


@given(pairs=st.integers(1, 25), alternative=alternatives, level=levels)
def test_mcnemar_exact_tests_keep_their_level(pairs, alternative, level):
    half = np.linspace(0.0, 0.5, 101)
    for method in ("exact", "unconditional"):
        rejection = mcnemar_power(pairs, half, half, level, method, alternative)
        size = mcnemar_worst_case_size(pairs, level, method, alternative)
        assert rejection.max() <= size * ROUNDING
        assert size <= level * ROUNDING


@given(pairs=st.integers(0, 25), p_b=st.floats(0.0, 1.0), share=st.floats(0.0, 1.0))
def test_discordant_probabilities_add_up_to_the_binomial_margin(pairs, p_b, share):
    p_c = (1.0 - p_b) * share
    mass = discordant_pmf(pairs, p_b, p_c)
    np.testing.assert_allclose(mass.sum(axis=1), pmf(pairs, p_b), rtol=1e-11, atol=1e-15)


@given(pairs=st.integers(1, 25), method=st.sampled_from(["exact", "mid-p", "unconditional"]))
def test_mcnemar_mirrors_when_sides_swap(pairs, method):
    greater = mcnemar_p_value_table(pairs, method, "greater")
    np.testing.assert_allclose(mcnemar_p_value_table(pairs, method, "less").T, greater, rtol=1e-11)


@given(pairs=st.integers(1, 40), data=st.data())
def test_tango_interval_holds_the_estimate_and_mirrors(pairs, data):
    b = data.draw(st.integers(0, pairs))
    c = data.draw(st.integers(0, pairs - b))
    lower, upper = paired_difference_interval(b, c, pairs)
    assert -1.0 <= lower <= (b - c) / pairs + 1e-12
    assert (b - c) / pairs - 1e-12 <= upper <= 1.0
    np.testing.assert_allclose(-paired_difference_interval(c, b, pairs)[::-1], [lower, upper], atol=1e-9)
