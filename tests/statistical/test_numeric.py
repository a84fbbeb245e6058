"""The numeric engine beside the exact and the simulating one, where trials are large.

With a known standard deviation the statistic of a continuous endpoint is a normal process and nothing else, so that numeric
and simulated figures differ by Monte Carlo error alone. A pooled z of counts is a normal process up to terms of order
1 / sqrt(n), and its exact figures lie within the bound that those terms give.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handful.designs.base import Question
from handful.designs.registry import families
from handful.engine import exact, numeric
from handful.engine.simulate import Job, simulate
from handful.engine.summary import add
from handful.participants.endpoint import Endpoint
from handful.scenarios.registry import scenario_kinds
from handful.testing.agreement import FOUR_STANDARD_ERRORS, Compared, share
from tests.statistical.random_designs import SEED, looks

LARGE, TRIALS = 12, 4096


def numeric_shares(job: Job) -> list[Compared]:
    """Success and failure at each look, simulated beside integrated."""
    promised = numeric.characteristics(job.plan, job.scenario)
    assert promised is not None
    s = add(part.summary for part in simulate(job))
    kinds = (("success", s.success_at, promised.success_at), ("failure", s.failure_at, promised.failure_at))
    return [
        share(f"{name} at look {k + 1}", int(hits[k]), s.trials, float(chances[k]))
        for name, hits, chances in kinds
        for k in range(job.plan.looks.number)
    ]


@st.composite
def normal_jobs(draw: st.DrawFn) -> Job:
    """Two arms of hundreds, looks, and an outcome whose standard deviation the test knows."""
    sd, ratio = draw(st.sampled_from([1.0, 6.0])), draw(st.sampled_from([(1, 1), (2, 1), (1, 3)]))
    block = 2 * sum(ratio)
    participants = block * (draw(st.integers(400, 900)) // block)
    better = draw(st.sampled_from(["higher", "lower"]))
    # The drift of the whole trial, in standard errors of the difference.
    drift = draw(st.floats(-1, 5))
    error = sd * math.sqrt(sum(sum(ratio) / (participants * part) for part in ratio))
    spec = draw(looks(4)) | {
        "kind": "group sequential",
        "participants": participants,
        "allocation": f"{ratio[0]}:{ratio[1]}",
        "blocks of": block,
        "boundaries": "normal",
        "analysis": {"kind": "z test", "sd": sd},
    }
    endpoint = Endpoint.model_validate({"name": "score", "kind": "continuous", "better": better})
    truth = {"untreated": {"mean": 3.0, "sd": sd}, "effect": endpoint.sign * drift * error}
    plan = families.get("group sequential").model_validate(spec).plan(Question(endpoint))
    return Job(plan, scenario_kinds.get("continuous").model_validate(truth), SEED, TRIALS)


def test_numeric_and_simulated_agree_where_the_normal_process_is_exact():
    assert LARGE * 8 * FOUR_STANDARD_ERRORS < 1e-2  # and the designs and seeds are the same every time

    @settings(
        max_examples=LARGE,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(job=normal_jobs())
    def agree(job: Job) -> None:
        off = [figure for figure in numeric_shares(job) if not figure.agrees]
        assert off == [], job.plan

    agree()


def counts_job(participants: int, control: float, treated: float, more: dict[str, object]) -> Job:
    endpoint = Endpoint(name="response", kind="binary")
    spec = {"kind": "group sequential", "participants": participants, "analysis": "z pooled"} | more
    plan = families.get("group sequential").model_validate(spec).plan(Question(endpoint))
    truth = {"untreated": control, "treated": treated}
    return Job(plan, scenario_kinds.get("binary").model_validate(truth), SEED, 16 * TRIALS)


def first_order(job: Job) -> float:
    """How far the normal process may be from the exact probability of passing its thresholds, to order 1 / sqrt(n).

    A threshold adds the density of the statistic there times how far it is from being passed where the normal process
    passes it: half a step of the lattice of counts; the skewness term of Edgeworth's expansion, skewness (x^2 - 1) / 6;
    and, away from the null, the pooled variance in place of the true one, which moves the threshold by a factor.
    """
    chances = job.scenario.chances(job.plan.endpoint)
    assert chances is not None
    p, q, rule = chances["treated"], chances["control"], job.plan.rule
    total = 0.0
    for look, planned in enumerate(job.plan.looks.planned()):
        split = job.plan.allocation.sizes(planned)
        assert split is not None
        m, n = split
        variance = p * (1 - p) / n + q * (1 - q) / m
        step = 1 / max(n, m) / math.sqrt(variance)
        skewness = (p * (1 - p) * (1 - 2 * p) / n**2 - q * (1 - q) * (1 - 2 * q) / m**2) / variance**1.5
        pooled = (n * p + m * q) / (n + m)
        factor = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m) / variance)
        for threshold in filter(math.isfinite, (rule.upper[look], rule.lower[look])):
            x = threshold - (p - q) / math.sqrt(variance)
            density = math.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
            total += density * (step / 2 + abs(skewness * (x**2 - 1)) / 6 + abs(threshold * (factor - 1)))
    return total


THREE = {"looks": ["33%", "67%", "100%"]}
FUTILITY = {"looks": ["50%", "100%"], "futility": {"spending": "pocock"}}


@pytest.mark.parametrize("participants", [240, 480])
@pytest.mark.parametrize(
    "more", [{"looks": ["100%"]}, THREE, FUTILITY], ids=["one look", "three looks", "futility"]
)
@pytest.mark.parametrize(("control", "treated"), [(0.5, 0.5), (0.2, 0.2), (0.3, 0.45), (0.6, 0.7)])
def test_numeric_exact_and_simulated_agree_for_large_counts(
    participants: int, more: dict[str, object], control: float, treated: float
):
    job = counts_job(participants, control, treated, more)
    promised = numeric.characteristics(job.plan, job.scenario)
    lattice, chances = exact.lattice_of(job.plan), job.scenario.chances(job.plan.endpoint)
    assert promised is not None
    assert lattice is not None
    assert chances is not None
    told = exact.characteristics(job.plan, lattice, chances, treated - control)
    bound = first_order(job)
    assert bound < 0.1
    np.testing.assert_allclose(promised.success_at, told.success_at, atol=bound)
    np.testing.assert_allclose(promised.failure_at, told.failure_at, atol=bound)
    s = add(part.summary for part in simulate(job))
    assert share("success", int(s.success_at.sum()), s.trials, told.success).agrees


def test_the_distance_to_the_normal_process_shrinks_with_the_root_of_the_size():
    # Averaged over sizes, so that the teeth of the lattice do not decide.
    def distance(sizes: range) -> float:
        gaps = []
        for size in sizes:
            job = counts_job(size, 0.3, 0.3, {"looks": ["50%", "100%"]})
            lattice, chances = exact.lattice_of(job.plan), job.scenario.chances(job.plan.endpoint)
            promised = numeric.characteristics(job.plan, job.scenario)
            assert lattice is not None
            assert chances is not None
            assert promised is not None
            told = exact.characteristics(job.plan, lattice, chances, 0.0)
            gaps.append(np.abs(promised.success_at - told.success_at).max())
        return float(np.mean(gaps))

    small, large = distance(range(24, 56, 4)), distance(range(216, 248, 4))
    assert (
        large < small / 2
    )  # about six times as large: a root of six, with room for what the averages leave of the teeth
