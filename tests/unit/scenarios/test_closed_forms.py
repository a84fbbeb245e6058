"""Closed forms beside other closed forms and quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from handful.participants.potential import Exposure
from handful.scenarios.baseline import Baseline
from handful.scenarios.factors import Factor, cells, variance_of_shift
from handful.scenarios.hazards import Survival
from handful.scenarios.mixed_poisson import MixedPoisson
from tests.unit.scenarios.people import ENDPOINTS, plain, scenario

TREATED, UNTREATED = Exposure.TREATED, Exposure.UNTREATED


@pytest.mark.parametrize("dispersion", [0.0, 0.3, 5.0])
@pytest.mark.parametrize("at_least", [0, 1, 2, 3, 9])
def test_counts_above_a_threshold_against_the_sum_over_their_distribution(dispersion, at_least):
    past = MixedPoisson(2.5, dispersion)
    shape = 1 / dispersion if dispersion else None
    whole = stats.nbinom(shape, shape / (shape + 2.5)) if dispersion else stats.poisson(2.5)
    n = np.arange(at_least, 4000)
    weight = whole.pmf(n) / whole.sf(at_least - 1)
    first, second = past.moments_from(at_least)
    assert first == pytest.approx(weight @ n, rel=1e-9)
    assert second == pytest.approx(weight @ (n * (n - 1.0)), rel=1e-9)
    mean, variance = past.frailty_from(at_least)
    if dispersion:
        given = (shape + n) / (shape + 2.5)
        spread = (shape + n) / (shape + 2.5) ** 2
        assert mean == pytest.approx(weight @ given, rel=1e-9)
        assert variance == pytest.approx(weight @ (spread + given**2) - (weight @ given) ** 2, rel=1e-7)
    else:
        assert (mean, variance) == (1.0, 0.0)
    uniform = np.linspace(0.0005, 0.9995, 1000)
    expected = whole.isf((1 - uniform) * whole.sf(at_least - 1))
    np.testing.assert_array_equal(past.counts_from(at_least, uniform), expected)


@pytest.mark.parametrize("entry", [{"at_least": 58}, {"at_most": 35}])
def test_screening_measurements_are_truncated_normal(entry):
    baseline = Baseline(mean=50, sd=8, within_sd=6, visits=1, entry=entry)
    low, high = (entry["at_least"], np.inf) if "at_least" in entry else (-np.inf, entry["at_most"])
    truncated = stats.truncnorm((low - 50) / 10, (high - 50) / 10, 50, 10)
    uniform = np.linspace(0.001, 0.999, 99)
    np.testing.assert_allclose(baseline.screening(uniform), truncated.ppf(uniform), rtol=1e-10)
    mean, variance = baseline.screening_moments()
    assert (mean, variance) == (pytest.approx(truncated.mean()), pytest.approx(truncated.var(), rel=1e-6))


def test_regression_to_the_mean_is_gardner_and_heady():
    what = plain(
        "continuous",
        untreated={"sd": 9},
        effect=0,
        baseline={"mean": 90, "sd": 8, "within sd": 6, "entry": {"at least": 95}},
    )
    rho, sigma, z = 0.64, 10.0, 0.5
    shift = (1 - rho) * sigma * stats.norm.pdf(z) / stats.norm.sf(z)
    assert what.regression_to_the_mean(ENDPOINTS["continuous"]) == pytest.approx(-shift)
    lower = ENDPOINTS["continuous"].replace(better="lower")
    assert what.regression_to_the_mean(lower) == pytest.approx(shift)


def test_without_an_entry_threshold_there_is_none():
    assert plain("count", untreated=4, rate_ratio=1).regression_to_the_mean(ENDPOINTS["count"]) == 0
    assert plain("binary", untreated=0.4, effect=0).regression_to_the_mean(ENDPOINTS["binary"]) == 0
    assert (
        plain("continuous", untreated={"sd": 1}, effect=0).regression_to_the_mean(ENDPOINTS["continuous"])
        == 0
    )


CURVES = [
    Survival(median=12),
    Survival(rate="5% per year"),
    Survival(shape=0.7, scale=20),
    Survival(shape=3, scale=20),
    Survival(hazard=((0, 0.1), (6, 0.05), (9, 0.2))),
]


@pytest.mark.parametrize("curve", CURVES)
def test_times_invert_the_cumulative_hazard(curve):
    months = np.array([0.0, 0.1, 3.0, 6.0, 7.5, 9.0, 40.0])
    np.testing.assert_allclose(curve.time_at(curve.cumulative(months)), months, rtol=1e-12, atol=1e-12)
    assert (np.diff(curve.cumulative(months)) > 0).all()


def test_a_curve_that_becomes_flat_is_never_left():
    curve = Survival(hazard=((0, 0.1), (6, 0.0), (12, 0.1)))
    assert curve.time_at([*curve.cumulative([6.0]), 0.7]).tolist() == pytest.approx([6.0, 13.0])
    assert curve.cumulative([6.0, 9.0, 12.0]).tolist() == pytest.approx([0.6, 0.6, 0.6])


@pytest.mark.parametrize("months", [0, 24])
def test_the_average_hazard_ratio_under_proportional_hazards_is_the_hazard_ratio(months):
    endpoint = ENDPOINTS["time to event"].replace(known_after=months)
    for untreated in ({"median": 12}, {"shape": 2, "scale": 10}, {"hazard": [[0, 0.1], [6, 0.02]]}):
        what = plain("time to event", untreated=untreated, hazard_ratio=0.4, drift=0.3)
        assert what._average_ratio(endpoint) == pytest.approx(0.4, rel=1e-9)


def test_the_average_hazard_ratio_with_delay_and_cure_against_quadrature_over_time():
    what, endpoint = scenario("time to event", factors=[]), ENDPOINTS["time to event"]

    def first(one, other):
        def density(t):
            step = 1e-5
            fallen = what.survival(one, t - step, endpoint) - what.survival(one, t + step, endpoint)
            return float(fallen) / (2 * step) * float(what.survival(other, t, endpoint))

        pieces = ((0.0001, 2.9999), (3.0001, 5.9999), (6.0001, 24))
        return sum(integrate.quad(density, low, high)[0] for low, high in pieces)

    ratio = first(TREATED, UNTREATED) / first(UNTREATED, TREATED)
    # The gaps around the kinks and the difference quotient leave less than 1e-4.
    assert math.exp(-what.benefit(endpoint)) == pytest.approx(ratio, rel=1e-4)


def test_no_benefit_where_nobody_has_the_event_in_time():
    what = plain("time to event", untreated={"hazard": [[0, 0], [36, 0.1]]}, hazard_ratio=0.5, delay=1)
    assert what.benefit(ENDPOINTS["time to event"]) == 0


def test_a_delay_and_a_late_look_weaken_the_average_effect():
    endpoint = ENDPOINTS["time to event"]
    benefits = [
        plain("time to event", untreated={"median": 12}, hazard_ratio=0.5, delay=d).benefit(endpoint)
        for d in (0, 3, 12)
    ]
    assert benefits[0] > benefits[1] > benefits[2] > 0


def test_cells_of_factors_have_mean_zero_and_their_variance():
    factors = (
        Factor(name="a", share=0.3, effect=2),
        Factor(name="b", share=0.6, effect=-1),
        Factor(name="c", share=0.5),
    )
    found = cells(factors)
    assert len(found) == 4
    assert sum(cell.share for cell in found) == pytest.approx(1)
    assert sum(cell.share * cell.shift for cell in found) == pytest.approx(0, abs=1e-15)
    assert sum(cell.share * cell.shift**2 for cell in found) == pytest.approx(variance_of_shift(factors))


def test_binary_chances_with_losses_that_count_as_failure():
    what = plain(
        "binary",
        untreated=0.2,
        treated=0.6,
        recruitment={"dropout": "10% per year"},
        product={"manufacturing failure": 0.25},
    )
    chances = what.chances(ENDPOINTS["binary"])
    assert chances["control"] == pytest.approx(0.9 * 0.2)
    assert chances["treated"] == pytest.approx(0.9 * 0.75 * 0.6)
    assert chances["treated only"] == pytest.approx(0.9 * 0.75 * 0.6 * 0.8)
    hypothetical = ENDPOINTS["binary"].replace(estimand={"intercurrent": {"dropout": "hypothetical"}})
    assert what.chances(hypothetical) is None


def test_binary_when_the_event_is_harm():
    harm = ENDPOINTS["binary"].replace(better="lower")
    what = plain("binary", untreated=0.6, treated=0.2, contamination=0.5, correlation=0.3)
    assert what.benefit(harm) == pytest.approx(0.4)
    chances = what.chances(harm)
    assert chances["treated"] == pytest.approx(0.8)
    # Treated side free of the event and the other not: P(beside) - P(both).
    both = 0.3 * 0.2 + 0.7 * 0.2 * 0.4
    assert chances["treated only"] == pytest.approx(0.4 - both)
    assert chances["control only"] == pytest.approx(0.2 - both)
