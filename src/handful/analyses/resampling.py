"""Permutation tests: what their analyses share."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handful.analyses.base import Floats
from handful.analyses.scales import OnPValues
from handful.kernels.permutation import permutation_p_value, sign_flip_p_value
from handful.spec.quantities import Count, PositiveCount


class Permutation(OnPValues):
    """Base of the permutation tests: minus the p-value, exact up to a size and from random permutations beyond.

    Random permutations are addressed by the data: the same trial has the same ones alone, in a block, and when it is run
    again, and different trials have different ones. Their p-value is (1 + those at least as extreme) / (1 + their number), so
    its level holds.
    """

    references: ClassVar[tuple[str, ...]] = ("fisher1935", "pitman1937", "phipson2010")

    exact_up_to: Count = Field(
        30,
        le=44,
        description="Participants up to whom every permutation is counted; beyond, random ones are drawn.",
    )
    resamples: PositiveCount = Field(
        999, le=1_000_000, description="Random permutations where not all are counted."
    )

    def flipped(self, benefit: Floats, seen: NDArray[np.bool_]) -> Floats:
        """p-values of the sum of the participants' benefits over all flips of their signs, shape (trials,)."""
        known = np.where(seen, benefit, 0.0)
        return sign_flip_p_value(
            known, trial=addresses(known), resamples=self.resamples, exact_up_to=self.exact_up_to
        )

    def exchanged(self, values: Floats, arm: NDArray[np.int8], seen: NDArray[np.bool_]) -> Floats:
        """p-values of the difference in means over all exchanges between the arms, shape (trials,)."""
        known = np.where(seen, values, 0.0)
        return permutation_p_value(
            known,
            arm,
            observed=seen,
            trial=addresses(known),
            resamples=self.resamples,
            exact_up_to=self.exact_up_to,
        )


def addresses(values: Floats) -> NDArray[np.uint64]:
    """A number for each trial that depends on its own data alone, for its random permutations.

    Example:
        >>> both, alone = addresses(np.array([[1.0, 2.5], [3.0, 4.0]])), addresses(np.array([[3.0, 4.0]]))
        >>> bool(both[1] == alone[0])
        True
    """
    bits = (values + 0.0).view(np.uint64)
    # Odd multipliers tell the same values in another order apart; sums wrap around.
    place = np.uint64(0x9E3779B97F4A7C15) * (2 * np.arange(values.shape[1], dtype=np.uint64) + np.uint64(1))
    total: NDArray[np.uint64] = (bits * place).sum(axis=1, dtype=np.uint64) >> np.uint64(1)
    return total
