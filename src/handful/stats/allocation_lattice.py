"""Walks over all counts of a trial of two arms whose allocation follows the results.

The chance of treatment depends on the counts themselves, so the states are those of `handful.stats.allocation_policy`, in one
row, and not a grid that participants are added to one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.kernels.bandit import block_later
from handful.stats.allocation_policy import AllocationPolicy, states_at

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PolicyStage:
    """The participants between two looks, allocated by a policy to control (arm 0) or treatment (arm 1).

    Attributes:
        policy: The allocation; its chance is set anew at `first`.
        first: Participants before the stage.
        last: Participants after it.

    Raises:
        ValueError: if the policy sets no chance at `first`, or the stage is empty or goes beyond its end.

    Example:
        >>> from handful.stats.bernoulli_bandit import optimal_policy
        >>> stage = PolicyStage(optimal_policy(4).policy, 0, 2)
        >>> chances = {"control": np.array([0.5, 0.2]), "treated": np.array([0.5, 0.9])}
        >>> stage.advance(np.ones((2, 1)), chances).shape
        (2, 10)
    """

    policy: AllocationPolicy
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first not in self.policy.looks:
            raise ValueError(f"the policy sets its chance at {self.policy.looks}, not at {self.first}")
        if not self.first < self.last <= self.policy.participants:
            raise ValueError(
                f"a stage of a trial of {self.policy.participants} cannot go from {self.first} to {self.last}"
            )

    @property
    def degree(self) -> int:
        """Each participant uses one chance."""
        return self.last - self.first

    def advance(self, mass: Floats, chances: Mapping[str, Floats]) -> Floats:
        """Add the participants of the stage.

        Args:
            mass: Probability of each state, shape (points, states).
            chances: `control` and `treated`, each of shape (points,).

        Returns:
            Probabilities after the stage, shape (points, states).
        """
        response = np.stack([chances["control"], chances["treated"]], axis=1)
        rows = [self._advanced(row, of_arms) for row, of_arms in zip(mass, response, strict=True)]
        return np.array(rows).reshape(len(mass), states_at(self.last))

    def _advanced(self, mass: Floats, response: Floats) -> Floats:
        """The same at one pair of chances."""
        looks = [int(look) for look in self.policy.looks if self.first <= look < self.last]
        for total, later in zip(looks, [*looks[1:], self.last], strict=True):
            block = np.tile(response, (later - total, 1))
            mass = block_later(
                np.ascontiguousarray(mass), total, self.policy.codes_at(total), self.policy.levels, block
            )
        return mass
