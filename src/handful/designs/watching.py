"""What a Bayesian design watches, as a function of the threshold with which it claims benefit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from handful.analyses.base import Analysis
from handful.analyses.scales import OnDualCriterion, OnPosterior
from handful.analyses.two_proportions import TwoBetaPosteriors
from handful.analyses.watched import Predicted, Watched
from handful.designs.pieces import Thresholds
from handful.stats.predictive_normal import interim_z

Rule = Callable[[float], tuple[Analysis, Thresholds]]
"""From a threshold to the analysis that is held against it, and the thresholds of all looks."""

# A probability that equals its threshold claims, and does not stop; rounding in its last digits must not decide otherwise.
_ROUNDING = 1.0 + 1e-12


@dataclass(frozen=True)
class Watching:
    """Success at a posterior probability, and one of the ways to give up.

    Attributes:
        base: The Bayesian analysis that claims benefit, on the scale of posterior probabilities.
        sizes: Participants (or events) on control and on treatment at each look, as nearly as is known.
        known: Whether they are known.
        early_success: Whether benefit can be claimed before the last look.
        futility_below: Posterior probability below which the trial stops.
        futility_value: Benefit that it is about; that of the claim when None.
        predictive_below: Predictive probability of a claim at the last look below which the trial stops.
        binding: Whether stopping must be obeyed.
    """

    base: Analysis
    sizes: tuple[tuple[int, int], ...]
    known: bool
    early_success: bool = True
    futility_below: float | None = None
    futility_value: float | None = None
    predictive_below: float | None = None
    binding: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be predicted.

        Raises:
            ValueError: When the predictive probability cannot be computed.
        """
        if self.predictive_below is None or len(self.sizes) == 1:
            return
        if isinstance(self.base, TwoBetaPosteriors):
            if not self.known:
                raise ValueError(
                    "a predictive probability of proportions needs the sizes of both arms: randomise in blocks, and plan "
                    "participants that fill whole ones"
                )
        elif not isinstance(self.base, OnPosterior):
            raise ValueError(
                f"analysis {self.base.kind!r} does not say what it predicts; use `futility below`"
            )

    def at(self, threshold: float) -> tuple[Analysis, Thresholds]:
        """The analysis and the thresholds with which it claims and gives up.

        Args:
            threshold: Posterior probability at which benefit is claimed, in (0, 1).
        """
        claim_at = threshold / _ROUNDING
        early = claim_at if self.early_success else np.inf
        analysis, limits = self._giving_up(claim_at)
        return analysis, Thresholds(
            upper=(*(early,) * len(limits), claim_at),
            lower=(*(_just_below(min(limit, claim_at)) for limit in limits), -np.inf),
            binding=self.binding,
        )

    def without_giving_up(self, threshold: float) -> tuple[Analysis, Thresholds]:
        """The same for a trial that goes on whatever is watched beside its success."""
        _, rule = self.at(threshold)
        return self.base, Thresholds(rule.upper, (-np.inf,) * len(rule.upper))

    def _giving_up(self, claim_at: float) -> tuple[Analysis, tuple[float, ...]]:
        """The analysis that says when to stop, and the value below which it does at each interim look."""
        looks = len(self.sizes) - 1
        if self.predictive_below is not None and looks:
            return self._predicting(claim_at, self.predictive_below / _ROUNDING)
        if self.futility_below is None or not looks:
            return self.base, (-np.inf,) * looks
        limit = self.futility_below / _ROUNDING
        if self.futility_value is None:
            return self.base, (limit,) * looks
        plain = self.base.significance if isinstance(self.base, OnDualCriterion) else self.base
        both = Watched(
            base=self.base,
            watch=plain,
            watched_null=self.futility_value,
            claim_at=claim_at,
            limit=limit,
        )
        return both, (limit,) * looks

    def _predicting(self, claim_at: float, limit: float) -> tuple[Analysis, tuple[float, ...]]:
        """An exact sum for proportions; else the posterior is normal, and a prediction is a limit of its own at each look."""
        looks = len(self.sizes) - 1
        if isinstance(self.base, TwoBetaPosteriors):
            watch = Predicted(base=self.base, sizes=self.sizes[-1], claim_at=claim_at)
            return Watched(base=self.base, watch=watch, claim_at=claim_at, limit=limit), (limit,) * looks
        z = interim_z(limit, float(ndtri(claim_at)), self._shares())
        return self.base, tuple(float(p) for p in ndtr(z))

    def _shares(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Information of the posterior at each interim look as a share of that at the last."""
        assert isinstance(self.base, OnPosterior)
        totals = np.asarray(self.sizes, dtype=np.float64).sum(axis=1)
        ratio = np.asarray(self.sizes[-1]) / sum(self.sizes[-1])
        worth = totals[:, None] * ratio + np.asarray(self.base.prior_worth)
        information = worth.prod(axis=1) / worth.sum(axis=1)
        return np.asarray(information[:-1] / information[-1])


def _just_below(limit: float) -> float:
    """The number before a limit, so that what is equal to the limit does not stop a trial."""
    return float(np.nextafter(limit, -np.inf)) if np.isfinite(limit) else limit
