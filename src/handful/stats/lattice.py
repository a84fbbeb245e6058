"""Walks on a lattice of counts: the probability of every possible trial, without a random number.

Participants are added one at a time to a grid of counts. At each look some of the mass is taken out, because those trials
stop; what is left walks on. A whole range of chances (say of a nuisance parameter) is walked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Move:
    """One result that a participant can have: where it moves the counts, and the name of its chance.

    Attributes:
        shift: What is added to each count, 0 or 1.
        chance: Product of named chances; a name led by `not ` is the complement.
    """

    shift: tuple[int, ...]
    chance: tuple[str, ...]


class Walked(Protocol):
    """What can be walked from one look to the next."""

    def advance(self, mass: Floats, chances: Mapping[str, Floats]) -> Floats:
        """The probability of each combination of counts after it; as `advance`."""

    @property
    def degree(self) -> int:
        """Most of the named chances that one trial can use here: what it adds is a polynomial in them of this degree."""


@dataclass(frozen=True)
class Stage:
    """The participants between two looks: groups of so many participants who share their possible moves."""

    groups: tuple[tuple[int, tuple[Move, ...]], ...]

    def advance(self, mass: Floats, chances: Mapping[str, Floats]) -> Floats:
        """Add the participants one by one."""
        for participants, moves in self.groups:
            weights = [_weight(move, chances) for move in moves]
            for _ in range(participants):
                mass = _step(mass, moves, weights)
        return mass

    @property
    def degree(self) -> int:
        """Participants, times the chances that each uses."""
        return sum(number * max(len(move.chance) for move in moves) for number, moves in self.groups)


def start(dimensions: int, points: int) -> Floats:
    """All mass on counts of zero.

    Args:
        dimensions: How many counts there are.
        points: How many sets of chances are walked at once.

    Returns:
        Array of shape (points, 1, ..., 1) holding 1.

    Example:
        >>> start(dimensions=2, points=3).shape
        (3, 1, 1)
    """
    return np.ones((points, *(1,) * dimensions))


def advance(mass: Floats, stage: Walked, chances: Mapping[str, Floats]) -> Floats:
    """Add the participants of a stage to every possible trial.

    Args:
        mass: Probability of each combination of counts, shape (points, *grid).
        stage: Whom to add.
        chances: Named chances, each of shape (points,).

    Returns:
        Probabilities after the stage; the grid has grown by the largest possible shifts.

    Example:
        >>> coin = Stage(((2, (Move((1,), ("head",)), Move((0,), ("not head",)))),))
        >>> advance(start(1, 1), coin, {"head": np.array([0.5])}).tolist()
        [[0.25, 0.5, 0.25]]
    """
    return stage.advance(mass, chances)


def _weight(move: Move, chances: Mapping[str, Floats]) -> Floats:
    """Chance of a move at each point."""
    weight = np.ones(1)
    for name in move.chance:
        weight = weight * (1.0 - chances[name[4:]] if name.startswith("not ") else chances[name])
    return weight


def _step(mass: Floats, moves: tuple[Move, ...], weights: list[Floats]) -> Floats:
    """Add one participant."""
    axes = range(mass.ndim - 1)
    reach = [max(move.shift[axis] for move in moves) for axis in axes]
    grown = np.zeros((mass.shape[0], *(n + r for n, r in zip(mass.shape[1:], reach, strict=True))))
    for move, weight in zip(moves, weights, strict=True):
        window = tuple(slice(s, s + n) for s, n in zip(move.shift, mass.shape[1:], strict=True))
        grown[(slice(None), *window)] += weight.reshape(-1, *(1,) * (mass.ndim - 1)) * mass
    return grown
