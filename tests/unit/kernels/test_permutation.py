"""Permutation tests: twins bit for bit, plain enumeration, SciPy, and the level under the null."""

from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from scipy import stats

from handful.kernels import permutation as kernels
from handful.kernels.subset_sums import count_flips, count_subsets, subset_sums
from handful.kernels.twins import permutation as twins

RNG = np.random.default_rng(14)
ALTERNATIVES = ["greater", "less", "two-sided"]
KINDS = {
    "continuous": lambda shape: RNG.normal(0.3, 1, shape),
    "integers": lambda shape: RNG.integers(-4, 6, shape).astype(float),
    "tenths": lambda shape: RNG.integers(-4, 6, shape) * 0.1,
    "large": lambda shape: RNG.normal(1e5, 1, shape),
}


def numbers(kind: str, *shape: int) -> np.ndarray:
    return np.asarray(KINDS[kind](shape))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("exact_up_to", [30, 3])
def test_twin_of_sign_flips_gives_the_same_bits(kind: str, alternative: str, exact_up_to: int) -> None:
    differences = numbers(kind, 20, 15)
    included = RNG.integers(0, 16, 20)
    observed = RNG.random((20, 15)) < 0.9
    settings = {"seed": 5, "trial": np.arange(100, 120), "resamples": 20, "exact_up_to": exact_up_to}
    found = kernels.sign_flip_p_value(differences, included, observed, alternative=alternative, **settings)
    sign = -1.0 if alternative == "less" else 1.0
    taken = observed & (np.arange(15) < included[:, None])
    rows = np.where(taken, sign * differences, 0.0)
    two_sided = alternative == "two-sided"
    expected = [
        twins.sign_flip_p_value(row, two_sided, 5, 100 + t, 20, exact_up_to) for t, row in enumerate(rows)
    ]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("exact_up_to", [30, 3])
def test_twin_of_exchange_gives_the_same_bits(kind: str, alternative: str, exact_up_to: int) -> None:
    values = numbers(kind, 20, 14)
    arm = RNG.integers(-1, 3, (20, 14)).astype(np.int8)
    included = RNG.integers(0, 15, 20)
    observed = RNG.random((20, 14)) < 0.9
    settings = {"seed": 5, "trial": np.arange(100, 120), "resamples": 20, "exact_up_to": exact_up_to}
    found = kernels.permutation_p_value(values, arm, included, observed, alternative=alternative, **settings)
    sign = -1.0 if alternative == "less" else 1.0
    arms = np.where(observed & (np.arange(14) < included[:, None]), arm, -1)
    two_sided = alternative == "two-sided"
    expected = [
        twins.permutation_p_value(sign * values[t], arms[t], two_sided, 5, 100 + t, 20, exact_up_to)
        for t in range(20)
    ]
    np.testing.assert_array_equal(found, expected)


def test_twin_of_sign_flips_of_many_participants() -> None:
    """Random signs of more than 256 participants come from several blocks of four words."""
    differences = RNG.normal(0, 1, (3, 600))
    found = kernels.sign_flip_p_value(differences, trial=[0, 7, 2**63], resamples=40)
    expected = [
        twins.sign_flip_p_value(row, False, 0, trial, 40, 30)
        for row, trial in zip(differences, (0, 7, 2**63), strict=True)
    ]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", ["integers", "tenths"])
def test_sign_flips_by_plain_enumeration_in_integers(kind: str) -> None:
    """Tenths are compared as integers, so every tie is a tie; 0.1 + 0.2 and 0.3 are not equal as floats."""
    for size in range(1, 12):
        scaled = RNG.integers(-4, 6, size)
        unit = 0.1 if kind == "tenths" else 1.0
        sums = [int(np.dot(signs, scaled)) for signs in product([1, -1], repeat=size)]
        total = int(scaled.sum())
        wanted = {
            "greater": sum(s >= total for s in sums),
            "less": sum(s <= total for s in sums),
            "two-sided": sum(abs(s) >= abs(total) for s in sums),
        }
        for alternative, count in wanted.items():
            p = kernels.sign_flip_p_value([scaled * unit], alternative=alternative)
            assert p[0] == count / 2**size


@pytest.mark.parametrize("kind", ["integers", "tenths"])
def test_exchange_by_plain_enumeration_in_integers(kind: str) -> None:
    for size in range(2, 11):
        scaled = RNG.integers(-4, 6, size)
        unit = 0.1 if kind == "tenths" else 1.0
        treated = int(RNG.integers(1, size))
        arm = RNG.permutation([1] * treated + [0] * (size - treated))
        # size * (sum of the treated) - treated * (sum of all): an integer that orders as the difference in means.
        statistic = [
            size * int(scaled[list(chosen)].sum()) - treated * int(scaled.sum())
            for chosen in combinations(range(size), treated)
        ]
        found = size * int(scaled[arm == 1].sum()) - treated * int(scaled.sum())
        wanted = {
            "greater": sum(s >= found for s in statistic),
            "less": sum(s <= found for s in statistic),
            "two-sided": sum(abs(s) >= abs(found) for s in statistic),
        }
        for alternative, count in wanted.items():
            p = kernels.permutation_p_value([scaled * unit], [arm], alternative=alternative)
            assert p[0] == count / comb(size, treated)


