"""How a study file says which test pays for a size that was chosen with open eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field
from scipy.special import log_ndtr

from handful.analyses.base import Analysis
from handful.analyses.conditional_error import ConditionalError
from handful.analyses.hypotheses import ONE
from handful.analyses.stages import has_stages
from handful.designs.combination_choice import Fisher, InverseNormal, StageRule
from handful.designs.pieces import Thresholds
from handful.designs.spending_choice import OBrienFleming, Spending, short_form
from handful.designs.words import by_the, level_words
from handful.participants.observations import Floats
from handful.spec.base import Spec
from handful.stats.conditional_power import conditional_power


@dataclass(frozen=True)
class LastTest:
    """The test of a trial of two stages, and what it may still spend between them.

    Attributes:
        analysis: Evidence from data.
        thresholds: What the statistic must reach at each look.
        words: The rule in words, one sentence an item.
        first: Share of the planned information at the look.
        bound: What is to be reached at the end: a z-value, or minus the logarithm of the product of both p-values.
        by_products: Whether it is a product.
    """

    analysis: Analysis
    thresholds: Thresholds
    words: tuple[str, ...]
    first: float
    bound: float
    by_products: bool = False

    def conditional_error(self, z: Floats) -> Floats:
        """Level at which the second stage alone is tested, given the z-value of the first."""
        if self.by_products:
            return np.asarray(np.exp(np.minimum(-self.bound - log_ndtr(-z), 0.0)))
        return conditional_power(self.first, z, 1.0, self.bound, 0.0)


class PromisingZoneTest(Spec):
    """The ordinary test, as if the size had never been changed.

    It keeps its level if the size grows only where the interim result is promising (Chen, DeMets and Lan 2004; Mehta and
    Pocock 2011).
    """

    kind: Literal["promising zone"] = "promising zone"
    ordinary: ClassVar[bool] = True
    """Whether the test is the ordinary one, which leaves it to the rule of the size to keep the level."""

    def made(self, base: Analysis, sizes: tuple[int, int], alpha: float) -> LastTest:
        """One analysis at the end.

        Args:
            base: Analysis of the two arms.
            sizes: Participants (or events) planned at the look and at the end.
            alpha: One-sided level.
        """
        words = (
            f"At the end the arms are compared {by_the(base.meaning)} of all data; benefit is claimed at {level_words(alpha)}.",
        )
        upper = (np.inf, base.critical(alpha))
        rule = Thresholds(upper, (-np.inf, -np.inf))
        return LastTest(base, rule, words, sizes[0] / sizes[1], base.to_z(upper[1]))


class InverseNormalTest(InverseNormal):
    """The stages are weighted as planned, however large the second became (Cui, Hung and Wang 1999)."""

    ordinary: ClassVar[bool] = False

    def made(self, base: Analysis, sizes: tuple[int, int], alpha: float) -> LastTest:
        """A weighted sum of the z-values of both stages."""
        rule = self.rule((sizes[0] / sizes[1], 1.0), alpha)
        return _combined(rule, base, sizes)


class FisherTest(Fisher):
    """The p-values of the stages are multiplied (Bauer and Koehne 1994)."""

    ordinary: ClassVar[bool] = False

    def made(self, base: Analysis, sizes: tuple[int, int], alpha: float) -> LastTest:
        """A product of the p-values of both stages."""
        rule = self.rule((sizes[0] / sizes[1], 1.0), alpha)
        return _combined(rule, base, sizes)


class ConditionalErrorTest(Spec):
    """The planned test where nothing was changed; else the second stage alone, at what the planned test had left for it.

    Mueller and Schaefer (2001).
    """

    kind: Literal["conditional error"] = "conditional error"
    ordinary: ClassVar[bool] = False

    spending: Spending = Field(
        default_factory=OBrienFleming,
        description="How the planned test spends the type I error over its looks.",
    )
    early_success: bool = Field(True, description="Whether benefit can be claimed at the interim look.")

    def made(self, base: Analysis, sizes: tuple[int, int], alpha: float) -> LastTest:
        """The ordinary test or the second stage alone."""
        planned = InverseNormal(spending=self.spending, early_success=self.early_success)
        rule = planned.rule((sizes[0] / sizes[1], 1.0), alpha)
        bound = rule.thresholds.upper[1]
        words = (
            f"In a trial that keeps its size the arms are compared {by_the(base.meaning)} of all data. Where the size was "
            "changed the second stage is compared alone, at the level that the first has left for it.",
            rule.words[-1].replace("combined z", "z"),
        )
        analysis = ConditionalError(
            base=has_stages(base), hypotheses=ONE, weights=rule.weights, planned=sizes[1]
        )
        return LastTest(analysis, rule.thresholds, words, sizes[0] / sizes[1], bound)


def _combined(rule: StageRule, base: Analysis, sizes: tuple[int, int]) -> LastTest:
    """A combination test of two stages."""
    words = (f"The arms are compared {by_the(base.meaning)}, stage by stage.", *rule.words)
    return LastTest(
        analysis=rule.closed(base, ONE, "bonferroni"),
        thresholds=rule.thresholds,
        words=words,
        first=sizes[0] / sizes[1],
        bound=rule.thresholds.upper[1],
        by_products=rule.combination == "fisher",
    )


LastTestChoice = Annotated[
    PromisingZoneTest | InverseNormalTest | FisherTest | ConditionalErrorTest, Field(discriminator="kind")
]
Testing = Annotated[LastTestChoice, BeforeValidator(short_form)]
"""The test of a trial whose size was changed with open eyes: its name, or its name with its settings."""
