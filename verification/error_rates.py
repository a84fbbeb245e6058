"""Requirement: a false claim is made no more often than the level says, at the worst point of the null."""

from __future__ import annotations

from collections.abc import Iterator

from handful.engine import exact
from handful.engine.truth import Truth
from verification.conducted import summed
from verification.designs import cases
from verification.verdicts import Relation, Study, Verdict

REQUIREMENT = "a claim that is false is made at most as often as the level says"


def family_wise(trials: int, named: str) -> Iterator[Verdict]:
    """Chance of any false claim of every case at every null, and exactly over the boundary where trials can be enumerated."""
    for case in cases(named):
        plan = case.plan
        relation: Relation = "reported" if case.known_inflation else "at most"
        limit = None if case.known_inflation else plan.aim.alpha
        lattice = exact.lattice_of(plan)
        if lattice is not None:
            worst, where = exact.worst_type_one_error(plan, lattice)
            at = "the null" if where is None else f"{lattice.null.nuisance} of {where:.3f}"
            yield Verdict(REQUIREMENT, case.name, at, "type I error (exact)", worst, 0.0, relation, limit)
        for setting, fields in case.nulls.items():
            scenario = case.scenario(fields)
            if not any(Truth.of(plan, scenario).nulls):
                raise ValueError(
                    f"{setting!r} of {case.name!r} has no hypothesis that could be claimed falsely"
                )
            s = summed(plan, scenario, trials)
            yield Verdict.share(
                REQUIREMENT, case.name, setting, "false claims", s.false_claims, s.trials, relation, limit
            )


STUDY = Study(
    "error rates", "Every family makes false claims no more often than its level says.", family_wise
)
