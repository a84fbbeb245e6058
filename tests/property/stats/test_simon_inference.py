"""What inference after two stages must keep for every design, checked exactly and not by simulation."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handful.stats.simon import TwoStage
from handful.stats.simon_inference import outcome_probabilities, two_stage_inference, unbiased_estimates

RATES = np.concatenate([np.linspace(0.0, 1.0, 101), [0.003, 0.997]])


@st.composite
def designs(draw: st.DrawFn) -> TwoStage:
    n = draw(st.integers(2, 30))
    n1 = draw(st.integers(1, n - 1))
    r1 = draw(st.integers(0, n1 - 1))
    return TwoStage(n1, r1, n, draw(st.integers(r1, n - 1)))


@given(designs())
def test_outcomes_are_a_distribution(design: TwoStage) -> None:
    mass = outcome_probabilities(design, RATES)
    assert mass.min() >= 0.0
    np.testing.assert_allclose(mass.sum(axis=1), 1.0, rtol=1e-12)


@given(designs())
def test_unbiased_estimates_are_unbiased(design: TwoStage) -> None:
    np.testing.assert_allclose(
        outcome_probabilities(design, RATES) @ unbiased_estimates(design), RATES, atol=1e-12
    )


@given(designs(), st.floats(0.02, 0.98))
def test_p_values_are_valid(design: TwoStage, p0: float) -> None:
    p_value = two_stage_inference.__wrapped__(design, p0).p_value
    for true_rate in RATES[p0 >= RATES]:
        mass = outcome_probabilities(design, true_rate)
        # The chance of a p-value of at most each one that can occur, p0 being the worst point of the null.
        assert np.all(mass[::-1].cumsum()[::-1] <= p_value + 1e-12)


@given(designs(), st.floats(0.02, 0.98))
def test_the_largest_p_value_of_a_claim_is_the_type_one_error_rate(design: TwoStage, p0: float) -> None:
    table = two_stage_inference.__wrapped__(design, p0)
    type_one_error = design.rejection_probability(p0)
    least_claim = int(np.flatnonzero(table.claim)[0])
    np.testing.assert_allclose(table.p_value[least_claim], type_one_error, rtol=1e-12)


@given(designs(), st.sampled_from([0.5, 0.8, 0.95]))
def test_intervals_cover_at_every_rate(design: TwoStage, confidence: float) -> None:
    table = two_stage_inference.__wrapped__(design, 0.2, confidence)
    # The limits themselves are the rates at which coverage jumps: look right beside them too.
    rates = np.concatenate([RATES, table.lower + 1e-9, table.upper - 1e-9]).clip(0.0, 1.0)
    covers = (table.lower <= rates[:, None]) & (rates[:, None] <= table.upper)
    coverage = (outcome_probabilities(design, rates) * covers).sum(axis=1)
    assert coverage.min() >= confidence - 1e-9


@given(designs())
def test_more_responses_never_say_less(design: TwoStage) -> None:
    table = two_stage_inference.__wrapped__(design, 0.2)
    assert np.all(np.diff(table.p_value) <= 0.0)
    for rising in (table.lower, table.upper, table.median_unbiased):
        assert np.all(np.diff(rising) >= -1e-12)
