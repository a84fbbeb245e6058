"""Thresholds for benefit and for harm, calibrated over all possible trials."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handful.designs.base import Question
from handful.designs.group_sequential import GroupSequential
from handful.designs.pieces import Thresholds
from handful.engine import exact
from handful.participants.endpoint import Endpoint

NUISANCE = np.linspace(0, 1, 401)
LEVEL = 0.025


@pytest.mark.parametrize(("participants", "allocation"), [(36, "1:1"), (36, "2:1")])
@pytest.mark.parametrize("analysis", ["boschloo", "z pooled"])
def test_either_side_keeps_its_level_wherever_the_truth_lies(
    participants: int, allocation: str, analysis: str
):
    design = GroupSequential(
        participants=participants, allocation=allocation, sided=2, boundaries="exact", analysis=analysis
    )
    plan = design.plan(Question(Endpoint(name="response", kind="binary")))
    lattice = exact.lattice_of(plan)
    assert lattice is not None
    assert plan.rule.harm is not None
    chances = lattice.null.at(NUISANCE)
    # Harm is benefit in a world with the sign of the statistic turned.
    turned = replace(lattice, statistic=tuple(-table for table in lattice.statistic))
    rule = Thresholds(
        tuple(-limit for limit in plan.rule.harm),
        plan.rule.lower,
        harm=tuple(-limit for limit in plan.rule.upper),
    )
    benefit = exact.success_probability(plan, lattice, chances)
    harm = exact.success_probability(replace(plan, rule=rule), turned, chances)
    assert LEVEL / 2 < benefit.max() <= LEVEL + 1e-9
    assert LEVEL / 2 < harm.max() <= LEVEL + 1e-9
    if allocation == "1:1":
        np.testing.assert_allclose(harm, benefit, atol=1e-12)
