"""What has been seen of a design: enumeration and simulation agree, and errors are those that repeated simulation shows."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from handful.designs.base import Design, Question
from handful.designs.group_sequential import GroupSequential
from handful.designs.randomised import Randomised
from handful.designs.simon import Simon
from handful.designs.single_arm import SingleArm
from handful.engine.simulate import Job
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.binary import BinaryScenario
from handful.select.bench import Bench
from handful.select.characteristics import characteristics
from handful.select.optimise.estimate import difference_error
from handful.select.optimise.sample import QUANTITIES, Sample, Sampler, Subject, by_enumeration
from handful.select.optimise.yardstick import Yardstick
from handful.select.runs import InMemory
from handful.select.utility import made_for, plausibilities, utility
from handful.store.shelf import Shelf
from handful.study.loading import loads

QUESTION = Question(Endpoint(name="response", kind="binary"))
HYPOTHETICAL = {"intercurrent": {"dropout": "hypothetical"}}
USELESS, USEFUL = (BinaryScenario(untreated=0.2, treated=p) for p in (0.2, 0.5))
DESIGNS: dict[str, Design] = {
    "two looks": GroupSequential(participants=32, futility={"spending": "pocock"}),
    "two to one": Randomised(participants=30, allocation=(2, 1)),
    "coins": Randomised(participants=20, method="coin flips", analysis="fisher"),
    "one arm": SingleArm(participants=20, benchmark=0.2, looks=(0.5, 1.0)),
    "two stages": Simon(benchmark=0.2, target=0.5),
}


@pytest.mark.parametrize("scenario", [USELESS, USEFUL], ids=["useless", "useful"])
@pytest.mark.parametrize("name", DESIGNS)
def test_what_is_enumerated_is_what_is_simulated(
    name: str, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    plan = DESIGNS[name].plan(QUESTION)
    known = by_enumeration(plan, scenario)
    assert not np.isnan(known).any()
    monkeypatch.setattr(
        "handful.select.optimise.sample.by_enumeration", lambda *_: np.full(QUANTITIES, np.nan)
    )
    trials = 20_000
    seen = Sampler(seed=3).more(Subject(QUESTION, DESIGNS[name], plan, scenario), trials, None)
    error = np.maximum(seen.seen.std(axis=1), 1e-9) / trials**0.5
    assert (np.abs(seen.mean - known) <= 4 * error).all()


def test_with_time_only_the_chance_of_a_claim_is_enumerated():
    slow = USEFUL.replace(recruitment={"rate": 2})
    known = by_enumeration(DESIGNS["two looks"].plan(QUESTION), slow)
    assert np.isnan(known).tolist() == [False, False, True, True, True]
    lost = USEFUL.replace(recruitment={"dropout": "5% per year"})
    late = Question(QUESTION.endpoint.replace(known_after=12.0, estimand=HYPOTHETICAL))
    assert np.isnan(by_enumeration(DESIGNS["two looks"].plan(late), lost)).all()


def test_trials_seen_in_steps_are_those_seen_at_once(tmp_path: Any):
    slow = USEFUL.replace(recruitment={"rate": 2})
    design = DESIGNS["two looks"]
    subject = Subject(QUESTION, design, design.plan(QUESTION), slow)
    at_once = Sampler(5).more(subject, 3000, None)
    with Shelf(tmp_path) as shelf:
        kept = Sampler(5, shelf)
        for _ in range(2):  # the second time everything comes from the shelf
            sample = None
            for trials in (100, 250, 3000):
                sample = kept.more(subject, trials, sample)
            assert sample is not None
            assert (sample.seen == at_once.seen).all()
    assert (at_once.upto(250).seen == at_once.seen[:, :250]).all()
    assert not (Sampler(6).more(subject, 3000, None).seen == at_once.seen).all()


STUDY = """
title: A study in time
population: {prevalence: 300, incidence: 30 per year, horizon: 8 years}
endpoint: {name: response, kind: binary, known after: 6 months, estimand: {intercurrent: {dropout: hypothetical}}}
recruitment: {rate: 1.5 per month, dropout: 10% per year}
scenarios:
  nothing: {untreated: 20%, effect: 0}
  hoped for: {base: nothing, effect: 0.4}
designs:
  large: {kind: group sequential, participants: 40, analysis: fisher, futility: {}}
  small: {kind: group sequential, participants: 32, analysis: fisher, futility: {}}
choose: {best: BEST, subject to: {power: {hoped for: 70%}, on control: 60%, duration: 60 months}}
"""


TRIALS, REPEATS = 200, 200
UTILITIES = ["people helped over the horizon", "power", "expected participants", "expected duration"]


@cache
def many_trials() -> dict[str, dict[str, Sample]]:
    """Trials of both designs in both scenarios, which no utility changes."""
    study = loads(STUDY.replace("BEST", "power"))
    sampler = Sampler(11)
    return {
        name: {
            s: sampler.more(
                Subject(study.question, study.design(name), study.plan(name), study.scenario(s)),
                TRIALS * REPEATS,
                None,
            )
            for s in study.scenarios
        }
        for name in study.designs
    }


@pytest.mark.parametrize("best", UTILITIES)
def test_errors_are_what_repeated_simulation_shows(best: str):
    study = loads(STUDY.replace("BEST", best))
    yardstick = Yardstick(Bench.of(study, InMemory()))
    found = []
    for k in range(REPEATS):
        part = slice(k * TRIALS, (k + 1) * TRIALS)
        large, small = (
            yardstick.standing(
                study.plan(name), {s: Sample(all_.known, all_.seen[:, part]) for s, all_ in samples.items()}
            )
            for name, samples in many_trials().items()
        )
        gap = large.worth.value - small.worth.value, difference_error(large.worth, small.worth)
        rooms = [(limit.room.value, limit.room.error()) for limit in large.limits]
        found.append([(large.worth.value, large.worth.error()), gap, *rooms])
    value, error = np.moveaxis(np.array(found), -1, 0)
    said = np.sqrt((error**2).mean(axis=0))
    # The standard deviation of 200 values is known to 5%, to 6% for a rare claim: 4 of its own standard errors are 24%.
    assert value.std(axis=0) == pytest.approx(said, rel=0.24)
    if best in UTILITIES[:2]:
        # Common participants are worth something: separate ones would make the error of the difference larger by a half.
        assert said[1] < 0.7 * 2**0.5 * said[0]


@pytest.mark.parametrize("best", UTILITIES)
def test_the_utility_is_that_of_a_comparison(best: str):
    study = loads(STUDY.replace("BEST", best)).replace(compute={"trials": 500, "seed": 3})
    yardstick = Yardstick(Bench.of(study, InMemory()))
    plan, weights = study.plan("large"), plausibilities(study)
    samples, told = {}, {}
    for s in yardstick.scenarios(plan):
        samples[s] = Sampler(3).more(
            Subject(study.question, study.design("large"), plan, study.scenario(s)), 500, None
        )
        summary = InMemory().run(Job(plan, study.scenario(s), 3, 500), "large", s, declared=True)[1]
        told[s] = characteristics(plan, study.scenario(s), summary)
    worth = utility(
        told, weights, study.hoped_for, study.choose, study.endpoint, study.population, made_for(study)
    )
    # Months are kept to seven digits.
    assert yardstick.standing(plan, samples).worth.value == pytest.approx(worth.value, rel=1e-6)
