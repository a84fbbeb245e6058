"""The parts that families are put together from: allocation, looks and the rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from handful.analyses.base import Evidence
from handful.designs.adaptation import Steering
from handful.kernels.allocation import coin_flips, minimised, permuted_blocks
from handful.kernels.counting import arrived_by
from handful.kernels.several_arms import nth_enrolled
from handful.kernels.survival import nth_event_time
from handful.participants.observations import TREATED, Arms, Cut, Events, Floats, Integers, Observations
from handful.participants.potential import Participants


class Decision(IntEnum):
    """What a rule says of one hypothesis at one look; below 0 the trial ends without a claim of benefit."""

    HARM = -2
    FUTILITY = -1
    CONTINUE = 0
    SUCCESS = 1


class Allocation(ABC):
    """Who gets what."""

    @abstractmethod
    def assign(self, people: Participants) -> Arms:
        """Arm of each participant, shape (trials, participants)."""

    @abstractmethod
    def sizes(self, included: int) -> tuple[int, int] | None:
        """(control, treated) among the first `included` participants; None when left to chance or with several treatments."""

    @property
    def block(self) -> int:
        """Participants in a block at the start; 1 where nobody is dealt to in blocks."""
        return 1

    @property
    def weights(self) -> tuple[float, ...]:
        """Weight of each arm at the start, control first: what an adaptation changes."""
        return (1.0, 1.0)

    def reassign(self, people: Participants, arm: Arms, start: Integers, steering: Steering) -> Arms:
        """Arms when those from `start` on are allocated as steered; allocations that cannot be steered leave them.

        Args:
            people: The people.
            arm: Arms so far.
            start: Participants enrolled so far in each trial, who keep their arm.
            steering: What was decided.
        """
        return arm

    @abstractmethod
    def describe(self) -> str:
        """The rule in plain words."""


@dataclass(frozen=True)
class AllTreated(Allocation):
    """Everybody is treated."""

    def assign(self, people: Participants) -> Arms:
        """All treated."""
        return np.full(people.shape, TREATED, dtype=np.int8)

    def sizes(self, included: int) -> tuple[int, int]:
        """Nobody on control."""
        return 0, included

    def describe(self) -> str:
        """In words."""
        return "Every participant is treated."


@dataclass(frozen=True)
class PermutedBlocks(Allocation):
    """Randomisation in permuted blocks.

    Attributes:
        ratio: (treated, control) in each smallest block.
        multiple: How many smallest blocks make one block.
    """

    ratio: tuple[int, int] = (1, 1)
    multiple: int = 2

    @property
    def block(self) -> int:
        """Participants in a block."""
        return sum(self.ratio) * self.multiple

    def assign(self, people: Participants) -> Arms:
        """A permutation of the block's arms, block after block."""
        block = people.block
        treated = self.ratio[0] * self.multiple
        return permuted_blocks(block.seed, block.first, block.trials, people.count, treated, self.block)

    def sizes(self, included: int) -> tuple[int, int] | None:
        """Known when `included` ends with a whole block."""
        if included % self.block:
            return None
        treated = included // self.block * self.ratio[0] * self.multiple
        return included - treated, treated

    def describe(self) -> str:
        """In words."""
        ratio = f"{self.ratio[0]}:{self.ratio[1]}"
        return f"Participants are randomised {ratio} (treated to control) in permuted blocks of {self.block}."


@dataclass(frozen=True)
class CoinFlip(Allocation):
    """Simple randomisation with equal chances."""

    def assign(self, people: Participants) -> Arms:
        """An independent draw for each participant."""
        block = people.block
        return coin_flips(block.seed, block.first, block.trials, people.count)

    def sizes(self, included: int) -> None:
        """Left to chance."""
        return

    def describe(self) -> str:
        """In words."""
        return "Each participant's arm is drawn independently with equal chances."


@dataclass(frozen=True)
class Minimisation(Allocation):
    """Minimisation over baseline factors with a random element (Pocock and Simon 1975).

    Attributes:
        ratio: (treated, control).
        certainty: Chance that the arm which balances better is taken.
    """

    ratio: tuple[int, int] = (1, 1)
    certainty: float = 0.8

    def assign(self, people: Participants) -> Arms:
        """One participant after the other, each towards balance of their own factor levels and of the totals."""
        block = people.block
        return minimised(
            block.seed, block.first, people.factors(), self.ratio[0] / sum(self.ratio), self.certainty
        )

    def sizes(self, included: int) -> None:
        """Left to chance."""
        return

    def describe(self) -> str:
        """In words."""
        return (
            f"Participants are allocated {self.ratio[0]}:{self.ratio[1]} (treated to control) by minimisation over the baseline "
            f"factors: the arm that balances better is taken with a chance of {100 * self.certainty:.0f}%."
        )


