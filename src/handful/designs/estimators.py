"""The estimate that a design reports: that of its analysis, or one that knows how the trial came to stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Aim, Analysis, Estimate, Lattice
from handful.participants.observations import Cut, Integers, Observations


class Estimator(ABC):
    """How the reported estimate follows from the data with which a trial stopped."""

    @property
    def follows_information(self) -> bool:
        """Whether it has to be told how much information the looks really had."""
        return False

    @abstractmethod
    def of_trials(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Estimate:
        """The estimates of trials.

        Args:
            analysis: Analysis of the design.
            seen: What was seen.
            cut: When each trial ended.
            aim: What the analysis is asked.
            look: Look at which it ended, from 0, shape (trials,).
            reached: Information at each look up to the last one held, shape (trials, looks held); None unless
                `follows_information`.
        """

    @abstractmethod
    def of_counts(self, lattice: Lattice) -> Sequence[Estimate]:
        """For each look the estimates of trials that stop there, over the grid of counts of a lattice."""


@dataclass(frozen=True)
class Plain(Estimator):
    """The estimate of the analysis, as if the trial had never been looked at before."""

    def of_trials(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Estimate:
        """Those of the analysis."""
        return analysis.estimate(seen, cut, aim)

    def of_counts(self, lattice: Lattice) -> Sequence[Estimate]:
        """Those of the lattice."""
        return lattice.estimate


@dataclass(frozen=True)
class FromTables(Estimator):
    """Estimates that are known for every count with which a trial can stop.

    Attributes:
        tables: For each look, over the grid of counts of the analysis's lattice.
    """

    tables: tuple[Estimate, ...]

    def of_trials(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Estimate:
        """Look the trials up."""
        counts = analysis.counts(seen, cut, aim)
        reported = Estimate(*(np.full(len(look), np.nan) for _ in range(3)))
        for k, table in enumerate(self.tables):
            here = look == k
            index = tuple(np.minimum(c[here], n - 1) for c, n in zip(counts, table.value.shape, strict=True))
            for part in ("value", "lower", "upper"):
                getattr(reported, part)[here] = getattr(table, part)[index]
        return reported

    def of_counts(self, lattice: Lattice) -> Sequence[Estimate]:
        """The tables themselves."""
        return self.tables


PLAIN = Plain()
"""The estimate of the analysis itself."""
