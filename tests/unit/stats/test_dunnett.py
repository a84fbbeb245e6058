"""Many-to-one comparisons: closed forms, independent quadrature, masks, shapes and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from math import asin, pi, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import gammaln, ndtr, stdtr

from handful.stats.dunnett import (
    any_exceeds,
    dunnett_critical_value,
    dunnett_p_value,
    dunnett_single_step,
    dunnett_step_down,
    loadings,
)

Array = NDArray[np.float64]

RNG = np.random.default_rng(20261122)


def test_orthants_have_closed_forms() -> None:
    """Sheppard's formula, and for three arms inclusion and exclusion of the pairs."""
    b = loadings([5, 20, 9], 10)
    pairs = [0.25 + asin(b[i] * b[j]) / (2 * pi) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert float(any_exceeds([0.0, 0.0], b[:2])) == pytest.approx(1 - pairs[0], abs=1e-12)
    triple = 0.5 * (1 - 3 * 0.5 + sum(pairs))
    assert float(any_exceeds([0.0, 0.0, 0.0], b)) == pytest.approx(1.5 - sum(pairs) + triple, abs=1e-12)
    # The sign of a t-statistic is that of its numerator.
    assert float(any_exceeds([0.0, 0.0, 0.0], b, degrees=3)) == pytest.approx(
        1.5 - sum(pairs) + triple, abs=1e-12
    )


def test_independent_arms_are_a_product() -> None:
    bounds = np.array([1.0, 2.0, 0.3, -0.5])
    assert float(any_exceeds(bounds, 0.0)) == pytest.approx(1 - np.prod(ndtr(bounds)), abs=1e-12)
    upper = np.abs(bounds)
    expected = 1 - np.prod(ndtr(upper) - ndtr(-upper))
    assert float(any_exceeds(upper, 0.0, sided=2)) == pytest.approx(expected, abs=1e-12)


def by_adaptive_quadrature(bounds: Array, b: Array, sided: int, scale: float = 1.0) -> float:
    """The same integral with SciPy's adaptive rule, as one minus the probability of staying inside."""

    def inside(x: float) -> float:
        upper = (bounds * scale - b * x) / np.sqrt(1 - b * b)
        lower = (-bounds * scale - b * x) / np.sqrt(1 - b * b)
        each = ndtr(upper) - (ndtr(lower) if sided == 2 else 0.0)
        return float(np.exp(-0.5 * x * x) / sqrt(2 * pi) * np.prod(each))

    return 1.0 - quad(inside, -9, 9, epsabs=1e-13, epsrel=1e-13, limit=400)[0]


@pytest.mark.parametrize("sided", [1, 2])
@pytest.mark.parametrize(
    ("sizes", "control"),
    [([10, 10, 10], 10), ([30, 5, 12, 9], 7), ([200, 150], 3), ([4] * 8, 8), ([1, 1], 50)],
)
def test_z_agrees_with_adaptive_quadrature(sizes: list[int], control: int, sided: int) -> None:
    b = loadings(sizes, control)
    bounds = np.abs(RNG.normal(2, 1, b.size))
    expected = by_adaptive_quadrature(bounds, b, sided)
    assert float(any_exceeds(bounds, b, sided=sided)) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("sided", [1, 2])
@pytest.mark.parametrize("degrees", [1.0, 4.5, 30.0])
def test_t_agrees_with_adaptive_quadrature(degrees: float, sided: int) -> None:
    b, bounds = loadings([6, 9, 4], 7), np.array([2.5, 1.8, 2.9])
    constant = np.exp(np.log(2) + degrees / 2 * np.log(degrees / 2) - gammaln(degrees / 2))

    def integrand(s: float) -> float:
        density = constant * s ** (degrees - 1) * np.exp(-degrees * s * s / 2)
        return float(density) * by_adaptive_quadrature(bounds, b, sided, s)

    expected, error = quad(integrand, 0, 9.5, epsabs=2e-11, epsrel=2e-11)
    assert error < 1e-10
    assert float(any_exceeds(bounds, b, degrees=degrees, sided=sided)) == pytest.approx(expected, abs=1e-10)


def test_many_degrees_of_freedom_know_the_variance() -> None:
    b = loadings([6, 9, 4], 7)
    z = float(dunnett_p_value([2.2, 1.0, 0.5], b))
    assert float(dunnett_p_value([2.2, 1.0, 0.5], b, degrees=1e7)) == pytest.approx(z, abs=1e-7)


def test_one_arm_is_the_ordinary_test() -> None:
    assert float(dunnett_p_value([2.0], loadings([5], 5))) == pytest.approx(ndtr(-2.0), rel=1e-14)
    assert float(dunnett_p_value([-2.0], loadings([5], 5), degrees=7, sided=2)) == pytest.approx(
        2 * stdtr(7, -2.0), rel=1e-14
    )


def test_far_tails_keep_their_digits() -> None:
    """Far out the arms exceed one at a time, so that the sum of the single tails is right to their product."""
    b = loadings([10, 10, 10], 10)
    for bound in (7.0, 8.0):
        assert float(any_exceeds(np.full(3, bound), b)) == pytest.approx(3 * ndtr(-bound), rel=1e-3)
        assert float(any_exceeds(np.full(3, bound), b)) < 3 * ndtr(-bound)


def test_a_mask_is_the_comparison_without_the_arm() -> None:
    z, sizes = RNG.normal(1, 1, (50, 4)), RNG.integers(3, 30, (50, 4))
    b = loadings(sizes, RNG.integers(3, 30, 50))
    for sided in (1, 2):
        for members in ([0, 2], [3], [0, 1, 2, 3]):
            included = np.isin(np.arange(4), members)
            masked = dunnett_p_value(z, b, sided=sided, included=included)
            alone = dunnett_p_value(z[:, members], b[:, members], sided=sided)
            assert masked == pytest.approx(alone, abs=1e-11)
    assert dunnett_p_value(z, b, included=np.zeros(4, dtype=bool)).tolist() == [1.0] * 50


def test_a_trial_alone_is_the_trial_in_its_block() -> None:
    z, sizes, control = RNG.normal(1, 1, (30, 3)), RNG.integers(1, 90, (30, 3)), RNG.integers(1, 90, 30)
    degrees = RNG.integers(2, 40, 30)
    b = loadings(sizes, control)
    for nu in (None, degrees):
        block = dunnett_p_value(z, b, degrees=nu)
        one = [float(dunnett_p_value(z[i], b[i], degrees=None if nu is None else nu[i])) for i in range(30)]
        np.testing.assert_array_equal(block, one)


def test_step_down_rejects_what_the_single_step_rejects() -> None:
    z = RNG.normal(1.5, 1, (60, 4))
    b = loadings(RNG.integers(5, 20, (60, 4)), np.full(60, 10))
    for sided in (1, 2):
        single, down = dunnett_single_step(z, b, sided=sided), dunnett_step_down(z, b, sided=sided)
        assert np.all(down <= single + 1e-12)
        # The best arm of equal loadings has the same p-value in both; here the largest intersection decides it.
        assert np.all(down.min(axis=1) >= dunnett_p_value(z, b, sided=sided) - 1e-12)


@pytest.mark.parametrize("degrees", [None, 9.0])
@pytest.mark.parametrize("sided", [1, 2])
@pytest.mark.parametrize("alpha", [1e-6, 0.025, 0.6])
def test_the_critical_value_is_exceeded_with_probability_alpha(
    alpha: float, sided: int, degrees: float | None
) -> None:
    b = loadings([12, 5, 7, 7, 3], 8)
    bound = dunnett_critical_value(b, alpha, degrees=degrees, sided=sided)
    found = any_exceeds(np.full(5, bound), b, degrees=degrees, sided=sided)
    assert float(found) == pytest.approx(alpha, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: loadings([0, 1], 1), "sizes"),
        (lambda: any_exceeds([np.nan, 1.0], 0.5), "bounds"),
        (lambda: any_exceeds([1.0, 1.0], 1.0), "loadings"),
        (lambda: any_exceeds([-1.0, 1.0], 0.5, sided=2), "not negative"),
        (lambda: any_exceeds([1.0, 1.0], 0.5, degrees=0), "degrees"),
        (lambda: any_exceeds([1.0, 1.0], 1 - 1e-9), "too small"),
        (lambda: dunnett_critical_value([0.5, 0.5], 1.0), "alpha"),
    ],
)
def test_nonsense_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
