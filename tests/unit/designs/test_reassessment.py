"""Trials whose size is chosen again: what a look may know, what it wants, and what the last test makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import ndtr, ndtri

import handful as hf
from handful.designs.adaptation import Interim, Steering
from handful.designs.base import Design, Plan, Question
from handful.designs.blinded_reassessment import BlindedReassessment
from handful.designs.unblinded_reassessment import ReassessConditionalPower, UnblindedReassessment
from handful.engine.conduct import conduct, steps
from handful.engine.replay import replay
from handful.engine.simulate import Job
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Cut, Outcomes
from handful.report.story import tell
from handful.scenarios.base import Scenario
from handful.stats.promising_zone import PromisingZone

SCORE = Endpoint(name="score", kind="continuous", known_after=6)
RESPONSE = Endpoint(name="response", kind="binary", known_after=6)
BLEEDS = Endpoint(name="bleeds", kind="count", better="lower", known_after=12)
Z_TEST = {"kind": "z test", "sd": 1}
DUAL_CRITERION = {"kind": "dual criterion mean difference", "decision value": 0.3}


def blinded(**fields: Any) -> BlindedReassessment:
    return BlindedReassessment.model_validate({"participants": 40, "effect": 1.0} | fields)


def unblinded(**fields: Any) -> UnblindedReassessment:
    return UnblindedReassessment.model_validate({"participants": 40, "analysis": Z_TEST} | fields)


def means(effect: float = 0.0, sd: float = 1.0, **more: Any) -> Scenario:
    return hf.ContinuousScenario.model_validate({"untreated": {"sd": sd}, "effect": effect} | more)


def sizes(plan: Plan, outcome: np.ndarray, arm: np.ndarray, observed: np.ndarray | None = None) -> np.ndarray:
    """The final sizes that the design wants after a look at these outcomes."""
    trials, first = outcome.shape
    seen, everybody = Outcomes(arm.astype(np.int8), observed, outcome), np.full(trials, first)
    cut = Cut(everybody, np.zeros(trials))
    steering = Steering.at_the_start(trials, (1, 1), plan.looks.planned(), 1)
    evidence = plan.analysis.evidence(seen, cut, plan.aim)
    settled, running = np.zeros((trials, 1), dtype=np.int8), np.ones(trials, dtype=np.bool_)
    assert plan.adaptation is not None
    interim = Interim(0, cut, everybody, seen, evidence, settled, running, steering)
    return plan.adaptation.adapt(interim).sizes[:, -1]


def conducted(design: Design, truth: Scenario, endpoint: Endpoint = SCORE, trials: int = 500):
    plan = design.plan(Question(endpoint))
    return plan, conduct(plan, plan.people(truth, Block(5, 0, trials)))


@pytest.mark.parametrize(("endpoint", "effect"), [(SCORE, 1.0), (RESPONSE, 0.4), (BLEEDS, 0.5)])
def test_a_blinded_look_does_not_know_the_arms(endpoint, effect):
    plan = blinded(effect=effect, restricted=False, at_most=400).plan(Question(endpoint))
    rng = np.random.default_rng(1)
    outcome = rng.poisson(1, (300, 20)).astype(float)
    if endpoint is RESPONSE:
        outcome = np.minimum(outcome, 1)
    arms = rng.permuted(np.tile([0, 1], (300, 10)), axis=1)
    found = sizes(plan, outcome, arms)
    assert len(np.unique(found)) > 3
    np.testing.assert_array_equal(found, sizes(plan, outcome, 1 - arms))
    np.testing.assert_array_equal(found, sizes(plan, outcome, rng.permuted(arms, axis=1)))


def test_the_more_people_differ_the_larger_the_trial_within_its_limits():
    for restricted, least in ((True, 40), (False, 20)):
        wanted = []
        for sd in (0.3, 1, 1.2, 3):
            _, trials = conducted(blinded(restricted=restricted, at_most=90), means(sd=sd))
            assert trials.analysed.min() >= least
            assert trials.analysed.max() <= 90
            wanted.append(trials.analysed.mean())
        assert wanted == sorted(wanted)
        assert wanted[0] < (40.1 if restricted else 21)
        assert wanted[-1] > 87


def test_whoever_is_not_seen_is_made_up_for():
    plan = blinded(restricted=False, at_most=4000, blocks_of=2).plan(Question(SCORE))
    outcome, arms = np.random.default_rng(2).normal(scale=3, size=(200, 20)), np.tile([0, 1], (200, 10))
    lost = np.ones_like(outcome, dtype=np.bool_)
    whole = sizes(plan, outcome[:, :15], arms[:, :15])
    lost[:, 15:] = False
    # The same fifteen outcomes, seen in fifteen or in twenty participants.
    apart = sizes(plan, outcome, arms, lost) - whole * 20 / 15
    assert np.abs(apart).max() <= 2 * 20 / 15


def test_the_effect_is_taken_off_the_variance_when_asked():
    plain, adjusted = (
        conducted(
            blinded(adjusted=adjusted, restricted=False, at_most=400, power=0.99, blocks_of=2), means(1.0)
        )[1]
        for adjusted in (False, True)
    )
    # A quarter of the squared effect, times 20 / 19, is taken off every variance: that many participants for a power of 99 %.
    fewer = 4 * (1.96 + 2.3263) ** 2 * 0.25 * 20 / 19
    assert plain.analysed.mean() - adjusted.analysed.mean() == pytest.approx(fewer, abs=1)


def test_nobody_who_is_enrolled_is_left_out_when_a_trial_shrinks():
    truth = means(sd=0.3, recruitment={"rate": "4 per month"})
    _, trials = conducted(blinded(restricted=False), truth)
    np.testing.assert_array_equal(trials.analysed, trials.enrolled)
    assert trials.finished.all()
    assert 20 < trials.enrolled.mean() < 40, "those on the way come on top of the twenty that were looked at"


@pytest.mark.parametrize("test", ["promising zone", "inverse normal", "conditional error"])
def test_sizes_are_those_of_the_promising_zone(test):
    design = unblinded(participants=100, at_most=200, blocks_of=2, test=test, power=0.9)
    if test != "promising zone":
        design = design.replace(test=design.test.replace(early_success=False))
    adaptation = design.plan(Question(SCORE)).adaptation
    assert isinstance(adaptation, ReassessConditionalPower)
    z = np.linspace(-3, 4, 400)
    zone = PromisingZone(0.5, 2, 0.9)
    assert adaptation.promising == pytest.approx(zone.smallest_power)
    found = np.clip(adaptation.shares(z, z / 0.5**0.5), 1, 2)
    np.testing.assert_allclose(found, zone.size(z), rtol=1e-9)


def test_after_a_product_of_p_values_the_second_stage_has_what_is_left():
    test = unblinded(test={"kind": "fisher", "futility above": "50%"}).last_test(Question(SCORE))
    first = np.array([0.3, 0.05, 0.02])
    level = test.conditional_error(-ndtri(first))
    # Fisher's product of 2.5 % is exp(-chi2 / 2) with four degrees of freedom: 0.0038.
    np.testing.assert_allclose(first * level, 0.0038042235, rtol=1e-7)


def last_look(design: Design, truth: Scenario) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Statistic and size at the last look, and which trials were still running."""
    plan = design.plan(Question(SCORE))
    *_, step = steps(plan, plan.people(truth, Block(5, 0, 500)))
    return step.evidence.statistic[:, 0], step.cut.included, step.running


