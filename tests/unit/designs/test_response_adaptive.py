"""Allocation that follows responses: the chances, who is allocated by what is known, and which trials can be enumerated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from handful.designs.base import Design, Plan, Question
from handful.designs.registry import families
from handful.engine import exact
from handful.engine.conduct import steps
from handful.engine.simulate import Job, conduct_block
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.scenarios.binary import BinaryScenario
from handful.select.characteristics import exact_characteristics
from handful.stats.allocation_policy import AllocationPolicy
from handful.stats.allocation_rules import thall_wathen
from handful.stats.bernoulli_bandit import optimal_policy
from handful.stats.exact_allocation import FinalCounts, pooled_z
from handful.stats.posterior_best import posterior_best

AT_ONCE, LATE = (Endpoint(name="response", kind="binary", known_after=m) for m in (0, 6))
HOPED = BinaryScenario(untreated=0.3, treated=0.6)
BLOCK = Block(20261122, 0, 400)


def design(kind: str, **fields: Any) -> Design:
    return families.get(kind).model_validate(
        {"kind": kind} | {k.replace("_", " "): v for k, v in fields.items()}
    )


def plan(kind: str, endpoint: Endpoint = AT_ONCE, **fields: Any) -> Plan:
    return design(kind, **fields).plan(Question(endpoint))


def test_chances_are_those_of_the_policy_at_every_look() -> None:
    made = plan("optimal allocation", participants=20, degree="80%", at_least="20%", afterwards=50)
    policy = optimal_policy(20, degree=0.8, least=4, afterwards=50).policy
    for step in steps(made, made.people(HOPED, BLOCK)):
        if step.look == 19:
            break
        assert step.after is not None
        first, arm = step.look + 1, step.record.observations.arm
        of_arm = arm[:, :first, None] == np.arange(2)
        good = (of_arm & (step.record.observations.outcome[:, :first, None] == 1)).sum(axis=1)
        np.testing.assert_array_equal(step.after.weights[:, 1], policy.chance(good, of_arm.sum(axis=1)))


def test_with_certainty_the_next_participant_gets_the_better_arm_at_once() -> None:
    made = plan("optimal allocation", participants=12, degree=1, at_least=0)
    for step in steps(made, made.people(HOPED, BLOCK)):
        if step.steering is not None and step.look > 0:
            chosen = step.steering.weights[:, 1]
            last = step.record.observations.arm[:, step.look]
            assert (last[chosen == 1] == 1).all()
            assert (last[chosen == 0] == 0).all()


def test_whoever_comes_before_a_result_is_known_is_allocated_by_a_coin() -> None:
    """Sixty a year with outcomes after two: everybody is enrolled before anything is known."""
    slow = LATE.model_copy(update={"known_after": 24.0})
    made = plan("optimal allocation", slow, participants=20)
    scenario = BinaryScenario(untreated=0.1, treated=0.9, recruitment={"rate": "5 per month"})
    trials = conduct_block(Job(made, scenario, BLOCK.seed, 400), BLOCK)
    share = trials.treated.sum() / trials.enrolled.sum()
    assert abs(share - 0.5) < 4 * np.sqrt(0.25 / (400 * 20))
    at_once = conduct_block(
        Job(plan("optimal allocation", participants=20), scenario, BLOCK.seed, 400), BLOCK
    )
    assert at_once.treated.mean() > 15


def test_the_test_is_told_who_had_come_at_each_look() -> None:
    """What a look decided holds for those after them, and the randomisation test allocates by it."""
    made = plan("response adaptive", LATE, participants=30, test="randomisation")
    people = made.people(HOPED.replace(recruitment={"rate": "2 per month"}), BLOCK)
    last = list(steps(made, people))[-1]
    for stage in last.cut.earlier:
        assert stage.enrolled is not None
        np.testing.assert_array_equal(stage.enrolled, (people.arrival <= stage.month[:, None]).sum(axis=1))
        assert (stage.enrolled > stage.included).mean() > 0.9


def test_enumerated_trials_are_the_final_counts_of_the_bandit() -> None:
    made = plan("optimal allocation", participants=24)
    policy = optimal_policy(24, degree=0.9, least=4).policy
    final = FinalCounts.of(policy)
    rejects = final.conditional_p_values(pooled_z(final.successes, final.totals)) <= 0.025
    expected = final.characteristics(0.3, 0.6, rejects)
    found = exact_characteristics(made, HOPED)
    assert found is not None
    assert found.success == pytest.approx(expected.rejection, rel=1e-11)
    assert found.bias == pytest.approx(expected.bias, rel=1e-9)
    assert found.rmse**2 == pytest.approx(expected.mse, rel=1e-10)
    lattice = exact.lattice_of(made)
    assert lattice is not None
    worst, where = exact.worst_type_one_error(made, lattice)
    assert (worst, where) == pytest.approx(final.worst_case_size(rejects), rel=1e-6)


def test_enumerated_trials_of_one_treatment_stop_where_the_posterior_says() -> None:
    """By hand: a walk over the policy whose mass is taken out at each look."""
    made = plan("response adaptive", participants=20, first_look=8, look_every=6, drop_below=0.1)
    rule = AllocationPolicy.from_rule(20, lambda s, n: thall_wathen(posterior_best(s, n), 0.5), [8, 14])
    rng, trials = np.random.default_rng(4), 40_000
    good, known = np.zeros((trials, 2), dtype=np.int64), np.zeros((trials, 2), dtype=np.int64)
    running, claimed, size = np.ones(trials, dtype=bool), np.zeros(3), 0
    for look, total in enumerate((8, 14, 20)):
        chance = np.full(trials, 0.5) if size == 0 else np.zeros(trials)
        if size:
            chance[running] = rule.chance(good[running], known[running])
        for _ in range(total - size):
            arm = (rng.random(trials) < chance).astype(int)
            rows = np.flatnonzero(running)
            known[rows, arm[rows]] += 1
            good[rows, arm[rows]] += rng.random(len(rows)) < np.where(arm[rows] == 1, 0.6, 0.3)
        better = posterior_best(good, known)[:, 1]
        claimed[look] = (running & (better >= 0.98)).sum()
        running &= (better < 0.98) & (better > 0.1)
        size = total
    found = exact_characteristics(made, HOPED)
    assert found is not None
    error = np.sqrt(found.success_at * (1 - found.success_at) / trials)
    assert (abs(found.success_at - claimed / trials) < 4.5 * error).all()


@pytest.mark.parametrize(
    ("fields", "endpoint", "scenario"),
    [
        ({}, LATE, HOPED),
        ({}, AT_ONCE, HOPED.replace(product={"waiting_time": 2}, recruitment={"rate": 1})),
        ({}, AT_ONCE, HOPED.replace(recruitment={"pool": 10, "new_cases": 5})),
        ({}, AT_ONCE, HOPED.replace(trend=0.1, recruitment={"rate": 1})),
        ({"arms": 2}, AT_ONCE, HOPED),
        ({"arms": 2, "control": False}, AT_ONCE, HOPED),
        ({"test": "randomisation"}, AT_ONCE, HOPED),
    ],
    ids=["late", "waiting", "all at once", "trend", "two treatments", "no control", "randomisation test"],
)
def test_what_cannot_be_enumerated_is_not(
    fields: dict[str, Any], endpoint: Endpoint, scenario: BinaryScenario
) -> None:
    assert exact_characteristics(plan("response adaptive", participants=20), HOPED) is not None
    assert (
        exact_characteristics(plan("response adaptive", endpoint, participants=20, **fields), scenario)
        is None
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"arms": 2}, "one treatment and a control"),
        ({"arms": 2, "control": False}, "one treatment and a control"),
        ({"success_above": 0.95}, "nothing is decided before the end"),
        ({"drop_below": 0.1}, "nothing is decided before the end"),
        ({"participants": 101}, "at most 100 with a randomisation test"),
    ],
    ids=str,
)
def test_a_randomisation_test_decides_alone_and_at_the_end(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        design("response adaptive", test="randomisation", **({"participants": 40} | fields))


def test_trippa_reads_a_name_or_what_it_is_tuned_by() -> None:
    plain, tuned = (
        design("response adaptive", participants=40, rule=rule)
        for rule in ("trippa", {"kind": "trippa", "scale": 3, "shape": 1.4, "catch up": 0.25})
    )
    assert plain.plan(Question(AT_ONCE)).rule == tuned.plan(Question(AT_ONCE)).rule
    assert plain == tuned


def test_trials_beyond_what_can_be_walked_are_simulated() -> None:
    """Sixty are walked; their number grows with the fourth power."""
    assert exact.lattice_of(plan("response adaptive", participants=60, look_every=50)) is not None
    assert exact.lattice_of(plan("response adaptive", participants=61, look_every=50)) is None


@pytest.mark.parametrize("kind", ["response adaptive", "optimal allocation"])
def test_the_delay_is_told(kind: str) -> None:
    said = [" ".join(design(kind, participants=20).describe(Question(e))) for e in (AT_ONCE, LATE)]
    assert ["Outcomes take 6 months" in words for words in said] == [False, True]
