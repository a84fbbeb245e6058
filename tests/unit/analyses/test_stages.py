"""Stages of times to events: increments of the score, whom they look at, and what they add up to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handful.analyses.base import Aim, Score
from handful.analyses.closed import Closed
from handful.analyses.hypotheses import ONE, Hypothesis
from handful.analyses.logrank import LogRank
from handful.analyses.posterior_hazards import PosteriorHazardRatio
from handful.analyses.registry import make
from handful.analyses.stages import has_stages, stages
from handful.kernels.counting import arrived_by
from handful.kernels.survival import nth_event_time
from handful.participants.observations import Cut, Events, Stage

TRIALS, PEOPLE, LOOKS = 50, 60, (12, 25, 40)
ARMS = (Hypothesis(name="low dose", arm=1), Hypothesis(name="high dose", arm=2))
SUBGROUP = (Hypothesis(name="everybody"), Hypothesis(name="members", in_subgroup=True))


def deaths(arms: int = 1, members: float | None = None) -> Events:
    """People who come one after the other, of whom a few are lost, and some may belong to a subgroup."""
    rng = np.random.default_rng(20261122)
    arm = np.tile(np.arange(PEOPLE) % (1 + arms), (TRIALS, 1)).astype(np.int8)
    entry = np.cumsum(rng.exponential(0.5, arm.shape), axis=1)
    time, lost = rng.exponential(12, arm.shape), rng.exponential(60, arm.shape)
    subgroup = None if members is None else rng.random(arm.shape) < members
    return Events(arm, None, entry, np.minimum(time, lost), time <= lost, subgroup=subgroup)


def looks(seen: Events) -> list[Cut]:
    """Each look with those before it."""
    held: list[Cut] = []
    for wanted in LOOKS:
        month = nth_event_time(seen.entry, seen.time, seen.event, wanted)
        earlier = tuple(Stage(look.included, look.month) for look in held)
        held.append(Cut(arrived_by(seen.entry, month), month, earlier))
    return held


@pytest.mark.parametrize("null", [0.0, -0.3])
def test_stages_weighted_by_their_information_are_the_log_rank_test_of_all_data(null: float) -> None:
    seen, aim = deaths(), Aim(null=null)
    for look in looks(seen):
        told = list(stages(LogRank(), ONE, seen, look, aim))
        information = np.stack([stage.information[:, 0] for stage in told if stage.information is not None])
        z = np.stack([stage.z[:, 0] for stage in told])
        together = (np.sqrt(information) * z).sum(axis=0) / np.sqrt(information.sum(axis=0))
        np.testing.assert_allclose(
            together, LogRank().evidence(seen, look, aim).statistic[:, 0], rtol=0, atol=1e-12
        )


def test_the_inverse_normal_test_of_a_trial_that_changed_nothing_is_the_group_sequential_one() -> None:
    whole, aim, look = deaths(), Aim(), looks(deaths())[-1]
    for trial in range(TRIALS):
        seen = Events(
            whole.arm[[trial]], None, whole.entry[[trial]], whole.time[[trial]], whole.event[[trial]]
        )
        earlier = tuple(Stage(then.included[[trial]], then.month[[trial]]) for then in look.earlier)
        cut = Cut(look.included[[trial]], look.month[[trial]], earlier)
        told = stages(LogRank(), ONE, seen, cut, aim)
        weights = tuple(float(stage.information[0, 0]) for stage in told if stage.information is not None)
        combined = Closed(base=LogRank(), hypotheses=ONE, weights=weights).evidence(seen, cut, aim)
        ordinary = LogRank().evidence(seen, cut, aim)
        np.testing.assert_allclose(combined.statistic, ordinary.statistic, rtol=0, atol=1e-12)


def test_the_first_stage_is_the_log_rank_test_of_the_first_look() -> None:
    seen, aim = deaths(arms=2), Aim()
    first, *_ = stages(LogRank(), ARMS, seen, looks(seen)[-1], aim)
    for number, asked in enumerate(ARMS):
        alone = LogRank().evidence(asked.view(seen), looks(seen)[0], aim).statistic[:, 0]
        np.testing.assert_array_equal(first.z[:, number], alone)


def test_a_stage_has_those_who_were_followed_in_it() -> None:
    seen = deaths(arms=2)
    held = looks(seen)
    told = list(stages(LogRank(), ARMS, seen, held[-1], Aim()))
    for trial in (0, 7):
        start = -np.inf
        for stage, look in zip(told, held, strict=True):
            entry, until = seen.entry[trial], seen.entry[trial] + seen.time[trial]
            there = (entry < look.month[trial]) & (until > start)
            by_hand = np.bincount(seen.arm[trial, there], minlength=3)
            assert stage.sizes[trial].tolist() == by_hand.tolist()
            start = look.month[trial]


def test_everybody_is_the_sum_of_both_strata_and_correlated_by_information() -> None:
    seen, aim = deaths(members=0.5), Aim()
    look = looks(seen)[0]
    (told,) = stages(LogRank(), SUBGROUP, seen, look, aim)
    assert seen.subgroup is not None
    assert told.information is not None
    parts = [
        LogRank().score(replace(seen, observed=these), look, aim) for these in (seen.subgroup, ~seen.subgroup)
    ]
    value, information = (sum(getattr(part, name) for part in parts) for name in ("value", "information"))
    np.testing.assert_allclose(told.z[:, 0], value / np.sqrt(information), rtol=1e-12)
    np.testing.assert_array_equal(told.z[:, 1], parts[0].z)
    np.testing.assert_allclose(told.information, np.column_stack([information, parts[0].information]))


def test_a_trial_that_has_ended_has_no_stages() -> None:
    seen = deaths()
    look = looks(seen)[-1]
    ended = replace(look, included=np.where(np.arange(TRIALS) < 3, 0, look.included))
    told = list(stages(LogRank(), ONE, seen, ended, Aim()))
    running = list(stages(LogRank(), ONE, seen, look, Aim()))
    for stage, other in zip(told, running, strict=True):
        assert not stage.z[:3].any()
        assert not stage.sizes[:3].any()
        np.testing.assert_array_equal(stage.z[3:], other.z[3:])


def test_a_stage_never_counts_for_less_than_one_event() -> None:
    before = Score(np.array([1.0, 1.0, 1.0]), np.array([3.0, 3.0, 3.0]), of_one=0.25)
    now = Score(np.array([1.0, 1.5, 1.2]), np.array([3.0, 3.0 + 1e-15, 2.9]), of_one=0.25)
    np.testing.assert_allclose(now.since(before).z, [0.0, 1.0, 0.4])


def test_an_analysis_of_times_to_events_without_a_score_has_no_stages() -> None:
    with pytest.raises(ValueError, match=r"'posterior hazard ratio' gives no score, .*take `log-rank`"):
        has_stages(PosteriorHazardRatio())
    with pytest.raises(TypeError, match="'t test' gives no score"):
        make("t test").score(deaths(), looks(deaths())[0], Aim())
    assert has_stages(make("t test")).kind == "t test"
