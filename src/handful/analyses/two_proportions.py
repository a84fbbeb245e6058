"""Two randomised arms with a binary outcome: Fisher, Barnard, Boschloo, the score z-test and the beta-binomial.

The evidence of a trial is looked up in the table of all possible trials of its size, so that an exact test costs a
simulation no more than a z-test does. A trial with an empty arm compares nothing and gives no evidence.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import pairwise
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
    Process,
    Sizes,
    Stage,
)
from handful.analyses.scales import OnPosterior, OnPValues, OnZ
from handful.kernels.counting import count_prefix, different_pairs, read_cells
from handful.participants.observations import CONTROL, TREATED, Cut, Observations, Outcomes
from handful.spec.quantities import PositiveNumber
from handful.stats.allocation_lattice import PolicyStage
from handful.stats.allocation_policy import AllocationPolicy, counts_at
from handful.stats.beta_binomial import superiority_table
from handful.stats.beta_difference import difference_interval
from handful.stats.risk_difference import (
    constrained_proportions,
    risk_difference_interval,
    risk_difference_interval_table,
)
from handful.stats.two_by_two import p_value_table

MOST_CELLS = 2**14
"""Arms with more possible pairs of counts (two of 127 have) get no table of intervals: those that occur are solved alone."""

MOST_SOLVED = 2**17
"""Credible intervals that are kept: thirty megabytes."""

Table = Callable[[int, int], Floats]
"""From the sizes of control and treatment to a value for every pair of counts of favourable results."""


class TwoProportions(Analysis):
    """Base of the comparisons of two proportions: evidence is a function of the two counts."""

    endpoints: ClassVar[frozenset[str]] = frozenset({"binary"})
    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Outcomes

    @abstractmethod
    def table(self, control: int, treated: int, null: float = 0.0) -> Floats:
        """Statistic of every possible trial: rows are favourable results on control, columns on treatment."""

    def estimates(self, control: int, treated: int, confidence: float) -> Floats:
        """Difference in proportions of every possible trial with its limits, shape (control + 1, treated + 1, 3)."""
        return score_estimates(control, treated, confidence)

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Look the trial up among all possible trials of its size."""
        table = self._table(aim)
        return Evidence(look_up(table, *favourable(seen, cut, aim))[:, None])

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Difference in the proportion of favourable results, treated minus control, with its interval.

        The interval is Miettinen and Nurminen's score interval (1985), the credible interval for a Bayesian analysis.
        """
        found = self.estimates_of(*favourable(seen, cut, aim), 1 - 2 * aim.alpha)
        return Estimate(found[:, 0], found[:, 1], found[:, 2])

    def estimates_of(self, successes: Integers, sizes: Integers, confidence: float) -> Floats:
        """The estimates of trials with their limits, shape (trials, 3)."""
        return score_estimates_of(successes, sizes, confidence)

    def counts(self, seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, Integers]:
        """Favourable results on control and on treatment."""
        successes, _ = favourable(seen, cut, aim)
        return successes[:, CONTROL], successes[:, TREATED]

    def lattice(self, sizes: Sizes, aim: Aim, *, coin_flip: bool = False) -> Lattice:
        """All trials: counts are (favourable on control, favourable on treatment), led by the size of control if random."""
        table, confidence = self._table(aim), 1 - 2 * aim.alpha

        def estimate(control: int, treated: int) -> Estimate:
            whole = partial(self.estimates, confidence=confidence)
            found = _random_sizes(whole, treated, np.nan) if coin_flip else whole(control, treated)
            return Estimate(found[..., 0], found[..., 1], found[..., 2])

        return Lattice(
            stages=_stages(sizes, coin_flip),
            statistic=tuple(_random_sizes(table, n, -np.inf) if coin_flip else table(c, n) for c, n in sizes),
            estimate=Deferred([partial(estimate, c, n) for c, n in sizes]),
            null=_null_boundary(aim.null),
        )

    def _table(self, aim: Aim) -> Table:
        """The table of statistics for an aim.

        Raises:
            ValueError: When the analysis cannot test against the aim's margin.
        """
        if aim.null != 0 and not self.takes_margin:
            raise ValueError(
                f"analysis {self.kind!r} tests no difference only; `z pooled` and `beta binomial two arms` take a margin"
            )
        return partial(self.table, null=aim.null)


def favourable(seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, Integers]:
    """Favourable results and participants with a known result, by arm (control, treated); shapes (trials, 2)."""
    assert isinstance(seen, Outcomes)
    successes, sizes = count_prefix(seen.outcome, seen.arm, cut.included, seen.observed)
    return (successes, sizes) if aim.sign > 0 else (sizes - successes, sizes)


def on_states(table: Table, total: int) -> Floats:
    """The values of every pair of counts at all sizes of the arms that add up to a total, in one row.

    Args:
        table: From the sizes of control and treatment to a value (or several) for every pair of counts.
        total: Participants on both arms.

    Returns:
        Shape (states, ...), in the order of `handful.stats.allocation_policy.counts_at`, arm 1 being treatment.

    Example:
        >>> on_states(lambda control, treated: np.full((control + 1, treated + 1), control), 1).tolist()
        [0.0, 0.0, 1.0, 1.0]
    """
    successes, sizes = counts_at(total)
    return look_up(table, successes, sizes)


def drawn_lattice(
    policy: AllocationPolicy,
    looks: Sequence[int],
    statistic: Callable[[int], Floats],
    estimates: Callable[[int], Floats],
) -> Lattice:
    """Every possible trial of two arms that a policy draws from.

    Args:
        policy: The chance of treatment by the counts.
        looks: Participants at each look, cumulative.
        statistic: From the participants at a look to the statistic of every state, shape (states,).
        estimates: Likewise to value, lower and upper limit, shape (states, 3).
    """

    def estimate(look: int) -> Estimate:
        found = estimates(look)
        return Estimate(found[:, 0], found[:, 1], found[:, 2])

    return Lattice(
        stages=tuple(PolicyStage(policy, first, last) for first, last in pairwise([0, *looks])),
        statistic=tuple(statistic(look) for look in looks),
        estimate=Deferred([partial(estimate, look) for look in looks]),
        null=_null_boundary(0.0),
    )


def look_up(table: Table, successes: Integers, sizes: Integers) -> Floats:
    """Read the tables of the sizes that occur; there are few."""
    different, place = different_pairs(sizes)
    tables = [table(control, treated) for control, treated in different.tolist()] or [table(0, 0)]
    values = tables[0].shape[2:]
    # All tables in one row of cells, so that all trials are read at once.
    cells = np.concatenate([one.reshape(-1, math.prod(values)) for one in tables])
    end = np.cumsum((different + 1).prod(axis=1))
    start = np.concatenate([[0], end[:-1]])
    width = different[:, TREATED] + 1
    found = read_cells(cells, start, width, place, successes[:, CONTROL], successes[:, TREATED])
    return found.reshape(-1, *values)


@lru_cache(maxsize=4096)
def score_estimates(control: int, treated: int, confidence: float) -> Floats:
    """Differences in proportions with Miettinen and Nurminen's score intervals, for every possible trial of two sizes.

    Args:
        control: Participants on control.
        treated: Participants on treatment.
        confidence: Of the two-sided intervals.

    Returns:
        Shape (control + 1, treated + 1, 3): value, lower and upper limit; not a number where an arm is empty.

    Example:
        >>> score_estimates(2, 3, 0.95)[0, 3].round(3).tolist()
        [1.0, 0.02, 1.0]
    """
    found = np.full((control + 1, treated + 1, 3), np.nan)
    if control > 0 and treated > 0:
        found[..., 0] = np.arange(treated + 1) / treated - (np.arange(control + 1) / control)[:, None]
        found[..., 1:] = np.swapaxes(risk_difference_interval_table(treated, control, confidence), 0, 1)
    return found


def score_estimates_of(successes: Integers, sizes: Integers, confidence: float) -> Floats:
    """The same for trials: read from tables, or solved for the counts that occur where a table would be large.

    Which it is depends on the sizes of a trial alone, and gives the same to the last bit.

    Args:
        successes: Favourable results by arm (control, treated), shape (trials, 2).
        sizes: Participants likewise.
        confidence: Of the two-sided intervals.

    Returns:
        Shape (trials, 3).

    Example:
        >>> counts, sizes = np.array([[0, 3], [40, 60]]), np.array([[2, 3], [150, 150]])
        >>> score_estimates_of(counts, sizes, 0.95).round(3).tolist()
        [[1.0, 0.02, 1.0], [0.133, 0.027, 0.237]]
    """
    table = partial(score_estimates, confidence=confidence)
    control, treated = sizes.T
    large = ((control + 1) * (treated + 1) > MOST_CELLS) & (control > 0) & (treated > 0)
    if not large.any():
        return look_up(table, successes, sizes)
    found = np.empty((len(sizes), 3))
    found[~large] = look_up(table, successes[~large], sizes[~large])
    occurring, place = np.unique(np.hstack([successes, sizes])[large], axis=0, return_inverse=True)
    on_control, on_treatment, control, treated = occurring.T
    limits = risk_difference_interval(on_treatment, treated, on_control, control, confidence)
    value = on_treatment / treated - on_control / control
    found[large] = np.column_stack([value, limits])[place.ravel()]
    return found


def _random_sizes(table: Table, total: int, elsewhere: float) -> Floats:
    """Stack the tables of every split of the total: axes are (size of control, its successes, those of treatment)."""
    tables = [table(control, total - control) for control in range(total + 1)]
    grid = np.full((total + 1, total + 1, total + 1, *tables[0].shape[2:]), elsewhere)
    for control, one in enumerate(tables):
        grid[control, : control + 1, : total - control + 1] = one
    return grid


def _null_boundary(null: float) -> NullBoundary:
    """Treated is better than control by exactly the null, from one end of what is possible to the other."""
    slope = 1.0 - abs(null)
    return NullBoundary(
        {"control": (max(0.0, -null), slope), "treated": (max(0.0, null), slope), "half": (0.5, 0.0)}
    )


def _stages(sizes: Sizes, coin_flip: bool) -> tuple[Stage, ...]:
    """One participant more moves the count of their arm, or leaves it."""
    stages = []
    done = (0, 0)
    for now in sizes:
        control, treated = now[0] - done[0], now[1] - done[1]
        if coin_flip:
            moves = (
                Move((1, 1, 0), ("half", "control")),
                Move((1, 0, 0), ("half", "not control")),
                Move((0, 0, 1), ("half", "treated")),
                Move((0, 0, 0), ("half", "not treated")),
            )
            stages.append(Stage(((treated, moves),)))
        else:
            on_control = (Move((1, 0), ("control",)), Move((0, 0), ("not control",)))
            on_treatment = (Move((0, 1), ("treated",)), Move((0, 0), ("not treated",)))
            stages.append(Stage(((control, on_control), (treated, on_treatment))))
        done = now
    return tuple(stages)


class _Exact(OnPValues, TwoProportions):
    """An exact test: the statistic is minus its one-sided p-value, -1 where an arm is empty."""

    takes_margin: ClassVar[bool] = False
    method: ClassVar[str]

    def table(self, control: int, treated: int, null: float = 0.0) -> Floats:
        """Minus the p-value of every possible trial."""
        if control == 0 or treated == 0:
            return np.full((control + 1, treated + 1), -1.0)
        return -p_value_table(treated, control, self.method).T


class Fisher(_Exact):
    """Fisher's exact test: conditional on both margins, simple, and conservative in small trials."""

    kind: Literal["fisher"] = "fisher"
    meaning: ClassVar[str] = "Fisher's exact test of two proportions (conditional)"
    references: ClassVar[tuple[str, ...]] = ("fisher1935", "miettinen1985")
    method: ClassVar[str] = "fisher"


