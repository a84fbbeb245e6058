"""Untreated survival as people know it: a median, a rate, a Weibull curve, or a hazard in steps.

Each is a cumulative hazard and its inverse; everything about a time to an event follows from these two.
"""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator

from handful.kernels.elementary import exp, log
from handful.scenarios.base import refuse_two_ways
from handful.spec.base import Spec, wanted
from handful.spec.quantities import Duration, HazardPerMonth, PositiveDuration, PositiveNumber

Floats = NDArray[np.float64]


class Survival(Spec):
    """How long it takes until the event in people who will have it; said in one of four ways.

    Example:
        >>> Survival(median="12 months").survival(12.0).round(6).item()
        0.5
        >>> Survival(hazard=[[0, 0.1], [6, 0.05]]).cumulative([6.0, 12.0]).round(6).tolist()
        [0.6, 0.9]
    """

    median: PositiveDuration | None = Field(None, description="Median time, with a constant hazard.")
    rate: HazardPerMonth | None = Field(
        None,
        gt=0,
        description="Constant hazard: `5% per year` (have the event within a year) or `0.05 per month`.",
    )
    shape: PositiveNumber | None = Field(
        None,
        ge=0.05,
        le=20,
        description="Shape of a Weibull curve: above 1 the hazard rises, below 1 it falls. Needs `scale`.",
    )
    scale: PositiveDuration | None = Field(
        None, description="Scale of a Weibull curve: the time by which 63% have had the event."
    )
    hazard: tuple[tuple[Duration, HazardPerMonth], ...] | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="Hazard that changes in steps: pairs of the month from which it holds and the hazard, "
        "the first month 0.",
    )

    @model_validator(mode="after")
    def _one_curve(self) -> Self:
        refuse_two_ways(median=self.median, rate=self.rate, shape=self.shape, hazard=self.hazard)
        if (self.shape is None) != (self.scale is None):
            raise wanted("`shape` and `scale` together", at="scale")
        if self.hazard is not None:
            months = [month for month, _ in self.hazard]
            if all(hazard == 0 for _, hazard in self.hazard):
                raise wanted("a hazard above 0 in some month", at="hazard")
            if months[0] != 0:
                raise wanted("0 as the first month", at=("hazard", 0, 0))
            for number in range(1, len(months)):
                if months[number] <= months[number - 1]:
                    raise wanted(f"a month after {months[number - 1]:g}", at=("hazard", number, 0))
        return self

    @property
    def changes(self) -> tuple[float, ...]:
        """Months at which the hazard jumps."""
        return () if self.hazard is None else tuple(month for month, _ in self.hazard[1:])

    def cumulative(self, months: ArrayLike) -> Floats:
        """Cumulative hazard.

        A single-arm log-rank test compares the events seen with the sum of this over participants.

        Args:
            months: Months of follow-up, at least 0, any shape.

        Returns:
            Expected events by then in a person who could have them again and again, same shape.

        Example:
            >>> Survival(shape=2, scale=10).cumulative([5.0, 10.0]).round(6).tolist()
            [0.25, 1.0]
        """
        times = np.asarray(months, dtype=np.float64)
        if self.shape is not None and self.scale is not None:
            return exp(self.shape * log(times / self.scale))
        starts, hazards, reached = self._pieces()
        piece = np.searchsorted(starts, times, side="right") - 1
        with np.errstate(invalid="ignore"):
            beyond = np.where(hazards[piece] > 0, (times - starts[piece]) * hazards[piece], 0.0)
        return np.asarray(reached[piece] + beyond)

    def survival(self, months: ArrayLike) -> Floats:
        """Share without the event after some months, same shape as `months`.

        Example:
            >>> Survival(rate="50% per year").survival([0.0, 24.0]).round(6).tolist()
            [1.0, 0.25]
        """
        return exp(-self.cumulative(months))

    def time_at(self, cumulative: ArrayLike) -> Floats:
        """The month at which the cumulative hazard reaches a value: the inverse of `cumulative`.

        Args:
            cumulative: Cumulative hazards, at least 0, any shape.

        Returns:
            Months of the same shape; infinite where the value is never reached.

        Example:
            >>> Survival(hazard=[[0, 0.1], [6, 0]]).time_at([0.3, 0.7]).round(6).tolist()
            [3.0, inf]
        """
        level = np.asarray(cumulative, dtype=np.float64)
        if self.shape is not None and self.scale is not None:
            return self.scale * exp(log(level) / self.shape)
        starts, hazards, reached = self._pieces()
        if len(starts) == 1 and hazards[0] > 0:
            return np.asarray(level / hazards[0])
        piece = np.maximum(np.searchsorted(reached, level, side="left") - 1, 0)
        beyond = level - reached[piece]
        wait = np.divide(beyond, hazards[piece], out=np.full(level.shape, np.inf), where=hazards[piece] > 0)
        return np.asarray(starts[piece] + np.where(beyond > 0, wait, 0.0))

    def _pieces(self) -> tuple[Floats, Floats, Floats]:
        """Start, hazard, and cumulative hazard at the start, of each piece of constant hazard."""
        if self.hazard is None:
            constant = self.rate if self.median is None else math.log(2) / self.median
            return np.zeros(1), np.array([constant]), np.zeros(1)
        starts = np.array([month for month, _ in self.hazard])
        hazards = np.array([hazard for _, hazard in self.hazard])
        reached = np.concatenate([[0.0], np.cumsum(np.diff(starts) * hazards[:-1])])
        return starts, hazards, reached
