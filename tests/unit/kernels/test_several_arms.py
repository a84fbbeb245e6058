"""Allocation to several arms: twins, whole blocks, chances, and what is left as it was."""

from collections.abc import Callable

import numpy as np
import pytest

from handful.kernels import several_arms as kernels
from handful.kernels.streams import Purpose, uniforms
from handful.kernels.twins import several_arms as twins

TRIALS, PARTICIPANTS = 3000, 24


def drawn() -> np.ndarray:
    return uniforms(20261122, 0, TRIALS, PARTICIPANTS, Purpose.ALLOCATION)


def setting(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arms so far, where to begin, and who can be enrolled."""
    rng = np.random.default_rng(seed)
    arms = rng.integers(0, 3, (TRIALS, PARTICIPANTS)).astype(np.int8)
    return arms, rng.integers(0, PARTICIPANTS + 1, TRIALS), rng.random((TRIALS, PARTICIPANTS)) < 0.8


def test_twins_give_the_same_arms() -> None:
    arms, start, enrols = setting(1)
    rng = np.random.default_rng(2)
    places = rng.integers(0, 3, (TRIALS, 4))
    np.testing.assert_array_equal(
        kernels.deal_from(arms, drawn(), start, places, enrols),
        twins.deal_from(arms, drawn(), start, places, enrols),
    )
    # Quarters add up exactly, so that borders between arms are the same numbers on both sides.
    chances = rng.integers(0, 3, (TRIALS, 4)) / 4
    np.testing.assert_array_equal(
        kernels.draw_from(arms, drawn(), start, chances, enrols),
        twins.draw_from(arms, drawn(), start, chances, enrols),
    )
    number = rng.integers(0, PARTICIPANTS + 1, TRIALS)
    left = np.where(enrols, arms, np.int8(-1))
    np.testing.assert_array_equal(kernels.nth_enrolled(left, number), twins.nth_enrolled(left, number))


@pytest.mark.parametrize("places", [(1, 1, 1), (2, 1, 1), (1, 0, 2), (0, 0, 3)])
def test_whole_blocks_hold_their_places_in_equally_likely_orders(places: tuple[int, ...]) -> None:
    block = sum(places)
    none = np.zeros((TRIALS, PARTICIPANTS), dtype=np.int8)
    everybody = np.ones(none.shape, dtype=np.bool_)
    dealt = kernels.deal_from(
        none, drawn(), np.zeros(TRIALS, dtype=np.int64), np.tile(places, (TRIALS, 1)), everybody
    )
    blocks = dealt.reshape(TRIALS, -1, block)
    for arm, number in enumerate(places):
        assert ((blocks == arm).sum(axis=2) == number).all()
        share = number / block
        error = np.sqrt(share * (1 - share) / blocks[:, :, 0].size)
        assert np.abs((blocks == arm).mean(axis=(0, 1)) - share).max() <= 5 * error


def test_drawn_arms_have_their_chances_and_dropped_ones_nobody() -> None:
    none = np.zeros((TRIALS, PARTICIPANTS), dtype=np.int8)
    chances = np.tile([0.2, 0.0, 0.5, 0.3, 0.0], (TRIALS, 1))
    everybody = np.ones(none.shape, dtype=np.bool_)
    arms = kernels.draw_from(none, drawn(), np.zeros(TRIALS, dtype=np.int64), chances, everybody)
    seen = np.bincount(arms.ravel(), minlength=5) / arms.size
    assert (seen[[1, 4]] == 0).all()
    assert (np.abs(seen - chances[0]) <= 5 * np.sqrt(chances[0] * (1 - chances[0]) / arms.size)).all()


@pytest.mark.parametrize("allocate", [kernels.deal_from, kernels.draw_from])
def test_who_is_enrolled_already_keeps_their_arm_and_who_may_not_come_is_not_enrolled(
    allocate: Callable[..., np.ndarray],
) -> None:
    arms, start, enrols = setting(3)
    shares = np.ones((TRIALS, 3), dtype=np.int64 if allocate is kernels.deal_from else np.float64)
    shares[::5] = 0
    after = allocate(arms, drawn(), start, shares, enrols)
    later = np.arange(PARTICIPANTS) >= start[:, None]
    np.testing.assert_array_equal(after[~later], arms[~later])
    assert (after[later & ~enrols] == -1).all()
    assert (after[::5][later[::5]] == -1).all()
    allowed = later & enrols & (shares.sum(axis=1) > 0)[:, None]
    assert (after[allowed] >= 0).all()
