"""Every analysis estimates what its endpoint measures: in large trials no bias is left and intervals cover, for whatever endpoint
it says it serves.

An estimate on another scale, such as a difference in counts where the endpoint is measured by the ratio of rates, would give
bias and coverage without meaning and without a word. A consistent estimate has a bias that falls with the number of
participants, here far below a twentieth of the truth; a wrong scale errs by a third of it and more.
"""

from __future__ import annotations

import pytest

import handful as hf
from handful.analyses.base import Analysis
from handful.designs.base import Question
from handful.designs.registry import families
from handful.participants.endpoint import Endpoint
from handful.scenarios.registry import scenario_kinds
from handful.spec.validation import validate
from tests.unit.analyses.trials_of_each_kind import each_analysis

PARTICIPANTS, TRIALS = 120, 400
ENDPOINTS = {
    "binary": Endpoint(name="response", kind="binary", known_after=12),
    "continuous": Endpoint(name="score", kind="continuous", known_after=12),
    "count": Endpoint(name="bleeds", kind="count", better="lower", known_after=12),
    "time to event": Endpoint(name="death", kind="time to event", known_after=12),
    "ordinal": Endpoint(name="impression", kind="ordinal", categories=("worse", "same", "better")),
}
TRUTHS: dict[str, dict[str, object]] = {
    "binary": {"untreated": 0.4, "treated": 0.7, "correlation": 0.3},
    "continuous": {"untreated": {"mean": 0, "sd": 1.5, "correlation": 0.1}, "effect": 2},
    "count": {"untreated": 4, "treated": 2, "dispersion": 0.5},
    "time to event": {"untreated": {"median": 8}, "hazard ratio": 0.5},
    "ordinal": {"untreated": [0.3, 0.4, 0.3], "treated": [0.1, 0.3, 0.6]},
}
BENCHMARKS = {"binary": 0.4, "continuous": 0.0, "count": 4.0, "time to event": 8.0}
POISSON = frozenset({"poisson against benchmark", "posterior rate against benchmark", "posterior rate ratio"})
"""Analyses that take counts to vary no more than by chance; where people differ more, their intervals are too short."""
COURSE = {"baseline": {"mean": 0, "sd": 2, "within sd": 1}}
"""Slopes are read from several measurements before treatment."""
FAMILIES: dict[str, list[tuple[str, dict[str, object]]]] = {
    "benchmark": [("single arm", {})],
    "control arm": [("randomised", {})],
    "own control": [("within participant", {}), ("own control", {"lead in": "12 months"})],
}


def design(analysis: Analysis, endpoint: str) -> hf.Design | None:
    """The first family that can conduct an analysis; None when none does with this endpoint."""
    for family, more in FAMILIES[analysis.comparator]:
        asked = {"kind": family, "participants": PARTICIPANTS, "analysis": analysis, **more}
        if family == "single arm":
            asked["benchmark"] = BENCHMARKS[endpoint]
        made = validate(families.get(family), asked)
        try:
            made.plan(Question(ENDPOINTS[endpoint]))
        except ValueError:
            continue
        return made
    return None


NOT_TO_BE_CHOSEN = frozenset({"responses"})
"""Counts of responses, which some families compare with thresholds of their own; it estimates as `binomial` does."""
CASES = [
    (one, endpoint)
    for one in each_analysis()
    if one.kind not in NOT_TO_BE_CHOSEN
    for endpoint in sorted(one.endpoints)
]


@pytest.mark.parametrize(
    ("analysis", "endpoint"), CASES, ids=[f"{one.kind}, {endpoint}" for one, endpoint in CASES]
)
def test_large_trials_leave_no_bias_and_their_intervals_cover(analysis: Analysis, endpoint: str) -> None:
    chosen = design(analysis, endpoint)
    assert chosen is not None, "no family conducts it"
    more = COURSE if "slope" in analysis.kind else {"dispersion": 0} if analysis.kind in POISSON else {}
    truth = validate(scenario_kinds.get(endpoint), {**TRUTHS[endpoint], **more})
    told = hf.simulate(chosen, truth, ENDPOINTS[endpoint], trials=TRIALS).characteristics
    assert told.bias.value is not None
    assert abs(told.bias.value) <= 4 * told.bias.error + told.truth / 20
    # Intervals by large-sample theory are let off with two points at this size; a wrong scale or level misses by far more.
    assert told.coverage.value is not None
    assert told.coverage.value >= 0.95 - 0.02 - 4 * (0.95 * 0.05 / TRIALS) ** 0.5
