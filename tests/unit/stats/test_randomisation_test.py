"""Randomisation tests: random beside exact, addresses, other outcomes, and what they refuse."""

import numpy as np
import pytest

from handful.kernels.permutation import sign_flip_p_value
from handful.stats.allocation_policy import AllocationPolicy
from handful.stats.allocation_rules import thall_wathen
from handful.stats.exact_allocation import pooled_z
from handful.stats.posterior_best import posterior_best
from handful.stats.randomisation_test import exact_randomisation_p_values, randomisation_p_values

RNG = np.random.default_rng(2)
LOOKS = [6, 10, 14, 18]


def softened(successes: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return thall_wathen(posterior_best(successes, totals), 0.7, least=0.1)


def half(sums: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return np.full(sums.shape, 0.5)


def mean_difference(sums: np.ndarray, totals: np.ndarray) -> np.ndarray:
    means = sums / np.maximum(totals, 1)
    return np.asarray(means[:, 1] - means[:, 0])


def test_random_allocations_come_near_the_exact_p_value() -> None:
    """Within 4.5 standard errors of 4,000 resamples, for 10 data sets; +1 in both counts moves p by 1/4001 at most."""
    outcomes, arms = RNG.integers(0, 2, (10, 22)), RNG.integers(0, 2, (10, 22))
    exact = exact_randomisation_p_values(
        outcomes, arms, AllocationPolicy.from_rule(22, softened, LOOKS), pooled_z
    )
    random = randomisation_p_values(
        outcomes,
        arms,
        LOOKS,
        softened,
        pooled_z,
        arms_of_trial=2,
        seed=9,
        trial=np.arange(10),
        resamples=4000,
    )
    assert (abs(random - exact) < 4.5 * np.sqrt(exact * (1 - exact) / 4000) + 1 / 4001).all()


def test_the_allocation_seen_counts_as_one_of_those_drawn() -> None:
    """Nothing is more extreme than a constant, and one draw of two can only be as extreme: p is never 0."""

    def constant(sums: np.ndarray, totals: np.ndarray) -> np.ndarray:
        return np.zeros(len(sums))

    settings = {"arms_of_trial": 2, "resamples": 9}
    assert randomisation_p_values([[0, 1, 1]], [[0, 1, 1]], [], half, constant, **settings)[0] == 1.0
    outcomes, arms = [[0, 1] * 15], [[0, 1] * 15]
    assert randomisation_p_values(outcomes, arms, [], half, pooled_z, **settings)[0] == 0.1


def test_a_coin_and_a_continuous_outcome_are_a_test_of_all_flips() -> None:
    """Given equal chances the statistic (sum on arm 1 minus sum on arm 0) is a sum of outcomes with random signs."""

    outcomes = RNG.normal(0.5, 1, (1, 12))
    arms = np.ones((1, 12), dtype=np.int8)

    def balance(sums: np.ndarray, totals: np.ndarray) -> np.ndarray:
        return np.asarray(sums[:, 1] - sums[:, 0])

    p = randomisation_p_values(outcomes, arms, [], half, balance, arms_of_trial=2, resamples=20_000)[0]
    exact = sign_flip_p_value(outcomes)[0]
    assert abs(p - exact) < 4.5 * np.sqrt(exact * (1 - exact) / 20_000) + 1 / 20_001


def test_allocations_belong_to_the_trial_and_not_to_its_place() -> None:
    outcomes, arms = RNG.normal(0, 1, (40, 20)), RNG.integers(0, 3, (40, 20))
    settings: dict[str, object] = {"arms_of_trial": 3, "resamples": 999, "seed": 4}

    def p_values(part: slice, **changed: object) -> np.ndarray:
        return randomisation_p_values(
            outcomes[part],
            arms[part],
            [10],
            lambda sums, totals: 1.0 + (sums > 0),
            mean_difference,
            trial=np.arange(40)[part],
            **{**settings, **changed},
        )

    whole = p_values(slice(None))
    np.testing.assert_array_equal(p_values(slice(33, 40)), whole[33:])
    assert (p_values(slice(None), seed=5) != whole).any()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"resamples": 0}, "resamples"),
        ({"arms": [[0, 1, 2, 0]]}, "arms must be"),
        ({"looks": [4]}, "looks"),
        ({"looks": [-1]}, "looks"),
        ({"seed": -1}, "seed"),
        ({"outcomes": [0, 1]}, "shape"),
    ],
)
def test_nonsense_is_refused(changed: dict, message: str) -> None:
    settings = {
        "outcomes": [[0, 1, 1, 0]],
        "arms": [[0, 1, 1, 0]],
        "looks": [2],
        "rule": half,
        "statistic": pooled_z,
        "arms_of_trial": 2,
        "resamples": 9,
    }
    with pytest.raises(ValueError, match=message):
        randomisation_p_values(**{**settings, **changed})


@pytest.mark.parametrize(
    ("outcomes", "arms", "message"),
    [
        ([[0, 1]], [[0, 1]], "policy is for 4"),
        ([[0, 1, 2, 0]], [[0, 1, 1, 0]], "must be 0 or 1"),
        ([[0, 1, 1, 0]], [[0, 1, 1, 2]], "must be 0 or 1"),
    ],
)
def test_trials_that_do_not_fit_the_policy_are_refused(outcomes: list, arms: list, message: str) -> None:
    policy = AllocationPolicy.from_rule(4, half)
    with pytest.raises(ValueError, match=message):
        exact_randomisation_p_values(outcomes, arms, policy, pooled_z)
