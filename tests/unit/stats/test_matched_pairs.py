"""Matched and clustered pairs: edges, shapes, messages."""

import numpy as np
import pytest

from handful.stats.clustered_pairs import design_effect, durkalski_test, effective_pairs, inflated_mcnemar
from handful.stats.matched_pairs import (
    METHODS,
    discordant_pmf,
    mcnemar_p_value,
    mcnemar_p_value_table,
    mcnemar_power,
    mcnemar_worst_case_size,
    paired_difference_interval,
)


@pytest.mark.parametrize("method", METHODS)
def test_table_holds_every_possible_result_and_no_other(method):
    table = mcnemar_p_value_table(6, method, "two-sided")
    b, c = np.indices(table.shape)
    assert np.array_equal(np.isnan(table), b + c > 6)
    assert mcnemar_p_value_table(6, method, "two-sided") is table
    np.testing.assert_allclose(table, table.T, rtol=1e-12)


def test_all_pairs_in_favour():
    # Six of six: 1/64 conditionally; unconditionally the worst case is certain discordance, the same.
    for method in ("exact", "unconditional"):
        assert mcnemar_p_value(6, 0, 6, method) == pytest.approx(1 / 64, rel=1e-13)
    assert mcnemar_p_value(6, 0, 6, "mid-p") == pytest.approx(1 / 128, rel=1e-13)
    assert mcnemar_p_value(6, 0, 6, "exact", "two-sided") == pytest.approx(1 / 32, rel=1e-13)


def test_no_discordant_pair_is_no_evidence():
    assert mcnemar_p_value(0, 0, 9, "exact") == 1.0
    assert mcnemar_p_value(0, 0, 9, "unconditional", "two-sided") == 1.0
    assert paired_difference_interval(0, 0, 9) == pytest.approx(-paired_difference_interval(0, 0, 9)[::-1])


def test_unconditional_ties_are_exact():
    # (8, 0) and (9, 1) of ten: 64 / 8 = 8 and 64 / 10; (2, 0) ties with (6, 2): 4 / 2 = 16 / 8.
    table = mcnemar_p_value_table(10, "unconditional")
    assert table[2, 0] == table[6, 2]
    assert table[8, 0] < table[9, 1]


def test_results_of_trials_of_different_size():
    values = mcnemar_p_value([5, 5], [0, 0], [5, 12], "unconditional")
    assert values[0] == mcnemar_p_value_table(5, "unconditional")[5, 0]
    assert values[1] == mcnemar_p_value_table(12, "unconditional")[5, 0]


def test_trinomial_with_certain_outcomes():
    assert discordant_pmf(3, 1.0, 0.0)[3, 0] == 1.0
    assert discordant_pmf(3, 0.0, 0.0)[0, 0] == 1.0
    assert discordant_pmf(2, [[0.1], [0.2]], [0.3, 0.4]).shape == (2, 2, 3, 3)


def test_power_by_hand():
    # One-sided at 1/8 with three pairs only three in favour reject: power p_b ** 3, size 1/8 at worst.
    assert mcnemar_power(3, [0.5, 0.9], 0.1, 1 / 8).tolist() == pytest.approx([0.5**3, 0.9**3])
    assert mcnemar_worst_case_size(3, 1 / 8) == pytest.approx(1 / 8, rel=1e-13)


def test_tango_limits_at_the_edges():
    limits = paired_difference_interval([9, 0, 0], [0, 9, 0], [9, 9, 0])
    assert limits[0, 1] == 1.0
    assert limits[1, 0] == -1.0
    assert limits[2].tolist() == [-1.0, 1.0]


def test_design_effect_of_one_pair_each_is_one():
    assert design_effect(11, 11, 0.7) == 1.0
    assert effective_pairs(44, 11, 1.0) == pytest.approx(11.0)


def test_clustering_weakens_the_evidence():
    tests = inflated_mcnemar(28, 0, design_effect(43, 11, [0.0, 0.3, 0.5]))
    assert np.all(np.diff(tests.p_value) > 0.0)
    assert tests.z[0] == pytest.approx(np.sqrt(28.0))


def test_durkalski_by_hand_and_over_trials():
    # Means 2/3, 3/4, -1/2: z = (2/3 + 3/4 - 1/2) / sqrt(4/9 + 9/16 + 1/4).
    b, c, pairs = [2, 3, 0], [0, 0, 1], [3, 4, 2]
    expected = (2 / 3 + 3 / 4 - 1 / 2) / np.sqrt(4 / 9 + 9 / 16 + 1 / 4)
    assert durkalski_test(b, c, pairs).z == pytest.approx(expected, rel=1e-14)
    trials = durkalski_test([b, c], [c, b], pairs, "two-sided")
    assert trials.z == pytest.approx([expected, -expected])
    assert trials.p_value[0] == pytest.approx(trials.p_value[1])
    nothing = durkalski_test([0, 0], [0, 0], [3, 0])
    assert (float(nothing.z), float(nothing.p_value)) == (0.0, 0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mcnemar_p_value(5, 5, 9), r"b \+ c must not exceed pairs"),
        (lambda: mcnemar_p_value_table(5, "fisher"), "method must be one of exact, mid-p, unconditional"),
        (lambda: discordant_pmf(5, 0.6, 0.6), r"p_b \+ p_c must not exceed 1"),
        (lambda: design_effect(5, 6, 0.1), "every participant needs a pair"),
        (lambda: design_effect(6, 6, 1.1), "icc must lie in"),
        (lambda: inflated_mcnemar(3, 1, 0.0), "effect must be above 0"),
    ],
)
def test_nonsense_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
