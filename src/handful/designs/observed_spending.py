"""Thresholds for the information that the looks of a trial really have.

Participants are lost, events come in bursts, and at a month of the calendar nobody knows beforehand how much will be known.
What may be spent by a look follows from what is there, as a share of what was planned for the end (Lan and DeMets 1983), and
the last look takes what is left. So each trial has boundaries of its own; the same history has the same boundaries.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np

from handful.analyses.base import Analysis
from handful.designs.pieces import Limits, Thresholds
from handful.participants.observations import Integers
from handful.stats.boundaries import Boundaries
from handful.stats.normal_process import CLOSEST_LOOKS
from handful.stats.observed_information import ObservedBoundaries, boundaries_at
from handful.stats.spending import SpendingFunction

History = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SpentAsObserved(Thresholds):
    """The rule of a trial whose boundaries follow the information that is there.

    `upper`, `lower` and so on are those of a trial in which everything goes as planned.

    Attributes:
        looks: Looks planned.
        maximum: Information planned for the last: participants whose outcome is seen, or events.
        efficacy: How the type I error is spent.
        futility: How the type II error is spent; None for no futility.
        planned: The boundaries if everything goes as planned.
        analysis: What turns a z-value into a threshold.
    """

    at_observed: ClassVar[bool] = True

    looks: int
    maximum: int
    efficacy: SpendingFunction
    futility: SpendingFunction | None
    planned: Boundaries
    analysis: Analysis

    @property
    def sided(self) -> Literal[1, 2]:
        """1, or 2 where the trial may stop for harm."""
        return self.planned.sided

    def limits(self, look: int, reached: Integers | None = None) -> Limits:
        """What the statistic is held against at a look, for each trial; as planned when nothing is known of them."""
        if reached is None:
            return super().limits(look)
        different, place = np.unique(reached, axis=0, return_inverse=True)
        found = np.array([_limits(self, tuple(row), look == self.looks - 1) for row in different.tolist()])
        return Limits(*(found[place.ravel(), k : k + 1] for k in range(4)))

    def boundaries(self, history: History, final: bool) -> ObservedBoundaries | None:
        """The boundaries of the looks that were held, on the z scale; None where the present one is not.

        A look that adds too little to the one before is not held, and the trial goes on. The last is held in any case: if it
        adds nothing it takes the place of the one before, whose error it takes over too. As the trial has passed that one
        with the same data, no error is spent twice.

        Args:
            history: Information at each look up to the present one.
            final: Whether the present one is the last.
        """
        return _boundaries(self, history, final)


@lru_cache(maxsize=65536)
def _limits(rule: SpentAsObserved, history: History, final: bool) -> tuple[float, float, float, float]:
    """Limits for success, futility (to, from) and harm after a history."""
    found = _boundaries(rule, history, final)
    if found is None:
        return np.inf, -np.inf, -np.inf, -np.inf
    upper = rule.analysis.from_z(found.upper[-1])
    if found.final and not final:
        lower = np.inf  # everything is known already: what is no success now never will be
    else:
        lower = rule.analysis.from_z(found.lower[-1]) if rule.sided == 1 and not final else -np.inf
    return upper, lower, -np.inf, -upper if rule.sided == 2 else -np.inf


@lru_cache(maxsize=65536)
def _boundaries(rule: SpentAsObserved, history: History, final: bool) -> ObservedBoundaries | None:
    """Solve the boundaries of one history."""
    held: list[int] = []
    *before, now = history
    for level in before:
        if level > 0 and level - (held[-1] if held else 0) >= CLOSEST_LOOKS * level:
            held.append(level)
    while final and held and now - held[-1] < CLOSEST_LOOKS * now:
        held.pop()
    if now <= 0 or (held and now - held[-1] < CLOSEST_LOOKS * now):
        return None
    return boundaries_at(
        (*held, now),
        rule.maximum,
        efficacy=rule.efficacy,
        futility=rule.futility,
        binding=rule.binding,
        alpha=rule.planned.alpha,
        power=rule.planned.power,
        sided=rule.sided,
        drift=rule.planned.drift,
        final=final,
    )
