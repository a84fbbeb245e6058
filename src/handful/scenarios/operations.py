"""The operational side of a scenario: who comes when, whether the product can be made, who is lost."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from handful.kernels.sampling import poisson_times
from handful.kernels.streams import Purpose, exponentials, uniforms
from handful.participants.block import Block
from handful.scenarios.draws import drawn, remembered
from handful.spec.base import Spec, wanted
from handful.spec.quantities import Count, Duration, HazardPerMonth, RatePerMonth, Share

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Recruitment(Spec):
    """Poisson arrivals at sites that open one by one, from a pool that may run out, and loss to follow-up."""

    rate: RatePerMonth | None = Field(
        None,
        gt=0,
        description="Participants a month once every site is open; nothing means that all who exist are "
        "there at the start.",
    )
    sites_open: tuple[Duration, ...] = Field(
        (0.0,),
        min_length=1,
        max_length=500,
        description="Month in which each site opens; each brings an equal part of the rate.",
    )
    pool: Count | None = Field(None, ge=1, description="Eligible people who exist when recruitment starts.")
    new_cases: RatePerMonth = Field(
        0.0, description="Eligible people added to the pool, per month, as a Poisson process."
    )
    until: Duration | None = Field(
        None, gt=0, description="Month in which recruitment ends whatever happened."
    )
    dropout: HazardPerMonth = Field(
        0.0,
        description="Rate at which participants are lost to follow-up (`5% per year`), a hazard per month.",
    )

    @model_validator(mode="after")
    def _cases_join_a_pool(self) -> Self:
        if self.new_cases > 0 and self.pool is None:
            raise wanted(
                "`pool` beside `new cases`: without it there is nothing that could run out", at="new_cases"
            )
        return self

    def arrivals(self, block: Block, count: int) -> Floats | None:
        """Draw when participants enrol.

        The k-th participant comes at the k-th event of a Poisson process whose rate grows as sites open, but
        not before k eligible people exist. Beyond the pool, eligible people appear at the events of a second
        Poisson process; sites that were idle take a new case at once.

        Args:
            block: The trials.
            count: Participants in each trial.

        Returns:
            Month of enrolment, shape (trials, count), not decreasing; infinite for those who never come. None
            when everybody is there at month 0.

        Example:
            >>> months = Recruitment(rate=2, pool=3).arrivals(Block(seed=1, first=0, trials=1), 5)
            >>> np.isfinite(months).tolist()
            [[True, True, True, False, False]]
        """
        if self.rate is None and (self.pool is None or count <= self.pool):
            return None
        about = (self.rate, self.sites_open, self.pool, self.new_cases, self.until)
        return remembered("arrivals", about, block, count, lambda: self._arrivals(block, count))

    def _arrivals(self, block: Block, count: int) -> Floats:
        """Draw the months of enrolment of those who do not come at once."""
        months = np.zeros((block.trials, count))
        if self.rate is not None:
            events = drawn(poisson_times, block, count, Purpose.ARRIVAL)
            months = self._months_for(events)
        if self.pool is not None and count > self.pool:
            months[:, self.pool :] = np.maximum(months[:, self.pool :], self._born(block, count - self.pool))
        if self.until is not None:
            months[months > self.until] = np.inf
        return months

    def _born(self, block: Block, count: int) -> Floats | float:
        """Month in which each person beyond the first pool becomes eligible."""
        if self.new_cases == 0:
            return np.inf
        events = drawn(poisson_times, block, count, Purpose.ARRIVAL, 1)
        return _at_rate(events, self.new_cases)

    def expected(self, months: Floats) -> Floats:
        """Participants expected by a month while the pool lasts.

        Args:
            months: Months from the start of recruitment, any shape.

        Returns:
            The cumulative rate; infinite when everybody is there at the start.

        Example:
            >>> Recruitment(rate=2, sites_open=[0, 6]).expected(np.array([6.0, 12.0])).tolist()
            [6.0, 18.0]
        """
        if self.rate is None:
            return np.full(np.shape(months), np.inf)
        open_for = np.maximum(np.asarray(months)[..., None] - np.asarray(self.sites_open), 0.0)
        return np.asarray(self.rate / len(self.sites_open) * open_for.sum(axis=-1))

    def _months_for(self, expected: Floats) -> Floats:
        """Invert the cumulative rate: the month by which `expected` participants are expected."""
        if len(self.sites_open) == 1:
            return self.sites_open[0] + np.asarray(_at_rate(expected, self.rate or 0.0))
        opens = np.sort(np.asarray(self.sites_open, dtype=np.float64))
        reached = self.expected(opens)
        speed: Floats = (self.rate or 0.0) / len(opens) * np.arange(1.0, len(opens) + 1)
        step = np.searchsorted(reached, expected, side="right") - 1
        return np.asarray(opens[step] + _at_rate(expected - reached[step], speed[step]))

    def losses(self, block: Block, count: int) -> Floats | None:
        """Draw when participants are lost.

        Args:
            block: The trials.
            count: Participants in each trial.

        Returns:
            Months of follow-up until each is lost, exponential, shape (trials, count); None when nobody is
            lost.

        Example:
            >>> Recruitment().losses(Block(seed=1, first=0, trials=1), 5) is None
            True
        """
        if self.dropout == 0:
            return None
        gaps = drawn(exponentials, block, count, Purpose.DROPOUT)
        return _at_rate(gaps, self.dropout)


class Product(Spec):
    """Manufacture of the product: it takes time, and for some participants it fails."""

    manufacturing_failure: Share = Field(
        0.0, description="Share of participants for whom no product can be made: enrolled and never dosed."
    )
    waiting_time: Duration = Field(0.0, description="Months from enrolment to the day of treatment.")

    def made(self, block: Block, count: int) -> Flags | None:
        """Draw for whom a product can be made.

        Args:
            block: The trials.
            count: Participants in each trial.

        Returns:
            Whether it can, shape (trials, count); None when manufacture cannot fail.

        Example:
            >>> Product(manufacturing_failure=1).made(Block(seed=1, first=0, trials=1), 2).tolist()
            [[False, False]]
        """
        if self.manufacturing_failure == 0:
            return None
        lot = drawn(uniforms, block, count, Purpose.MANUFACTURE)
        return np.asarray(lot >= self.manufacturing_failure)


def _at_rate(events: Floats, rate: Floats | float) -> Floats:
    """Months in which so many events are expected; infinite when the rate is too small for any."""
    with np.errstate(over="ignore"):
        return np.asarray(events / rate)
