"""One design as its numbers are moved: the walk over all effects at once says what each one alone would."""

from __future__ import annotations

import pytest

from handful.designs.base import Design, Question
from handful.designs.registry import families
from handful.engine import exact, numeric
from handful.participants.endpoint import Endpoint
from handful.scenarios.binary import BinaryScenario
from handful.scenarios.continuous import ContinuousScenario
from handful.select.assess import assess
from handful.select.characteristics import exact_success
from handful.select.explore import (
    FEW_TRIALS,
    MOST_ENUMERATED,
    MOST_EXPLORED,
    estimated,
    explored,
    neighbours,
    rehearsed,
)
from handful.spec.validation import validate

RESPONSE = Question(Endpoint(name="response", kind="binary", known_after=12))
SCORE = Question(Endpoint(name="score", kind="continuous", known_after=12))
HOPED = BinaryScenario(untreated=0.2, effect=0.4)
BETTER = ContinuousScenario(untreated={"sd": 6}, effect=6)


def design(kind: str, **fields: object) -> Design:
    return validate(families.get(kind), {"kind": kind, **fields})


COUNTED = [
    design("simon", benchmark=0.2, target=0.4, participants=60),
    design("single arm", participants=22, benchmark=0.2, looks=[0.5, 1.0]),
    design("randomised", participants=24, analysis="fisher"),
    design("group sequential", participants=24, boundaries="exact", futility={}),
    design("group sequential", participants=24, sided=2),
    design("within participant", participants=18),
    design("bayesian single arm", participants=30, benchmark=0.2),
]


@pytest.mark.parametrize("one", COUNTED, ids=lambda one: one.kind)
def test_what_is_counted_is_what_an_assessment_says(one: Design) -> None:
    told, alone = explored(one, HOPED, RESPONSE), assess(one, HOPED, RESPONSE, trials=16)
    assert told.how == "exact"
    assert told.success is not None
    assert told.success.value == pytest.approx(alone.success.value, abs=1e-12)
    assert told.analysed is not None
    assert told.analysed.value == pytest.approx(alone.analysed.value, abs=1e-10)
    for look, same in zip(told.looks, alone.looks, strict=True):
        assert (look.planned, look.success_at_least) == (same.planned, same.success_at_least)
        assert look.success.value == pytest.approx(same.success.value, abs=1e-12)
        assert look.failure.value == pytest.approx(same.failure.value, abs=1e-12)
        assert (look.harm is None) == (same.harm is None)


def test_every_point_of_a_curve_is_what_that_effect_alone_would_give() -> None:
    one = COUNTED[3]
    told, plan = explored(one, HOPED, RESPONSE), one.plan(RESPONSE)
    assert len({point.benefit for point in told.curve}) == len(told.curve) > 20
    assert told.curve[0].benefit == 0
    assert told.curve[-1].benefit == pytest.approx(0.8)
    for point in told.curve[::7]:
        alone = exact_success(plan, BinaryScenario(untreated=0.2, effect=point.benefit))
        assert point.success.value == pytest.approx(alone, abs=1e-12)
    powers = [point.success.value or 0.0 for point in told.curve]
    assert powers == sorted(powers)


def test_the_type_I_error_over_the_nuisance_parameter_has_its_top_at_the_worst_point() -> None:
    told = explored(COUNTED[3], HOPED, RESPONSE)
    plan = COUNTED[3].plan(RESPONSE)
    lattice = exact.lattice_of(plan)
    assert lattice is not None
    assert told.type_one is not None
    assert told.type_one.worst is not None
    worst = exact.worst_type_one_error(plan, lattice)[0]
    assert told.type_one.worst.value == worst
    assert told.type_one.nominal == 0.025
    assert not told.type_one.exceeded
    top = max(point.chance for point in told.null)
    # With 49 places a peak is missed by less than a tenth of its height.
    assert 0.9 * worst < top <= worst + 1e-12


def test_a_design_above_its_level_is_said_to_be() -> None:
    told = explored(design("randomised", participants=24, analysis="z pooled"), HOPED, RESPONSE)
    assert told.type_one is not None
    assert told.type_one.exceeded
    assert told.nominal is not None
    assert told.nominal.how == "numeric"


def test_drift_reaches_the_claims_without_effect_and_not_the_worst_point() -> None:
    one = COUNTED[1]
    still, moved = explored(one, HOPED, RESPONSE), explored(one, HOPED.replace(drift=0.1), RESPONSE)
    assert still.without is not None
    assert moved.without is not None
    assert (moved.without.value or 0) > 2 * (still.without.value or 1)
    assert moved.type_one == still.type_one


def test_a_normal_process_is_integrated_at_every_effect() -> None:
    one = design("group sequential", participants=40, looks=[0.33, 0.67, 1.0], futility={})
    told, plan = explored(one, BETTER, SCORE), one.plan(SCORE)
    assert told.how == "numeric"
    for point in told.curve[::8]:
        alone = numeric.characteristics(plan, BETTER, point.benefit)
        assert alone is not None
        assert point.success.value == pytest.approx(alone.success, abs=1e-9)
    assert told.type_one is not None
    assert told.type_one.worst is not None
    # Futility that need not be obeyed only takes claims away.
    assert 0.02 < (told.type_one.worst.value or 0) <= 0.025 + 1e-6
    assert not told.type_one.exceeded
    assert told.null == ()


