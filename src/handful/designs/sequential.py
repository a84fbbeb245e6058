"""What every family with planned looks shares: when they are, how error is spent, and the thresholds that follow."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from handful.analyses.base import Aim, Analysis
from handful.designs.base import Design
from handful.designs.calibration import calibrated_thresholds
from handful.designs.pieces import Allocation, KnownOutcomes, Looks, Thresholds
from handful.designs.spending_choice import OBrienFleming, Spending
from handful.designs.words import level_words, list_words
from handful.spec.base import Spec, wanted
from handful.spec.quantities import AscendingPercentList
from handful.stats.boundaries import Boundaries, group_sequential_boundaries

MOST_LOOKS = 20


class Futility(Spec):
    """Stopping because success has become unlikely, by spending the type II error."""

    spending: Spending = Field(default_factory=OBrienFleming, description="How the type II error is spent.")
    binding: bool = Field(
        False, description="Whether the rule must be obeyed, which lowers the boundary for success in return."
    )


class Sequential(Design):
    """Base of the families with looks at which a trial can stop for success or for futility.

    With `boundaries: normal` the thresholds come from the canonical normal process, as in every standard package; in a small
    trial with counts the real type I error then differs from the nominal one, and the report prints both. With
    `boundaries: exact` the thresholds are calibrated over all possible trials so that the spending is kept at the worst
    point of the null.
    """

    looks: AscendingPercentList = Field(
        (1.0,), description="Share of the information at each look; the last one is 100%."
    )
    spending: Spending = Field(
        default_factory=OBrienFleming, description="How the type I error is spent over the looks."
    )
    futility: Futility | None = Field(None, description="Stopping for futility; none when empty.")
    boundaries: Literal["normal", "exact"] = Field(
        "normal",
        description="Thresholds from the normal process, or calibrated exactly over all possible counts.",
    )

    @model_validator(mode="after")
    def _looks_end_with_all(self) -> Self:
        if self.looks[-1] != 1:
            raise wanted("looks that end with 100%", at="looks")
        if len(self.looks) > MOST_LOOKS:
            raise wanted(f"at most {MOST_LOOKS} looks", at="looks")
        return self

    def normal_boundaries(self, looks: Looks, alpha: float, power: float) -> Boundaries:
        """The boundaries on the scale of the standardised statistic, for the information actually planned."""
        planned = np.asarray(looks.planned(), dtype=np.float64)
        fractions = tuple(float(f) for f in planned / planned[-1])
        return _boundaries(fractions, self.spending, self.futility, alpha, power)

    def thresholds(
        self, looks: Looks, allocation: Allocation, analysis: Analysis, aim: Aim, power: float
    ) -> Thresholds:
        """Thresholds on the analysis's own scale.

        Raises:
            ValueError: When exact boundaries are asked for and trials cannot be enumerated.
        """
        if looks.number == 1 and self.boundaries == "normal":
            return Thresholds.single(analysis.critical(aim.alpha))
        normal = self.normal_boundaries(looks, aim.alpha, power)
        lower = (*(analysis.from_z(z) for z in normal.lower[:-1]), -np.inf)
        if self.boundaries == "normal":
            return Thresholds(tuple(analysis.from_z(z) for z in normal.upper), lower, normal.binding)
        sizes = [allocation.sizes(n) for n in looks.planned()] if isinstance(looks, KnownOutcomes) else [None]
        known = [size for size in sizes if size is not None]
        lattice = analysis.lattice(known, aim) if len(known) == len(sizes) else None
        if lattice is None:
            raise ValueError(
                "`boundaries: exact` needs a test that depends on counts, such as boschloo or z pooled, and participants that "
                "fill whole blocks"
            )
        spent = self.spending.function().spent(normal.information_fractions, aim.alpha)
        obeyed = lower if normal.binding else (-np.inf,) * len(lower)
        upper = calibrated_thresholds(lattice, tuple(float(s) for s in spent), obeyed)
        return Thresholds(upper, lower, normal.binding)

    def rule_words(self, rule: Thresholds, statistic: str, alpha: float) -> list[str]:
        """The rule in words, when there is more than one look."""
        how = (
            "calibrated over all possible counts" if self.boundaries == "exact" else "from the normal process"
        )
        success = list_words([f"{value:.4g}" for value in rule.upper])
        words = [
            f"Benefit is claimed when the statistic ({statistic}) is at least {success} at the looks, by "
            f"{self.spending.words} of {level_words(alpha)}, {how}."
        ]
        if self.futility is not None and len(rule.lower) > 1:
            limits = list_words([f"{value:.4g}" for value in rule.lower[:-1]])
            force = "must" if rule.binding else "may"
            words.append(
                f"The trial {force} stop for futility when the statistic is at most {limits} at the interim looks, by "
                f"{self.futility.spending.words} of the type II error."
            )
        return words


@lru_cache(maxsize=256)
def _boundaries(
    fractions: tuple[float, ...], spending: Spending, futility: Futility | None, alpha: float, power: float
) -> Boundaries:
    """Solve the boundaries once."""
    return group_sequential_boundaries(
        fractions,
        efficacy=spending.function(),
        futility=None if futility is None else futility.spending.function(),
        binding=futility is not None and futility.binding,
        alpha=alpha,
        power=power,
    )
