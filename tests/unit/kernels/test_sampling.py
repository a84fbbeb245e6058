"""Gamma, Poisson and negative binomial numbers: twins, distributions, addresses.

Statistical limits are four standard errors, or a chance of 1e-5 for a distribution's distance; seeds are
fixed.
"""

import numpy as np
import pytest
from scipy import special

from handful.kernels import sampling as kernels
from handful.kernels.streams import Purpose
from handful.kernels.twins import sampling as twins

SEED = 20261122
KOLMOGOROV = float(special.kolmogi(1e-5))
RNG = np.random.default_rng(7)

mixed_shapes = RNG.lognormal(0, 1.5, (300, 41))
mixed_means = np.concatenate(
    [RNG.uniform(0, 30, (80, 41)), RNG.uniform(300, 2600, (20, 41)), np.zeros((2, 41))]
)
mixed_dispersions = RNG.uniform(0, 3, (102, 41)) * RNG.integers(0, 2, (102, 41))


def test_twins_give_the_same_bits() -> None:
    for draw in (0, 3):
        place = (SEED, 12, 300, 41, Purpose.EFFECT)
        np.testing.assert_array_equal(
            kernels.gammas(*place, mixed_shapes, draw), twins.gammas(*place, mixed_shapes, draw)
        )
        np.testing.assert_array_equal(kernels.poisson_times(*place, draw), twins.poisson_times(*place, draw))
        place = (SEED, 2**62, 102, 41, Purpose.EVENT)
        np.testing.assert_array_equal(
            kernels.poissons(*place, mixed_means, draw), twins.poissons(*place, mixed_means, draw)
        )
        np.testing.assert_array_equal(
            kernels.negative_binomials(*place, mixed_means, mixed_dispersions, draw),
            twins.negative_binomials(*place, mixed_means, mixed_dispersions, draw),
        )


@pytest.mark.parametrize("shape", [0.05, 0.5, 0.999, 1.0, 1.5, 4.0, 300.0])
def test_gammas_have_their_distribution(shape: float) -> None:
    numbers = kernels.gammas(SEED, 0, 1_000, 200, Purpose.EFFECT, shape)
    n = numbers.size
    assert abs(numbers.mean() - shape) < 4 * np.sqrt(shape / n)
    # The variance of (x - a)**2 is 2 a**2 + 6 a.
    assert abs(np.mean((numbers - shape) ** 2) - shape) < 4 * np.sqrt((2 * shape**2 + 6 * shape) / n)
    u = np.sort(special.gammainc(shape, numbers).ravel())
    distance = max(np.max(np.arange(1, n + 1) / n - u), np.max(u - np.arange(n) / n))
    assert np.sqrt(n) * distance < KOLMOGOROV


@pytest.mark.parametrize("mean", [0.0, 1e-9, 0.3, 4.0, 77.5, 499.9, 500.1, 780.0, 2_500.0])
def test_poisson_count_is_the_quantile_of_its_uniform(mean: float) -> None:
    """The sum of up to 3,000 terms is good to about 3,000 units: only a p that near a step may go astray."""
    p = np.concatenate([RNG.random(500), [2.0**-53, 1e-12, 1 - 1e-9]])
    for chance in p:
        count = kernels.poisson_quantile_of(chance, mean)
        assert special.pdtr(count, mean) >= chance * (1 - 1e-12)
        assert count == 0 or special.pdtr(count - 1, mean) < chance * (1 + 1e-12)


def test_poisson_count_of_the_largest_uniform_is_finite() -> None:
    for mean in (0.01, 1.0, 40.0, 499.0, 10_000.0):
        count = kernels.poisson_quantile_of(1 - 2.0**-53, mean)
        assert mean < count
        assert 1e-18 < special.pdtrc(count - 1, mean) < 1e-11


def test_poissons_have_their_moments_and_rise_with_the_mean() -> None:
    place = (SEED, 0, 1_000, 200, Purpose.EVENT)
    less, more = kernels.poissons(*place, 3.0), kernels.poissons(*place, 3.3)
    n = less.size
    assert abs(less.mean() - 3) < 4 * np.sqrt(3 / n)
    # The variance of (x - m)**2 is m + 2 m**2.
    assert abs(np.mean((less - 3.0) ** 2) - 3) < 4 * np.sqrt((3 + 18) / n)
    assert (more >= less).all()


@pytest.mark.parametrize(("mean", "dispersion"), [(4.0, 0.5), (1.3, 2.0), (30.0, 0.1)])
def test_negative_binomials_have_their_distribution(mean: float, dispersion: float) -> None:
    counts = kernels.negative_binomials(SEED, 0, 1_000, 200, Purpose.EVENT, mean, dispersion)
    n, size = counts.size, 1 / dispersion
    variance = mean + dispersion * mean**2
    assert abs(counts.mean() - mean) < 4 * np.sqrt(variance / n)
    for count in range(int(mean + 2 * np.sqrt(variance))):
        chance = float(special.betainc(size, count + 1, size / (size + mean)))
        assert abs(np.mean(counts <= count) - chance) < 4.5 * np.sqrt(chance * (1 - chance) / n), count


def test_no_dispersion_is_poisson() -> None:
    place = (SEED, 0, 50, 20, Purpose.EVENT)
    np.testing.assert_array_equal(
        kernels.negative_binomials(*place, 5.0, 0.0), kernels.poissons(*place, 5.0, kernels.RUN - 1)
    )


def test_any_part_equals_the_whole() -> None:
    whole = kernels.gammas(SEED, 0, 40, 50, Purpose.EFFECT, 0.8)
    part = kernels.gammas(SEED, 30, 10, 7, Purpose.EFFECT, 0.8)
    np.testing.assert_array_equal(part, whole[30:, :7])
    whole_counts = kernels.negative_binomials(SEED, 0, 40, 50, Purpose.EVENT, 3.0, 0.7)
    part_counts = kernels.negative_binomials(SEED, 30, 10, 7, Purpose.EVENT, 3.0, 0.7)
    np.testing.assert_array_equal(part_counts, whole_counts[30:, :7])


def test_draws_differ() -> None:
    first = kernels.gammas(SEED, 0, 200, 100, Purpose.EFFECT, 2.0)
    second = kernels.gammas(SEED, 0, 200, 100, Purpose.EFFECT, 2.0, draw=1)
    assert abs(np.mean((first - 2) * (second - 2)) / 2) < 4 / np.sqrt(first.size)


def test_poisson_times_have_independent_unit_gaps() -> None:
    times = kernels.poisson_times(SEED, 0, 4_000, 30, Purpose.ARRIVAL)
    assert abs(times[:, -1].mean() - 30) < 4 * np.sqrt(30 / 4_000)
    assert (np.diff(times, axis=1) > 0).all()


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_bad_parameters_are_refused(bad: float) -> None:
    place = (1, 0, 2, 3, Purpose.EVENT)
    with pytest.raises(ValueError, match="shape"):
        kernels.gammas(*place, bad)
    with pytest.raises(ValueError, match="mean"):
        kernels.poissons(*place, bad)
    with pytest.raises(ValueError, match="dispersion"):
        kernels.negative_binomials(*place, 1.0, bad)
    with pytest.raises(ValueError, match="shape"):
        kernels.gammas(*place, 0.0)
