"""How often a rule with one threshold makes a false claim, and which threshold keeps a level.

Three ways answer, and each says which it is: exactly, over every possible trial at the worst point of the null; numerically,
by the normal process; or by simulation in truths without benefit that the design names. A calibrated threshold is the
smallest of six decimals that keeps the level; where the chance is simulated, two of its standard errors are added first, so
that the level is not kept by luck alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

import numpy as np

from handful.analyses.base import Aim, Analysis, Evidence, Lattice, Process, Sizes
from handful.analyses.watched import Watched
from handful.designs.base import Plan
from handful.designs.pieces import Decision, Thresholds
from handful.designs.watching import Rule
from handful.participants.block import blocks
from handful.participants.observations import Floats
from handful.scenarios.base import Scenario
from handful.stats.calibration import smallest_threshold, worst_chance_of_claim
from handful.stats.normal_process import crossing_probabilities

SEED = 20260112
"""Seed of simulated calibrations: a threshold must not depend on the study's own."""
_DECIMALS = 1e6
_DOUBT = 2.0

How = Literal["exact", "numeric", "simulated"]


class Chance(NamedTuple):
    """How often a false claim is made.

    Attributes:
        value: The chance, at the worst point of what was looked at.
        how: How it was found.
        error: Its Monte Carlo standard error; 0 where it is not simulated.
        where: The point, in words that follow "at" or "in"; empty where there is one point.
    """

    value: float
    how: How
    error: float = 0.0
    where: str = ""

    @property
    def bound(self) -> float:
        """The chance with what is in doubt about it."""
        return self.value + _DOUBT * self.error


class FalseClaims(ABC):
    """False claims of a rule as a function of its threshold."""

    @abstractmethod
    def chance(self, threshold: float) -> Chance:
        """How often a false claim is made with a threshold."""

    def smallest(self, alpha: float) -> float:
        """The smallest threshold from a half up, of six decimals, that keeps a level; infinite when none within reach does."""
        return smallest_threshold(self._candidates(), lambda t: self.chance(t).bound, alpha).threshold

    def _candidates(self) -> Floats:
        """Every threshold that may be the smallest."""
        return np.arange(_DECIMALS / 2, _DECIMALS) / _DECIMALS


@dataclass(frozen=True)
class Enumerated(FalseClaims):
    """Exactly, over every possible trial.

    Attributes:
        rule: The rule.
        sizes: Participants on control and on treatment at each look.
        aim: What the design asks.
        coin_flip: Whether arms are drawn with equal chances, and sizes give the totals alone.
    """

    rule: Rule
    sizes: tuple[tuple[int, int], ...]
    aim: Aim
    coin_flip: bool

    @classmethod
    def of(
        cls, rule: Rule, sizes: tuple[tuple[int, int], ...], aim: Aim, *, coin_flip: bool
    ) -> Enumerated | None:
        """None when trials cannot be enumerated."""
        found = cls(rule, sizes, aim, coin_flip)
        return found if _lattice_of(rule(0.5)[0], sizes, aim, coin_flip) is not None else None

    def _candidates(self) -> Floats:
        """Just above each value that the posterior can take but the largest: between two of them nothing changes."""
        analysis, _ = self.rule(0.5)
        base = analysis.base if isinstance(analysis, Watched) else analysis
        values = np.concatenate([table[table >= 0.5] for table in self._lattice(base).statistic])
        above = np.unique(np.floor(values * _DECIMALS) + 1)[:-1]
        return np.append(_DECIMALS / 2, above) / _DECIMALS

    def chance(self, threshold: float) -> Chance:
        """At the worst point of the boundary of the null."""
        analysis, thresholds = self.rule(threshold)
        lattice = self._lattice(analysis)
        said = [
            thresholds.decide(look, Evidence(table.reshape(-1, 1)))[:, 0].reshape(table.shape)
            for look, table in enumerate(lattice.statistic)
        ]
        value, nuisance = worst_chance_of_claim(
            lattice.stages,
            [look == Decision.SUCCESS for look in said],
            [look == Decision.FUTILITY for look in said],
            lattice.null.at,
            is_point=lattice.null.is_point,
        )
        return Chance(
            value, "exact", 0.0, "" if lattice.null.is_point else f"{lattice.null.nuisance} of {nuisance:.3f}"
        )

    def _lattice(self, analysis: Analysis) -> Lattice:
        """Every possible trial."""
        lattice = _lattice_of(analysis, self.sizes, self.aim, self.coin_flip)
        assert lattice is not None
        return lattice