def test_sign_flips_are_the_signed_rank_test_of_ranks() -> None:
    """SciPy's exact Wilcoxon signed-rank test is the sign-flip test of the signed ranks."""
    differences = RNG.normal(0.4, 1, 25)
    ranks = np.sign(differences) * stats.rankdata(abs(differences))
    expected = stats.wilcoxon(differences, alternative="greater", method="exact").pvalue
    assert kernels.sign_flip_p_value([ranks])[0] == pytest.approx(expected, rel=1e-12)


def test_exchange_is_the_rank_sum_test_of_ranks() -> None:
    """SciPy's exact Mann-Whitney test is the exchange test of the ranks."""
    values, arm = RNG.normal(0, 1, 28), RNG.permutation([0] * 13 + [1] * 15)
    expected = stats.mannwhitneyu(
        values[arm == 1], values[arm == 0], alternative="greater", method="exact"
    ).pvalue
    assert kernels.permutation_p_value([stats.rankdata(values)], [arm])[0] == pytest.approx(
        expected, rel=1e-12
    )


def test_exchange_of_zeros_and_ones_is_fishers_test() -> None:
    arm = np.array([1] * 11 + [0] * 13)
    values = np.array([1] * 8 + [0] * 3 + [1] * 4 + [0] * 9)
    expected = stats.fisher_exact([[8, 3], [4, 9]], alternative="greater").pvalue
    assert kernels.permutation_p_value([values], [arm])[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_random_flips_and_exchanges_come_near_the_exact_p(alternative: str) -> None:
    """Within 4.5 standard errors of 20,000 resamples, for 20 data sets each."""
    differences, arm = numbers("tenths", 20, 18), np.tile([0, 1, 1], (20, 6))
    for test in (
        lambda **how: kernels.sign_flip_p_value(differences, alternative=alternative, **how),
        lambda **how: kernels.permutation_p_value(differences, arm, alternative=alternative, **how),
    ):
        exact, random = test(), test(exact_up_to=0, resamples=20_000, seed=9, trial=np.arange(20))
        error = np.sqrt(exact * (1 - exact) / 20_000) + 1 / 20_000
        assert (abs(random - exact) < 4.5 * error).all()


def test_random_flips_belong_to_the_trial_and_not_to_its_place() -> None:
    differences, arm = RNG.normal(0, 1, (12, 300)), np.tile([0, 1], (12, 150))
    for test in (
        kernels.sign_flip_p_value,
        lambda d, **how: kernels.permutation_p_value(d, arm[: len(d)], **how),
    ):
        whole = test(differences, trial=np.arange(12), resamples=500)
        part = test(differences[7:], trial=np.arange(7, 12), resamples=500)
        np.testing.assert_array_equal(part, whole[7:])
        assert (test(differences, trial=np.arange(12), resamples=500, seed=1) != whole).any()


def test_zero_differences_and_empty_arms() -> None:
    assert kernels.sign_flip_p_value([[0.0, 0.0]], alternative="two-sided")[0] == 1
    assert (
        kernels.sign_flip_p_value([[1.0, 2.0, 0.0, 0.0]])[0]
        == kernels.sign_flip_p_value([[1.0, 2.0]])[0]
        == 0.25
    )
    assert kernels.permutation_p_value([[1.0, 2.0]], [[1, 1]])[0] == 1
    assert kernels.permutation_p_value(np.ones((1, 6)), [[0, 1, 0, 1, 0, 1]], alternative="two-sided")[0] == 1


def test_level_is_kept_without_an_effect() -> None:
    """P(p <= a) <= a exactly for each data set; over 4,000 trials within four standard errors above."""
    p = kernels.sign_flip_p_value(RNG.normal(0, 1, (4_000, 12)))
    q = kernels.permutation_p_value(RNG.normal(0, 1, (4_000, 12)), np.tile([0, 1, 1], (4_000, 4)))
    for level in (0.025, 0.1, 0.5):
        for values in (p, q):
            assert np.mean(values <= level) < level + 4 * np.sqrt(level * (1 - level) / 4_000)
            assert np.mean(values <= level) > level - 4 * np.sqrt(level * (1 - level) / 4_000) - 1 / comb(
                12, 8
            )


def test_flips_that_reach_a_threshold_are_counted() -> None:
    sizes = np.array([1.0, 2.0, 4.0])
    assert [count_flips(sizes, threshold) for threshold in (-8.0, 0.0, 7.0, 7.5)] == [8, 4, 1, 0]


def test_subsets_of_every_size_are_counted() -> None:
    values = RNG.normal(0, 1, 17)
    low, high = subset_sums(values[:8]), subset_sums(values[8:])
    for size in range(18):
        assert count_subsets(low, high, size, -np.inf) == comb(17, size)
        wanted = sum(sum(chosen) >= 1.0 for chosen in combinations(values, size))
        assert count_subsets(low, high, size, 1.0) == wanted


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alternative": "higher"}, "alternative must be one of"),
        ({"resamples": 0}, "resamples"),
        ({"exact_up_to": 60}, "exact_up_to"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kernels.sign_flip_p_value([[1.0]], **settings)
    with pytest.raises(ValueError, match=message):
        kernels.permutation_p_value([[1.0, 2.0]], [[0, 1]], **settings)
