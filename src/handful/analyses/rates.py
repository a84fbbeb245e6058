"""Numbers of events: two arms, a participant's own past, and a benchmark.

Benefit is the logarithm of a rate ratio, signed so that positive is good, so a margin of non-inferiority of 1.8 is a null of
-log(1.8). An arm or period without any event counts half an event, with the Poisson variance of half an event; where both
sides have none there is no estimate and no evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.base import Aim, Comparator, Estimate, Evidence, Floats, Process, Sizes
from handful.analyses.one_sample_logrank import log_limits
from handful.analyses.scales import OnPValues, OnZ
from handful.analyses.two_proportions import two_arm_process
from handful.analyses.wald import Wald
from handful.analyses.within import looked_at
from handful.kernels.counting import moments_prefix
from handful.participants.observations import CONTROL, TREATED, Cut, Observations, Outcomes, Pairs
from handful.stats.counts import rate_p_value

_HALF = 0.5
"""Events that stand for none, so that their logarithm exists."""


class RateRatio(OnZ):
    """Ratio of two arms' event rates when counts vary more than Poisson counts do.

    All participants are followed for the same time, so the maximum likelihood estimate of each rate under a log link is the
    mean count of the arm, whatever the dispersion. The dispersion common to both arms is found by setting Pearson's
    chi-squared to its degrees of freedom (Breslow 1984), which for the negative binomial is a quadratic equation. The
    statistic is the z-value with the p-value of the Wald t with n - 2 degrees of freedom.
    """

    kind: Literal["rate ratio"] = "rate ratio"
    meaning: ClassVar[str] = "ratio of two event rates with overdispersion (log link)"
    references: ClassVar[tuple[str, ...]] = ("breslow1984", "lawless1987")
    endpoints: ClassVar[frozenset[str]] = frozenset({"count"})
    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Outcomes

    model: Literal["negative binomial", "quasi-Poisson"] = Field(
        "negative binomial",
        description="Variance of a count of mean m: m + k m m, or a multiple of m that is at least m.",
    )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z-value of the log rate ratio."""
        return self._benefit(seen, cut, aim).evidence(aim)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Log rate ratio, treated over control, signed as a benefit, with its t-interval."""
        return self._benefit(seen, cut, aim).estimate(aim.alpha)

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """Information of the log rate ratio at the true variance of a log rate."""
        return two_arm_process(sizes, aim, benefit, variance)

    def _benefit(self, seen: Observations, cut: Cut, aim: Aim) -> Wald:
        """Log rate ratio with its standard error."""
        assert isinstance(seen, Outcomes)
        size, mean, squares = moments_prefix(seen.outcome, seen.arm, cut.included, seen.observed)
        usable = (size.min(axis=1) > 0) & (np.where(size > 0, mean, 0.0).max(axis=1) > 0)
        n = np.where(usable[:, None], size, 1).astype(np.float64)
        m = np.where(usable[:, None], mean, 1.0)
        degrees = n.sum(axis=1) - 2
        excess = _negative_binomial_excess if self.model == "negative binomial" else _quasi_poisson_excess
        events = np.maximum(n * m, _HALF)
        variance = (1 / events).sum(axis=1) + excess(n, m, squares, degrees)
        value = aim.sign * (
            np.log(events[:, TREATED] / n[:, TREATED]) - np.log(events[:, CONTROL] / n[:, CONTROL])
        )
        return Wald(np.where(usable, value, np.nan), np.sqrt(variance), degrees)


def _negative_binomial_excess(n: Floats, mean: Floats, squares: Floats, degrees: Floats) -> Floats:
    """Variance of the log ratio beyond Poisson: k (1 / n0 + 1 / n1), k from Pearson's chi-squared.

    sum over arms of squares / (mean (1 + k mean)) = degrees is a k k + b k + c = 0, with one root above 0 where c < 0.
    """
    chi = np.divide(squares, mean, out=np.zeros_like(squares), where=mean > 0)
    a = degrees * mean[:, 0] * mean[:, 1]
    b = degrees * mean.sum(axis=1) - chi[:, 0] * mean[:, 1] - chi[:, 1] * mean[:, 0]
    c = np.minimum(degrees - chi.sum(axis=1), 0.0)
    root = np.sqrt(b * b - 4 * a * c)
    # Of the two forms of the root the one without cancellation.
    up = np.divide(-2 * c, b + root, out=np.zeros(len(c)), where=(b > 0) & (c < 0))
    k = np.divide(root - b, 2 * a, out=up, where=(b <= 0) & (a > 0) & (c < 0))
    spread: Floats = k * (1 / n).sum(axis=1)
    return spread


def _quasi_poisson_excess(n: Floats, mean: Floats, squares: Floats, degrees: Floats) -> Floats:
    """Variance of the log ratio beyond Poisson: (phi - 1) (1 / events0 + 1 / events1), phi at least 1."""
    chi = np.divide(squares, mean, out=np.zeros_like(squares), where=mean > 0).sum(axis=1)
    phi = np.divide(chi, degrees, out=np.ones(len(chi)), where=degrees > 0)
    spread: Floats = np.maximum(phi - 1, 0.0) * (1 / np.maximum(n * mean, _HALF)).sum(axis=1)
    return spread


class OwnRateRatio(OnZ):
    """Ratio of each participant's event rate after treatment to that before it, as in a single-arm trial with a lead-in.

    The estimate is that of generalised estimating equations with a log link, one cluster a participant and independent
    working correlation, which with windows of the same length for everybody is the ratio of the total rates. Its
    standard error is the robust one: participant i adds y1_i / sum(y1) - y0_i / sum(y0) to the log ratio. With
    `student` the variance is multiplied by n / (n - 1) and referred to t with n - 1 degrees of freedom, which small
    trials need; with `normal` it is the plain sandwich.
    """

    kind: Literal["own rate ratio"] = "own rate ratio"
    meaning: ClassVar[str] = (
        "ratio of the event rate after treatment to the participant's own rate before (robust)"
    )
    references: ClassVar[tuple[str, ...]] = ("liang1986", "pipe2023")
    endpoints: ClassVar[frozenset[str]] = frozenset({"count"})
    comparator: ClassVar[Comparator] = "own control"
    reads: ClassVar[type[Observations]] = Pairs

    reference: Literal["student", "normal"] = Field(
        "student",
        description="Reference distribution: Student's t with a small-sample correction, or the normal.",
    )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z-value of the log rate ratio."""
        return self._benefit(seen, cut, aim).evidence(aim)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Log rate ratio, after over before, signed as a benefit, with its interval."""
        return self._benefit(seen, cut, aim).estimate(aim.alpha)

    def _benefit(self, seen: Observations, cut: Cut, aim: Aim) -> Wald:
        """Log rate ratio with its robust standard error."""
        assert isinstance(seen, Pairs)
        there = looked_at(seen, cut)
        pairs = there if there.ndim == 3 else there[:, :, None]
        after = np.where(pairs, seen.treated, 0.0).sum(axis=2)
        before = np.where(pairs, seen.control, 0.0).sum(axis=2)
        people = pairs.any(axis=2)
        n = people.sum(axis=1).astype(np.float64)
        total = np.stack([before.sum(axis=1), after.sum(axis=1)], axis=1)
        usable = total.max(axis=1) > 0
        events = np.maximum(total, _HALF)
        value = aim.sign * np.log(events[:, 1] / (events[:, 0] * seen.exposure))
        share = after / events[:, 1:] - before / events[:, :1]
        centred = np.where(people, share - (share.sum(axis=1) / np.maximum(n, 1.0))[:, None], 0.0)
        variance = np.square(centred).sum(axis=1)
        if self.reference == "student":
            variance = variance * n / np.maximum(n - 1, 1.0)
        # Rounding is no spread; a side without events has the Poisson variance of half an event.
        variance = np.where(variance > 1e-28, variance, 0.0) + (total == 0).sum(axis=1) / _HALF
        degrees = np.where(n > 1, n - 1 if self.reference == "student" else np.inf, 0.0)
        return Wald(np.where(usable, value, np.nan), np.sqrt(variance), degrees)


class RateAgainstBenchmark(OnZ):
    """Mean number of events of the treated against a benchmark, when counts vary more than Poisson counts do.

    A score test: the variance of the mean is that of negative binomial counts with the benchmark as their mean and the
    dispersion of the data, (b + k b b) / n, so that no events at all are evidence too. It is referred to t with n - 1 degrees
    of freedom. The estimate is the log ratio to the benchmark with a Wald t-interval.
    """

    kind: Literal["rate against benchmark"] = "rate against benchmark"
    meaning: ClassVar[str] = "score test of an event rate against a benchmark, with overdispersion"
    references: ClassVar[tuple[str, ...]] = ("breslow1984",)
    endpoints: ClassVar[frozenset[str]] = frozenset({"count"})
    comparator: ClassVar[Comparator] = "benchmark"
    reads: ClassVar[type[Observations]] = Outcomes

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z-value of the score test."""
        n, mean, k = _one_arm(seen, cut)
        b = _positive_benchmark(aim)
        error = np.sqrt((b + k * b * b) / np.maximum(n, 1.0))
        score = Wald(aim.sign * (np.where(n > 0, mean, np.nan) - b), error, n - 1)
        return score.evidence(Aim(aim.sign, 0.0, aim.alpha))

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Log ratio of the mean number of events to the benchmark, signed as a benefit, with its t-interval."""
        n, mean, k = _one_arm(seen, cut)
        size = np.maximum(n, 1.0)
        events = np.maximum(size * mean, _HALF)
        value = np.where(n > 0, aim.sign * np.log(events / size / _positive_benchmark(aim)), np.nan)
        return Wald(value, np.sqrt(1 / events + k / size), n - 1).estimate(aim.alpha)


def _one_arm(seen: Observations, cut: Cut) -> tuple[Floats, Floats, Floats]:
    """(participants, mean count, negative binomial dispersion k) of the treated; a mean of 0 where there is nobody."""
    assert isinstance(seen, Outcomes)
    size, mean, squares = moments_prefix(seen.outcome, seen.arm, cut.included, seen.observed)
    n = size[:, TREATED].astype(np.float64)
    m = np.where(n > 0, mean[:, TREATED], 0.0)
    variance = np.divide(squares[:, TREATED], n - 1, out=np.zeros(len(n)), where=n > 1)
    k = np.divide(variance - m, m * m, out=np.zeros(len(n)), where=m > 0)
    return n, m, np.maximum(k, 0.0)


def _positive_benchmark(aim: Aim) -> float:
    """The benchmark as a mean number of events.

    Raises:
        ValueError: When it is not above 0.
    """
    if aim.null <= 0:
        raise ValueError(f"the benchmark of a count is a number of events above 0, and {aim.null:g} is not")
    return aim.null


class PoissonAgainstBenchmark(OnPValues):
    """Exact Poisson test of the total number of events of the treated against a benchmark.

    Exact when events are independent; where the same people tend to have them it claims too much, and
    `rate against benchmark` does not. The estimate is the log ratio with the limits of Garwood (1936), unbounded below
    without an event. Nobody seen gives a p-value of 1.
    """

    kind: Literal["poisson against benchmark"] = "poisson against benchmark"
    meaning: ClassVar[str] = "exact Poisson test of an event rate against a benchmark"
    references: ClassVar[tuple[str, ...]] = ("garwood1936",)
    endpoints: ClassVar[frozenset[str]] = frozenset({"count"})
    comparator: ClassVar[Comparator] = "benchmark"
    reads: ClassVar[type[Observations]] = Outcomes

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value."""
        n, mean, _ = _one_arm(seen, cut)
        benchmark = _positive_benchmark(aim)
        alternative = "greater" if aim.sign > 0 else "less"
        p_value = rate_p_value(np.rint(n * mean), np.maximum(n, 1.0), benchmark, alternative)
        return Evidence(-np.where(n > 0, p_value, 1.0)[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Log ratio of the rate to the benchmark, signed as a benefit, with its exact interval."""
        n, mean, _ = _one_arm(seen, cut)
        size, events = np.maximum(n, 1.0), np.rint(n * mean)
        offset = np.log(size * _positive_benchmark(aim))
        value = np.log(np.maximum(events, _HALF)) - offset
        limits = log_limits(events, 1 - 2 * aim.alpha) - offset[:, None]
        ends = limits if aim.sign > 0 else -limits[:, ::-1]
        return Estimate(
            *(np.where(n > 0, part, np.nan) for part in (aim.sign * value, ends[:, 0], ends[:, 1]))
        )
