"""One proportion against a benchmark: counts, benchmarks, lattices."""

from __future__ import annotations

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.one_proportion import BetaBinomial, Binomial, OneProportion, Responses
from handful.participants.observations import Cut, Outcomes
from handful.stats.lattice import advance, start
from tests.unit.analyses.seen import everybody, one_arm

EACH = pytest.mark.parametrize("analysis", [Binomial(), BetaBinomial(), Responses()], ids=lambda a: a.kind)


def test_when_fewer_is_better_the_result_without_the_event_counts() -> None:
    """3 of 20 have the event: 17 favourable against a favourable share of 0.6."""
    seen = one_arm([1] * 3 + [0] * 17)
    mirrored = one_arm([0] * 3 + [1] * 17)
    for analysis in (Binomial(), BetaBinomial(), Responses()):
        down = analysis.evidence(seen, everybody(seen), Aim(-1, 0.6)).statistic
        up = analysis.evidence(mirrored, everybody(mirrored), Aim(1, 0.6)).statistic
        np.testing.assert_array_equal(down, up)
    assert Binomial().estimate(seen, everybody(seen), Aim(-1, 0.6)).value[0] == pytest.approx(0.25)


def test_missing_results_do_not_count() -> None:
    outcome = np.array([[1.0, 1.0, 0.0, 1.0]])
    seen = Outcomes(np.ones((1, 4), dtype=np.int8), np.array([[True, False, True, True]]), outcome)
    assert Responses().counts(seen, everybody(seen), Aim(1, 0.5))[0].tolist() == [2]
    assert Responses().estimate(seen, everybody(seen), Aim(1, 0.5)).value[0] == pytest.approx(2 / 3 - 0.5)


@EACH
def test_lattice_agrees_with_the_data(analysis: OneProportion) -> None:
    aim = Aim(1, 0.3, 0.025)
    lattice = analysis.lattice([(0, 6), (0, 14)], aim)
    assert lattice is not None
    for count in range(15):
        seen = one_arm([1] * count + [0] * (14 - count))
        cut = everybody(seen)
        assert analysis.evidence(seen, cut, aim).statistic[0, 0] == lattice.statistic[1][count]
        estimate = analysis.estimate(seen, cut, aim)
        for part in ("value", "lower", "upper"):
            assert getattr(estimate, part)[0] == getattr(lattice.estimate[1], part)[count]


def test_lattice_walks_to_the_binomial_distribution() -> None:
    lattice = Binomial().lattice([(0, 3), (0, 8)], Aim(1, 0.3))
    assert lattice is not None
    mass = start(1, 1)
    for stage in lattice.stages:
        mass = advance(mass, stage, lattice.null.at(np.zeros(1)))
    from math import comb

    np.testing.assert_allclose(mass[0], [comb(8, k) * 0.3**k * 0.7 ** (8 - k) for k in range(9)], rtol=1e-13)
    assert lattice.null.is_point


def test_there_is_no_lattice_with_a_control_arm() -> None:
    assert Binomial().lattice([(3, 3)], Aim(1, 0.3)) is None
    assert Binomial().lattice([(0, 3)], Aim(1, 0.3), coin_flip=True) is None


def test_responses_have_no_threshold_of_their_own() -> None:
    with pytest.raises(ValueError, match="`binomial` tests the count"):
        Responses().critical(0.025)


def test_benchmark_outside_zero_to_one_is_refused() -> None:
    seen = one_arm([1, 0])
    with pytest.raises(ValueError, match="between 0 and 1"):
        Binomial().evidence(seen, everybody(seen), Aim(1, 12.0))


def test_p_value_equal_to_the_level_claims() -> None:
    """One response in one at a benchmark of 0.05 has a p-value of exactly 0.05, whatever the rounding."""
    seen = one_arm([1])
    statistic = Binomial().evidence(seen, everybody(seen), Aim(1, 0.05)).statistic[0, 0]
    assert statistic >= Binomial().critical(0.05)


def test_trials_of_different_sizes_are_read_from_their_own_tables() -> None:
    seen = Outcomes(np.ones((3, 5), dtype=np.int8), None, np.ones((3, 5)))
    cut = Cut(np.array([0, 2, 5]), np.zeros(3))
    np.testing.assert_allclose(
        Binomial().evidence(seen, cut, Aim(1, 0.5)).statistic[:, 0], [-1, -0.25, -1 / 32], rtol=1e-14
    )


def test_bayesian_analysis_without_data_is_the_prior() -> None:
    analysis, seen = BetaBinomial(prior=(2.0, 6.0)), one_arm([1, 0])
    cut = Cut(np.array([0]), np.zeros(1))
    assert analysis.estimate(seen, cut, Aim(1, 0.2)).value[0] == pytest.approx(0.05)