def test_a_trial_that_keeps_its_size_has_its_planned_test_and_others_their_stages():
    truth = means(0.5)
    for analysis in (Z_TEST, {"kind": "t test"}):
        ours, size, running = last_look(unblinded(test="conditional error", analysis=analysis), truth)
        weighted, same_size, _ = last_look(unblinded(test="inverse normal", analysis=analysis), truth)
        ordinary, _, _ = last_look(unblinded(test="promising zone", analysis=analysis, at_most=41), truth)
        np.testing.assert_array_equal(size[running], same_size[running])
        changed = running & (size != 40)
        kept = running & ~changed
        assert 0.1 < changed[running].mean() < 0.9
        np.testing.assert_array_equal(ours[changed], weighted[changed])
        np.testing.assert_array_equal(ours[kept], ordinary[kept])
        # With a known standard deviation and stages as planned, the weighted sum is the ordinary statistic.
        close = np.isclose(ours[kept], weighted[kept], atol=1e-9)
        assert close.all() if analysis is Z_TEST else not close.any()


def test_conditional_power_under_an_effect_needs_fewer_where_it_is_larger():
    found = [
        conducted(unblinded(effect=effect, promising_from=0, at_most=200), means(0.5))[1].analysed.mean()
        for effect in (0.5, 1.0, 2.0)
    ]
    assert found == sorted(found, reverse=True)
    # What a look at sd 1 wants by hand: z = 0, half of 40, so that the rest has a level of ndtr(-1.969 / sqrt(0.5)).
    plan = unblinded(effect=1.0, promising_from=0, at_most=200, blocks_of=2).plan(Question(SCORE))
    outcome, arms = np.tile([1.0, 1.0, -1.0, -1.0], (1, 5)), np.tile([0, 1], (1, 10))
    level = ndtr(-1.96859 / 0.5**0.5)
    by_hand = 20 + 4 * ((-ndtri(level) + ndtri(0.8)) / 1.0) ** 2
    assert sizes(plan, outcome, arms)[0] == pytest.approx(by_hand, abs=2)