@dataclass(frozen=True)
class Record:
    """One block of trials as they would be seen if nobody stopped them.

    Attributes:
        observations: What the analysis reads.
        arrival: Calendar month of enrolment, shape (trials, participants); None when recruitment has no timing.
        resolved: Calendar month in which the participant's outcome is known, or known to be missing; None likewise.
    """

    observations: Observations
    arrival: Floats | None
    resolved: Floats | None

    def followed_until(self, month: Floats) -> Record:
        """The block when people are followed no longer than to a calendar month; what is known at one time stays as it was.

        Args:
            month: The last month of each participant, shape (trials, participants); infinite for no end.
        """
        if not isinstance(self.observations, Events):
            return self
        resolved = None if self.resolved is None else np.minimum(self.resolved, month)
        return replace(self, observations=self.observations.followed_until(month), resolved=resolved)


class Looks(ABC):
    """When the data are looked at; `planned` counts participants or events, as `counts` says."""

    known_sizes: ClassVar[bool] = True
    """Whether every trial has the planned number at each look, unless participants run out."""

    @property
    def counts(self) -> Literal["participants", "events"]:
        """What is counted."""
        return "participants"

    @property
    @abstractmethod
    def number(self) -> int:
        """How many looks are planned."""

    @abstractmethod
    def cut(self, look: int, record: Record, trials: int, sizes: Integers | None = None) -> Cut:
        """What is seen at a look, in every trial of the block.

        Args:
            look: Number of the look, from 0.
            record: The block as it would be seen if nobody stopped it.
            trials: Trials in the block.
            sizes: Participants (or events) that the look waits for in each trial, shape (trials,); those planned when None.
        """

    @abstractmethod
    def planned(self) -> tuple[int, ...]:
        """Participants (or events) planned at each look."""

    def reached(self, record: Record, cut: Cut) -> Integers:
        """Information that a look really has: participants whose outcome is seen (or events), shape (trials,).

        Args:
            record: The block as it would be seen if nobody stopped it.
            cut: What is looked at.
        """
        seen = record.observations
        there = (np.arange(seen.shape[1]) < cut.included[:, None]) & (seen.arm >= 0)
        if seen.observed is not None:
            there &= seen.observed
        if self.counts == "events":
            assert isinstance(seen, Events)
            there &= seen.happened_by(cut.month[:, None])
        return np.asarray(there.sum(axis=1, dtype=np.int64))

    @abstractmethod
    def describe(self) -> str:
        """The rule in plain words."""


@dataclass(frozen=True)
class KnownOutcomes(Looks):
    """Looks when the outcome of the first so many participants is known (or known to be missing).

    Attributes:
        sizes: Participants at each look, increasing.
    """

    sizes: tuple[int, ...]

    @property
    def number(self) -> int:
        """How many looks are planned."""
        return len(self.sizes)

    def planned(self) -> tuple[int, ...]:
        """Participants at each look."""
        return self.sizes

    def cut(self, look: int, record: Record, trials: int, sizes: Integers | None = None) -> Cut:
        """The first participants, in the month in which the last of them is resolved."""
        if sizes is not None:
            return _first_enrolled(record, sizes)
        size = self.sizes[look]
        included = np.full(trials, size, dtype=np.int64)
        if record.resolved is None:
            return Cut(included, np.zeros(trials))
        return Cut(included, np.asarray(record.resolved[:, :size].max(axis=1)))

    def describe(self) -> str:
        """In words."""
        if self.number == 1:
            return (
                f"The data are analysed once, when the outcome of all {self.sizes[0]} participants is known."
            )
        parts = ", ".join(str(s) for s in self.sizes[:-1])
        return f"The data are looked at when the outcome of {parts} and finally {self.sizes[-1]} participants is known."


@dataclass(frozen=True)
class EventCounts(Looks):
    """Looks when so many events have happened; the last look is held at the latest when everybody's follow-up is over.

    Attributes:
        events: Events at each look, increasing.
    """

    events: tuple[int, ...]

    @property
    def counts(self) -> Literal["participants", "events"]:
        """Events."""
        return "events"

    @property
    def number(self) -> int:
        """How many looks are planned."""
        return len(self.events)

    def planned(self) -> tuple[int, ...]:
        """Events at each look."""
        return self.events

    def cut(self, look: int, record: Record, trials: int, sizes: Integers | None = None) -> Cut:
        """Everybody enrolled by the month of the event in question."""
        seen = record.observations
        assert isinstance(seen, Events)
        observed = seen.observed
        if sizes is not None:
            enrolled = seen.arm >= 0
            observed = enrolled if observed is None else enrolled & observed
        month = np.empty(trials)
        for wanted in (self.events[look],) if sizes is None else np.unique(sizes).tolist():
            of_wanted = nth_event_time(seen.entry, seen.time, seen.event, wanted, observed)
            np.copyto(month, of_wanted, where=True if sizes is None else sizes == wanted)
        if np.isinf(month).any():
            counted = np.isfinite(seen.entry) & (seen.arm >= 0)
            over = np.where(counted, seen.entry + seen.time, 0.0).max(axis=1)
            month = np.minimum(month, over)
        return Cut(arrived_by(seen.entry, month), month)

    def describe(self) -> str:
        """In words."""
        if self.number == 1:
            return f"The data are analysed once, when {self.events[0]} events have happened."
        parts = ", ".join(str(e) for e in self.events[:-1])
        return f"The data are looked at when {parts} and finally {self.events[-1]} events have happened."