def test_numeric_figures_of_concurrent_arms_stand_when_everybody_drifts() -> None:
    one = design("group sequential", participants=40)
    told = explored(one, BETTER.replace(drift=3.0), SCORE)
    assert told.success == explored(one, BETTER, SCORE).success
    # On the same people a shift of everybody changes no difference between arms.
    drifted = rehearsed(one, BETTER.replace(drift=3.0), SCORE, trials=512)
    assert drifted.hoped.success == rehearsed(one, BETTER, SCORE, trials=512).hoped.success


@pytest.mark.parametrize(
    ("one", "scenario", "question", "words"),
    [
        (design("single arm", participants=20, benchmark=0), BETTER, SCORE, "one-sample t"),
        (design("randomised", participants=22), HOPED, RESPONSE, "multiples of 4"),
        (design("randomised", participants=20, method="coin flips"), HOPED, RESPONSE, "left to chance"),
        (design("blinded reassessment", participants=20, effect=0.4), HOPED, RESPONSE, "depends on its data"),
        (
            design("randomised", participants=24),
            HOPED.replace(trend=0.1, recruitment={"rate": 1.0}),
            RESPONSE,
            "the time of their enrolment",
        ),
        (
            design("randomised", participants=MOST_ENUMERATED + 4, analysis="fisher"),
            HOPED,
            RESPONSE,
            "too many",
        ),
    ],
)
def test_where_there_is_no_answer_the_reason_is_said(
    one: Design, scenario: BinaryScenario, question: Question, words: str
) -> None:
    told = explored(one, scenario, question)
    assert told.how is None
    assert words in told.why
    assert told.success is None
    assert told.looks == ()
    assert told.curve == ()
    assert neighbours(one, scenario, question) == ()


def test_large_designs_are_refused_before_they_are_planned() -> None:
    with pytest.raises(ValueError, match=f"up to {MOST_EXPLORED} participants"):
        explored(design("randomised", participants=100_000), HOPED, RESPONSE)
    with pytest.raises(ValueError, match=f"up to {MOST_ENUMERATED} participants"):
        explored(design("group sequential", participants=400, boundaries="exact"), HOPED, RESPONSE)


@pytest.mark.parametrize("effect", [0.0, -0.1])
def test_without_a_benefit_there_is_a_curve_all_the_same(effect: float) -> None:
    told = explored(COUNTED[1], HOPED.replace(effect=effect), RESPONSE)
    benefits = [point.benefit for point in told.curve]
    assert benefits[0] == pytest.approx(min(0.0, effect))
    assert benefits[-1] == pytest.approx(0.8)
    assert told.success is not None
    assert told.success.value == exact_success(COUNTED[1].plan(RESPONSE), HOPED.replace(effect=effect))


def test_an_axis_stays_where_it_is_while_the_effect_moves_a_little() -> None:
    one = design("group sequential", participants=40)
    ends = {explored(one, BETTER.replace(effect=e), SCORE).curve[-1].benefit for e in (5.4, 5.7, 6.0, 6.5)}
    assert ends == {10.0}


def test_neighbours_are_the_same_design_with_whole_blocks_more_and_fewer() -> None:
    one = COUNTED[3]
    found = neighbours(one, HOPED, RESPONSE)
    assert [told.participants for told in found] == [16, 20, 24, 28, 32]
    for told in found:
        alone = exact_success(one.replace(participants=told.participants).plan(RESPONSE), HOPED)
        assert told.success.value == pytest.approx(alone, abs=1e-12)
    assert neighbours(COUNTED[0], HOPED, RESPONSE) == ()  # Simon's design finds its own size


def test_sizes_that_cannot_be_are_left_out() -> None:
    found = neighbours(design("group sequential", participants=8, boundaries="exact"), HOPED, RESPONSE)
    assert [told.participants for told in found if told.participants <= 8] == [8]


def test_the_estimate_is_that_of_an_assessment() -> None:
    told, alone = estimated(COUNTED[1], HOPED, RESPONSE), assess(COUNTED[1], HOPED, RESPONSE, trials=16)
    assert told is not None
    assert (told.bias, told.rmse, told.coverage) == (alone.bias, alone.rmse, alone.coverage)
    assert estimated(design("randomised", participants=20, method="coin flips"), HOPED, RESPONSE) is None


def test_a_rehearsal_agrees_with_what_is_counted() -> None:
    one = design("randomised", participants=20, method="coin flips", analysis="fisher")
    seen = rehearsed(one, HOPED, RESPONSE)
    assert seen.hoped.trials == FEW_TRIALS
    assert seen.hoped.success.how == "simulated"
    counted = exact_success(one.plan(RESPONSE), HOPED)
    assert counted is not None
    assert seen.hoped.success.value is not None
    assert seen.hoped.success.error is not None
    assert abs(seen.hoped.success.value - counted) < 4 * seen.hoped.success.error
    assert seen.without.truth == 0
