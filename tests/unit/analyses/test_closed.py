"""The closed combination test against what its papers say, computed another way."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtr, ndtri
from scipy.stats import multivariate_normal

from handful.analyses.base import Aim
from handful.analyses.closed import Closed, GraphTest
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.several import Several
from handful.analyses.two_means import ZTest
from handful.participants.observations import Cut, Outcomes, Stage

K, TRIALS, EACH = 3, 400, 6
ARMS = tuple(Hypothesis(name=f"dose {arm}", arm=arm) for arm in range(1, K + 1))
FIRST = (K + 1) * EACH


def data(effect: float = 0.0) -> Outcomes:
    """Two stages; in the second everybody is on control or on the dose of the trial's number."""
    rng = np.random.default_rng(20261122)
    first = np.tile(np.arange(K + 1), (TRIALS, EACH))
    kept = 1 + np.arange(TRIALS) % K
    second = np.tile([0, 1], (TRIALS, EACH)) * kept[:, None]
    arm = np.hstack([first, second]).astype(np.int8)
    return Outcomes(arm, None, rng.normal(size=arm.shape) + effect * (arm == kept[:, None]))


def cut(seen: Outcomes) -> Cut:
    trials = len(seen.arm)
    tested = np.zeros((trials, K), dtype=np.bool_)
    tested[np.arange(trials), np.arange(trials) % K] = True
    whole = np.full(trials, seen.shape[1])
    return Cut(whole, np.zeros(trials), (Stage(np.full(trials, FIRST), np.zeros(trials)),), tested)


def z_by_hand(seen: Outcomes, trial: int, arm: int, people: slice) -> float:
    """z of a dose against control among some participants, with a standard deviation of 1."""
    arms, outcome = seen.arm[trial, people], seen.outcome[trial, people]
    a, c = outcome[arms == arm], outcome[arms == 0]
    return float((a.mean() - c.mean()) / np.sqrt(1 / len(a) + 1 / len(c)))


@pytest.mark.parametrize("combination", ["inverse normal", "fisher"])
def test_bonferroni_closed_test_of_the_kept_dose_by_hand(combination: str) -> None:
    seen = data(0.5)
    weights = (2.0, 1.0)
    analysis = Closed(
        base=ZTest(sd=1), hypotheses=ARMS, weights=weights, intersection="bonferroni", combination=combination
    )
    found = analysis.evidence(seen, cut(seen), Aim()).statistic
    for trial in (0, 1, 2, 77):
        kept = trial % K
        first = [z_by_hand(seen, trial, arm, slice(0, FIRST)) for arm in range(1, K + 1)]
        second = z_by_hand(seen, trial, kept + 1, slice(FIRST, None))
        smallest = np.inf
        for size in range(1, K + 1):
            for members in combinations(range(K), size):
                if kept not in members:
                    continue
                p = min(1.0, size * min(float(ndtr(-first[m])) for m in members))
                if combination == "fisher":
                    combined = -np.log(p) - np.sqrt(1 / 2) * float(log_ndtr(-second))
                else:
                    one = max(-38.0, float(-ndtri(p)))
                    combined = np.sqrt(2 / 3) * one + np.sqrt(1 / 3) * second
                smallest = min(smallest, combined)
        assert found[trial, kept] == pytest.approx(smallest, rel=1e-9)
        others = [k for k in range(K) if k != kept]
        assert (found[trial, others] <= found[trial, kept]).all()


@pytest.mark.parametrize("intersection", ["dunnett", "simes", "bonferroni", "sidak"])
def test_one_hypothesis_is_the_weighted_statistic_of_cui_hung_and_wang(intersection: str) -> None:
    seen = data()
    arm = np.where(seen.arm > 1, np.int8(1), seen.arm)
    seen = Outcomes(arm, None, seen.outcome)
    analysis = Closed(
        base=ZTest(sd=1), hypotheses=(Hypothesis(),), weights=(0.3, 0.7), intersection=intersection
    )
    look = Cut(
        np.full(TRIALS, seen.shape[1]), np.zeros(TRIALS), (Stage(np.full(TRIALS, FIRST), np.zeros(TRIALS)),)
    )
    found = analysis.evidence(seen, look, Aim()).statistic[:, 0]
    for trial in range(5):
        stages = (z_by_hand(seen, trial, 1, part) for part in (slice(0, FIRST), slice(FIRST, None)))
        first, second = stages
        assert found[trial] == pytest.approx(np.sqrt(0.3) * first + np.sqrt(0.7) * second, abs=1e-12)


