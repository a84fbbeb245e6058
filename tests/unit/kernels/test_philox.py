"""Philox beside the published vectors, NumPy's own and the twin."""

import numpy as np
import pytest

from handful.kernels import philox as kernels
from handful.kernels.twins import philox as twins

ALL_ONES = 2**64 - 1


@pytest.mark.parametrize("blocks", [kernels.philox_blocks, twins.philox_blocks])
def test_random123_known_answers(blocks) -> None:
    """Vectors of philox4x64-10 in kat_vectors of the Random123 distribution 1.14."""
    zeros = blocks(np.zeros((1, 4), np.uint64), np.zeros(2, np.uint64))
    ones = blocks(np.full((1, 4), ALL_ONES, np.uint64), np.full(2, ALL_ONES, np.uint64))
    assert [f"{word:016x}" for word in zeros[0]] == [
        "16554d9eca36314c",
        "db20fe9d672d0fdc",
        "d7e772cee186176b",
        "7e68b68aec7ba23b",
    ]
    assert [f"{word:016x}" for word in ones[0]] == [
        "87b092c3013fe90b",
        "438c3c67be8d0224",
        "9cc7d7c69cd777b6",
        "a09caebf594f0ba0",
    ]


@pytest.mark.parametrize("seed", [0, 1, 20261122, 2**63, ALL_ONES])
@pytest.mark.parametrize("trial", [0, 9_999_999, 2**63 - 1])
@pytest.mark.parametrize("start", [0, 5, 2**64 - 3])
def test_words_are_those_of_numpy(seed: int, trial: int, start: int) -> None:
    """NumPy adds one to the counter, carrying over its words, before it makes a block."""
    numbers = [start + 1 + block for block in range(8)]
    counters = np.array([[n % 2**64, n // 2**64, 3, 7] for n in numbers], dtype=np.uint64)
    key = np.array([seed, trial], dtype=np.uint64)
    expected = (
        np.random.Philox(counter=np.array([start, 0, 3, 7], dtype=np.uint64), key=key)
        .random_raw(32)
        .reshape(8, 4)
    )
    np.testing.assert_array_equal(kernels.philox_blocks(counters, key), expected)
    np.testing.assert_array_equal(twins.philox_blocks(counters, key), expected)


def test_twin_on_random_counters() -> None:
    words = np.random.default_rng(1).integers(0, 2**64, (20_000, 4), dtype=np.uint64)
    key = np.array([12345, 678], dtype=np.uint64)
    np.testing.assert_array_equal(kernels.philox_blocks(words, key), twins.philox_blocks(words, key))