@lru_cache(maxsize=4)
def _lattice_of(analysis: Analysis, sizes: Sizes, aim: Aim, coin_flip: bool) -> Lattice | None:
    """The tables of a lattice take longer than a walk on it."""
    return analysis.lattice(sizes, aim, coin_flip=coin_flip)


@dataclass(frozen=True)
class Integrated(FalseClaims):
    """By the canonical normal process of the statistic.

    Attributes:
        rule: The rule.
        information: Information at each look.
    """

    rule: Rule
    information: tuple[float, ...]

    @classmethod
    def of(cls, rule: Rule, sizes: Sizes, aim: Aim) -> Integrated | None:
        """None when the statistic has no normal process."""
        analysis, _ = rule(0.5)
        spread = float(getattr(analysis, "sd", None) or 1.0) ** 2
        process: Process | None = analysis.process(
            sizes, aim, aim.null, {"control": spread, "treated": spread}
        )
        return None if process is None else cls(rule, process.information)

    def chance(self, threshold: float) -> Chance:
        """At the boundary of the null."""
        analysis, thresholds = self.rule(threshold)
        upper, lower = (
            tuple(analysis.to_z(t) if np.isfinite(t) else t for t in side)
            for side in (thresholds.upper, thresholds.lower)
        )
        return Chance(
            float(crossing_probabilities(self.information, lower, upper, 0.0).upper.sum()), "numeric"
        )


@dataclass(frozen=True)
class Simulated(FalseClaims):
    """By simulation in truths without benefit.

    Attributes:
        rule: The rule.
        plan: The design, whatever its threshold.
        nulls: The truths.
        trials: Trials in each.
    """

    rule: Rule
    plan: Plan
    nulls: tuple[Scenario, ...]
    trials: int

    def chance(self, threshold: float) -> Chance:
        """In the truth where it is largest."""
        analysis, thresholds = self.rule(threshold)
        found = [self._claimed(analysis, paths, thresholds) for paths in self._paths]
        worst = int(np.argmax(found))
        # None seen is not none: the error is that of one trial at least.
        share = min(max(found[worst], 1 / self.trials), 1 - 1 / self.trials)
        where = f"truth {worst + 1} of those named" if len(self.nulls) > 1 else ""
        return Chance(found[worst], "simulated", float(np.sqrt(share * (1 - share) / self.trials)), where)

    def _claimed(self, analysis: Analysis, paths: Floats, thresholds: Thresholds) -> float:
        """Share of trials that claim benefit."""
        statistic = analysis.both(*paths) if isinstance(analysis, Watched) else paths[0]
        going, claimed = np.ones(self.trials, dtype=np.bool_), 0
        for look in range(self.plan.looks.number):
            said = thresholds.decide(look, Evidence(statistic[:, look, None]))[:, 0]
            claimed += int((going & (said == Decision.SUCCESS)).sum())
            going &= said == Decision.CONTINUE
        return claimed / self.trials

    @cached_property
    def _paths(self) -> tuple[Floats, ...]:
        """What is said of every trial at every look, for each truth; shapes (1 or 2, trials, looks)."""
        analysis, aim = self.rule(0.5)[0], self.plan.aim
        parts = (
            ((analysis.base, aim), (analysis.watch, analysis.other(aim)))
            if isinstance(analysis, Watched)
            else ((analysis, aim),)
        )
        return tuple(statistics(self.plan, null, parts, self.trials) for null in self.nulls)


def statistics(
    plan: Plan, scenario: Scenario, parts: Sequence[tuple[Analysis, Aim]], trials: int, seed: int = SEED
) -> Floats:
    """What analyses say of simulated trials at every look, as if none stopped.

    Args:
        plan: The design; its rule and its analysis are not asked, and nothing may adapt.
        scenario: The truth.
        parts: The analyses, each with what it is asked.
        trials: Trials to simulate.
        seed: Seed of the simulation.

    Returns:
        Shape (parts, trials, looks); minus infinite where participants ran out before the look.
    """
    paths = np.empty((len(parts), trials, plan.looks.number))
    for block in blocks(seed, 0, trials):
        people = plan.people(scenario, block)
        record = plan.arrangement.record(people, plan.allocation.assign(people), plan.endpoint)
        for look in range(plan.looks.number):
            cut = plan.looks.cut(look, record, block.trials)
            held = np.isfinite(cut.month)
            live = replace(cut, included=cut.included * held)
            for part, (analysis, aim) in enumerate(parts):
                told = analysis.evidence(record.observations, live, aim).statistic[:, 0]
                paths[part, block.first : block.last + 1, look] = np.where(held, told, -np.inf)
    return paths
