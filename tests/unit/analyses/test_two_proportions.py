"""Two proportions: margins, lattices, coin flips, the Bayesian comparison."""

from __future__ import annotations

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.two_proportions import (
    MOST_CELLS,
    Barnard,
    BetaBinomialTwoArms,
    Boschloo,
    Fisher,
    PooledZ,
    TwoProportions,
    score_estimates,
    score_estimates_of,
)
from handful.stats.beta_difference import difference_interval
from handful.stats.lattice import advance, start
from tests.unit.analyses.seen import counts, everybody

ALL = [Fisher(), Barnard(), Boschloo(), PooledZ(), BetaBinomialTwoArms()]
EACH = pytest.mark.parametrize("analysis", ALL, ids=lambda a: a.kind)


@EACH
def test_lattice_agrees_with_the_data(analysis: TwoProportions) -> None:
    aim = Aim(1)
    lattice = analysis.lattice([(4, 5)], aim)
    assert lattice is not None
    for x in range(5):
        for y in range(6):
            seen = counts(x, 4, y, 5)
            assert analysis.evidence(seen, everybody(seen), aim).statistic[0, 0] == lattice.statistic[0][x, y]
            estimate = analysis.estimate(seen, everybody(seen), aim)
            for part in ("value", "lower", "upper"):
                assert getattr(estimate, part)[0] == getattr(lattice.estimate[0], part)[x, y]
            assert [c.tolist() for c in analysis.counts(seen, everybody(seen), aim)] == [[x], [y]]


@EACH
def test_coin_flip_lattice_holds_every_split(analysis: TwoProportions) -> None:
    lattice = analysis.lattice([(0, 5)], Aim(1), coin_flip=True)
    assert lattice is not None
    mass = advance(start(3, 1), lattice.stages[0], lattice.null.at(np.array([0.3])))[0]
    assert mass.shape == lattice.statistic[0].shape
    assert mass.sum() == pytest.approx(1)
    assert np.isfinite(lattice.statistic[0][mass > 0]).all()
    assert lattice.statistic[0][2, 1, 3] == analysis.table(2, 3)[1, 3]
    assert lattice.estimate[0].value.shape == mass.shape


def test_bayesian_probability_is_that_of_an_integral() -> None:
    """7 of 10 against 3 of 10 under uniform priors, Beta(8, 4) against Beta(4, 8): scipy's quadrature of the densities."""
    analysis = BetaBinomialTwoArms()
    assert analysis.table(10, 10)[3, 7] == pytest.approx(0.9569455312, abs=5e-11)
    assert analysis.table(10, 10, 0.1)[3, 7] == pytest.approx(0.8896862245, abs=5e-10)


def test_empty_arm_gives_no_evidence() -> None:
    seen = counts(0, 0, 3, 3)
    for analysis, least in ((Fisher(), -1.0), (Boschloo(), -1.0), (PooledZ(), 0.0)):
        assert analysis.evidence(seen, everybody(seen), Aim()).statistic[0, 0] == least
        assert np.isnan(analysis.estimate(seen, everybody(seen), Aim()).value[0])


@pytest.mark.parametrize("analysis", [Fisher(), Barnard(), Boschloo()], ids=lambda a: a.kind)
def test_exact_tests_refuse_a_margin(analysis: TwoProportions) -> None:
    seen = counts(1, 3, 2, 3)
    with pytest.raises(ValueError, match="take a margin"):
        analysis.evidence(seen, everybody(seen), Aim(1, -0.1))
    with pytest.raises(ValueError, match="take a margin"):
        analysis.lattice([(3, 3)], Aim(1, -0.1))


def test_z_at_the_observed_difference_is_zero_and_grows_with_the_margin() -> None:
    table = [PooledZ().table(20, 20, null)[10, 12] for null in (0.1, 0.0, -0.1, -0.2)]
    assert table[0] == pytest.approx(0, abs=1e-12)
    assert table == sorted(table)


