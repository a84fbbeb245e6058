"""Two arms watched by probabilities: thresholds as they stand or calibrated, and the ways to give up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import ndtri

import handful as hf
from handful.analyses.base import Aim, Evidence
from handful.analyses.registry import make
from handful.analyses.watched import Predicted, Watched
from handful.designs.base import Plan, Question
from handful.designs.bayesian import Bayesian, threshold
from handful.designs.false_claims import Enumerated, Integrated, Simulated
from handful.designs.pieces import Decision
from handful.designs.watching import Watching
from handful.engine import exact
from handful.participants.observations import Cut, Outcomes
from handful.stats.normal_posterior import Normal, updated
from handful.stats.normal_process import crossing_probabilities
from handful.stats.predictive_normal import normal_predictive_probability
from handful.stats.predictive_two_arms import predictive_tables

RESPONSE = Question(hf.Endpoint(name="response", kind="binary", known_after=6))
SCORE = Question(hf.Endpoint(name="score", kind="continuous", known_after=6))
BLEEDS = Question(hf.Endpoint(name="bleeds", kind="count", better="lower", known_after=12))
DEATH = Question(hf.Endpoint(name="death", kind="time to event", known_after=24))
NO_DIFFERENCE = {"kind": "continuous", "untreated": {"sd": 1}, "effect": 0}
STEP = 1e-6


def design(**fields: Any) -> Bayesian:
    """A design, fields as in a study file with underscores for spaces."""
    data = {name.replace("_", " "): value for name, value in fields.items()}
    return Bayesian.model_validate({"participants": 24} | data)


def worst(plan: Plan) -> float:
    lattice = exact.lattice_of(plan)
    assert lattice is not None
    return exact.worst_type_one_error(plan, lattice)[0]


def said(what: Bayesian, question: Question = RESPONSE) -> str:
    return " ".join(what.describe(question))


class TestCalibration:
    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"looks": ["33%", "67%", "100%"], "early success": False},
            {"calibrate": {"binding": True}, "predictive below": 0.2},
            {"calibrate": {"binding": True}, "futility below": 0.3, "futility value": 0.2},
            {"participants": 12, "method": "coin flips"},
            {"analysis": {"kind": "dual criterion two arms", "decision value": 0.2}},
            {"analysis": {"kind": "beta binomial two arms", "prior treated": [4, 1]}},
            {"margin": 0.1, "alpha": "5%"},
        ],
        ids=str,
    )
    def test_the_threshold_keeps_the_level_and_no_lower_one_does(self, fields):
        what = design(**({"calibrate": "type I error"} | fields))
        level = what.level(RESPONSE)
        found = threshold(what, RESPONSE)
        assert worst(what.plan_at(RESPONSE, found)) <= level + 1e-12
        assert worst(what.plan_at(RESPONSE, found - STEP)) > level
        assert what.plan(RESPONSE) == what.plan_at(RESPONSE, found)

    def test_a_threshold_that_counts_on_giving_up_is_lower(self):
        looks = ["25%", "50%", "75%", "100%"]
        loose, strict = (
            design(participants=40, calibrate={"binding": binding}, futility_below=0.4, looks=looks)
            for binding in (True, False)
        )
        assert threshold(loose, RESPONSE) < threshold(strict, RESPONSE)
        assert loose.plan(RESPONSE).rule.binding
        never = design(participants=40, calibrate="type I error", looks=looks)
        assert threshold(strict, RESPONSE) == threshold(never, RESPONSE)

    def test_more_looks_ask_for_more(self):
        few, many = (
            design(calibrate="type I error", looks=looks)
            for looks in (["100%"], ["33%", "50%", "67%", "100%"])
        )
        assert threshold(few, RESPONSE) < threshold(many, RESPONSE)

    def test_what_is_asked_for_beside_it_is_the_least(self):
        free = threshold(design(calibrate="type I error"), RESPONSE)
        assert threshold(design(calibrate="type I error", success_above=0.999), RESPONSE) == 0.999
        assert threshold(design(calibrate="type I error", success_above=0.9), RESPONSE) == free

    @pytest.mark.parametrize("looks", [["50%", "100%"], ["25%", "50%", "75%", "100%"]])
    def test_of_a_normal_process_it_is_the_constant_boundary(self, looks):
        what = design(participants=80, calibrate="type I error", looks=looks)
        assert isinstance(what.false_claims(SCORE), Integrated)
        z = float(ndtri(threshold(what, SCORE)))
        # Pocock's constants, two-sided 5% (Jennison and Turnbull 2000, table 2.1).
        assert z == pytest.approx({2: 2.178, 4: 2.361}[len(looks)], abs=1e-3)

    def test_simulated_it_keeps_the_level_beyond_two_standard_errors(self):
        calibrate = {"simulated in": [NO_DIFFERENCE], "trials": 4000}
        what = design(calibrate=calibrate)
        found = what.false_claims(SCORE)
        assert isinstance(found, Simulated)
        at = threshold(what, SCORE)
        assert found.chance(at).bound <= 0.025 < found.chance(at - STEP).bound
        assert threshold(design(calibrate=calibrate, note="again"), SCORE) == at

    def test_simulated_with_giving_up_it_claims_as_the_engine_does(self):
        analysis = {"kind": "dual criterion mean difference", "decision value": 0.5, "sd": 1}
        calibrate = {"simulated in": [NO_DIFFERENCE], "trials": 5000, "binding": True}
        what = design(calibrate=calibrate, analysis=analysis, futility_below=0.2, futility_value=0.4)
        found = what.false_claims(SCORE)
        assert isinstance(found, Simulated)
        truth = hf.ContinuousScenario(untreated={"sd": 1}, effect=0)
        fixed = what.replace(calibrate=None, success_above=0.9)
        told = hf.simulate(fixed, truth, SCORE.endpoint, trials=5000, seed=20260112, threads=1)
        # The same participants by the same seed: not one trial differs.
        assert found.chance(0.9).value == told.characteristics.success.value

    def test_the_worst_of_several_truths_counts(self):
        even = {"kind": "count", "untreated": 4, "rate ratio": 1}
        uneven = even | {"dispersion": 0.2}
        both, one = (
            threshold(design(calibrate={"simulated in": nulls, "trials": 5000}), BLEEDS)
            for nulls in ([even, uneven], [uneven])
        )
        assert both == one > 0.99

    def test_counts_are_exact_whatever_truth_is_named(self):
        truth = {"kind": "binary", "untreated": 0.2, "effect": 0}
        assert isinstance(design(calibrate={"simulated in": [truth]}).false_claims(RESPONSE), Enumerated)

    def test_what_it_cannot_calibrate_is_refused(self):
        with pytest.raises(ValueError, match="neither exact nor numeric: name truths"):
            design(calibrate="type I error").plan(BLEEDS)
        with pytest.raises(ValueError, match=r"where the benefit is 0, and in the truth named it is 0\.5"):
            design(calibrate={"simulated in": [NO_DIFFERENCE | {"effect": 0.5}]}).plan(SCORE)
        with pytest.raises(ValueError, match="continuous"):
            design(calibrate={"simulated in": [NO_DIFFERENCE]}).plan(BLEEDS)
        with pytest.raises(
            ValueError, match=r"no posterior probability that can be reached keeps a type I error of 0\.0001%"
        ):
            design(participants=8, calibrate="type I error", alpha=1e-6).plan(RESPONSE)


class TestGivingUp:
    def test_exactly_where_the_last_look_is_unlikely_to_succeed(self):
        what = design(participants=24, looks=["33%", "67%", "100%"], predictive_below=0.1, success_above=0.95)
        plan = what.plan(RESPONSE)
        lattice = exact.lattice_of(plan)
        assert lattice is not None
        base = make("beta binomial two arms")
        sizes = [(4, 4), (8, 8), (12, 12)]
        posterior = [base.table(*size) for size in sizes]
        predicted = predictive_tables(posterior[-1] >= 0.95, sizes)
        for look, (first, second) in enumerate(zip(posterior, predicted, strict=True)):
            evidence = Evidence(lattice.statistic[look].reshape(-1, 1))
            decision = plan.rule.decide(look, evidence)[:, 0].reshape(first.shape)
            np.testing.assert_array_equal(decision == Decision.SUCCESS, first >= 0.95)
            futile = (second < 0.1) & (first < 0.95) if look < 2 else np.zeros_like(first, dtype=bool)
            np.testing.assert_array_equal(decision == Decision.FUTILITY, futile)

    def test_somebody_missing_at_the_last_look_is_not_waited_for(self):
        base = make("beta binomial two arms")
        analysis = Watched(
            base=base, watch=Predicted(base=base, sizes=(4, 4), claim_at=0.9), claim_at=0.9, limit=0.3
        )
        arm = np.array([[0, 1, 0, 1, 0, 1, 0, 1]], dtype=np.int8)
        seen = Outcomes(arm, np.arange(8)[None] != 7, np.array([[1.0, 0, 1, 0, 0, 1, 0, 0]]))
        at_last, before = (
            float(analysis.evidence(seen, Cut(np.array([n]), np.zeros(1)), Aim()).statistic[0, 0])
            for n in (8, 6)
        )
        assert at_last == max(0.3, base.table(4, 3)[2, 1])
        assert before < 0.3

    @pytest.mark.parametrize("events", [0.0, 8.0])
    def test_by_a_normal_posterior_it_is_the_predictive_probability(self, events):
        base = make("posterior hazard ratio", prior_events=events, prior_ratio=0.8)
        watching = Watching(base, ((6, 6), (12, 12), (20, 20)), known=False, predictive_below=0.15)
        analysis, rule = watching.at(0.975)
        assert analysis == base
        prior = Normal(-np.log(0.8), events / 4)
        final = 40 / 4
        total = final + prior.information
        needed = (ndtri(0.975) * np.sqrt(total) - prior.information * prior.mean) / final
        for limit, seen in zip(rule.lower[:-1], (12, 24), strict=True):
            # The estimate with which the posterior is at the limit.
            worth = seen / 4 + prior.information
            estimate = (ndtri(limit) * np.sqrt(worth) - prior.information * prior.mean) / (seen / 4)
            assert updated(estimate, seen / 4, prior).above(0.0) == pytest.approx(limit)
            assert normal_predictive_probability(estimate, seen / 4, final, needed, prior) == pytest.approx(
                0.15
            )

    def test_a_value_of_its_own_is_held_against_the_posterior_beyond_it(self):
        what = design(participants=16, futility_below=0.2, futility_value=0.3, success_above=0.9)
        plan = what.plan(RESPONSE)
        lattice = exact.lattice_of(plan)
        assert lattice is not None
        base = make("beta binomial two arms")
        beyond, any_benefit = base.table(4, 4, 0.3), base.table(4, 4)
        said = plan.rule.decide(0, Evidence(lattice.statistic[0].reshape(-1, 1)))[:, 0].reshape(5, 5)
        np.testing.assert_array_equal(said == -1, (beyond < 0.2) & (any_benefit < 0.9))

    @pytest.mark.parametrize("value", [None, 0.0])
    def test_a_probability_at_the_limit_does_not_stop(self, value):
        # As many responses on both arms, with the same prior: a half.
        plan = design(futility_below=0.5, futility_value=value, success_above=0.9).plan(RESPONSE)
        lattice = exact.lattice_of(plan)
        assert lattice is not None
        said = plan.rule.decide(0, Evidence(lattice.statistic[0].reshape(-1, 1)))[:, 0].reshape(7, 7)
        assert (np.diag(said) == Decision.CONTINUE).all()
        assert said[3, 2] == Decision.FUTILITY

    def test_a_normal_process_stops_as_often_as_promised(self):
        what = design(
            participants=80, predictive_below=0.1, analysis={"kind": "posterior mean difference", "sd": 1}
        )
        truth = hf.ContinuousScenario(untreated={"sd": 1}, effect=0.3)
        told = hf.simulate(what, truth, SCORE.endpoint, trials=10_000, threads=1).characteristics
        z = np.sqrt(0.5) * (ndtri(0.975) + ndtri(0.1))
        promised = crossing_probabilities((10.0, 20.0), (z, -np.inf), (1.95996, 1.95996), 0.3)
        assert abs(told.failure_at[0].value - promised.lower[0]) < 4 * told.failure_at[0].error
        assert abs(told.success.value - promised.upper.sum()) < 4 * told.success.error

    def test_sizes_left_to_chance_are_not_predicted_from(self):
        with pytest.raises(ValueError, match="needs the sizes of both arms"):
            design(method="coin flips", predictive_below=0.1).plan(RESPONSE)
        dual = {"kind": "dual criterion mean difference", "decision value": 1}
        with pytest.raises(ValueError, match="does not say what it predicts"):
            design(analysis=dual, predictive_below=0.1).plan(SCORE)


class TestTheRule:
    def test_a_fixed_threshold_promises_nothing_and_says_the_number(self):
        words = said(design(participants=40, success_above=0.975))
        assert "at least 0.975." in words
        assert "promises no type I error: that is 3.51% at its worst" in words
        assert "0.985317 would keep 2.5%." in words

    def test_a_calibrated_one_says_what_it_keeps(self):
        words = said(design(participants=40, calibrate="type I error", success_above=0.99))
        assert "stricter than the smallest that keeps a type I error of 2.5%, which is 0.985317" in words
        assert "(exactly)" in words
        assert "(by the normal theory)" in said(design(calibrate="type I error"), SCORE)
        simulated = design(calibrate={"simulated in": [NO_DIFFERENCE], "trials": 2000})
        assert "simulated with a standard error of" in said(simulated, SCORE)

    def test_what_is_not_known_is_said_to_be_simulated(self):
        assert "simulated beside the other figures" in said(design(), BLEEDS)

    def test_the_last_look_alone(self):
        plan = design(early_success=False, looks=["50%", "100%"]).plan(RESPONSE)
        assert plan.rule.upper[0] == np.inf
        assert "at the end when" in said(design(early_success=False))
        assert "At each look" not in said(design(looks=["100%"]))

    def test_looks_end_with_whole_blocks(self):
        every = design(participants=40, first_look=12, look_every=8)
        assert every.plan(RESPONSE).looks.planned() == (12, 20, 28, 36, 40)
        with pytest.raises(
            ValueError, match="a look at 10 participants does not end with a whole block of 4"
        ):
            design(participants=40, first_look=10, look_every=10).plan(RESPONSE)
        events = design(participants=40, events=25, first_look=10, look_every=5)
        assert events.plan(DEATH).looks.planned() == (10, 15, 20, 25)

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"looks": ["50%", "90%"]}, "looks that end with 100%"),
            ({"looks": ["50%", "100%"], "first look": 8, "look every": 8}, "either `looks` or `first look`"),
            ({"first look": 8}, "`first look` and `look every` together"),
            ({"first look": 32, "look every": 8}, "at most 24, the size of the trial"),
            ({"participants": 400, "first look": 4, "look every": 4}, "at most 50 looks"),
            (
                {"futility below": 0.1, "predictive below": 0.1},
                "either `futility below` or `predictive below`",
            ),
            ({"futility below": 0.6}, r"less than 0\.5"),
            ({"futility value": 0.1}, "`futility below` beside it"),
            ({"success above": 0.4}, r"greater than or equal to 0\.5"),
            ({"calibrate": "power"}, "type I error, or its settings"),
        ],
    )
    def test_nonsense_is_refused(self, fields, message):
        with pytest.raises(ValidationError, match=message):
            design(**fields)

    @pytest.mark.parametrize(
        ("question", "fields", "message"),
        [
            (SCORE, {"analysis": "t test"}, "gives no posterior probability"),
            (SCORE, {"analysis": "beta binomial two arms"}, "is for a binary endpoint"),
            (DEATH, {}, "say how many the last look needs"),
            (SCORE, {"events": 10}, "`events` belongs to a time to event"),
        ],
    )
    def test_what_it_cannot_answer_is_refused_in_a_sentence(self, question, fields, message):
        with pytest.raises(ValueError, match=message):
            design(**fields).plan(question)
