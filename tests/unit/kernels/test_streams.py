"""The random streams: addresses, ranges, distribution, and the same bits everywhere.

Statistical limits are four standard errors, or a chance of 1e-5 for a distribution's distance; seeds are
fixed, so a pass stays a pass.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import special

from handful.kernels import streams as kernels
from handful.kernels.streams import Purpose
from handful.kernels.twins import streams as twins

SEED = 20261122
NAMES = ["uniforms", "normals", "exponentials"]
#: Kolmogorov's limit distribution: sqrt(n) * distance is above this with a chance of 1e-5.
KOLMOGOROV = float(special.kolmogi(1e-5))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("seed", "first_trial", "trials", "participants", "purpose", "draw"),
    [
        (0, 0, 1, 1, Purpose.ARRIVAL, 0),
        (SEED, 48_213, 7, 40, Purpose.EVENT, 0),
        (2**64 - 1, 2**63 - 5, 5, 37, Purpose.PREDICTIVE, 2**63 - 1),
        (2**63, 9_999_999, 3, 1_001, Purpose.SITE, 3),
        (5, 0, 0, 3, Purpose.SITE, 0),
        (5, 0, 3, 0, Purpose.SITE, 0),
    ],
)
def test_twin_gives_the_same_bits(name: str, seed, first_trial, trials, participants, purpose, draw) -> None:
    address = (seed, first_trial, trials, participants, purpose, draw)
    found = getattr(kernels, name)(*address)
    assert found.shape == (trials, participants)
    np.testing.assert_array_equal(found, getattr(twins, name)(*address))


def test_a_million_uniforms_equal_those_of_the_twin() -> None:
    address = (SEED, 0, 1_000, 1_000, Purpose.BASELINE, 2)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(kernels, name)(*address), getattr(twins, name)(*address))


def test_words_are_those_of_numpy_philox() -> None:
    """Counter (group, draw, purpose, 0) under the key (seed, trial); NumPy adds one before each block."""
    found = kernels.uniforms(SEED, 7, 1, 12, Purpose.DROPOUT, draw=3)[0, 4:]
    counter = np.array([0, 3, Purpose.DROPOUT, 0], dtype=np.uint64)
    words = np.random.Philox(counter=counter, key=np.array([SEED, 7], dtype=np.uint64)).random_raw(8)
    np.testing.assert_array_equal(found, ((words >> np.uint64(12)).astype(float) + 0.5) / 2.0**52)


@pytest.mark.parametrize("name", NAMES)
def test_any_part_equals_the_whole(name: str) -> None:
    numbers: Callable[..., np.ndarray] = getattr(kernels, name)
    whole = numbers(SEED, 100, 20, 30, Purpose.OUTCOME_UNIT, 1)
    for participants in range(31):
        part = numbers(SEED, 100, 20, participants, Purpose.OUTCOME_UNIT, 1)
        np.testing.assert_array_equal(part, whole[:, :participants])
    for trial in range(20):
        alone = numbers(SEED, 100 + trial, 1, 30, Purpose.OUTCOME_UNIT, 1)
        np.testing.assert_array_equal(alone[0], whole[trial])


def test_one_number_at_its_address() -> None:
    block = kernels.uniforms(SEED, 3, 2, 9, Purpose.EFFECT, 4)
    for participant in range(9):
        words = [np.uint64(n) for n in (SEED, 4, Purpose.EFFECT, participant, 4)]
        assert kernels.uniform_at(*words) == block[1, participant]


def test_threads_give_the_same_bytes() -> None:
    def block(number: int) -> bytes:
        return kernels.normals(SEED, number * 64, 64, 50, Purpose.OUTCOME_PERSON).tobytes()

    with ThreadPoolExecutor(4) as pool:
        threaded = list(pool.map(block, range(64)))
    whole = kernels.normals(SEED, 0, 64 * 64, 50, Purpose.OUTCOME_PERSON).tobytes()
    assert b"".join(threaded) == whole


def test_numbers_at_different_addresses_differ() -> None:
    """Among n of 2**52 values the expected number of equal pairs is n * n / 2**53: here 2e-5."""
    numbers = [kernels.uniforms(SEED, 0, 20, 40, purpose) for purpose in Purpose]
    numbers += [kernels.uniforms(SEED, 0, 20, 40, 1, draw) for draw in range(1, 500)]
    numbers += [kernels.uniforms(seed, 0, 20, 40, 1) for seed in range(10)]
    flat = np.concatenate([block.ravel() for block in numbers])
    assert np.unique(flat).size == flat.size


def test_neighbours_in_every_direction_are_uncorrelated() -> None:
    size = (2_000, 100)
    base = kernels.normals(SEED, 0, *size, Purpose.ARRIVAL)
    others = {
        "trial": kernels.normals(SEED, 1, *size, Purpose.ARRIVAL),
        "participant": kernels.normals(SEED, 0, 2_000, 101, Purpose.ARRIVAL)[:, 1:],
        "draw": kernels.normals(SEED, 0, *size, Purpose.ARRIVAL, 1),
        "purpose": kernels.normals(SEED, 0, *size, Purpose.SITE),
        "seed": kernels.normals(SEED + 1, 0, *size, Purpose.ARRIVAL),
    }
    for direction, other in others.items():
        assert abs(np.mean(base * other)) < 4 / np.sqrt(base.size), direction


@pytest.mark.parametrize("lane", range(4))
def test_lanes_are_uniform(lane: int) -> None:
    u = np.sort(kernels.uniforms(SEED, 0, 2_000, 400, Purpose.SCREENING)[:, lane::4].ravel())
    n = u.size
    distance = max(np.max(np.arange(1, n + 1) / n - u), np.max(u - np.arange(n) / n))
    assert np.sqrt(n) * distance < KOLMOGOROV
    assert 0 < u[0] <= u[-1] < 1


def test_moments_of_normals() -> None:
    z = kernels.normals(SEED, 0, 10_000, 100, Purpose.COVARIATE)
    error = 4 / np.sqrt(z.size)
    # Standard deviations of z, z**2, z**3, z**4 are 1, sqrt(2), sqrt(15), sqrt(96).
    for power, mean, deviation in ((1, 0, 1), (2, 1, 2**0.5), (3, 0, 15**0.5), (4, 3, 96**0.5)):
        assert abs(np.mean(z**power) - mean) < error * deviation


def test_moments_of_exponentials() -> None:
    x = kernels.exponentials(SEED, 0, 10_000, 100, Purpose.EVENT)
    error = 4 / np.sqrt(x.size)
    # Standard deviations of x and x**2 are 1 and sqrt(20).
    assert abs(x.mean() - 1) < error
    assert abs(np.mean(x**2) - 2) < error * 20**0.5
    assert x.min() > 0


def test_ends_of_the_interval_are_open() -> None:
    lowest, highest = kernels.unit_interval(np.uint64(0)), kernels.unit_interval(np.uint64(2**64 - 1))
    assert lowest == 2.0**-53
    assert highest == 1 - 2.0**-53


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 0, 1, 1, 1), "seed must be"),
        ((2**64, 0, 1, 1, 1), "seed must be"),
        ((0, -1, 1, 1, 1), "trials must be numbered"),
        ((0, 2**63 - 1, 2, 1, 1), "trials must be numbered"),
        ((0, 0, 1, -1, 1), "cannot have"),
        ((0, 0, 1, 1, 1, -1), "draw must be"),
        ((0, 0, 1, 1, 999), "not a valid Purpose"),
    ],
)
def test_address_out_of_range_is_refused(arguments: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kernels.uniforms(*arguments)


def test_numbers_of_purposes_never_change() -> None:
    """They are part of stored results: a change here makes every stored run unrepeatable."""
    assert [(purpose.name, purpose.value) for purpose in Purpose] == [
        ("ARRIVAL", 1),
        ("SITE", 2),
        ("SCREENING", 3),
        ("BASELINE", 4),
        ("OUTCOME_PERSON", 5),
        ("OUTCOME_UNIT", 6),
        ("OUTCOME_OCCASION", 7),
        ("EFFECT", 8),
        ("SPONTANEOUS", 9),
        ("DROPOUT", 10),
        ("MANUFACTURE", 11),
        ("WAITING", 12),
        ("ALLOCATION", 13),
        ("EVENT", 14),
        ("COVARIATE", 15),
        ("PREDICTIVE", 16),
        ("PERMUTATION", 17),
        ("CONTAMINATION", 18),
        ("MISSING", 19),
        ("POSTERIOR", 20),
        ("SIGN_FLIP", 21),
    ]
