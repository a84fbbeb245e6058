"""What every search for a two-stage design must return."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from handful.stats.simon import ROUNDING, search_two_stage


@settings(max_examples=25)
@given(st.floats(0.05, 0.5), st.floats(0.25, 0.45), st.floats(0.03, 0.2), st.floats(0.1, 0.3))
def test_error_rates_are_kept_and_the_choices_are_in_order(
    p0: float, gain: float, alpha: float, beta: float
) -> None:
    p1 = p0 + gain
    choices = search_two_stage(p0, p1, alpha, beta, n_max=60)
    for design in choices.best_of_each_size:
        assert design.rejection_probability(p0) <= alpha + 2 * ROUNDING
        assert design.rejection_probability(p1) >= 1.0 - beta - 2 * ROUNDING
    assert choices.minimax.total_size <= choices.optimal.total_size
    assert choices.optimal.expected_size(p0) <= choices.minimax.expected_size(p0)
    weights = [(choice.lowest_weight, choice.highest_weight) for choice in choices.admissible]
    assert all(low <= high for low, high in weights)
    assert [low for low, _ in weights[:-1]] == [high for _, high in weights[1:]]
    sizes = [choice.design.total_size for choice in choices.admissible]
    assert sizes == sorted(set(sizes))
