"""The designs behind the group-sequential fixtures, in our words: fixture identifier -> solved boundaries."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from handful.stats.boundaries import Boundaries
from handful.stats.boundaries import group_sequential_boundaries as solve
from handful.stats.classical import HaybittlePeto, WangTsiatis, o_brien_fleming, pocock
from handful.stats.pampallona_tsiatis import pampallona_tsiatis
from handful.stats.spending import (
    BetaSpending,
    CumulativeSpending,
    ExponentialSpending,
    HwangShihDeCani,
    KimDeMets,
    OBrienFlemingType,
    PocockType,
)

THIRDS = (1 / 3, 2 / 3, 1)
QUARTERS = (0.25, 0.5, 0.75, 1)
LATE, EARLY = OBrienFlemingType(), PocockType()

DESIGNS: dict[str, Callable[[], Boundaries]] = {
    "D01": lambda: solve(THIRDS, efficacy=o_brien_fleming()),
    "D02": lambda: solve(THIRDS, efficacy=pocock()),
    "D04": lambda: solve([0.5, 1], power=0.8),
    "D05": lambda: solve([0.2, 0.4, 0.6, 0.8, 1], alpha=0.05, sided=2),
    "D07": lambda: solve(QUARTERS, efficacy=HwangShihDeCani(-4)),
    "D08": lambda: solve([0.4, 0.8, 1], efficacy=KimDeMets(1.5), alpha=0.05, power=0.8),
    "D10": lambda: solve(THIRDS, futility=LATE, binding=True),
    "D11": lambda: solve(
        [0.35, 0.65, 1], efficacy=HwangShihDeCani(-4), futility=HwangShihDeCani(-2), power=0.8
    ),
    "D13": lambda: solve(QUARTERS, efficacy=HaybittlePeto()),
    "D14": lambda: solve([1], power=0.8),
    "D16": lambda: pampallona_tsiatis(THIRDS, efficacy_shape=0.25),
    "D17": lambda: solve([0.5, 1], efficacy=EARLY, futility=EARLY, alpha=0.1, power=0.8),
    "D19": lambda: solve([0.5, 1], efficacy=o_brien_fleming(), futility=[0], power=0.8),
    "D20": lambda: solve([0.5, 1], futility=[0.5], binding=True, power=0.8),
    "D22": lambda: solve(THIRDS, futility=LATE, alpha=0.05, power=0.8, sided=2),
    "T1": lambda: solve(
        [0.3, 0.4, 0.8, 1], efficacy=KimDeMets(2.5), futility=KimDeMets(1.5), alpha=0.05, sided=2
    ),
    "T2": lambda: solve(
        [0.4, 0.65, 0.8, 1],
        efficacy=KimDeMets(2.5),
        futility=KimDeMets(1.5),
        binding=True,
        alpha=0.05,
        sided=2,
    ),
    "T3": lambda: solve([0.15, 0.25, 0.8, 1], futility=KimDeMets(1), alpha=0.025, power=0.93, sided=2),
    "T4": lambda: solve(
        [0.35, 0.55, 0.8, 1],
        efficacy=KimDeMets(1.44),
        futility=KimDeMets(1.35),
        binding=True,
        alpha=0.035,
        power=0.935,
        sided=2,
    ),
    "T5": lambda: solve(
        [0.35, 0.4, 0.8, 1], futility=KimDeMets(1), binding=True, alpha=0.025, power=0.93, sided=2
    ),
    "G01": lambda: solve(THIRDS, efficacy=o_brien_fleming()),
    "G03": lambda: solve(QUARTERS, efficacy=WangTsiatis(0.25), power=0.8),
    "G04": lambda: solve([0.5, 1], power=0.8),
    "G06": lambda: solve([0.3, 0.7, 1], efficacy=EARLY, power=0.8),
    "G07": lambda: solve(QUARTERS, efficacy=HwangShihDeCani(-4)),
    "G09": lambda: solve(THIRDS, futility=LATE),
    "G10": lambda: solve(THIRDS, futility=LATE, binding=True),
    "G12": lambda: solve(
        [0.4, 0.7, 1], efficacy=KimDeMets(3), futility=KimDeMets(2), binding=True, alpha=0.05, power=0.8
    ),
    "G13": lambda: solve(
        THIRDS,
        efficacy=HwangShihDeCani(-4),
        futility=HwangShihDeCani(-2),
        futility_under="null",
        futility_rate=0.1,
    ),
    "G15": lambda: solve([0.2, 0.6, 1], efficacy=CumulativeSpending((0.2, 0.6, 1), (0.04, 0.4, 1))),
    "G16": lambda: solve(THIRDS, efficacy=BetaSpending(2, 3), futility=ExponentialSpending(0.8)),
    "G18": lambda: solve(np.arange(1, 11) / 10),
    "G19": lambda: solve(THIRDS, efficacy=pocock(), alpha=0.05, sided=2, power=0.8),
}


@cache
def design(identifier: str) -> Boundaries:
    """Solve one of the designs, once."""
    return DESIGNS[identifier]()
