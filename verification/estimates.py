"""Requirement: what is reported after looks and adaptations is near the truth, and how near is known."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from handful.engine.trials import Trials
from handful.engine.truth import Truth
from verification.case import Case
from verification.conducted import conducted
from verification.designs import cases
from verification.verdicts import Study, Verdict

REQUIREMENT = "bias and coverage of what is reported after looks and adaptations are known"


def of_case(case: Case, setting: str, told: Trials, truth: Truth) -> Iterator[Verdict]:
    """Bias, and how often the truth lies below the estimate and outside each limit, of one case in one truth."""
    alpha, promise = case.plan.aim.alpha, case.estimates
    value, here = told.estimate, np.isfinite(told.estimate)
    known = int(here.sum())
    if known == 0:
        return
    true = np.asarray(truth.benefits)[told.hypothesis][here]
    off = value[here] - true
    yield Verdict(
        REQUIREMENT,
        case.name,
        setting,
        "bias",
        float(off.mean()),
        float(off.std()) / math.sqrt(known),
        "reported",
    )
    shares = (
        ("estimates above the truth", off > 0, promise.above, 0.5),
        ("lower limits above the truth", told.lower[here] > true, promise.lower, alpha),
        ("upper limits below the truth", told.upper[here] < true, promise.upper, alpha),
    )
    for what, hits, relation, limit in shares:
        required = None if relation == "reported" else limit
        yield Verdict.share(REQUIREMENT, case.name, setting, what, int(hits.sum()), known, relation, required)


def bias_and_coverage(trials: int, named: str) -> Iterator[Verdict]:
    """The verdicts on every case in every truth."""
    for case in cases(named):
        for setting, fields in (case.nulls | case.hoped).items():
            scenario = case.scenario(fields)
            told = conducted(case.plan, scenario, trials)
            yield from of_case(case, setting, told, Truth.of(case.plan, scenario))


STUDY = Study(
    "estimates",
    "Bias of the reported estimate, and how often each limit of its interval misses the truth.",
    bias_and_coverage,
    trials=100_000,
)
