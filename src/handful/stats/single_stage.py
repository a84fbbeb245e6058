"""The single-stage single-arm design: how many participants an exact binomial test needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from handful.stats._arguments import proportion
from handful.stats.binomial import tail


@dataclass(frozen=True, slots=True)
class SingleStage:
    """A single-stage design: enrol n, call the treatment promising at ``critical`` successes or more.

    Attributes:
        n: number of participants.
        critical: the fewest successes that reject the benchmark.
        type_one_error: exact rejection probability at the benchmark.
        power: exact rejection probability at the hoped-for proportion.
    """

    n: int
    critical: int
    type_one_error: float
    power: float


class SingleStageSizes(NamedTuple):
    """The two answers to "how many participants?", which differ because exact power is a saw-tooth in n.

    Attributes:
        smallest: the smallest n whose power reaches the target.
        stable: the smallest n from which on every larger n reaches the target too.
    """

    smallest: SingleStage
    stable: SingleStage


def single_stage_designs(p0: float, p1: float, alpha: float, power: float) -> list[SingleStage]:
    """All single-stage exact designs that reach the target power, up to where every n does.

    Exact power is not monotone in n: one more participant may raise the critical value and lose power.
    The list ends at a sample size beyond which Hoeffding's inequality (JASA 1963, 58:13-30) guarantees the
    target for every n, so nothing further out can go wrong:
    ``sqrt(n) >= (sqrt(log(1/alpha)/2) + sqrt(log(1/(1-power))/2)) / (p1 - p0)``.

    Args:
        p0: the benchmark, in [0, 1).
        p1: the proportion hoped for, above p0 and at most 1.
        alpha: one-sided significance level, strictly between 0 and 1.
        power: target power, strictly between 0 and 1.

    Returns:
        The designs, by increasing n.

    Raises:
        ValueError: an argument is outside its range, or the difference is so small that more than 20,000
            participants would have to be looked at.

    Example:
        >>> [(design.n, design.critical) for design in single_stage_designs(0.1, 0.3, 0.05, 0.8)[:2]]
        [(25, 6), (26, 6)]
    """
    if not 0.0 <= p0 < p1 <= 1.0:
        raise ValueError(f"p0 and p1 must satisfy 0 <= p0 < p1 <= 1, got {p0!r} and {p1!r}")
    level, target = proportion(alpha, "alpha"), proportion(power, "power")
    root = (math.sqrt(-0.5 * math.log(level)) + math.sqrt(-0.5 * math.log(1.0 - target))) / (p1 - p0)
    last = math.ceil(root * root)
    if last > 20_000:
        raise ValueError(f"p1 - p0 = {p1 - p0:g} is too small: it needs a search to {last} participants")
    designs = []
    for n in range(1, last + 1):
        null, hoped = tail(n, [p0, p1])
        critical = int(np.count_nonzero(null > level))
        if critical <= n and hoped[critical] >= target:
            designs.append(SingleStage(n, critical, float(null[critical]), float(hoped[critical])))
    return designs


def single_stage(p0: float, p1: float, alpha: float, power: float) -> SingleStageSizes:
    """The smallest single-stage exact design, and the smallest from which power never falls back.

    Args:
        p0: the benchmark, in [0, 1).
        p1: the proportion hoped for, above p0 and at most 1.
        alpha: one-sided significance level, strictly between 0 and 1.
        power: target power, strictly between 0 and 1.

    Returns:
        The two designs; they are the same where the saw-tooth does not bite.

    Raises:
        ValueError: as for :func:`single_stage_designs`.

    Example:
        >>> sizes = single_stage(0.2, 0.5, 0.025, 0.8)
        >>> sizes.smallest.n, sizes.stable.n
        (19, 24)
    """
    designs = single_stage_designs(p0, p1, alpha, power)
    stable = designs[-1]
    for design in reversed(designs[:-1]):
        if design.n != stable.n - 1:
            break
        stable = design
    return SingleStageSizes(designs[0], stable)