class Barnard(_Exact):
    """Barnard's unconditional test, tables ordered by the pooled z-statistic."""

    kind: Literal["barnard"] = "barnard"
    meaning: ClassVar[str] = "Barnard's unconditional exact test of two proportions (z-pooled order)"
    references: ClassVar[tuple[str, ...]] = ("barnard1947", "suissa1985", "miettinen1985")
    method: ClassVar[str] = "z-pooled"


class Boschloo(_Exact):
    """Boschloo's unconditional test: orders tables by Fisher's p-value, never less powerful than Fisher's test."""

    kind: Literal["boschloo"] = "boschloo"
    meaning: ClassVar[str] = "Boschloo's unconditional exact test of two proportions"
    references: ClassVar[tuple[str, ...]] = ("boschloo1970", "miettinen1985")
    method: ClassVar[str] = "boschloo"


class PooledZ(OnZ, TwoProportions):
    """The asymptotic score z-test; its real type I error in a small trial can be far from nominal.

    The variance is that of the proportions estimated under the null: pooled for no difference, and constrained to the
    margin otherwise (Farrington and Manning 1990).
    """

    kind: Literal["z pooled"] = "z pooled"
    meaning: ClassVar[str] = "asymptotic z-test of two proportions with pooled variance"
    references: ClassVar[tuple[str, ...]] = ("farrington1990", "miettinen1985")

    def table(self, control: int, treated: int, null: float = 0.0) -> Floats:
        """z of every possible trial; 0 where it is not defined."""
        return _z_table(control, treated, null)

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """Information of the difference in proportions at its true variance."""
        return two_arm_process(sizes, aim, benefit, variance)


