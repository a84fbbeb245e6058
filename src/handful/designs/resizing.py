"""What the families share that choose their final size at a look: the size planned, its limits, and the effect planned for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from handful.analyses.base import Analysis
from handful.designs.adaptation import Interim, Steering
from handful.designs.base import Question
from handful.designs.pieces import EventCounts, KnownOutcomes, Looks, PermutedBlocks, interim_sizes
from handful.designs.randomised import TwoArms
from handful.designs.words import count_words, list_words
from handful.kernels.counting import allocated_prefix
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Floats
from handful.spec.base import wanted
from handful.spec.quantities import OpenProbability, PositiveCount
from handful.stats.blinded_reassessment import reassessed_size

SERVED = ("binary", "continuous", "count")
"""Kinds of endpoint for which participants can be counted that an effect needs."""


@dataclass(frozen=True)
class SizeLimits:
    """How small and how large a trial may become, in participants or in events.

    Attributes:
        planned: How many are planned.
        least: Fewest at the end.
        most: Most at the end.
        unit: How many are added together: the participants of a randomisation block.
    """

    planned: int
    least: int
    most: int
    unit: int = 1

    def steered(self, interim: Interim, wanted_size: Floats) -> Steering:
        """Every trial goes on to the size that is wanted for it, in whole blocks and within the limits.

        Nobody who is enrolled already is sent home or left out of the analysis.

        Args:
            interim: What is known at the look.
            wanted_size: Participants (or events) wanted in all, shape (trials,); not a number asks for those planned.
        """
        size = np.where(np.isnan(wanted_size), float(self.planned), wanted_size)
        whole = np.clip(reassessed_size(size, 0.0, unit=self.unit), self.least, self.most)
        sizes = interim.steering.sizes.copy()
        sizes[:, -1] = whole.astype(np.int64)
        if interim.steering.most is None:
            there = allocated_prefix(interim.observations.arm, interim.enrolled).sum(axis=1)
            sizes[:, -1] = np.maximum(sizes[:, -1], there)
        return replace(interim.steering, sizes=sizes)


class Resized(TwoArms):
    """Two randomised arms, and one look that chooses the final size."""

    served: ClassVar[tuple[str, ...]] = SERVED
    """Kinds of endpoint for which the family finds a size."""

    participants: PositiveCount = Field(
        ge=4, le=50_000, description="Participants planned, of both arms together."
    )
    at_most: PositiveCount | None = Field(
        None,
        le=100_000,
        description="Participants to whom the trial may grow, or events where `events` are planned; twice as many as planned "
        "when empty.",
    )
    look: OpenProbability = Field(
        0.5,
        description="Share of the participants planned whose outcome is known when the size is chosen, or of the events planned "
        "that have happened.",
    )
    power: OpenProbability | None = Field(
        None, ge=0.5, description="Power that the new size is to give; the study's own when empty."
    )

    @model_validator(mode="after")
    def _can_grow(self) -> Self:
        if self.at_most is not None and self.at_most < self.planned:
            raise wanted(f"at least the {self.planned} planned", at="at_most")
        if self.events is not None and self.most > self.participants:
            raise wanted(
                f"as many participants as there may be events, {self.most} (see `at most`)", at="participants"
            )
        return self

    @property
    def planned(self) -> int:
        """What is planned and may change: events where they are planned, else participants."""
        return self.participants if self.events is None else self.events

    @property
    def most(self) -> int:
        """Participants (or events) to which the trial may grow."""
        return self.at_most if self.at_most is not None else 2 * self.planned

    def unit(self) -> int:
        """Participants that enter together; events happen one by one."""
        allocation = self.allocator()
        return allocation.block if self.events is None and isinstance(allocation, PermutedBlocks) else 1

    def planned_looks(self) -> Looks:
        """The look at which the size is chosen, and the last one as planned."""
        sizes = interim_sizes((self.look, 1.0), self.planned, self.unit())
        return KnownOutcomes(sizes) if self.events is None else EventCounts(sizes)

    def wanted_power(self, question: Question) -> float:
        """Power that the new size is to give."""
        return self.power if self.power is not None else question.power

    def chosen_analysis(self, endpoint: Endpoint) -> Analysis:
        """The analysis, checked against the endpoint.

        Raises:
            ValueError: When it does not suit, or no size can be found for the kind of endpoint.
        """
        if endpoint.kind not in self.served:
            raise ValueError(
                f"a design of kind {self.kind!r} finds sizes for {list_words([f'a {kind}' for kind in self.served])} endpoint, "
                f"and this endpoint is {endpoint.kind}"
            )
        return super().chosen_analysis(endpoint)

    def size_sentence(self, least: int) -> str:
        """How many take part, and how they are allocated."""
        fewest = "" if least == self.planned else f", at least {least}"
        people = count_words(self.participants, "participant")
        if self.events is None:
            many = f"{people} are planned{fewest} and at most {self.most} are enrolled."
        else:
            many = (
                f"Up to {people} are enrolled; {count_words(self.events, 'event')} are planned{fewest} and at most {self.most} "
                "are waited for."
            )
        return f"{many} {self.allocator().describe()}"


def planned_benefit(effect: float, endpoint: Endpoint, null: float) -> float:
    """The benefit that a size is to find, on the scale on which benefits are compared.

    Args:
        effect: As people write it: a difference, positive whatever is better; for counts a ratio of rates, for times to events
            one of hazards.
        endpoint: The endpoint.
        null: Benefit at the boundary of the null.

    Raises:
        ValueError: When it is no benefit.

    Example:
        >>> bleeds = Endpoint(name="bleeds", kind="count", better="lower")
        >>> round(planned_benefit(0.5, bleeds, 0.0), 4)
        0.6931
    """
    if endpoint.measure.ratio:
        if effect <= 0:
            raise ValueError(
                f"`effect` is a {endpoint.measure.name} here, such as 0.5, and {effect:g} is none"
            )
        benefit = math.log(effect) / math.log(endpoint.natural(1.0))
    else:
        benefit = effect
    if benefit <= null:
        raise ValueError(
            f"`effect` is {effect:g}, which is no benefit over what has to be beaten: write a difference as a positive number, "
            "and a ratio below 1 where fewer or later events are better"
        )
    return benefit


def effect_words(effect: float, endpoint: Endpoint) -> str:
    """The effect planned for, in words.

    Example:
        >>> effect_words(0.2, Endpoint(name="response", kind="binary"))
        'a difference of 20 percentage points'
    """
    if endpoint.measure.ratio:
        return f"a {endpoint.measure.name} of {effect:g}"
    if endpoint.kind == "binary":
        return f"a difference of {100 * effect:.4g} percentage points"
    unit = f" {endpoint.unit}" if endpoint.unit else ""
    return f"a difference of {effect:g}{unit}"
