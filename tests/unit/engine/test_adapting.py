"""What the loop over looks makes of an adaptation: who is allocated anew, who is waited for, what is still tested."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.several import Several
from handful.analyses.two_means import ZTest
from handful.designs.adaptation import Adaptation, Interim, Steering
from handful.designs.arrangements import SideBySide
from handful.designs.base import Plan
from handful.designs.pieces import Allocation, KnownOutcomes, Thresholds
from handful.designs.several_arms import DealtArms, DrawnArms
from handful.engine.conduct import conduct, steps
from handful.engine.replay import replay
from handful.engine.simulate import Job
from handful.engine.truth import Truth
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Participants
from handful.report.story import tell
from handful.scenarios.continuous import ContinuousScenario

ENDPOINT = Endpoint(name="score", kind="continuous", known_after=6)
DOSES = (Hypothesis(name="low dose", arm=1), Hypothesis(name="high dose", arm=2))
TIMED = {"rate": "4 per month"}
TRUTH = ContinuousScenario(
    untreated={"sd": 1},
    effect=0.8,
    arm_effects=(0, 1),
    factors=({"name": "variant", "share": 0.5, "effect without": 0.5},),
    recruitment=TIMED,
)
NEVER = Thresholds((np.inf, np.inf), (-np.inf, -np.inf))


@dataclass(frozen=True)
class KeepTheBest(Adaptation):
    """Later participants get control or the better dose, and only so many are wanted."""

    total: int = 30
    only_subgroup: bool = False

    def adapt(self, interim: Interim) -> Steering:
        best = interim.evidence.statistic.argmax(axis=1)
        trials = np.arange(len(best))
        weights, tested = interim.steering.weights.copy(), np.zeros_like(interim.steering.tested)
        weights[trials, 2 - best] = 0
        tested[trials, best] = True
        sizes = interim.steering.sizes.copy()
        sizes[:, 1] = self.total
        only = np.full(len(best), self.only_subgroup)
        return replace(interim.steering, weights=weights, tested=tested, sizes=sizes, only_subgroup=only)

    def describe(self) -> list[str]:
        return ["The better dose goes on."]


def plan(
    adaptation: Adaptation | None, allocation: Allocation | None = None, rule: Thresholds = NEVER
) -> Plan:
    return Plan(
        endpoint=ENDPOINT,
        participants=60,
        arrangement=SideBySide(arms=2, subgroup="variant"),
        allocation=allocation or DealtArms((1, 1, 1), subgroup="variant"),
        looks=KnownOutcomes((12, 36)),
        analysis=Several(base=ZTest(sd=1), hypotheses=DOSES),
        aim=Aim(),
        rule=rule,
        arms=2,
        hypotheses=DOSES,
        adaptation=adaptation,
    )


def people(trials: int = 300) -> Participants:
    return TRUTH.participants(Block(7, 0, trials), 60, ENDPOINT)


@pytest.mark.parametrize("allocation", [DealtArms((1, 1, 1)), DrawnArms((0.4, 0.3, 0.3))])
def test_those_enrolled_before_the_look_keep_their_arm_and_the_rest_get_what_is_left(
    allocation: Allocation,
) -> None:
    first, second = steps(plan(KeepTheBest(), allocation), people())
    before, after = first.record.observations.arm, second.record.observations.arm
    assert first.record.arrival is not None
    there = first.record.arrival <= first.cut.month[:, None]
    np.testing.assert_array_equal(before[there], after[there])
    assert there.sum(axis=1).min() > 12  # some were enrolled whose outcome was not yet known
    dropped = 2 - first.evidence.statistic.argmax(axis=1)
    assert not (after == dropped[:, None])[~there].any()
    # Enrolment is closed when 30 are there, and was not closed before that.
    np.testing.assert_array_equal(
        (after >= 0).sum(axis=1), np.maximum(30, (before >= 0)[:, :].sum(axis=1, where=there))
    )
    assert second.steering is not None
    np.testing.assert_array_equal(second.cut.included, 30)
    np.testing.assert_array_equal(second.cut.earlier[0].included, 12)
    np.testing.assert_array_equal(second.cut.tested, second.steering.tested)


def test_an_adaptation_is_told_who_was_enrolled_by_the_look() -> None:
    told: list[Interim] = []

    @dataclass(frozen=True)
    class Watching(KeepTheBest):
        def adapt(self, interim: Interim) -> Steering:
            told.append(interim)
            return super().adapt(interim)

    first, _ = steps(plan(Watching()), people())
    assert first.record.arrival is not None
    by_then = (first.record.arrival <= first.cut.month[:, None]).sum(axis=1)
    np.testing.assert_array_equal(told[0].enrolled, by_then)
    assert (told[0].enrolled > told[0].cut.included).all()
    untimed = TRUTH.replace(recruitment={}).participants(Block(7, 0, 20), 60, ENDPOINT)
    assert len(list(steps(plan(Watching()), untimed))) == 2
    np.testing.assert_array_equal(told[1].enrolled, 12)


def test_what_is_dropped_is_settled_and_never_claimed() -> None:
    claimed = replace(plan(KeepTheBest()), rule=Thresholds((np.inf, -50.0), (-np.inf, -60.0)))
    trials = conduct(claimed, people())
    assert trials.success.all()
    assert (trials.claims.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(trials.hypothesis, trials.claims.argmax(axis=1))


def test_only_the_subgroup_is_let_in_after_the_look_and_waited_for() -> None:
    first, second = steps(plan(KeepTheBest(only_subgroup=True)), people())
    arm, seen = second.record.observations.arm, second.record.observations
    assert seen.subgroup is not None
    assert first.record.arrival is not None
    later = first.record.arrival > first.cut.month[:, None]
    still_open = np.cumsum(arm >= 0, axis=1) - (arm >= 0) < 30
    np.testing.assert_array_equal((arm >= 0)[later & still_open], seen.subgroup[later & still_open])
    assert not (arm >= 0)[later & ~still_open].any()
    reached = np.isfinite(second.cut.month)
    assert reached.mean() > 0.9
    for t in np.flatnonzero(reached):
        assert (arm[t, : second.cut.included[t]] >= 0).sum() == 30
    trials = conduct(plan(KeepTheBest(only_subgroup=True)), people())
    np.testing.assert_array_equal(trials.analysed[reached], 30)
    assert (trials.enrolled <= (arm >= 0).sum(axis=1)).all()


def test_a_trial_with_nothing_left_to_test_ends_at_the_look() -> None:
    @dataclass(frozen=True)
    class DropAll(KeepTheBest):
        def adapt(self, interim: Interim) -> Steering:
            return replace(interim.steering, tested=np.zeros_like(interim.steering.tested))

    trials = conduct(plan(DropAll()), people())
    assert (trials.look == 0).all()
    story = replay(Job(plan(DropAll()), TRUTH, 7, 300), 5)
    assert [look.decisions for look in story.looks] == [("dropped", "dropped")]
    assert story.looks[0].changes == ()
    assert len(story.participants) == trials.enrolled[5]
    assert (trials.analysed == 12).all()
    assert not trials.success.any()


def test_without_an_adaptation_the_trial_goes_as_planned() -> None:
    plain, steered = plan(None), plan(KeepTheBest())
    first = next(iter(steps(steered, people())))
    whole = list(steps(plain, people()))
    np.testing.assert_array_equal(whole[0].evidence.statistic, first.evidence.statistic)
    np.testing.assert_array_equal(whole[1].cut.included, 36)
    assert whole[1].cut.tested is None


def test_the_truth_of_each_dose_is_that_of_its_arm() -> None:
    truth = Truth.of(plan(None), TRUTH)
    # Half have the variant and the whole effect, the others half of it: 0.75 of 0.8 on average.
    assert truth.benefits == pytest.approx((0.0, 0.6))
    assert truth.nulls == (True, False)
    assert truth.best == (False, False, True)
    assert Truth.of(plan(None), TRUTH.scaled(0)).best == (True, False, False)
    with pytest.raises(ValueError, match="says the effect of 2 arms, and the design has 3"):
        Truth.of(replace(plan(None), arms=3), TRUTH)


def test_a_trial_is_told_with_what_was_changed() -> None:
    story = replay(Job(plan(KeepTheBest(only_subgroup=True)), TRUTH, 7, 300), 5)
    told = " ".join(tell(story, ENDPOINT, "z"))
    assert "For the next look 30 participants are wanted in place of 36." in told
    assert "From now on only the subgroup is enrolled (variant)." in told
    assert " dose " in told
    assert ", dropped" in told
    assert {person.arm for person in story.participants} == {"control", "low dose", "high dose"}
    assert len(story.participants) == story.looks[-1].enrolled


def test_as_many_people_come_as_a_subgroup_of_its_share_needs() -> None:
    steered = plan(KeepTheBest(only_subgroup=True))
    assert plan(None).arrivals(TRUTH) == 60
    slow = TRUTH.replace(recruitment={"rate": "1 per month"})
    rare = slow.replace(factors=(slow.factors[0].replace(share=0.1),))
    assert steered.arrivals(rare) > steered.arrivals(slow) > 12 + 48 / 0.5
    trials = conduct(steered, steered.people(rare, Block(7, 0, 300)))
    assert trials.finished.all()
    assert (trials.enrolled <= 60).all()
    # Who is turned away costs time and is counted nowhere else.
    often = conduct(steered, steered.people(slow, Block(7, 0, 300)))
    assert trials.month.mean() > 1.5 * often.month.mean()
    np.testing.assert_array_equal(trials.analysed, often.analysed)


def test_enrolment_that_was_closed_is_opened_again_for_those_who_come_later() -> None:
    @dataclass(frozen=True)
    class Enlarge(KeepTheBest):
        def adapt(self, interim: Interim) -> Steering:
            sizes = interim.steering.sizes.copy()
            sizes[:, 1] = 50
            return replace(interim.steering, sizes=sizes)

    first, second = steps(plan(Enlarge()), people())
    before, after = first.record.observations.arm, second.record.observations.arm
    assert first.record.arrival is not None
    there = first.record.arrival <= first.cut.month[:, None]
    np.testing.assert_array_equal(before[there], after[there])
    closed = there[:, 36]  # more than the 36 planned had come by the look
    assert 10 < closed.sum() < 290
    for t in range(300):
        assert (after[t] >= 0).sum() == min(50, 60 - max(0, there[t].sum() - 36))
    # The list of those who are let in as planned goes on undisturbed.
    dealt = plan(None).allocation.assign(people())
    np.testing.assert_array_equal(after[after >= 0], dealt[after >= 0])