def two_arm_process(sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]) -> Process | None:
    """Process of a difference between two arms with a known variance in each; None where an arm is empty or has no spread."""
    spread = [variance["control"] / c + variance["treated"] / t if c and t else 0.0 for c, t in sizes]
    if min(spread) <= 0:
        return None
    return Process(tuple(1 / v for v in spread), benefit - aim.null)


@lru_cache(maxsize=4096)
def _z_table(control: int, treated: int, null: float) -> Floats:
    """Score z-statistic of every possible trial."""
    if control == 0 or treated == 0:
        return np.zeros((control + 1, treated + 1))
    x, y = np.meshgrid(np.arange(control + 1.0), np.arange(treated + 1.0), indexing="ij")
    if null == 0:
        on_treatment = on_control = (x + y) / (control + treated)
    else:
        m, n = np.full_like(x, control), np.full_like(x, treated)
        on_treatment, on_control = constrained_proportions(y, n, x, m, np.full_like(x, null))
    spread = np.sqrt(on_treatment * (1 - on_treatment) / treated + on_control * (1 - on_control) / control)
    excess = y / treated - x / control - null
    return np.asarray(np.divide(excess, spread, out=np.zeros_like(excess), where=spread > 0))


class TwoBetaPosteriors(TwoProportions):
    """The posterior of the difference of two proportions with independent beta priors.

    With an empty arm the prior speaks for it. The estimate is the difference of the posterior means, with its
    equal-tailed credible interval.
    """

    prior_treated: tuple[PositiveNumber, PositiveNumber] = Field(
        (1.0, 1.0), description="Favourable and unfavourable results on treatment that the prior is worth."
    )
    prior_control: tuple[PositiveNumber, PositiveNumber] = Field(
        (1.0, 1.0), description="Favourable and unfavourable results on control that the prior is worth."
    )

    def table(self, control: int, treated: int, null: float = 0.0) -> Floats:
        """Posterior probability of benefit in every possible trial."""
        return superiority_table(treated, control, self.prior_treated, self.prior_control, null).T

    def estimates(self, control: int, treated: int, confidence: float) -> Floats:
        """Posterior mean of the difference with its credible interval."""
        return _credible_estimates(control, treated, confidence, self.prior_control, self.prior_treated)

    def estimates_of(self, successes: Integers, sizes: Integers, confidence: float) -> Floats:
        """Solved for the counts that occur: where sizes are left to chance, whole tables would take a hundred times as long."""
        occurring, place = np.unique(np.hstack([successes, sizes]), axis=0, return_inverse=True)
        counts = [tuple(row) for row in occurring.tolist()]
        solved = _solved_estimates(confidence, self.prior_control, self.prior_treated)
        if new := [one for one in counts if one not in solved]:
            if len(solved) > MOST_SOLVED:
                solved.clear()
                new = counts
            on_control, on_treatment, control, treated = np.array(new, dtype=np.float64).T
            found = _credible(
                on_control,
                on_treatment,
                control,
                treated,
                confidence,
                self.prior_control,
                self.prior_treated,
            )
            solved.update(zip(new, found, strict=True))
        return np.array([solved[one] for one in counts])[place.ravel()]


