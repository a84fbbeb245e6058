"""The operational side of a scenario: who comes when, whether the product can be made, who is lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handful.kernels.streams import Purpose, exponentials, uniforms
from handful.participants.block import Block
from handful.spec.base import Spec
from handful.spec.quantities import Count, Duration, HazardPerMonth, RatePerMonth, Share

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Recruitment(Spec):
    """Poisson arrivals at sites that open one after the other, from a pool that may run out, with loss to follow-up."""

    rate: RatePerMonth | None = Field(
        None, gt=0, description="Participants a month once every site is open; nothing means all are there at the start."
    )
    sites_open: tuple[Duration, ...] = Field(
        (0.0,), min_length=1, max_length=500, description="Month in which each site opens; each brings an equal part of the rate."
    )
    pool: Count | None = Field(None, ge=1, description="Eligible people who exist when recruitment starts.")
    new_cases: RatePerMonth = Field(0.0, description="Eligible people added to the pool, per month.")
    until: Duration | None = Field(None, gt=0, description="Month in which recruitment ends whatever happened.")
    dropout: HazardPerMonth = Field(
        0.0, description="Rate at which participants are lost to follow-up (`5% per year`), a hazard per month."
    )

    def arrivals(self, block: Block, count: int) -> Floats | None:
        """Month of enrolment, shape (trials, count), not decreasing; infinite for those who never come.

        The k-th participant comes at the k-th event of a Poisson process whose rate grows as sites open, but not
        before k eligible people exist.
        """
        if self.rate is None:
            return None
        gaps = exponentials(block.seed, block.first, block.trials, count, Purpose.ARRIVAL)
        months = self._months_for(np.cumsum(gaps, axis=1))
        if self.pool is not None:
            beyond = np.maximum(np.arange(1, count + 1, dtype=np.float64) - self.pool, 0.0)
            exists = np.divide(beyond, self.new_cases, out=np.where(beyond > 0, np.inf, 0.0), where=self.new_cases > 0)
            months = np.maximum(months, exists)
        if self.until is not None:
            months[months > self.until] = np.inf
        return months

    def _months_for(self, expected: Floats) -> Floats:
        """Invert the cumulative rate: the month by which `expected` participants are expected."""
        assert self.rate is not None
        opens = np.sort(np.asarray(self.sites_open, dtype=np.float64))
        speed = self.rate / len(opens) * np.arange(1, len(opens) + 1)
        reached = np.concatenate([[0.0], np.cumsum(np.diff(opens) * speed[:-1])])
        step = np.searchsorted(reached, expected, side="right") - 1
        return np.asarray(opens[step] + (expected - reached[step]) / speed[step])

    def losses(self, block: Block, count: int) -> Floats | None:
        """Months of follow-up until each participant is lost, exponential; None when nobody is lost."""
        if self.dropout == 0:
            return None
        return exponentials(block.seed, block.first, block.trials, count, Purpose.DROPOUT) / self.dropout


class Product(Spec):
    """Manufacture of the product: it takes time, and for some participants it fails."""

    manufacturing_failure: Share = Field(
        0.0, description="Share of participants for whom no product can be made: enrolled and never dosed."
    )
    waiting_time: Duration = Field(0.0, description="Months from enrolment to the day of treatment.")

    def made(self, block: Block, count: int) -> Flags | None:
        """Whether a product could be made, shape (trials, count); None when manufacture cannot fail."""
        if self.manufacturing_failure == 0:
            return None
        drawn = uniforms(block.seed, block.first, block.trials, count, Purpose.MANUFACTURE)
        return np.asarray(drawn >= self.manufacturing_failure)
