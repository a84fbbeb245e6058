"""Tests after allocation that followed the responses: what they count on, when they speak, and who was known when."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from handful.analyses.after_responses import ConditionalExact, Rerandomised
from handful.analyses.base import Aim, NullBoundary
from handful.designs.optimal_allocation import Bandit
from handful.participants.observations import Cut, Outcomes, Stage
from handful.stats.allocation_policy import place_of
from handful.stats.exact_allocation import FinalCounts, pooled_z
from handful.stats.randomisation_test import exact_randomisation_p_values, randomisation_p_values_as_known

RNG = np.random.default_rng(20261122)
PARTICIPANTS = 8
RULE = Bandit(participants=PARTICIPANTS, degree=0.9, least=2, afterwards=0, prior=(1.0, 1.0))
LOOKS = tuple(range(1, PARTICIPANTS))
TESTS = (ConditionalExact(rule=RULE), Rerandomised(rule=RULE, looks=LOOKS))


def trials(number: int = 12) -> Outcomes:
    arms, outcomes = RNG.integers(0, 2, (2, number, PARTICIPANTS))
    return Outcomes(arms.astype(np.int8), None, outcomes.astype(np.float64))


def whole(seen: Outcomes, earlier: tuple[Stage, ...] = ()) -> Cut:
    return Cut(np.full(seen.shape[0], seen.shape[1]), np.zeros(seen.shape[0]), earlier)


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.kind)
def test_nothing_is_said_before_the_end(test: ConditionalExact | Rerandomised) -> None:
    seen = trials()
    cut = whole(seen)
    cut.included[::2] = PARTICIPANTS - 1
    statistic = test.evidence(seen, cut, Aim()).statistic[:, 0]
    assert (statistic[::2] == -1).all()
    assert (statistic[1::2] == test.evidence(seen, whole(seen), Aim()).statistic[1::2, 0]).all()


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.kind)
def test_where_lower_is_better_failures_are_what_is_favourable(test: ConditionalExact | Rerandomised) -> None:
    seen = trials()
    mirrored = Outcomes(seen.arm, None, 1.0 - seen.outcome)
    ours, theirs = (
        test.evidence(one, whole(one), Aim(sign)).statistic for one, sign in ((seen, 1), (mirrored, -1))
    )
    np.testing.assert_array_equal(ours, theirs)


def test_missing_results_take_no_part_in_the_conditional_test() -> None:
    """Neither did they in the allocation: the test is that of a trial of those who are known."""
    arm = np.array([[0, 1, 1, 0, 1, 1, 1, 1]], dtype=np.int8)
    outcome = np.array([[0, 1, 1, 0, 1, 0, 1, 1.0]])
    observed = np.array([[True, True, False, True, True, True, True, False]])
    final = FinalCounts.of(RULE.policy().shortened(6))
    p = final.conditional_p_values(pooled_z(final.successes, final.totals))
    expected = p[place_of(*(np.array(count) for count in (0, 2, 3, 6)))]
    found = TESTS[0].evidence(seen := Outcomes(arm, observed, outcome), whole(seen), Aim()).statistic
    assert found == pytest.approx(-expected, rel=1e-12)


def test_known_at_once_all_allocations_are_walked() -> None:
    seen = trials()
    expected = exact_randomisation_p_values(seen.outcome, seen.arm, RULE.policy(), pooled_z)
    at_once = tuple(
        Stage(*(np.full(12, look), np.zeros(12)), None, enrolled=np.full(12, look)) for look in LOOKS
    )
    for earlier in ((), at_once):
        found = TESTS[1].evidence(seen, whole(seen, earlier), Aim()).statistic[:, 0]
        np.testing.assert_array_equal(found, -expected)


@pytest.mark.parametrize("missing", [(), (2, 5)], ids=["all known", "some missing"])
@pytest.mark.parametrize("delay", [0, 2])
def test_late_results_every_allocation_by_hand(delay: int, missing: tuple[int, ...]) -> None:
    """Within 4.5 standard errors of 20,000 draws: the chance of each allocation follows from what was known when."""
    outcomes, arms = RNG.integers(0, 2, (2, PARTICIPANTS))
    outcomes[:2], arms[:2] = (0, 1), (0, 1)
    observed = ~np.isin(np.arange(PARTICIPANTS), missing)
    policy, draws = RULE.policy(), 20_000

    def z(allocation: np.ndarray) -> float:
        known = [(allocation == arm) & observed for arm in (0, 1)]
        return float(pooled_z([[outcomes[k].sum() for k in known]], [[k.sum() for k in known]])[0])

    reached = 0.0
    for allocation in map(np.array, product((0, 1), repeat=PARTICIPANTS)):
        chance = 1.0
        for i in range(PARTICIPANTS):
            before = np.arange(PARTICIPANTS) < max(0, i - delay)
            known = [(allocation == arm) & observed & before for arm in (0, 1)]
            treated = policy.chance([[outcomes[k].sum() for k in known]], [[k.sum() for k in known]])[0]
            chance *= treated if allocation[i] else 1 - treated
        reached += chance * (z(allocation) >= z(arms) - 1e-9)

    looks = np.array([LOOKS])
    found = randomisation_p_values_as_known(
        outcomes[None],
        arms[None],
        policy,
        looks,
        np.minimum(looks + delay, PARTICIPANTS),
        observed=observed[None],
        resamples=draws,
    )[0]
    assert abs(found - reached) < 4.5 * np.sqrt(reached * (1 - reached) / draws) + 1 / draws


def test_what_a_randomisation_test_refuses() -> None:
    seen, looks = [[0, 1, 1, 0, 1, 0, 1, 1]], [[1, 2, 3]]
    with pytest.raises(ValueError, match="not everybody"):
        randomisation_p_values_as_known(seen, seen, RULE.policy(), [[1, 2, 8]], [[1, 2, 8]])
    with pytest.raises(ValueError, match="not everybody"):
        randomisation_p_values_as_known(seen, seen, RULE.policy(), [[1, 2, 4]], [[1, 2, 3]])
    with pytest.raises(ValueError, match="the same one"):
        randomisation_p_values_as_known(seen, seen, RULE.policy(), looks, [[1, 2]])
    with pytest.raises(ValueError, match="set anew at each"):
        randomisation_p_values_as_known(seen, seen, RULE.policy().shortened(7), looks, looks)
    with pytest.raises(ValueError, match="0 or 1"):
        randomisation_p_values_as_known([[2] * 8], seen, RULE.policy(), looks, looks)
    with pytest.raises(ValueError, match="resamples"):
        randomisation_p_values_as_known(seen, seen, RULE.policy(), looks, looks, resamples=0)


def test_a_null_boundary_is_made_of_chances() -> None:
    with pytest.raises(ValueError, match=r"stay in \[0, 1\]"):
        NullBoundary({"treated": (0.2, 1.0)})
