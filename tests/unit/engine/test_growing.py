"""A trial that may become larger than planned: who has to come, and which engine may speak of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.special import pdtr

from handful.analyses.base import Aim
from handful.analyses.registry import make
from handful.designs.adaptation import Adaptation, Interim, Steering
from handful.designs.arrangements import SideBySide
from handful.designs.base import Plan, most_arrivals
from handful.designs.pieces import KnownOutcomes, PermutedBlocks, Thresholds
from handful.engine import exact, numeric
from handful.engine.conduct import conduct
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.scenarios.binary import BinaryScenario

ENDPOINT = Endpoint(name="response", kind="binary", known_after=9)
TRUTH = BinaryScenario(untreated=0.3, treated=0.5)
NEVER = Thresholds((np.inf, np.inf), (-np.inf, -np.inf))


@dataclass(frozen=True)
class Grow(Adaptation):
    """Every trial gets all who can be enrolled."""

    total: int = 40

    def adapt(self, interim: Interim) -> Steering:
        sizes = interim.steering.sizes.copy()
        sizes[:, 1] = self.total
        return replace(interim.steering, sizes=sizes)

    def describe(self) -> list[str]:
        return ["The trial grows."]


def plan(adaptation: Adaptation | None, kind: str = "z pooled") -> Plan:
    return Plan(
        endpoint=ENDPOINT,
        participants=40,
        arrangement=SideBySide(),
        allocation=PermutedBlocks(),
        looks=KnownOutcomes((12, 20)),
        analysis=make(kind),
        aim=Aim(),
        rule=NEVER,
        adaptation=adaptation,
    )


@pytest.mark.parametrize("rate", ["1 per month", "6 per month", "60 per month"])
def test_a_trial_that_grows_finds_its_participants_although_some_were_turned_away(rate):
    truth = TRUTH.replace(recruitment={"rate": rate}, product={"waiting time": 2})
    growing = plan(Grow())
    trials = conduct(growing, growing.people(truth, Block(3, 0, 400)))
    assert trials.finished.all()
    assert (trials.enrolled == 40).all()
    assert plan(None).arrivals(truth) == 40
    assert growing.arrivals(TRUTH) == 40, "nobody is turned away where all are there at the start"


def test_whoever_comes_while_enrolment_is_closed_is_counted_once_in_a_million():
    for expected in (0.5, 7.0, 66.0, 700.0):
        assert (
            pdtr(most_arrivals(expected), expected) >= 1 - 1e-6 > pdtr(most_arrivals(expected) - 1, expected)
        )


def test_no_engine_counts_or_integrates_trials_that_change_their_size():
    assert exact.lattice_of(plan(None)) is not None
    assert exact.lattice_of(plan(Grow())) is None
    assert numeric.process_of(plan(None), TRUTH) is not None
    assert numeric.process_of(plan(Grow()), TRUTH) is None
