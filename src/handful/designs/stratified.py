"""Randomisation in blocks of a subgroup and of everybody else apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from handful.designs.adaptation import Steering
from handful.designs.pieces import Allocation
from handful.kernels.several_arms import deal_from
from handful.kernels.streams import Purpose, uniforms
from handful.participants.observations import NOT_ENROLLED, Arms, Flags, Integers
from handful.participants.potential import Participants


@dataclass(frozen=True)
class StratifiedBlocks(Allocation):
    """Permuted blocks of one treatment and control, from a list for the subgroup and a list for the others.

    When only the subgroup is let in, its list goes on as it was.

    Attributes:
        places: Places of each arm in a block, control first.
        subgroup: Name of the factor that makes the subgroup.
    """

    places: tuple[int, int]
    subgroup: str

    @property
    def weights(self) -> tuple[float, ...]:
        """Places of each arm in a block."""
        return tuple(float(place) for place in self.places)

    def assign(self, people: Participants) -> Arms:
        """Block after block of each list."""
        block, members = people.block, people.has(self.subgroup)
        drawn = uniforms(block.seed, block.first, block.trials, people.count, Purpose.ALLOCATION)
        start = np.zeros(block.trials, dtype=np.int64)
        places = np.tile(np.asarray(self.places, dtype=np.int64), (block.trials, 1))

        def listed(who: Flags) -> Arms:
            return deal_from(np.zeros(people.shape, np.int8), drawn, start, places, who)

        return np.where(members, listed(members), listed(~members))

    def reassign(self, people: Participants, arm: Arms, start: Integers, steering: Steering) -> Arms:
        """The lists go on; from `start` on that of the others is closed where only the subgroup is wanted."""
        away = steering.only_subgroup[:, None] & (np.arange(people.count) >= start[:, None])
        return np.where(away & ~people.has(self.subgroup), np.int8(NOT_ENROLLED), arm)

    def sizes(self, included: int) -> None:
        """How many of each list are among the first is left to chance."""
        return

    def describe(self) -> str:
        """In words."""
        control, treated = self.places
        shared = gcd(control, treated)
        return (
            f"Participants are randomised {treated // shared}:{control // shared} (treated to control) in permuted blocks of "
            f"{sum(self.places)}, the subgroup and the others from lists of their own."
        )
