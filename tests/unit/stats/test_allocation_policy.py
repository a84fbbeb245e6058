"""Policies as tables: what they hold, and what they refuse."""

import numpy as np
import pytest

from handful.stats.allocation_policy import AllocationPolicy, counts_at, place_of, states_at


def half(successes: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return np.full(successes.shape, 0.5)


def laplace(successes: np.ndarray, totals: np.ndarray) -> np.ndarray:
    rates = (successes + 1) / (totals + 2)
    return np.asarray(rates / rates.sum(axis=1, keepdims=True))


def test_states_are_listed_in_the_order_of_their_places() -> None:
    for total in (0, 1, 5):
        successes, totals = counts_at(total)
        assert len(successes) == states_at(total)
        assert (totals.sum(axis=1) == total).all()
        failures = totals[:, 0] - successes[:, 0]
        places = place_of(successes[:, 0], failures, successes[:, 1], np.array(total))
        np.testing.assert_array_equal(places, np.arange(len(successes)))


@pytest.mark.parametrize("looks", [None, [4, 6]])
def test_table_gives_what_the_rule_gives(looks: list[int] | None) -> None:
    policy = AllocationPolicy.from_rule(8, laplace, looks)
    for look in range(8) if looks is None else (0, 4, 6):
        counts = counts_at(look)
        np.testing.assert_array_equal(policy.chance(*counts), laplace(*counts)[:, 1])


def test_trials_at_different_looks_are_looked_up_together() -> None:
    policy = AllocationPolicy.from_rule(8, laplace, [4, 6])
    found = policy.chance([[0, 0], [1, 3], [2, 0]], [[0, 0], [2, 4], [2, 2]])
    np.testing.assert_allclose(found, [0.5, 4 / 7, 1 / 4])  # rates 2/4 and 4/6, then 3/4 and 1/4


def test_a_trial_between_looks_is_refused() -> None:
    policy = AllocationPolicy.from_rule(8, half, [4])
    for enrolled in (3, 8):
        with pytest.raises(ValueError, match="chance is set at"):
            policy.chance([[0, 0]], [[0, enrolled]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, np.array([0]), np.zeros(1, np.uint8), np.array([0.5])), "participants"),
        ((5, np.array([1]), np.zeros(4, np.uint8), np.array([0.5])), "looks must rise from 0"),
        ((5, np.array([0, 5]), np.zeros(57, np.uint8), np.array([0.5])), "looks must rise from 0"),
        ((5, np.array([0]), np.zeros(2, np.uint8), np.array([0.5])), "codes"),
        ((5, np.array([0]), np.ones(1, np.uint8), np.array([0.5])), "codes"),
        ((5, np.array([0]), np.zeros(1, np.uint8), np.array([1.5])), "levels"),
    ],
)
def test_tables_that_do_not_fit_are_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AllocationPolicy(*arguments)
