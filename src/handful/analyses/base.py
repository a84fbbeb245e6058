"""The contract of an analysis: from what was observed to evidence.

One analysis serves a block of a thousand simulated trials, an interim look at the real trial and the final analysis.
Where its evidence depends on counts alone it also offers a lattice, and the exact engine enumerates every trial; where its
statistic is asymptotically normal with independent increments it offers its information, and the numeric engine
integrates.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, overload

import numpy as np
from numpy.typing import NDArray

from handful.participants.observations import Cut, Observations
from handful.spec.base import Spec
from handful.stats.allocation_policy import AllocationPolicy
from handful.stats.lattice import Move as Move
from handful.stats.lattice import Stage as Stage
from handful.stats.lattice import Walked

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Aim:
    """What a design asks of its analysis.

    Attributes:
        sign: +1 when larger outcomes are a benefit, -1 when smaller ones are.
        null: Value that has to be beaten. Comparative analyses: benefit under the null (0, or minus the margin of
            non-inferiority). Single-arm analyses: the benchmark itself. For a binary endpoint that is the share of
            favourable results (whatever `sign` is), for a count the mean number of events of one participant, for a
            time to event the median time in months.
        alpha: One-sided significance level; intervals are two-sided at 1 - 2 alpha.
        target: Value hoped for, on the same scale as `null`; for designs that plan with it.
    """

    sign: int = 1
    null: float = 0.0
    alpha: float = 0.025
    target: float | None = None


@dataclass(frozen=True)
class Evidence:
    """What an analysis says at a look.

    Attributes:
        statistic: The larger, the stronger the evidence for benefit; shape (trials, hypotheses). Its scale is that of
            the analysis: a z-value, a posterior probability, a count, or minus a p-value. It is always finite: where the
            data say nothing (nobody seen, an empty arm, no spread to judge a mean by) it is that of no evidence, 0 on
            the z scale, -1 on that of p-values, and on that of posterior probabilities what the prior says, or a half.
    """

    statistic: Floats


@dataclass(frozen=True)
class Estimate:
    """Estimated benefit, signed so that positive is good, shape (trials,); not a number where it cannot be estimated.

    Attributes:
        value: Point estimate.
        lower: Lower limit of the two-sided interval.
        upper: Upper limit.
    """

    value: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Score:
    """A score statistic with its information, each of shape (trials,).

    Between looks it grows by increments that are independent in large trials, whoever contributes to several of them (Tsiatis
    1981). Given all that an earlier look knew of the same outcome in the same people the later increments are as they would
    have been: a look may therefore change the rest of the trial. What else is known of people who are still followed (a
    marker, another event that comes first) may foretell their outcome, and a change that rests on it breaks this (Bauer and
    Posch 2004).

    Attributes:
        value: The score at the null, signed so that positive is good.
        information: Its variance there, at least 0.
        of_one: Most information that one event can give.
    """

    value: Floats
    information: Floats
    of_one: float

    @property
    def z(self) -> Floats:
        """The standardised score; 0 without information."""
        spread = np.sqrt(self.information)
        return np.divide(self.value, spread, out=np.zeros_like(spread), where=spread > 0)

    def since(self, before: Score | None) -> Score:
        """What was added since an earlier look.

        In a stage of very few events the information can grow by next to nothing, or shrink, since those who came later change
        the sets of people at risk at all times. It is taken to have grown by that of one event at least.

        Args:
            before: The score at the earlier look; None where this is the first.

        Example:
            >>> first = Score(np.array([1.5]), np.array([2.25]), of_one=0.25)
            >>> second = Score(np.array([3.5]), np.array([6.25]), of_one=0.25)
            >>> first.z, second.z, second.since(first).z
            (array([1.]), array([1.4]), array([1.]))
        """
        if before is None:
            return self
        grown = np.maximum(self.information - before.information, self.of_one)
        return replace(self, value=self.value - before.value, information=grown)

    def with_stratum(self, other: Score) -> Score:
        """The score of two strata together: their sums.

        Args:
            other: The score of the other stratum.
        """
        return replace(self, value=self.value + other.value, information=self.information + other.information)


class NullBoundary:
    """Chances on the boundary of the null hypothesis as a function of a nuisance parameter."""

    def __init__(
        self, chances: Mapping[str, tuple[float, float]], nuisance: str = "a common chance of success"
    ) -> None:
        """Each chance is `constant + slope * nuisance`; a boundary of one point has slopes of zero.

        `nuisance` says in words what the nuisance parameter is.

        Raises:
            ValueError: When a chance would leave [0, 1] somewhere.
        """
        ends = [end for constant, slope in chances.values() for end in (constant, constant + slope)]
        if not all(-1e-12 <= end <= 1 + 1e-12 for end in ends):
            raise ValueError(f"the chances on the boundary must stay in [0, 1]: {dict(chances)}")
        self._chances = dict(chances)
        self.nuisance = nuisance

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the chances."""
        return tuple(self._chances)

    @property
    def is_point(self) -> bool:
        """Whether there is no nuisance parameter."""
        return all(slope == 0 for _, slope in self._chances.values())

    def at(self, nuisance: Floats) -> dict[str, Floats]:
        """Chances at each value of the nuisance parameter in [0, 1]; what rounding adds is clipped."""
        return {
            name: np.clip(constant + slope * np.asarray(nuisance, dtype=np.float64), 0.0, 1.0)
            for name, (constant, slope) in self._chances.items()
        }


