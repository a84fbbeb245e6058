"""What a design may change while a trial runs, and the contract of whoever decides it.

At a look the rule says which hypotheses are decided. Then the design's adaptation, if it has one, steers the rest of every
trial that goes on: which arms participants get from now on, how many are still wanted, who is let in, and which hypotheses
are still tested. The loop over looks obeys; it knows no kind of adaptation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Evidence
from handful.participants.observations import Cut, Flags, Floats, Integers, Observations
from handful.stats.allocation_policy import AllocationPolicy


@dataclass(frozen=True)
class Steering:
    """How each trial of a block goes on from its last look.

    Attributes:
        weights: Weight of each arm in allocation, control first, shape (trials, arms): places in a block for permuted
            blocks, chances for independent draws. An arm with 0 is given to nobody any more.
        sizes: Participants (or events) that each look waits for, shape (trials, looks).
        tested: Hypotheses that are still tested, shape (trials, hypotheses).
        only_subgroup: Whether only the subgroup is let in from now on, shape (trials,).
        most: Most participants that are enrolled, shape (trials,), where looks wait for events; None where they wait for
            participants, and enrolment is closed when there are as many as the last look waits for.
    """

    weights: Floats
    sizes: Integers
    tested: Flags
    only_subgroup: Flags
    most: Integers | None = None

    @classmethod
    def at_the_start(
        cls, trials: int, weights: tuple[float, ...], planned: tuple[int, ...], hypotheses: int
    ) -> Steering:
        """Every trial as planned.

        Args:
            trials: Trials in the block.
            weights: Weight of each arm, control first.
            planned: Participants (or events) planned at each look.
            hypotheses: How many there are.

        Example:
            >>> Steering.at_the_start(2, (1, 1), (10, 20), 1).sizes.tolist()
            [[10, 20], [10, 20]]
        """
        return cls(
            weights=np.tile(np.asarray(weights, dtype=np.float64), (trials, 1)),
            sizes=np.tile(np.asarray(planned, dtype=np.int64), (trials, 1)),
            tested=np.ones((trials, hypotheses), dtype=np.bool_),
            only_subgroup=np.zeros(trials, dtype=np.bool_),
        )

    def allocates_as(self, before: Steering) -> Flags:
        """Trials whose later participants are let in and allocated as before: their list goes on.

        Args:
            before: How the trials were steered before.
        """
        changed = (self.weights != before.weights).any(axis=1)
        return np.asarray(~changed & (self.only_subgroup == before.only_subgroup))


@dataclass(frozen=True)
class Interim:
    """What an adaptation may know: the data of a look and what was said about them.

    Attributes:
        look: Number of the look, from 0.
        cut: What was looked at, with the looks before it.
        enrolled: Participants enrolled by then, whose outcome may not be known yet: they keep their arm, shape (trials,).
        observations: What is seen of the participants; only those in the cut may be used.
        evidence: What the analysis said.
        settled: What each hypothesis has been told so far, shape (trials, hypotheses); the codes are those of `Decision`.
        running: Trials that go on, shape (trials,); what is steered in the others has no effect.
        steering: How they were steered so far.
    """

    look: int
    cut: Cut
    enrolled: Integers
    observations: Observations
    evidence: Evidence
    settled: NDArray[np.int8]
    running: Flags
    steering: Steering


class Adaptation(ABC):
    """Decides at every look but the last how the rest of each trial is conducted."""

    @abstractmethod
    def adapt(self, interim: Interim) -> Steering:
        """How each trial goes on; a trial with no hypothesis left to test ends at this look for futility."""

    def policy(self, looks: tuple[int, ...]) -> AllocationPolicy | None:
        """The chance of treatment by the counts at each look, when this is all that is steered; all trials can then be
        enumerated.

        Args:
            looks: Participants whose outcome is known at each look.
        """
        return None

    @abstractmethod
    def describe(self) -> list[str]:
        """The rule in plain words, one sentence an item."""
