"""Simulated participants: what would happen to each of them under every exposure.

A scenario draws people once; every candidate design is then conducted on the same people. Columns are drawn when they
are first asked for: each random number has an address of its own, so neither the order of the questions nor the columns
that nobody asks for change anything.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from handful.kernels.streams import Purpose, uniforms
from handful.participants.block import Block

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Traits = NDArray[np.int8]


class Exposure(IntEnum):
    """What a unit of a participant (the person, an eye, a wound) has been exposed to."""

    UNTREATED = 0
    """Neither the unit nor any other unit of the person was treated."""
    TREATED = 1
    """The unit was treated."""
    BESIDE = 2
    """The unit was not treated, but another unit of the same person was."""


class Participants(ABC):
    """The people of one block of trials with their potential outcomes.

    Shapes are (trials, participants) unless said otherwise. Times are in months. Participants are numbered in the order
    in which they arrive.

    Attributes:
        block: The trials these people belong to.
        count: Participants in each trial.
    """

    def __init__(self, block: Block, count: int) -> None:
        self.block = block
        self.count = count

    @property
    def shape(self) -> tuple[int, int]:
        """(trials, participants)."""
        return self.block.trials, self.count

    @property
    @abstractmethod
    def arrival(self) -> Floats | None:
        """Month of enrolment, not decreasing along participants; infinite for those who never come.

        None when the scenario says nothing about recruitment: everybody is then there at month 0.
        """

    @property
    @abstractmethod
    def manufactured(self) -> Flags | None:
        """Whether a product could be made for the participant; None when manufacture cannot fail."""

    @property
    @abstractmethod
    def waiting(self) -> Floats | float:
        """Months from enrolment to the day of treatment."""

    @property
    @abstractmethod
    def dropout(self) -> Floats | None:
        """Months from the day of treatment until the participant is lost; None when nobody is lost."""

    @cached_property
    def lots(self) -> Floats:
        """A uniform number for each participant, by which designs that allocate one by one draw the arm; not to be written to."""
        block = self.block
        return uniforms(block.seed, block.first, block.trials, self.count, Purpose.ALLOCATION)

    def factors(self) -> Traits:
        """Who has which prognostic factor: 1 for those who do, shape (trials, participants, factors)."""
        return np.zeros((*self.shape, 0), dtype=np.int8)

    @abstractmethod
    def outcome(self, exposure: Exposure, unit: int = 0) -> Floats:
        """Potential outcome of one unit of each participant under an exposure.

        For a time-to-event endpoint this is the time from treatment to the event in months. For a count it is the
        number of events in the follow-up window, for a continuous endpoint the observed change from baseline.
        """

    def outcome_under(self, treated: Flags) -> Floats | Flags:
        """Outcome of the first unit of each participant under the exposure each one got.

        Kinds of outcome that need not draw both potential outcomes for this override it; a result that happens or not may
        then be given as flags.

        Args:
            treated: Who was treated, the others being untreated.

        Returns:
            The numbers that `outcome` gives for the exposure of each.
        """
        if treated.all():
            return self.outcome(Exposure.TREATED)
        return np.where(treated, self.outcome(Exposure.TREATED), self.outcome(Exposure.UNTREATED))

    def outcome_on(self, arm: NDArray[np.int8], arms: int) -> Floats | Flags:
        """Outcome of the first unit of each participant on the arm each one got.

        Args:
            arm: 0 control, 1 .. `arms` the treatments; who is not enrolled counts as untreated.
            arms: Treatment arms of the design. With one it is the treatment itself; people who know several kinds of
                treatment override this.

        Returns:
            The numbers that `outcome` gives for the exposure of each.

        Raises:
            ValueError: When nothing is known of so many treatments.
        """
        if arms != 1:
            raise ValueError(f"these people know one treatment, and the design has {arms}")
        return self.outcome_under(arm == 1)

    def has(self, factor: str) -> Flags:
        """Who has a prognostic factor.

        Raises:
            ValueError: When nothing is known of a factor of that name.
        """
        raise ValueError(f"nothing is known of who has the factor {factor!r}")

    @abstractmethod
    def before(self, months: float, unit: int = 0) -> Floats:
        """What the own-control designs see before treatment.

        Binary and count endpoints: the outcome over the `months` before treatment. Continuous endpoints: the baseline
        value (the mean of the baseline visits).
        """

    @abstractmethod
    def course(self, exposure: Exposure, times: Floats) -> Floats:
        """Measured values at visits, in months from treatment (negative before it): (trials, participants, visits)."""

    def course_under(self, treated: Flags, times: Floats) -> Floats:
        """Measured values of each participant under the exposure each one got, as `outcome_under`."""
        if treated.all():
            return self.course(Exposure.TREATED, times)
        both = self.course(Exposure.TREATED, times), self.course(Exposure.UNTREATED, times)
        return np.where(treated[:, :, None], *both)
