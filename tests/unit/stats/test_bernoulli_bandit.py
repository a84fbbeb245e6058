"""The optimal allocation: what it must do by reason alone, and what it refuses."""

import numpy as np
import pytest

from handful.stats.allocation_policy import counts_at
from handful.stats.bernoulli_bandit import optimal_policy
from handful.stats.exact_allocation import FinalCounts


def test_the_last_participant_gets_the_arm_with_the_higher_posterior_mean() -> None:
    policy, _ = optimal_policy(12)
    successes, totals = counts_at(11)
    means = (successes + 1) / (totals + 2)
    expected = np.where(abs(means[:, 1] - means[:, 0]) < 1e-12, 0.5, means[:, 1] > means[:, 0])
    np.testing.assert_array_equal(policy.chance(successes, totals), expected)


def test_one_participant_is_worth_one_half() -> None:
    assert optimal_policy(1).value == 0.5
    assert optimal_policy(1, prior=[(1, 3), (2, 2)]).value == 0.5
    assert optimal_policy(1, prior=[(1, 3), (3, 1)], degree=0.9).value == pytest.approx(
        0.9 * 0.75 + 0.1 * 0.25
    )


def test_patients_after_the_trial_make_it_learn_more() -> None:
    """With many to come the loss of allocating the worse arm in the trial is small beside what is learned."""
    selfish, generous = optimal_policy(20), optimal_policy(20, afterwards=1000)
    least = [FinalCounts.of(solution.policy).totals for solution in (selfish, generous)]
    weights = [FinalCounts.of(solution.policy).weights for solution in (selfish, generous)]
    on_smaller = [w @ t.min(axis=1) for w, t in zip(weights, least, strict=True)]
    assert on_smaller[1] > on_smaller[0] + 1
    assert generous.value > selfish.value + 1000 * 0.6


def test_a_penalty_keeps_both_arms_filled() -> None:
    free, kept = (FinalCounts.of(optimal_policy(30, least=least).policy) for least in (0, 8))
    short = [f.probability(0.2, 0.8)[(f.totals < 8).any(axis=1)].sum() for f in (free, kept)]
    assert short[0] > 0.9
    assert short[1] == 0.0


def test_a_lower_degree_costs_successes() -> None:
    values = [optimal_policy(40, degree=degree).value for degree in (0.5, 0.7, 0.9, 1.0)]
    assert values == sorted(values)
    assert values[0] == pytest.approx(20)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"participants": 0}, "participants"),
        ({"participants": 5, "prior": (0, 1)}, "positive weights"),
        ({"participants": 5, "degree": 0.4}, "degree"),
        ({"participants": 5, "least": 3}, "cannot have 3 of 5"),
        ({"participants": 5, "penalty": -1}, "penalty"),
        ({"participants": 5, "afterwards": -1}, "afterwards"),
    ],
)
def test_nonsense_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        optimal_policy(**arguments)
