"""Predictive probability of a comparison of two proportions, by writing all trials out."""

from math import comb

import numpy as np
import pytest
from scipy.special import beta

from handful.stats.assurance import two_arm_assurance
from handful.stats.beta_binomial import superiority_table
from handful.stats.predictive import final_success_threshold, predictive_probability
from handful.stats.predictive_two_arms import final_counts, predictive_table, predictive_tables


def chance(y, m, a, b):
    """Beta-binomial probability of y of m."""
    return comb(m, y) * beta(a + y, b + m - y) / beta(a, b)


def test_every_future_is_weighed_by_its_probability():
    prior_c, prior_t = (0.7, 1.2), (1.5, 0.4)
    success = superiority_table(7, 6).T >= 0.9
    table = predictive_table(success, 3, 4, prior_c, prior_t)
    for x in range(4):
        for y in range(5):
            by_hand = sum(
                chance(u, 3, prior_c[0] + x, prior_c[1] + 3 - x)
                * chance(v, 3, prior_t[0] + y, prior_t[1] + 4 - y)
                * success[x + u, y + v]
                for u in range(4)
                for v in range(4)
            )
            assert table[x, y] == pytest.approx(by_hand, abs=1e-14)


def test_with_nobody_to_come_it_is_the_decision_itself():
    success = superiority_table(5, 4).T >= 0.8
    np.testing.assert_array_equal(predictive_table(success, 4, 5), success)


def test_one_arm_that_decides_alone_is_the_single_arm():
    # Whatever happens on control, the trial succeeds with 11 of 36 on treatment.
    threshold = final_success_threshold(36, 0.2, 0.9, (0.2, 0.8))
    success = np.tile(np.arange(37) >= threshold, (6, 1))
    table = predictive_table(success, 2, 20, (1.0, 1.0), (0.2, 0.8))
    single = predictive_probability(20, 36, threshold, (0.2, 0.8))
    assert table == pytest.approx(np.tile(single, (3, 1)), abs=1e-13)


def test_each_row_of_final_counts_is_a_distribution():
    table = final_counts(6, 15, (0.3, 2.0))
    assert table.sum(axis=1) == pytest.approx(np.ones(7), abs=1e-13)
    assert np.count_nonzero(table[2]) == 10
    np.testing.assert_array_equal(final_counts(4, 4), np.eye(5))


def test_looks_in_order_end_with_the_decision():
    success = superiority_table(8, 8).T >= 0.9
    tables = predictive_tables(success, [(2, 2), (5, 4), (8, 8)])
    assert [table.shape for table in tables] == [(3, 3), (6, 5), (9, 9)]
    np.testing.assert_array_equal(tables[1], predictive_table(success, 5, 4))
    np.testing.assert_array_equal(tables[2], success)


def test_before_the_trial_it_is_the_assurance():
    success = superiority_table(8, 9).T >= 0.9
    nobody = predictive_table(success, 0, 0, (2, 3), (4, 1))
    assert nobody.shape == (1, 1)
    assert two_arm_assurance(success, (2, 3), (4, 1)) == nobody[0, 0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: final_counts(3, 2), "n_final"),
        (lambda: predictive_table([True, False], 0, 0), "two counts"),
        (lambda: predictive_table([[0.0, 2.0]], 0, 0), "success"),
        (lambda: predictive_tables([[0.0, 1.0]], [(0, 0)]), "last look"),
        (lambda: predictive_tables([[0.0, 1.0]], []), "last look"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
