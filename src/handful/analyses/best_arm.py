"""Several treatments with a binary endpoint, judged by posterior probabilities: better than control, or the best of all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handful.analyses.base import Aim, Estimate, Evidence, Floats, Integers, Lattice
from handful.analyses.scales import OnPosterior
from handful.analyses.several import Several
from handful.analyses.two_proportions import TwoProportions, drawn_lattice, on_states
from handful.kernels.counting import count_prefix
from handful.participants.observations import Cut, Flags, Observations, Outcomes
from handful.spec.quantities import PositiveNumber
from handful.stats.allocation_policy import AllocationPolicy, counts_at
from handful.stats.posterior_best import posterior_best, posterior_better


class BestArm(OnPosterior, Several):
    """Posterior probability that each treatment is better than control or, without a control, the best of those left.

    All arms have the same beta prior. The estimate is that of the base analysis, treatment against control; without a control
    there is nothing to compare with, and none is given.
    """

    kind: str = "best arm"
    meaning: ClassVar[str] = "posterior probability of each treatment"
    references: ClassVar[tuple[str, ...]] = ("thall2007",)
    endpoints: ClassVar[frozenset[str]] = frozenset({"binary"})
    reads: ClassVar[type[Observations]] = Outcomes

    with_control: bool = Field(True, description="Whether there is a control to be better than.")
    prior: tuple[PositiveNumber, PositiveNumber] = Field(
        (1.0, 1.0), description="Weights of the beta prior of every arm."
    )

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Posterior probability of each hypothesis, shape (trials, hypotheses)."""
        good, known = self.counts_by_arm(seen, cut, aim)
        if self.with_control:
            return Evidence(posterior_better(good, known, self.prior)[:, 1:])
        left = self.left(cut, len(good))
        return Evidence(posterior_best(good[:, 1:], known[:, 1:], self.prior, is_open=left))

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """The estimate of the first treatment against control."""
        if self.with_control:
            return super().estimate(seen, cut, aim)
        return Estimate(*(np.full(seen.shape[0], np.nan) for _ in range(3)))

    def estimate_of(self, seen: Observations, cut: Cut, aim: Aim, hypothesis: NDArray[np.int8]) -> Estimate:
        """The estimate of the treatment that each trial reports on, against control."""
        return (
            super().estimate_of(seen, cut, aim, hypothesis)
            if self.with_control
            else self.estimate(seen, cut, aim)
        )

    def counts_by_arm(self, seen: Observations, cut: Cut, aim: Aim) -> tuple[Integers, Integers]:
        """Favourable results and known results on each arm, control first, shape (trials, arms)."""
        assert isinstance(seen, Outcomes)
        arms = 1 + max(hypothesis.arm for hypothesis in self.hypotheses)
        good, known = count_prefix(seen.outcome, seen.arm, cut.included, seen.observed, arms)
        return (good, known) if aim.sign > 0 else (known - good, known)

    def drawn_lattice(self, policy: AllocationPolicy, looks: Sequence[int], aim: Aim) -> Lattice | None:
        """All trials of one treatment against control."""
        if not self.with_control or len(self.hypotheses) > 1:
            return None
        assert isinstance(self.base, TwoProportions)

        def statistic(known: int) -> Floats:
            return posterior_better(*counts_at(known), self.prior)[:, 1]

        estimates = partial(self.base.estimates, confidence=1 - 2 * aim.alpha)
        return drawn_lattice(policy, looks, statistic, partial(on_states, estimates))

    def left(self, cut: Cut, trials: int) -> Flags:
        """Treatments that are still compared, shape (trials, hypotheses); all where a trial has ended for want of any."""
        if cut.tested is None:
            return np.ones((trials, len(self.hypotheses)), dtype=np.bool_)
        ended = ~cut.tested.any(axis=1, keepdims=True)
        return np.asarray(cut.tested | ended)
