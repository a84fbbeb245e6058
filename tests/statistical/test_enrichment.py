"""A two-stage enrichment trial beside the integral over its normal statistics, computed here from scratch."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import multivariate_normal, norm

import handful as hf
from handful.designs.base import Question
from handful.engine.conduct import conduct, steps
from handful.participants.block import Block

Floats = NDArray[np.float64]

# Large stages, so that how many of each happen to be in the subgroup matters to the second order only.
FIRST, SECOND, SHARE, MARGIN, TRIALS = 1000, 1000, 0.4, 0.8, 4096
ENDPOINT = hf.Endpoint(name="score", kind="continuous")
CRITICAL = float(norm.isf(0.025))
DESIGN = hf.Enrichment(
    subgroup="variant",
    participants=FIRST + SECOND,
    go_on_with={"kind": "difference", "margin": MARGIN},
    combination={"kind": "inverse normal", "early success": False},
    analysis={"kind": "z test", "sd": 1},
)


def score(z: Floats, rho: float) -> Floats:
    """The z-value of the larger of two statistics against their intersection, from a table of the bivariate normal."""
    grid = np.linspace(-7, 7, 401)
    below = multivariate_normal.cdf(np.column_stack([grid, grid]), cov=[[1, rho], [rho, 1]])
    return np.interp(z, grid, norm.ppf(np.clip(below, 1e-300, 1 - 1e-16)))


def integrated(subgroup: float, others: float) -> dict[str, float]:
    """Chances of every decision at the look, and of a claim at the end."""
    whole, rho = SHARE * subgroup + (1 - SHARE) * others, math.sqrt(SHARE)
    root = math.sqrt(FIRST) / 2  # of the information of one stage
    mean = root * np.array([whole, rho * subgroup])
    cov = [[1, rho], [rho, 1]]
    # The first stage by the difference s - f, piece by piece between the kinks of rule and test, and by s + f given it: the
    # two are independent.
    spread, middle = math.sqrt(2 * (1 - rho)), mean[1] - mean[0]
    edges = [middle - 8 * spread, *sorted({-MARGIN, 0.0, MARGIN}), middle + 8 * spread]
    nodes, weights = np.polynomial.legendre.leggauss(12)
    pieces = [
        ((low + high) / 2 + (high - low) / 2 * nodes, (high - low) / 2 * weights)
        for low, high in pairwise(edges)
    ]
    apart, of_apart = (np.concatenate(part) for part in zip(*pieces, strict=True))
    long = math.sqrt(2 * (1 + rho))
    nodes, weights = np.polynomial.legendre.leggauss(32)
    total, of_total = mean.sum() + 8 * long * nodes, 8 * long * weights
    mass = np.outer(of_apart * norm.pdf(apart, middle, spread), of_total * norm.pdf(total, mean.sum(), long))
    difference, sum_of_both = np.meshgrid(apart, total, indexing="ij")
    f1, s1 = (sum_of_both - difference) / 2, (sum_of_both + difference) / 2

    # What the second stage must bring for each hypothesis and for the intersection.
    a, b = (math.sqrt(2) * CRITICAL - one for one in (f1, s1))
    both = math.sqrt(2) * CRITICAL - score(np.maximum(f1, s1), rho)
    only_s = norm.sf(
        np.maximum(b, both) - root * subgroup
    )  # everybody of the second stage is in the subgroup
    only_f = norm.sf(np.maximum(a, both) - root * whole)
    grid = np.linspace(-7, 7, 401)
    t = np.interp(both, score(grid, rho), grid)  # the larger statistic that brings as much

    def below(x: Floats, y: Floats) -> Floats:
        points = np.clip(np.stack([x - mean[0], y - mean[1]], axis=-1), -9, 9)
        return np.asarray(multivariate_normal.cdf(points, cov=cov))

    together = 1 - below(a, b) - below(t, t) + below(np.minimum(a, t), np.minimum(b, t))
    chosen_s, chosen_f = s1 > f1 + MARGIN, f1 > s1 + MARGIN
    return {
        "subgroup alone": float((mass * chosen_s).sum()),
        "whole alone": float((mass * chosen_f).sum()),
        "claim": float((mass * np.where(chosen_s, only_s, np.where(chosen_f, only_f, together))).sum()),
    }


@pytest.mark.parametrize(
    ("subgroup", "others"),
    [(0.0, 0.0), (0.15, 0.0), (0.1, 0.1), (0.15, -0.1)],
    ids=lambda value: f"{value:g}",
)
def test_decisions_and_claims_are_those_of_the_integral(subgroup: float, others: float) -> None:
    factor = {"name": "variant", "share": SHARE, "effect with": subgroup, "effect without": others}
    truth = hf.ContinuousScenario(untreated={"sd": 1}, effect=1, factors=[factor])
    plan = DESIGN.plan(Question(ENDPOINT))
    found = {"subgroup alone": 0, "whole alone": 0, "claim": 0}
    for first in range(0, TRIALS, 1024):
        people = plan.people(truth, Block(20261122, first, 1024))
        trials = conduct(plan, people)
        *_, last = steps(plan, people)
        assert last.steering is not None
        turned, left = last.steering.only_subgroup, ~last.steering.tested[:, 1]
        found["subgroup alone"] += int(turned.sum())
        found["whole alone"] += int(left.sum())
        found["claim"] += int(trials.success.sum())
    for name, chance in integrated(subgroup, others).items():
        error = math.sqrt(max(chance * (1 - chance), 1e-3) / TRIALS)
        assert abs(found[name] / TRIALS - chance) < 4 * error, name
