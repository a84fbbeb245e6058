"""Beta posteriors beside rational sums where they exist and adaptive quadrature where they do not."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betainc, betaincc, betaln, gammaln

from handful.stats.beta_binomial import (
    Beta,
    credible_interval,
    predictive_pmf,
    probability_above,
    superiority_by_allocation,
    superiority_probability,
    superiority_table,
)


def beta(a: int, b: int) -> Fraction:
    return Fraction(factorial(a - 1) * factorial(b - 1), factorial(a + b - 1))


def rational_superiority(a: int, b: int, c: int, d: int) -> Fraction:
    """Pr(X > Y): given X = x, Y < x is a binomial tail, whose terms integrate to beta functions."""
    n = c + d - 1
    return sum((comb(n, j) * beta(a + j, b + n - j) / beta(a, b) for j in range(c, n + 1)), Fraction(0))


def integrated_superiority(a: float, b: float, c: float, d: float, margin: float) -> float:
    """Pr(X > Y + margin) by integration over Y, short of the last millionth."""

    def density_times_tail(t: float) -> float:
        # Substituting y = t^4 flattens the density at 0.
        y = t**4
        log_density = (c - 1.0) * np.log(y) + (d - 1.0) * np.log1p(-y) - betaln(c, d)
        return float(np.exp(log_density) * betaincc(a, b, min(max(y + margin, 0.0), 1.0)) * 4.0 * t**3)

    top = min(0.999999, 1.0 - margin)
    kink = [(-margin) ** 0.25] if margin < 0.0 else None
    return float(quad(density_times_tail, 0.0, top**0.25, epsabs=1e-12, limit=400, points=kink)[0])


@pytest.mark.parametrize(("n1", "n2"), [(0, 0), (3, 5), (1, 12), (20, 20), (40, 0)])
@pytest.mark.parametrize("priors", [((1, 1), (1, 1)), ((2, 5), (1, 3))])
def test_table_without_margin_is_the_rational_sum(
    n1: int, n2: int, priors: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    (a, b), (c, d) = priors
    table = superiority_table(n1, n2, (float(a), float(b)), (float(c), float(d)))
    for x1 in range(0, n1 + 1, max(1, n1 // 4)):
        for x2 in range(0, n2 + 1, max(1, n2 // 4)):
            exact = rational_superiority(a + x1, b + n1 - x1, c + x2, d + n2 - x2)
            assert table[x1, x2] == pytest.approx(float(exact), rel=2e-14)


def test_small_probabilities_keep_their_digits() -> None:
    exact = float(rational_superiority(1, 41, 41, 1))
    assert exact < 1e-23
    assert superiority_table(40, 40)[0, 40] == pytest.approx(exact, rel=1e-13)


@pytest.mark.parametrize("first", [Beta(1.3, 2.7), Beta(2.0, 0.5)])
@pytest.mark.parametrize("second", [Beta(1.1, 3.4), Beta(0.6, 2.0)])
@pytest.mark.parametrize("margin", [0.0, 0.15, -0.15, 0.6])
def test_real_weights_and_margins_agree_with_adaptive_quadrature(
    first: Beta, second: Beta, margin: float
) -> None:
    ours = superiority_probability(first, second, margin)
    # The quadrature leaves out the last millionth of the range: up to betaincc of the mass there.
    left_out = betaincc(*second, 0.999999)
    assert ours == pytest.approx(integrated_superiority(*first, *second, margin), abs=1e-10 + left_out)


@pytest.mark.parametrize("prior", [(1.0, 1.0), (0.5, 0.5), (0.2, 0.8)])
def test_margin_quadrature_meets_the_exact_table_at_a_vanishing_margin(prior: tuple[float, float]) -> None:
    # The difference has a density below 10 here: a margin of 1e-12 moves the table by less than 1e-11.
    near = superiority_table(15, 9, prior, prior, margin=1e-12)[1:-1, 1:-1]
    np.testing.assert_allclose(near, superiority_table(15, 9, prior, prior)[1:-1, 1:-1], atol=1e-11)


@pytest.mark.parametrize(("n1", "n2"), [(10, 13), (150, 120)])
def test_margin_table_integrates_polynomials_exactly(n1: int, n2: int) -> None:
    # With whole-number weights the integrand is a polynomial, which Gauss-Legendre nodes integrate exactly.
    margin, degree = 0.1, n1 + n2 + 1
    # A handful of log-gammas of up to this size are rounded on the way to each density.
    rounding = 4.0 * np.finfo(float).eps * gammaln(n1 + n2 + 2.0)
    nodes, weights = np.polynomial.legendre.leggauss(degree // 2 + 1)
    y = 0.5 * (1.0 - margin) * (nodes + 1.0)
    for x1, x2 in [(0, 0), (n1, n2), (n1 // 2, n2 // 3), (n1, 0)]:
        density = np.exp(x2 * np.log(y) + (n2 - x2) * np.log1p(-y) - betaln(1 + x2, 1 + n2 - x2))
        integral = 0.5 * (1.0 - margin) * weights @ (density * betaincc(1 + x1, 1 + n1 - x1, y + margin))
        assert superiority_table(n1, n2, margin=margin)[x1, x2] == pytest.approx(integral, abs=rounding)


def test_every_split_has_its_own_table() -> None:
    cube = superiority_by_allocation(5)
    np.testing.assert_array_equal(cube[2, :3, :4], superiority_table(2, 3))
    assert np.isnan(cube[2, 3, 0])
    assert np.isnan(cube[2, 0, 4])
    assert np.count_nonzero(np.isfinite(cube)) == sum((n1 + 1) * (6 - n1) for n1 in range(6))


def test_one_arm_probability_is_the_beta_tail() -> None:
    ours = probability_above([[0.1], [0.3]], [0, 5, 10], 10, prior=(0.5, 0.5))
    assert ours.shape == (2, 3)
    assert ours[1, 1] == pytest.approx(1.0 - betainc(5.5, 5.5, 0.3), rel=1e-13)


def test_credible_limits_leave_out_equal_tails() -> None:
    lower, upper = credible_interval([0, 4, 10], 10, probability=0.9)
    np.testing.assert_allclose(probability_above(lower, [0, 4, 10], 10), 0.95, rtol=1e-12)
    np.testing.assert_allclose(probability_above(upper, [0, 4, 10], 10), 0.05, rtol=1e-11)


def test_predictive_pmf_is_the_binomial_averaged_over_the_beta() -> None:
    a, b, n = 3, 5, 6
    exact = [float(comb(n, y) * beta(a + y, b + n - y) / beta(a, b)) for y in range(n + 1)]
    np.testing.assert_allclose(predictive_pmf(n, (a, b)), exact, rtol=1e-13)
    assert predictive_pmf(0, (a, b)) == pytest.approx([1.0])


def test_predictive_pmf_broadcasts_over_weights() -> None:
    table = predictive_pmf(4, (np.array([1.0, 2.0]), np.array([[1.0], [3.0], [5.0]])))
    assert table.shape == (3, 2, 5)
    np.testing.assert_allclose(table[2, 1], predictive_pmf(4, (2.0, 5.0)))


def test_tables_are_kept_and_cannot_be_written_to() -> None:
    assert superiority_table(4, 4) is superiority_table(4, 4)
    for table in (superiority_table(4, 4), superiority_by_allocation(3)):
        with pytest.raises(ValueError, match="read-only"):
            table.flat[0] = 0.0


def test_out_of_range_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="two positive weights"):
        superiority_table(3, 3, (0.0, 1.0))
    with pytest.raises(ValueError, match="two positive weights"):
        predictive_pmf(3, (1.0, -1.0))
    with pytest.raises(ValueError, match="margin"):
        superiority_table(3, 3, margin=1.0)
    with pytest.raises(ValueError, match="responses must not exceed n"):
        probability_above(0.2, 4, 3)
