"""What holds for every design in every scenario: blocks, sums and stories of the same trials say the same."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from handful.designs.base import Question
from handful.designs.registry import families
from handful.engine.conduct import steps
from handful.engine.replay import replay
from handful.engine.simulate import Job, conduct_block
from handful.engine.summary import Summary, add, summarise
from handful.engine.truth import Truth
from handful.participants.block import Block, blocks
from handful.participants.endpoint import Endpoint
from handful.scenarios.registry import scenario_kinds
from handful.store.files import canonical

TRIALS = 12

OUTCOMES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "binary": ({"kind": "binary"}, {"untreated": 0.3, "treated": 0.7, "correlation": 0.3}),
    "continuous": (
        {"kind": "continuous"},
        {"untreated": {"sd": 6}, "effect": 5, "baseline": {"mean": 50, "sd": 8, "within sd": 3}},
    ),
    "count": ({"kind": "count", "better": "lower"}, {"untreated": 4, "rate ratio": 0.5, "dispersion": 0.5}),
    "time to event": (
        {"kind": "time to event"},
        {"untreated": {"median": 9}, "hazard ratio": 0.5, "cured": 0.2},
    ),
    "ordinal": (
        {"kind": "ordinal", "categories": ["worse", "same", "better"]},
        {"untreated": {"worse": 0.3, "same": 0.4, "better": 0.3}, "odds ratio": 3},
    ),
}
BENCHMARKS = {"binary": 0.3, "continuous": 0, "count": 4, "time to event": 9, "ordinal": 0}


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    """Any family that serves the endpoint, with people who may never come, be lost, or get no product."""
    kind = draw(st.sampled_from(list(OUTCOMES)))
    measured, truth = OUTCOMES[kind]
    known_after = draw(st.sampled_from([0, 6, 12] if kind in ("binary", "time to event") else [6, 12]))
    strategies = st.sampled_from(["treatment policy", "hypothetical", "principal stratum"])
    endpoint = Endpoint.model_validate(
        measured
        | {"name": "outcome", "known after": known_after}
        | {"estimand": {"intercurrent": {"not dosed": draw(strategies)}}}
    )
    recruitment: dict[str, Any] = {"dropout": draw(st.sampled_from([0.0, 0.02, 0.2]))}
    if draw(st.booleans()):
        recruitment |= {"rate": draw(st.sampled_from([0.5, 3.0])), "sites open": [0, draw(st.integers(0, 9))]}
        if draw(st.booleans()):
            recruitment |= {"pool": draw(st.integers(1, 30)), "new cases": draw(st.sampled_from([0.0, 0.2]))}
        if draw(st.booleans()):
            recruitment["until"] = draw(st.integers(1, 40))
    product = {
        "manufacturing failure": draw(st.sampled_from([0.0, 0.2, 1.0])),
        "waiting time": draw(st.integers(0, 4)),
    }
    operations = {"kind": kind, "recruitment": recruitment, "product": product}
    scenario = scenario_kinds.get(kind).model_validate(truth | operations)
    size = draw(st.integers(1, 24))
    looks = {"looks": draw(st.sampled_from([[1.0], ["50%", "100%"], ["30%", "60%", "100%"]]))}
    events = {"events": draw(st.integers(1, size))} if kind == "time to event" and draw(st.booleans()) else {}
    futility = {"futility": {}} if draw(st.booleans()) else {}
    specs: list[dict[str, Any]] = [
        {"kind": "randomised", "participants": 2 * size} | events,
        {"kind": "randomised", "participants": size + 1, "method": "coin flips"},
        {"kind": "randomised", "participants": size + 1, "method": "minimisation"},
        {"kind": "group sequential", "participants": 4 * size} | looks | events | futility,
        {"kind": "single arm", "participants": size, "benchmark": BENCHMARKS[kind]} | looks | events,
        {"kind": "own control", "participants": size, "lead in": 6},
        {
            "kind": "own control",
            "participants": size,
            "lead in": 6,
            "visits every": 2,
            "analysis": "slope break",
        },
        {"kind": "within participant", "participants": size, "pairs": draw(st.integers(1, 2))},
    ]
    spec = draw(st.sampled_from(specs))
    try:
        job = Job(
            families.get(spec["kind"]).model_validate(spec).plan(Question(endpoint)), scenario, 7, TRIALS
        )
        conduct_block(job, Block(7, 0, 1))
    except (
        ValueError
    ):  # in one sentence: the family does not serve the endpoint, or the scenario tells no past
        reject()
    return job


searched = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@searched
@given(job=jobs(), size=st.integers(1, TRIALS - 1), trial=st.integers(0, TRIALS - 1))
def test_blocks_and_stories_of_the_same_trials_say_the_same(job: Job, size: int, trial: int) -> None:
    whole = conduct_block(job, Block(job.seed, 0, TRIALS))
    pieces = [conduct_block(job, block).columns() for block in blocks(job.seed, 0, TRIALS, size)]
    for name, column in whole.columns().items():
        assert np.concatenate([piece[name] for piece in pieces]).tobytes() == column.tobytes(), name
    story = replay(job, trial)
    assert (story.success, story.finished) == (whole.success[trial], whole.finished[trial])
    assert len(story.participants) == whole.enrolled[trial]
    if story.months is not None:
        assert story.months == whole.month[trial]


@searched
@given(job=jobs())
def test_sums_can_be_written_down_and_count_every_trial_once(job: Job) -> None:
    trials = conduct_block(job, Block(job.seed, 0, TRIALS))
    truth = Truth.of(job.plan, job.scenario)
    assert all(map(math.isfinite, truth.benefits))
    s = summarise(trials, job.plan.looks.number, job.plan.participants, truth)
    assert Summary.from_plain(s.plain()).plain() == s.plain()
    canonical(s.plain())  # refuses what is not a finite number
    assert s.success_at.sum() + s.failure_at.sum() + s.unfinished == TRIALS
    assert s.enrolled.sum() == s.months.sum() == TRIALS
    assert s.arms[:, 0].sum() == trials.enrolled.sum()
    assert s.claims.max() <= s.success_at.sum()
    assert s.false_claims == (s.success_at.sum() if truth.nulls == (True,) else 0)
    assert add([s, s]).trials == 2 * TRIALS


@searched
@given(job=jobs())
def test_looks_are_held_in_order_and_see_no_more_than_is_there(job: Job) -> None:
    plan = job.plan
    people = job.scenario.participants(Block(job.seed, 0, TRIALS), plan.participants, plan.endpoint)
    before = np.zeros(TRIALS)
    running = np.ones(TRIALS, dtype=np.bool_)
    for number, step in enumerate(steps(plan, people)):
        assert step.look == number
        assert not (step.running & ~running).any()
        reached = step.running & np.isfinite(step.cut.month)
        assert (step.cut.month[reached] >= before[reached]).all()
        assert (step.cut.included <= plan.participants).all()
        assert np.isfinite(step.evidence.statistic).all()
        assert not step.decision[~reached].any()
        before, running = step.cut.month, step.running