def test_z_agrees_with_the_formula_of_the_pooled_test() -> None:
    pooled = 22 / 40
    expected = 0.1 / np.sqrt(pooled * (1 - pooled) * 2 / 20)
    assert PooledZ().table(20, 20)[10, 12] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("null", [-0.2, 0.0, 0.3])
def test_null_boundary_keeps_the_difference_along_its_whole_length(null: float) -> None:
    lattice = PooledZ().lattice([(3, 3)], Aim(1, null))
    assert lattice is not None
    chances = lattice.null.at(np.linspace(0, 1, 11))
    np.testing.assert_allclose(chances["treated"] - chances["control"], null, atol=1e-15)


def test_process_has_the_information_of_the_difference() -> None:
    process = PooledZ().process([(10, 10), (20, 20)], Aim(1, -0.1), 0.2, {"control": 0.2, "treated": 0.25})
    assert process is not None
    np.testing.assert_allclose(process.information, [1 / 0.045, 2 / 0.045])
    assert process.effect == pytest.approx(0.3)


def test_interval_of_the_difference_of_betas_holds_the_probability_asked_for() -> None:
    """The chance below each limit by the exact comparison of two betas with that margin."""
    from handful.stats.beta_binomial import superiority_probability

    for first, second in (((8.0, 4.0), (4.0, 8.0)), ((1.0, 13.0), (6.0, 2.0)), ((3.0, 3.0), (9.0, 1.0))):
        lower, upper = difference_interval(*first, *second, 0.9)
        # Limits are good to three digits, and no density here exceeds 10.
        assert superiority_probability(first, second, float(lower)) == pytest.approx(0.95, abs=1e-3)
        assert superiority_probability(first, second, float(upper)) == pytest.approx(0.05, abs=1e-3)


def test_estimates_of_a_lattice_are_not_computed_before_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed too early")

    monkeypatch.setattr(PooledZ, "estimates", refuse)
    lattice = PooledZ().lattice([(4, 4), (6, 6)], Aim())
    assert lattice is not None
    assert len(lattice.estimate) == 2
    with pytest.raises(AssertionError, match="too early"):
        lattice.estimate[-1]


def test_counts_solved_alone_are_those_of_the_table_to_the_last_bit():
    rng = np.random.default_rng(7)
    sizes = rng.choice([[126, 127], [127, 127], [128, 130]], 60)
    assert set(np.unique((sizes + 1).prod(axis=1) > MOST_CELLS)) == {False, True}
    successes = rng.binomial(sizes, [0.2, 0.4])
    successes[:3] = [[0, 0], [0, sizes[1, 1]], sizes[2]]
    told = score_estimates_of(successes, sizes, 0.9)
    for (c, t), (m, n), row in zip(successes.tolist(), sizes.tolist(), told, strict=True):
        np.testing.assert_array_equal(row, score_estimates(m, n, 0.9)[c, t])
    alone = score_estimates_of(successes[7:8], sizes[7:8], 0.9)
    np.testing.assert_array_equal(alone, told[7:8])


def test_credible_intervals_solved_alone_are_those_of_the_table_to_the_last_bit() -> None:
    """Asked for twice, in another order and company: what a trial reports does not depend on the others."""
    rng, analysis = np.random.default_rng(5), BetaBinomialTwoArms(prior_treated=(1.5, 0.5))
    sizes = rng.choice(rng.integers(0, 30, (12, 2)), 200)
    successes = rng.integers(0, sizes + 1)
    for some in (slice(None), slice(150, 40, -3)):
        found = analysis.estimates_of(successes[some], sizes[some], 0.9)
        for one, (x, y), (control, treated) in zip(found, successes[some], sizes[some], strict=True):
            assert one.tolist() == analysis.estimates(int(control), int(treated), 0.9)[x, y].tolist()


def test_an_empty_arm_beside_a_large_one_gives_no_estimate():
    told = score_estimates_of(np.array([[0, 9]]), np.array([[0, 20_000]]), 0.95)
    assert np.isnan(told).all()
