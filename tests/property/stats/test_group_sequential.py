"""What must hold for every group-sequential design, whatever its looks, spending and effect."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handful.stats.boundaries import fixed_drift, group_sequential_boundaries
from handful.stats.classical import HaybittlePeto, WangTsiatis
from handful.stats.normal_process import crossing_probabilities
from handful.stats.pampallona_tsiatis import pampallona_tsiatis
from handful.stats.roots import find_root
from handful.stats.spending import (
    BetaSpending,
    CumulativeSpending,
    ExponentialSpending,
    HwangShihDeCani,
    KimDeMets,
    LocationScaleSpending,
    OBrienFlemingType,
    PocockType,
    SpendingFunction,
)

SPENDING = st.one_of(
    st.just(OBrienFlemingType()),
    st.just(PocockType()),
    st.builds(HwangShihDeCani, st.floats(-8, 4)),
    st.builds(KimDeMets, st.floats(0.3, 6)),
    st.builds(BetaSpending, st.floats(0.3, 4), st.floats(0.3, 4)),
    st.builds(ExponentialSpending, st.floats(0.1, 2)),
    st.builds(
        LocationScaleSpending,
        st.sampled_from(["logistic", "normal", "cauchy", "extreme value", "extreme value 2"]),
        st.floats(-2, 2),
        st.floats(0.3, 3),
    ),
    st.builds(lambda part: CumulativeSpending((0.5, 1.0), (part, 1.0)), st.floats(0.05, 0.9)),
)


@st.composite
def information_fractions(draw: st.DrawFn, most: int = 5) -> list[float]:
    """Fractions of one to a few looks, some close together."""
    gaps = draw(st.lists(st.floats(0.02, 1.0), min_size=1, max_size=most))
    return [*(np.cumsum(gaps)[:-1] / sum(gaps)), 1.0]


@given(SPENDING, st.floats(0.001, 0.5))
def test_spending_starts_at_zero_never_falls_and_ends_at_the_whole_rate(
    spending: SpendingFunction, rate: float
) -> None:
    spent = spending.spent(np.linspace(0.0, 1.2, 121), rate)
    assert spent[0] == 0.0
    assert np.all(np.diff(spent) >= -1e-16)
    assert spent[100:] == pytest.approx(np.full(21, rate), rel=1e-12)


@given(information_fractions(), SPENDING, st.floats(0.001, 0.2), st.sampled_from([1, 2]))
@settings(max_examples=60)
def test_efficacy_boundaries_spend_what_the_function_allows_at_every_look(
    fractions: list[float], spending: SpendingFunction, alpha: float, sided: int
) -> None:
    design = group_sequential_boundaries(
        fractions, efficacy=spending, alpha=alpha, power=0.85, sided=2 if sided == 2 else 1
    )
    null = design.crossing(0.0)
    assert np.cumsum(null.upper) == pytest.approx(spending.spent(fractions, alpha / sided), abs=1e-12)
    if sided == 2:
        assert null.lower == pytest.approx(null.upper, abs=1e-14)
    assert design.power_at(design.drift) == pytest.approx(0.85, abs=1e-11)
    assert design.inflation >= 1.0 - 1e-12


@given(information_fractions(), SPENDING, SPENDING, st.booleans(), st.floats(0.6, 0.97))
@settings(max_examples=60)
def test_futility_boundaries_spend_the_type_two_error_and_meet_the_upper_ones(
    fractions: list[float],
    efficacy: SpendingFunction,
    futility: SpendingFunction,
    binding: bool,
    power: float,
) -> None:
    design = group_sequential_boundaries(
        fractions, efficacy=efficacy, futility=futility, binding=binding, power=power
    )
    assert design.lower[-1] == design.upper[-1]
    assert all(low <= high for low, high in zip(design.lower, design.upper, strict=True))
    alternative = design.crossing(design.drift)
    assert alternative.upper.sum() == pytest.approx(power, abs=1e-11)
    goes_on = all(low < high for low, high in zip(design.lower[:-1], design.upper[:-1], strict=True))
    if goes_on:
        planned = futility.spent(fractions, 1.0 - power)
        assert np.cumsum(alternative.lower) == pytest.approx(planned, abs=1e-10)
    null = crossing_probabilities(fractions, design.lower if binding else None, design.upper, 0.0)
    if goes_on or not binding:
        assert null.upper.sum() == pytest.approx(0.025, abs=1e-12)
    # Obeying a futility boundary never raises the type I error.
    assert design.power_at(0.0) <= 0.025 + 1e-12


@given(information_fractions(), SPENDING, SPENDING, st.booleans(), st.floats(0.6, 0.97))
@settings(max_examples=40)
def test_two_sided_futility_spends_the_type_two_error_within_the_inner_boundaries(
    fractions: list[float],
    efficacy: SpendingFunction,
    futility: SpendingFunction,
    binding: bool,
    power: float,
) -> None:
    design = group_sequential_boundaries(
        fractions, efficacy=efficacy, futility=futility, binding=binding, alpha=0.05, power=power, sided=2
    )
    assert design.inner is not None
    assert design.lower == tuple(-bound for bound in design.upper)
    assert all(0.0 <= near <= far for near, far in zip(design.inner, design.upper, strict=True))
    assert design.inner[-1] == design.upper[-1]
    alternative = design.crossing(design.drift)
    assert alternative.upper.sum() == pytest.approx(power, abs=1e-11)
    assert alternative.stopping.sum() == pytest.approx(1.0, abs=1e-12)
    # Spent under the drift at which neither alternative is claimed with the type II error.
    used = find_root(
        lambda drift: float(design.crossing(drift).inner.sum()) - (1.0 - power),
        design.drift,
        1.001 * design.drift,
    )
    goes_on = all(near < far for near, far in zip(design.inner[:-1], design.upper[:-1], strict=True))
    regions = np.flatnonzero(np.array(design.inner) > 0.0)
    spent, planned = np.cumsum(design.crossing(used).inner), futility.spent(fractions, 1.0 - power)
    if goes_on and np.all(np.diff(regions) == 1):  # no look without a region after one that has it
        first = regions[0]
        before = planned[first - 1] if first else 0.0
        stretched = (planned[first:] - before) * planned[-1] / (planned[-1] - before)
        assert spent[first:] == pytest.approx(stretched, abs=1e-9)
    if goes_on or not binding:
        obeyed = design.inner if binding else None
        null = crossing_probabilities(fractions, design.lower, design.upper, inner=obeyed)
        assert null.upper.sum() == pytest.approx(0.025, abs=1e-12)
        assert null.lower.sum() == pytest.approx(0.025, abs=1e-12)


@given(information_fractions(), st.floats(0.0, 0.5), st.floats(0.0, 0.5), st.booleans())
@settings(max_examples=15)
def test_two_sided_pampallona_tsiatis_boundaries_have_both_error_rates(
    fractions: list[float], efficacy_shape: float, futility_shape: float, binding: bool
) -> None:
    design = pampallona_tsiatis(
        fractions,
        efficacy_shape=efficacy_shape,
        futility_shape=futility_shape,
        binding=binding,
        alpha=0.05,
        power=0.8,
        sided=2,
    )
    assert design.inner is not None
    obeyed = design.inner if binding else None
    null = crossing_probabilities(fractions, design.lower, design.upper, inner=obeyed)
    assert null.upper.sum() == pytest.approx(0.025, abs=1e-11)
    assert design.power_at(design.drift) == pytest.approx(0.8, abs=1e-11)
    assert design.inner[-1] == design.upper[-1]


@given(information_fractions(), st.floats(0.0, 0.5))
@settings(max_examples=30)
def test_what_a_classical_shape_spends_gives_its_boundaries_back(
    fractions: list[float], delta: float
) -> None:
    shape = WangTsiatis(delta)
    plan = CumulativeSpending(tuple(fractions), (*(shape.spent(fractions, 0.025)[:-1] / 0.025), 1.0))
    upper = group_sequential_boundaries(fractions, efficacy=plan).upper
    # A boundary is the better determined the more it spends: one unit of 1e-13 over its density.
    spent = np.diff(shape.spent(fractions, 0.025), prepend=0.0)
    wanted = np.array(group_sequential_boundaries(fractions, efficacy=shape).upper)
    determined = spent > 1e-6
    assert np.array(upper)[determined] == pytest.approx(wanted[determined], abs=1e-6)


@given(information_fractions(), st.floats(0.0, 0.5), st.floats(0.005, 0.1))
@settings(max_examples=30)
def test_classical_boundaries_have_their_type_one_error(
    fractions: list[float], delta: float, alpha: float
) -> None:
    for shape in (WangTsiatis(delta), HaybittlePeto(4.0)):
        for sided in (1, 2):
            design = group_sequential_boundaries(
                fractions, efficacy=shape, alpha=alpha * sided, sided=2 if sided == 2 else 1
            )
            assert design.power_at(0.0) == pytest.approx(alpha, abs=1e-11)


@given(st.floats(0.001, 0.4), st.floats(0.45, 0.99))
def test_one_look_is_the_fixed_design(alpha: float, power: float) -> None:
    for futility in (None, OBrienFlemingType()):
        design = group_sequential_boundaries([1.0], alpha=alpha, power=power, futility=futility)
        assert design.upper[0] == pytest.approx(fixed_drift(alpha, 0.5), abs=1e-12)
        assert design.drift == pytest.approx(fixed_drift(alpha, power), abs=1e-11)
        assert design.expected_information(design.drift) == pytest.approx(1.0, abs=1e-11)


@given(
    information_fractions(),
    st.lists(st.floats(-40.0, 40.0), min_size=1, max_size=6),
    st.floats(0.01, 1000.0),
    st.floats(-3.0, 1.0),
    st.floats(1.0, 4.0),
)
@settings(max_examples=60)
def test_crossing_probabilities_do_not_depend_on_units_side_or_company(
    fractions: list[float], drifts: list[float], maximum: float, low: float, high: float
) -> None:
    looks = len(fractions)
    lower, upper = np.full(looks, low), np.full(looks, high)
    whole = crossing_probabilities(fractions, lower, upper, drifts)
    assert np.all(whole.upper >= 0.0)
    assert np.all(whole.stopping.sum(axis=-1) <= 1.0 + 1e-13)

    levels, effects = maximum * np.array(fractions), np.array(drifts) / sqrt(maximum)
    rescaled = crossing_probabilities(levels, lower, upper, effects)
    assert rescaled.upper == pytest.approx(whole.upper, abs=1e-12)

    mirrored = crossing_probabilities(fractions, -upper, -lower, -np.array(drifts))
    assert mirrored.lower == pytest.approx(whole.upper, abs=1e-12)

    alone = crossing_probabilities(fractions, lower, upper, drifts[0])
    assert alone.upper == pytest.approx(whole.upper[0], abs=1e-12)
    assert alone.lower == pytest.approx(whole.lower[0], abs=1e-12)


def test_an_effect_far_from_its_company_keeps_its_tail_at_the_look_before() -> None:
    looks, lower, upper = [0.94, 1.0], [-np.inf, 0.0], [1.5, 9.0]
    together = crossing_probabilities(looks, lower, upper, [5.9, -5.9]).lower[:, 1]
    for drift, found in zip((5.9, -5.9), together, strict=True):
        assert found == pytest.approx(crossing_probabilities(looks, lower, upper, drift).lower[1], abs=1e-13)


@pytest.mark.parametrize(
    ("fractions", "lower", "upper", "drift"),
    [
        ([1 / 3, 2 / 3, 1.0], [-0.5, 0.8, 1.9], [2.8, 2.3, 1.9], 2.5),
        ([0.1, 0.5, 0.55, 1.0], [-2.0, -1.0, 0.3, 0.5], [2.2, 2.0, 2.1, 1.7], 1.0),
        ([0.25, 1.0], [-1.96, -1.96], [1.96, 1.96], -0.7),
    ],
)
def test_crossing_probabilities_agree_with_simulated_trials_within_four_standard_errors(
    fractions: list[float], lower: list[float], upper: list[float], drift: float
) -> None:
    trials, looks = 200_000, len(fractions)
    growth = np.diff(fractions, prepend=0.0)
    noise = np.random.default_rng(20261122).standard_normal((trials, looks))
    z = np.cumsum(drift * growth + np.sqrt(growth) * noise, axis=1) / np.sqrt(fractions)
    stopped = (z >= upper) | (z <= lower)
    first = np.where(stopped.any(axis=1), stopped.argmax(axis=1), looks)
    exact = crossing_probabilities(fractions, lower, upper, drift)
    for look in range(looks):
        ended = first == look
        for expected, crossed in (
            (exact.upper, z[:, look] >= upper[look]),
            (exact.lower, z[:, look] <= lower[look]),
        ):
            error = sqrt(expected[look] * (1.0 - expected[look]) / trials)
            assert abs(np.mean(ended & crossed) - expected[look]) <= 4.0 * error
