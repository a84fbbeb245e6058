"""What drift does to tests after response-adaptive allocation: the z-test loses its level, the randomisation test keeps it.

Nobody's outcome depends on the arm, but response probabilities rise from 0.1 to 0.9 while the trial of 40 runs. The allocation
follows Thompson's rule participant by participant, the most aggressive there is short of the bandit. Arms filled late then look
better, so a test that takes no account of time rejects far too often: in 45 of 100 trials at a nominal 5 % (two-sided), and in
55 when they step from 0.2 to 0.8 halfway.
"""

from __future__ import annotations

from functools import cache
from math import sqrt

import numpy as np
import pytest

from handful.kernels.streams import Purpose, uniforms
from handful.stats.allocation_policy import AllocationPolicy
from handful.stats.allocation_rules import thall_wathen
from handful.stats.exact_allocation import FinalCounts, pooled_z, probability_with_drift
from handful.stats.posterior_best import posterior_best
from handful.stats.randomisation_test import exact_randomisation_p_values, randomisation_p_values

PARTICIPANTS, TRIALS, SEED, ALPHA = 40, 10_000, 20261122, 0.05
RISING = np.linspace(0.1, 0.9, PARTICIPANTS)
STEP = np.repeat([0.2, 0.8], PARTICIPANTS // 2)


def thompson(successes: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return posterior_best(successes, totals)


@cache
def policy(block: int = 1) -> AllocationPolicy:
    return AllocationPolicy.from_rule(PARTICIPANTS, thompson, range(0, PARTICIPANTS, block))


def two_sided(successes: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return abs(pooled_z(successes, totals))


def conducted(rule: AllocationPolicy, response: np.ndarray, trials: int) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes and arms of simulated trials without an effect."""
    places = uniforms(SEED, 0, trials, PARTICIPANTS, Purpose.ALLOCATION)
    outcomes = (uniforms(SEED, 0, trials, PARTICIPANTS, Purpose.OUTCOME_UNIT) < response).astype(np.int8)
    arms = np.zeros_like(outcomes)
    successes, totals = np.zeros((trials, 2), dtype=np.int64), np.zeros((trials, 2), dtype=np.int64)
    rows = np.arange(trials)
    for i in range(PARTICIPANTS):
        if i in rule.looks:
            chance = rule.chance(successes, totals)
        arms[:, i] = places[:, i] < chance
        successes[rows, arms[:, i]] += outcomes[:, i]
        totals[rows, arms[:, i]] += 1
    return outcomes, arms


def naive_size(response: np.ndarray) -> float:
    """Exact size of the z-test with its usual critical value."""
    final = FinalCounts.of(policy())
    rejects = two_sided(final.successes, final.totals) > 1.959964
    return float(probability_with_drift(policy(), np.stack([response, response], axis=1)) @ rejects)


def test_the_z_test_loses_its_level_and_by_how_much() -> None:
    """The figures that the documentation states, to the digits it gives them."""
    assert naive_size(np.full(PARTICIPANTS, 0.5)) == pytest.approx(0.069, abs=5e-4)
    assert naive_size(RISING) == pytest.approx(0.451, abs=5e-4)
    assert naive_size(STEP) == pytest.approx(0.545, abs=6e-4)


def test_simulated_and_exact_size_of_the_z_test_agree() -> None:
    outcomes, arms = conducted(policy(), RISING, TRIALS)
    of_arm = arms[:, :, None] == np.arange(2)
    z = two_sided((of_arm & (outcomes[:, :, None] == 1)).sum(axis=1), of_arm.sum(axis=1))
    exact = naive_size(RISING)
    assert abs(np.mean(z > 1.959964) - exact) < 4 * sqrt(exact * (1 - exact) / TRIALS)


def test_the_conditional_test_loses_its_level_as_well() -> None:
    """It is exact when response probabilities are the same throughout, and only then."""
    final = FinalCounts.of(policy())
    rejects = final.conditional_p_values(two_sided(final.successes, final.totals)) <= ALPHA
    assert final.worst_case_size(rejects)[0] <= ALPHA
    assert probability_with_drift(policy(), np.stack([RISING, RISING], axis=1)) @ rejects > 0.3


@pytest.mark.parametrize("response", [RISING, RISING[::-1], STEP], ids=["up", "down", "step"])
def test_the_randomisation_test_keeps_its_level(response: np.ndarray) -> None:
    """At most alpha within four standard errors of 10,000 trials; it is discrete, so it may be below."""
    p = exact_randomisation_p_values(*conducted(policy(), response, TRIALS), policy(), two_sided)
    for level in (0.01, ALPHA, 0.2):
        assert np.mean(p <= level) < level + 4 * sqrt(level * (1 - level) / TRIALS)
    assert np.mean(p <= ALPHA) > ALPHA / 2  # and it is a test: it does reject


def test_the_randomisation_test_by_resampling_keeps_its_level() -> None:
    """In blocks of 5 with a softened rule, 2,000 trials with 199 resamples each; p <= 0.05 has then at most that chance."""
    trials, looks = 2_000, range(0, PARTICIPANTS, 5)

    def softened(successes: np.ndarray, totals: np.ndarray) -> np.ndarray:
        return thall_wathen(posterior_best(successes, totals), 0.75)

    rule = AllocationPolicy.from_rule(PARTICIPANTS, softened, looks)
    seen = conducted(rule, RISING, trials)
    p = randomisation_p_values(
        *seen, looks, softened, two_sided, arms_of_trial=2, seed=1, trial=np.arange(trials), resamples=199
    )
    assert np.mean(p <= ALPHA) < ALPHA + 4 * sqrt(ALPHA * (1 - ALPHA) / trials)
    assert np.mean(p <= ALPHA) > ALPHA / 2
