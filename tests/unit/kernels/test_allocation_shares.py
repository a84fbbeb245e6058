"""Shares within limits: the twin bit for bit."""

import numpy as np

from handful.kernels.allocation_shares import limited_shares
from handful.kernels.twins import allocation_shares as twins

RNG = np.random.default_rng(11)


def test_twin_gives_the_same_bits() -> None:
    for arms in (2, 3, 6):
        weights = RNG.random((300, arms)) * (RNG.random((300, arms)) < 0.8)
        power = RNG.choice([0.0, 0.3, 1.0, 4.0], 300)
        is_open = RNG.random((300, arms)) < 0.8
        for least, most in ((0.0, 1.0), (0.1, 0.6), (0.9 / arms, 0.9 / arms)):
            limits = np.full(arms, least), np.full(arms, most)
            limits[0][0] = limits[1][0] = 0.15  # one arm is fixed
            found = limited_shares(weights, power, *limits, is_open)
            np.testing.assert_array_equal(found, twins.limited_shares(weights, power, *limits, is_open))
