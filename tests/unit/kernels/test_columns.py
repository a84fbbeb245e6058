"""Arithmetic on columns: twins bit for bit, also for what is no number."""

import numpy as np

from handful.kernels import columns as kernels
from handful.kernels.twins import columns as twins

RNG = np.random.default_rng(3)
numbers = RNG.normal(1e3, 7, (400, 33))
numbers[0, :4] = np.inf, -np.inf, np.nan, 0.0
flags = RNG.random(numbers.shape) < 0.5


def test_twins_give_the_same_bits() -> None:
    for scale, shift in ((1 / 3, 0.1), (-2.5, 0.0), (1.0, 1e9)):
        np.testing.assert_array_equal(
            kernels.scaled(numbers, scale, shift), twins.scaled(numbers, scale, shift)
        )
        np.testing.assert_array_equal(
            kernels.raised(numbers, flags, scale), twins.raised(numbers, flags, scale)
        )
    arms = RNG.integers(-1, 3, numbers.shape).astype(np.int8)
    every = np.stack([numbers, 2 * numbers, numbers + 1])
    np.testing.assert_array_equal(kernels.chosen(every, arms), twins.chosen(every, arms))


def test_what_is_given_stays_as_it_is() -> None:
    before = numbers.copy()
    kernels.raised(kernels.scaled(numbers, 2.0, 1.0), flags, 5.0)
    np.testing.assert_array_equal(numbers, before)
