"""How the chance of treatment follows the results of two arms: what a trial does, and what its tests reckon with."""

from __future__ import annotations

from abc import abstractmethod

from pydantic import Field

from handful.spec.base import Spec
from handful.spec.quantities import PositiveCount
from handful.stats.allocation_policy import AllocationPolicy


class ResponseRule(Spec):
    """Base of the rules by which the chance of treatment follows the known results of treatment and control."""

    participants: PositiveCount = Field(ge=2, description="Participants of the trial.")

    @abstractmethod
    def policy(self) -> AllocationPolicy:
        """The chance of treatment whatever is known: arm 1 is treatment, and a success a favourable result."""

    def policy_at(self, looks: tuple[int, ...]) -> AllocationPolicy:
        """The same for a trial that asks only at some looks, when so many results are known.

        Args:
            looks: Results known, increasing; the start is added.
        """
        return self.policy()
