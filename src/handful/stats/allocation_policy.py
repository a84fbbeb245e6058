"""A response-adaptive allocation between two arms with binary outcomes, as a table over all counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import successes_of

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Codes = NDArray[np.unsignedinteger]

Rule = Callable[[Counts, Counts], Floats]
"""From successes and totals, each of shape (trials, arms), to the chance of each arm, same shape."""


@dataclass(frozen=True, eq=False)
class AllocationPolicy:
    """The chance of arm 1 in every state that a trial of two arms can reach.

    The chance is set anew at looks; until the next look participants are allocated independently with it. A table of codes and
    a short list of levels hold what a table of chances would: one byte a state for a policy of few levels.

    Attributes:
        participants: Participants of the trial.
        looks: Participants seen when the chance is set anew, rising from 0, shape (looks,).
        codes: Place in `levels` of every state at the looks, layer after layer in the order of `counts_at`.
        levels: Chances of arm 1, in [0, 1].

    Raises:
        ValueError: if looks, codes and levels do not fit each other.

    Example:
        >>> equal = AllocationPolicy.from_rule(10, lambda successes, totals: np.full(successes.shape, 0.5))
        >>> equal.levels, equal.codes.dtype.name, equal.codes.size
        (array([0.5]), 'uint8', 715)
    """

    participants: int
    looks: Counts
    codes: Codes
    levels: Floats

    def __post_init__(self) -> None:
        if self.participants < 1:
            raise ValueError(f"participants must be 1 or more, got {self.participants!r}")
        rising = np.concatenate([[-1], self.looks, [self.participants]])
        if self.looks[0] != 0 or np.any(np.diff(rising) <= 0):
            raise ValueError(f"looks must rise from 0 to less than {self.participants}, got {self.looks}")
        states = sum(states_at(int(look)) for look in self.looks)
        if self.codes.shape != (states,) or self.codes.max() >= self.levels.size:
            raise ValueError(f"codes must name one of {self.levels.size} levels for each of {states} states")
        if not np.all((self.levels >= 0.0) & (self.levels <= 1.0)):
            raise ValueError("levels must lie in [0, 1]")

    @classmethod
    def from_rule(cls, participants: int, rule: Rule, looks: Iterable[int] | None = None) -> AllocationPolicy:
        """Tabulate a rule.

        Args:
            participants: participants of the trial.
            rule: from successes and totals, each of shape (states, 2), to chances of both arms, same shape.
            looks: participants seen when the rule is asked again; at each participant by default. The start is always one.

        Returns:
            The policy.

        Raises:
            ValueError: if a look is out of range or a chance outside [0, 1].

        Example:
            >>> from handful.stats.allocation_rules import thall_wathen
            >>> from handful.stats.posterior_best import posterior_best
            >>> policy = AllocationPolicy.from_rule(
            ...     30, lambda successes, totals: thall_wathen(posterior_best(successes, totals), 0.5), looks=range(10, 30, 5)
            ... )
            >>> policy.looks.tolist()
            [0, 10, 15, 20, 25]
            >>> policy.chance([[1, 4]], [[5, 5]]).round(4)
            array([0.8304])
        """
        asked = range(participants) if looks is None else sorted({0, *looks})
        chances = [np.asarray(rule(*counts_at(look)), dtype=np.float64)[:, 1] for look in asked]
        levels, codes = np.unique(np.concatenate(chances), return_inverse=True)
        kind = np.uint8 if levels.size <= 256 else np.uint32
        return cls(participants, np.array(asked, dtype=np.int64), codes.astype(kind), levels)

    def shortened(self, participants: int) -> AllocationPolicy:
        """The policy of a trial that ends with fewer participants than were planned.

        Args:
            participants: how many there are, at least 1 and at most as many as planned.

        Returns:
            The same chances at the looks before the end.

        Raises:
            ValueError: if there are none, or more than planned.

        Example:
            >>> equal = AllocationPolicy.from_rule(10, lambda successes, totals: np.full(successes.shape, 0.5))
            >>> equal.shortened(4).looks.tolist()
            [0, 1, 2, 3]
        """
        if not 1 <= participants <= self.participants:
            raise ValueError(f"participants must be 1 .. {self.participants}, got {participants!r}")
        looks = self.looks[self.looks < participants]
        states = sum(states_at(int(look)) for look in looks)
        return AllocationPolicy(participants, looks, self.codes[:states], self.levels)

    def codes_at(self, total: int) -> Codes:
        """Place in `levels` of every state at a look.

        Args:
            total: participants at the look, one of `looks`.

        Returns:
            Shape (states,), in the order of `counts_at`.

        Example:
            >>> equal = AllocationPolicy.from_rule(10, lambda successes, totals: np.full(successes.shape, 0.5))
            >>> equal.codes_at(2).size
            10
        """
        start = sum(states_at(int(look)) for look in self.looks[self.looks < total])
        return self.codes[start : start + states_at(total)]

    def chance(self, successes: ArrayLike, totals: ArrayLike) -> Floats:
        """Chance of arm 1 for the next participants of trials at a look.

        Args:
            successes: responses on each arm, shape (trials, 2).
            totals: participants on each arm, same shape; the sum of each trial is one of the looks.

        Returns:
            Chances, shape (trials,).

        Raises:
            ValueError: if a trial is not at a look, or counts are out of range.

        Example:
            >>> both = AllocationPolicy.from_rule(4, lambda successes, totals: np.full(successes.shape, 0.5))
            >>> both.chance([[1, 0]], [[2, 1]])
            array([0.5])
        """
        responses, sizes = successes_of(successes, totals, ("successes", "totals"))
        enrolled = sizes.sum(axis=1)
        look = np.searchsorted(self.looks, enrolled)
        if np.any(self.looks[np.minimum(look, self.looks.size - 1)] != enrolled):
            raise ValueError(f"the chance is set at {self.looks} participants, not at {np.unique(enrolled)}")
        starts = np.cumsum([0, *(states_at(int(total)) for total in self.looks[:-1])])
        state = place_of(responses[:, 0], sizes[:, 0] - responses[:, 0], responses[:, 1], enrolled)
        chances: Floats = self.levels[self.codes[starts[look] + state]]
        return chances


def states_at(total: int) -> int:
    """Number of states with so many participants.

    Args:
        total: participants on both arms.

    Returns:
        (total + 3 over 3).

    Example:
        >>> states_at(2)
        10
    """
    return comb(total + 3, 3)


def counts_at(total: int) -> tuple[Counts, Counts]:
    """List the states with so many participants, in the order in which policies and final counts hold them.

    Args:
        total: participants on both arms.

    Returns:
        Successes and totals of both arms, each of shape (states, 2).

    Example:
        >>> successes, totals = counts_at(1)
        >>> successes.tolist(), totals.tolist()
        ([[0, 0], [0, 1], [0, 0], [1, 0]], [[0, 1], [0, 1], [1, 0], [1, 0]])
    """
    s0, f0, s1 = np.indices((total + 1,) * 3).reshape(3, -1)
    possible = s0 + f0 + s1 <= total
    s0, n0, s1 = s0[possible], (s0 + f0)[possible], s1[possible]
    return np.stack([s0, s1], axis=1), np.stack([n0, total - n0], axis=1)


def place_of(s0: Counts, f0: Counts, s1: Counts, total: Counts) -> Counts:
    """Place of states in the list of `counts_at`.

    Args:
        s0: successes on arm 0.
        f0: failures on arm 0.
        s1: successes on arm 1.
        total: participants on both arms; all four broadcast.

    Returns:
        Places from 0.

    Example:
        >>> int(place_of(np.array(1), np.array(0), np.array(0), np.array(1)))
        3
    """
    left = total - s0
    before = _tetrahedral(total) - _tetrahedral(left)
    place: Counts = before + f0 * (left + 1) - f0 * (f0 - 1) // 2 + s1
    return place


def _tetrahedral(total: Counts) -> Counts:
    """The number of states, of arrays."""
    number: Counts = (total + 1) * (total + 2) * (total + 3) // 6
    return number
