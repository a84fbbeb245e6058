"""Simulated trials that every analysis can read, and how to cut them; shared by the tests of analyses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from handful.analyses.base import Aim, Analysis
from handful.analyses.registry import analyses
from handful.participants.observations import Courses, Cut, Events, Observations, Outcomes, Pairs

SETTINGS: dict[str, dict[str, object]] = {
    "z test": {"sd": 1.5},
    "dual criterion": {"decision_value": 0.5},
    "dual criterion two arms": {"decision_value": 0.1},
    "dual criterion mean difference": {"decision_value": 0.5},
}
"""What those need that have no usual settings."""
BENCHMARKS = {
    "binomial": 0.4,
    "beta binomial": 0.4,
    "dual criterion": 0.4,
    "z one proportion": 0.4,
    "responses": 0.4,
    "one-sample t": 1.0,
    "posterior mean against benchmark": 1.0,
    "rate against benchmark": 2.0,
    "poisson against benchmark": 2.0,
    "posterior rate against benchmark": 2.0,
    "one-sample log-rank": 8.0,
    "one-sample poisson": 8.0,
    "posterior hazard against benchmark": 8.0,
}


def each_analysis() -> list[Analysis]:
    """One of every registered kind, with its usual settings."""
    return [analyses.get(kind)(**SETTINGS.get(kind, {})) for kind in analyses.kinds()]


def aim_for(analysis: Analysis, sign: int = 1) -> Aim:
    return Aim(sign, BENCHMARKS.get(analysis.kind, 0.0), 0.025)


def draw(
    analysis: Analysis, trials: int, participants: int, seed: int = 1, pairs: int = 1, missing: float = 0.0
) -> Observations:
    """Trials without a true effect (against the benchmark of `BENCHMARKS`), as an analysis reads them."""
    rng = np.random.default_rng(seed)
    shape = (trials, participants)
    endpoint = "continuous" if "continuous" in analysis.endpoints else min(analysis.endpoints)
    arm = np.ones(shape, dtype=np.int8)
    if analysis.comparator == "control arm":
        arm = (rng.permuted(np.tile(np.arange(participants) % 2, (trials, 1)), axis=1)).astype(np.int8)
    observed = None if missing == 0 else rng.random(shape) >= missing

    def outcomes(*more: int) -> np.ndarray:
        size = shape + more
        if endpoint == "binary":
            return (rng.random(size) < 0.4).astype(np.float64)
        if endpoint == "count":
            return rng.poisson(
                2.0 * rng.gamma(2.0, 0.5, shape).reshape(shape + (1,) * len(more)), size
            ).astype(float)
        if endpoint == "ordinal":
            return rng.integers(0, 4, size).astype(np.float64)
        return rng.normal(1.0, 1.5, size)

    if analysis.reads is Outcomes:
        return Outcomes(arm, observed, outcomes())
    if analysis.reads is Pairs:
        both = outcomes(2 * pairs)
        return Pairs(arm, observed, both[:, :, :pairs], both[:, :, pairs:])
    if analysis.reads is Courses:
        times = np.array([-12.0, -6.0, 0.0, 6.0, 12.0])
        line = rng.normal(0, 5, (*shape, 1)) + rng.normal(0, 0.3, (*shape, 1)) * times
        return Courses(arm, observed, line + rng.normal(0, 1.0, (*shape, 5)), times)
    assert analysis.reads is Events
    time, lost = rng.exponential(8.0 / np.log(2), shape), rng.exponential(40.0, shape)
    entry = np.sort(rng.uniform(0, 12, shape), axis=1)
    return Events(arm, observed, entry, np.minimum(time, lost), time <= lost)


def cut_at(seen: Observations, included: int | np.ndarray, month: float = 24.0) -> Cut:
    trials = seen.shape[0]
    return Cut(np.broadcast_to(np.asarray(included, dtype=np.int64), trials).copy(), np.full(trials, month))


def only(seen: Observations, rows: object) -> Observations:
    """Some of the trials."""
    parts = {
        name: value[rows]
        for name, value in vars(seen).items()
        if isinstance(value, np.ndarray) and name != "times"
    }
    return replace(seen, **parts)


def participants(seen: Observations, columns: object) -> Observations:
    """Some of the participants of each trial, or the same in another order."""
    parts = {
        name: value[:, columns]
        for name, value in vars(seen).items()
        if isinstance(value, np.ndarray) and name != "times"
    }
    return replace(seen, **parts)
