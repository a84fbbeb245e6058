"""What must hold for every scenario."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handful.participants.block import Block
from handful.participants.potential import Exposure
from handful.scenarios.hazards import Survival
from handful.scenarios.mixed_poisson import MixedPoisson
from handful.scenarios.operations import Recruitment
from tests.unit.scenarios.people import ENDPOINTS, draw, plain

shares = st.floats(0.01, 0.99)


@given(untreated=shares, treated=shares, contamination=st.floats(0, 1), correlation=st.floats(0, 1))
def test_binary_outcomes_are_ordered_by_their_probabilities(untreated, treated, contamination, correlation):
    what = plain(
        "binary", untreated=untreated, treated=treated, contamination=contamination, correlation=correlation
    )
    people = draw(what, 5, 20)
    low, middle, high = (
        people.outcome(e, 1) for e in (Exposure.UNTREATED, Exposure.BESIDE, Exposure.TREATED)
    )
    if treated < untreated:
        low, high = high, low
    assert (low <= middle).all()
    assert (middle <= high).all()
    chances = what.chances(ENDPOINTS["binary"])
    assert all(-1e-12 <= chance <= 1 + 1e-12 for chance in chances.values())


@given(
    ratio=st.floats(0.05, 20),
    delay=st.floats(0, 30),
    shape=st.floats(0.2, 5),
    cured=st.floats(0, 0.9),
    drift=st.floats(-1, 1),
)
def test_a_lower_hazard_never_brings_an_event_forward(ratio, delay, shape, cured, drift):
    untreated = {"shape": shape, "scale": 12.0}
    what = plain(
        "time to event", untreated=untreated, hazard_ratio=ratio, delay=delay, cured=cured, drift=drift
    )
    people = draw(what, 5, 20)
    treated, plainly = people.outcome(Exposure.TREATED), people.outcome(Exposure.UNTREATED)
    # Equal before the delay, up to the rounding of two ways to compute the same time.
    within = 1 + 1e-9
    assert (treated * within >= plainly).all() if ratio <= 1 else (treated <= plainly * within).all()
    assert (treated > 0).all()
    endpoint = ENDPOINTS["time to event"]
    assert np.sign(what.benefit(endpoint)) in (np.sign(-np.log(ratio)), 0) or abs(np.log(ratio)) < 1e-9


@given(months=st.lists(st.floats(0, 1000), min_size=2), steps=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_piecewise_hazards_never_fall_and_invert(months, steps, seed):
    hazards = tuple((3.0 * k, ((seed >> (4 * k)) % 16 + 1) / 100) for k in range(steps))
    curve = Survival(hazard=hazards)
    at = np.sort(np.array(months))
    cumulative = curve.cumulative(at)
    assert (np.diff(cumulative) >= 0).all()
    np.testing.assert_allclose(curve.time_at(cumulative), at, rtol=1e-9, atol=1e-9)


@given(
    rate=st.floats(0.01, 100),
    opens=st.lists(st.floats(0, 60), min_size=1, max_size=8),
    pool=st.integers(1, 40),
    new_cases=st.floats(0, 10),
    until=st.floats(0.1, 200),
)
def test_arrivals_never_go_back(rate, opens, pool, new_cases, until):
    recruitment = Recruitment(rate=rate, sites_open=tuple(opens), pool=pool, new_cases=new_cases, until=until)
    months = recruitment.arrivals(Block(1, 0, 20), 30)
    finite = np.where(np.isfinite(months), months, np.finfo(float).max)
    assert (np.diff(finite, axis=1) >= 0).all()
    assert months.min() >= min(opens)
    assert (months[np.isfinite(months)] <= until).all()


@given(mean=st.floats(0.01, 200), dispersion=st.floats(0.01, 10), at_least=st.integers(1, 20))
def test_truncated_counts_reach_the_threshold_and_rise(mean, dispersion, at_least):
    past = MixedPoisson(mean, dispersion)
    if past.survival(at_least - 1) < 1e-6:
        return
    counts = past.counts_from(at_least, np.array([2.0**-53, 0.25, 0.5, 0.75, 1 - 2.0**-53]))
    assert counts[0] >= at_least
    assert (np.diff(counts) >= 0).all()
    frailty, variance = past.frailty_from(at_least)
    # Selecting people with many events selects frail people.
    assert frailty >= 1 - 1e-9
    assert variance > 0


@given(odds_ratio=st.floats(0.05, 20), weights=st.lists(st.floats(0.1, 1), min_size=3, max_size=3))
def test_ordinal_benefit_has_the_sign_of_the_log_odds_ratio(odds_ratio, weights):
    untreated = tuple(weight / sum(weights) for weight in weights)
    what = plain("ordinal", untreated=untreated, odds_ratio=odds_ratio)
    benefit = what.benefit(ENDPOINTS["ordinal"])
    assert benefit * np.log(odds_ratio) >= -1e-15
    probabilities = what.probabilities(Exposure.TREATED, ENDPOINTS["ordinal"])
    assert abs(probabilities.sum() - 1) < 1e-12
    assert (probabilities >= 0).all()