def _first_enrolled(record: Record, sizes: Integers) -> Cut:
    """Those who came until so many were enrolled, in the month in which the last of them is resolved."""
    arm, resolved = record.observations.arm, record.resolved
    included = nth_enrolled(arm, sizes)
    month = np.where(included < 0, np.inf, 0.0)
    included = np.where(included < 0, arm.shape[1], included)
    if resolved is not None:
        until = np.maximum.accumulate(np.where(arm >= 0, resolved, 0.0), axis=1)
        month += until[np.arange(len(sizes)), np.maximum(included, 1) - 1]
    return Cut(included, month)


@dataclass(frozen=True)
class Limits:
    """What the statistic is held against at one look: numbers, or one for each trial of shape (trials, 1).

    Attributes:
        success: Benefit is claimed at or above this; infinite where it cannot be.
        futility: The trial is given up at or below this; minus infinite where it cannot be.
        futility_from: Only at or above this; minus infinite where everything below is futile.
        harm: The trial stops for harm at or below this; minus infinite where it cannot.
    """

    success: float | Floats
    futility: float | Floats
    futility_from: float | Floats = -np.inf
    harm: float | Floats = -np.inf

    def decide(self, statistic: Floats) -> NDArray[np.int8]:
        """Decision on each statistic, of its shape; the codes are those of `Decision`."""
        success = statistic >= self.success
        futility = (statistic <= self.futility) & ~success
        if np.any(np.isfinite(self.futility_from)):
            futility &= statistic >= self.futility_from
        said = success.view(np.int8) - futility.view(np.int8)  # the codes of `Decision`
        if np.any(np.isfinite(self.harm)):
            said[(statistic <= self.harm) & ~success] = Decision.HARM
        return said


@dataclass(frozen=True)
class Thresholds:
    """The rule: claim benefit at or above `upper`, give up at or below `lower`, look by look.

    In a two-sided design the trial also stops for harm, at or below `harm`, and what is futile is an interval around no
    effect, from `futility_from` to `lower`.

    Attributes:
        upper: Per look; infinite where success cannot be claimed.
        lower: Per look; minus infinite where the trial cannot stop for futility.
        binding: Whether the futility thresholds must be obeyed for the error rate to hold.
        harm: Per look; None where the trial never stops for harm.
        futility_from: Per look; None where everything at or below `lower` is futile.
    """

    upper: tuple[float, ...]
    lower: tuple[float, ...]
    binding: bool = False
    harm: tuple[float, ...] | None = None
    futility_from: tuple[float, ...] | None = None

    at_observed: ClassVar[bool] = False
    """Whether the limits of a look follow the information that it really has, so that the rule has to be told."""

    @classmethod
    def single(cls, upper: float) -> Thresholds:
        """One look and one threshold."""
        return cls((upper,), (-np.inf,))

    def limits(self, look: int, reached: Integers | None = None) -> Limits:
        """What the statistic is held against at a look.

        Args:
            look: Number of the look, from 0.
            reached: Information at this look and those before in each trial, shape (trials, look + 1); what was planned when
                None. See `Looks.reached`.
        """
        return Limits(
            self.upper[look],
            self.lower[look],
            -np.inf if self.futility_from is None else self.futility_from[look],
            -np.inf if self.harm is None else self.harm[look],
        )

    def decide(self, look: int, evidence: Evidence, reached: Integers | None = None) -> NDArray[np.int8]:
        """Decision of every trial and hypothesis, shape (trials, hypotheses); the codes are those of `Decision`.

        Args:
            look: Number of the look, from 0.
            evidence: What the analysis says.
            reached: As in `limits`.
        """
        return self.limits(look, reached).decide(evidence.statistic)


def interim_sizes(fractions: Sequence[float], total: int, unit: int = 1) -> tuple[int, ...]:
    """Participants at each look: fractions of the total, rounded to whole `unit`s (blocks) and kept increasing.

    Args:
        fractions: Share of the total at each look, increasing, the last 1.
        total: Participants at the last look.
        unit: Smallest step, the size of a randomisation block; the last look is always `total`.

    Returns:
        Participants at each look, strictly increasing.

    Raises:
        ValueError: When there are more looks than steps.

    Example:
        >>> interim_sizes([1 / 3, 2 / 3, 1], 40, unit=2)
        (14, 26, 40)
    """
    sizes = [max(unit, round(f * total / unit) * unit) for f in fractions[:-1]] + [total]
    if any(b <= a for a, b in pairwise(sizes)):
        raise ValueError(f"{len(fractions)} looks do not fit into {total} participants in steps of {unit}")
    return tuple(sizes)
