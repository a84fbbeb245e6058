"""What an enrichment design makes of its looks: who goes on, who is let in, what it costs, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import handful as hf
from handful.designs.base import Plan, Question
from handful.designs.enrichment import MISREAD, NOT_SPECIAL, RARER
from handful.engine.conduct import Step, conduct, steps
from handful.engine.trials import Trials
from handful.engine.truth import Truth
from handful.participants.block import Block
from handful.participants.observations import Outcomes
from handful.spec.messages import SpecError
from handful.spec.validation import validate

ENDPOINT = hf.Endpoint(name="score", kind="continuous", known_after=6)
VARIANT = {"name": "variant", "share": 0.4, "effect without": 0}
TRUTH = hf.ContinuousScenario(
    untreated={"sd": 1}, effect=0.8, factors=[VARIANT], recruitment={"rate": "2 per month"}
)
TRIALS = 300


def plan(**fields: object) -> Plan:
    known = {"subgroup": "variant", "participants": 60, "analysis": {"kind": "z test", "sd": 1}}
    return hf.Enrichment(**(known | fields)).plan(Question(ENDPOINT))


def looks(what: Plan, truth: hf.ContinuousScenario = TRUTH) -> list[Step]:
    return list(steps(what, what.people(truth, Block(11, 0, TRIALS))))


def conducted(what: Plan, truth: hf.ContinuousScenario = TRUTH) -> Trials:
    return conduct(what, what.people(truth, Block(11, 0, TRIALS)))


def z_among(seen: Outcomes, trial: int, included: int, who: np.ndarray) -> float:
    """z of treated against control among some of the first participants."""
    arm, outcome = seen.arm[trial, :included][who[:included]], seen.outcome[trial, :included][who[:included]]
    a, c = outcome[arm == 1], outcome[arm == 0]
    return float((a.mean() - c.mean()) / np.sqrt(1 / len(a) + 1 / len(c))) if len(a) and len(c) else 0.0


@pytest.mark.parametrize("kind", ["difference", "thresholds", "others"])
def test_who_goes_on_is_what_the_rule_says_of_the_data_at_the_look(kind: str) -> None:
    fields = {
        "difference": {"margin": 0.5, "at least": 0.2},
        "thresholds": {"whole": 0.6, "subgroup": 1.0},
        "others": {"others": 0.3},
    }[kind]
    first, second = looks(plan(go_on_with={"kind": kind} | fields))
    seen = first.record.observations
    assert isinstance(seen, Outcomes)
    assert seen.subgroup is not None
    assert first.steering is not None
    assert second.steering is not None
    running = first.settled.max(axis=1) == 0
    assert running.sum() > 0.6 * TRIALS
    for t in np.flatnonzero(running):
        members = seen.subgroup[t]
        whole, part, others = (
            z_among(seen, t, 30, who) for who in (np.full(len(members), True), members, ~members)
        )
        expected = {
            "difference": [whole >= max(0.2, part - 0.5), part >= max(0.2, whole - 0.5)],
            "thresholds": [whole >= 0.6, part >= 1.0],
            "others": [others >= 0.3, True],
        }[kind]
        assert second.steering.tested[t].tolist() == expected
        assert second.steering.only_subgroup[t] == (expected == [False, True])


def test_a_trial_that_turned_to_the_subgroup_lets_in_nobody_else_and_claims_nothing_of_the_whole() -> None:
    what = plan(go_on_with={"kind": "difference", "margin": 0})
    first, second = looks(what)
    assert second.steering is not None
    turned = second.steering.only_subgroup
    assert 0.2 * TRIALS < turned.sum() < 0.9 * TRIALS
    seen = second.record.observations
    assert seen.subgroup is not None
    assert first.record.arrival is not None
    later = first.record.arrival > first.cut.month[:, None]
    enrolled = seen.arm >= 0
    assert (seen.subgroup | ~enrolled)[turned[:, None] & later].all()
    assert (~seen.subgroup & enrolled)[~turned[:, None] & later].any()
    trials = conducted(what)
    assert trials.finished.all()
    went_on = trials.look == 1
    np.testing.assert_array_equal(trials.enrolled[went_on], 60)
    turned &= went_on
    assert not trials.claims[turned, 0].any()
    assert trials.claims[turned, 1].mean() > 0.5
    # Screening for the subgroup takes its time: 1 / 0.4 as long for those who come after the look.
    assert trials.month[turned].mean() > 1.3 * trials.month[~turned & went_on].mean()


def test_a_trial_of_the_subgroup_may_be_smaller() -> None:
    what = plan(enriched_participants=44, go_on_with={"kind": "difference", "margin": 0})
    _, second = looks(what)
    assert second.steering is not None
    turned = second.steering.only_subgroup
    trials = conducted(what)
    went_on = trials.look == 1
    np.testing.assert_array_equal(trials.analysed[turned & went_on], 44)
    np.testing.assert_array_equal(trials.analysed[~turned & went_on], 60)
    # Those who are on the way when the trial turns are followed up.
    assert (trials.enrolled[turned & went_on] >= 44).all()


def test_each_list_fills_its_blocks_and_that_of_the_subgroup_goes_on() -> None:
    what = plan(allocation="2:1", blocks_of=6, go_on_with={"kind": "difference", "margin": 0})
    first, second = looks(what)
    members = first.record.observations.subgroup
    assert members is not None
    for t in range(20):
        arm = second.record.observations.arm[t]
        own = arm[members[t] & (arm >= 0)]
        for block in range(len(own) // 6):
            assert own[6 * block : 6 * block + 6].sum() == 4
    before, after = first.record.observations.arm, second.record.observations.arm
    both = members & (before >= 0) & (after >= 0)
    np.testing.assert_array_equal(before[both], after[both])


def test_without_lists_of_their_own_blocks_are_filled_by_whoever_comes() -> None:
    first = looks(plan(stratified=False))[0]
    arm = first.record.observations.arm[:, :60].reshape(TRIALS, 15, 4)
    assert (arm.sum(axis=2) == 2).all()


def test_the_whole_alone_goes_on_with_everybody() -> None:
    truth = TRUTH.replace(factors=[VARIANT | {"effect with": 0, "effect without": 1.5}])
    what = plan(go_on_with={"kind": "difference", "margin": 0})
    _, second = looks(what, truth)
    assert second.steering is not None
    whole = ~second.steering.tested[:, 1] & second.steering.tested[:, 0]
    assert whole.sum() > 0.5 * TRIALS
    assert not second.steering.only_subgroup[whole].any()
    assert not conducted(what, truth).claims[whole, 1].any()


def test_a_rule_that_keeps_nobody_ends_the_trial_at_the_look() -> None:
    trials = conducted(plan(go_on_with={"kind": "thresholds", "whole": 9, "subgroup": 9}))
    assert (trials.look == 0).all()
    assert (trials.analysed == 30).all()


def test_three_looks_may_turn_at_the_first_or_the_second() -> None:
    what = plan(
        looks=["33%", "67%", "100%"],
        enriched_participants=50,
        go_on_with={"kind": "difference", "margin": 0.5},
    )
    first, second, third = looks(what)
    assert first.steering is not None
    assert second.steering is not None
    assert third.steering is not None
    early, late = second.steering.only_subgroup, third.steering.only_subgroup
    assert early.any()
    assert (late & ~early).any()
    assert (late | ~early).all()  # once turned a trial does not turn back
    assert second.steering.sizes[early][0].tolist() == [20, 35, 50]
    assert third.steering.sizes[late & ~early][0].tolist() == [20, 40, 50]


def test_what_is_false_of_the_whole_is_said_of_its_average() -> None:
    what = plan()
    helps_and_harms = TRUTH.replace(factors=[VARIANT | {"effect without": -0.4 / 0.6}])
    truth = Truth.of(what, helps_and_harms)
    assert truth.benefits == pytest.approx((0.0, 0.8), abs=1e-12)
    assert truth.nulls == (True, False)
    assert Truth.of(what, TRUTH).nulls == (False, False)
    others_only = TRUTH.replace(factors=[VARIANT | {"effect with": 0, "effect without": 1}])
    assert Truth.of(what, others_only).nulls == (False, True)
    # A diagnostic that errs finds people who gain nothing.
    blurred = TRUTH.replace(factors=[VARIANT | {"sensitivity": 0.9, "specificity": 0.8}])
    assert Truth.of(what, blurred).benefits == pytest.approx((0.32, 0.8 * 0.36 / (0.36 + 0.12)))


def test_stresses_change_the_factors_that_treatment_depends_on() -> None:
    misread = MISREAD.apply(TRUTH, ENDPOINT, 0.8, 0.2)
    assert misread is not None
    assert misread.factors[0].sensitivity == misread.factors[0].specificity == 0.8
    assert misread.benefit(ENDPOINT) == TRUTH.benefit(ENDPOINT)
    rarer = RARER.apply(TRUTH, ENDPOINT, 0.8, 0.5)
    assert rarer is not None
    assert rarer.factors[0].share == 0.2
    assert plan().arrivals(rarer) > plan().arrivals(TRUTH)
    plain = NOT_SPECIAL.apply(TRUTH, ENDPOINT, 0.8, 1.0)
    assert plain is not None
    assert plain.benefit(ENDPOINT) == pytest.approx(TRUTH.benefit(ENDPOINT))
    assert plain.within("variant", ENDPOINT).benefit(ENDPOINT) == pytest.approx(plain.benefit(ENDPOINT))
    alike = TRUTH.replace(factors=[{"name": "variant", "share": 0.4}])
    assert all(stress.apply(alike, ENDPOINT, 0.8, 0.5) is None for stress in (MISREAD, RARER, NOT_SPECIAL))


REFUSED = [
    ({"looks": ["100%"]}, "at least two looks"),
    ({"looks": ["50%", "90%"]}, "looks that end with 100%"),
    ({"enriched participants": 61}, "at most 60, the size of the trial"),
    ({"blocks of": 3}, "a multiple of 2"),
    ({"subgroup": ""}, "subgroup: found"),
    ({"go on with": "best"}, "wanted one of thresholds, difference, others"),
    ({"intersection": "dunnett"}, "intersection: found"),
]


@pytest.mark.parametrize(("fields", "words"), REFUSED)
def test_a_refused_design_says_what_would_be_right(fields: dict[str, object], words: str) -> None:
    with pytest.raises(SpecError) as refused:
        validate(hf.Enrichment, {"kind": "enrichment", "subgroup": "variant", "participants": 60} | fields)
    assert words in str(refused.value)


def test_a_design_that_cannot_be_planned_or_conducted_says_why() -> None:
    with pytest.raises(ValueError, match="30 participants of a trial that turned to the subgroup leave none"):
        plan(enriched_participants=30)
    with pytest.raises(ValueError, match="looks at a time to event are planned by `events`"):
        hf.Enrichment(subgroup="variant", participants=60).plan(
            Question(hf.Endpoint(name="death", kind="time to event", known_after=12))
        )
    with pytest.raises(ValueError, match="no factor 'variant'; it has 'young'"):
        conducted(plan(), TRUTH.replace(factors=[{"name": "young", "share": 0.5}]))


def test_fishers_product_gives_up_what_is_hopeless() -> None:
    what = plan(combination={"kind": "fisher", "futility above": 0.5})
    assert what.rule.binding
    trials = conducted(what, TRUTH.scaled(0.0))
    assert 0.2 < (trials.look == 0).mean() < 0.7
    assert replace(what, ends="all decided").ends == "all decided"
