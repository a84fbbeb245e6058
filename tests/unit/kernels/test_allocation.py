"""Permuted blocks: the twin, whole blocks, equal chances, and independence of how trials are cut."""

import math

import numpy as np
import pytest

from handful.kernels import allocation as kernels
from handful.kernels.streams import Purpose, uniforms
from handful.kernels.twins import allocation as twins

SEED, TRIALS = 20261122, 4000


@pytest.mark.parametrize(
    ("treated", "block", "participants", "together"),
    [(1, 2, 40, 9), (2, 4, 41, 3), (4, 6, 20, 2), (6, 12, 30, 1), (2, 2, 7, 1)],
)
def test_twin_gives_the_same_arms(treated: int, block: int, participants: int, together: int) -> None:
    arms = kernels.permuted_blocks(SEED, 100, TRIALS, participants, treated, block)
    drawn = uniforms(SEED, 100, TRIALS, -(-participants // (block * together)), Purpose.ALLOCATION)
    np.testing.assert_array_equal(arms, twins.permuted_blocks(drawn, participants, treated, block, together))


@pytest.mark.parametrize(("treated", "block"), [(1, 2), (2, 6), (6, 12), (7, 14), (20, 30)])
def test_every_block_is_balanced_and_every_place_equally_likely(treated: int, block: int) -> None:
    arms = kernels.permuted_blocks(SEED, 0, TRIALS, 2 * block, treated, block).reshape(TRIALS, 2, block)
    assert (arms.sum(axis=2) == treated).all()
    chance = treated / block
    error = math.sqrt(chance * (1 - chance) / TRIALS)
    assert np.abs(arms.mean(axis=0) - chance).max() < 5 * error


def test_every_arrangement_is_equally_likely() -> None:
    arms = kernels.permuted_blocks(SEED, 0, TRIALS, 8, 2, 4)
    counts = np.unique(arms @ (1 << np.arange(8)), return_counts=True)[1]
    assert counts.size == 36
    assert np.abs(counts - TRIALS / 36).max() < 5 * math.sqrt(TRIALS / 36 * 35 / 36)


@pytest.mark.parametrize("block", [4, 30])
def test_arms_do_not_depend_on_how_many_trials_or_participants_are_asked_for(block: int) -> None:
    whole = kernels.permuted_blocks(SEED, 0, 50, 60, block // 2, block)
    np.testing.assert_array_equal(whole[7:9, :33], kernels.permuted_blocks(SEED, 7, 2, 33, block // 2, block))


def test_more_treated_places_than_places_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        kernels.permuted_blocks(SEED, 0, 1, 4, 5, 4)
