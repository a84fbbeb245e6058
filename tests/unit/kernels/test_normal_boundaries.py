"""Boundaries of the normal process and its recursion: twins bit for bit, and the tail against scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

from handful.kernels import normal_boundaries as kernels
from handful.kernels import normal_tail
from handful.kernels.twins import normal_boundaries as twins
from handful.kernels.twins import normal_tail as twin_tail

NAN, INF = np.nan, np.inf
THIRDS = np.array([1 / 3, 2 / 3, 1.0])
UNEVEN = np.array([0.05, 0.06, 0.4, 0.41, 1.0])
SPENT = np.array([[0.001, 0.004, 0.02], [0.02, 0.03, 0.05]])
SPENT_BY_FIVE = np.array([[1e-9, 0.001, 0.004, 0.005, 0.015], [0.0, 0.01, 0.02, 0.03, 0.04]])
OPEN = [-INF] * 3

# Which boundaries are given (upper without a lower one, beside it, mirrored, around an inner one) and which are solved.
DESIGNS = {
    "efficacy alone": (THIRDS, [OPEN, [0.0] * 3, [NAN] * 3], SPENT, 0.0, False),
    "mirrored": (THIRDS, [[NAN] * 3, [0.0] * 3, [NAN] * 3], SPENT, 0.0, True),
    "futility beside given efficacy": (
        THIRDS,
        [[NAN, NAN, INF], [0.0] * 3, [3.7, 2.5, 2.0]],
        SPENT,
        3.3,
        False,
    ),
    "both solved": (THIRDS, [[NAN, NAN, INF], [0.0] * 3, [NAN] * 3], SPENT, 3.3, False),
    "both under no effect": (THIRDS, [[NAN] * 3, [0.0] * 3, [NAN] * 3], SPENT, 0.0, False),
    "inner, binding": (THIRDS, [[NAN] * 3, [0.0, NAN, INF], [NAN] * 3], SPENT, 3.0, True),
    "inner that meets": (THIRDS, [[NAN] * 3, [NAN, NAN, INF], [1.0, 1.0, 1.0]], 9 * SPENT, 0.1, True),
    "uneven looks": (UNEVEN, [[NAN] * 4 + [INF], [0.0] * 5, [NAN] * 5], SPENT_BY_FIVE, 3.3, False),
    "two groups left": (
        np.array([0.94, 0.97, 1.0]),
        [[NAN] * 3, [NAN, NAN, INF], [NAN] * 3],
        np.array([[0.02, 0.003, 0.01], [0.2, 0.02, 0.03]]),
        2.6,
        True,
    ),
    "meeting early": (THIRDS, [[NAN, NAN, INF], [0.0] * 3, [2.0] * 3], 10 * SPENT, 1.0, False),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_twins_solve_the_same_bits(name: str) -> None:
    information, bounds, *rest = DESIGNS[name]
    arguments: tuple[Any, ...] = (information, np.array(bounds), *rest)
    found, futile = kernels.solve(*arguments)
    expected, same = twins.solve(*arguments)
    np.testing.assert_array_equal(found, expected)
    assert futile == same
    for effects in (np.array([0.0]), np.array([-1.0, 0.0, 2.5])):
        np.testing.assert_array_equal(
            kernels.crossing(information, found, effects), twins.crossing(information, found, effects)
        )


@pytest.mark.parametrize("name", ["futility beside given efficacy", "both solved", "inner, binding"])
def test_twins_meet_at_the_same_bits(name: str) -> None:
    information, bounds, steps, effect, mirrored = DESIGNS[name]
    found, drift = kernels.meet(information, np.array(bounds), steps, mirrored, 0.1, effect)
    expected, same = twins.meet(information, np.array(bounds), steps, mirrored, 0.1, effect)
    assert drift == same
    np.testing.assert_array_equal(found, expected)
    assert kernels.solve(information, np.array(bounds), steps, drift, mirrored)[1] == pytest.approx(
        0.1, abs=1e-14
    )


def test_a_search_that_does_not_shrink_at_once_says_so() -> None:
    bounds, steps = np.array([[np.inf], [0.0], [2.0]]), np.zeros((2, 1))
    arguments = (np.array([1.0]), bounds, steps, False, 0.1, 60.0)
    assert np.isnan(kernels.meet(*arguments)[1])
    assert np.isnan(twins.meet(*arguments)[1])


def test_twin_of_the_tail_gives_the_same_bits() -> None:
    z = np.concatenate([np.linspace(-45.0, 45.0, 100_001), [0.0, -0.0, INF, -INF]])
    pairs = [(np.empty_like(z), np.empty_like(z)) for _ in range(2)]
    normal_tail.cdf_and_exponential(z, *pairs[0])
    twin_tail.cdf_and_exponential(z, *pairs[1])
    np.testing.assert_array_equal(pairs[0], pairs[1])


def test_tail_agrees_with_scipy_to_the_accuracy_that_is_stated() -> None:
    z = np.linspace(-37.0, 9.0, 300_001)
    cdf, exponential = np.empty_like(z), np.empty_like(z)
    normal_tail.cdf_and_exponential(z, cdf, exponential)
    expected = special.ndtr(z)
    assert np.max(abs(cdf - expected)) < 4e-16
    # Rounding z * z costs z * z / 2 units of the result, ten more roundings one each; scipy loses up to
    # 16 + 2.5 * z * z units (see the test of `elementary`).
    assert np.all(abs(cdf - expected) <= 2.0**-53 * (26.0 + 3.0 * z * z) * expected)
