"""Evidence in both directions as one statistic: for benefit above zero, for harm below.

A two-sided design may claim benefit and may stop for harm. An exact test says how strong the evidence for benefit is; one
minus its p-value is not the p-value of harm, because both count the result that was seen. So harm is tested by the same
analysis with the sides exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field, SerializeAsAny

from handful.analyses.base import Aim, Analysis, Estimate, Evidence, Floats, Integers, Lattice, Process, Sizes
from handful.analyses.scales import OnZ
from handful.participants.observations import Cut, Observations

_LARGEST_Z = 38.0
"""Beyond this z-value a p-value is below the smallest double."""


class BothDirections(OnZ):
    """A comparison of two arms on the z scale, positive for benefit and negative for harm, each by its own test.

    Where neither test leans its way, as with an empty arm, the statistic is 0. It is put together by designs that may stop
    for harm, and is not registered.
    """

    kind: str = "both directions"
    meaning: ClassVar[str] = "the same test for benefit and for harm"
    endpoints: ClassVar[frozenset[str]] = frozenset(
        {"binary", "continuous", "count", "time to event", "ordinal"}
    )
    reads: ClassVar[type[Observations]] = Observations

    base: SerializeAsAny[Analysis] = Field(description="Analysis of treatment against control.")

    @property
    def promises_level(self) -> bool:
        """That of the base analysis."""
        return self.base.promises_level

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """The z-value of the direction in which the data lean."""
        towards, against = (self.base.evidence(seen, cut, asked).statistic for asked in (aim, exchanged(aim)))
        return Evidence(self._signed(towards, against))

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """That of the base analysis."""
        return self.base.estimate(seen, cut, aim)

    def counts(self, seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, ...]:
        """Those of the base analysis."""
        return self.base.counts(seen, cut, aim)

    def lattice(self, sizes: Sizes, aim: Aim, *, coin_flip: bool = False) -> Lattice | None:
        """All trials of arms of given sizes, with the statistic of both directions."""
        if coin_flip:
            return None
        towards = self.base.lattice(sizes, aim)
        against = self.base.lattice(sizes, exchanged(aim))
        if towards is None or against is None:
            return None
        # What is favourable in one direction is not in the other: all counts run the other way.
        tables = zip(towards.statistic, against.statistic, strict=True)
        return replace(towards, statistic=tuple(self._signed(one, np.flip(other)) for one, other in tables))

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """That of the base analysis."""
        return self.base.process(sizes, aim, benefit, variance)

    def _signed(self, towards: Floats, against: Floats) -> Floats:
        """Both directions as one z-value."""
        benefit, harm = self.base.as_z(towards), self.base.as_z(against)
        either = np.where(benefit > 0, benefit, -np.maximum(harm, 0.0))
        return np.clip(either, -_LARGEST_Z, _LARGEST_Z) + 0.0


def exchanged(aim: Aim) -> Aim:
    """The aim that asks for harm beyond the null: the sides change places.

    Example:
        >>> exchanged(Aim(sign=1, null=-0.1))
        Aim(sign=-1, null=0.1, alpha=0.025, target=None)
    """
    return replace(aim, sign=-aim.sign, null=0.0 - aim.null)
