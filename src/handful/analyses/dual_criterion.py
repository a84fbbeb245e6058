"""Dual criterion: a claim needs significance and relevance, and both are one statistic.

Significance is a posterior probability of beating the null; relevance asks that the posterior median reaches the decision
value. The statistic (`handful.stats.dual_criterion`) is at or above a threshold of a half or more exactly where both hold, so
that looks, boundaries and the exact engine need to know nothing of it. With a flat prior the median is the usual estimate.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from handful.analyses.base import Aim, Evidence, Floats
from handful.analyses.one_proportion import BetaBinomial, BetaPosterior
from handful.analyses.posterior_means import DifferencePosterior, PosteriorMeanDifference
from handful.analyses.scales import OnDualCriterion
from handful.analyses.two_proportions import BetaBinomialTwoArms, TwoBetaPosteriors
from handful.participants.observations import Cut, Observations
from handful.spec.quantities import Number, OpenProbability
from handful.stats.dual_criterion import dual_statistic

_PAPERS = ("fisch2015", "roychoudhury2018")


class DualCriterionProportion(OnDualCriterion, BetaPosterior):
    """A single arm with a binary outcome whose proportion beats the benchmark, and whose median reaches a decision value.

    Example:
        >>> analysis = DualCriterionProportion(decision_value=0.175, prior=(0.0811, 1.0))
        >>> claims = analysis.table(25, 0.075) >= analysis.critical(0.05)
        >>> int(claims.argmax())
        5
    """

    kind: Literal["dual criterion"] = "dual criterion"
    meaning: ClassVar[str] = (
        "significance and relevance of a proportion against a benchmark, with a beta prior"
    )
    references: ClassVar[tuple[str, ...]] = _PAPERS

    decision_value: OpenProbability = Field(
        description="Share of favourable results that the posterior median has to reach."
    )

    @property
    def significance(self) -> BetaBinomial:
        """The posterior probability alone."""
        return BetaBinomial(prior=self.prior)

    def table(self, size: int, benchmark: float) -> Floats:
        """Both criteria in every possible trial."""
        return dual_statistic(super().table(size, benchmark), super().table(size, self.decision_value))


class DualCriterionTwoArms(OnDualCriterion, TwoBetaPosteriors):
    """Two arms with a binary outcome whose difference beats the null, and whose median reaches a decision value."""

    kind: Literal["dual criterion two arms"] = "dual criterion two arms"
    meaning: ClassVar[str] = (
        "significance and relevance of the difference of two proportions, with beta priors"
    )
    references: ClassVar[tuple[str, ...]] = (*_PAPERS, "cook2008")

    decision_value: OpenProbability = Field(
        description="Difference in the share of favourable results that the posterior median has to reach."
    )

    @property
    def significance(self) -> BetaBinomialTwoArms:
        """The posterior probability alone."""
        return BetaBinomialTwoArms(prior_treated=self.prior_treated, prior_control=self.prior_control)

    def table(self, control: int, treated: int, null: float = 0.0) -> Floats:
        """Both criteria in every possible trial."""
        return dual_statistic(
            super().table(control, treated, null), super().table(control, treated, self.decision_value)
        )


class DualCriterionMeans(OnDualCriterion, DifferencePosterior):
    """Two arms with a continuous outcome whose difference beats the null, and whose median reaches a decision value."""

    kind: Literal["dual criterion mean difference"] = "dual criterion mean difference"
    meaning: ClassVar[str] = "significance and relevance of the difference of two means"
    references: ClassVar[tuple[str, ...]] = (*_PAPERS, "neuenschwander2011")

    decision_value: Number = Field(
        description="Benefit that the posterior median has to reach, in the unit of the outcome."
    )

    @property
    def significance(self) -> PosteriorMeanDifference:
        """The posterior probability alone."""
        return PosteriorMeanDifference(
            sd=self.sd,
            variances=self.variances,
            prior_treated=self.prior_treated,
            prior_control=self.prior_control,
        )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Both criteria of every trial."""
        significance = self.probability(seen, cut, aim)
        relevance = self.probability(seen, cut, replace(aim, null=self.decision_value))
        return Evidence(dual_statistic(significance, relevance)[:, None])
