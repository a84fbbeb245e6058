"""Rates: dispersion equations, zero counts, exact Poisson."""

from __future__ import annotations

from math import exp, factorial, log

import numpy as np
import pytest
from scipy import optimize, special

from handful.analyses.base import Aim
from handful.analyses.rates import OwnRateRatio, PoissonAgainstBenchmark, RateAgainstBenchmark, RateRatio
from tests.unit.analyses.seen import everybody, one_arm, pairs, two_arms

CONTROL, TREATED = [7.0, 2, 11, 0, 5, 3, 9, 1], [1.0, 0, 4, 2, 0, 6, 1, 0]
FEWER = Aim(-1)
Z = 1.959963984540054


def half_width(estimate: object) -> float:
    return float((estimate.upper - estimate.lower)[0]) / 2  # type: ignore[attr-defined]


def test_negative_binomial_dispersion_solves_its_equation() -> None:
    from scipy.special import stdtrit

    seen = two_arms(CONTROL, TREATED)
    estimate = RateRatio().estimate(seen, everybody(seen), FEWER)
    assert estimate.value[0] == pytest.approx(log(np.mean(CONTROL) / np.mean(TREATED)))

    def pearson(k: float) -> float:
        arms = ((np.array(arm), np.mean(arm)) for arm in (CONTROL, TREATED))
        return sum(float(((y - m) ** 2).sum() / (m * (1 + k * m))) for y, m in arms) - 14

    k = optimize.brentq(pearson, 0, 10, xtol=1e-14)
    variance = 1 / sum(CONTROL) + 1 / sum(TREATED) + k * 2 / 8
    assert half_width(estimate) == pytest.approx(stdtrit(14, 0.975) * np.sqrt(variance), rel=1e-10)


def test_arm_mean_is_the_maximum_likelihood_rate_whatever_the_dispersion() -> None:
    y = np.array(CONTROL)
    for k in (0.2, 1.5):
        size = 1 / k

        def loss(m: float, size: float = size) -> float:
            return -float((special.xlogy(y, m) - (y + size) * np.log(size + m)).sum())

        assert optimize.minimize_scalar(loss, bounds=(1e-3, 50), method="bounded").x == pytest.approx(
            y.mean(), rel=1e-4
        )


def test_quasi_poisson_inflates_by_pearson() -> None:
    from scipy.special import stdtrit

    seen = two_arms(CONTROL, TREATED)
    phi = sum(float(np.var(arm) * len(arm) / np.mean(arm)) for arm in (CONTROL, TREATED)) / 14
    error = np.sqrt(phi * (1 / sum(CONTROL) + 1 / sum(TREATED)))
    estimate = RateRatio(model="quasi-Poisson").estimate(seen, everybody(seen), FEWER)
    assert half_width(estimate) == pytest.approx(stdtrit(14, 0.975) * error, rel=1e-12)


@pytest.mark.parametrize("model", ["negative binomial", "quasi-Poisson"])
def test_counts_that_vary_less_than_poisson_keep_the_poisson_error(model: str) -> None:
    from scipy.special import stdtrit

    seen = two_arms([4.0, 5, 4, 5], [2.0, 3, 2, 3])
    estimate = RateRatio(model=model).estimate(seen, everybody(seen), FEWER)
    assert half_width(estimate) == pytest.approx(stdtrit(6, 0.975) * np.sqrt(1 / 18 + 1 / 10), rel=1e-12)


def test_arm_without_events_counts_half_an_event() -> None:
    from scipy.special import stdtrit

    seen = two_arms([2.0, 2, 2, 2], [0.0, 0, 0, 0])
    estimate = RateRatio().estimate(seen, everybody(seen), FEWER)
    assert estimate.value[0] == pytest.approx(log(8 / 0.5))
    assert half_width(estimate) == pytest.approx(stdtrit(6, 0.975) * np.sqrt(1 / 8 + 2), rel=1e-12)
    own = pairs([0.0, 0, 0, 0], [2.0, 2, 2, 2])
    fit = OwnRateRatio().estimate(own, everybody(own), FEWER)
    assert fit.value[0] == pytest.approx(log(16))
    assert half_width(fit) == pytest.approx(stdtrit(3, 0.975) * np.sqrt(2), rel=1e-12)


