"""Counts and moments over prefixes: twins bit for bit, and plain NumPy on one trial."""

import numpy as np
import pytest

from handful.kernels import counting as kernels
from handful.kernels.twins import counting as twins

RNG = np.random.default_rng(11)
TRIALS, PARTICIPANTS = 700, 45
arm = RNG.integers(-1, 4, (TRIALS, PARTICIPANTS)).astype(np.int8)
included = RNG.integers(0, PARTICIPANTS + 1, TRIALS)
observed = RNG.random((TRIALS, PARTICIPANTS)) < 0.8
flags = RNG.random((TRIALS, PARTICIPANTS)) < 0.3
numbers = RNG.normal(1e6, 3, (TRIALS, PARTICIPANTS))


@pytest.mark.parametrize("arms", [1, 2, 4])
def test_twins_give_the_same_bits(arms: int) -> None:
    for found, expected in (
        (
            kernels.count_prefix(flags, arm, included, observed, arms),
            twins.count_prefix(flags, arm, included, observed, arms),
        ),
        (
            kernels.moments_prefix(numbers, arm, included, observed, arms),
            twins.moments_prefix(numbers, arm, included, observed, arms),
        ),
    ):
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    means = kernels.means_prefix(numbers, arm, included, observed, arms)
    for ours, theirs in zip(
        means, twins.moments_prefix(numbers, arm, included, observed, arms), strict=False
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_counts_of_numbers_and_of_everyone() -> None:
    """Outcomes may be floats with nan where nothing was observed."""
    values = np.where(observed, flags.astype(float), np.nan)
    successes, n = kernels.count_prefix(values, arm, None, observed, 4)
    for a in range(4):
        np.testing.assert_array_equal(n[:, a], (observed & (arm == a)).sum(axis=1))
        np.testing.assert_array_equal(successes[:, a], (observed & flags & (arm == a)).sum(axis=1))
    np.testing.assert_array_equal(kernels.count_prefix(flags, np.zeros_like(arm))[0][:, 0], flags.sum(axis=1))


def test_moments_agree_with_numpy_around_a_large_mean() -> None:
    """Around 1e6 a unit in the last place is 1.2e-10; each addition to the sum can cost half of one."""
    n, mean, squares = kernels.moments_prefix(numbers, arm, included, observed, 4)
    for t in range(0, TRIALS, 50):
        for a in range(4):
            values = numbers[t, : included[t]][(observed & (arm == a))[t, : included[t]]]
            assert n[t, a] == values.size
            if values.size:
                assert abs(mean[t, a] - values.mean()) < 1.2e-10 * values.size
                assert abs(squares[t, a] - ((values - values.mean()) ** 2).sum()) < 1e-8
            else:
                assert np.isnan(mean[t, a])
                assert squares[t, a] == 0


def test_values_that_are_not_observed_are_not_read() -> None:
    hidden = np.where(observed, numbers, np.nan)
    for ours, theirs in zip(
        kernels.moments_prefix(hidden, arm, included, observed),
        kernels.moments_prefix(numbers, arm, included, observed),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_one_trial_alone_equals_the_trial_in_its_block() -> None:
    whole = kernels.moments_prefix(numbers, arm, included, observed)
    alone = kernels.moments_prefix(numbers[9:10], arm[9:10], included[9:10], observed[9:10])
    for ours, theirs in zip(alone, whole, strict=True):
        np.testing.assert_array_equal(ours[0], theirs[9])


def test_arguments_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="arm has the shape"):
        kernels.count_prefix(flags, arm[:, :3])
    with pytest.raises(ValueError, match="included must be 0"):
        kernels.count_prefix(flags, arm, included + PARTICIPANTS)
    with pytest.raises(ValueError, match="must have the shape"):
        kernels.moments_prefix(numbers[0], arm[0])
    with pytest.raises(ValueError, match="one number or have the shape"):
        kernels.count_prefix(flags, arm, [1, 2])


def test_prefixes_of_arrivals_and_of_the_treated() -> None:
    arrival = np.sort(RNG.exponential(10, (TRIALS, PARTICIPANTS)), axis=1)
    arrival[:, -3:] = np.inf
    month = RNG.exponential(10, TRIALS)
    there = arrival <= month[:, None]
    arrived = kernels.arrived_by(arrival, month)
    np.testing.assert_array_equal(arrived, twins.arrived_by(arrival, month))
    np.testing.assert_array_equal(arrived, there.sum(axis=1))
    for arms in (2, 3):
        allocated = kernels.allocated_prefix(arm, arrived, arms)
        np.testing.assert_array_equal(allocated, twins.allocated_prefix(arm, arrived, arms))
    np.testing.assert_array_equal(allocated[:, 1], (there & (arm == 1)).sum(axis=1))


def test_different_pairs_in_order_of_appearance() -> None:
    pairs = RNG.integers(0, 4, (TRIALS, 2))
    for ours, theirs in zip(kernels.different_pairs(pairs), twins.different_pairs(pairs), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    different, place = kernels.different_pairs(pairs)
    np.testing.assert_array_equal(different[place], pairs)
    assert len(different) == 16
    with pytest.raises(ValueError, match="pairs"):
        kernels.different_pairs(pairs - 1)


def test_cells_of_several_tables() -> None:
    shapes = np.array([[3, 4], [1, 1], [2, 6]])
    tables = [RNG.normal(size=(*shape, 2)) for shape in shapes]
    cells = np.concatenate([table.reshape(-1, 2) for table in tables])
    start, width = np.array([0, 12, 13]), shapes[:, 1]
    place = RNG.integers(0, 3, TRIALS)
    row, column = RNG.integers(0, shapes[place, 0]), RNG.integers(0, width[place])
    found = kernels.read_cells(cells, start, width, place, row, column)
    np.testing.assert_array_equal(found, twins.read_cells(cells, start, width, place, row, column))
    for t in range(0, TRIALS, 50):
        np.testing.assert_array_equal(found[t], tables[place[t]][row[t], column[t]])
