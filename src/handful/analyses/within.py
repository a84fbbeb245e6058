"""One number a participant from the two sides of each: the benefit within the person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.analyses.wald import Wald, of_mean
from handful.participants.observations import Cut, Observations, Pairs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def looked_at(seen: Observations, cut: Cut) -> Flags:
    """Whose outcome is looked at and seen; the shape of `observed`, or (trials, participants)."""
    there: Flags = np.arange(seen.shape[1]) < cut.included[:, None]
    if seen.observed is None:
        return there
    return seen.observed & (there if seen.observed.ndim == 2 else there[:, :, None])


@dataclass(frozen=True)
class Differences:
    """Benefit of the treated over the control side within each participant.

    Attributes:
        benefit: Mean over the participant's pairs, 0 where not seen; shape (trials, participants).
        seen: Whether any pair of the participant is looked at and seen.
        scale: Largest size of what was measured in each trial, to tell spread from rounding; shape (trials,).
    """

    benefit: Floats
    seen: Flags
    scale: Floats

    @property
    def size(self) -> Floats:
        """Participants seen in each trial."""
        return np.asarray(self.seen.sum(axis=1), dtype=np.float64)

    def mean(self) -> Wald:
        """Mean benefit with its standard error."""
        size = self.size
        mean = self.benefit.sum(axis=1) / np.maximum(size, 1.0)
        deviation = np.where(self.seen, self.benefit - mean[:, None], 0.0)
        return of_mean(size, mean, np.square(deviation).sum(axis=1), self.scale)


def differences(seen: Observations, cut: Cut, sign: int) -> Differences:
    """Within-participant benefits: several pairs of one participant count by their mean.

    The participant is the unit of the analysis, so pairs that share a person are never mistaken for independent ones.
    `observed` may be given for each pair, shape (trials, participants, pairs); a participant then counts by the pairs seen.

    Args:
        seen: Pairs.
        cut: What is looked at.
        sign: +1 when larger outcomes are a benefit, -1 when smaller ones are.

    Returns:
        The benefits.
    """
    assert isinstance(seen, Pairs)
    there = looked_at(seen, cut)
    pairs = np.broadcast_to(there if there.ndim == 3 else there[:, :, None], seen.treated.shape)
    treated, control = np.where(pairs, seen.treated, 0.0), np.where(pairs, seen.control, 0.0)
    scale = np.maximum(
        np.abs(treated).max(axis=(1, 2), initial=0.0), np.abs(control).max(axis=(1, 2), initial=0.0)
    )
    benefit = sign * (treated - control)
    if benefit.shape[2] == 1:
        return Differences(benefit[:, :, 0], pairs[:, :, 0], scale)
    number = pairs.sum(axis=2)
    return Differences(benefit.sum(axis=2) / np.maximum(number, 1), number > 0, scale)
