"""What is computed without simulation: all trials by enumeration, and boundaries by integration."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from benchmarks.measuring import Bar, Benchmark, cpu_seconds
from benchmarks.peers_jobs import three_looks
from handful.analyses.base import Aim
from handful.analyses.registry import make
from handful.designs.arrangements import SideBySide
from handful.designs.base import Plan, Question
from handful.designs.pieces import CoinFlip, KnownOutcomes, PermutedBlocks, Thresholds
from handful.engine import exact
from handful.participants.endpoint import Endpoint
from handful.stats.beta_binomial import superiority_table
from handful.stats.boundaries import Boundaries, group_sequential_boundaries
from handful.stats.spending import OBrienFlemingType


class Milliseconds(Benchmark):
    """CPU milliseconds of one answer."""

    unit: ClassVar[str] = "CPU-ms"
    better = "lower"

    def answer(self) -> None:
        """Compute the answer and check it."""
        raise NotImplementedError

    def setup(self) -> None:
        self.answer()

    def track_figure(self) -> float:
        return 1e3 * cpu_seconds(self.answer)


class ThreeLooksExactly(Milliseconds):
    job = "two arms, binary, three looks: every characteristic exactly"
    bar = Bar(20.0, "20 ms")

    def answer(self) -> None:
        design, scenario, endpoint = three_looks()
        plan = design.plan(Question(endpoint))
        lattice = exact.lattice_of(plan)
        chances = scenario.chances(endpoint)
        assert lattice is not None
        assert chances is not None
        told = exact.characteristics(plan, lattice, chances, 0.3)
        # The figures that enumeration elsewhere gives for this job, to the digits stated there.
        _check(told.success, 0.452783, 5e-7)
        _check(told.analysed, 35.3055, 5e-5)


class A1(Milliseconds):
    job = "A1 Bayesian two arms, looks at 20, 30 and 40, coin-flip allocation, exactly"
    bar = Bar(50.0, "50 ms (adaptr 1.4.0: 110.9 simulated trials/CPU-s)")
    coin_flip = True
    known = (0.6387512612924521, 32.697725992338796)

    def answer(self) -> None:
        plan = bayesian_two_arms(coin_flip=self.coin_flip)
        # From nothing: posterior tables that an earlier answer left are made again.
        superiority_table.cache_clear()
        lattice = exact.lattice_of(plan)
        assert lattice is not None
        chances = {"control": np.array([0.2]), "treated": np.array([0.6]), "half": np.array([0.5])}
        ended = [(s.success.sum(), s.failure.sum()) for s in exact.walk(plan, lattice, chances)]
        superior = math.fsum(success for success, _ in ended)
        expected = math.fsum((a + b) * n for (a, b), n in zip(ended, plan.looks.planned(), strict=True))
        _check(superior, self.known[0], 1e-12)
        _check(expected, self.known[1], 1e-10)


class A1Balanced(A1):
    job = "A1 with balanced allocation, exactly"
    coin_flip = False
    known = (0.6323681924967549, 32.744425850081484)


def bayesian_two_arms(*, coin_flip: bool) -> Plan:
    """Stop when the posterior probability that treatment is better is at least 0.99 or at most 0.01."""
    return Plan(
        endpoint=Endpoint(name="response", kind="binary"),
        participants=40,
        arrangement=SideBySide(),
        allocation=CoinFlip() if coin_flip else PermutedBlocks((1, 1), 1),
        looks=KnownOutcomes((20, 30, 40)),
        analysis=make("beta binomial two arms"),
        aim=Aim(),
        rule=Thresholds((0.99,) * 3, (0.01,) * 3),
    )


class Boundary(Benchmark):
    """Group-sequential designs per CPU-second: three looks, O'Brien-Fleming-type spending of both errors."""

    unit: ClassVar[str] = "designs/CPU-s"
    designs: ClassVar[int]

    def solve(self, alpha: float) -> Boundaries:
        """Solve one design."""
        spending = OBrienFlemingType()
        return group_sequential_boundaries(
            (1 / 3, 2 / 3, 1.0), efficacy=spending, futility=spending, binding=False, alpha=alpha, power=0.9
        )

    def answer(self) -> None:
        """Solve the designs of the job, no two the same: each has an alpha of its own, to nine digits that of the peer."""
        for number in range(self.designs):
            self.solve(0.025 * (1 + 1e-9 * number))

    def setup(self) -> None:
        # What rpact 4.5 states of this design, to its accuracy of 1.1e-8: the last boundary, and the inflation from its
        # events (40.4000641585596 in place of 38.1350893108854).
        design = self.solve(0.025)
        _check(design.upper[-1], 1.9930474832654, 1.1e-8)
        _check(design.inflation, 40.4000641585596 / 38.1350893108854, 1.1e-8)
        self.answer()

    def track_figure(self) -> float:
        return self.designs / cpu_seconds(self.answer, repeats=15)


class G1(Boundary):
    job = "G1 boundaries of three looks with non-binding futility"
    bar = Bar(50 * 103.6, "50 x gsDesign 3.11 (103.6)")
    designs = 200


class G2(Boundary):
    job = "G2 the same with drift, stopping probabilities and expected information under three effects"
    bar = Bar(50 * 14.18, "50 x rpact 3.3.4 (14.18)")
    designs = 50

    def solve(self, alpha: float) -> Boundaries:
        design = super().solve(alpha)
        effects = (0.0, 0.5 * design.drift, design.drift)
        stops = design.crossing(effects)
        assert stops.upper.shape == stops.lower.shape == (3, 3)
        assert design.expected_information(effects).shape == (3,)
        return design


def _check(found: float, known: float, tolerance: float) -> None:
    """A fast wrong answer is no answer."""
    if abs(found - known) > tolerance:
        raise AssertionError(f"{found!r} is not {known!r}")
