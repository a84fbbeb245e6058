"""Sums over trials: twins bit for bit, also where nothing is summed."""

import numpy as np
import pytest

from handful.kernels import sums as kernels
from handful.kernels.twins import sums as twins

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("trials", [0, 1, 700])
def test_twins_give_the_same_bits(trials: int) -> None:
    months = RNG.exponential(20, trials)
    people = RNG.integers(0, 60, trials).astype(np.int32)
    look = RNG.integers(0, 3, trials).astype(np.int8)
    success, finished = RNG.random(trials) < 0.4, RNG.random(trials) < 0.8
    value = np.where(RNG.random(trials) < 0.9, RNG.normal(size=trials), np.nan)
    pairs = [
        (kernels.powers(months), twins.powers(months)),
        (kernels.powers(people), twins.powers(people)),
        (kernels.counts_of(months, 40), twins.counts_of(months, 40)),
        (kernels.counts_of(people, 61), twins.counts_of(people, 61)),
        (kernels.endings(look, success, finished, 3), twins.endings(look, success, finished, 3)),
    ]
    for found, expected in pairs:
        np.testing.assert_array_equal(found, expected)
    truths, about = np.array([0.3, -1.0]), (np.arange(value.size) % 2).astype(np.int8)
    found, covered = kernels.errors(value, value - 1, value + 1, truths, about)
    expected, twice = twins.errors(value, value - 1, value + 1, truths, about)
    np.testing.assert_array_equal(found, expected)
    assert covered == twice
    assert kernels.endings(look, success, finished, 3).sum() == trials


def test_what_lies_beyond_the_bins_counts_in_the_last() -> None:
    assert kernels.counts_of(np.array([np.inf, 3.0, 1e30]), 3).tolist() == [0, 0, 3]


def test_powers_at_each_place() -> None:
    values = RNG.normal(size=500)
    place = RNG.integers(0, 4, 500).astype(np.int8)
    np.testing.assert_array_equal(kernels.powers_at(values, place, 5), twins.powers_at(values, place, 5))
