"""Allocation to control and several treatments, which an adaptation can steer."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from handful.designs.adaptation import Steering
from handful.designs.pieces import Allocation
from handful.kernels.several_arms import deal_from, draw_from
from handful.participants.observations import Arms, Flags, Integers
from handful.participants.potential import Participants


@dataclass(frozen=True)
class DealtArms(Allocation):
    """Permuted blocks of control and several treatments; a dropped arm loses its places in the blocks to come.

    Attributes:
        places: Places of each arm in a block, control first.
        subgroup: Name of the factor whose bearers alone may be let in later; None when the design has no subgroup.
    """

    places: tuple[int, ...]
    subgroup: str | None = None

    @property
    def block(self) -> int:
        """Participants in a block of all arms."""
        return sum(self.places)

    @property
    def weights(self) -> tuple[float, ...]:
        """Places of each arm in a block."""
        return tuple(float(place) for place in self.places)

    def assign(self, people: Participants) -> Arms:
        """Block after block from the first participant."""
        trials = people.block.trials
        start = Steering.at_the_start(trials, self.weights, (people.count,), 1)
        return self.reassign(people, np.zeros(people.shape, np.int8), np.zeros(trials, np.int64), start)

    def reassign(self, people: Participants, arm: Arms, start: Integers, steering: Steering) -> Arms:
        """New blocks from `start` on, of the arms that are left."""
        places = np.rint(steering.weights).astype(np.int64)
        return deal_from(arm, people.lots, start, places, _may_enrol(people, self.subgroup, steering))

    def sizes(self, included: int) -> tuple[int, int] | None:
        """Known for one treatment when `included` ends with a whole block."""
        if len(self.places) != 2 or included % sum(self.places):
            return None
        blocks = included // sum(self.places)
        return blocks * self.places[0], blocks * self.places[1]

    def describe(self) -> str:
        """In words."""
        control, *treatments = self.places
        shared = gcd(*self.places)
        ratio = ":".join(str(place // shared) for place in (*treatments, control))
        arms = "treatment" if len(treatments) == 1 else f"{len(treatments)} treatments"
        return f"Participants are randomised {ratio} ({arms}, then control) in permuted blocks of {sum(self.places)}."


@dataclass(frozen=True)
class DrawnArms(Allocation):
    """Independent draws among control and several treatments, with chances that an adaptation may change.

    Attributes:
        chances: Chance of each arm at the start, control first.
        subgroup: Name of the factor whose bearers alone may be let in later; None when the design has no subgroup.
    """

    chances: tuple[float, ...]
    subgroup: str | None = None

    @property
    def weights(self) -> tuple[float, ...]:
        """Chance of each arm at the start."""
        return self.chances

    def assign(self, people: Participants) -> Arms:
        """An independent draw for each participant."""
        trials = people.block.trials
        start = Steering.at_the_start(trials, self.weights, (people.count,), 1)
        return self.reassign(people, np.zeros(people.shape, np.int8), np.zeros(trials, np.int64), start)

    def reassign(self, people: Participants, arm: Arms, start: Integers, steering: Steering) -> Arms:
        """Draws with the new chances from `start` on."""
        enrols = _may_enrol(people, self.subgroup, steering)
        return draw_from(arm, people.lots, start, steering.weights, enrols)

    def sizes(self, included: int) -> None:
        """Left to chance."""
        return

    def describe(self) -> str:
        """In words."""
        chances = ", ".join(f"{100 * chance:.3g}%" for chance in self.chances[1:])
        return f"Each participant's arm is drawn: control with a chance of {100 * self.chances[0]:.3g}%, treatment {chances}."


def _may_enrol(people: Participants, subgroup: str | None, steering: Steering) -> Flags:
    """Who is let in, now that some trials may have turned to the subgroup."""
    if subgroup is None or not steering.only_subgroup.any():
        return np.ones(people.shape, dtype=np.bool_)
    return people.has(subgroup) | ~steering.only_subgroup[:, None]
