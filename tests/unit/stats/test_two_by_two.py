"""Two proportions: exact ties, edges, caching, messages."""

import numpy as np
import pytest

from handful.stats.odds_ratio import odds_ratio, odds_ratio_table
from handful.stats.risk_difference import risk_difference_interval, risk_difference_interval_table
from handful.stats.table_orderings import fisher_sums, ranks_of_fractions, table_ranks
from handful.stats.two_by_two import (
    METHODS,
    p_value,
    p_value_table,
    power,
    region_size,
    rejection_region,
    sample_size,
)


def test_fractions_closer_than_a_float_can_tell_are_told_apart():
    # Consecutive Fibonacci ratios differ by one part in 1e40.
    a, b = 1, 1
    for _ in range(100):
        a, b = b, a + b
    c = a + b
    assert a / b == b / c
    assert ranks_of_fractions([a, b, 2 * a], [b, c, 2 * b]).tolist() in ([0, 1, 0], [1, 0, 1])


def test_tie_that_floating_point_splits():
    # 5 v 5: tables 3-0 and 5-2 mirror each other, so their z statistics are equal.
    ranks = table_ranks(5, 5, "z-pooled", two_sided=False)
    assert ranks[3, 0] == ranks[5, 2]
    table = p_value_table(5, 5, "z-pooled")
    assert table[3, 0] == table[5, 2]


def test_unpooled_order_puts_infinite_statistics_first_and_none_in_the_middle():
    ranks = table_ranks(4, 6, "z-unpooled", two_sided=False)
    assert ranks[4, 0] == 0
    assert ranks[0, 6] == ranks.max()
    assert ranks[0, 0] == ranks[4, 6] == ranks[2, 3]


def test_fisher_sums_count_tables():
    sums, margins = fisher_sums(3, 3, two_sided=True)
    assert (sums[3][0], margins[3]) == (2, 20)
    assert sums[0][0] == margins[0] == 1


@pytest.mark.parametrize("method", METHODS)
def test_tables_are_computed_once_and_cannot_be_changed(method):
    table = p_value_table(7, 9, method)
    assert table.shape == (8, 10)
    assert p_value_table(7, 9, method) is table
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 0.0
    assert table.max() == 1.0
    assert table[7, 0] == table.min() > 0.0


def test_one_participant_each():
    assert p_value_table(1, 1, "z-pooled").tolist() == [[1.0, 1.0], [0.25, 1.0]]


def test_p_values_of_trials_of_different_size():
    values = p_value([8, 7, 0], [10, 12, 0], [3, 2, 1], [12, 12, 5], "boschloo")
    assert values[0] == p_value_table(10, 12, "boschloo")[8, 3]
    assert values[1] == p_value_table(12, 12, "boschloo")[7, 2]
    assert values[2] == 1.0


def test_a_p_value_equal_to_alpha_rejects():
    # 3-0 of 3 v 3 has p = 1/64 exactly.
    assert rejection_region(3, 3, 1 / 64, "z-pooled")[3, 0]


def test_two_sided_boschloo_is_not_doubled():
    one_sided, two_sided = (float(p_value(8, 10, 3, 12, "boschloo", a)) for a in ("greater", "two-sided"))
    assert round(2 * one_sided, 6) == 0.012883
    assert round(two_sided, 6) == 0.017441


def test_power_broadcasts():
    assert power(5, 6, np.full((3, 1), 0.8), [0.1, 0.2], 0.05, "fisher").shape == (3, 2)


def test_size_of_all_or_nothing():
    assert region_size(np.zeros((4, 4), dtype=bool)) == 0.0
    assert region_size(np.ones((4, 4), dtype=bool)) == 1.0


def test_sample_size_in_allocation_blocks():
    n1, n2 = sample_size(0.8, 0.2, 0.025, 0.8, "boschloo", allocation=(2, 1))
    assert n1 == 2 * n2
    assert power(n1, n2, 0.8, 0.2, 0.025, "boschloo") >= 0.8
    assert power(n1 - 2, n2 - 1, 0.8, 0.2, 0.025, "boschloo") < 0.8


def test_odds_ratio_without_information():
    ratios = odds_ratio_table(4, 5)
    assert np.isnan(ratios.estimate[0, 0])
    assert (ratios.lower[0, 0], ratios.upper[0, 0]) == (0.0, np.inf)
    assert (ratios.estimate[4, 0], ratios.upper[4, 0]) == (np.inf, np.inf)
    assert ratios.estimate[0, 5] == 0.0


def test_odds_ratios_of_a_block_repeat_the_table():
    block = odds_ratio([[8, 3], [8, 0]], 10, 3, 12)
    table = odds_ratio_table(10, 12)
    for ours, all_of_them in zip(block, table, strict=True):
        np.testing.assert_allclose(ours, all_of_them[[[8, 3], [8, 0]], 3], rtol=1e-12)


def test_risk_difference_at_the_edges():
    limits = risk_difference_interval([12, 0, 0], [12, 12, 0], [0, 12, 4], [12, 12, 12])
    assert limits[0, 1] == 1.0
    assert limits[1, 0] == -1.0
    assert limits[2].tolist() == [-1.0, 1.0]
    assert risk_difference_interval_table(12, 12)[12, 0].tolist() == limits[0].tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: p_value_table(0, 3, "fisher"), "both groups need at least one participant"),
        (lambda: p_value_table(3, 3, "barnard"), "Barnard's test: z-pooled or z-unpooled"),
        (lambda: p_value_table(3, 3, "fisher", "both"), "alternative must be one of"),
        (lambda: p_value(4, 3, 1, 3, "fisher"), "x1 must not exceed n1"),
        (lambda: power(3, 3, 1.5, 0.5, 0.05, "fisher"), "p1 must lie in"),
        (lambda: rejection_region(3, 3, 0.0, "fisher"), "alpha must lie strictly between"),
        (lambda: sample_size(0.5, 0.5, 0.05, 0.8, "fisher", largest=20), "no total up to 20"),
        (lambda: sample_size(0.5, 0.5, 0.05, 0.8, "fisher", allocation=(0, 1)), "allocation"),
        (lambda: risk_difference_interval(1, 3, 1, 3, score="wald"), "score must be"),
    ],
)
def test_nonsense_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
