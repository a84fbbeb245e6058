"""Bayesian analyses of numbers of events: the ratio of two rates, and one rate against a benchmark.

Gamma priors are conjugate to Poisson counts, and everything is in closed form. Counts of one person that belong together
(some people have many events, others few) vary more than Poisson counts do; these analyses then claim too much, and `rate
ratio` and `rate against benchmark` do not. An arm of which neither prior nor data say anything gives no evidence: a half.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.base import Aim, Analysis, Comparator, Estimate, Evidence, Floats
from handful.analyses.scales import OnPosterior
from handful.kernels.counting import moments_prefix
from handful.participants.observations import CONTROL, TREATED, Cut, Observations, Outcomes
from handful.spec.quantities import NonNegativeNumber, PositiveNumber
from handful.stats.gamma_poisson import (
    rate_above,
    rate_below,
    rate_quantile,
    ratio_above,
    ratio_below,
    ratio_quantile,
)

_JEFFREYS = (0.5, 0.0)
_WORTH = (
    "Events that the prior{} is worth, and the participants they were seen on; Jeffreys' prior if left out."
)


class RatePosteriors(OnPosterior, Analysis):
    """Base of the Bayesian analyses of rates."""

    endpoints: ClassVar[frozenset[str]] = frozenset({"count"})
    reads: ClassVar[type[Observations]] = Outcomes


class PosteriorRateRatio(RatePosteriors):
    """Posterior probability that the ratio of two arms' event rates is better than the null.

    Benefit is the logarithm of the ratio, signed so that positive is good. The estimate is its posterior median.

    Example:
        >>> from handful.analyses.base import Aim
        >>> bleeds = Outcomes(np.array([[0, 0, 1, 1]], dtype=np.int8), None, np.array([[5.0, 4, 1, 2]]))
        >>> whole = Cut(np.array([4]), np.array([0.0]))
        >>> float(PosteriorRateRatio().evidence(bleeds, whole, Aim(sign=-1)).statistic[0, 0].round(4))
        0.9606
    """

    kind: Literal["posterior rate ratio"] = "posterior rate ratio"
    meaning: ClassVar[str] = "Bayesian ratio of two event rates with gamma priors (Poisson counts)"
    references: ClassVar[tuple[str, ...]] = ("gelman2013",)
    comparator: ClassVar[Comparator] = "control arm"

    prior_treated: tuple[PositiveNumber, NonNegativeNumber] = Field(
        _JEFFREYS, description=_WORTH.format(" of treatment")
    )
    prior_control: tuple[PositiveNumber, NonNegativeNumber] = Field(
        _JEFFREYS, description=_WORTH.format(" of control")
    )

    @property
    def prior_worth(self) -> tuple[float, float]:
        """Participants."""
        return self.prior_control[1], self.prior_treated[1]

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Posterior probability of benefit."""
        rates, known = self._rates(seen, cut)
        side = ratio_above if aim.sign > 0 else ratio_below
        return Evidence(np.where(known, side(np.exp(aim.sign * aim.null), *rates), 0.5)[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Posterior median of the log rate ratio, signed as a benefit, with its equal-tailed credible interval."""
        rates, known = self._rates(seen, cut)
        ratios = [ratio_quantile(level, *rates) for level in (aim.alpha, 0.5, 1 - aim.alpha)]
        return benefit_of_ratios(ratios, known, aim.sign)

    def _rates(
        self, seen: Observations, cut: Cut
    ) -> tuple[tuple[Floats, Floats, Floats, Floats], np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
        """Events and participants of treatment and of control, prior and data; and whether both are known."""
        treated, on_treatment = _posterior(seen, cut, TREATED, self.prior_treated)
        control, on_control = _posterior(seen, cut, CONTROL, self.prior_control)
        known = (on_treatment > 0) & (on_control > 0)
        return (treated, np.where(known, on_treatment, 1.0), control, np.where(known, on_control, 1.0)), known


class PosteriorRateAgainstBenchmark(RatePosteriors):
    """Posterior probability that the event rate of the treated beats a benchmark that is taken as known."""

    kind: Literal["posterior rate against benchmark"] = "posterior rate against benchmark"
    meaning: ClassVar[str] = (
        "Bayesian comparison of an event rate with a benchmark, with a gamma prior (Poisson counts)"
    )
    references: ClassVar[tuple[str, ...]] = ("gelman2013",)
    comparator: ClassVar[Comparator] = "benchmark"

    prior: tuple[PositiveNumber, NonNegativeNumber] = Field(_JEFFREYS, description=_WORTH.format(""))

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Posterior probability of benefit."""
        events, participants = _posterior(seen, cut, TREATED, self.prior)
        known = participants > 0
        side = rate_above if aim.sign > 0 else rate_below
        return Evidence(
            np.where(known, side(_benchmark(aim), events, np.where(known, participants, 1.0)), 0.5)[:, None]
        )

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Posterior median of the log ratio to the benchmark, signed as a benefit, with its credible interval."""
        events, participants = _posterior(seen, cut, TREATED, self.prior)
        known = participants > 0
        worth = np.where(known, participants, 1.0) * _benchmark(aim)
        ratios = [rate_quantile(level, events, worth) for level in (aim.alpha, 0.5, 1 - aim.alpha)]
        return benefit_of_ratios(ratios, known, aim.sign)


def benefit_of_ratios(
    quantiles: list[Floats], known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], sign: int
) -> Estimate:
    """Log ratios as benefits, from the lower limit, the median and the upper limit of a ratio.

    Args:
        quantiles: Lower limit, median and upper limit, each of shape (trials,); a limit may be 0 or infinite.
        known: Where there is an estimate, shape (trials,).
        sign: +1 when a larger ratio is a benefit, -1 when a smaller one is.

    Returns:
        The estimate; not a number where there is none.
    """
    with np.errstate(divide="ignore"):
        lower, value, upper = (np.where(known, np.log(ratio), np.nan) for ratio in quantiles)
    return Estimate(value, lower, upper) if sign > 0 else Estimate(-value, -upper, -lower)


def _posterior(seen: Observations, cut: Cut, arm: int, prior: tuple[float, float]) -> tuple[Floats, Floats]:
    """Events of an arm and participants they were seen on, prior and data; shapes (trials,)."""
    assert isinstance(seen, Outcomes)
    size, mean, _ = moments_prefix(seen.outcome, seen.arm, cut.included, seen.observed)
    n = size[:, arm].astype(np.float64)
    events = np.rint(n * np.where(n > 0, mean[:, arm], 0.0))
    return prior[0] + events, prior[1] + n


def _benchmark(aim: Aim) -> float:
    """The benchmark as a mean number of events.

    Raises:
        ValueError: When it is not above 0.
    """
    if aim.null <= 0:
        raise ValueError(f"the benchmark of a count is a number of events above 0, and {aim.null:g} is not")
    return aim.null
