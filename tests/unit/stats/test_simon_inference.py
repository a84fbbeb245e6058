"""Inference after two stages beside sums over every pair of stage results."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest

from handful.stats.simon import TwoStage
from handful.stats.simon_inference import (
    naive_bias,
    outcome_probabilities,
    two_stage_inference,
    unbiased_estimates,
)

DESIGN = TwoStage(10, 1, 29, 5)


def binomial(n: int, k: int, p: float) -> float:
    return comb(n, k) * p**k * (1.0 - p) ** (n - k)


def results(design: TwoStage, p: float) -> list[tuple[int, int, float]]:
    """Every way a trial can go: participants, responses, probability."""
    n1, n2 = design.first_stage_size, design.total_size - design.first_stage_size
    ways = [(n1, x, binomial(n1, x, p)) for x in range(design.first_stage_futility + 1)]
    return ways + [
        (design.total_size, first + second, binomial(n1, first, p) * binomial(n2, second, p))
        for first, second in product(range(design.first_stage_futility + 1, n1 + 1), range(n2 + 1))
    ]


def test_outcome_probabilities_add_up_the_ways_to_each_total() -> None:
    totals = np.zeros(30)
    for _, responses, probability in results(DESIGN, 0.23):
        totals[responses] += probability
    np.testing.assert_allclose(outcome_probabilities(DESIGN, 0.23), totals, rtol=1e-12)


def test_naive_bias_is_the_mean_error_over_all_ways() -> None:
    expected = sum(responses / size * probability for size, responses, probability in results(DESIGN, 0.23))
    assert naive_bias(DESIGN, 0.23) == pytest.approx(expected - 0.23, abs=1e-14)
    assert naive_bias(DESIGN, [0.1, 0.3]).shape == (2,)


def test_p_value_is_the_chance_of_as_many_responses_or_more() -> None:
    table = two_stage_inference(DESIGN, 0.1)
    for observed in (0, 1, 2, 6, 29):
        as_high = sum(
            probability for _, responses, probability in results(DESIGN, 0.1) if responses >= observed
        )
        assert table.p_value[observed] == pytest.approx(as_high, rel=1e-11)


def test_limits_give_the_observed_tail_its_share() -> None:
    table = two_stage_inference(DESIGN, 0.1, confidence=0.9)
    for observed in (1, 2, 6, 20):
        above = sum(p for _, x, p in results(DESIGN, float(table.lower[observed])) if x >= observed)
        below = sum(p for _, x, p in results(DESIGN, float(table.upper[observed])) if x <= observed)
        middle = sum(
            p for _, x, p in results(DESIGN, float(table.median_unbiased[observed])) if x >= observed
        )
        assert (above, below, middle) == pytest.approx((0.05, 0.05, 0.5), abs=1e-12)


def test_the_edges_of_the_outcomes_have_open_limits() -> None:
    table = two_stage_inference(DESIGN, 0.1)
    assert (table.lower[0], table.upper[-1]) == (0.0, 1.0)
    assert (table.unbiased[0], table.unbiased[-1]) == (0.0, 1.0)
    assert (table.median_unbiased[0], table.p_value[0]) == (0.0, 1.0)


def test_stopping_is_read_from_the_total_of_responses() -> None:
    table = two_stage_inference(DESIGN, 0.1)
    np.testing.assert_array_equal(table.participants[[0, 1, 2, 29]], [10, 10, 29, 29])
    np.testing.assert_array_equal(np.flatnonzero(table.claim), np.arange(6, 30))
    np.testing.assert_array_equal(table.naive[[1, 2]], [1 / 10, 2 / 29])


def test_one_response_more_than_needed_to_go_on_leaves_the_first_stage_estimate() -> None:
    # With r1 + 1 responses in all, every one of them came in the first stage.
    assert unbiased_estimates(DESIGN)[2] == 2 / 10


def test_tables_are_kept_and_cannot_be_written_to() -> None:
    table = two_stage_inference(DESIGN, 0.1)
    assert two_stage_inference(DESIGN, 0.1) is table
    with pytest.raises(ValueError, match="read-only"):
        table.p_value[0] = 0.0


def test_out_of_range_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="p0"):
        two_stage_inference(DESIGN, 0.0)
    with pytest.raises(ValueError, match="confidence"):
        two_stage_inference(DESIGN, 0.1, confidence=1.0)
