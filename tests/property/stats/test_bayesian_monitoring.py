"""What must hold of Bayesian monitoring whatever the trial, the prior and the data."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from handful.stats.assurance import expected_power, normal_assurance, two_arm_assurance
from handful.stats.behrens_fisher import student_sum_cdf, student_sum_quantile
from handful.stats.beta_binomial import predictive_pmf, superiority_table
from handful.stats.binomial import pmf
from handful.stats.calibration import constant_threshold
from handful.stats.lattice import Move, Stage
from handful.stats.normal_posterior import Normal
from handful.stats.predictive_normal import normal_predictive_probability
from handful.stats.predictive_two_arms import predictive_table
from handful.stats.worst_case import maximum

WEIGHT = st.floats(0.2, 8.0)
PRIOR = st.tuples(WEIGHT, WEIGHT)
CONTROL = (Move((1, 0), ("control",)), Move((0, 0), ("not control",)))
TREATED = (Move((0, 1), ("treated",)), Move((0, 0), ("not treated",)))


@given(
    now=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    more=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    priors=st.tuples(PRIOR, PRIOR),
    certainty=st.floats(0.6, 0.99),
)
def test_predictive_probability_is_expected_to_stay_where_it_is(now, more, priors, certainty):
    success = certainty <= superiority_table(now[1] + more[1], now[0] + more[0]).T
    table = predictive_table(success, *now, *priors)
    assert ((table >= 0) & (table <= 1)).all()
    # Averaged over what the interim may show, it is the assurance before the trial.
    average = predictive_pmf(now[0], priors[0]) @ table @ predictive_pmf(now[1], priors[1])
    assert abs(average - two_arm_assurance(success, *priors)) < 1e-12


@given(
    now=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    more=st.integers(0, 6),
    priors=st.tuples(PRIOR, PRIOR),
)
def test_more_responses_on_treatment_never_harm_and_on_control_never_help(now, more, priors):
    success = superiority_table(now[1] + more, now[0] + more).T >= 0.9
    table = predictive_table(success, *now, *priors)
    assert (np.diff(table, axis=1) >= -1e-12).all()
    assert (np.diff(table, axis=0) <= 1e-12).all()


@settings(max_examples=25)
@given(
    first=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    second=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    priors=st.tuples(PRIOR, PRIOR),
    alpha=st.floats(0.01, 0.2),
)
def test_calibrated_threshold_keeps_the_level_and_the_next_one_does_not(first, second, priors, alpha):
    last = (first[0] + second[0], first[1] + second[1])
    tables = [superiority_table(t, c, priors[1], priors[0]).T for c, t in (first, last)]
    stages = [Stage(((c, CONTROL), (t, TREATED))) for c, t in (first, second)]

    def null(nuisance):
        return {"control": nuisance, "treated": nuisance}

    found = constant_threshold(stages, tables, null, alpha)
    assert found.error <= alpha + 1e-9
    values = np.unique(np.concatenate([table.ravel() for table in tables]))
    place = int(np.searchsorted(values, found.threshold))
    if place > 0:
        weaker = [np.where(table >= values[place - 1], 1.0, -np.inf) for table in tables]
        assert constant_threshold(stages, weaker, null, alpha).threshold == np.inf


@given(
    prior=st.builds(Normal, st.floats(-2, 2), st.floats(0.1, 20)),
    information=st.floats(0.1, 50),
    required=st.floats(-1, 1),
    share=st.floats(0.05, 0.95),
)
def test_normal_predictive_probability_averages_to_the_assurance(prior, information, required, share):
    now = share * information
    # What the interim may show, given the prior.
    shown = Normal(prior.mean, 1 / (1 / prior.information + 1 / now))
    average = expected_power(
        lambda estimate: normal_predictive_probability(estimate, now, information, required, prior), shown
    )
    assert abs(average - float(normal_assurance(information, required, prior))) < 1e-9


@given(
    scales=st.tuples(st.floats(0.1, 5), st.floats(0.1, 5)),
    degrees=st.tuples(st.floats(2, 60), st.floats(2, 60)),
    level=st.floats(0.001, 0.999),
)
def test_student_sums_are_symmetric_monotone_and_inverted(scales, degrees, level):
    arms = (scales[0], degrees[0], scales[1], degrees[1])
    x = np.linspace(0, 6, 13)
    below, above = student_sum_cdf(x, *arms), student_sum_cdf(-x, *arms)
    assert np.abs(below + above - 1).max() < 1e-8
    assert (np.diff(below) >= -1e-15).all()
    assert abs(student_sum_cdf(student_sum_quantile(level, *arms), *arms) - level) < 1e-8


def test_worst_point_is_searched_for_and_not_assumed():
    # The error of a posterior rule with unequal priors is largest near an end, far from one half.
    table = superiority_table(12, 6, (1.0, 1.0), (1.0, 4.0)).T
    stage = Stage(((6, CONTROL), (12, TREATED)))
    found = constant_threshold([stage], [table], lambda p: {"control": p, "treated": p}, 0.1)
    claim = table >= found.threshold
    value, where = maximum(lambda p: np.einsum("pi,ij,pj->p", pmf(6, p), claim, pmf(12, p)))
    assert abs(value - found.error) < 1e-10
    assert abs(where - 0.5) > 0.1