class BetaBinomialTwoArms(OnPosterior, TwoBetaPosteriors):
    """Posterior probability that treatment is better than control by more than the null, with independent beta priors."""

    kind: Literal["beta binomial two arms"] = "beta binomial two arms"
    meaning: ClassVar[str] = "Bayesian comparison of two proportions with beta priors"
    references: ClassVar[tuple[str, ...]] = ("cook2008",)


@lru_cache(maxsize=1024)
def _credible_estimates(
    control: int,
    treated: int,
    confidence: float,
    prior_control: tuple[float, float],
    prior_treated: tuple[float, float],
) -> Floats:
    """Posterior means of the difference with credible intervals, for every possible trial."""
    x, y = np.meshgrid(np.arange(control + 1.0), np.arange(treated + 1.0), indexing="ij")
    sizes = (np.full_like(x, control), np.full_like(x, treated))
    return _credible(x, y, *sizes, confidence, prior_control, prior_treated)


@lru_cache(maxsize=16)
def _solved_estimates(
    confidence: float, prior_control: tuple[float, float], prior_treated: tuple[float, float]
) -> dict[tuple[int, ...], Floats]:
    """What has been solved so far, by the counts and sizes of both arms; filled by those who ask."""
    return {}


def _credible(
    x: Floats,
    y: Floats,
    control: Floats,
    treated: Floats,
    confidence: float,
    prior_control: tuple[float, float],
    prior_treated: tuple[float, float],
) -> Floats:
    """Posterior means of the difference with credible intervals, of x favourable results on control and y on treatment."""
    a, b = prior_treated[0] + y, prior_treated[1] + treated - y
    c, d = prior_control[0] + x, prior_control[1] + control - x
    lower, upper = difference_interval(a, b, c, d, confidence)
    return np.stack([a / (a + b) - c / (c + d), lower, upper], axis=-1)
