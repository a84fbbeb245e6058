"""Beta variables compared at nodes: twins bit for bit."""

import numpy as np

from handful.kernels import posterior_best as kernels
from handful.kernels.twins import posterior_best as twins

RNG = np.random.default_rng(7)


def rows(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    x = np.sort(RNG.random(nodes))
    counts = RNG.integers(0, 12, 40), RNG.integers(0, 12, 40)
    settings = *counts, (0.7, 1.9), x, 1 - x, RNG.random(nodes), RNG.random(nodes), x**0.7
    found, expected = kernels.beta_rows(*settings), twins.beta_rows(*settings)
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    return found


def test_twins_give_the_same_bits() -> None:
    for nodes, arms in ((16, 2), (33, 3), (7, 6)):  # several lengths: four sums side by side and what is left
        density, cdf = rows(nodes)
        row = RNG.integers(0, len(density), (50, arms))
        is_open = RNG.random((50, arms)) < 0.7
        np.testing.assert_array_equal(
            kernels.chances_of_largest(row, is_open, density, cdf),
            twins.chances_of_largest(row, is_open, density, cdf),
        )
        np.testing.assert_array_equal(
            kernels.chances_of_exceeding(row, arms - 1, density, cdf),
            twins.chances_of_exceeding(row, arms - 1, density, cdf),
        )


def test_twin_numbers_pairs_in_the_same_way() -> None:
    totals = RNG.integers(0, 30, (20, 3))
    successes = RNG.integers(0, totals + 1)
    for mine, theirs in zip(kernels.places(successes, totals), twins.places(successes, totals), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_an_arm_alone_is_the_best_and_a_closed_one_is_not() -> None:
    density, cdf = rows(16)
    row, is_open = np.array([[0, 1], [0, 1]]), np.array([[True, False], [False, False]])
    assert kernels.chances_of_largest(row, is_open, density, cdf).tolist() == [[1, 0], [0, 0]]