def test_before_the_second_stage_it_is_the_closed_test_of_the_first() -> None:
    seen = data()
    look = Cut(np.full(TRIALS, FIRST), np.zeros(TRIALS))
    analysis = Closed(base=ZTest(sd=1), hypotheses=ARMS, weights=(1, 1), intersection="bonferroni")
    found = analysis.evidence(seen, look, Aim()).statistic
    p = np.array(
        [[ndtr(-z_by_hand(seen, t, arm, slice(0, FIRST))) for arm in range(1, K + 1)] for t in range(20)]
    )
    order = np.sort(p, axis=1) * np.arange(K, 0, -1)
    holm = np.minimum(np.maximum.accumulate(order, axis=1), 1)
    np.testing.assert_allclose(np.sort(ndtr(-found[:20]), axis=1), holm, rtol=1e-9)


def test_an_intersection_that_was_rejected_stays_rejected() -> None:
    seen = data(0.5)
    plain = Closed(base=ZTest(sd=1), hypotheses=ARMS, weights=(1, 1))
    keeping = plain.replace(rejects_at=(1.0, 2.5))
    look = cut(seen)
    first = Cut(look.earlier[0].included, look.month)
    then = plain.evidence(seen, first, Aim()).statistic
    np.testing.assert_array_equal(keeping.evidence(seen, first, Aim()).statistic, then)
    now, kept = (analysis.evidence(seen, look, Aim()).statistic for analysis in (plain, keeping))
    assert ((then >= 1.0) & (now < 2.5)).any()
    rejected = (now >= 2.5) | (then >= 1.0)
    assert (kept[rejected] >= 2.5).all()
    assert (kept >= now).all()
    never = plain.replace(rejects_at=(None, 2.5))
    np.testing.assert_array_equal(never.evidence(seen, look, Aim()).statistic, now)


def test_a_graph_of_equal_weights_is_bonferroni_and_a_fixed_sequence_waits_for_the_first() -> None:
    seen = data(0.5)
    third = (1 / 3, 1 / 3, 1 / 3)
    holm = GraphTest(weights=third, transitions=((0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)))
    make = {"base": ZTest(sd=1), "hypotheses": ARMS, "weights": (1, 1)}
    look = cut(seen)
    by_graph = Closed(**make, intersection=holm).evidence(seen, look, Aim()).statistic
    plain = Closed(**make, intersection="bonferroni").evidence(seen, look, Aim()).statistic
    np.testing.assert_allclose(by_graph, plain, rtol=1e-9)
    sequence = GraphTest(weights=(1, 0, 0), transitions=((0, 1, 0), (0, 0, 1), (0, 0, 0)))
    first = Cut(look.earlier[0].included, look.month)
    found = Closed(**make, intersection=sequence).evidence(seen, first, Aim()).statistic
    alone = Several(base=ZTest(sd=1), hypotheses=ARMS).evidence(seen, first, Aim()).statistic
    np.testing.assert_allclose(found, np.minimum.accumulate(alone, axis=1), rtol=1e-9)
    with pytest.raises(ValueError, match="a graph of hypotheses"):
        GraphTest(weights=(0.9, 0.9), transitions=((0, 1), (1, 0)))


def test_spiessens_and_debois_use_the_correlation_of_everybody_and_subgroup_of_each_stage() -> None:
    rng = np.random.default_rng(20261122)
    arm = rng.integers(0, 2, size=(TRIALS, 40)).astype(np.int8)
    members = rng.random(arm.shape) < 0.5
    seen = Outcomes(arm, None, rng.normal(size=arm.shape), subgroup=members)
    asked = (Hypothesis(name="everybody"), Hypothesis(name="subgroup", in_subgroup=True))
    analysis = Closed(base=ZTest(sd=1), hypotheses=asked, weights=(1, 1), intersection="spiessens debois")
    look = Cut(np.full(TRIALS, 40), np.zeros(TRIALS), (Stage(np.full(TRIALS, 16), np.zeros(TRIALS)),))
    found = analysis.evidence(seen, look, Aim()).statistic
    for trial in range(5):
        of_both, of_each = 0.0, np.zeros(2)
        for part in (slice(0, 16), slice(16, 40)):
            arms, inside, outcome = arm[trial, part], members[trial, part], seen.outcome[trial, part]
            z, information = [], []
            for counted in (np.full(len(arms), True), inside):
                a, c = outcome[counted & (arms == 1)], outcome[counted & (arms == 0)]
                information.append(1 / (1 / len(a) + 1 / len(c)))
                z.append((a.mean() - c.mean()) * np.sqrt(information[-1]))
            rho = np.sqrt(information[1] / information[0])
            below = multivariate_normal.cdf([max(z)] * 2, cov=[[1, rho], [rho, 1]])
            of_both += float(-ndtri(1 - below)) / np.sqrt(2)
            of_each += np.array(z) / np.sqrt(2)
        np.testing.assert_allclose(found[trial], np.minimum(of_each, of_both), atol=1e-6)


def test_spiessens_and_debois_are_refused_for_several_arms() -> None:
    with pytest.raises(ValueError, match="for a treatment in everybody and in a subgroup"):
        Closed(base=ZTest(sd=1), hypotheses=ARMS, weights=(1, 1), intersection="spiessens debois")