@dataclass(frozen=True)
class Lattice:
    """Every possible trial of a design whose evidence depends on counts.

    Attributes:
        stages: What happens before each look.
        statistic: Per look the statistic of every possible count, over the grid of counts.
        estimate: Per look (value, lower, upper) over the same grid; computed when first asked for.
        null: Named chances along the boundary of the null hypothesis, given the nuisance parameter in [0, 1].
    """

    stages: tuple[Walked, ...]
    statistic: tuple[Floats, ...]
    estimate: Sequence[Estimate]
    null: NullBoundary


class Deferred(Sequence[Estimate]):
    """Estimates of a lattice that are computed when they are first asked for: error rates need none of them."""

    def __init__(self, makers: Sequence[Callable[[], Estimate]]) -> None:
        """Each maker computes the estimates of one look."""
        self._makers = tuple(makers)
        self._made: dict[int, Estimate] = {}

    def __len__(self) -> int:
        return len(self._makers)

    @overload
    def __getitem__(self, look: int) -> Estimate: ...

    @overload
    def __getitem__(self, look: slice) -> tuple[Estimate, ...]: ...

    def __getitem__(self, look: int | slice) -> Estimate | tuple[Estimate, ...]:
        if isinstance(look, slice):
            return tuple(self[k] for k in range(len(self))[look])
        place = range(len(self))[look]
        if place not in self._made:
            self._made[place] = self._makers[place]()
        return self._made[place]


@dataclass(frozen=True)
class Process:
    """The canonical normal process of a statistic (Jennison and Turnbull 2000, chapter 3).

    Attributes:
        information: Statistical information at each look.
        effect: Drift per square root of information: the true benefit above the null on the estimator's scale.
    """

    information: tuple[float, ...]
    effect: float


Sizes = Sequence[tuple[int, int]]
"""Participants on control and on treatment at each look, cumulative."""


Comparator = Literal["benchmark", "control arm", "own control"]
"""What the treated are compared with: a value from outside the trial, other people in it, or themselves (before treatment,
or on the other side)."""


