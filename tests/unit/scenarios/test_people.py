"""What holds person by person: who they are does not depend on what is asked, or on what is done to them."""

from __future__ import annotations

import numpy as np
import pytest

from handful.designs.arrangements import BeforeAfter, Repeated
from handful.designs.pieces import AllTreated
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure
from handful.scenarios.registry import scenario_kinds
from tests.unit.scenarios.people import ENDPOINTS, FULL, draw, plain, scenario

TREATED, UNTREATED, BESIDE = Exposure.TREATED, Exposure.UNTREATED, Exposure.BESIDE
TIMES = np.array([-12.0, -6.0, 0.0, 6.0, 12.0])


def everything(kind):
    """Questions that can be asked of the people of a kind, by name."""
    questions = {f"{e.name} {u}": (lambda p, e=e, u=u: p.outcome(e, u)) for e in Exposure for u in (0, 1)}
    questions["factors"] = lambda p: p.factors()
    if kind in ("binary", "continuous", "count"):
        questions["before"] = lambda p: p.before(12.0)
        questions["before, other window"] = lambda p: p.before(6.0)
    if kind == "continuous":
        questions["course"] = lambda p: p.course(TREATED, TIMES)
    return questions


@pytest.mark.parametrize("kind", FULL)
def test_the_order_of_questions_changes_nothing(kind):
    questions = everything(kind)
    forward, backward = draw(scenario(kind), 50, 7), draw(scenario(kind), 50, 7)
    there = {name: ask(forward) for name, ask in questions.items()}
    back = {name: questions[name](backward) for name in reversed(questions)}
    for name in questions:
        np.testing.assert_array_equal(there[name], back[name], err_msg=name)


@pytest.mark.parametrize("kind", FULL)
def test_a_trial_alone_is_the_trial_in_its_block_and_fewer_people_are_the_first(kind):
    block, alone = draw(scenario(kind), 20, 9), draw(scenario(kind), 1, 5, first=13)
    for name, ask in everything(kind).items():
        np.testing.assert_array_equal(ask(block)[13, :5], ask(alone)[0], err_msg=name)


@pytest.mark.parametrize("kind", FULL)
def test_answers_may_be_asked_twice_and_are_not_shared_with_the_draws(kind):
    people = draw(scenario(kind), 5, 4)
    for name, ask in everything(kind).items():
        first = ask(people).copy()
        ask(people)[...] = 0
        np.testing.assert_array_equal(ask(people) if name != "factors" else first, first, err_msg=name)


def test_the_effect_is_added_to_the_same_people():
    people = draw(plain("continuous", untreated={"sd": 6}, effect=4, contamination=0.5))
    untreated = people.outcome(UNTREATED)
    np.testing.assert_allclose(people.outcome(TREATED) - untreated, 4, rtol=1e-12)
    np.testing.assert_allclose(people.outcome(BESIDE) - untreated, 2, rtol=1e-12)


def test_two_scenarios_show_the_same_people():
    fields = {"untreated": {"sd": 8}, "baseline": {"mean": 50, "sd": 8, "within sd": 5}}
    entry = fields["baseline"] | {"entry": {"at most": 45}}
    free = draw(plain("continuous", **fields, effect=0)).before(0)
    selected = draw(plain("continuous", **fields | {"baseline": entry}, effect=9)).before(0)
    assert np.corrcoef(free.ravel(), selected.ravel())[0, 1] > 0.7
    weak, strong = (draw(plain("count", untreated=4, rate_ratio=r, dispersion=0.5)) for r in (0.8, 0.3))
    np.testing.assert_array_equal(weak.outcome(UNTREATED), strong.outcome(UNTREATED))
    assert (strong.outcome(TREATED) <= weak.outcome(TREATED)).all()


@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize("better", ["up", "down"])
def test_drift_goes_towards_benefit_in_everybody(kind, better):
    words = (
        {"up": "higher", "down": "lower"} if kind != "time to event" else {"up": "later", "down": "sooner"}
    )
    endpoint = ENDPOINTS[kind].replace(better=words[better])
    people, drifted = (
        scenario(kind, drift=drift, learning=0.05).participants(draw(scenario(kind), 50).block, 20, endpoint)
        for drift in (0.0, 0.1)
    )
    for exposure in Exposure:
        before, now = people.outcome(exposure), drifted.outcome(exposure)
        better = now > before if endpoint.sign > 0 else now < before
        assert (better | (now == before)).all()
        assert better.any()


