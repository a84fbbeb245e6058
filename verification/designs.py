"""All designs under verification: each family, with the truths at which its claims are hardest to keep."""

from __future__ import annotations

from verification import (
    bayesian,
    populations,
    reassessment,
    responses,
    several_arms,
    single_groups,
    times_to_events,
    two_arms,
)
from verification.case import Case

CASES: tuple[Case, ...] = (
    *single_groups.CASES,
    *two_arms.CASES,
    *several_arms.CASES,
    *populations.CASES,
    *reassessment.CASES,
    *bayesian.CASES,
    *responses.CASES,
    *times_to_events.CASES,
)


def cases(named: str) -> tuple[Case, ...]:
    """The cases whose name contains a text, whatever its capitals."""
    return tuple(case for case in CASES if named.lower() in case.name.lower())
