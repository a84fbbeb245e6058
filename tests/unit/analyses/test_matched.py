"""Matched pairs: McNemar, clusters, t, permutation, signed rank."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from handful.analyses.base import Aim
from handful.analyses.matched import ClusteredMcNemar, McNemar, PairedT
from handful.analyses.matched_permutation import PairedPermutation, SignedRank
from handful.analyses.within import differences
from handful.participants.observations import Pairs
from handful.stats.clustered_pairs import durkalski_test
from handful.stats.lattice import advance, start
from tests.unit.analyses.seen import everybody, pairs

HEALED = pairs(
    [1] * 9 + [0] * 5, [0] * 8 + [1] + [1] + [0] * 4
)  # 8 treated only, 1 control only, 1 both, 4 neither
DIFFERENCES = [1.2, -0.4, 3.1, 2.2, 0.9, 0.9, 0.0, -1.3]


def statistic(analysis: object, seen: Pairs, aim: Aim) -> float:
    return float(analysis.evidence(seen, everybody(seen), aim).statistic[0, 0])  # type: ignore[attr-defined]


def test_mcnemar_counts_discordant_pairs() -> None:
    assert statistic(McNemar(), HEALED, Aim()) == pytest.approx(-10 / 2**9, rel=1e-13)
    assert [c.tolist() for c in McNemar().counts(HEALED, everybody(HEALED), Aim())] == [[8], [1]]
    estimate = McNemar().estimate(HEALED, everybody(HEALED), Aim())
    assert estimate.value[0] == pytest.approx(7 / 14)
    assert statistic(McNemar(), HEALED, Aim(-1)) == pytest.approx(-(2**9 - 1) / 2**9, rel=1e-13)


def test_mcnemar_lattice_agrees_with_the_data_and_keeps_its_level() -> None:
    lattice = McNemar().lattice([(0, 6), (0, 14)], Aim())
    assert lattice is not None
    assert lattice.statistic[1][8, 1] == statistic(McNemar(), HEALED, Aim())
    assert lattice.estimate[1].lower[8, 1] == McNemar().estimate(HEALED, everybody(HEALED), Aim()).lower[0]
    mass = start(2, 5)
    for stage in lattice.stages:
        mass = advance(mass, stage, lattice.null.at(np.linspace(0, 1, 5)))
    np.testing.assert_allclose(mass.sum(axis=(1, 2)), 1, rtol=1e-13)
    claims = lattice.statistic[1] >= McNemar().critical(0.025)
    assert (mass[:, claims].sum(axis=1) <= 0.025).all()


def test_mcnemar_refuses_several_pairs_and_margins() -> None:
    several = pairs([[1, 0]], [[0, 0]])
    with pytest.raises(ValueError, match="one pair a participant"):
        McNemar().evidence(several, everybody(several), Aim())
    for analysis in (McNemar(), ClusteredMcNemar()):
        with pytest.raises(ValueError, match="no margin"):
            analysis.evidence(HEALED, everybody(HEALED), Aim(1, -0.1))


def test_sign_flips_of_single_binary_pairs_are_mcnemars_test() -> None:
    assert statistic(PairedPermutation(), HEALED, Aim()) == pytest.approx(
        statistic(McNemar(), HEALED, Aim()), rel=1e-13
    )


def test_clustered_mcnemar_is_durkalskis_test() -> None:
    treated = [[1, 1, 1], [1, 0, 1], [0, 1, 0], [1, 1, 0]]
    control = [[0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 1, 0]]
    seen = pairs(treated, control)
    better = [2, 2, 1, 1]
    worse = [0, 0, 1, 0]
    assert statistic(ClusteredMcNemar(), seen, Aim()) == pytest.approx(
        float(durkalski_test(better, worse, 3).z)
    )


def test_pairs_that_are_missing_leave_the_others_of_the_participant() -> None:
    seen = pairs([[5.0, 9.0], [4.0, np.nan]], [[1.0, 1.0], [1.0, 2.0]])
    masked = Pairs(seen.arm, np.array([[[True, True], [True, False]]]), seen.treated, seen.control)
    within = differences(masked, everybody(seen), 1)
    assert within.benefit.tolist() == [[6.0, 3.0]]
    none = Pairs(seen.arm, np.array([[[True, True], [False, False]]]), seen.treated, seen.control)
    assert differences(none, everybody(seen), 1).seen.tolist() == [[True, False]]


def test_paired_t_is_scipys() -> None:
    seen = pairs(DIFFERENCES, [0.0] * 8)
    from scipy.special import ndtr

    expected = stats.ttest_1samp(DIFFERENCES, 0.3, alternative="greater")
    assert ndtr(-statistic(PairedT(), seen, Aim(1, 0.3))) == pytest.approx(expected.pvalue, rel=1e-9)
    estimate = PairedT().estimate(seen, everybody(seen), Aim(alpha=0.05))
    low, high = (
        expected.confidence_interval(0.90)
        if False
        else stats.ttest_1samp(DIFFERENCES, 0).confidence_interval(0.9)
    )
    np.testing.assert_allclose([estimate.lower[0], estimate.upper[0]], [low, high], rtol=1e-9)


def test_equal_differences_are_no_evidence() -> None:
    """50.1 - 49.9 and 30.1 - 29.9 differ by rounding only."""
    seen = pairs([50.1, 30.1, 10.1], [49.9, 29.9, 9.9])
    assert statistic(PairedT(), seen, Aim()) == 0
    estimate = PairedT().estimate(seen, everybody(seen), Aim())
    assert estimate.value[0] == pytest.approx(0.2)
    assert (estimate.lower[0], estimate.upper[0]) == (-np.inf, np.inf)


def test_sign_flips_are_all_flips() -> None:
    seen = pairs(DIFFERENCES, [0.0] * 8)
    shifted = np.array(DIFFERENCES) - 0.3
    sums = [np.dot(flips, shifted) for flips in itertools.product([-1, 1], repeat=8)]
    expected = np.mean(np.array(sums) >= shifted.sum() - 1e-12)
    assert -statistic(PairedPermutation(), seen, Aim(1, 0.3)) == pytest.approx(expected)


def test_random_flips_stay_near_the_exact_p_value() -> None:
    rng = np.random.default_rng(4)
    seen = Pairs(np.ones((200, 16), np.int8), None, rng.normal(0.4, 1, (200, 16, 1)), np.zeros((200, 16, 1)))
    exact = PairedPermutation().evidence(seen, everybody(seen), Aim()).statistic[:, 0]
    drawn = (
        PairedPermutation(exact_up_to=0, resamples=2000)
        .evidence(seen, everybody(seen), Aim())
        .statistic[:, 0]
    )
    error = np.sqrt(exact * -1 * (1 + exact) / 2000) + 1 / 2001
    assert (np.abs(drawn - exact) <= 5 * error).all()
    assert abs((drawn - exact).mean()) <= 4 * error.mean() / np.sqrt(200) + 1 / 2001


def test_signed_rank_is_scipys_without_and_with_ties() -> None:
    untied = [1.2, -0.4, 3.1, 2.2, 0.9, 0.7, -1.3]
    seen = pairs(untied, [0.0] * 7)
    expected = stats.wilcoxon(untied, alternative="greater", method="exact").pvalue
    assert -statistic(SignedRank(), seen, Aim()) == pytest.approx(expected, rel=1e-12)
    # Differences of one size in decimals, written so that they differ by rounding.
    tied = pairs([0.3, 0.6, 0.2], [0.1, 0.4, 0.4])
    assert -statistic(SignedRank(), tied, Aim()) == pytest.approx(4 / 8)