@pytest.mark.parametrize(("kind", "effect"), [("count", "rate ratio"), ("time to event", "hazard ratio")])
@pytest.mark.parametrize("ratio", [0.25, 1.0, 3.0])
def test_benefit_of_a_ratio_is_its_log_towards_benefit(kind, effect, ratio):
    base = {"count": {"untreated": 4}, "time to event": {"untreated": {"median": 12}}}[kind]
    what = plain(kind, **base, **{effect: ratio})
    assert what.benefit(ENDPOINTS[kind]) == pytest.approx(-np.log(ratio))
    assert ENDPOINTS[kind].natural(what.benefit(ENDPOINTS[kind])) == pytest.approx(ratio)


def test_a_treated_rate_is_a_rate_ratio():
    endpoint = ENDPOINTS["count"]
    assert plain("count", untreated=4, treated=1).benefit(endpoint) == pytest.approx(np.log(4))


def test_the_course_from_screening_to_the_endpoint_is_the_outcome():
    baseline = {"mean": 50, "sd": 8, "within sd": 3, "entry": {"at most": 48}}
    what = plain("continuous", untreated={"mean": -2, "sd": 6}, effect=4, baseline=baseline, drift=1)
    people = draw(what)
    course = people.course(TREATED, np.array([0.0, 12.0]))
    np.testing.assert_allclose(course[:, :, 1] - course[:, :, 0], people.outcome(TREATED), atol=1e-12)
    np.testing.assert_allclose(course[:, :, 0], people.before(0), atol=1e-12)
    assert course[:, :, 0].max() <= 48


def test_the_threshold_holds_at_the_first_visit_of_a_lead_in_and_a_visit_keeps_its_error():
    people = draw(scenario("continuous"))
    course = people.course(UNTREATED, TIMES)
    assert course[:, :, 0].max() <= 48
    assert course[:, :, 1].max() > 48
    fewer = people.course(UNTREATED, TIMES[[0, 2, 4]])
    np.testing.assert_array_equal(course[:, :, [0, 2, 4]], fewer)


def test_a_course_without_error_is_a_line_and_the_effect_grows_until_its_onset():
    what = plain(
        "continuous",
        untreated={"mean": -2, "sd": 3},
        effect=6,
        onset="6 months",
        baseline={"mean": 50, "sd": 8},
    )
    people = draw(what, 20)
    times = np.array([-6.0, 0.0, 3.0, 6.0, 12.0])
    untreated, treated = people.course(UNTREATED, times), people.course(TREATED, times)
    slopes = np.diff(untreated, axis=2) / np.diff(times)
    np.testing.assert_allclose(slopes, slopes[:, :, :1].repeat(4, axis=2), atol=1e-10)
    np.testing.assert_allclose(
        treated - untreated, np.broadcast_to([0, 0, 3, 6, 6], treated.shape), atol=1e-10
    )
    assert what.benefit(Endpoint(name="x", kind="continuous", known_after=3)) == 3
    early = what.participants(people.block, 40, Endpoint(name="x", kind="continuous", known_after=3))
    np.testing.assert_allclose(early.outcome(TREATED) - early.outcome(UNTREATED), 3, atol=1e-10)


def test_two_visits_on_one_day_have_errors_of_their_own():
    course = draw(scenario("continuous"), 10).course(UNTREATED, np.array([-3.0, 0.0, 0.0]))
    assert (course[:, :, 1] != course[:, :, 2]).all()


def test_before_and_after_differ_by_the_observed_change():
    people = draw(scenario("continuous"), 20)
    arm = AllTreated().assign(people)
    seen = BeforeAfter(6.0).observe(people, arm, ENDPOINTS["continuous"])
    np.testing.assert_allclose((seen.treated - seen.control)[:, :, 0], people.outcome(TREATED), atol=1e-12)
    assert seen.exposure == 1.0
    without = draw(plain("continuous", untreated={"sd": 6}, effect=4), 20)
    seen = BeforeAfter().observe(without, arm, ENDPOINTS["continuous"])
    np.testing.assert_array_equal(seen.control, 0)
    np.testing.assert_array_equal(seen.treated[:, :, 0], without.outcome(TREATED))


def test_counts_before_and_after_are_compared_per_time():
    people = draw(scenario("count"), 20)
    arm = AllTreated().assign(people)
    assert BeforeAfter(6.0).observe(people, arm, ENDPOINTS["count"]).exposure == 2.0


def test_a_course_needs_a_baseline_and_a_time():
    people = draw(plain("continuous", untreated={"sd": 6}, effect=4), 2)
    with pytest.raises(ValueError, match="needs a `baseline` block"):
        Repeated((-6.0, 0.0, 12.0)).observe(people, AllTreated().assign(people), ENDPOINTS["continuous"])
    timeless = scenario("continuous").participants(people.block, 3, Endpoint(name="x", kind="continuous"))
    with pytest.raises(ValueError, match="`known after` some months"):
        timeless.course(TREATED, TIMES)


