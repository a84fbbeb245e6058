"""Exact characteristics and tests of a policy: known special cases, and what they refuse."""

import numpy as np
import pytest

from handful.stats.allocation_policy import AllocationPolicy
from handful.stats.bernoulli_bandit import optimal_policy
from handful.stats.exact_allocation import FinalCounts, pooled_z


def always(arm: int) -> FinalCounts:
    chance = np.eye(2)[arm]
    return FinalCounts.of(AllocationPolicy.from_rule(10, lambda s, n: np.tile(chance, (len(s), 1))))


def test_one_arm_alone_is_binomial() -> None:
    found = always(1).characteristics(0.9, 0.3)
    assert found.successes == pytest.approx(3.0)
    assert found.successes_sd == pytest.approx(np.sqrt(10 * 0.3 * 0.7))
    assert found.on_better == 0.0
    assert found.estimable == 0.0
    assert np.isnan([found.bias, found.mse, found.rejection]).all()


def test_a_coin_leaves_the_difference_unbiased() -> None:
    coin = FinalCounts.of(AllocationPolicy.from_rule(20, lambda s, n: np.full(s.shape, 0.5)))
    found = coin.characteristics(0.2, 0.7)
    assert found.bias == pytest.approx(0.0, abs=1e-13)
    assert found.on_better == pytest.approx(0.5)
    assert found.estimable == pytest.approx(1 - 2 * 0.5**20)


def test_the_optimal_policy_is_biased_and_has_no_power() -> None:
    """Villar, Bowden and Wason (2015): the bandit estimates the worse arm too low and hardly ever rejects."""
    final = FinalCounts.of(optimal_policy(60).policy)
    p = final.conditional_p_values(abs(pooled_z(final.successes, final.totals)))
    found = final.characteristics(0.3, 0.5, p <= 0.05)
    assert found.on_better > 0.8
    assert found.bias > 0.05
    assert found.rejection < 0.2


def test_worst_case_is_no_less_than_any_other() -> None:
    final = FinalCounts.of(optimal_policy(30, degree=0.9).policy)
    rejects = pooled_z(final.successes, final.totals) > 1.645
    size, where = final.worst_case_size(rejects)
    for p in np.linspace(0, 1, 41):
        assert final.characteristics(p, p, rejects).rejection <= size + 1e-12
    assert final.characteristics(where, where, rejects).rejection == pytest.approx(size, rel=1e-12)


def test_p_values_are_right_at_every_number_of_successes() -> None:
    """Given the total, the chance of a p-value of at most a is at most a, with equality at those that occur."""
    final = FinalCounts.of(optimal_policy(15, degree=0.8).policy)
    p = final.conditional_p_values(pooled_z(final.successes, final.totals))
    number = final.successes.sum(axis=1)
    for total in range(16):
        own, weights = p[number == total], final.weights[number == total]
        for level in np.unique(own):
            assert weights[own <= level + 1e-12].sum() / weights.sum() == pytest.approx(level, abs=1e-11)


def test_z_is_zero_where_nothing_can_be_compared() -> None:
    assert pooled_z([[0, 3], [2, 3], [0, 0]], [[0, 5], [2, 3], [4, 4]]).tolist() == [0, 0, 0]


def test_values_of_other_states_are_refused() -> None:
    final = always(0)
    for method in (final.worst_case_size, final.conditional_p_values):
        with pytest.raises(ValueError, match="must have the shape"):
            method([1.0, 0.0])
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        final.probability(0.5, 1.2)
