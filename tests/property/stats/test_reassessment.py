"""What changing the size of a trial does to its error rates, integrated over the first stage."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from handful.stats.blinded_reassessment import blinded_variance, reassessed_size, size_for_mean
from handful.stats.conditional_error import conditional_rejection_probability, final_critical_value
from handful.stats.conditional_power import (
    conditional_power,
    information_for_conditional_power,
    predictive_power,
)
from handful.stats.panels import integration_rule
from handful.stats.promising_zone import PromisingZone, largest_type_one_error, rejection_probability
from handful.stats.sample_size_means import StudentTest

Array = NDArray[np.float64]
CRITICAL = 1.959963984540054
SHARES = st.floats(0.1, 0.9)


@given(SHARES, st.floats(0.3, 0.95), st.floats(1.2, 4.0))
@settings(max_examples=30)
def test_the_conditional_error_keeps_the_level_under_a_rule_that_breaks_the_ordinary_test(
    first: float, bend: float, cap: float
) -> None:
    kinks = [0.0, bend * CRITICAL]

    def size(z: Array) -> Array:
        return np.where((z > kinks[0]) & (z < kinks[1]), cap, 1.0)

    def critical(z: Array) -> Array:
        spendable = conditional_rejection_probability([first, 1.0], None, [inf, CRITICAL], 0, z)
        return final_critical_value(spendable, first, z, size(z))

    assert rejection_probability(first, size, critical, kinks=kinks) == pytest.approx(0.025, abs=1e-10)
    ordinary = rejection_probability(first, size, CRITICAL, kinks=kinks)
    assert ordinary <= largest_type_one_error(0.025)


@given(SHARES, st.sampled_from([1.2, 1.5, 2.0, 3.0, inf]), st.floats(0.7, 0.95), st.floats(0.005, 0.1))
@settings(max_examples=40)
def test_in_the_promising_zone_the_ordinary_test_keeps_its_level(
    first: float, cap: float, power: float, alpha: float
) -> None:
    zone = PromisingZone(first, cap, power, alpha)
    start, stop = zone.limits
    z = np.linspace(start, stop, 101)[:-1]
    assert np.all(zone.critical_value(z, zone.wanted(z)) <= zone.critical + 1e-9)
    assert zone.critical_value(start - 1e-3, zone.wanted(start - 1e-3)) > zone.critical
    assert zone.rejection_probability() <= alpha + 1e-10
    assert zone.conditional_power([start, stop]) == pytest.approx([zone.smallest_power, power], abs=1e-9)
    # The size never shrinks, and gives a trial its conditional power unless the cap forbids.
    sizes = zone.size(z)
    assert np.all((sizes >= 1.0) & (sizes <= cap))
    free = sizes < cap
    if free.any():
        critical = zone.critical_value(z[free], sizes[free])
        reached = conditional_power(first, z[free], sizes[free], critical, z[free] / sqrt(first))
        assert reached == pytest.approx(np.full(reached.size, power), abs=1e-9)


@pytest.mark.parametrize("first", [0.25, 0.5, 0.75])
def test_below_the_promising_zone_the_ordinary_test_exceeds_its_level(first: float) -> None:
    assert PromisingZone(first, 1.5, 0.9, from_power=0.05).rejection_probability() > 0.02510
    assert PromisingZone(first, 1.5, 0.9).rejection_probability() < 0.025


def test_sizes_chosen_freely_reach_the_bound_of_proschan_and_hunsberger() -> None:
    def worst(z: Array) -> Array:
        # Their equation: the size that makes the conditional error of the ordinary test largest.
        ratio = np.where(z > 0.0, (CRITICAL / np.where(z > 0.0, z, 1.0)) ** 2, inf)
        return np.where(z < CRITICAL, 0.5 * ratio, 0.5 * (1.0 + 1e-14))

    found = rejection_probability(0.5, worst, CRITICAL, kinks=[0.0, CRITICAL])
    # The conditional error has a square root at the end of the range, which costs the quadrature digits.
    assert found == pytest.approx(largest_type_one_error(0.025), abs=5e-6)


@given(SHARES, st.floats(-3.0, 4.0), st.floats(1.5, 2.5), st.floats(-1.0, 3.0), st.floats(0.0, 50.0))
def test_predictive_power_averages_conditional_power(
    first: float, z: float, critical: float, prior: float, known: float
) -> None:
    information = first + known
    mean = (z * sqrt(first) + prior * known) / information
    nodes, weights = integration_rule(np.array([-9.0, 9.0]), 0.1)
    density = np.exp(-0.5 * nodes * nodes) / sqrt(2.0 * np.pi)
    powers = conditional_power(first, z, 1.0, critical, mean + nodes / sqrt(information))
    found = predictive_power(first, z, 1.0, critical, prior_effect=prior, prior_information=known)
    assert found == pytest.approx(float((weights * density) @ powers), abs=1e-12)
    certain = predictive_power(first, z, 1.0, critical, prior_effect=prior, prior_information=1e12)
    assert certain == pytest.approx(float(conditional_power(first, z, 1.0, critical, prior)), abs=1e-5)


@given(st.floats(0.01, 0.6), st.floats(0.05, 3.0), st.floats(0.65, 0.95), st.floats(-2.0, 3.0))
def test_the_information_asked_for_gives_the_conditional_power(
    error: float, effect: float, power: float, z: float
) -> None:
    end = float(information_for_conditional_power(5.0, error, effect, power))
    critical = final_critical_value(error, 5.0, z, end)
    assert conditional_power(5.0, z, end, critical, effect) == pytest.approx(power, abs=1e-9)
    assert information_for_conditional_power(5.0, error, -effect, power) == inf
    assert information_for_conditional_power(5.0, 0.99, effect, power) == 5.0


@given(st.floats(0.4, 1.5), st.sampled_from([1, 2, 3]), st.sampled_from([0.8, 0.9]))
def test_the_size_for_a_mean_is_that_of_the_t_test_to_half_a_participant(
    effect: float, ratio: int, power: float
) -> None:
    exact = StudentTest(effect, allocation_ratio=float(ratio)).size(power=power)
    found = size_for_mean(1.0, effect, power=power, allocation_ratio=ratio)
    assert abs(found - exact) < 0.5


@given(st.floats(0.0, 3.0), st.sampled_from([1.0, 2.0]), st.integers(1, 20))
def test_the_adjusted_variance_is_unbiased_if_the_planned_effect_is_right(
    effect: float, ratio: float, controls: int
) -> None:
    treated = int(ratio * controls)
    n = treated + controls
    # The mean of the one-sample variance: within the arms, and between them.
    between = treated * controls / n / (n - 1) * effect**2
    found = blinded_variance(1.7 + between, n, effect=effect, allocation_ratio=ratio)
    assert found == pytest.approx(1.7, abs=1e-12)


@given(st.lists(st.floats(0.0, 500.0), min_size=1, max_size=5), st.integers(1, 5), st.booleans())
def test_reassessed_sizes_keep_their_limits(wanted: list[float], unit: int, restricted: bool) -> None:
    planned = 40.0 if restricted else None
    sizes = reassessed_size(wanted, 17, planned=planned, most=120.0, unit=unit)
    assert np.all((sizes >= 17.0) & (sizes <= 120.0))
    if restricted:
        assert np.all(sizes >= 40.0)
    assert np.all(sizes >= np.minimum(wanted, 120.0 - unit))
    assert np.all((sizes % unit == 0.0) | (sizes == 17.0))
