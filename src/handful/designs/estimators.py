"""The estimate that a design reports: that of its analysis, or one that knows how the trial came to stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Aim, Analysis, Estimate, Floats, Lattice
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

    def p_values(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Floats | None:
        """One-sided p-values in the same ordering as the intervals, shape (trials,); None when there is none.

        They take what `of_trials` takes. One that is not a number belongs to a trial without an estimate.
        """
        return None

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
        p_tables: One-sided p-values likewise; empty when there are none.
    """

    tables: tuple[Estimate, ...]
    p_tables: tuple[Floats, ...] = ()

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
        parts = ([getattr(table, part) for table in self.tables] for part in ("value", "lower", "upper"))
        return Estimate(*(_looked_up(tables, counts, look) for tables in parts))

    def p_values(
        self,
        analysis: Analysis,
        seen: Observations,
        cut: Cut,
        aim: Aim,
        look: NDArray[np.int8],
        reached: Integers | None,
    ) -> Floats | None:
        """Look the trials up."""
        return _looked_up(self.p_tables, analysis.counts(seen, cut, aim), look) if self.p_tables else None

    def of_counts(self, lattice: Lattice) -> Sequence[Estimate]:
        """The tables themselves."""
        return self.tables


def _looked_up(tables: Sequence[Floats], counts: Sequence[Integers], look: NDArray[np.int8]) -> Floats:
    """What the tables say of trials with these counts that stopped at these looks."""
    found = np.full(len(look), np.nan)
    for k, table in enumerate(tables):
        here = look == k
        found[here] = table[
            tuple(np.minimum(c[here], n - 1) for c, n in zip(counts, table.shape, strict=True))
        ]
    return found


PLAIN = Plain()
"""The estimate of the analysis itself."""
