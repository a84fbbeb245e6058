"""The product of the stage-wise p-values of a trial: Fisher's combination test with early stopping.

Bauer and Koehne (1994), Biometrics 50:1029-1041, for two stages; Wassmer (1999), Biometrical Journal 41:279-293,
for more. With p_j the p-value of the data of stage j alone, the trial rejects at the first stage k with
p_1**w_1 * ... * p_k**w_k <= c_k and accepts at the first with p_k > futility_k.

Minus the logarithm of a uniform p-value is exponential, so that minus the logarithm of the product is a random
walk with exponential steps. What a trial still rejects from a point of the walk is found from the last stage
back to the first; it is analytic but for kinks at known points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainccinv

from handful.stats._arguments import probabilities, proportion
from handful.stats.bisection import bisect_increasing
from handful.stats.boundaries import check_fractions
from handful.stats.panels import PanelTable, integration_rule, split
from handful.stats.roots import find_root

Array = NDArray[np.float64]
Levels = tuple[float, ...]

PANEL = 1.0  # widest panel of a table, in steps of the walk: narrower ones change less than 1e-14


def fisher_critical_value(alpha: float, stages: int = 2) -> float:
    """The product of p-values that Fisher's test without early stopping just rejects: exp(-chi2 / 2).

    Args:
        alpha: level of the test, in (0, 1).
        stages: number of p-values; the quantile of chi-squared has twice as many degrees of freedom.

    Raises:
        ValueError: if alpha is no probability or there are no stages.

    Example:
        >>> round(fisher_critical_value(0.025), 6), round(fisher_critical_value(0.05), 6)
        (0.003804, 0.008705)
    """
    if stages < 1:
        raise ValueError(f"need at least one stage, got {stages!r}")
    return exp(-float(gammainccinv(stages, proportion(alpha, "alpha"))))


@dataclass(frozen=True)
class FisherTest:
    """A combination test by products, with its boundaries.

    Attributes:
        critical: the weighted product at or below which each stage rejects; in (0, 1), one a stage.
        futility: the p-value above which each stage but the last accepts and ends the trial; 1 for none. The
            boundaries count on it being obeyed.
        weights: exponents of the p-values; the first is 1.

    Example:
        >>> test = bauer_koehne(0.025, futility=0.5)
        >>> round(test.critical[0], 4), round(test.type_one_error, 4)
        (0.0102, 0.025)
        >>> test.conditional_error(0, [0.005, 0.05, 0.6]).round(4)
        array([1.    , 0.0761, 0.    ])
    """

    critical: Levels
    futility: Levels
    weights: Levels

    def __post_init__(self) -> None:
        if not len(self.critical) == len(self.weights) == len(self.futility) + 1:
            raise ValueError("need a critical value and a weight a stage, and futility for all but the last")
        if not all(0.0 < value < 1.0 for value in self.critical):
            raise ValueError(f"critical values must lie strictly between 0 and 1, got {self.critical!r}")
        if not all(0.0 < value <= 1.0 for value in self.futility) or not all(w > 0.0 for w in self.weights):
            raise ValueError("futility must lie in (0, 1], and weights must be positive")

    def products(self, stage_p: ArrayLike) -> Array:
        """The weighted product of p-values at the end of every stage, of the shape (..., stages) of these.

        Example:
            >>> bauer_koehne(0.025).products([0.1, 0.04])
            array([0.1  , 0.004])
        """
        p = probabilities(stage_p, "p-values")
        return np.asarray(np.cumprod(p ** np.array(self.weights[: p.shape[-1]]), axis=-1))

    @cached_property
    def spent(self) -> Levels:
        """Type I error up to each stage."""
        start, stages = np.zeros(1), range(1, len(self.critical) + 1)
        return tuple(float(_Rest.of(self, 0, end)(start)[0]) for end in stages)

    @property
    def type_one_error(self) -> float:
        """Type I error of the whole test."""
        return self.spent[-1]

    def conditional_error(self, stage: int, stage_p: ArrayLike, product: ArrayLike | None = None) -> Array:
        """Probability under the null hypothesis of rejecting later, given the trial so far; 1 if it has.

        Whatever replaces the rest of the trial keeps the type I error rate if it is tested at this level.

        Args:
            stage: the stage that has just ended, from 0; not the last.
            stage_p: p-value of each trial at that stage alone.
            product: weighted product of each trial up to and with that stage; left out for the first.

        Returns:
            The conditional error rate of each trial: 1 where it has rejected, 0 where it has accepted.

        Raises:
            ValueError: if the stage is not one before the last, or a product is missing.
        """
        if not 0 <= stage < len(self.critical) - 1 or (stage > 0 and product is None):
            raise ValueError("need a stage before the last, and the products at stages after the first")
        p = probabilities(stage_p, "p-values")
        total = p if product is None else probabilities(product, "products")
        p, total = np.broadcast_arrays(p, total)
        goes_on = (total > self.critical[stage]) & (p <= self.futility[stage])
        walk = -np.log(np.where(goes_on, total, 1.0))
        later = _Rest.of(self, stage + 1, len(self.critical))(walk)
        return np.where(total <= self.critical[stage], 1.0, np.where(goes_on, later, 0.0))


@dataclass(frozen=True)
class _Rest:
    """Probability of rejecting at a stage or later, as a function of the walk before that stage.

    Attributes:
        bound: point of the walk from which the stage rejects.
        weight: mean step of the walk.
        least: smallest step with which the trial goes on, in units of the mean.
        later: the same function of the stage after it, up to the bound; None at the last.
        carried: mean of `later` over a step from each end of its panels, up to the bound.
        kinks: points where the function is not smooth.
    """

    bound: float
    weight: float
    least: float
    later: PanelTable | None
    carried: Array
    kinks: tuple[float, ...]

    @classmethod
    def of(cls, test: FisherTest, stage: int, end: int) -> _Rest:
        """For the stages from `stage` to before `end`."""
        bound, weight = -log(test.critical[stage]), test.weights[stage]
        if stage + 1 == end:
            return cls(bound, weight, 0.0, None, np.zeros(0), (bound,))
        least, following = -log(test.futility[stage]), cls.of(test, stage + 1, end)
        inner = [kink for kink in following.kinks if 0.0 < kink < bound]
        ends = split(np.array([0.0, *sorted(set(inner)), bound]), PANEL * min(test.weights[stage:end]))
        later = PanelTable.of(following, ends)
        carried = np.zeros(ends.size)
        carried[:-1] = _step_within_panel(later, weight, ends[:-1])
        decay = np.exp((ends[:-1] - ends[1:]) / weight)
        for index in range(ends.size - 2, -1, -1):
            carried[index] += decay[index] * carried[index + 1]
        shifted = (kink - least * weight for kink in (*inner, bound))
        return cls(bound, weight, least, later, carried, (bound, *shifted))

    def __call__(self, walk: Array) -> Array:
        """The probability at points of the walk, of their shape."""
        now = np.exp(-np.maximum(self.bound - walk, 0.0) / self.weight)
        if self.later is None:
            return np.asarray(now)
        onward = np.minimum(walk + self.least * self.weight, self.bound)
        stop = self.later.panel(onward) + 1
        beyond = np.exp((onward - self.later.ends[stop]) / self.weight) * self.carried[stop]
        mean = _step_within_panel(self.later, self.weight, onward) + beyond
        return np.asarray(now + exp(-self.least) * mean)


def _step_within_panel(function: PanelTable, weight: float, start: Array) -> Array:
    """Mean of a function over an exponential step from each point, where it ends in the panel of the point."""
    unit, share = integration_rule(np.array([-1.0, 1.0]), 2.0)
    half = 0.5 * (function.ends[function.panel(start) + 1] - start)[..., None]
    points = start[..., None] + half * (1.0 + unit)
    density = np.exp((start[..., None] - points) / weight) / weight
    return np.asarray((half * function(points) * density) @ share)


def fisher_test(
    planned_fractions: ArrayLike,
    *,
    alpha: float = 0.025,
    futility: ArrayLike | None = None,
    spent: ArrayLike | None = None,
) -> FisherTest:
    """Boundaries of a combination test by weighted products, for any number of stages.

    Each p-value has the exponent sqrt(increment of the information fraction / the first one), as usual in
    adaptive designs; equal stages give the plain product.

    Args:
        planned_fractions: information fractions at the ends of the stages, growing, the last one 1.
        alpha: type I error, in (0, 1).
        futility: p-value above which each stage but the last ends the trial, in (0, 1]; None for no futility.
        spent: type I error to have been spent by the end of each stage, growing up to alpha; None tests the
            product of the first k p-values at the same level for every k (Wassmer 1999).

    Returns:
        The test; its type I error is alpha to about 1e-12.

    Raises:
        ValueError: if an argument is out of range, or futility leaves no test that spends so much.

    Example:
        >>> test = fisher_test([1 / 3, 2 / 3, 1])
        >>> [round(value, 6) for value in test.critical], [round(value, 4) for value in test.spent]
        ([0.012309, 0.001664, 0.000291], [0.0123, 0.0196, 0.025])
    """
    fractions = np.asarray(check_fractions(planned_fractions))
    proportion(alpha, "alpha")
    increments = np.diff(fractions, prepend=0.0)
    weights = tuple(np.sqrt(increments / increments[0]).tolist())
    stops = np.ones(fractions.size - 1) if futility is None else probabilities(futility, "futility")
    if stops.shape != (fractions.size - 1,):
        raise ValueError(f"futility must hold {fractions.size - 1} p-values, got {futility!r}")
    ends = tuple(stops.tolist())
    if spent is not None:
        return _spending(weights, ends, np.asarray(spent, dtype=np.float64), alpha)

    def at_level(score: float) -> FisherTest:
        critical = tuple(_product_at_level(weights[: k + 1], exp(score)) for k in range(len(weights)))
        return FisherTest(critical, ends, weights)

    first = log(alpha / len(weights))
    root = find_root(lambda score: log(at_level(score).type_one_error / alpha), first, first + 0.1)
    return at_level(root)


def _product_at_level(weights: Levels, level: float) -> float:
    """The weighted product of all p-values that is undercut with a given probability, without early stopping."""
    # The walk never falls: it lies beyond a point at the last stage if it has crossed it at any.
    ends = (1.0,) * (len(weights) - 1)

    def excess(bound: float) -> float:
        return log(FisherTest((exp(-bound),) * len(weights), ends, weights).type_one_error / level)

    start = sum(weights) / len(weights) * float(gammainccinv(len(weights), level))
    return exp(-find_root(excess, start, 1.02 * start))


def _spending(weights: Levels, futility: Levels, spent: Array, alpha: float) -> FisherTest:
    """Critical values that spend a given type I error up to each stage."""
    if spent.shape != (len(weights),) or np.any(np.diff(spent, prepend=0.0) <= 0.0) or spent[-1] != alpha:
        raise ValueError(
            f"the spent error must grow over {len(weights)} stages up to {alpha!r}, got {spent!r}"
        )
    critical: Levels = ()
    for k, target in enumerate(spent.tolist()):

        def excess(bound: float, k: int = k, target: float = target, before: Levels = critical) -> float:
            test = FisherTest((*before, exp(-bound)), futility[:k], weights[: k + 1])
            return log(test.type_one_error / target)

        start = -log(target) if k == 0 else 1.3 * -log(critical[-1])
        critical = (*critical, exp(-find_root(excess, start, 1.02 * start)))
    return FisherTest(critical, futility, weights)


def bauer_koehne(alpha: float, futility: float = 1.0) -> FisherTest:
    """The two-stage test of Bauer and Koehne: the full level for the product, and early stopping for free.

    The second stage rejects where p_1 * p_2 <= c, Fisher's critical value at level alpha. Accepting early where
    p_1 > futility saves type I error, which goes to rejecting early where p_1 is at most the solution a of
    a + c * log(futility / a) = alpha. Bauer and Koehne (1994), Biometrics 50:1029-1041, equation 2 and table 1.

    Args:
        alpha: type I error, in (0, 1).
        futility: p-value of the first stage above which the trial accepts, in (alpha, 1]; counted on.

    Raises:
        ValueError: if alpha or futility is out of range.

    Example:
        >>> [round(bauer_koehne(0.05, futility).critical[0], 4) for futility in (0.3, 0.5, 0.7, 1.0)]
        [0.0299, 0.0233, 0.0183, 0.0087]
    """
    critical = fisher_critical_value(alpha)
    if not alpha < futility <= 1.0:
        raise ValueError(f"futility must lie above alpha and at most at 1, got {futility!r}")
    if futility == 1.0:
        return FisherTest((critical, critical), (1.0,), (1.0, 1.0))
    # As a function of log(a) the left side grows between log(c), where it is below alpha, and log(alpha).
    root = bisect_increasing(
        lambda x: np.exp(x) + critical * (log(futility) - x) - alpha,
        np.array(log(critical)),
        np.array(log(alpha)),
    )
    return FisherTest((exp(float(root)), critical), (futility,), (1.0, 1.0))