def test_a_hopeless_trial_may_stop():
    go_on, stop = (
        conducted(unblinded(futility_below=below, test="promising zone"), means())[1] for below in (None, 0.1)
    )
    assert (go_on.look == 1).all()
    stopped = stop.look == 0
    assert not stop.success[stopped].any()
    # z at which the trend has a conditional power of 10 %: sqrt(1/2) (1.96 - 1.2816 sqrt(1/2)) = 0.745.
    assert stopped.mean() == pytest.approx(ndtr(0.745), abs=4 * 0.42 / 500**0.5)
    np.testing.assert_array_equal(go_on.analysed[~stopped], stop.analysed[~stopped])


@pytest.mark.parametrize("design", [blinded(), unblinded(test="promising zone", promising_from="10%")])
def test_the_story_of_a_trial_says_how_many_are_wanted(design):
    truth = means(0.6, sd=1.3)
    plan, trials = conducted(design, truth)
    grown = int(np.flatnonzero(trials.analysed > 40)[0])
    story = replay(Job(plan, truth, 5, 500), grown)
    (change,) = story.looks[0].changes
    assert change == f"For the next look {trials.analysed[grown]} participants are wanted in place of 40."
    assert story.looks[1].included == trials.analysed[grown] == len(story.participants)


def test_the_story_of_a_blinded_look_tells_no_evidence():
    job = Job(blinded().plan(Question(SCORE)), means(), 5, 500)
    story = replay(job, 0)
    assert story.looks[0].statistics == ()
    assert len(story.looks[1].statistics) == 1
    told = [sentence for sentence in tell(story, SCORE, "z") if sentence.startswith("Look ")]
    assert (
        told[0]
        == "Look 1: 20 participants are counted, and nobody learns who is on which arm. The trial goes on."
    )
    assert "z is" in told[1]


@pytest.mark.parametrize(
    ("make", "fields", "said"),
    [
        (blinded, {"at_most": 30}, "at least the 40 planned"),
        (unblinded, {"at_most": 40}, "more than the 40 planned"),
        (unblinded, {"at_least": 41}, "at most the 40 planned"),
        (unblinded, {"at_least": 30, "test": "promising zone"}, "another test than `promising zone`"),
        (unblinded, {"effect": 1, "test": "promising zone"}, "another test than `promising zone`"),
        (unblinded, {"futility_below": 0.1, "test": "fisher"}, "`futility above`"),
        (unblinded, {"power": 0.4}, "greater than 0.5"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(make, fields, said):
    with pytest.raises(ValidationError, match=said):
        make(**fields)


@pytest.mark.parametrize(
    ("design", "endpoint", "said"),
    [
        (blinded(effect=-1), SCORE, "no benefit"),
        (blinded(effect=2), BLEEDS, "below 1 where fewer"),
        (blinded(effect=-2), BLEEDS, "rate ratio here"),
        (blinded(effect=0.2, margin=0.1, analysis="z pooled"), RESPONSE, "of means"),
        (blinded(look=0.99), SCORE, "do not fit"),
        (blinded(), Endpoint(name="death", kind="time to event", known_after=9), "time to event"),
        (unblinded(analysis=DUAL_CRITERION), SCORE, "z-value"),
        (unblinded(futility_below=0.99999), SCORE, "stops every trial"),
    ],
)
def test_questions_that_cannot_be_answered_are_refused_in_a_sentence(design, endpoint, said):
    with pytest.raises(ValueError, match=said):
        design.plan(Question(endpoint))


def test_a_margin_counts_in_the_size_for_means():
    plan = blinded(effect=0.0001, margin=1.0, restricted=False, at_most=400).plan(Question(SCORE))
    other = blinded(effect=1.0, restricted=False, at_most=400).plan(Question(SCORE))
    outcome, arms = np.random.default_rng(3).normal(size=(50, 20)), np.tile([0, 1], (50, 10))
    np.testing.assert_array_equal(sizes(plan, outcome, arms), sizes(other, outcome, arms))


def test_a_power_that_is_no_conditional_power_is_refused():
    with pytest.raises(ValueError, match="above 50%"):
        unblinded().plan(replace(Question(SCORE), power=0.5))
