"""The largest probability over a nuisance parameter, known by values alone or by shares."""

import numpy as np
import pytest

from handful.stats.binomial import pmf
from handful.stats.worst_case import maximum, polynomial_maximum, worst_case_probability
from tests.reference.exact_rational import bernstein_maximum


def test_maximum_at_either_end_and_inside():
    assert maximum(lambda p: p) == (1.0, 1.0)
    assert maximum(lambda p: 1.0 - p) == (1.0, 0.0)
    value, where = maximum(lambda p: 4.0 * p**3 * (1.0 - p))
    # A smooth top is found to the square root of rounding in its place and to rounding in its height.
    assert value == pytest.approx(27 / 64, rel=1e-13)
    assert where == pytest.approx(0.75, abs=1e-6)


def test_maximum_of_the_higher_of_two_peaks_that_the_grid_misses():
    # Two narrow peaks: the higher one lies half-way between grid points.
    off = np.sin(0.5 * np.pi * 60.5 / 256) ** 2

    def peaks(p):
        return np.exp(-(((p - off) / 0.02) ** 2)) + 0.999 * np.exp(-(((p - 0.5) / 0.02) ** 2))

    value, where = maximum(peaks)
    assert value == pytest.approx(1.0, rel=1e-12)
    assert where == pytest.approx(off, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_both_ways_of_asking_give_one_answer(seed):
    # Any set of tables of up to 40 participants: known by its values, and by its shares.
    rng = np.random.default_rng(seed)
    total = int(rng.integers(2, 41))
    shares = rng.random(total + 1) * (rng.random(total + 1) < 0.4)
    by_value, _ = maximum(lambda p: pmf(total, p) @ shares)
    assert by_value == pytest.approx(float(worst_case_probability(shares[None])[0]), abs=1e-11)


def test_worst_case_of_a_humped_polynomial():
    # 4 p^3 (1 - p) peaks at 3/4; the mirror image at 1/4 is the same height.
    shares = np.array([[0.0, 0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0, 0.0]])
    assert worst_case_probability(shares) == pytest.approx([27 / 64, 27 / 64], rel=1e-14)
    assert worst_case_probability(np.array([[0.3]])) == pytest.approx([0.3])


@pytest.mark.parametrize(("first", "second"), [(3, 11), (5, 14), (6, 17), (2, 13), (7, 16)])
def test_worst_case_between_two_peaks_of_nearly_equal_height(first, second):
    # One peak is 1e-4 higher but may lie between grid points, where the grid shows it as the lower one.
    totals = np.array([first, second])
    heights = pmf(20, totals / 20)[[0, 1], totals]
    shares = np.zeros((2, 21))
    shares[:, totals] = np.array([[1.0001, 1.0], [1.0, 1.0001]]) * heights.min() / heights
    certified = [bernstein_maximum(row, 1e-14) for row in shares]
    assert worst_case_probability(shares) == pytest.approx(certified, abs=1e-12)


def test_worst_case_in_parts_equals_the_whole(monkeypatch):
    shares = np.cumsum(np.random.default_rng(8).dirichlet(np.ones(200), size=21).T, axis=0)
    whole = worst_case_probability(shares)
    monkeypatch.setattr("handful.stats.worst_case._ELEMENTS_AT_ONCE", 1000)
    np.testing.assert_array_equal(worst_case_probability(shares), whole)


@pytest.mark.parametrize("degree", [1, 2, 7, 40, 150])
def test_a_polynomial_has_the_maximum_of_its_values_at_few_points(degree):
    """Random mixtures of binomial probabilities, held against the search that asks for every value."""
    shares = np.random.default_rng(degree).random(degree + 1)
    asked = []

    def polynomial(p):
        asked.append(p.size)
        return pmf(degree, p) @ shares

    value, where = polynomial_maximum(polynomial, degree)
    assert asked == [degree + 1]
    expected, there = maximum(lambda p: pmf(degree, p) @ shares, grid=8 * degree + 257)
    assert value == pytest.approx(expected, rel=1e-12)
    assert polynomial(np.array([where]))[0] == pytest.approx(value, rel=1e-12)
    assert where == pytest.approx(there, abs=1e-5)


def test_a_polynomial_of_a_lower_degree_than_was_said_and_a_constant():
    assert polynomial_maximum(lambda p: p**2 * (1 - p), 9)[0] == pytest.approx(4 / 27, rel=1e-13)
    assert polynomial_maximum(lambda p: np.full(p.size, 0.25), 0)[0] == pytest.approx(0.25, rel=1e-15)
