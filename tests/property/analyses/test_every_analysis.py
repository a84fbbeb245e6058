"""What must hold for every registered analysis, whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handful.analyses.base import Aim, Analysis, Estimate
from handful.participants.observations import Cut, Observations
from tests.unit.analyses.trials_of_each_kind import (
    aim_for,
    cut_at,
    draw,
    each_analysis,
    only,
    participants,
)

ALL = each_analysis()
ESTIMATE_WITHOUT_DATA = frozenset(
    {"beta binomial", "beta binomial two arms", "dual criterion", "dual criterion two arms"}
)
"""Analyses whose usual prior is a distribution: it speaks for an arm that nobody is in."""
every_analysis = pytest.mark.parametrize("analysis", ALL, ids=[a.kind for a in ALL])


def parts(analysis: Analysis, seen: Observations, cut: Cut, aim: Aim) -> list[np.ndarray]:
    estimate = analysis.estimate(seen, cut, aim)
    return [analysis.evidence(seen, cut, aim).statistic[:, 0], estimate.value, estimate.lower, estimate.upper]


def ordered(estimate: Estimate) -> bool:
    known = ~np.isnan(estimate.value)
    return bool(
        (estimate.lower[known] <= estimate.value[known] + 1e-9).all()
        and (estimate.value[known] <= estimate.upper[known] + 1e-9).all()
    )


@every_analysis
def test_trial_of_one_equals_the_same_trial_inside_a_block(analysis: Analysis) -> None:
    seen = draw(analysis, 60, 14, missing=0.1)
    cut = cut_at(seen, 11)
    whole = parts(analysis, seen, cut, aim_for(analysis))
    for t in (0, 17, 59):
        one = Cut(cut.included[t : t + 1], cut.month[t : t + 1])
        alone = parts(analysis, only(seen, slice(t, t + 1)), one, aim_for(analysis))
        for ours, theirs in zip(alone, whole, strict=True):
            np.testing.assert_array_equal(ours[0], theirs[t])


@every_analysis
def test_participants_beyond_those_included_change_nothing(analysis: Analysis) -> None:
    seen = draw(analysis, 40, 16)
    included = np.arange(40) % 17
    short = parts(analysis, seen, Cut(included, np.full(40, 24.0)), aim_for(analysis))
    for t in range(40):
        first = participants(only(seen, slice(t, t + 1)), slice(0, max(1, int(included[t]))))
        alone = parts(analysis, first, cut_at(first, int(included[t])), aim_for(analysis))
        for ours, theirs in zip(alone, short, strict=True):
            # Sums over rows of another length may be added in another order.
            np.testing.assert_allclose(ours[0], theirs[t], rtol=1e-12, atol=1e-12)


@every_analysis
def test_order_of_participants_changes_nothing(analysis: Analysis) -> None:
    seen = draw(analysis, 50, 13, missing=0.15)
    shuffled = participants(seen, np.random.default_rng(5).permutation(13))
    for ours, theirs in zip(
        parts(analysis, seen, cut_at(seen, 13), aim_for(analysis)),
        parts(analysis, shuffled, cut_at(seen, 13), aim_for(analysis)),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)


@every_analysis
def test_no_participant_is_no_evidence_and_no_estimate(analysis: Analysis) -> None:
    seen = draw(analysis, 5, 6)
    aim = aim_for(analysis)
    statistic = analysis.evidence(seen, cut_at(seen, 0), aim).statistic
    assert statistic.shape == (5, 1)
    assert np.isfinite(statistic).all()
    if analysis.kind != "responses":
        assert (statistic < analysis.critical(0.05)).all()
    if analysis.kind not in ESTIMATE_WITHOUT_DATA:
        assert np.isnan(analysis.estimate(seen, cut_at(seen, 0), aim).value).all()


@every_analysis
@settings(max_examples=15)
@given(
    number=st.integers(0, 7),
    constant=st.sampled_from([0.0, 1.0]),
    sign=st.sampled_from([-1, 1]),
    seed=st.integers(0, 99),
)
def test_small_and_constant_data_give_finite_statistics_and_no_warning(
    analysis: Analysis, number: int, constant: float, sign: int, seed: int
) -> None:
    seen = draw(analysis, 8, 7, seed, missing=0.4)
    fields = {"outcome", "treated", "control", "values"} & set(vars(seen))
    for name in fields:
        vars(seen)[name][:4] = constant
    if "event" in vars(seen):
        vars(seen)["event"][:4] = bool(constant)
    aim = aim_for(analysis, sign)
    statistic = analysis.evidence(seen, cut_at(seen, number), aim).statistic
    assert np.isfinite(statistic).all()
    assert ordered(analysis.estimate(seen, cut_at(seen, number), aim))


@every_analysis
def test_reversing_what_is_better_reverses_the_estimate(analysis: Analysis) -> None:
    if analysis.kind in ("binomial", "beta binomial", "dual criterion", "z one proportion", "responses"):
        pytest.skip("the benchmark is stated for the favourable result")
    seen = draw(analysis, 30, 16)
    up, down = (analysis.estimate(seen, cut_at(seen, 16), aim_for(analysis, sign)) for sign in (1, -1))
    np.testing.assert_allclose(up.value, -down.value, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(up.lower, -down.upper, rtol=1e-5, atol=3e-6)


@every_analysis
def test_what_is_not_observed_may_be_anything(analysis: Analysis) -> None:
    seen = draw(analysis, 20, 12, missing=0.3)
    before = parts(analysis, seen, cut_at(seen, 12), aim_for(analysis))
    assert seen.observed is not None
    for name in {"outcome", "treated", "control", "values"} & set(vars(seen)):
        vars(seen)[name][~seen.observed] = np.nan
    for ours, theirs in zip(parts(analysis, seen, cut_at(seen, 12), aim_for(analysis)), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


ASYMPTOTIC = frozenset(
    {
        "z one proportion",
        "z pooled",
        "clustered mcnemar",
        "own rate ratio",
        "rate ratio",
        "rate against benchmark",
        "log-rank",
        "one-sample log-rank",
        "posterior hazard ratio",
        "posterior hazard against benchmark",
    }
)
"""Tests whose level holds in the limit only."""
NO_CLAIM = ESTIMATE_WITHOUT_DATA | {
    "responses",
    "poisson against benchmark",
    "posterior rate ratio",
    "posterior rate against benchmark",
}
"""A bare count, Bayesian analyses with an informative prior, and Poisson models, which overdispersed counts are not for."""


@every_analysis
@pytest.mark.parametrize("sign", [1, -1])
def test_level_holds_without_an_effect(analysis: Analysis, sign: int) -> None:
    """At most the level within 4 standard errors; asymptotic tests may spend half as much again with 24 participants."""
    if analysis.kind in NO_CLAIM:
        pytest.skip("makes no claim about its level in these trials")
    trials, alpha = 4000, 0.05
    participants = 24
    seen = draw(analysis, trials, participants, seed=11)
    aim = aim_for(analysis, sign)
    if analysis.kind in ("binomial", "z one proportion") and sign < 0:
        aim = Aim(sign, 0.6, 0.025)
    claims = (
        analysis.evidence(seen, cut_at(seen, participants), aim).statistic[:, 0] >= analysis.critical(alpha)
    ).mean()
    allowed = 1.5 * alpha if analysis.kind in ASYMPTOTIC else alpha
    assert claims <= allowed + 4 * np.sqrt(allowed * (1 - allowed) / trials)
