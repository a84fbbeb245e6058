"""Exact boundaries keep the error that may be spent, look by look, wherever on the boundary of the null the truth lies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from handful.designs.base import Plan, Question
from handful.designs.registry import families
from handful.engine import exact
from handful.participants.endpoint import Endpoint
from tests.statistical.random_designs import group_sequential, single_arms

ALPHA = 0.05


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    spec=single_arms().map(lambda spec: spec | {"kind": "single arm"})
    | group_sequential().map(lambda spec: spec | {"kind": "group sequential"}),
    nuisance=st.floats(0, 1),
)
def test_no_look_spends_more_than_it_may(spec: dict[str, Any], nuisance: float) -> None:
    design = families.get(spec["kind"]).model_validate(spec | {"boundaries": "exact"})
    try:
        plan = design.plan(Question(Endpoint(name="response", kind="binary"), ALPHA))
    except ValueError:  # looks that do not fit, arms left to chance
        reject()
    lattice = exact.lattice_of(plan)
    assert lattice is not None
    # Futility that need not be obeyed must not be counted on.
    free = plan if plan.rule.binding else _without_futility(plan)
    fractions = np.asarray(plan.looks.planned()) / plan.looks.planned()[-1]
    allowed = np.asarray(design.spending.function().spent(fractions, ALPHA))  # type: ignore[attr-defined]
    chances = lattice.null.at(np.array([nuisance]))
    spent = np.cumsum([stopped.success.sum() for stopped in exact.walk(free, lattice, chances)])
    assert (spent <= allowed + 1e-9).all()
    assert exact.worst_type_one_error(free, lattice)[0] <= ALPHA + 1e-9


def _without_futility(plan: Plan) -> Plan:
    return replace(plan, rule=replace(plan.rule, lower=(-np.inf,) * plan.looks.number))
