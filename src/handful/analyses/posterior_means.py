"""Bayesian analyses of a continuous outcome: the difference of two means, and one mean against a benchmark.

Without a prior the reference prior stands (1 / variance): one arm then has the numbers of Student's t-test, two arms with a
common variance those of the pooled one, and two arms with their own variances those of Behrens and Fisher, which are a little
more careful than Welch's. An arm whose mean or variance nothing is known of gives no evidence: a half.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtr

from handful.analyses.base import Aim, Analysis, Comparator, Estimate, Evidence, Floats, Process, Sizes
from handful.analyses.scales import OnPosterior
from handful.analyses.two_means import Variances, moments
from handful.analyses.two_proportions import two_arm_process
from handful.analyses.wald import Wald, beyond_rounding
from handful.kernels.counting import Moments
from handful.participants.observations import CONTROL, TREATED, Cut, Observations, Outcomes
from handful.spec.base import Spec, wanted
from handful.spec.quantities import NonNegativeNumber, Number, PositiveNumber
from handful.stats.behrens_fisher import student_sum_cdf, student_sum_quantile
from handful.stats.normal_inverse_gamma import REFERENCE, MeanPosterior, NormalInverseGamma


class NormalPrior(Spec):
    """What is believed of an arm before the trial: a mean, and perhaps a standard deviation (normal-inverse-gamma)."""

    mean: Number = Field(description="Expected mean of the arm, in the unit of the outcome.")
    participants: PositiveNumber = Field(description="Participants that this expectation is worth.")
    sd: PositiveNumber | None = Field(None, description="Expected standard deviation of an outcome.")
    degrees: NonNegativeNumber = Field(
        0.0,
        description="Degrees of freedom that the expected standard deviation is worth: at least 1, or 0 for none.",
    )

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if 0 < self.degrees < 1:
            raise wanted("at least 1 degree of freedom, or 0 for none", at="degrees")
        if (self.degrees > 0) != (self.sd is not None):
            raise wanted(
                "a standard deviation together with the degrees of freedom that it is worth", at="sd"
            )
        return self

    @property
    def distribution(self) -> NormalInverseGamma:
        """As a distribution of mean and variance."""
        return NormalInverseGamma(self.mean, self.participants, self.sd or 0.0, self.degrees)


class MeanPosteriors(Analysis):
    """Base of the Bayesian analyses of means: what their settings have in common."""

    endpoints: ClassVar[frozenset[str]] = frozenset({"continuous"})
    reads: ClassVar[type[Observations]] = Outcomes

    sd: PositiveNumber | None = Field(
        None, description="Standard deviation of an outcome within an arm, if it is taken as known."
    )

    def believed(self, arms: Moments, arm: int, prior: NormalPrior | None) -> MeanPosterior:
        """Posterior of the mean of an arm."""
        distribution = REFERENCE if prior is None else prior.distribution
        return distribution.updated(arms.n[:, arm], arms.mean[:, arm], arms.squares[:, arm])


class DifferencePosterior(MeanPosteriors):
    """The posterior of the difference of two means, treated minus control."""

    comparator: ClassVar[Comparator] = "control arm"

    variances: Variances = Field(
        "unequal", description="Whether the arms may differ in variance (Behrens-Fisher) or not (pooled)."
    )
    prior_treated: NormalPrior | None = Field(
        None, description="Prior of treatment; the reference prior if left out."
    )
    prior_control: NormalPrior | None = Field(
        None, description="Prior of control; the reference prior if left out."
    )

    def probability(self, seen: Observations, cut: Cut, aim: Aim) -> Floats:
        """Posterior probability that the benefit is above the null, shape (trials,)."""
        treated, control = self._arms(seen, cut)
        if self.sd is not None or self.variances == "equal":
            return np.asarray(ndtr(self._common(treated, control, aim.sign).evidence(aim).statistic[:, 0]))
        value, judged, arms = _separate(treated, control, aim.sign)
        return np.where(judged, student_sum_cdf(np.where(judged, value - aim.null, 0.0), *arms), 0.5)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Posterior mean of the difference, signed as a benefit, with its equal-tailed credible interval."""
        treated, control = self._arms(seen, cut)
        if self.sd is not None or self.variances == "equal":
            return self._common(treated, control, aim.sign).estimate(aim.alpha)
        value, judged, arms = _separate(treated, control, aim.sign)
        half = np.where(judged, student_sum_quantile(1 - aim.alpha, *arms), np.inf)
        half = np.where(np.isfinite(value), half, np.nan)
        return Estimate(value, value - half, value + half)

    def _arms(self, seen: Observations, cut: Cut) -> tuple[MeanPosterior, MeanPosterior]:
        """Posteriors of the means of treatment and control."""
        arms = moments(seen, cut)
        return (
            self.believed(arms, TREATED, self.prior_treated),
            self.believed(arms, CONTROL, self.prior_control),
        )

    def _common(self, treated: MeanPosterior, control: MeanPosterior, sign: int) -> Wald:
        """The difference when both arms have one variance, known or not: Student's t or normal."""
        worth = [np.maximum(arm.participants, np.finfo(np.float64).tiny) for arm in (treated, control)]
        value = sign * (treated.mean - control.mean)
        if self.sd is not None:
            error = self.sd * np.sqrt(1 / worth[0] + 1 / worth[1])
            return Wald(value, error, np.full(len(value), np.inf))
        degrees = treated.degrees + control.degrees
        variance = (treated.squares + control.squares) / np.maximum(degrees, 1.0)
        with np.errstate(over="ignore"):
            error = np.sqrt(variance * (1 / worth[0] + 1 / worth[1]))
        return Wald(value, beyond_rounding(error, _size(treated, control)), degrees)


