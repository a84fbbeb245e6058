"""Prognostic factors: yes-or-no traits that minimisation balances and that shift the outcome."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handful.kernels.streams import Purpose, uniforms
from handful.participants.block import Block
from handful.spec.base import Spec
from handful.spec.quantities import Number, OpenProbability

Floats = NDArray[np.float64]
Traits = NDArray[np.int8]

MOST_FACTORS = 6
"""Closed forms go over every combination of factors, so there are few."""


class Factor(Spec):
    """One trait that a participant has or has not, known before treatment."""

    name: str = Field(min_length=1, max_length=60, description="The trait, such as `aged under 12`.")
    share: OpenProbability = Field(description="Share of participants who have it.")
    effect: Number = Field(
        0.0,
        description="How much higher the outcome is in those who have it, whatever their arm: points of "
        "proportion, units, or the log of a ratio of odds, rates or hazards.",
    )


def traits(factors: tuple[Factor, ...], block: Block, count: int) -> Traits:
    """Who has which factor.

    Args:
        factors: The factors.
        block: The trials.
        count: Participants in each trial.

    Returns:
        1 for those who have it, shape (trials, count, factors).

    Example:
        >>> young = Factor(name="young", share=0.5)
        >>> traits((young,), Block(seed=1, first=0, trials=2), 3).shape
        (2, 3, 1)
    """
    has = np.empty((block.trials, count, len(factors)), dtype=np.int8)
    for number, factor in enumerate(factors):
        drawn = uniforms(block.seed, block.first, block.trials, count, Purpose.COVARIATE, number)
        has[:, :, number] = drawn < factor.share
    return has


def cells(factors: tuple[Factor, ...]) -> list[tuple[float, float]]:
    """Every kind of participant that the factors make, for closed forms.

    Args:
        factors: The factors.

    Returns:
        (share of participants, sum of their effects less its mean) of each combination; [(1, 0)] without
        factors.

    Example:
        >>> cells((Factor(name="young", share=0.25, effect=4),))
        [(0.75, -1.0), (0.25, 3.0)]
    """
    shifting = [factor for factor in factors if factor.effect != 0]
    found = []
    for has in product((0, 1), repeat=len(shifting)):
        share, shift = 1.0, 0.0
        for factor, yes in zip(shifting, has, strict=True):
            share *= factor.share if yes else 1 - factor.share
            shift += factor.effect * (yes - factor.share)
        found.append((share, shift))
    return found


def variance_of_shift(factors: tuple[Factor, ...]) -> float:
    """Variance between participants that the factors' effects add.

    Example:
        >>> variance_of_shift((Factor(name="young", share=0.5, effect=4),))
        4.0
    """
    return sum(factor.effect**2 * factor.share * (1 - factor.share) for factor in factors)