@pytest.mark.parametrize("kind", FULL)
def test_a_scenario_is_refused_for_another_kind_of_endpoint(kind):
    other = ENDPOINTS["count" if kind != "count" else "binary"]
    with pytest.raises(ValueError, match=f"a {kind} scenario says nothing about a {other.kind} endpoint"):
        scenario(kind).participants(draw(scenario(kind), 1, 1).block, 1, other)


def test_categories_must_be_those_of_the_endpoint():
    four = Endpoint(name="x", kind="ordinal", categories=("a", "b", "c", "d"))
    with pytest.raises(ValueError, match="untreated must name the endpoint's categories: a, b, c, d"):
        scenario("ordinal").benefit(four)
    with pytest.raises(ValueError, match="untreated must give 4 probabilities"):
        plain("ordinal", untreated=[0.5, 0.5], odds_ratio=2).benefit(four)


def test_a_count_needs_windows_of_a_sensible_length():
    what, people = scenario("count"), draw(scenario("count"), 2)
    with pytest.raises(ValueError, match="known after"):
        what.participants(people.block, 2, Endpoint(name="x", kind="count"))
    with pytest.raises(ValueError, match="more than 10,000 events"):
        what.participants(people.block, 2, Endpoint(name="x", kind="count", known_after=1e6))
    with pytest.raises(ValueError, match="lead-in"):
        people.before(0)


@pytest.mark.parametrize("kind", ["time to event", "ordinal"])
def test_kinds_without_a_past_say_so(kind):
    people = draw(scenario(kind), 1, 1)
    with pytest.raises(ValueError, match="no outcome before treatment"):
        people.before(6)
    with pytest.raises(ValueError, match="not measured at repeated visits"):
        people.course(TREATED, TIMES)


@pytest.mark.parametrize("kind", FULL)
def test_no_variance_when_some_are_not_seen_as_assigned(kind):
    endpoint = ENDPOINTS[kind].replace(known_after=12)
    whole = (
        scenario(kind, factors=[], delay=0, cured=0, cured_treated=None)
        if kind == "time to event"
        else scenario(kind)
    )
    assert whole.variance(endpoint) is not None
    lossy = whole.replace(recruitment={"dropout": "5% per year"}, product={"manufacturing failure": 0.1})
    if kind != "binary":
        assert lossy.variance(endpoint) is None


@pytest.mark.parametrize("kind", FULL)
def test_an_effect_is_scaled_from_nothing_to_more_than_possible(kind):
    endpoint = ENDPOINTS[kind]
    what = scenario(kind, contamination=0)
    none, half, same, far = (what.scaled(factor).benefit(endpoint) for factor in (0, 0.5, 1, 10))
    assert none == pytest.approx(0, abs=1e-9)
    assert 0 < half < same <= far
    assert same == pytest.approx(what.benefit(endpoint))
    if kind in ("continuous", "count"):
        assert half == pytest.approx(same / 2)


def test_the_correlation_between_units_is_known_where_it_is_stated():
    stated = {kind: scenario(kind).unit_correlation for kind in FULL}
    assert stated == {"binary": 0.4, "continuous": 0.3, "count": 0, "time to event": 0.4, "ordinal": 0.4}


def test_stress_changes():
    continuous, count = ENDPOINTS["continuous"], ENDPOINTS["count"]
    noisy = scenario("continuous")
    assert noisy.with_correlation(0.1).untreated.correlation == 0.1
    assert noisy.with_correlation(0.99) is None
    entry = noisy.with_entry_threshold(1.0, continuous).baseline.entry
    assert entry.at_most == pytest.approx(50 - np.hypot(8, 3))
    worse_high = noisy.with_entry_threshold(1.0, continuous.replace(better="lower")).baseline.entry
    assert worse_high.at_least == pytest.approx(50 + np.hypot(8, 3))
    assert plain("continuous", untreated={"sd": 6}, effect=1).with_entry_threshold(1, continuous) is None
    assert scenario("count").with_entry_threshold(0.0, count).entry.at_least == 4
    assert scenario("count").with_entry_threshold(1.0, count.replace(better="higher")) is None
    assert scenario("binary").with_correlation(0.9).correlation == 0.9
    assert scenario("binary").with_entry_threshold(1.0, ENDPOINTS["binary"]) is None
    assert scenario("count").with_correlation(0.5) is None


def test_the_registry_knows_all_kinds():
    assert scenario_kinds.kinds() == tuple(FULL)
    for cls in scenario_kinds:
        assert cls.meaning
        assert cls.references
