"""Factors: yes-or-no traits known before treatment, that shift the outcome or change what treatment does.

A trait is prognostic when the outcome differs with it whatever the arm, and predictive when the effect of treatment does. A
diagnostic may find it with error: what happens to people follows from what they have, and who belongs to a subgroup from what
was found.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handful.kernels.streams import Purpose, uniforms
from handful.participants.block import Block
from handful.spec.base import Spec
from handful.spec.quantities import Multiple, Number, OpenProbability, Share

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
    effect_with: Multiple = Field(
        1.0,
        description="Effect of treatment in those who have it, as a share of the effect that the scenario states.",
    )
    effect_without: Multiple = Field(
        1.0,
        description="The same in those who do not have it: 0 when they gain nothing, below 0 when treatment harms them.",
    )
    sensitivity: Share = Field(1.0, gt=0, description="Chance that it is found in somebody who has it.")
    specificity: Share = Field(
        1.0, description="Chance that it is not found in somebody who does not have it."
    )

    @property
    def share_found(self) -> float:
        """Share of participants in whom the trait is found.

        Example:
            >>> Factor(name="variant", share=0.25, sensitivity=0.8, specificity=0.8).share_found
            0.35
        """
        return self.share * self.sensitivity + (1 - self.share) * (1 - self.specificity)

    @property
    def predictive_value(self) -> float:
        """Share of those in whom the trait is found who have it.

        Example:
            >>> round(Factor(name="variant", share=0.25, sensitivity=0.8, specificity=0.8).predictive_value, 4)
            0.5714
        """
        return self.share * self.sensitivity / self.share_found

    @property
    def is_predictive(self) -> bool:
        """Whether the effect of treatment depends on the trait."""
        return self.effect_with != 1 or self.effect_without != 1

    def effect_in(self, has: bool) -> float:
        """Share of the treatment effect in those who have the trait, or have it not."""
        return self.effect_with if has else self.effect_without


def traits(factors: tuple[Factor, ...], block: Block, count: int) -> Traits:
    """Who has which factor in truth.

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


def found(factors: tuple[Factor, ...], has: Traits, block: Block) -> Traits:
    """In whom which factor is found, by diagnostics that may err.

    Args:
        factors: The factors.
        has: Who has which in truth, shape (trials, participants, factors).
        block: The trials.

    Returns:
        The same shape; what is given when no diagnostic errs.

    Example:
        >>> block, never = Block(seed=1, first=0, trials=1), np.zeros((1, 4, 1), np.int8)
        >>> found((Factor(name="variant", share=0.4, specificity=0),), never, block).tolist()
        [[[1], [1], [1], [1]]]
    """
    if all(factor.sensitivity == factor.specificity == 1 for factor in factors):
        return has
    seen = has.copy()
    for number, factor in enumerate(factors):
        drawn = uniforms(
            block.seed, block.first, block.trials, has.shape[1], Purpose.COVARIATE, MOST_FACTORS + number
        )
        right = drawn < np.where(has[:, :, number] == 1, factor.sensitivity, factor.specificity)
        seen[:, :, number] = np.where(right, has[:, :, number], 1 - has[:, :, number])
    return seen


class Cell(NamedTuple):
    """One kind of participant that the factors make.

    Attributes:
        share: Share of participants who are of this kind.
        shift: Sum of the effects of their factors, less its mean.
        effect: Share of the treatment effect that they get; below 0 where it harms.
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
    mattering = [factor for factor in factors if factor.effect != 0 or factor.is_predictive]
    kinds = []
    for has in product((0, 1), repeat=len(mattering)):
        share, shift, effect = 1.0, 0.0, 1.0
        for factor, yes in zip(mattering, has, strict=True):
            share *= factor.share if yes else 1 - factor.share
            shift += factor.effect * (yes - factor.share)
            effect *= factor.effect_in(bool(yes))
        kinds.append(Cell(share, shift, effect))
    return kinds


def modified(factors: tuple[Factor, ...]) -> bool:
    """Whether the effect of treatment depends on a factor.

    Example:
        >>> modified((Factor(name="variant", share=0.4, effect_without=0),))
        True
    """
    return any(factor.is_predictive for factor in factors)


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
    with_it, without = (np.array([factor.effect_in(yes) for factor in factors]) for yes in (True, False))
    return np.asarray(np.where(has == 1, with_it, without).prod(axis=2))


def variance_of_shift(factors: tuple[Factor, ...]) -> float:
    """Variance between participants that the factors' effects add.

    Example:
        >>> variance_of_shift((Factor(name="young", share=0.5, effect=4),))
        4.0
    """
    return sum(factor.effect**2 * factor.share * (1 - factor.share) for factor in factors)
