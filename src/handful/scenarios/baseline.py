"""Measurements before treatment: true levels, errors of the occasion, and a threshold that lets people in.

Of the people who come to be screened only those enter whose measurement reaches the threshold. Their
screening measurement is a truncated normal, and their true level is closer to the mean than it looks.
"""

from __future__ import annotations

import math
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from handful.kernels.elementary import normal_cdf, normal_quantile
from handful.scenarios.base import refuse_two_ways
from handful.spec.base import Spec, wanted
from handful.spec.quantities import NonNegativeNumber, Number, PositiveCount, PositiveNumber

Floats = NDArray[np.float64]

RAREST_ENTRY = 1e-6
"""Smallest share of people that an entry threshold may let in."""


class EntryThreshold(Spec):
    """What the screening measurement must reach for a person to enter."""

    at_least: Number | None = Field(
        None, description="People enter when they measure at least this at screening."
    )
    at_most: Number | None = Field(
        None, description="People enter when they measure at most this at screening."
    )

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        refuse_two_ways(at_least=self.at_least, at_most=self.at_most)
        return self

    @property
    def side(self) -> int:
        """+1 when large measurements enter, -1 when small ones do."""
        return 1 if self.at_least is not None else -1

    @property
    def value(self) -> float:
        """The threshold."""
        return self.at_least if self.at_least is not None else self.at_most or 0.0


class Baseline(Spec):
    """What is measured before treatment, in the population from which participants come."""

    mean: Number = Field(description="Mean true level at screening, before anybody is selected.")
    sd: PositiveNumber = Field(description="Standard deviation of the true level between people.")
    within_sd: NonNegativeNumber = Field(
        0.0,
        description="Standard deviation of one measurement around the person's true level (test-retest): "
        "0.71 times that of the difference between two measurements of a stable person.",
    )
    visits: Annotated[PositiveCount, Field(le=20)] = Field(
        1, description="Baseline visits whose mean is the baseline; the first is the screening visit."
    )
    entry: EntryThreshold | None = Field(
        None, description="Threshold that the screening measurement must reach for a person to enter."
    )

    @model_validator(mode="after")
    def _somebody_enters(self) -> Self:
        if self.entry is not None and self.entering < RAREST_ENTRY:
            raise wanted("a threshold that at least one person in a million reaches at screening", at="entry")
        return self

    @property
    def spread(self) -> float:
        """Standard deviation of one measurement between people."""
        return math.hypot(self.sd, self.within_sd)

    @property
    def reliability(self) -> float:
        """Correlation between two measurements of a stable person."""
        return self.sd**2 / (self.sd**2 + self.within_sd**2)

    @property
    def entering(self) -> float:
        """Share of people whose screening measurement reaches the threshold."""
        return 1.0 if self.entry is None else float(normal_cdf(-self._beyond))

    @property
    def _beyond(self) -> float:
        """Standard deviations of the threshold beyond the mean, towards the side that enters."""
        assert self.entry is not None
        return self.entry.side * (self.entry.value - self.mean) / self.spread

    def screening_moments(self) -> tuple[float, float]:
        """Mean and variance of the screening measurement in those who enter (truncated normal).

        Example:
            >>> mean, variance = Baseline(mean=0, sd=1, entry={"at least": 0}).screening_moments()
            >>> round(mean, 4), round(variance, 4)
            (0.7979, 0.3634)
        """
        if self.entry is None:
            return self.mean, self.spread**2
        z = self._beyond
        hazard = math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) / self.entering
        mean = self.mean + self.entry.side * self.spread * hazard
        return mean, self.spread**2 * (1 - hazard * (hazard - z))

    def screening(self, uniform: Floats) -> Floats:
        """The screening measurement of those who enter, by inverse CDF.

        Args:
            uniform: Uniform numbers, any shape.

        Returns:
            Measurements of the same shape, increasing in the uniform number.

        Example:
            >>> Baseline(mean=50, sd=10, entry={"at most": 50}).screening(np.array([0.5])).round(3).tolist()
            [43.255]
        """
        if self.entry is None:
            return self.mean + self.spread * normal_quantile(uniform)
        if self.entry.side > 0:
            return self.mean - self.spread * normal_quantile((1 - uniform) * self.entering)
        return self.mean + self.spread * normal_quantile(uniform * self.entering)
