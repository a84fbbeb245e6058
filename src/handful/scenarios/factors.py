"""Prognostic factors: yes-or-no traits that minimisation balances and that shift the outcome."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handful.kernels.streams import Purpose, uniforms
from handful.participants.block import Block
from handful.spec.base import Spec
from handful.spec.quantities import Number, OpenProbability, Share

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
    effect_without: Share = Field(
        1.0,
        description="Effect of treatment in those who do not have it, as a share of the effect in those who do: 0 when only "
        "they benefit.",
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


class Cell(NamedTuple):
    """One kind of participant that the factors make.

    Attributes:
        share: Share of participants who are of this kind.
        shift: Sum of the effects of their factors, less its mean.
        effect: Share of the treatment effect that they get.
    """

    share: float
    shift: float
    effect: float


def cells(factors: tuple[Factor, ...]) -> list[Cell]:
    """Every kind of participant that the factors make, for closed forms.

    Args:
        factors: The factors.

    Returns:
        Each combination of the factors that matter; one cell of everybody when none does.

    Example:
        >>> [tuple(cell) for cell in cells((Factor(name="young", share=0.25, effect=4),))]
        [(0.75, -1.0, 1.0), (0.25, 3.0, 1.0)]
    """
    mattering = [factor for factor in factors if factor.effect != 0 or factor.effect_without != 1]
    found = []
    for has in product((0, 1), repeat=len(mattering)):
        share, shift, effect = 1.0, 0.0, 1.0
        for factor, yes in zip(mattering, has, strict=True):
            share *= factor.share if yes else 1 - factor.share
            shift += factor.effect * (yes - factor.share)
            effect *= 1.0 if yes else factor.effect_without
        found.append(Cell(share, shift, effect))
    return found


def modified(factors: tuple[Factor, ...]) -> bool:
    """Whether the effect of treatment depends on a factor.

    Example:
        >>> modified((Factor(name="variant", share=0.4, effect_without=0),))
        True
    """
    return any(factor.effect_without != 1 for factor in factors)


def effect_share(factors: tuple[Factor, ...], has: Traits) -> Floats | float:
    """Share of the treatment effect that each participant's factors leave; one number when they leave it as it is.

    Args:
        factors: The factors.
        has: Who has which, shape (trials, participants, factors).

    Returns:
        Shape (trials, participants), or 1.

    Example:
        >>> effect_share((Factor(name="variant", share=0.4, effect_without=0.25),), np.array([[[1], [0]]], np.int8)).tolist()
        [[1.0, 0.25]]
    """
    if not modified(factors):
        return 1.0
    without = np.array([factor.effect_without for factor in factors])
    return np.asarray(np.where(has == 1, 1.0, without).prod(axis=2))


def variance_of_shift(factors: tuple[Factor, ...]) -> float:
    """Variance between participants that the factors' effects add.

    Example:
        >>> variance_of_shift((Factor(name="young", share=0.5, effect=4),))
        4.0
    """
    return sum(factor.effect**2 * factor.share * (1 - factor.share) for factor in factors)
