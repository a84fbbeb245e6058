"""What a trial with several treatments or populations asks: one hypothesis for each, and the data that speak to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pydantic import Field

from handful.participants.observations import CONTROL, TREATED, Flags, Observations
from handful.spec.base import Spec


class Hypothesis(Spec):
    """One null hypothesis: that a treatment does not help, in everybody or in a subgroup."""

    name: str = Field("treatment", description="What is claimed when it is rejected, in few words.")
    arm: int = Field(TREATED, ge=1, description="The treatment arm, from 1.")
    in_subgroup: bool = Field(False, description="Whether it is about the design's subgroup alone.")

    def view(self, seen: Observations) -> Observations:
        """The data that speak to the hypothesis, as those of one treatment against control.

        Args:
            seen: Data of all arms.

        Returns:
            The same data, with the treatment as arm 1 and everybody else left out.

        Example:
            >>> from handful.participants.observations import Outcomes
            >>> arms = np.array([[0, 1, 2, 2]], dtype=np.int8)
            >>> view = Hypothesis(name="high dose", arm=2).view(Outcomes(arms, None, np.zeros((1, 4))))
            >>> view.arm.tolist(), view.observed.tolist()
            ([[0, -1, 1, 1]], [[True, False, True, True]])
        """
        counts = self.concerns(seen)
        mine = seen.arm == self.arm
        arm = np.where(counts, mine.view(np.int8), np.int8(-1))
        return replace(seen, arm=arm, observed=counts if seen.observed is None else counts & seen.observed)

    def concerns(self, seen: Observations) -> Flags:
        """Whose data speak to the hypothesis, shape (trials, participants): its arm and control, in its population.

        Args:
            seen: Data of all arms.
        """
        counts = (seen.arm == self.arm) | (seen.arm == CONTROL)
        if self.in_subgroup:
            assert seen.subgroup is not None
            counts &= seen.subgroup
        return np.asarray(counts)


ONE = (Hypothesis(),)
"""The one hypothesis of a trial of one treatment."""


def concerned(hypotheses: tuple[Hypothesis, ...], tested: Flags, seen: Observations) -> Flags:
    """Whose data speak to a hypothesis that is still tested, shape (trials, participants).

    Args:
        hypotheses: What was to be tested.
        tested: What still is, shape (trials, hypotheses).
        seen: Data of all arms.

    Example:
        >>> from handful.participants.observations import Outcomes
        >>> seen = Outcomes(np.array([[0, 1, 2, -1]], dtype=np.int8), None, np.zeros((1, 4)))
        >>> arms = (Hypothesis(name="low dose", arm=1), Hypothesis(name="high dose", arm=2))
        >>> concerned(arms, np.array([[False, True]]), seen).tolist()
        [[True, False, True, False]]
    """
    found = np.zeros(seen.shape, dtype=np.bool_)
    for number, asked in enumerate(hypotheses):
        found |= asked.concerns(seen) & tested[:, [number]]
    return found
