"""Bayesian analyses of a time to an event: the hazard ratio of two arms, and one arm against a historical curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy.special import ndtri

from handful.analyses.base import Aim, Comparator, Estimate, Evidence, Floats, Process, Sizes
from handful.analyses.logrank import LogRank, followed
from handful.analyses.one_sample_logrank import AgainstHistory
from handful.analyses.posterior_rates import benefit_of_ratios
from handful.analyses.scales import OnPosterior
from handful.kernels.survival import logrank
from handful.participants.observations import Cut, Events, Observations
from handful.spec.quantities import NonNegativeNumber, PositiveNumber
from handful.stats.gamma_poisson import rate_above, rate_below, rate_quantile
from handful.stats.normal_posterior import Normal, NormalPosterior, updated


class PosteriorHazardRatio(OnPosterior):
    """Posterior probability that the hazard ratio is better than the null, by a normal approximation.

    Where the log-rank test expects E events in the treated arm with variance V and O are seen, the log hazard ratio is
    estimated by (O - E) / V with information V, and a normal prior that is worth m events has information m / 4
    (Spiegelhalter, Freedman and Parmar 1994). The approximation is good for hazard ratios between a third and three; further
    out it is drawn towards 1.
    Benefit is minus the log hazard ratio when a later event is better. Without a prior and without an event while both arms
    are at risk there is no evidence: a half.
    """

    kind: Literal["posterior hazard ratio"] = "posterior hazard ratio"
    meaning: ClassVar[str] = "Bayesian hazard ratio of two arms, normal approximation with a normal prior"
    references: ClassVar[tuple[str, ...]] = ("spiegelhalter1994", "mantel1966", "schoenfeld1981")
    endpoints: ClassVar[frozenset[str]] = frozenset({"time to event"})
    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Events
    information_comes_from: ClassVar[Literal["participants", "events"]] = "events"

    prior_ratio: PositiveNumber = Field(
        1.0, description="Hazard ratio, treated over control, that the prior expects."
    )
    prior_events: NonNegativeNumber = Field(
        0.0, description="Events that the prior is worth; 0 for a flat prior of the log hazard ratio."
    )

    @property
    def prior_worth(self) -> tuple[float, float]:
        """Events, half of them on each arm."""
        return self.prior_events / 2, self.prior_events / 2

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Posterior probability of benefit."""
        return Evidence(self._benefit(seen, cut, aim).above(aim.null)[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Posterior mean of the log hazard ratio, signed as a benefit, with its credible interval."""
        found = self._benefit(seen, cut, aim)
        known = found.information > 0
        half = np.divide(
            -ndtri(aim.alpha), np.sqrt(found.information), out=np.full(known.shape, np.nan), where=known
        )
        return Estimate(found.mean, found.mean - half, found.mean + half)

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """That of the log-rank test; None with a prior, which has its say at every look anew."""
        return LogRank().process(sizes, aim, benefit, variance) if self.prior_events == 0 else None

    def _benefit(self, seen: Observations, cut: Cut, aim: Aim) -> NormalPosterior:
        """Posterior of the benefit."""
        data = followed(seen, cut)
        test = logrank(data.entry, data.time, data.event, data.arm, data.month, data.taken)
        excess = -aim.sign * (test.observed - test.expected)
        value = np.divide(excess, test.variance, out=np.zeros(len(excess)), where=test.variance > 0)
        prior = Normal(-aim.sign * float(np.log(self.prior_ratio)), self.prior_events / 4)
        return updated(value, test.variance, prior)


class PosteriorHazardAgainstBenchmark(OnPosterior, AgainstHistory):
    """Posterior probability that the hazard of the treated beats that of a historical curve.

    If their hazard is so many times that of the curve, the number of events is Poisson around so many times those expected
    under it, and a gamma prior of the ratio is conjugate; for an exponential curve this is the gamma prior of Thall, Wooten
    and Tannir (2005) on the scale of the benchmark. The estimate is the posterior median of the log ratio, signed as a
    benefit. Nobody followed and no events expected by the prior give no evidence: a half.
    """

    kind: Literal["posterior hazard against benchmark"] = "posterior hazard against benchmark"
    meaning: ClassVar[str] = (
        "Bayesian comparison of events seen with those expected under a historical curve, gamma prior"
    )
    references: ClassVar[tuple[str, ...]] = ("thall2005",)

    prior: tuple[PositiveNumber, NonNegativeNumber] = Field(
        (0.5, 0.0),
        description="Events that the prior is worth, and how many would be expected with them under the benchmark; "
        "Jeffreys' prior if left out.",
    )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Posterior probability of benefit."""
        events, expected, known = self._ratio(seen, cut, aim)
        side = rate_below if aim.sign > 0 else rate_above
        return Evidence(np.where(known, side(1.0, events, expected), 0.5)[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Posterior median of the log hazard ratio to the benchmark, signed as a benefit, with its credible interval."""
        events, expected, known = self._ratio(seen, cut, aim)
        ratios = [rate_quantile(level, events, expected) for level in (aim.alpha, 0.5, 1 - aim.alpha)]
        return benefit_of_ratios(ratios, known, -aim.sign)

    def _ratio(
        self, seen: Observations, cut: Cut, aim: Aim
    ) -> tuple[Floats, Floats, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
        """Events, those expected, prior and data; and whether anything is expected."""
        tally = self.tally(seen, cut, aim)
        expected = self.prior[1] + tally.expected
        known = expected > 0
        return self.prior[0] + tally.seen, np.where(known, expected, 1.0), known
