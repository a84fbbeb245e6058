"""The rank-sum test: twin, SciPy, and the mean and variance over all allocations."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from handful.kernels import ranks as kernels
from handful.kernels.twins import ranks as twins

RNG = np.random.default_rng(13)
TRIALS, PARTICIPANTS = 500, 41
arm = RNG.integers(-1, 3, (TRIALS, PARTICIPANTS)).astype(np.int8)
included = RNG.integers(0, PARTICIPANTS + 1, TRIALS)
observed = RNG.random((TRIALS, PARTICIPANTS)) < 0.8
CASES = {
    "continuous": RNG.normal(0, 1, (TRIALS, PARTICIPANTS)),
    "ordinal": RNG.integers(0, 5, (TRIALS, PARTICIPANTS)).astype(float),
    "constant": np.ones((TRIALS, PARTICIPANTS)),
}


@pytest.mark.parametrize("case", CASES)
def test_twin_gives_the_same_bits(case: str) -> None:
    found = kernels.rank_sum(CASES[case], arm, included, observed)
    for ours, theirs in zip(found, twins.rank_sum(CASES[case], arm, included, observed), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("case", ["continuous", "ordinal"])
def test_agrees_with_scipy_mannwhitneyu(case: str) -> None:
    """U exactly; z through the asymptotic p-value without continuity correction, to rounding."""
    values = CASES[case]
    two_arms = abs(arm) % 2
    result = kernels.rank_sum(values, two_arms)
    for t in range(0, TRIALS, 20):
        x, y = values[t, two_arms[t] == 1], values[t, two_arms[t] == 0]
        expected = stats.mannwhitneyu(x, y, method="asymptotic", use_continuity=False)
        z = (result.u[t] - x.size * y.size / 2) / np.sqrt(result.variance[t])
        assert result.u[t] == expected.statistic
        assert 2 * stats.norm.sf(abs(z)) == pytest.approx(expected.pvalue, rel=1e-10)


def test_mean_and_variance_over_all_allocations() -> None:
    values = [1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 7.0]
    allocations = np.zeros((35, 7), dtype=np.int8)
    for row, chosen in enumerate(combinations(range(7), 3)):
        allocations[row, list(chosen)] = 1
    result = kernels.rank_sum(np.tile(values, (35, 1)), allocations)
    assert result.u.mean() == pytest.approx(3 * 4 / 2, rel=1e-14)
    assert result.variance == pytest.approx(np.full(35, result.u.var()), rel=1e-13)


def test_no_one_and_one_person() -> None:
    result = kernels.rank_sum([[1.0, 2.0]], [[0, 1]], included=[1])
    assert (result.u[0], result.variance[0], result.n[0].tolist()) == (0.0, 0.0, [1, 0])
