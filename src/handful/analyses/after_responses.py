"""Tests of two proportions after allocation that followed the responses.

Both know the rule by which the trial allocated. The conditional exact test asks what else the rule would have led to with so
many favourable results; it takes people to be the same throughout. The randomisation test asks whom else the rule would have
treated, each with the result they had; it takes people as they came, and holds whatever time did to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, SerializeAsAny

from handful.analyses.base import Aim, Comparator, Estimate, Evidence, Floats, Integers, Lattice
from handful.analyses.resampling import addresses
from handful.analyses.response_rule import ResponseRule
from handful.analyses.scales import OnPValues
from handful.analyses.two_proportions import (
    TwoProportions,
    drawn_lattice,
    favourable,
    look_up,
    on_states,
    score_estimates,
)
from handful.participants.observations import Cut, Flags, Observations, Outcomes
from handful.spec.quantities import PositiveCount
from handful.stats.allocation_policy import AllocationPolicy, place_of, states_at
from handful.stats.exact_allocation import FinalCounts, pooled_z
from handful.stats.randomisation_test import exact_randomisation_p_values, randomisation_p_values_as_known

NOTHING_SAID = -1.0
"""The statistic before the last look, at which alone these tests are done: a p-value of 1."""


class ConditionalExact(OnPValues, TwoProportions):
    """Exact test given the number of favourable results, under the rule that allocated.

    Where both arms have the same chance, that chance has no part in it: it is Fisher's test, generalised to the rule. Results
    that are missing take no part in the allocation either, so the test holds for those that are known. It does not hold when
    people change over time, nor when they are allocated before the results of those before them are known.
    """

    kind: Literal["conditional exact"] = "conditional exact"
    meaning: ClassVar[str] = (
        "exact test given the number of responses, which knows how participants were allocated"
    )
    references: ClassVar[tuple[str, ...]] = ("wei1990", "baas2024", "miettinen1985")
    takes_margin: ClassVar[bool] = False

    rule: SerializeAsAny[ResponseRule] = Field(description="How participants were allocated.")

    def table(self, control: int, treated: int, null: float = 0.0) -> Floats:
        """Minus the p-value of every possible trial that ends with arms of these sizes."""
        s0, s1 = np.indices((control + 1, treated + 1))
        place = place_of(s0, control - s0, s1, np.asarray(control + treated))
        return np.asarray(-_conditional_p_values(self.rule, control + treated)[place])

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value of trials that have come to their end; nothing of the others."""
        ended = np.flatnonzero(cut.included >= self.rule.participants)
        statistic = np.full((len(cut.included), 1), NOTHING_SAID)
        if len(ended):
            successes, sizes = favourable(seen, cut, aim)
            statistic[ended, 0] = look_up(self._table(aim), successes[ended], sizes[ended])
        return Evidence(statistic)

    def drawn_lattice(self, policy: AllocationPolicy, looks: Sequence[int], aim: Aim) -> Lattice:
        """All trials; nothing is said of them before they end."""

        def statistic(known: int) -> Floats:
            if known < self.rule.participants:
                return np.full(states_at(known), NOTHING_SAID)
            return -_conditional_p_values(self.rule, known)

        estimates = partial(self.estimates, confidence=1 - 2 * aim.alpha)
        return drawn_lattice(policy, looks, statistic, partial(on_states, estimates))


@lru_cache(maxsize=64)
def _conditional_p_values(rule: ResponseRule, total: int) -> Floats:
    """p-value of every final count of a trial with so many known results."""
    if total == 0:
        return np.ones(1)
    final = FinalCounts.of(rule.policy().shortened(total))
    return final.conditional_p_values(pooled_z(final.successes, final.totals))


class Rerandomised(OnPValues):
    """Randomisation test: the results stay with their participants, and the arms are drawn anew by the rule of the trial.

    When every result was known before the next participant was allocated, all allocations are walked. Else some are drawn,
    with the looks held when they were held and with what was known then. The statistic is the z-test's with the pooled
    variance, the interval Miettinen and Nurminen's, which does not know the rule.
    """

    kind: Literal["rerandomised"] = "rerandomised"
    meaning: ClassVar[str] = (
        "randomisation test, which allocates the same participants anew by the rule of the trial"
    )
    references: ClassVar[tuple[str, ...]] = ("simon2011", "villar2018", "phipson2010", "miettinen1985")
    endpoints: ClassVar[frozenset[str]] = frozenset({"binary"})
    comparator: ClassVar[Comparator] = "control arm"
    reads: ClassVar[type[Observations]] = Outcomes
    takes_margin: ClassVar[bool] = False

    rule: SerializeAsAny[ResponseRule] = Field(description="How participants were allocated.")
    looks: tuple[PositiveCount, ...] = Field(description="Known results at which the rule was asked again.")
    resamples: PositiveCount = Field(
        999, le=1_000_000, description="Random allocations where not all are walked."
    )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value of trials that have come to their end; nothing of the others."""
        ended = np.flatnonzero(cut.included >= self.rule.participants)
        statistic = np.full((len(cut.included), 1), NOTHING_SAID)
        if len(ended):
            statistic[ended, 0] = -self._p_values(seen, cut, aim, ended)
        return Evidence(statistic)

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Difference in the proportion of favourable results, treated minus control, with its score interval."""
        found = look_up(
            lambda control, treated: score_estimates(control, treated, 1 - 2 * aim.alpha),
            *favourable(seen, cut, aim),
        )
        return Estimate(found[:, 0], found[:, 1], found[:, 2])

    def _p_values(self, seen: Observations, cut: Cut, aim: Aim, ended: Integers) -> Floats:
        """p-values of the trials that have ended: over all allocations where they can be walked, else over some."""
        assert isinstance(seen, Outcomes)
        everybody = slice(0, self.rule.participants)
        good = ((seen.outcome != 0) == (aim.sign > 0))[ended, everybody].astype(np.int8)
        arm = seen.arm[ended, everybody]
        known = None if seen.observed is None else seen.observed[ended, everybody]
        included, enrolled = self._schedule(cut, ended)
        at_once = (included == enrolled).all(axis=1)
        if known is not None:
            at_once &= known.all(axis=1)
        p = np.empty(len(ended))
        if at_once.any():
            policy = self.rule.policy_at(self.looks)
            p[at_once] = exact_randomisation_p_values(good[at_once], arm[at_once], policy, pooled_z)
        late: Flags = ~at_once
        if late.any():
            data = np.where(True if known is None else known, good, 2)[late].astype(np.float64)
            p[late] = randomisation_p_values_as_known(
                good[late],
                arm[late],
                self.rule.policy(),
                included[late],
                enrolled[late],
                observed=None if known is None else known[late],
                trial=addresses(data),
                resamples=self.resamples,
            )
        return p

    def _schedule(self, cut: Cut, ended: Integers) -> tuple[Integers, Integers]:
        """Participants included and enrolled at each look, shape (trials, looks); as planned where nobody took it down."""
        planned = np.tile(np.array(self.looks, dtype=np.int64), (len(ended), 1))
        if not cut.earlier:
            return planned, planned
        included = np.stack([stage.included[ended] for stage in cut.earlier], axis=1)
        there = [stage.included if stage.enrolled is None else stage.enrolled for stage in cut.earlier]
        return included, np.stack([enrolled[ended] for enrolled in there], axis=1)
