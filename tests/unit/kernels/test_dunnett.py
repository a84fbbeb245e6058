"""Many-to-one probabilities and the table of the normal distribution: twins bit for bit."""

import numpy as np
import pytest
from scipy.special import ndtr

from handful.kernels import dunnett as kernels
from handful.kernels import normal_table as table_kernels
from handful.kernels.normal_table import normal_table
from handful.kernels.twins import dunnett as twins
from handful.kernels.twins import normal_table as table_twins

RNG = np.random.default_rng(20261122)
TABLE = normal_table()


@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("arms", [1, 2, 5])
def test_twin_gives_the_same_bits(arms: int, two_sided: bool) -> None:
    slopes = np.exp(RNG.normal(0, 1, (300, arms)))
    offsets = RNG.normal(2, 3, (300, arms))
    offsets[RNG.random(offsets.shape) < 0.2] = np.inf
    offsets[:100], slopes[:100] = offsets[:100, :1], slopes[:100, :1]  # equal arms take the short way
    nodes, weights = RNG.normal(0, 2, 17), RNG.random(17)
    scales, scale_weights = np.exp(RNG.normal(0, 0.3, 5)), RNG.random(5)
    arguments = (slopes, offsets, nodes, weights, scales, scale_weights, TABLE, two_sided)
    np.testing.assert_array_equal(kernels.any_beyond(*arguments), twins.any_beyond(*arguments))


X = np.concatenate([RNG.uniform(-21, 10, 100_000), [-np.inf, np.inf, -1e300, 1e300, -20, 9, 0.0, 1 / 64]])


def test_twin_of_the_table_gives_the_same_bits() -> None:
    found = [table_kernels.normal_cdf_from(x, TABLE) for x in X[-20_000:].tolist()]
    np.testing.assert_array_equal(found, table_twins.normal_cdf_from(X[-20_000:], TABLE))


def test_table_is_as_accurate_as_it_says() -> None:
    """Against SciPy, whose own relative error in the tail is a few units of 1e-16 times x * x."""
    found, exact = table_twins.normal_cdf_from(X, TABLE), ndtr(X)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-15)
    np.testing.assert_allclose(found[X >= -8], exact[X >= -8], rtol=2e-12, atol=0)
    np.testing.assert_allclose(found[X >= -20], exact[X >= -20], rtol=3e-9, atol=0)
