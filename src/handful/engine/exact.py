"""The exact engine: every possible trial of a design whose decisions depend on counts.

The engine adds participants one at a time to a grid of counts, and at each look takes out the trials that stop. It walks
all paths, so its figures carry no Monte Carlo error. A whole range of chances is walked at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Lattice, Move
from handful.designs.base import Plan
from handful.designs.pieces import CoinFlip, Decision
from handful.analyses.base import Evidence

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stopped:
    """Probability of stopping at one look, over the grid of counts.

    Attributes:
        look: Number of the look, from 0.
        success: Mass of trials that claim benefit, shape (points, *grid).
        failure: Mass of trials that end without it.
    """

    look: int
    success: Floats
    failure: Floats


def lattice_of(plan: Plan) -> Lattice | None:
    """The lattice of a plan, or None when its trials cannot be enumerated."""
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
    points = len(next(iter(chances.values())))
    first = lattice.statistic[0]
    mass = np.zeros((points, *(1,) * first.ndim))
    mass[...] = 1.0
    last = len(lattice.stages) - 1
    for look, stage in enumerate(lattice.stages):
        for repeats, moves in stage.groups:
            weights = [_weight(move, chances) for move in moves]
            for _ in range(repeats):
                mass = _advance(mass, moves, weights)
        statistic = lattice.statistic[look]
        said = plan.rule.decide(look, Evidence(statistic.reshape(-1, 1)))[:, 0].reshape(statistic.shape)
        success = np.where(said == Decision.SUCCESS, mass, 0.0)
        stop = (said != Decision.SUCCESS) if look == last else (said == Decision.FUTILITY)
        failure = np.where(stop, mass, 0.0)
        yield Stopped(look, success, failure)
        mass = np.where(said == Decision.CONTINUE, mass, 0.0)


def _weight(move: Move, chances: Mapping[str, Floats]) -> Floats:
    """Chance of a move at each point."""
    weight = np.ones(len(next(iter(chances.values()))))
    for name in move.chance:
        weight = weight * (1.0 - chances[name[4:]] if name.startswith("not ") else chances[name])
    return weight


def _advance(mass: Floats, moves: tuple[Move, ...], weights: list[Floats]) -> Floats:
    """Add one participant to every possible trial."""
    reach = [max(move.shift[axis] for move in moves) for axis in range(mass.ndim - 1)]
    grown = np.zeros((mass.shape[0], *(n + r for n, r in zip(mass.shape[1:], reach, strict=True))))
    column = (slice(None), *(None,) * (mass.ndim - 1))
    for move, weight in zip(moves, weights, strict=True):
        window = tuple(slice(s, s + n) for s, n in zip(move.shift, mass.shape[1:], strict=True))
        grown[(slice(None), *window)] += weight[column] * mass
    return grown
