"""One arm with a binary outcome against a benchmark: the exact binomial test, the beta-binomial, and the bare count.

The benchmark is taken as known, on the scale of the favourable result; whatever is wrong with it is counted as benefit or
harm. Participants whose result is missing do not count (an estimand may have made them failures before).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import lru_cache, partial
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from handful.analyses.base import (
    Aim,
    Analysis,
    Comparator,
    Deferred,
    Estimate,
    Evidence,
    Floats,
    Integers,
    Lattice,
    Move,
    NullBoundary,
    Sizes,
    Stage,
)
from handful.analyses.scales import OnPosterior, OnPValues
from handful.analyses.two_proportions import favourable
from handful.participants.observations import TREATED, Cut, Observations, Outcomes
from handful.spec.quantities import PositiveNumber
from handful.stats.beta_binomial import credible_interval, probability_above
from handful.stats.binomial import exact_interval, exact_p_value

Table = Callable[[int], Floats]
"""From the number of participants to a value for every count of favourable results."""


class OneProportion(Analysis):
    """Base of the analyses of one proportion: evidence is a function of the count of favourable results."""

    endpoints: ClassVar[frozenset[str]] = frozenset({"binary"})
    comparator: ClassVar[Comparator] = "benchmark"
    reads: ClassVar[type[Observations]] = Outcomes

    @abstractmethod
    def table(self, size: int, benchmark: float) -> Floats:
        """Statistic of every possible trial of one size, shape (size + 1,)."""

    def estimates(self, size: int, benchmark: float, confidence: float) -> Floats:
        """Proportion minus the benchmark with its limits for every possible trial, shape (size + 1, 3)."""
        return _exact_estimates(size, benchmark, confidence)

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Look the trial up among all possible trials of its size."""
        count, size = _count(seen, cut, aim)
        return Evidence(_look_up(partial(self.table, benchmark=_benchmark(aim)), count, size)[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Proportion of favourable results minus the benchmark, with its interval.

        The interval is that of Clopper and Pearson (1934), the credible interval for a Bayesian analysis.
        """
        table = partial(self.estimates, benchmark=_benchmark(aim), confidence=1 - 2 * aim.alpha)
        found = _look_up(table, *_count(seen, cut, aim))
        return Estimate(found[:, 0], found[:, 1], found[:, 2])

    def counts(self, seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers]:
        """Favourable results."""
        return (_count(seen, cut, aim)[0],)

    def lattice(self, sizes: Sizes, aim: Aim, *, coin_flip: bool = False) -> Lattice | None:
        """All trials: the count is that of favourable results. None when not everybody is treated."""
        if coin_flip or any(control for control, _ in sizes):
            return None
        benchmark = _benchmark(aim)

        def estimate(size: int) -> Estimate:
            found = self.estimates(size, benchmark, 1 - 2 * aim.alpha)
            return Estimate(found[:, 0], found[:, 1], found[:, 2])

        moves = (Move((1,), ("treated",)), Move((0,), ("not treated",)))
        totals = [treated for _, treated in sizes]
        steps = np.diff([0, *totals]).tolist()
        return Lattice(
            stages=tuple(Stage(((step, moves),)) for step in steps),
            statistic=tuple(self.table(n, benchmark) for n in totals),
            estimate=Deferred([partial(estimate, n) for n in totals]),
            null=NullBoundary({"treated": (benchmark, 0.0)}),
        )


def _benchmark(aim: Aim) -> float:
    """The share of favourable results that has to be beaten.

    Raises:
        ValueError: When it is not a share.
    """
    if not 0 <= aim.null <= 1:
        raise ValueError(f"the benchmark of a proportion lies between 0 and 1, and {aim.null:g} does not")
    return aim.null


def _count(seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, Integers]:
    """Favourable results and known results of the treated, each of shape (trials,)."""
    successes, sizes = favourable(seen, cut, aim)
    return successes[:, TREATED], sizes[:, TREATED]


def _look_up(table: Table, count: Integers, size: Integers) -> Floats:
    """Read the tables of the sizes that occur; there are few."""
    values = np.empty((len(count), *table(0).shape[1:]))
    for one in np.unique(size):
        here = size == one
        values[here] = table(int(one))[count[here]]
    return values


@lru_cache(maxsize=4096)
def _exact_estimates(size: int, benchmark: float, confidence: float) -> Floats:
    """Proportions minus the benchmark with Clopper-Pearson limits; not a number where nobody is seen."""
    found = np.full((size + 1, 3), np.nan)
    if size > 0:
        count = np.arange(size + 1)
        found[:, 0] = count / size - benchmark
        found[:, 1:] = exact_interval(count, size, confidence) - benchmark
    return found


class Binomial(OnPValues, OneProportion):
    """The exact binomial test: the statistic is minus its one-sided p-value.

    Example:
        >>> round(float(Binomial().table(30, 0.5)[29]), 10)
        -2.89e-08
    """

    kind: Literal["binomial"] = "binomial"
    meaning: ClassVar[str] = "exact binomial test of a proportion against a benchmark"
    references: ClassVar[tuple[str, ...]] = ("clopper1934",)

    def table(self, size: int, benchmark: float) -> Floats:
        """Minus the p-value of every possible trial; -1 when nobody is seen."""
        return _p_values(size, benchmark)


@lru_cache(maxsize=4096)
def _p_values(size: int, benchmark: float) -> Floats:
    """Minus the p-value of every possible trial."""
    return -exact_p_value(np.arange(size + 1), size, benchmark)


class Responses(OneProportion):
    """The bare count of favourable results, for designs whose thresholds are counts (Simon, predictive probability, BOP2)."""

    kind: Literal["responses"] = "responses"
    meaning: ClassVar[str] = "number of favourable results, against thresholds that the design sets"
    statistic_name: ClassVar[str] = "number of favourable results"

    def table(self, size: int, benchmark: float) -> Floats:
        """The count itself."""
        return np.arange(size + 1.0)

    @property
    def promises_level(self) -> bool:
        """The design that sets the thresholds knows what they promise."""
        return False

    def critical(self, alpha: float) -> float:
        """A count has no threshold without a size and a benchmark.

        Raises:
            ValueError: Always, naming what to use instead.
        """
        raise ValueError(
            "analysis 'responses' only counts, for designs that set their own thresholds; `binomial` tests the count"
        )


class BetaPosterior(OneProportion):
    """The posterior of a proportion with a beta prior.

    The estimate is the posterior mean minus the benchmark, with its equal-tailed credible interval; with nobody seen they
    are those of the prior.
    """

    prior: tuple[PositiveNumber, PositiveNumber] = Field(
        (1.0, 1.0), description="Favourable and unfavourable results that the prior is worth."
    )

    def table(self, size: int, benchmark: float) -> Floats:
        """Posterior probability of benefit in every possible trial."""
        return _posterior(size, benchmark, self.prior)

    def estimates(self, size: int, benchmark: float, confidence: float) -> Floats:
        """Posterior mean minus the benchmark with its credible interval."""
        return _credible_estimates(size, benchmark, confidence, self.prior)


class BetaBinomial(OnPosterior, BetaPosterior):
    """Posterior probability that the proportion is above the benchmark, with a beta prior.

    Example:
        >>> BetaBinomial(prior=(1.0, 1.0)).table(20, 0.2)[[3, 6, 9]].round(4)
        array([0.3704, 0.8915, 0.9959])
    """

    kind: Literal["beta binomial"] = "beta binomial"
    meaning: ClassVar[str] = "Bayesian comparison of a proportion with a benchmark, with a beta prior"
    references: ClassVar[tuple[str, ...]] = ("thall1994",)


@lru_cache(maxsize=4096)
def _posterior(size: int, benchmark: float, prior: tuple[float, float]) -> Floats:
    """Posterior probability of benefit in every possible trial."""
    return probability_above(benchmark, np.arange(size + 1), size, prior)


@lru_cache(maxsize=4096)
def _credible_estimates(size: int, benchmark: float, confidence: float, prior: tuple[float, float]) -> Floats:
    """Posterior means minus the benchmark with credible limits."""
    count = np.arange(size + 1)
    lower, upper = credible_interval(count, size, prior, confidence)
    mean = (prior[0] + count) / (prior[0] + prior[1] + size)
    return np.stack([mean, lower, upper], axis=-1) - benchmark
