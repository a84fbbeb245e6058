"""Randomisation tests after response-adaptive allocation: twins bit for bit."""

import numpy as np
import pytest

from handful.kernels import bandit
from handful.kernels import rerandomisation as kernels
from handful.kernels.twins import rerandomisation as twins

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("looks", [range(9), [0, 3, 4, 8]])
def test_twin_of_exact_tails_gives_the_same_bits(looks: list[int]) -> None:
    participants, states = 9, sum(bandit.layer_size(look) for look in looks)
    levels = np.concatenate([[0.0, 1.0], RNG.random(20)])
    codes = RNG.integers(0, levels.size, states).astype(np.uint8)
    statistic = RNG.integers(0, 6, bandit.layer_size(participants)).astype(float)
    outcomes, arms = RNG.integers(0, 2, (2, 30, participants)).astype(np.int8)
    policy = np.array(looks), codes, levels, statistic, 1e-9
    expected = [twins.exact_tail(*trial, *policy) for trial in zip(outcomes, arms, strict=True)]
    np.testing.assert_array_equal(kernels.exact_tails(outcomes, arms, *policy), expected)


@pytest.mark.parametrize("delay", [0, 3])
def test_twin_of_drawn_tails_gives_the_same_bits(delay: int) -> None:
    """With outcomes that are known at once or late, and with some that are never seen."""
    trials, participants = 12, 9
    levels = np.concatenate([[0.0, 1.0], RNG.random(20)])
    codes = RNG.integers(0, levels.size, bandit.states_before(participants + 1)).astype(np.uint8)
    outcomes, arms = RNG.integers(0, 2, (2, trials, participants)).astype(np.int8)
    observed = RNG.random((trials, participants)) < 0.8
    included = np.tile(np.arange(1, participants), (trials, 1))
    enrolled = np.minimum(included + RNG.integers(0, delay + 1, (trials, 1)), participants)
    numbers = RNG.integers(0, 2**63, trials).astype(np.uint64)
    rest = codes, levels
    expected = [
        twins.drawn_tail(*trial[:5], *rest, int(trial[5]), 50, 1e-9)
        for trial in zip(outcomes, observed, arms, included, enrolled, numbers, strict=True)
    ]
    found = kernels.drawn_tails(outcomes, observed, arms, included, enrolled, *rest, numbers, 50, 1e-9)
    np.testing.assert_array_equal(found, expected)


def test_twin_of_uniforms_gives_the_same_bits() -> None:
    found = kernels.uniforms_of_resamples(np.uint64(5), np.uint64(2**62), 40, 13)
    np.testing.assert_array_equal(found, twins.uniforms_of_resamples(5, 2**62, 40, 13))


@pytest.mark.parametrize("arms", [2, 4])
def test_twin_of_a_drawn_block_gives_the_same_bits(arms: int) -> None:
    chances = RNG.random((200, arms)) * (RNG.random((200, arms)) < 0.7)
    chances[:, 1] += 0.01
    outcomes, drawn = RNG.normal(0, 1, (200, 20)), RNG.random((200, 20))
    drawn[:50] = 1 - 2.0**-53  # the last number there is must find an arm with a chance
    sums = [np.zeros((200, arms)) for _ in range(2)]
    totals = [np.zeros((200, arms), dtype=np.int64) for _ in range(2)]
    for module, own_sums, own_totals in zip((kernels, twins), sums, totals, strict=True):
        module.draw_block(own_sums, own_totals, outcomes, drawn, chances, 0, 6)
        module.draw_block(own_sums, own_totals, outcomes, drawn, chances[::-1].copy(), 6, 20)
    np.testing.assert_array_equal(*sums)
    np.testing.assert_array_equal(*totals)
    assert (totals[0].sum(axis=1) == 20).all()
