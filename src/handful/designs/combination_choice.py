"""How a study file says in which way the stages of a trial are combined, and what a claim needs at each look."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log
from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field
from scipy.special import ndtri

from handful.analyses.base import Analysis
from handful.analyses.closed import Closed, ClosedByProducts, Intersection
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.stages import has_stages
from handful.designs.pieces import Thresholds
from handful.designs.spending_choice import OBrienFleming, Spending, short_form
from handful.designs.words import level_words, list_words
from handful.spec.base import Spec
from handful.spec.quantities import PositiveProbability
from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.fisher_combination import FisherTest, bauer_koehne, fisher_test


@dataclass(frozen=True)
class StageRule:
    """What a combination asks for.

    Attributes:
        combination: The kind of combination.
        weights: Weight of each stage.
        thresholds: What the combined statistic must reach at each look.
        words: The rule in words, one sentence an item.
    """

    combination: Literal["inverse normal", "fisher"]
    weights: tuple[float, ...]
    thresholds: Thresholds
    words: tuple[str, ...]

    def closed(
        self, base: Analysis, hypotheses: tuple[Hypothesis, ...], intersection: Intersection
    ) -> Closed:
        """The closed test with these stages.

        Raises:
            ValueError: When the analysis cannot tell the stages apart.
        """
        make = Closed if self.combination == "inverse normal" else ClosedByProducts
        return make(
            base=has_stages(base),
            hypotheses=hypotheses,
            weights=self.weights,
            intersection=intersection,
            combination=self.combination,
            rejects_at=tuple(value if np.isfinite(value) else None for value in self.thresholds.upper),
        )


class InverseNormal(Spec):
    """Weighted sums of the normal scores of the stages, with group-sequential boundaries (Lehmacher and Wassmer 1999)."""

    kind: Literal["inverse normal"] = "inverse normal"

    spending: Spending = Field(
        default_factory=OBrienFleming, description="How the type I error is spent over the looks."
    )
    early_success: bool = Field(True, description="Whether benefit can be claimed before the last look.")

    def rule(self, fractions: tuple[float, ...], alpha: float) -> StageRule:
        """Group-sequential boundaries for the information that is planned.

        Args:
            fractions: Planned information at each look as a share of all.
            alpha: One-sided level.

        Example:
            >>> [round(value, 3) for value in InverseNormal().rule((0.5, 1.0), 0.025).thresholds.upper]
            [2.963, 1.969]
        """
        looks = len(fractions)
        if self.early_success and looks > 1:
            upper = group_sequential_boundaries(
                fractions, efficacy=self.spending.function(), alpha=alpha
            ).upper
            by = f", by {self.spending.words} of {level_words(alpha)}"
        else:
            upper = (*(inf,) * (looks - 1), float(-ndtri(alpha)))
            by = f", at {level_words(alpha)}"
        weights = tuple(float(part) for part in np.diff(fractions, prepend=0.0))
        shares = list_words([f"{100 * weight:.3g}%" for weight in weights])
        how = [f"The stages are combined by the inverse normal method with weights {shares}."] * (looks > 1)
        claim = f"A claim needs a combined z of at least {_needed(upper)}{by}."
        return StageRule("inverse normal", weights, Thresholds(upper, (-inf,) * looks), (*how, claim))


class Fisher(Spec):
    """Products of the p-values of the stages (Bauer and Koehne 1994; Wassmer 1999 for more than two).

    Two stages are tested as Bauer and Koehne do: their product at the full level, and the first alone at what is saved by
    giving up early. With more stages each product is tested at the same level, with exponents by the information planned.
    """

    kind: Literal["fisher"] = "fisher"

    futility_above: PositiveProbability = Field(
        1.0,
        description="p-value of the first of two stages, of any intersection, above which a hypothesis is given up; the level "
        "counts on it. 100% for none.",
    )

    def rule(self, fractions: tuple[float, ...], alpha: float) -> StageRule:
        """Bounds of the products.

        Args:
            fractions: Planned information at each look as a share of all.
            alpha: One-sided level.

        Raises:
            ValueError: When giving up is asked for with more than two looks, or leaves no level.

        Example:
            >>> rule = Fisher(futility_above=0.5).rule((0.5, 1.0), 0.025)
            >>> [round(float(np.exp(-value)), 4) for value in rule.thresholds.upper]
            [0.0102, 0.0038]
        """
        looks = len(fractions)
        if looks == 1:
            return _by_products(FisherTest((alpha,), (), (1.0,)), alpha)
        if looks == 2:
            return _by_products(bauer_koehne(alpha, self.futility_above), alpha)
        if self.futility_above < 1:
            raise ValueError(
                "`futility above` of Fisher's combination is for two looks; use `at least` of `keep`"
            )
        return _by_products(fisher_test(fractions, alpha=alpha), alpha)


def _by_products(test: FisherTest, alpha: float) -> StageRule:
    """The rule of a test by products, on the scale of minus their logarithm."""
    upper = tuple(-log(value) for value in test.critical)
    lower = tuple(-log(value) if value < 1 else -inf for value in test.futility)
    words = [
        "The stages are combined by Fisher's product of their p-values.",
        f"A claim needs a product of at most {list_words([f'{value:.3g}' for value in test.critical])} at the looks, at "
        f"{level_words(alpha)}.",
    ]
    if any(np.isfinite(lower)):
        words.append(
            f"A hypothesis must be given up when a p-value against it is above {test.futility[0]:g} at the first look."
        )
    return StageRule(
        "fisher",
        tuple(weight * weight for weight in test.weights),
        Thresholds(upper, (*lower, -inf), binding=bool(np.isfinite(lower).any())),
        tuple(words),
    )


def _needed(upper: tuple[float, ...]) -> str:
    """Thresholds of the looks in words."""
    finite = [f"{value:.4g}" for value in upper if np.isfinite(value)]
    if len(finite) < len(upper):
        return f"{finite[-1]} at the last look"
    return finite[0] if len(finite) == 1 else f"{list_words(finite)} at the looks"


CombinationChoice = Annotated[InverseNormal | Fisher, Field(discriminator="kind")]
Combining = Annotated[CombinationChoice, BeforeValidator(short_form)]
"""How stages are combined: by its name, or its name with its settings."""
