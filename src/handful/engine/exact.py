"""The exact engine: every possible trial of a design whose decisions depend on counts.

Its figures carry no Monte Carlo error. It answers where a plan has a lattice and the scenario says the chances of every
result a participant can have; else the numeric or the simulating engine must.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Estimate, Evidence, Lattice
from handful.designs.base import Plan
from handful.designs.pieces import CoinFlip, Decision, KnownOutcomes
from handful.stats.lattice import advance, start
from handful.stats.worst_case import polynomial_maximum

Floats = NDArray[np.float64]

_CELLS_AT_ONCE = 1_000_000
"""Counts, times sets of chances, that are walked side by side: eight megabytes."""


@dataclass(frozen=True)
class Stopped:
    """Probability of stopping at one look, over the grid of counts.

    Attributes:
        look: Number of the look, from 0.
        success: Mass of trials that claim benefit, shape (points, *grid).
        failure: Mass of trials that end without it.
        harm: Mass of those of them in which harm is found; None where the rule knows none.
    """

    look: int
    success: Floats
    failure: Floats
    harm: Floats | None = None


@dataclass(frozen=True)
class ExactCharacteristics:
    """Operating characteristics of a design under one set of chances, without error.

    Attributes:
        success_at: Probability of claiming benefit at each look.
        failure_at: Probability of ending without a claim at each look.
        harm_at: Probability of ending for harm at each look, which is part of that; None where the rule knows no harm.
        analysed: Expected participants analysed.
        bias: Expectation of the reported estimate minus the truth, given that it is defined.
        rmse: Root of the mean squared error, likewise.
        coverage: Probability that the reported interval covers the truth, likewise.
        defined: Probability that the estimate is defined.
    """

    success_at: Floats
    failure_at: Floats
    harm_at: Floats | None
    analysed: float
    bias: float
    rmse: float
    coverage: float
    defined: float

    @property
    def success(self) -> float:
        """Probability of claiming benefit."""
        return float(self.success_at.sum())


def lattice_of(plan: Plan) -> Lattice | None:
    """The lattice of a plan, or None when its trials cannot be enumerated.

    They cannot when they do not all have the sizes planned, or when what is steered depends on more than the results of
    those who were allocated before.
    """
    if not isinstance(plan.looks, KnownOutcomes):
        return None
    if plan.adaptation is not None:
        policy = plan.adaptation.policy(plan.looks.planned())
        at_once = plan.endpoint.known_after == 0 and plan.arrangement.lead_in == 0
        return (
            plan.analysis.drawn_lattice(policy, plan.looks.planned(), plan.aim)
            if policy and at_once
            else None
        )
    coin_flip = isinstance(plan.allocation, CoinFlip)
    sizes: list[tuple[int, int]] = []
    for included in plan.looks.planned():
        split = (0, included) if coin_flip else plan.allocation.sizes(included)
        if split is None:
            return None
        sizes.append(split)
    return plan.analysis.lattice(sizes, plan.aim, coin_flip=coin_flip)


def walk(plan: Plan, lattice: Lattice, chances: Mapping[str, Floats]) -> Iterator[Stopped]:
    """Walk all trials, look by look.

    Args:
        plan: The design, for its rule.
        lattice: Its lattice.
        chances: The named chances, each of shape (points,).

    Yields:
        What stops at each look; at the last look everything does.
    """
    mass = start(lattice.statistic[0].ndim, len(next(iter(chances.values()))))
    last = len(lattice.stages) - 1
    for look, stage in enumerate(lattice.stages):
        mass = advance(mass, stage, chances)
        statistic = lattice.statistic[look]
        said = plan.rule.decide(look, Evidence(statistic.reshape(-1, 1)))[:, 0].reshape(statistic.shape)
        success = np.where(said == Decision.SUCCESS, mass, 0.0)
        ends = (said != Decision.SUCCESS) if look == last else (said < Decision.CONTINUE)
        harm = None if plan.rule.harm is None else np.where(said == Decision.HARM, mass, 0.0)
        yield Stopped(look, success, np.where(ends, mass, 0.0), harm)
        mass = np.where(said == Decision.CONTINUE, mass, 0.0)


def success_probability(plan: Plan, lattice: Lattice, chances: Mapping[str, Floats]) -> Floats:
    """Probability of claiming benefit at each set of chances, shape (points,)."""
    points = len(next(iter(chances.values())))
    at_once = max(1, _CELLS_AT_ONCE // max(table.size for table in lattice.statistic))
    total = np.zeros(points)
    for first in range(0, points, at_once):
        some = slice(first, first + at_once)
        for stopped in walk(plan, lattice, {name: values[some] for name, values in chances.items()}):
            total[some] += stopped.success.reshape(len(stopped.success), -1).sum(axis=1)
    return total


def worst_type_one_error(plan: Plan, lattice: Lattice) -> tuple[float, float | None]:
    """Type I error at the worst point of the null hypothesis.

    Args:
        plan: The design.
        lattice: Its lattice.

    Returns:
        (largest probability of a false claim, nuisance parameter at which it occurs; None when the null is one point).
    """
    if lattice.null.is_point:
        return float(success_probability(plan, lattice, lattice.null.at(np.zeros(1)))[0]), None
    degree = sum(stage.degree for stage in lattice.stages)
    return polynomial_maximum(
        lambda nuisance: success_probability(plan, lattice, lattice.null.at(nuisance)), degree
    )


def characteristics(
    plan: Plan, lattice: Lattice, chances: Mapping[str, float], truth: float
) -> ExactCharacteristics:
    """Operating characteristics of a plan under one set of chances.

    Args:
        plan: The design.
        lattice: Its lattice.
        chances: The named chances.
        truth: True benefit, against which the reported estimate is held.

    Returns:
        The characteristics.
    """
    at_one_point = {name: np.array([chance]) for name, chance in chances.items()}
    estimates = plan.estimator.of_counts(lattice)
    planned = plan.looks.planned()
    success_at, failure_at, harm_at = (np.zeros(len(planned)) for _ in range(3))
    sums = np.zeros(4)
    for stopped in walk(plan, lattice, at_one_point):
        success_at[stopped.look] = stopped.success.sum()
        failure_at[stopped.look] = stopped.failure.sum()
        harm_at[stopped.look] = 0.0 if stopped.harm is None else stopped.harm.sum()
        stops = (stopped.success + stopped.failure)[0]
        if stops.any():
            sums += _errors(stops, estimates[stopped.look], truth)
    defined, off, squared, covered = sums
    held = defined if defined > 0 else np.nan
    return ExactCharacteristics(
        success_at=success_at,
        failure_at=failure_at,
        harm_at=None if plan.rule.harm is None else harm_at,
        analysed=float((success_at + failure_at) @ np.asarray(planned)),
        bias=float(off / held),
        rmse=float(np.sqrt(squared / held)),
        coverage=float(covered / held),
        defined=float(defined),
    )


def _errors(mass: Floats, estimate: Estimate, truth: float) -> Floats:
    """Sums over the trials that stop at one look: mass, error, squared error, coverage; defined estimates only."""
    known = np.isfinite(estimate.value) & (mass > 0)
    weight, off = mass[known], estimate.value[known] - truth
    covers = (estimate.lower[known] <= truth) & (truth <= estimate.upper[known])
    return np.array([weight.sum(), weight @ off, weight @ (off * off), weight @ covers])
