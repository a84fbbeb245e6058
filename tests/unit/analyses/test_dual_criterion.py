"""Dual criterion as an analysis: a claim is exactly the conjunction, in tables and in blocks of trials."""

from __future__ import annotations

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.dual_criterion import DualCriterionMeans, DualCriterionProportion, DualCriterionTwoArms
from handful.analyses.one_proportion import BetaBinomial
from handful.analyses.posterior_means import PosteriorMeanDifference
from handful.analyses.two_proportions import BetaBinomialTwoArms
from handful.participants.observations import Cut, Outcomes
from tests.unit.analyses.trials_of_each_kind import cut_at, draw

LEVELS = (0.05, 0.025, 0.2, 0.5)


@pytest.mark.parametrize("alpha", LEVELS)
def test_one_arm_claims_exactly_where_both_criteria_hold(alpha):
    dual, single = (
        DualCriterionProportion(decision_value=0.35, prior=(0.4, 1.6)),
        BetaBinomial(prior=(0.4, 1.6)),
    )
    for size in (5, 20, 47):
        both = (single.table(size, 0.2) >= single.critical(alpha)) & (single.table(size, 0.35) >= 0.5)
        np.testing.assert_array_equal(dual.table(size, 0.2) >= dual.critical(alpha), both)


@pytest.mark.parametrize("alpha", LEVELS)
@pytest.mark.parametrize("null", [0.0, -0.1])
def test_two_arms_claim_exactly_where_both_criteria_hold(alpha, null):
    dual, single = DualCriterionTwoArms(decision_value=0.15), BetaBinomialTwoArms()
    both = (single.table(9, 14, null) >= single.critical(alpha)) & (single.table(9, 14, 0.15) >= 0.5)
    np.testing.assert_array_equal(dual.table(9, 14, null) >= dual.critical(alpha), both)
    assert 0 < both.sum() < both.size


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("settings", [{}, {"variances": "equal"}, {"sd": 1.4}])
def test_means_claim_exactly_where_both_criteria_hold(sign, settings):
    dual, single = DualCriterionMeans(decision_value=0.9, **settings), PosteriorMeanDifference(**settings)
    seen = draw(dual, 400, 20, seed=3)
    cut, aim = cut_at(seen, 20), Aim(sign, 0.1, 0.2)
    significant = single.evidence(seen, cut, aim).statistic >= single.critical(0.2)
    # The posterior is symmetric, so that its median is the estimate.
    relevant = single.estimate(seen, cut, aim).value[:, None] >= 0.9
    claims = dual.evidence(seen, cut, aim).statistic >= dual.critical(0.2)
    np.testing.assert_array_equal(claims, significant & relevant)
    assert 0 < claims.sum() < significant.sum()


def test_the_lattice_has_the_statistic_of_the_trials():
    analysis = DualCriterionTwoArms(decision_value=0.2)
    seen = draw(BetaBinomialTwoArms(), 200, 16)
    cut, aim = cut_at(seen, 16), Aim()
    control, treated = analysis.counts(seen, cut, aim)
    lattice = analysis.lattice([(8, 8)], aim)
    np.testing.assert_array_equal(
        lattice.statistic[0][control, treated], analysis.evidence(seen, cut, aim).statistic[:, 0]
    )


def test_a_benefit_that_is_significant_and_small_is_no_claim():
    arm = np.tile([0, 1], 100)[None].astype(np.int8)
    noise = np.repeat(np.tile([-0.5, 0.5], 50), 2)[None]
    seen = Outcomes(arm, None, noise + 0.4 * arm)
    cut, aim = Cut(np.array([200]), np.array([0.0])), Aim()
    assert PosteriorMeanDifference().evidence(seen, cut, aim).statistic[0, 0] > 0.999
    assert DualCriterionMeans(decision_value=0.5).evidence(seen, cut, aim).statistic[0, 0] < 0.5
    assert DualCriterionMeans(decision_value=0.3).evidence(seen, cut, aim).statistic[0, 0] > 0.999


def test_it_has_no_z_scale_and_no_level_above_a_half():
    analysis = DualCriterionProportion(decision_value=0.5)
    with pytest.raises(TypeError, match="no z scale"):
        analysis.to_z(0.9)
    with pytest.raises(ValueError, match="at least a half"):
        analysis.critical(0.6)
    assert analysis.from_z(1.959963984540054) == pytest.approx(0.975)