class Analysis(Spec):
    """Base of every analysis; a frozen spec of its own few settings.

    Subclasses are registered by `kind`, say in one line what they are (`meaning`), which kinds of endpoint and which
    observations they read, what they compare the treated with (`comparator`), and which papers they come from
    (`references`, keys of the reference list). `takes_margin` says
    whether the analysis can test against a margin of non-inferiority (a null other than 0), `information_comes_from` what
    the sizes given to `process` count, `gives_score` whether it has a `score`.
    """

    kind: str
    meaning: ClassVar[str]
    references: ClassVar[tuple[str, ...]] = ()
    endpoints: ClassVar[frozenset[str]]
    comparator: ClassVar[Comparator]
    reads: ClassVar[type[Observations]]
    statistic_name: ClassVar[str] = "z"
    takes_margin: ClassVar[bool] = True
    information_comes_from: ClassVar[Literal["participants", "events"]] = "participants"
    gives_score: ClassVar[bool] = False

    @abstractmethod
    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Evidence of every trial of the block at a look."""

    @abstractmethod
    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Estimated benefit of every trial of the block at a look, not adjusted for stopping."""

    def estimate_of(self, seen: Observations, cut: Cut, aim: Aim, hypothesis: NDArray[np.int8]) -> Estimate:
        """Estimate of the hypothesis that each trial reports on; an analysis of several hypotheses overrides this."""
        return self.estimate(seen, cut, aim)

    def score(self, seen: Observations, cut: Cut, aim: Aim) -> Score:
        """The score statistic at a look, for outcomes that are followed over time and so have no participants of one stage.

        Raises:
            TypeError: When the analysis gives none.
        """
        raise TypeError(f"analysis {self.kind!r} gives no score")

    def as_z(self, statistic: Floats) -> Floats:
        """Statistics on the z scale, element by element: the vectorised `to_z`.

        Raises:
            TypeError: When the analysis has no z scale.
        """
        raise TypeError(f"analysis {self.kind!r} has no z scale")

    @property
    def promises_level(self) -> bool:
        """Whether `critical(alpha)` is meant to keep a type I error of `alpha`, exactly or in large trials.

        A posterior probability read as it stands promises none, and neither does a bare count.
        """
        return True

    @abstractmethod
    def critical(self, alpha: float) -> float:
        """Statistic at or above which a single analysis at one-sided level `alpha` claims benefit."""

    def from_z(self, z: float) -> float:
        """The statistic that a boundary on the z scale stands for; analyses on another scale override this."""
        from scipy.special import ndtr

        return self.critical(float(ndtr(-z))) if np.isfinite(z) else z

    def to_z(self, statistic: float) -> float:
        """What a threshold of this analysis is on the z scale: the inverse of `from_z`, for the numeric engine.

        Raises:
            TypeError: When the analysis has no z scale; it then has no `process` either.
        """
        raise TypeError(f"analysis {self.kind!r} has no z scale")

    def counts(self, seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, ...]:
        """Where each trial is on the lattice: one array of shape (trials,) for each count.

        Raises:
            TypeError: When the analysis has no lattice.
        """
        raise TypeError(f"analysis {self.kind!r} is not a function of counts")

    def lattice(self, sizes: Sizes, aim: Aim, *, coin_flip: bool = False) -> Lattice | None:
        """Every possible trial with the given sizes at its looks, or None when evidence is not a function of counts.

        With `coin_flip`, each participant's arm is drawn with equal chances and `sizes` only give the totals.
        """
        return None

    def drawn_lattice(self, policy: AllocationPolicy, looks: Sequence[int], aim: Aim) -> Lattice | None:
        """Every possible trial whose participants are drawn to two arms by a policy, or None as for `lattice`.

        The statistic and the estimate of each look are given for the states of the policy, in one row.

        Args:
            policy: The chance of treatment by the counts; it is set anew at each look but the last.
            looks: Participants at each look, cumulative.
            aim: What the design asks.
        """
        return None

    def process(
        self, sizes: Sizes, aim: Aim, benefit: float, variance: Mapping[str, float]
    ) -> Process | None:
        """The normal process of the statistic, or None when it has none.

        Args:
            sizes: Participants on control and on treatment at each look (pairs: the first is 0).
            aim: What the design asks.
            benefit: True benefit of the scenario.
            variance: `Scenario.variance` of the scenario.
        """
        return None