def test_no_event_at_all_is_no_estimate_and_no_evidence() -> None:
    both, own = two_arms([0.0, 0], [0.0, 0]), pairs([0.0, 0], [0.0, 0])
    for analysis, seen in ((RateRatio(), both), (OwnRateRatio(), own)):
        assert analysis.evidence(seen, everybody(seen), FEWER).statistic[0, 0] == 0
        assert np.isnan(analysis.estimate(seen, everybody(seen), FEWER).value[0])


def test_small_sample_reference_widens_the_sandwich() -> None:
    from scipy.special import stdtrit

    own = pairs([1.0, 0, 2, 3, 1], [4.0, 2, 9, 5, 6], exposure=2.0)
    plain, small = (
        OwnRateRatio(reference=r).estimate(own, everybody(own), FEWER) for r in ("normal", "student")
    )
    assert plain.value[0] == small.value[0] == pytest.approx(log(26 * 2 / 7))
    assert half_width(small) / half_width(plain) == pytest.approx(
        np.sqrt(5 / 4) * stdtrit(4, 0.975) / Z, rel=1e-9
    )


def test_exposure_of_different_length_is_a_rate() -> None:
    short, long = pairs([2.0, 1, 3], [2.0, 1, 3], 1.0), pairs([4.0, 2, 6], [2.0, 1, 3], 2.0)
    for seen in (short, long):
        assert OwnRateRatio().estimate(seen, everybody(seen), FEWER).value[0] == pytest.approx(0)


def test_poisson_p_value_is_the_tail() -> None:
    seen = one_arm([1.0] * 4 + [0.0] * 41)
    tail = sum(exp(-11.25) * 11.25**k / factorial(k) for k in range(5))
    found = PoissonAgainstBenchmark().evidence(seen, everybody(seen), Aim(-1, 0.25)).statistic[0, 0]
    assert -found == pytest.approx(tail, rel=1e-12)
    more = PoissonAgainstBenchmark().evidence(seen, everybody(seen), Aim(1, 0.25)).statistic[0, 0]
    assert -more == pytest.approx(1 - tail + exp(-11.25) * 11.25**4 / 24, rel=1e-12)


def test_poisson_interval_is_garwoods() -> None:
    """3 events: 0.6187 to 8.7673 expected (Garwood's table)."""
    seen = one_arm([3.0, 0.0])
    estimate = PoissonAgainstBenchmark().estimate(seen, everybody(seen), Aim(-1, 2.0))
    expected = np.exp(-np.array([estimate.upper[0], estimate.lower[0]])) * 4.0
    np.testing.assert_allclose(expected, [0.6187, 8.7673], atol=5e-5)
    none = one_arm([0.0, 0.0])
    unbounded = PoissonAgainstBenchmark().estimate(none, everybody(none), Aim(-1, 2.0))
    assert unbounded.upper[0] == np.inf
    assert unbounded.value[0] == pytest.approx(log(4 / 0.5))


def test_score_against_a_benchmark_sees_no_event_as_evidence() -> None:
    seen = one_arm([0.0] * 10)
    z = RateAgainstBenchmark().evidence(seen, everybody(seen), Aim(-1, 1.0)).statistic[0, 0]
    from handful.analyses.wald import as_z

    assert z == pytest.approx(as_z(np.array([np.sqrt(10.0)]), np.array([9.0]))[0])


@pytest.mark.parametrize(
    "analysis", [RateAgainstBenchmark(), PoissonAgainstBenchmark()], ids=lambda a: a.kind
)
def test_benchmark_of_zero_is_refused(analysis: RateAgainstBenchmark) -> None:
    seen = one_arm([0.0, 1.0])
    with pytest.raises(ValueError, match="above 0"):
        analysis.evidence(seen, everybody(seen), Aim(-1, 0.0))
