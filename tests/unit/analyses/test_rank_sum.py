"""The rank-sum test beside scipy, with and without ties."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from handful.analyses.base import Aim
from handful.analyses.midranks import midranks
from handful.analyses.rank_sum import MannWhitney, WilcoxonRankSum
from tests.unit.analyses.seen import everybody, two_arms

CONTROL, TREATED = [1.1, 2.3, 0.4, 3.3, 2.9], [2.5, 4.1, 3.0, 5.0, 3.9, 1.7]


def p(control: list[float], treated: list[float], sign: int = 1, **settings: int) -> float:
    seen = two_arms(control, treated)
    return -float(WilcoxonRankSum(**settings).evidence(seen, everybody(seen), Aim(sign)).statistic[0, 0])


@pytest.mark.parametrize(("sign", "side"), [(1, "greater"), (-1, "less")])
def test_exact_p_value_is_scipys(sign: int, side: str) -> None:
    expected = stats.mannwhitneyu(TREATED, CONTROL, alternative=side, method="exact").pvalue
    assert p(CONTROL, TREATED, sign) == pytest.approx(expected, rel=1e-12)


def test_ties_are_permuted_as_they_are() -> None:
    control, treated = [0.0, 1, 1, 2], [1.0, 2, 2, 3]
    ranks = stats.rankdata(control + treated)
    sums = [ranks[list(chosen)].sum() for chosen in itertools.combinations(range(8), 4)]
    assert p(control, treated) == pytest.approx(np.mean(np.array(sums) >= ranks[4:].sum() - 1e-9))


def test_beyond_the_exact_size_it_is_the_tie_corrected_normal_test() -> None:
    control, treated = [0.0, 1, 1, 2] * 5, [1.0, 2, 2, 3] * 5
    expected = stats.mannwhitneyu(
        treated, control, alternative="greater", method="asymptotic", use_continuity=False
    )
    assert p(control, treated, exact_up_to=30) == pytest.approx(expected.pvalue, rel=1e-10)


def test_estimate_is_better_minus_worse() -> None:
    seen = two_arms(CONTROL, TREATED)
    wins = np.sign(np.subtract.outer(TREATED, CONTROL)).mean()
    for sign in (1, -1):
        estimate = MannWhitney().estimate(seen, everybody(seen), Aim(sign))
        assert estimate.value[0] == pytest.approx(sign * wins)
        assert estimate.lower[0] < estimate.value[0] < estimate.upper[0]


def test_interval_covers_about_as_often_as_it_says() -> None:
    """Newcombe's method 5 for 12 and 12 normal outcomes: 95 % within 4 standard errors and his 1 % of bias."""
    from tests.unit.analyses.trials_of_each_kind import cut_at, draw

    seen = draw(WilcoxonRankSum(), 4000, 24, seed=6)  # Outcomes without ties
    estimate = MannWhitney().estimate(seen, cut_at(seen, 24), Aim())
    covered = ((estimate.lower <= 0) & (estimate.upper >= 0)).mean()
    assert abs(covered - 0.95) <= 0.01 + 4 * np.sqrt(0.95 * 0.05 / 4000)


def test_both_are_one_test_and_differ_in_what_they_estimate() -> None:
    seen = two_arms(CONTROL, TREATED)
    ours, other = WilcoxonRankSum(), MannWhitney()
    evidence = [one.evidence(seen, everybody(seen), Aim()).statistic[0, 0] for one in (ours, other)]
    assert evidence[0] == evidence[1]
    expected = stats.ttest_ind(TREATED, CONTROL, equal_var=False).confidence_interval(0.95)
    estimate = ours.estimate(seen, everybody(seen), Aim())
    assert estimate.value[0] == pytest.approx(np.mean(TREATED) - np.mean(CONTROL))
    assert (estimate.lower[0], estimate.upper[0]) == pytest.approx(tuple(expected))


def test_margin_is_refused() -> None:
    seen = two_arms(CONTROL, TREATED)
    with pytest.raises(ValueError, match="no margin"):
        MannWhitney().evidence(seen, everybody(seen), Aim(1, -0.2))


def test_midranks_are_scipys() -> None:
    rng = np.random.default_rng(2)
    values = rng.integers(0, 6, (30, 17)).astype(np.float64)
    np.testing.assert_array_equal(
        midranks(values, np.ones((30, 17), dtype=bool)), stats.rankdata(values, axis=1)
    )