def _size(*arms: MeanPosterior) -> Floats:
    """Size of the numbers that were measured, to tell spread from rounding."""
    sizes = [np.where(np.isfinite(arm.mean), np.abs(arm.mean), 0.0) for arm in arms]
    return np.asarray(np.max(sizes, axis=0))


def _separate(
    treated: MeanPosterior, control: MeanPosterior, sign: int
) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.bool_]], tuple[Floats, Floats, Floats, Floats]]:
    """The difference when each arm has its own variance: (value, whether it can be judged, scale and degrees of each arm)."""
    value = sign * (treated.mean - control.mean)
    size = _size(treated, control)
    scales = [beyond_rounding(arm.scale, size) for arm in (treated, control)]
    judged = (
        np.isfinite(value) & (treated.degrees >= 1) & (control.degrees >= 1) & (scales[0] + scales[1] > 0)
    )
    first, second = (np.where(judged, scale, 1.0) for scale in scales)
    return (
        value,
        judged,
        (first, np.maximum(treated.degrees, 1.0), second, np.maximum(control.degrees, 1.0)),
    )


class PosteriorMeanDifference(OnPosterior, DifferencePosterior):
    """Posterior probability that the difference of two means is above the null.

    The normal-inverse-gamma prior of each arm is conjugate. With a variance of its own each mean is Student's t and their
    difference is integrated numerically; with a common variance, or a known standard deviation, all is in closed form.

    Example:
        >>> from handful.analyses.base import Aim
        >>> outcomes = Outcomes(np.array([[0, 0, 0, 1, 1, 1]], dtype=np.int8), None, np.array([[1.0, 2, 3, 4, 5, 7]]))
        >>> whole = Cut(np.array([6]), np.array([0.0]))
        >>> float(PosteriorMeanDifference().evidence(outcomes, whole, Aim()).statistic[0, 0].round(4))
        0.9491
    """

    kind: Literal["posterior mean difference"] = "posterior mean difference"
    meaning: ClassVar[str] = "Bayesian comparison of two means with normal-inverse-gamma priors"
    references: ClassVar[tuple[str, ...]] = ("gelman2013", "ruben1960")

    @property
    def prior_worth(self) -> tuple[float, float]:
        """Participants."""
        worth = [
            0.0 if prior is None else prior.participants for prior in (self.prior_control, self.prior_treated)
        ]
        return worth[0], worth[1]

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Posterior probability of benefit."""
        return Evidence(self.probability(seen, cut, aim)[:, None])

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """Information of the difference at its true variance; None with a prior, which has its say at every look anew."""
        if self.prior_treated is not None or self.prior_control is not None:
            return None
        if self.sd is not None and any(
            abs(variance[arm] - self.sd**2) > 1e-9 * self.sd**2 for arm in ("control", "treated")
        ):
            return None
        return two_arm_process(sizes, aim, benefit, variance)


class PosteriorMeanAgainstBenchmark(OnPosterior, MeanPosteriors):
    """Posterior probability that the mean of the treated beats a benchmark that is taken as known."""

    kind: Literal["posterior mean against benchmark"] = "posterior mean against benchmark"
    meaning: ClassVar[str] = (
        "Bayesian comparison of a mean with a benchmark, with a normal-inverse-gamma prior"
    )
    references: ClassVar[tuple[str, ...]] = ("gelman2013",)
    comparator: ClassVar[Comparator] = "benchmark"

    prior: NormalPrior | None = Field(None, description="Prior of the mean; the reference prior if left out.")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Posterior probability of benefit."""
        return Evidence(ndtr(self._benefit(seen, cut, aim).evidence(Aim(aim.sign, 0.0, aim.alpha)).statistic))

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Posterior mean minus the benchmark, signed as a benefit, with its equal-tailed credible interval."""
        return self._benefit(seen, cut, aim).estimate(aim.alpha)

    def _benefit(self, seen: Observations, cut: Cut, aim: Aim) -> Wald:
        """Benefit over the benchmark."""
        arm = self.believed(moments(seen, cut), TREATED, self.prior)
        value = aim.sign * (arm.mean - aim.null)
        if self.sd is not None:
            worth = np.maximum(arm.participants, np.finfo(np.float64).tiny)
            return Wald(value, self.sd / np.sqrt(worth), np.full(len(value), np.inf))
        return Wald(value, beyond_rounding(arm.scale, _size(arm)), arm.degrees)
