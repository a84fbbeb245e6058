"""Exact operating characteristics of count boundaries beside every single sequence of responses."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from handful.stats.count_boundaries import CountBoundaries, checked_looks, enumerate_paths

DESIGN = CountBoundaries((3, 5, 9), futility_if_at_most=(0, 1, 4), success_if_at_least=(3, 4, 5))


def walk_every_sequence(design: CountBoundaries, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Success and futility at each look, by playing all 2^n sequences of responses."""
    success, futility = np.zeros(len(design.looks)), np.zeros(len(design.looks))
    for sequence in product((0, 1), repeat=design.looks[-1]):
        probability = p ** sum(sequence) * (1.0 - p) ** (len(sequence) - sum(sequence))
        for k, n in enumerate(design.looks):
            responses = sum(sequence[:n])
            if responses <= design.futility_if_at_most[k]:
                futility[k] += probability
                break
            if responses >= design.success_if_at_least[k]:
                success[k] += probability
                break
    return success, futility


@pytest.mark.parametrize("p", [0.0, 0.2, 0.55, 1.0])
def test_stopping_probabilities_are_those_of_all_sequences(p: float) -> None:
    success, futility = walk_every_sequence(DESIGN, p)
    ours = DESIGN.stopping_probabilities(p)
    np.testing.assert_allclose(ours.success, success, atol=1e-14)
    np.testing.assert_allclose(ours.futility, futility, atol=1e-14)
    assert DESIGN.success_probability(p) == pytest.approx(success.sum())
    assert DESIGN.expected_size(p) == pytest.approx((success + futility) @ np.array([3, 5, 9]))


def test_shapes_follow_the_probabilities() -> None:
    rates = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    ours = DESIGN.stopping_probabilities(rates)
    assert ours.success.shape == ours.futility.shape == (2, 3, 3)
    np.testing.assert_array_equal(ours.success[1, 0], DESIGN.stopping_probabilities(0.4).success)
    np.testing.assert_allclose((ours.success + ours.futility).sum(axis=-1), 1.0, rtol=1e-13)


def test_many_boundaries_are_walked_as_if_alone() -> None:
    low, high = np.array([[0, 1, 4], [-1, -1, 3]]), np.array([[3, 4, 5], [4, 6, 4]])
    together = enumerate_paths((3, 5, 9), low, high, 0.4)
    np.testing.assert_allclose(together.success[0], DESIGN.stopping_probabilities(0.4).success, rtol=1e-14)
    alone = CountBoundaries((3, 5, 9), (-1, -1, 3), (4, 6, 4)).stopping_probabilities(0.4)
    np.testing.assert_allclose(together.futility[1], alone.futility, rtol=1e-14)
    np.testing.assert_array_equal(alone.success[:2] + alone.futility[:2], 0.0)


@pytest.mark.parametrize(
    ("looks", "low", "high", "message"),
    [
        ((), (), (), "looks must be"),
        ((0, 5), (-1, 2), (1, 3), "looks must be"),
        ((5, 5), (1, 2), (4, 3), "looks must be"),
        ((5, 9), (1,), (4, 3), "as many boundaries"),
        ((5, 9), (4, 3), (4, 4), "fails"),
        ((5, 9), (1, 3), (7, 4), "fails"),
        ((5, 9), (-2, 3), (6, 4), "fails"),
        ((5, 9), (1, 3), (6, 5), "last look must decide"),
    ],
)
def test_impossible_boundaries_are_refused(
    looks: tuple[int, ...], low: tuple[int, ...], high: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        CountBoundaries(looks, low, high)


def test_fractions_of_participants_are_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        checked_looks([2.5, 5])
