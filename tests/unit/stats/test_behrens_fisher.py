"""The sum of two Student variables, where it is known in closed form and against adaptive quadrature."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, stdtr, stdtrit

from handful.stats.behrens_fisher import student_sum_cdf, student_sum_quantile


def by_quadrature(x, scale1, degrees1, scale2, degrees2):
    """The mean of one distribution function over the other density, the narrower variable outside."""
    if scale2 > scale1:
        scale1, degrees1, scale2, degrees2 = scale2, degrees2, scale1, degrees1
    norm = gammaln((degrees2 + 1) / 2) - gammaln(degrees2 / 2) - 0.5 * np.log(degrees2 * np.pi)

    def integrand(angle):
        t = np.tan(angle)
        density = np.exp(norm - (degrees2 + 1) / 2 * np.log1p(t * t / degrees2))
        return stdtr(degrees1, (x - scale2 * t) / scale1) * density / np.cos(angle) ** 2

    step = np.arctan(x / scale2)
    return quad(integrand, -np.pi / 2, np.pi / 2, epsabs=1e-10, epsrel=1e-10, limit=500, points=[step])[0]


def test_two_cauchy_variables_are_a_cauchy_variable_of_both_scales():
    x = np.array([-3.0, 0.0, 0.7, 2.0, 40.0])
    assert student_sum_cdf(x, 1.0, 1, 0.5, 1) == pytest.approx(stdtr(1, x / 1.5), abs=1e-9)


def test_without_a_second_scale_it_is_students_t():
    x = np.linspace(-4, 4, 9)
    assert student_sum_cdf(x, 2.0, 5, 0.0, 3) == pytest.approx(stdtr(5, x / 2), abs=1e-8)
    assert student_sum_cdf(x, 0.0, 5, 2.0, 3) == pytest.approx(stdtr(3, x / 2), abs=1e-8)
    assert student_sum_quantile(0.975, 2.0, 5, 0.0, 3) == pytest.approx(2 * stdtrit(5, 0.975), abs=1e-7)


@pytest.mark.parametrize("degrees", [(2, 2), (3, 9), (5, 8), (11, 11), (2.5, 1.7), (100, 3), (199, 199)])
@pytest.mark.parametrize("ratio", [1.0, 4.0, 30.0])
def test_it_is_the_integral_to_the_stated_precision(degrees, ratio):
    for x in (0.3, 1.0, 2.5):
        found = student_sum_cdf(x * ratio, ratio, degrees[0], 1.0, degrees[1])
        assert found == pytest.approx(by_quadrature(x * ratio, ratio, degrees[0], 1.0, degrees[1]), abs=1e-8)


@pytest.mark.parametrize(("ratio", "precision"), [(1.0, 1e-9), (30.0, 1e-6), (1000.0, 1e-5)])
def test_one_degree_of_freedom_is_integrated_to_the_stated_precision(ratio, precision):
    for x in (0.5, 1.0, 2.0, 5.0):
        for narrow, wide in ((1, 10), (10, 1)):
            exact = by_quadrature(x * ratio, ratio, wide, 1.0, narrow)
            assert student_sum_cdf(x * ratio, ratio, wide, 1.0, narrow) == pytest.approx(exact, abs=precision)


@pytest.mark.parametrize("probability", [0.001, 0.025, 0.3, 0.8, 0.975, 0.999, 0.99999])
def test_quantiles_are_where_the_distribution_function_says(probability):
    rng = np.random.default_rng(1)
    arms = (10 ** rng.uniform(-1, 1, 60), rng.integers(1, 50, 60), np.ones(60), rng.integers(1, 50, 60))
    place = student_sum_quantile(probability, *arms)
    tail = min(probability, 1 - probability)
    # From the nearer tail; one degree of freedom in one arm only costs the stated 1e-6.
    near = student_sum_cdf(-np.abs(place), *arms)
    assert near == pytest.approx(np.full(60, tail), rel=1e-9)
    assert np.all(np.sign(place) == np.sign(probability - 0.5))


def test_the_median_is_zero():
    assert student_sum_quantile(0.5, 1.0, 3, 2.0, 4) == 0.0


def test_no_element_depends_on_the_others():
    arms = (np.array([1.0, 2.0, 0.5]), np.array([3.0, 1.0, 20.0]), 1.0, 7.0)
    whole = student_sum_quantile(0.975, *arms)
    for k in range(3):
        assert student_sum_quantile(0.975, arms[0][k], arms[1][k], 1.0, 7.0) == whole[k]


@pytest.mark.parametrize("arms", [(0.0, 3, 0.0, 3), (-1.0, 3, 2.0, 3), (1.0, 0.5, 1.0, 3)])
def test_what_is_no_student_variable_is_refused(arms):
    with pytest.raises(ValueError, match=r"scales|degree of freedom"):
        student_sum_cdf(1.0, *arms)
