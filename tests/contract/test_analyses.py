"""Every registered analysis keeps the contract of an analysis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.posterior_means import NormalPrior
from handful.analyses.registry import analyses, make
from handful.participants.observations import Courses, Events, Outcomes, Pairs
from handful.testing.analyses import AnalysisCase, AnalysisContract, complemented, exchanged, negated

TRIALS, PEOPLE = 12, 14
SHAPE = (TRIALS, PEOPLE)
ALL_TREATED = np.ones(SHAPE, dtype=np.int8)


def rng(purpose: int) -> np.random.Generator:
    return np.random.default_rng([20261122, purpose])


# Nearly even in every prefix, as blocks make it.
TWO_ARMS = rng(0).permuted(np.tile([0, 1], (TRIALS, PEOPLE // 2, 1)), axis=2).reshape(SHAPE).astype(np.int8)

YES_NO = (rng(1).random(SHAPE) < 0.5).astype(np.float64)
SCORES = rng(2).normal(1.0, 1.5, SHAPE)
BLEEDS = rng(3).poisson(2.0 * rng(4).gamma(2.0, 0.5, SHAPE)).astype(np.float64)
RANKS = rng(5).integers(0, 4, SHAPE).astype(np.float64)


def outcomes(values: np.ndarray, arm: np.ndarray = TWO_ARMS) -> Outcomes:
    return Outcomes(arm, None, values)


def pairs(values: np.ndarray, number: int = 1, exposure: float = 1.0) -> Pairs:
    other = rng(6).permuted(values, axis=1)
    stacked = [
        np.stack([np.roll(side, k, axis=1) for k in range(number)], axis=2) for side in (values, other)
    ]
    return Pairs(ALL_TREATED, None, stacked[0], stacked[1], exposure)


def courses() -> Courses:
    times = np.array([-12.0, -6.0, 0.0, 6.0, 12.0])
    lines = rng(7).normal(0, 5, (*SHAPE, 1)) + rng(8).normal(0, 0.3, (*SHAPE, 1)) * times
    return Courses(ALL_TREATED, None, lines + rng(9).normal(0, 1.0, (*SHAPE, 5)), times)


def times(arm: np.ndarray) -> Events:
    death, lost = rng(10).exponential(10.0, SHAPE), rng(11).exponential(40.0, SHAPE)
    entry = np.sort(rng(12).uniform(0, 12, SHAPE), axis=1)
    return Events(arm, None, entry, np.minimum(death, lost), death <= lost)


def one_arm(kind: str, values: np.ndarray, null: float, **more: Any) -> AnalysisCase:
    return AnalysisCase(make(kind), outcomes(values, ALL_TREATED), Aim(1, null), **more)


def two_arm(kind: str, values: np.ndarray, mirrored: Any, null: float = 0.0, **settings: Any) -> AnalysisCase:
    return AnalysisCase(make(kind, **settings), outcomes(values), Aim(1, null), Aim(-1, -null), mirrored)


def paired(
    kind: str, seen: Pairs | Courses, mirrored: Any, null: float = 0.0, **settings: Any
) -> AnalysisCase:
    return AnalysisCase(make(kind, **settings), seen, Aim(1, null), Aim(-1, -null), mirrored)


PRIOR = NormalPrior(mean=0.8, participants=3.0, sd=1.2, degrees=2.0)
MEAN_ONLY = NormalPrior(mean=0.2, participants=0.5)

# The benchmark of a proportion is that of the favourable result, which is the other one when the sign turns.
TURNED = {"opposite": Aim(-1, 0.6), "mirrored": complemented}

CASES = {
    "binomial": one_arm("binomial", YES_NO, 0.4, **TURNED),
    "beta binomial": one_arm("beta binomial", YES_NO, 0.4, **TURNED),
    "dual criterion": AnalysisCase(
        make("dual criterion", decision_value=0.5), outcomes(YES_NO, ALL_TREATED), Aim(1, 0.4)
    ),
    "responses": one_arm("responses", YES_NO, 0.4, mirrored=complemented),
    "z one proportion": one_arm("z one proportion", YES_NO, 0.4, **TURNED),
    "one-sample t": one_arm("one-sample t", SCORES, 0.5),
    "posterior mean against benchmark": one_arm("posterior mean against benchmark", SCORES, 0.5),
    "posterior mean against benchmark, prior": AnalysisCase(
        make("posterior mean against benchmark", prior=PRIOR), outcomes(SCORES, ALL_TREATED), Aim(1, 0.5)
    ),
    "rate against benchmark": one_arm("rate against benchmark", BLEEDS, 2.0),
    "poisson against benchmark": one_arm("poisson against benchmark", BLEEDS, 2.0),
    "posterior rate against benchmark": one_arm("posterior rate against benchmark", BLEEDS, 2.0),
    "one-sample log-rank": AnalysisCase(make("one-sample log-rank"), times(ALL_TREATED), Aim(1, 8.0)),
    "one-sample poisson": AnalysisCase(make("one-sample poisson"), times(ALL_TREATED), Aim(1, 8.0)),
    "posterior hazard against benchmark": AnalysisCase(
        make("posterior hazard against benchmark", prior=(2.0, 3.0)), times(ALL_TREATED), Aim(1, 8.0)
    ),
    "mcnemar": paired("mcnemar", pairs(YES_NO), complemented),
    "mcnemar, mid-p": paired("mcnemar", pairs(YES_NO), exchanged, method="mid-p"),
    "mcnemar, unconditional": paired("mcnemar", pairs(YES_NO), complemented, method="unconditional"),
    "clustered mcnemar": paired("clustered mcnemar", pairs(YES_NO, 3), complemented),
    "paired t": paired("paired t", pairs(SCORES), negated, 0.3),
    "paired t, several pairs": paired("paired t", pairs(SCORES, 2), exchanged),
    "paired permutation": paired("paired permutation", pairs(SCORES), negated, 0.3),
    "paired permutation, wounds": paired("paired permutation", pairs(YES_NO, 3), complemented),
    "wilcoxon signed rank": paired("wilcoxon signed rank", pairs(SCORES), negated, 0.3),
    "own rate ratio": paired("own rate ratio", pairs(BLEEDS, 1, exposure=2.0), exchanged),
    "slope break": paired("slope break", courses(), negated, 0.5),
    "slope break permutation": paired("slope break permutation", courses(), negated, 0.5),
    "fisher": two_arm("fisher", YES_NO, complemented),
    "barnard": two_arm("barnard", YES_NO, complemented),
    "boschloo": two_arm("boschloo", YES_NO, complemented),
    "z pooled": two_arm("z pooled", YES_NO, complemented),
    "z pooled, margin": two_arm("z pooled", YES_NO, None, -0.1),
    "beta binomial two arms": two_arm("beta binomial two arms", YES_NO, complemented),
    "dual criterion two arms": two_arm("dual criterion two arms", YES_NO, complemented, decision_value=0.2),
    "t test": two_arm("t test", SCORES, negated, 0.3),
    "t test, equal variances": two_arm("t test", SCORES, exchanged, variances="equal"),
    "z test": two_arm("z test", SCORES, negated, 0.3, sd=1.5),
    "posterior mean difference": two_arm("posterior mean difference", SCORES, negated, 0.3),
    "posterior mean difference, equal": two_arm(
        "posterior mean difference", SCORES, exchanged, variances="equal"
    ),
    "posterior mean difference, known": two_arm("posterior mean difference", SCORES, negated, 0.3, sd=1.5),
    "posterior mean difference, priors": two_arm(
        "posterior mean difference", SCORES, None, 0.3, prior_treated=PRIOR, prior_control=MEAN_ONLY
    ),
    "dual criterion mean difference": two_arm(
        "dual criterion mean difference", SCORES, negated, 0.3, decision_value=0.8
    ),
    "permutation": two_arm("permutation", SCORES, negated, 0.3),
    "wilcoxon rank sum": two_arm("wilcoxon rank sum", SCORES, negated),
    "mann-whitney": two_arm("mann-whitney", RANKS, negated),
    "rate ratio": two_arm("rate ratio", BLEEDS, exchanged),
    "posterior rate ratio": two_arm("posterior rate ratio", BLEEDS, exchanged),
    "posterior rate ratio, prior": two_arm(
        "posterior rate ratio", BLEEDS, None, 0.2, prior_treated=(1.0, 0.5), prior_control=(4.0, 2.0)
    ),
    "log-rank": AnalysisCase(make("log-rank"), times(TWO_ARMS), Aim(1), None, exchanged),
    "posterior hazard ratio": AnalysisCase(
        make("posterior hazard ratio"), times(TWO_ARMS), Aim(1), None, exchanged
    ),
    "posterior hazard ratio, prior": AnalysisCase(
        make("posterior hazard ratio", prior_ratio=0.7, prior_events=12.0),
        times(TWO_ARMS),
        Aim(1, -0.2),
        Aim(-1, 0.2),
    ),
}


class TestAnalyses(AnalysisContract):
    @pytest.fixture(params=CASES)
    def case(self, request: pytest.FixtureRequest) -> AnalysisCase:
        return CASES[request.param]


def test_every_analysis_keeps_the_contract():
    assert {one.analysis.kind for one in CASES.values()} == set(analyses.kinds())
