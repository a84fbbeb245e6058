"""One proportion: edges of the sample space, shapes, messages."""

import numpy as np
import pytest

from handful.stats.binomial import (
    cdf,
    exact_interval,
    exact_p_value,
    log_factorials,
    mid_p_interval,
    pmf,
    power,
    smallest_significant,
    tail,
    wilson_interval,
)
from handful.stats.single_stage import single_stage, single_stage_designs


def test_certain_outcomes_are_exact():
    assert pmf(3, 0.0).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert pmf(3, 1.0).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert pmf(0, 0.4).tolist() == [1.0]
    assert tail(3, [0.0, 1.0]).tolist() == [[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]
    assert cdf(3, 1.0).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_far_tail_keeps_its_digits():
    # P(X >= 30) at 0.01 is 0.01**30.
    assert tail(30, 0.01)[30] == pytest.approx(1e-60, rel=1e-12)


def test_probabilities_broadcast_over_leading_axes():
    assert pmf(5, np.full((2, 3), 0.3)).shape == (2, 3, 6)


def test_log_factorial_table_grows_and_cannot_be_changed():
    table = log_factorials(700)
    assert table.shape == (701,)
    assert table[700] - table[699] == pytest.approx(np.log(700.0), rel=1e-11)
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 1.0


def test_two_sided_p_value_adds_small_probabilities_instead_of_doubling():
    assert exact_p_value(7, 12, 0.2, "two-sided") == exact_p_value(7, 12, 0.2, "greater")
    assert exact_p_value(6, 12, 0.5, "two-sided") == pytest.approx(1.0, abs=1e-14)


def test_p_values_of_trials_of_different_size():
    values = exact_p_value([[3], [5]], [10, 20], 0.1)
    assert values.shape == (2, 2)
    assert values[1, 0] == exact_p_value(5, 10, 0.1)
    assert values[0, 1] == exact_p_value(3, 20, 0.1)


@pytest.mark.parametrize("interval", [exact_interval, mid_p_interval, wilson_interval])
def test_intervals_at_the_edges(interval):
    limits = interval([0, 12, 0], [12, 12, 0])
    assert limits.shape == (3, 2)
    assert limits[0, 0] == 0.0
    assert limits[1, 1] == 1.0
    assert limits[2].tolist() == [0.0, 1.0]


def test_clopper_pearson_without_failures_is_the_root_of_the_level():
    assert exact_interval(30, 30)[0] == pytest.approx(0.025 ** (1 / 30), rel=1e-14)


def test_interval_beyond_the_tabulated_sizes_equals_the_same_method():
    # The two paths meet: 101 participants are solved alone, 100 from the table.
    assert exact_interval(101, 101)[0] == pytest.approx(0.025 ** (1 / 101), rel=1e-14)
    assert exact_interval([50, 50, 7], 101).shape == (3, 2)
    lower, upper = exact_interval(50, 101)
    assert tail(101, lower)[50] == pytest.approx(0.025, rel=1e-12)
    assert cdf(101, upper)[50] == pytest.approx(0.025, rel=1e-12)


def test_critical_value_is_the_first_significant_one():
    critical = int(smallest_significant(30, 0.5, 0.025))
    assert exact_p_value(critical, 30, 0.5) <= 0.025 < exact_p_value(critical - 1, 30, 0.5)
    assert smallest_significant(3, 0.5, 0.025) == 4
    assert power(3, [0.5, 1.0], 0.5, 0.025).tolist() == [0.0, 0.0]
    assert smallest_significant(10, 0.0, 0.025) == 1


def test_saw_tooth_of_the_single_stage_design():
    designs = single_stage_designs(0.05, 0.25, 0.05, 0.8)
    sizes = [design.n for design in designs]
    assert sizes[:2] == [16, 21]
    found = single_stage(0.05, 0.25, 0.05, 0.8)
    assert (found.smallest.n, found.stable.n) == (16, 21)
    # Gaps before the stable size, none after it, although the search could not know in advance.
    assert sizes[1:] == list(range(21, sizes[-1] + 1))
    assert power(17, 0.25, 0.05, 0.05) < 0.8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pmf(-1, 0.5), "n must be a whole number"),
        (lambda: pmf(3, 1.2), r"p must lie in \[0, 1\]"),
        (lambda: pmf(3, float("nan")), r"p must lie in \[0, 1\]"),
        (lambda: exact_p_value(5, 4, 0.5), "successes must not exceed n"),
        (lambda: exact_p_value(1.5, 4, 0.5), "successes must be whole numbers"),
        (lambda: exact_p_value(1, 4, 0.5, "bigger"), "alternative must be one of greater, less, two-sided"),
        (lambda: exact_interval(1, 4, 1.0), "confidence must lie strictly between 0 and 1"),
        (lambda: single_stage(0.3, 0.2, 0.05, 0.8), "p0 and p1 must satisfy"),
        (lambda: single_stage(0.5, 0.501, 0.05, 0.8), "too small"),
    ],
)
def test_nonsense_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
