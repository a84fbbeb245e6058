"""Looks at months, and boundaries at the information that is really there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from handful.designs.base import Plan, Question
from handful.designs.calendar import AtMonths
from handful.designs.group_sequential import GroupSequential
from handful.designs.observed_spending import SpentAsObserved
from handful.designs.pieces import EventCounts, KnownOutcomes, Record
from handful.engine.simulate import Job, conduct_block
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Events, Outcomes
from handful.scenarios.registry import scenario_kinds
from handful.stats.normal_process import crossing_probabilities
from handful.stats.observed_information import boundaries_at
from handful.stats.spending import OBrienFlemingType

SCORE = Endpoint(name="score", kind="continuous", known_after=12)
KNOWN_SD = {"kind": "z test", "sd": 1}


def plan(**fields: Any) -> Plan:
    spec = {"kind": "group sequential", "participants": 40, "analysis": KNOWN_SD} | fields
    return GroupSequential.model_validate(spec).plan(Question(SCORE))


def record(resolved: list[list[float]], observed: list[list[bool]] | None = None) -> Record:
    months = np.array(resolved)
    arm = np.tile(np.array([0, 1], dtype=np.int8), (len(months), months.shape[1] // 2))
    seen = Outcomes(arm, None if observed is None else np.array(observed), np.zeros(months.shape))
    return Record(seen, months - 1, months)


def test_at_a_month_those_count_before_whom_everybody_is_known():
    looks = AtMonths((12.0,), KnownOutcomes((4,)))
    months = record([[5, 11, 13, 10], [5, 14, 6, 7], [5, 6, 7, 8]])
    cut = looks.cut(0, months, 3)
    assert cut.included.tolist() == [2, 1, 4]
    # Where everything is known earlier, nobody waits for the month.
    assert cut.month.tolist() == [12, 12, 8]
    assert looks.cut(1, months, 3).included.tolist() == [4, 4, 4]


def test_without_recruitment_there_are_no_months():
    with pytest.raises(ValueError, match="recruitment"):
        AtMonths((12.0,), KnownOutcomes((4,))).cut(0, Record(record([[1, 2]]).observations, None, None), 1)


def test_information_is_what_is_seen():
    missing = record([[5, 6, 7, 8]], [[True, False, True, True]])
    looks = KnownOutcomes((3, 4))
    assert looks.reached(missing, looks.cut(0, missing, 1)).tolist() == [2]
    entry, time = np.array([[0.0, 1.0, 2.0]]), np.array([[5.0, 6.0, 7.0]])
    seen = Events(np.ones((1, 3), dtype=np.int8), None, entry, time, np.array([[True, True, False]]))
    events = EventCounts((1, 2))
    told = Record(seen, entry, entry + time)
    assert [int(events.reached(told, events.cut(k, told, 1))[0]) for k in (0, 1)] == [1, 2]


def test_what_goes_as_planned_has_the_boundaries_planned():
    as_planned, observed = plan().rule, plan(spend_at="observed").rule
    assert observed.upper == as_planned.upper
    first = observed.limits(0, np.array([[20]]))
    last = observed.limits(1, np.array([[20, 40]]))
    np.testing.assert_allclose([first.success, last.success], np.array(as_planned.upper)[:, None, None])


def test_each_trial_has_the_boundaries_of_its_own_history():
    rule = plan(spend_at="observed", futility={}).rule
    assert isinstance(rule, SpentAsObserved)
    reached = np.array([[18, 36], [20, 40], [18, 36], [24, 33]])
    limits = rule.limits(1, reached)
    for history, success in zip(reached.tolist(), np.asarray(limits.success)[:, 0], strict=True):
        alone = boundaries_at(
            history, 40, futility=OBrienFlemingType(), power=0.8, drift=rule.planned.drift, final=True
        )
        assert success == pytest.approx(alone.upper[-1], abs=1e-12)


@pytest.mark.parametrize("history", [[0], [12, 12], [12, 0]])
def test_a_look_that_adds_nothing_is_not_held(history: list[int]):
    rule = plan(spend_at="observed", looks=["30%", "60%", 1], futility={}).rule
    limits = rule.limits(len(history) - 1, np.array([history]))
    assert limits.decide(np.array([[9.0], [-9.0]]))[:, 0].tolist() == [0, 0]


def test_a_last_look_that_adds_nothing_takes_over_what_the_one_before_could_spend():
    rule = plan(spend_at="observed").rule
    assert isinstance(rule, SpentAsObserved)
    before = rule.boundaries((24,), False)
    last = rule.boundaries((24, 24), True)
    assert before is not None
    assert last is not None
    assert last.upper[-1] < before.upper[-1]
    # Who passes the first with these data and reaches the second reaches the lower of both: the error is the whole level.
    assert crossing_probabilities([24.0], None, last.upper, 0.0).upper.sum() == pytest.approx(
        0.025, abs=1e-12
    )


def test_a_look_at_which_everything_is_known_is_the_last():
    rule = plan(looks_at=[12, 24]).rule
    limits = rule.limits(1, np.array([[16, 40]]))
    statistic = np.array([[1.0], [3.0]])
    assert limits.decide(statistic)[:, 0].tolist() == [-1, 1]


def test_trials_at_months_keep_their_level_and_end_at_different_sizes():
    truth = scenario_kinds.get("continuous").model_validate(
        {"untreated": {"sd": 1}, "effect": 0, "recruitment": {"rate": "2 per month"}}
    )
    made = plan(looks_at=[18, 24], spending="pocock")
    trials = conduct_block(Job(made, truth, 7, 20_000), Block(7, 0, 20_000))
    error = np.sqrt(0.025 * 0.975 / 20_000)
    assert abs(trials.success.mean() - 0.025) < 4 * error
    early = trials.analysed[trials.look == 0]
    assert len(np.unique(early)) > 3


def test_what_cannot_be_solved_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="around no effect"):
        plan(spend_at="observed", sided=2, futility={})
    with pytest.raises(ValueError, match="classical shape"):
        plan(spend_at="observed", spending="wang tsiatis")
    with pytest.raises(ValueError, match="either `looks` or `looks at`"):
        plan(looks=["30%", 1], looks_at=[12])
    with pytest.raises(ValueError, match="normal boundaries"):
        plan(looks_at=[12], boundaries="exact")
