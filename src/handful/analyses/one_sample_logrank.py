"""One arm with a time to an event against a historical curve: events seen beside events expected.

Under the benchmark's cumulative hazard H, a participant followed for t months is expected to have H(t) events. The
benchmark is the median time to the event or its yearly hazard, with an exponential or Weibull curve:
H(t) = log 2 (t / median)^shape, or (hazard t)^shape.
"""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from handful.analyses.base import Aim, Analysis, Comparator, Estimate, Evidence, Floats
from handful.analyses.logrank import followed
from handful.analyses.scales import OnPValues, OnZ
from handful.participants.observations import TREATED, Cut, Events, Observations
from handful.spec.quantities import PositiveNumber
from handful.stats.counts import rate_interval, rate_p_value

_HALF = 0.5
"""Events that stand for none, so that their logarithm exists."""


class Tally(NamedTuple):
    """Events of the treated, each of shape (trials,).

    Attributes:
        seen: Events that happened.
        expected: Events expected under the benchmark; 0 when nobody is followed, and when somebody is followed for ever.
    """

    seen: Floats
    expected: Floats


class AgainstHistory(Analysis):
    """Base of the comparisons of events seen with events expected.

    The estimate is the log of their ratio, the hazard ratio to the benchmark when hazards are proportional, signed as a
    benefit. Its interval takes the number of events as Poisson (Garwood 1936) and is unbounded on one side without an event,
    where half an event stands for none in the estimate.
    """

    endpoints: ClassVar[frozenset[str]] = frozenset({"time to event"})
    comparator: ClassVar[Comparator] = "benchmark"
    reads: ClassVar[type[Observations]] = Events

    benchmark_is: Literal["median", "yearly hazard"] = Field(
        "median",
        description="What the benchmark states: the median time in months, or the hazard of the event per year.",
    )
    shape: PositiveNumber = Field(
        1.0, description="Weibull shape of the benchmark's curve; 1 is exponential."
    )

    def tally(self, seen: Observations, cut: Cut, aim: Aim) -> Tally:
        """Events seen and expected among the treated.

        Raises:
            ValueError: When the benchmark is not above 0.
        """
        if aim.null <= 0:
            raise ValueError(f"the benchmark of a time to event is above 0, and {aim.null:g} is not")
        data = followed(seen, cut)
        taken = (data.arm == TREATED) & (data.entry < data.month[:, None])
        if data.taken is not None:
            taken = taken & data.taken
        open_until = np.where(taken, data.month[:, None] - np.where(taken, data.entry, 0.0), 0.0)
        happened = taken & data.event & (data.entry + data.time <= data.month[:, None])
        at_risk = np.where(happened, data.time, np.minimum(data.time, open_until))
        hazard = np.where(taken, self._cumulative(np.where(taken, at_risk, 0.0), aim.null), 0.0)
        expected = hazard.sum(axis=1)
        return Tally(happened.sum(axis=1).astype(np.float64), np.where(np.isfinite(expected), expected, 0.0))

    def _cumulative(self, months: Floats, benchmark: float) -> Floats:
        """Cumulative hazard of the benchmark."""
        if self.benchmark_is == "median":
            return np.asarray(log(2.0) * (months / benchmark) ** self.shape)
        return np.asarray((benchmark / 12 * months) ** self.shape)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Log ratio of events seen to events expected, signed as a benefit, with its interval."""
        tally = self.tally(seen, cut, aim)
        known = tally.expected > 0
        offset = np.log(np.where(known, tally.expected, 1.0))
        value = np.log(np.maximum(tally.seen, _HALF)) - offset
        limits = log_limits(tally.seen, 1 - 2 * aim.alpha) - offset[:, None]
        ends = limits if aim.sign < 0 else -limits[:, ::-1]
        return Estimate(
            *(np.where(known, part, np.nan) for part in (-aim.sign * value, ends[:, 0], ends[:, 1]))
        )


def log_limits(events: Floats, confidence: float) -> Floats:
    """Logarithms of the exact limits of Poisson means, shape (trials, 2); minus infinity below no event."""
    different, place = np.unique(events, return_inverse=True)
    return _log_limits(tuple(different.tolist()), confidence)[place]


@lru_cache(maxsize=256)
def _log_limits(events: tuple[float, ...], confidence: float) -> Floats:
    """Logarithms of the exact limits for numbers of events."""
    limits = rate_interval(np.array(events), 1.0, confidence)
    return np.log(limits, out=np.full_like(limits, -np.inf), where=limits > 0)


class OneSampleLogRank(OnZ, AgainstHistory):
    """One-sample log-rank test: events expected minus seen, over their standard deviation.

    With `expected` the variance is the number expected (Finkelstein, Muzikansky and Schoenfeld 2003), which is conservative
    in small trials when fewer events are the benefit; with `average` it is the mean of the numbers seen and expected (Wu
    2014), which is closer to its level. Nobody followed gives no evidence.
    """

    kind: Literal["one-sample log-rank"] = "one-sample log-rank"
    meaning: ClassVar[str] = "one-sample log-rank test against a historical curve"
    references: ClassVar[tuple[str, ...]] = ("finkelstein2003", "wu2014", "garwood1936")

    variance: Literal["average", "expected"] = Field(
        "average",
        description="Variance of the difference: the mean of events seen and expected, or those expected.",
    )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """The z-value."""
        tally = self.tally(seen, cut, aim)
        variance = tally.expected if self.variance == "expected" else 0.5 * (tally.seen + tally.expected)
        spread = np.sqrt(variance)
        excess = aim.sign * (tally.expected - tally.seen)
        return Evidence(np.divide(excess, spread, out=np.zeros(len(spread)), where=spread > 0)[:, None])


class OneSamplePoisson(OnPValues, AgainstHistory):
    """Exact Poisson test of the events seen against those expected, for few events.

    It takes the number expected as given, which it is when follow-up ends for everybody at a planned total of follow-up, and
    nearly so otherwise. Nobody followed gives a p-value of 1.
    """

    kind: Literal["one-sample poisson"] = "one-sample poisson"
    meaning: ClassVar[str] = "exact Poisson test of the number of events against a historical curve"
    references: ClassVar[tuple[str, ...]] = ("breslow1975", "garwood1936")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value."""
        tally = self.tally(seen, cut, aim)
        known = tally.expected > 0
        alternative = "less" if aim.sign > 0 else "greater"
        p_value = rate_p_value(tally.seen, np.where(known, tally.expected, 1.0), 1.0, alternative)
        return Evidence(-np.where(known, p_value, 1.0)[:, None])
