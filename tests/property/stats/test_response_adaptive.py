"""What must hold for every prior, policy and trial: backwards agrees with forwards, sums to one, symmetry, validity."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln

from handful.stats.allocation_policy import AllocationPolicy, counts_at
from handful.stats.allocation_rules import biased_coin, still_open, thall_wathen, trippa
from handful.stats.bernoulli_bandit import optimal_policy
from handful.stats.exact_allocation import FinalCounts, pooled_z
from handful.stats.posterior_best import posterior_best, posterior_better
from handful.stats.randomisation_test import exact_randomisation_p_values

weights = st.floats(0.1, 5.0)
priors = st.tuples(st.tuples(weights, weights), st.tuples(weights, weights))
shares = st.floats(0.0, 1.0)


@st.composite
def counts(draw, arms=st.integers(2, 5), most=40):
    totals = draw(st.lists(st.integers(0, most), min_size=(k := draw(arms)), max_size=k))
    return [draw(st.integers(0, n)) for n in totals], totals


@st.composite
def policies(draw, participants):
    """Any policy of few levels, sequential or in blocks."""
    looks = np.array([0, *sorted(draw(st.sets(st.integers(1, participants - 1))))])
    levels = np.array(draw(st.lists(shares, min_size=1, max_size=4)))
    states = sum(len(counts_at(int(look))[0]) for look in looks)
    codes = np.random.default_rng(draw(st.integers(0, 99))).integers(0, levels.size, states).astype(np.uint8)
    return AllocationPolicy(participants, looks, codes, levels)


def prior_predictive(final: FinalCounts, prior: tuple) -> np.ndarray:
    """Probability of each final count when response probabilities are drawn from the priors."""
    mass = final.weights * 2.0**final.participants
    for arm, (a, b) in enumerate(prior):
        s, n = final.successes[:, arm], final.totals[:, arm]
        mass = mass * np.exp(betaln(a + s, b + n - s) - betaln(a, b))
    return mass


@settings(max_examples=25)
@given(
    participants=st.integers(2, 24),
    prior=priors,
    degree=st.floats(0.5, 1.0),
    share=st.floats(0.0, 0.5),
    penalty=st.floats(0.0, 50.0),
    afterwards=st.floats(0.0, 100.0),
)
def test_value_found_backwards_is_what_the_policy_gives_forwards(
    participants, prior, degree, share, penalty, afterwards
):
    least = int(share * participants)
    policy, value = optimal_policy(
        participants, prior, degree=degree, least=least, penalty=penalty, afterwards=afterwards
    )
    final = FinalCounts.of(policy)
    mass = prior_predictive(final, prior)
    weight = np.array(prior)
    better = ((final.successes + weight[:, 0]) / (final.totals + weight.sum(axis=1))).max(axis=1)
    worth = final.successes.sum(axis=1) + afterwards * better - penalty * (final.totals < least).any(axis=1)
    assert mass.sum() == pytest.approx(1.0, rel=1e-11)
    # A state that rounding left undecided is drawn with 1/2 and counted as the better: a difference of 1e-13 of its value.
    assert mass @ worth == pytest.approx(value, rel=1e-10, abs=1e-10)


@settings(max_examples=25)
@given(policy=policies(12), p0=shares, p1=shares)
def test_final_counts_add_up_under_every_truth(policy, p0, p1):
    final = FinalCounts.of(policy)
    assert final.probability(p0, p1).sum() == pytest.approx(1.0, abs=1e-13)
    found = final.characteristics(p0, p1)
    on_1 = found.on_better if p1 >= p0 else 1 - found.on_better
    assert found.successes == pytest.approx(12 * (p0 + (p1 - p0) * on_1), abs=1e-12)  # Wald's identity


@settings(max_examples=25)
@given(policy=policies(12), other=st.floats(0.5, 1.0))
def test_conditional_test_keeps_its_level_at_every_common_probability(policy, other):
    final = FinalCounts.of(policy)
    p = final.conditional_p_values(abs(pooled_z(final.successes, final.totals)))
    for level in (0.01, 0.05, 0.2, 0.5):
        assert final.worst_case_size(p <= level)[0] <= level + 1e-12
        assert final.characteristics(other, other, p <= level).rejection <= level + 1e-12


@settings(max_examples=25)
@given(policy=policies(7), outcomes=st.lists(st.integers(0, 1), min_size=7, max_size=7))
def test_randomisation_test_keeps_its_level_for_every_sequence_of_outcomes(policy, outcomes):
    """All 128 allocations with their chances: P(p <= a) is at most a, whatever the outcomes are."""
    arms = np.array(list(product((0, 1), repeat=7)), dtype=np.int8)
    seen = np.tile(np.array(outcomes, dtype=np.int8), (128, 1))
    chance = np.ones(128)
    successes, totals, rows = np.zeros((128, 2), np.int64), np.zeros((128, 2), np.int64), np.arange(128)
    for i in range(7):
        if i in policy.looks:
            of_1 = policy.chance(successes, totals)
        chance *= np.where(arms[:, i] == 1, of_1, 1 - of_1)
        successes[rows, arms[:, i]] += outcomes[i]
        totals[rows, arms[:, i]] += 1
    assert chance.sum() == pytest.approx(1.0)
    p = exact_randomisation_p_values(seen, arms, policy, pooled_z)
    for level in [0.05, 0.3, *p[chance > 0]]:
        assert chance[p <= level].sum() <= level + 1e-12


@settings(max_examples=60)
@given(seen=counts(), prior=st.tuples(weights, weights), highest=st.booleans())
def test_chances_of_being_best_add_up_and_follow_the_arms(seen, prior, highest):
    successes, totals = (np.array([row]) for row in seen)
    found = posterior_best(successes, totals, prior, highest=highest)[0]
    assert found.sum() == pytest.approx(1.0, abs=1e-10)
    mirrored = posterior_best(totals - successes, totals, prior[::-1], highest=not highest)[0]
    np.testing.assert_allclose(found, mirrored, atol=1e-12)
    turned = posterior_best(successes[:, ::-1], totals[:, ::-1], prior, highest=highest)[0]
    np.testing.assert_allclose(found, turned[::-1], atol=1e-12)


@settings(max_examples=60)
@given(seen=counts(), arm=st.integers(0, 4))
def test_a_response_more_makes_an_arm_no_less_likely_to_be_best(seen, arm):
    successes, totals = seen
    arm %= len(totals)
    fewer = posterior_best([successes], [[n + (k == arm) for k, n in enumerate(totals)]])[0, arm]
    more = posterior_best(*([[v + (k == arm) for k, v in enumerate(row)]] for row in (successes, totals)))[
        0, arm
    ]
    assert more >= fewer - 1e-13


@settings(max_examples=60)
@given(
    seen=counts(),
    exponent=st.floats(0.0, 3.0),
    least=st.floats(0.0, 0.2),
    share=st.floats(0.0, 1.0),
    strength=st.floats(0.0, 5.0),
)
def test_every_rule_gives_chances(seen, exponent, least, share, strength):
    successes, totals = (np.array([row]) for row in seen)
    arms = totals.shape[1]
    best, better = posterior_best(successes, totals), posterior_better(successes, totals)
    most = least + share * (1 - least)
    skewed = thall_wathen(best, exponent, least=least, most=most)
    for chances in (skewed, trippa(better, totals, exponent, least), biased_coin(best, totals, strength)):
        assert chances.sum() == pytest.approx(1.0)
        assert (chances >= 0).all()
    if arms * least <= 1 <= arms * most:  # otherwise the limits cannot be met
        assert (skewed >= least - 1e-12).all()
        assert (skewed <= most + 1e-12).all()
        within = (skewed[0] > least + 1e-9) & (skewed[0] < most - 1e-9)
        ratio = skewed[0, within] / best[0, within] ** exponent
        np.testing.assert_allclose(ratio, ratio[:1].repeat(within.sum()), rtol=1e-9)
        assert (np.diff(skewed[0][np.argsort(best[0])]) >= -1e-12).all()
    assert still_open(best, least).any()
